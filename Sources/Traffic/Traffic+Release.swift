import FleetModel

extension Traffic {
  /// Releases all road that has become free, oldest append first.
  /// - Complexity: proportional to the robots whose situation changed since the last call
  public mutating func release() -> [Release] {
    guard !dirty.isEmpty else { return [] }
    var found: [(appended: UInt64, release: Release)] = []
    for robot in dirty {
      routes[Int(robot)].isDirty = false
      if let release = advance(robot) {
        let first = routes[Int(robot)].legs[release.firstLeg]
        found.append((first.appended, release))
      }
    }
    dirty.removeAll(keepingCapacity: true)
    found.sort { $0.appended < $1.appended }
    return found.map(\.release)
  }

  /// Withholds new road from `robot` and lets nobody wait for it, until told otherwise: it is
  /// paused, closed in, lost, stuck, or has not answered since a restart. Its unreleased legs go,
  /// and every unreleased leg queued behind anything it holds, with their cascade. What it was
  /// released stays its own.
  @discardableResult
  public mutating func setHeld(_ robot: RobotIndex, _ isHeld: Bool) -> [Withdrawal] {
    guard isPresent(robot), routes[robot.index].isHeld != isHeld else { return [] }
    routes[robot.index].isHeld = isHeld
    guard isHeld else {
      markDirty(robot.rawValue)
      return []
    }
    return withdraw(behind: robot)
  }

  private mutating func advance(_ robot: Int32) -> Release? {
    let slot = Int(robot)
    guard routes[slot].isPresent, !routes[slot].isFrozen, routes[slot].pendingTrim == nil else {
      return nil
    }
    let before = routes[slot].released
    let last = routes[slot].legs.last
    guard before < last else { return nil }
    var ahead = routes[slot].releasedAhead
    var released = before
    while released < last, isReleasable(released + 1, of: robot, ahead: &ahead) { released += 1 }
    guard released > before else { return nil }
    routes[slot].released = released
    routes[slot].furthest = max(routes[slot].furthest, released)
    routes[slot].update += 1
    return Release(
      robot: RobotIndex(robot), order: routes[slot].order, update: routes[slot].update,
      firstLeg: before + 1,
      legs: (before + 1...released).map { routes[slot].legs[$0].plan }, releasedThrough: released)
  }

  /// - Parameter ahead: cells released beyond the visited leg; grows by the leg's when it fits.
  private func isReleasable(_ number: UInt64, of robot: Int32, ahead: inout Int) -> Bool {
    let plan = routes[Int(robot)].legs[number].plan
    let isNext = number == routes[Int(robot)].visited + 1
    let cells = isNext ? 1 : ahead + plan.path.count
    guard isNext || cells <= Int(routes[Int(robot)].limit.cells) else { return false }
    let token = VisitToken(robot: robot, leg: number)
    for resource in plan.claims where !queues.isHead(token, of: resource) {
      guard isNextOfOwn(token, on: resource) else { return false }
    }
    ahead = cells
    return true
  }

  /// Whether only visits of the same robot come before `token` on `resource`, which is under it: it is
  /// longer than a cell, or was put between cells or into a junction.
  private func isNextOfOwn(_ token: VisitToken, on resource: Int32) -> Bool {
    var node = queues.first(of: resource)
    while node >= 0 {
      let ahead = queues[node]
      if ahead == token { return true }
      guard ahead.robot == token.robot, ahead.leg < token.leg else { return false }
      let plan = routes[Int(token.robot)].legs[ahead.leg].plan
      guard plan.heading != nil || plan.end != resource, plan.restsOn(resource) else {
        return false
      }
      node = queues.next(after: node)
    }
    return false
  }
}

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
      guard isUnder(robot, resource, next: token) else { return false }
    }
    ahead = cells
    return true
  }

  /// Whether the robot stands on `resource`, beside its cell, and `token` is the next there: it was
  /// put between cells or into a junction.
  private func isUnder(_ robot: Int32, _ resource: Int32, next token: VisitToken) -> Bool {
    let standing = VisitToken(robot: robot, leg: routes[Int(robot)].visited)
    guard queues.isHead(standing, of: resource),
      routes[Int(robot)].legs[standing.leg].plan.end != resource
    else { return false }
    let next = queues.next(after: queues.first(of: resource))
    return next >= 0 && queues[next] == token
  }
}

import FleetModel

extension Traffic {
  /// Takes all unreleased legs of `robots` out, with their cascade.
  public mutating func withdraw(_ robots: [RobotIndex]) -> [Withdrawal] {
    cut(robots.filter(isPresent).map { Cut($0.rawValue, from: routes[$0.index].released + 1) })
  }

  /// Takes out, for every robot, its unreleased legs from the first on that claims a resource, or drives
  /// over one under a long vehicle already, for which `predicate` holds, with their cascade: a zone
  /// was closed.
  /// - Complexity: O(all unreleased claims)
  public mutating func withdraw(claiming predicate: (Int32) -> Bool) -> [Withdrawal] {
    var cuts: [Cut] = []
    for slot in routes.indices where routes[slot].isPresent {
      let route = routes[slot]
      var number = route.released + 1
      while number <= route.legs.last, !route.legs[number].plan.touches(predicate) { number += 1 }
      if number <= route.legs.last { cuts.append(Cut(Int32(slot), from: number)) }
    }
    return cut(cuts)
  }

  /// Takes out `robot`'s unreleased legs and every unreleased leg queued behind anything it holds,
  /// released or not, with their cascade: it stands still (docs/traffic.md, rule 7).
  public mutating func withdraw(behind robot: RobotIndex) -> [Withdrawal] {
    isPresent(robot) ? cut(cutsBehind(robot)) : []
  }

  /// Takes out `robot`'s unreleased legs since it was to come to rest on `end` before, if nobody has
  /// queued there behind it: it need not leave it to come back. Nobody waits for it longer than before.
  /// - Returns: whether its plan ends there now.
  /// - Complexity: O(unreleased legs, times their claims)
  public mutating func stay(_ robot: RobotIndex, on end: Int32) -> Bool {
    guard isPresent(robot) else { return false }
    let slot = robot.index
    var number = routes[slot].legs.last
    while number > routes[slot].released {
      number -= 1
      guard routes[slot].legs.end(of: number) == end else { continue }
      // Astride cells nobody is to stay.
      let plan = routes[slot].legs[number].plan
      if plan.heading == nil, plan.rest.count > 1 { return false }
      let token = VisitToken(robot: robot.rawValue, leg: number)
      for resource in plan.restingResources where !queues.isTail(token, of: resource) {
        return false
      }
      while routes[slot].legs.last > number { _ = removeLastLeg(of: robot.rawValue) }
      markDirty(robot.rawValue)
      return true
    }
    return false
  }

  /// The cuts after which nobody waits for `robot`.
  func cutsBehind(_ robot: RobotIndex) -> [Cut] {
    guard isPresent(robot) else { return [] }
    let route = routes[robot.index]
    var cuts = [Cut(robot.rawValue, from: route.released + 1)]
    for number in route.visited...route.released {
      for resource in route.legs[number].plan.claims {
        let token = VisitToken(robot: robot.rawValue, leg: number)
        cuts += unreleasedCuts(behind: token, on: resource)
      }
    }
    return cuts
  }

  /// A robot's legs from `from` on go.
  struct Cut {
    var robot: Int32
    var from: UInt64
    init(_ robot: Int32, from: UInt64) {
      self.robot = robot
      self.from = from
    }
  }

  /// The legs queued behind `token` that are not released.
  func unreleasedCuts(behind token: VisitToken, on resource: Int32) -> [Cut] {
    queues.tokens(behind: token, on: resource)
      .filter { $0.leg != VisitToken.astray && $0.leg > routes[Int($0.robot)].released }
      .map { Cut($0.robot, from: $0.leg) }
  }

  /// Takes legs out of the queues with their cascade: a robot whose plan is cut comes to rest at
  /// its new end, so whoever is queued behind it there is cut as well.
  /// - Returns: one withdrawal for each robot that lost legs, by index.
  mutating func cut(_ seeds: [Cut]) -> [Withdrawal] {
    var removals: [Removal] = []
    return cut(seeds, noting: &removals)
  }

  /// - Parameter removals: what was taken out is added, in that order.
  mutating func cut(_ seeds: [Cut], noting removals: inout [Removal]) -> [Withdrawal] {
    var work = seeds
    var lost: [Int32: [PlannedLeg]] = [:]
    while let next = work.popLast() {
      let known = removals.count
      removeLegs(of: next, noting: &removals)
      guard removals.count > known else { continue }
      let removed = removals[known...].reversed().map(\.leg.plan)
      lost[next.robot] = removed + (lost[next.robot] ?? [])
      let resting = VisitToken(robot: next.robot, leg: next.from - 1)
      for resource in routes[Int(next.robot)].legs[next.from - 1].plan.restingResources {
        work += unreleasedCuts(behind: resting, on: resource)
      }
    }
    return lost.sorted { $0.key < $1.key }.map { robot, legs in
      Withdrawal(
        robot: RobotIndex(robot), legs: legs, newEnd: plannedEnd(RobotIndex(robot)))
    }
  }

  /// A leg that was taken out, and what it was right behind on each of its claims; nil: on none but itself.
  struct Removal {
    var robot: Int32
    var number: UInt64
    var leg: QueuedLeg
    var ahead: [VisitToken?]
  }

  private mutating func removeLegs(of cut: Cut, noting removals: inout [Removal]) {
    let slot = Int(cut.robot)
    precondition(cut.from > routes[slot].visited, "robot \(cut.robot) cut at \(cut.from)")
    while routes[slot].legs.last >= cut.from { removals.append(removeLastLeg(of: cut.robot)) }
  }

  /// - Precondition: `robot` has a leg beyond the visited one.
  mutating func removeLastLeg(of robot: Int32) -> Removal {
    let number = routes[Int(robot)].legs.last
    let leg = routes[Int(robot)].legs[number]
    let token = VisitToken(robot: robot, leg: number)
    let ahead = leg.plan.claims.map { queues.ahead(of: token, on: $0) }
    for resource in leg.plan.claims { giveBack(token, on: resource) }
    routes[Int(robot)].backlog -= leg.plan.path.count
    routes[Int(robot)].legs.removeLast()
    return Removal(robot: robot, number: number, leg: leg, ahead: ahead)
  }

  /// Puts a leg back where it was.
  /// - Precondition: all is as it was when it had just been taken out.
  mutating func putBack(_ removal: Removal) {
    let slot = Int(removal.robot)
    precondition(
      routes[slot].legs.last + 1 == removal.number, "robot \(removal.robot) has other legs")
    routes[slot].legs.append(removal.leg)
    routes[slot].backlog += removal.leg.plan.path.count
    let token = VisitToken(robot: removal.robot, leg: removal.number)
    for (resource, ahead) in zip(removal.leg.plan.claims, removal.ahead) {
      queues.insert(token, behind: ahead, on: resource)
    }
    markDirty(removal.robot)
  }
}

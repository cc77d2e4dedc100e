import FleetModel

// Local reordering of robots that wait (docs/traffic.md, rule 7): one that is late has queued where
// others could go on at once. Their legs change places, provably without a circle: everything is
// taken out and queued again under the one condition of `append`, or nothing has happened.

/// What came of letting a robot pass.
public enum ReorderOutcome: Sendable, Equatable {
  /// Some leg could not have been queued again. Nothing has changed.
  case refused
  /// Every leg is queued again; so many of them behind legs that waited for them before.
  case done(legs: Int)
}

extension Traffic {
  /// Robots whose next leg waits right behind an unreleased leg of `late`, ascending.
  /// - Complexity: O(claims of its unreleased legs)
  public func waiting(forUnreleasedOf late: RobotIndex) -> [RobotIndex] {
    guard isPresent(late) else { return [] }
    let route = routes[late.index]
    var found: [RobotIndex] = []
    var number = route.released + 1
    while number <= route.legs.last {
      let token = VisitToken(robot: late.rawValue, leg: number)
      for resource in route.legs[number].plan.claims where queues.isHead(token, of: resource) {
        let next = queues.next(after: queues.first(of: resource))
        guard next >= 0, queues[next].robot != late.rawValue else { continue }
        let waiting = queues[next]
        let isNext = waiting.leg == routes[Int(waiting.robot)].released + 1
        if isNext, !found.contains(RobotIndex(waiting.robot)) {
          found.append(RobotIndex(waiting.robot))
        }
      }
      number += 1
    }
    return found.sorted()
  }

  /// Takes out `late`'s unreleased legs, and what cannot stay without them, and queues them again
  /// behind whoever waited for them: what went of `other`'s first, the rest in the old order. Undone unless all of it can be queued
  /// again: each leg passes `append`'s condition anew, so whatever holds of queues holds after it.
  /// - Parameter limit: at most so many legs are moved.
  /// - Complexity: O(resources) for the copy that undoes it, and an append a leg
  public mutating func letPass(
    _ other: RobotIndex, before late: RobotIndex, limit: Int = 200
  ) -> ReorderOutcome {
    guard other != late, isPlannable(other), isPlannable(late) else { return .refused }
    let before = self
    let cutLegs = cut([Cut(late.rawValue, from: routes[late.index].released + 1)])
    let moved = before.queued(cutLegs, since: self)
    guard moved.count <= limit else {
      self = before
      return .refused
    }
    // `other` waits behind nothing of these any more, or its legs come first.
    let order =
      moved.filter { $0.robot == other } + moved.filter { $0.robot != other }
    for leg in order where append(leg.robot, leg.plan) != nil {
      self = before
      return .refused
    }
    return .done(legs: order.count)
  }

  /// The legs of `withdrawals`, which `after` lacks, in the order in which they were appended here.
  private func queued(
    _ withdrawals: [Withdrawal], since after: Traffic
  ) -> [(robot: RobotIndex, appended: UInt64, plan: PlannedLeg)] {
    var legs: [(robot: RobotIndex, appended: UInt64, plan: PlannedLeg)] = []
    for withdrawal in withdrawals {
      let slot = withdrawal.robot.index
      var number = after.routes[slot].legs.last + 1
      while number <= routes[slot].legs.last {
        let leg = routes[slot].legs[number]
        legs.append((withdrawal.robot, leg.appended, leg.plan))
        number += 1
      }
    }
    return legs.sorted { $0.appended < $1.appended }
  }
}

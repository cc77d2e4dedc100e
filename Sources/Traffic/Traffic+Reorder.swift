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
  /// - Complexity: O(tokens on the claims of these legs)
  public mutating func letPass(
    _ other: RobotIndex, before late: RobotIndex, limit: Int = 200
  ) -> ReorderOutcome {
    guard other != late, isPlannable(other), isPlannable(late) else { return .refused }
    let appendsBefore = appends
    var removals: [Removal] = []
    _ = cut([Cut(late.rawValue, from: routes[late.index].released + 1)], noting: &removals)
    var queuedAgain: [RobotIndex] = []
    func undo() {
      for robot in queuedAgain.reversed() { _ = removeLastLeg(of: robot.rawValue) }
      for removal in removals.reversed() { putBack(removal) }
      appends = appendsBefore
    }
    guard removals.count <= limit else {
      undo()
      return .refused
    }
    let moved = removals.sorted { $0.leg.appended < $1.leg.appended }
    // `other` waits behind nothing of these any more, or its legs come first.
    let order =
      moved.filter { $0.robot == other.rawValue } + moved.filter { $0.robot != other.rawValue }
    for removal in order {
      let robot = RobotIndex(removal.robot)
      guard append(robot, removal.leg.plan) == nil else {
        undo()
        return .refused
      }
      queuedAgain.append(robot)
    }
    return .done(legs: order.count)
  }
}

import FleetModel

/// A robot's slot: its legs from the one it stands at the end of, and its marks
/// `visited <= acknowledged <= released <= last`.
struct Route: Sendable, Codable {
  var isPresent = false
  var order: UInt64 = 0
  /// Of the last release.
  var update: UInt64 = 0
  /// The first is the visited one.
  var legs = LegRing()
  var acknowledged: UInt64 = 0
  var released: UInt64 = 0
  /// Path cells beyond the visited leg.
  var backlog = 0
  var limit = ReleaseLimit(cells: 1)
  var isHeld = false
  var isContested = false
  /// Its own word on where it is has been asked for: nothing else is asked till it comes.
  var isAwaited = false
  /// On the worklist of the next release.
  var isDirty = false
  /// The update as of which the robot was asked to trim, while it has not answered.
  var pendingTrim: UInt64?
  /// The update as of which the robot has last answered a trim; updates count from 1.
  var trimmedUpdate: UInt64 = 0
  /// The highest leg that was ever released in this order, trimmed or not.
  var furthest: UInt64 = 0
  /// Resources taken by force beyond the route (`obstruct`); also of robots that have not joined.
  var obstruction: [Int32] = []
  /// Acknowledgements of updates up to this one say nothing new: a later word of the robot's came.
  var settledUpdate: UInt64 = 0

  @inline(__always)
  var visited: UInt64 { legs.first }

  /// Gets no road, and nobody may come to wait for it.
  @inline(__always)
  var isFrozen: Bool { isHeld || isContested || isAwaited }

  /// Whether the leg that takes the robot off `resource`, claimed by leg `leg`, is in the queues:
  /// that leg itself, or the one after it where it rests.
  @inline(__always)
  func vacates(_ resource: Int32, claimedBy leg: UInt64) -> Bool {
    leg < legs.last || !legs[leg].plan.restsOn(resource)
  }

  /// Path cells released beyond the visited leg, the next leg counted as one.
  var releasedAhead: Int {
    guard released > visited else { return 0 }
    var cells = 1
    var number = visited + 2
    while number <= released {
      cells += legs[number].plan.path.count
      number += 1
    }
    return cells
  }

  /// Puts the robot at the end of leg `number` with nothing ahead.
  mutating func restart(order: UInt64, at leg: QueuedLeg, number: UInt64, limit: ReleaseLimit) {
    legs.restart(at: number)
    legs.append(leg)
    isPresent = true
    self.order = order
    self.limit = limit
    update = 0
    acknowledged = number
    released = number
    furthest = number
    backlog = 0
    isHeld = false
    isAwaited = false
    pendingTrim = nil
    trimmedUpdate = 0
    settledUpdate = 0
  }
}

import Determinism
import FleetModel

/// The robot is in the hands of an operator: it has dropped its route, and may be driven until
/// `until`.
struct Teleoperation: Sendable, Equatable {
  var lease: UInt64
  var until: Int64
  var speed: Double
}

// Driven by hand from afar (docs/protocol.md, section 6): for short stretches, each of which ends
// unless the server has sent the next one.
extension VirtualRobot {
  /// Faster than this nobody drives by hand, whatever the server allows.
  private static let handSpeed = 500.0

  /// Who drives has the robot go on to `place`, straight on from where the last such word leads it.
  /// Ignored when nobody may drive it by hand.
  public mutating func driveByHand(to place: Point, now: Instant) -> [Output] {
    let outputs = elapse(to: now.microseconds)
    guard let hand = teleoperation else { return outputs }
    motion.driveByHand(to: place, speed: hand.speed)
    reconsider()
    return outputs + flush()
  }

  /// Whether somebody may drive it by hand now.
  public var isTeleoperated: Bool { teleoperation != nil }

  mutating func take(_ slice: TeleoperationSlice, number: UInt64) {
    guard slice.durationMilliseconds > 0 else {
      if teleoperation?.lease == slice.lease { endTeleoperation() }
      return
    }
    let limit = Double(slice.speedLimitMillimetresPerSecond)
    let speed = limit > 0 ? min(limit, Self.handSpeed) : Self.handSpeed
    let until = clock + slice.durationMilliseconds * 1000
    if teleoperation == nil {
      // It takes nobody's road with it, and nothing that it began is left.
      guard motion.isStanding, desk.running == nil else {
        return events.say(.refused(number: number, reason: .wrongMode))
      }
      book = RouteBook()
      motion.leaveWay(now: clock)
      stateIsDue = true
    }
    teleoperation = Teleoperation(lease: slice.lease, until: until, speed: speed)
    reconsider()
  }

  /// Nobody drives it by hand any more: it brakes, and is where it is then.
  mutating func endTeleoperation() {
    guard teleoperation != nil else { return }
    teleoperation = nil
    stateIsDue = true
    reconsider()
    if motion.isStanding { motion.leaveWay(now: clock) }
  }
}

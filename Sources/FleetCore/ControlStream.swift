import Determinism
import FleetModel

/// Numbers the commands to one robot and keeps them until the robot's state says it has them.
///
/// One stream belongs to one pair of server epoch and session epoch; a new session starts a new one.
struct ControlStream: Sendable, Equatable, Codable {
  /// Beyond this many unconfirmed messages nothing new is released to the robot.
  static let window = 64
  /// An unconfirmed message is sent again after this long.
  static let patience: Duration = .milliseconds(1500)
  /// At most so many are sent again at once.
  private static let burst = 16

  private static let never = Instant(microseconds: .max)

  let serverEpoch: UInt64
  let sessionEpoch: UInt64
  private(set) var lastNumber: UInt64 = 0
  private var unconfirmed: [ControlMessage] = []
  /// When the oldest of them was sent last; far off where there is none: who asks reads no more then.
  private var oldestSent = Self.never

  init(serverEpoch: UInt64, sessionEpoch: UInt64) {
    self.serverEpoch = serverEpoch
    self.sessionEpoch = sessionEpoch
  }

  var isFull: Bool { unconfirmed.count >= Self.window }
  var isEmpty: Bool { unconfirmed.isEmpty }

  /// The next message of the stream.
  mutating func next(
    _ command: ControlCommand, committedEvent: UInt64, now: Instant
  ) -> ControlMessage {
    lastNumber += 1
    let message = ControlMessage(
      serverEpoch: serverEpoch, sessionEpoch: sessionEpoch, number: lastNumber,
      committedEvent: committedEvent, command: command)
    if unconfirmed.isEmpty { oldestSent = now }
    unconfirmed.append(message)
    return message
  }

  /// The robot has everything up to `number`.
  mutating func confirmed(through number: UInt64, now: Instant) {
    guard let first = unconfirmed.first, first.number <= number else { return }
    unconfirmed.removeAll { $0.number <= number }
    oldestSent = unconfirmed.isEmpty ? Self.never : now
  }

  /// What to send again now, oldest first.
  mutating func due(committedEvent: UInt64, now: Instant) -> [ControlMessage] {
    guard oldestSent <= now - Self.patience else { return [] }
    oldestSent = now
    return unconfirmed.prefix(Self.burst).map {
      var message = $0
      message.committedEvent = committedEvent
      return message
    }
  }
}

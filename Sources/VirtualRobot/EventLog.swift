import FleetModel

/// What a robot has to tell, numbered within its session and kept until the server has committed
/// it.
struct EventLog: Sendable {
  private(set) var pending: [NumberedEvent] = []
  private var next: UInt64 = 1
  /// The first event that has not been sent once.
  private var unsent: UInt64 = 1

  var hasUnsent: Bool { unsent < next }

  mutating func say(_ event: RobotEvent) {
    pending.append(NumberedEvent(number: next, event: event))
    next += 1
  }

  /// Forgets the events up to `number`, which the server has committed.
  mutating func commit(through number: UInt64) {
    guard let first = pending.first, number >= first.number else { return }
    let count = min(UInt64(pending.count), number - first.number + 1)
    pending.removeFirst(Int(count))
  }

  /// The events not sent yet, marked as sent.
  mutating func takeUnsent() -> [NumberedEvent] {
    let from = unsent
    unsent = next
    guard let first = pending.first else { return [] }
    return from <= first.number ? pending : Array(pending[Int(from - first.number)...])
  }

  /// Renumbers from 1 for a new session: `present` first, then what the server may not know of
  /// the old one and would miss.
  mutating func startSession(present: RobotEvent, order: UInt64) {
    let old = pending
    pending = []
    next = 1
    unsent = 1
    say(present)
    for (index, entry) in old.enumerated()
    where Self.matters(entry.event, order: order, later: old[(index + 1)...]) {
      say(entry.event)
    }
  }

  /// Forgets everything, as a robot that was switched off.
  mutating func forget() { self = EventLog() }

  private static func matters(
    _ event: RobotEvent, order: UInt64, later: ArraySlice<NumberedEvent>
  ) -> Bool {
    switch event {
    case .actionStarted, .actionEnded, .incident: true
    case .present, .refused: false
    case .visited(let of, _):
      of == order && !later.contains { if case .visited = $0.event { true } else { false } }
    case .acknowledged(let of, _, _):
      of == order && !later.contains { if case .acknowledged = $0.event { true } else { false } }
    case .trimmed(let of, _, _):
      of == order && !later.contains { if case .trimmed = $0.event { true } else { false } }
    }
  }
}

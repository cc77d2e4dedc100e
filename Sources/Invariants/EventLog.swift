import Determinism

/// The running hash of a run's events: the same seed must give the same in two processes.
public struct EventLog: Sendable, Equatable {
  /// Events so far.
  public private(set) var count: UInt64 = 0
  private var state = StableHash()

  public init() {}

  /// Hash of all events so far, and of how many there were.
  public var hash: UInt64 {
    var closed = state
    closed.combine(count)
    return closed.value
  }

  /// Adds an event: when, and its bytes or canonical text.
  public mutating func add(_ bytes: some Collection<UInt8>, at time: Instant) {
    count += 1
    state.combine(time.microseconds)
    state.combine(bytes: bytes)
  }

  /// Adds an event: when, and its canonical text.
  public mutating func add(_ text: String, at time: Instant) { add(text.utf8, at: time) }

  /// The hash as 16 hexadecimal digits.
  public var hexadecimal: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

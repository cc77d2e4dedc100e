import Determinism

/// The running hash of a run's events: the same seed must give the same in two processes.
///
/// Eight bytes a step, each a multiplication by an odd number and a shift that brings the high half
/// down: both can be undone, so that no two different words lead from one value to the same. It
/// says that two runs were equal, and guards against no adversary.
public struct EventLog: Sendable, Equatable {
  /// Events so far.
  public private(set) var count: Int64 = 0
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  /// Hash of all events so far, and of how many there were.
  public var hash: UInt64 {
    var closed = self
    closed.combine(UInt64(bitPattern: count))
    return closed.state
  }

  /// Adds an event: when, what it was sent to or came from, and its bytes.
  /// - Complexity: O(bytes)
  public mutating func add(_ bytes: [UInt8], endpoint: UInt64, at time: Instant) {
    count += 1
    combine(UInt64(bitPattern: time.microseconds))
    combine(endpoint)
    combine(UInt64(bytes.count))
    bytes.withUnsafeBytes { bytes in
      var next = 0
      while next + 8 <= bytes.count {
        combine(
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self)))
        next += 8
      }
      guard next < bytes.count else { return }
      var rest: UInt64 = 0
      for k in next..<bytes.count { rest |= UInt64(bytes[k]) << UInt64(8 * (k - next)) }
      combine(rest)
    }
  }

  @inline(__always)
  private mutating func combine(_ word: UInt64) {
    state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
    state ^= state &>> 32
  }

  /// The hash as 16 hexadecimal digits.
  public var hexadecimal: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

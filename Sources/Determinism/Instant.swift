/// A point in time as a whole number of microseconds since 1970 UTC, on its owner's clock.
///
/// The live server reads UTC once and goes on monotonically; the simulator starts where the scenario
/// says. Ordering and arithmetic are exact. Instants from
/// different clocks (a robot's) must never be compared.
public struct Instant: Hashable, Comparable, Sendable, Codable {
  /// Microseconds since 1970 UTC.
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// 1970-01-01 00:00 UTC.
  public static let zero = Instant(microseconds: 0)

  @inlinable public static func < (a: Instant, b: Instant) -> Bool {
    a.microseconds < b.microseconds
  }

  /// The instant `duration` later. Fractions of a microsecond are dropped.
  @inlinable public static func + (a: Instant, duration: Duration) -> Instant {
    Instant(microseconds: a.microseconds + duration.wholeMicroseconds)
  }

  /// The instant `duration` earlier. Fractions of a microsecond are dropped.
  @inlinable public static func - (a: Instant, duration: Duration) -> Instant {
    Instant(microseconds: a.microseconds - duration.wholeMicroseconds)
  }

  /// The time from `b` to `a`; negative when `a` is earlier.
  @inlinable public static func - (a: Instant, b: Instant) -> Duration {
    .microseconds(a.microseconds - b.microseconds)
  }

  @inlinable public init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  @inlinable public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }
}

extension Duration {
  /// This duration in microseconds, rounded towards zero.
  @inlinable public var wholeMicroseconds: Int64 {
    // A microsecond is 2^12 times 5^12 attoseconds: up to twenty hours 64 bits do for the quotient.
    if attoseconds >= 0, let part = UInt64(exactly: attoseconds >> 12) {
      return Int64(part / 244_140_625)
    }
    let (seconds, rest) = components
    return seconds * 1_000_000 + rest / 1_000_000_000_000
  }

  /// This duration in seconds, for rates and reports; decisions use whole microseconds.
  @inlinable public var inSeconds: Double { Double(wholeMicroseconds) / 1_000_000 }
}

import Determinism
import Glibc

/// The clock a shell reads; cores get `now:` from it.
public protocol WallClock: Sendable {
  /// The time, never earlier than what was returned before.
  func now() -> Instant
}

/// UTC read once, then counted on monotonically, so that a clock set by hand or by NTP moves
/// nothing; optionally faster than real time.
public struct SystemClock: WallClock {
  /// Virtual seconds a real second; 1 is real time.
  public let scale: Double
  private let start: Instant
  private let startMonotonic: Int64

  /// - Parameters:
  ///   - scale: virtual seconds a real second, more than 0.
  ///   - origin: the moment at which virtual and real time were equal; nil: now. A process that is
  ///     started again, or two processes of one run, go on on the same time with the same origin.
  public init(scale: Double = 1, origin: Instant? = nil) {
    self.init(
      scale: scale, origin: origin, utc: Self.read(CLOCK_REALTIME),
      monotonic: Self.read(CLOCK_MONOTONIC))
  }

  init(scale: Double, origin: Instant?, utc: Int64, monotonic: Int64) {
    precondition(scale > 0 && scale.isFinite, "time scale \(scale)")
    self.scale = scale
    let origin = origin?.microseconds ?? utc
    start = Instant(microseconds: origin + Self.scaled(utc - origin, by: scale))
    startMonotonic = monotonic
  }

  public func now() -> Instant { now(monotonic: Self.read(CLOCK_MONOTONIC)) }

  func now(monotonic: Int64) -> Instant {
    Instant(
      microseconds: start.microseconds + Self.scaled(monotonic - startMonotonic, by: scale))
  }

  /// How long `virtual` takes in real time: for sleeping and for deadlines of sockets.
  public func realDuration(_ virtual: Duration) -> Duration {
    .microseconds(Self.scaled(virtual.wholeMicroseconds, by: 1 / scale))
  }

  private static func scaled(_ microseconds: Int64, by scale: Double) -> Int64 {
    scale == 1 ? microseconds : Int64((Double(microseconds) * scale).rounded())
  }

  /// Microseconds of a system clock.
  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}

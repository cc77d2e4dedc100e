import Determinism

/// A robot's own clock by the world's: it runs a little fast or slow while it is skewed, and never
/// jumps. Everything that the robot times, its driving too, goes by it.
struct RobotClock: Sendable {
  private var ppm: Int64 = 0
  /// Since when it has run as it does: by the world's clock and by its own.
  private var world = Instant.zero
  private var own = Instant.zero

  /// Runs `ppm` millionths fast from now on, or slow.
  mutating func skew(ppm: Int, now: Instant) {
    own = time(now)
    world = now
    self.ppm = Int64(ppm)
  }

  /// What it shows at `now`.
  func time(_ now: Instant) -> Instant {
    let passed = now.microseconds - world.microseconds
    guard ppm != 0 || own != world else { return now }
    return own + .microseconds(passed + passed * ppm / 1_000_000)
  }

  /// When it shows `time`, or the first moment after.
  func moment(of time: Instant) -> Instant {
    guard ppm != 0 || own != world else { return time }
    let wanted = time.microseconds - own.microseconds
    var passed = wanted * 1_000_000 / (1_000_000 + ppm)
    while self.time(world + .microseconds(passed)) < time { passed += 1 }
    return world + .microseconds(passed)
  }
}

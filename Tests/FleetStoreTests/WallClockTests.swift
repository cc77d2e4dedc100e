import Determinism
import Testing

@testable import FleetPorts

@Suite struct WallClockTests {
  @Test func itStartsAtUTCAndGoesOnMonotonically() {
    let clock = SystemClock(scale: 1, origin: nil, utc: 5_000_000, monotonic: 100)
    #expect(clock.now(monotonic: 100) == Instant(microseconds: 5_000_000))
    #expect(clock.now(monotonic: 350) == Instant(microseconds: 5_000_250))
  }

  @Test func aRestartedProcessGoesOnOnTheSameTime() {
    let origin = Instant(microseconds: 1_000_000)
    let first = SystemClock(scale: 10, origin: origin, utc: 1_000_000, monotonic: 0)
    let second = SystemClock(scale: 10, origin: origin, utc: 4_000_000, monotonic: 77)
    #expect(first.now(monotonic: 3_000_000) == second.now(monotonic: 77))
    #expect(second.now(monotonic: 78) == Instant(microseconds: 31_000_010))
  }

  @Test func realDurationsAreShorterOnAFasterClock() {
    let clock = SystemClock(scale: 10, origin: nil, utc: 0, monotonic: 0)
    #expect(clock.realDuration(.seconds(5)) == .milliseconds(500))
  }

  @Test func theSystemsClockNeverGoesBack() {
    let clock = SystemClock(scale: 3)
    var last = clock.now()
    #expect(last.microseconds > 1_700_000_000_000_000)
    for _ in 0..<1000 {
      let now = clock.now()
      #expect(now >= last)
      last = now
    }
  }
}

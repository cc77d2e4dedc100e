import Determinism
import Testing

@testable import FleetSimulation

@Suite struct RobotClockTests {
  private func at(_ seconds: Double) -> Instant {
    Instant(microseconds: Int64((seconds * 1e6).rounded()))
  }

  @Test func itAgreesUntilItIsSkewed() {
    let clock = RobotClock()
    #expect(clock.time(at(5)) == at(5) && clock.moment(of: at(5)) == at(5))
  }

  @Test func itRunsFastWithoutAJumpAndKeepsWhatItWon() {
    var clock = RobotClock()
    clock.skew(ppm: 1000, now: at(100))
    #expect(clock.time(at(100)) == at(100))
    #expect(clock.time(at(110)) == at(110.01))
    clock.skew(ppm: 0, now: at(110))
    #expect(clock.time(at(110)) == at(110.01) && clock.time(at(200)) == at(200.01))
  }

  @Test func theMomentIsTheFirstAtWhichItShowsATime() {
    for ppm in [-2000, -1, 1, 37, 2000] {
      var clock = RobotClock()
      clock.skew(ppm: ppm, now: at(3))
      for micros: Int64 in [3_000_000, 3_000_001, 9_999_999, 86_400_000_000] {
        let time = Instant(microseconds: micros)
        let moment = clock.moment(of: time)
        #expect(clock.time(moment) >= time)
        #expect(clock.time(moment + .microseconds(-1)) < time, "\(ppm) \(micros)")
      }
    }
  }
}

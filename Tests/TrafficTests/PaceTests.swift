import Determinism
import Testing

@testable import Traffic

/// Who drives much slower than its class is told from who only waits.
@Suite struct PaceTests {
  private static let leg = Duration.seconds(1)

  /// Drives `legs` legs of a second each at `permille` of the class's speed, looked at four times a
  /// second.
  private func drive(
    _ watch: inout PaceWatch, legs: Int, permille: Int64, from start: Int64 = 0
  ) -> [PaceWatch.Effect] {
    var effects: [PaceWatch.Effect] = []
    var now = start
    for _ in 0..<legs {
      watch.drives(true, now: Instant(microseconds: now))
      let end = now + 1_000_000_000 / permille
      while now + 250_000 < end {
        now += 250_000
        effects += watch.check(expected: Self.leg, now: Instant(microseconds: now))
      }
      now = end
      effects += watch.visited(expected: Self.leg, now: Instant(microseconds: now))
    }
    return effects
  }

  @Test func halfTheSpeedIsNotSlow() {
    var watch = PaceWatch()
    #expect(drive(&watch, legs: 200, permille: 500) == [])
  }

  @Test func aThirdOfTheSpeedIsSlowAfterSomeLegs() {
    var watch = PaceWatch()
    #expect(drive(&watch, legs: 8, permille: 333) == [])
    #expect(drive(&watch, legs: 4, permille: 333, from: 24_024_024) == [.slow])
    #expect(watch.isSlow && !watch.isVerySlow)
  }

  @Test func whoCreepsIsSlowWithinALeg() {
    var watch = PaceWatch()
    #expect(drive(&watch, legs: 1, permille: 50) == [.slow])
  }

  @Test func thirtySecondsLaterOthersArePlannedRoundItOnce() {
    var watch = PaceWatch()
    #expect(drive(&watch, legs: 10, permille: 100) == [.slow, .replan])
    #expect(watch.isVerySlow)
    // Better, but slow all the same: behind it is quicker than round it.
    #expect(drive(&watch, legs: 20, permille: 300, from: 100_000_000) == [])
    #expect(watch.isSlow && !watch.isVerySlow)
  }

  @Test func itKeepsUpAgainWhenTheArrearsAreMadeUp() {
    var watch = PaceWatch()
    _ = drive(&watch, legs: 3, permille: 100)
    #expect(watch.isSlow)
    let effects = drive(&watch, legs: 25, permille: 1000, from: 30_000_000)
    #expect(effects == [.normal] && !watch.isSlow)
  }

  @Test func whoHasNoRoadProvesNothing() {
    var watch = PaceWatch()
    watch.drives(true, now: .zero)
    watch.drives(false, now: Instant(microseconds: 500_000))
    #expect(watch.check(expected: Self.leg, now: Instant(microseconds: 60_000_000)) == [])
    watch.drives(true, now: Instant(microseconds: 60_000_000))
    #expect(watch.check(expected: Self.leg, now: Instant(microseconds: 65_000_000)) == [])
    #expect(!watch.isSlow)
  }

  /// Where it is not due nothing is missed by not asking, whatever the leg.
  @Test func nothingIsSaidWhereItIsNotDue() {
    var random = Seed(3).generator()
    var (asked, said) = (0, 0)
    for _ in 0..<200 {
      var watch = PaceWatch()
      var now = Instant(microseconds: 0)
      for _ in 0..<60 {
        now = now + .milliseconds(random.next(in: 50...4000))
        switch random.next(in: 0...4) {
        case 0: watch.drives(random.next(in: 0...2) > 0, now: now)
        case 1: _ = watch.visited(expected: .milliseconds(random.next(in: 0...3000)), now: now)
        case 2: watch.excuse(.milliseconds(random.next(in: 0...5000)))
        default:
          var unasked = watch
          let effects = watch.check(expected: .milliseconds(random.next(in: 0...3000)), now: now)
          asked += 1
          said += effects.count
          if !unasked.isDue(now) {
            #expect(effects == [])
            #expect(unasked.check(expected: .zero, now: now) == [])
          }
        }
      }
    }
    #expect(asked > 1000 && said > 50)
  }
}

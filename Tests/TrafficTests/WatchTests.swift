import Determinism
import Testing

@testable import Traffic

@Suite struct WatchTests {
  private func at(_ seconds: Int64) -> Instant { Instant(microseconds: seconds * 1_000_000) }

  @Test func suspectThenLostAfterSilence() {
    var link = RobotLink(now: at(0))
    #expect(link.heard(isMoving: true, now: at(0)) == [])
    #expect(link.deadline == at(3))
    #expect(link.checkDue(now: at(2)) == [])
    #expect(link.checkDue(now: at(3)) == [.suspect])
    #expect(link.standing == .suspect)
    #expect(link.deadline == at(30))
    #expect(link.checkDue(now: at(29)) == [])
    #expect(link.checkDue(now: at(30)) == [.lost])
    #expect(link.standing == .lost)
    #expect(link.deadline == nil)
    #expect(link.checkDue(now: at(99)) == [])
  }

  @Test func idleRobotsMayBeSilentLonger() {
    var link = RobotLink(now: at(0))
    #expect(link.heard(isMoving: false, now: at(1)) == [])
    #expect(link.checkDue(now: at(15)) == [])
    #expect(link.checkDue(now: at(16)) == [.suspect])
    #expect(link.deadline == at(31))
  }

  @Test func hearingPutsTheDeadlineOff() {
    var link = RobotLink(now: at(0))
    _ = link.heard(isMoving: true, now: at(0))
    _ = link.heard(isMoving: true, now: at(2))
    #expect(link.checkDue(now: at(3)) == [])
    #expect(link.deadline == at(5))
    #expect(link.checkDue(now: at(5)) == [.suspect])
    #expect(link.heard(isMoving: true, now: at(6)) == [.restored])
    #expect(link.standing == .fresh)
    #expect(link.deadline == at(9))
  }

  @Test func aLateCheckFindsTheRobotLostAtOnce() {
    var link = RobotLink(now: at(0))
    #expect(link.checkDue(now: at(40)) == [.suspect, .lost])
  }

  @Test func standingStillIsRetimedThenWithdrawn() {
    var watch = StandstillWatch()
    #expect(watch.observe(isMoving: false, hasRoadAhead: true, now: at(0)) == [])
    #expect(watch.observe(isMoving: false, hasRoadAhead: true, now: at(2)) == [])
    #expect(watch.deadline == at(5))
    #expect(watch.checkDue(now: at(4)) == [])
    #expect(watch.checkDue(now: at(5)) == [.retime])
    #expect(watch.deadline == at(30))
    #expect(watch.checkDue(now: at(29)) == [])
    #expect(watch.checkDue(now: at(30)) == [.withdraw])
    #expect(watch.isStuck)
    #expect(watch.observe(isMoving: true, hasRoadAhead: true, now: at(31)) == [.moving])
    #expect(!watch.isStuck)
  }

  @Test func waitingInAQueueIsNotStandingStill() {
    var watch = StandstillWatch()
    #expect(watch.observe(isMoving: false, hasRoadAhead: false, now: at(0)) == [])
    #expect(watch.checkDue(now: at(60)) == [])
  }

  @Test func drivingOnEndsTheWatch() {
    var watch = StandstillWatch()
    _ = watch.observe(isMoving: false, hasRoadAhead: true, now: at(0))
    #expect(watch.observe(isMoving: true, hasRoadAhead: true, now: at(4)) == [])
    #expect(watch.checkDue(now: at(5)) == [])
  }
}

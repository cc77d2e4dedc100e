import FleetModel
import Testing

@testable import Traffic

@Suite struct MembershipTests {
  /// a on 0 with 1, 2 released and 3 queued; b follows to 0.
  private func driving() -> Traffic {
    var traffic = Traffic.standing(0, 10)
    traffic.plan(a, 1, 2)
    _ = traffic.release()
    traffic.plan(a, 3)
    traffic.plan(b, 0)
    return traffic
  }

  @Test func joiningAFreeCellOwnsIt() {
    var traffic = driving()
    #expect(traffic.join(c, at: 5, order: 1, limit: far) == .joined(withdrawn: []))
    #expect(traffic.owner(of: 5) == c)
  }

  @Test func joiningAQueuedCellWithdrawsTheQueue() {
    // The leg to 3 heads its queue but is not released.
    var traffic = driving()
    #expect(
      traffic.join(c, at: 3, order: 1, limit: far)
        == .joined(withdrawn: [Withdrawal(robot: a, legs: [PlannedLeg(to: 3)], newEnd: 2)]))
    #expect(traffic.violations == [])
  }

  @Test func joiningAReleasedCellIsContestedUntilTheTrimIsAnswered() {
    var traffic = driving()
    let outcome = traffic.join(c, at: 2, order: 1, limit: far)
    guard case .contested(let with, let withdrawn) = outcome else {
      Issue.record("not contested: \(outcome)")
      return
    }
    #expect(with == [a])
    #expect(withdrawn.map(\.robot) == [a, b])
    #expect(traffic.owner(of: 2) == c)
    #expect(traffic.isContested(a) && traffic.isContested(c))
    #expect(traffic.plan(c, 5) == .frozen)
    #expect(traffic.plan(b, 2) == .behindFrozen(resource: 2, robot: c))
    #expect(traffic.violations == [])
    _ = traffic.requestTrim(a)
    #expect(traffic.trimmed(a, order: 1, update: 1, through: 1).map(\.newEnd) == [1])
    #expect(!traffic.isContested(a) && !traffic.isContested(c))
    #expect(traffic.plan(c, 5) == nil)
    #expect(traffic.plan(a, 2) == nil)
    #expect(traffic.violations == [])
  }

  @Test func contestsEndWhenTheRivalHasDrivenPastOrLeft() {
    var passing = driving()
    passing.plan(a, 3, 4)
    _ = passing.release()
    _ = passing.join(c, at: 1, order: 1, limit: far)
    passing.visit(a, 2)
    #expect(!passing.isContested(c))
    #expect(passing.owner(of: 1) == c)
    var leaving = driving()
    _ = leaving.join(c, at: 1, order: 1, limit: far)
    _ = leaving.leave(a)
    #expect(!leaving.isContested(c))
    #expect(leaving.violations == [])
  }

  @Test func aThirdRobotJoinsTheContest() {
    var traffic = driving()
    _ = traffic.join(c, at: 1, order: 1, limit: far)
    let d = RobotIndex(3)
    guard case .contested(let with, _) = traffic.join(d, at: 1, order: 1, limit: far) else {
      Issue.record("not contested")
      return
    }
    #expect(with == [a, c])
    _ = traffic.leave(c)
    #expect(traffic.isContested(a) && traffic.isContested(d))
    _ = traffic.leave(d)
    #expect(!traffic.isContested(a))
  }

  @Test func rejoiningFreesAllButTheCell() {
    var traffic = driving()
    guard case .joined(let withdrawn) = traffic.rejoin(a, at: 12, order: 2) else {
      Issue.record("contested")
      return
    }
    #expect(withdrawn == [Withdrawal(robot: a, legs: [PlannedLeg(to: 3)], newEnd: 12)])
    #expect(traffic.ownedCells(a) == [12])
    #expect(traffic.position(of: a) == RoutePosition(order: 2, update: 0, visited: 0, through: 0))
    #expect(traffic.releasedThrough(b) == [1])
    #expect(traffic.visited(a, order: 1, leg: 2) == .unchanged)
    #expect(traffic.violations == [])
  }

  @Test func rejoiningWhereOthersAreContests() {
    var traffic = driving()
    guard case .contested(let with, _) = traffic.rejoin(b, at: 1, order: 2) else {
      Issue.record("not contested")
      return
    }
    #expect(with == [a])
    guard case .joined = traffic.rejoin(b, at: 15, order: 3) else {
      Issue.record("contested")
      return
    }
    #expect(!traffic.isContested(a))
  }

  @Test func contestsSurviveARestart() {
    var traffic = driving()
    _ = traffic.join(c, at: 2, order: 1, limit: far)
    var restarted = Traffic(resourceCount: 20)
    for robot in traffic.presentRobots {
      restarted.restore(robot, promise: traffic.promise(of: robot), limit: far)
    }
    #expect(restarted.isContested(a) && restarted.isContested(c) && !restarted.isContested(b))
    #expect(restarted.violations == [])
  }
}

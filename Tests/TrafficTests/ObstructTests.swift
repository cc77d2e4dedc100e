import FleetModel
import Invariants
import Testing

@testable import Traffic

/// Robots astray take cells from everybody, and nothing but their own word or an operator's ends it.
@Suite struct ObstructTests {
  /// a on 0 with 1, 2 released and 3 queued; b on 10 follows to 0.
  private func driving() -> Traffic {
    var traffic = Traffic.standing(0, 10)
    traffic.plan(a, 1, 2)
    _ = traffic.release()
    traffic.plan(a, 3)
    traffic.plan(b, 0)
    return traffic
  }

  @Test func nobodyGetsNearARobotAstray() {
    var traffic = driving()
    #expect(
      traffic.obstruct(c, [3, 4])
        == .clear(withdrawn: [Withdrawal(robot: a, legs: [PlannedLeg(to: 3)], newEnd: 2)]))
    #expect(traffic.owner(of: 4) == c && !traffic.isPresent(c))
    #expect(traffic.plan(a, 3) == .restsThere(resource: 3, robot: c))
    #expect(traffic.violations == [])
    #expect(traffic.obstruct(c, [4, 3]) == .unchanged)
    // Two astray on one cell: each takes it once.
    let d = RobotIndex(9)
    _ = traffic.obstruct(d, [3])
    #expect(traffic.obstruct(c, [3]) == .unchanged && traffic.obstruct(d, [3]) == .unchanged)
    traffic.endObstruction(d)
    #expect(traffic.obstruction(of: c) == [3, 4])
  }

  @Test func whoWasReleasedThereIsFrozenUntilItHasAnswered() {
    var traffic = driving()
    guard case .contested(let with, let withdrawn) = traffic.obstruct(c, [2]) else {
      Issue.record("not contested")
      return
    }
    #expect(with == [a])
    #expect(withdrawn.map(\.robot) == [a, b])
    #expect(traffic.isContested(a))
    #expect(traffic.violations == [])
    #expect(traffic.requestTrim(a).request?.through == 0)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 1)
    #expect(!traffic.isContested(a))
    #expect(traffic.plan(a, 2) == .restsThere(resource: 2, robot: c))
    #expect(traffic.violations == [])
  }

  @Test func itsOwnRoadIsNotTakenTwice() {
    var traffic = driving()
    #expect(traffic.obstruct(a, [0, 1, 2]) == .unchanged)
    _ = traffic.obstruct(a, [2, 5])
    #expect(traffic.obstruction(of: a) == [5])
    #expect(traffic.violations == [])
  }

  @Test func reportsDoNotEndIt() {
    var traffic = driving()
    _ = traffic.obstruct(a, [5])
    traffic.visit(a, 2)
    _ = traffic.acknowledged(a, order: 1, update: 1, through: 2)
    _ = traffic.reconcile(
      a, position: RoutePosition(order: 1, update: 1, visited: 2, through: 2))
    #expect(traffic.owner(of: 5) == a)
    #expect(traffic.violations == [])
  }

  @Test func itsStandingWordEndsIt() {
    var traffic = driving()
    _ = traffic.obstruct(a, [5, 6])
    _ = traffic.rejoin(a, at: 6, order: 2)
    #expect(traffic.owner(of: 5) == nil && traffic.owner(of: 6) == a)
    #expect(traffic.obstruction(of: a) == [])
    _ = traffic.obstruct(c, [7])
    _ = traffic.join(c, at: 8, order: 1, limit: far)
    #expect(traffic.owner(of: 7) == nil)
    #expect(traffic.violations == [])
  }

  @Test func anOperatorEndsItForARobotThatIsGone() {
    var traffic = driving()
    _ = traffic.obstruct(c, [2])
    _ = traffic.leave(c)
    #expect(traffic.owner(of: 2) == a && !traffic.isContested(a))
    _ = traffic.obstruct(b, [12])
    traffic.endObstruction(b)
    #expect(traffic.owner(of: 12) == nil && traffic.isPresent(b))
    #expect(traffic.violations == [])
  }

  @Test func twoAstrayOnOneCellAreBothKeptThere() {
    var traffic = driving()
    let d = RobotIndex(3)
    _ = traffic.obstruct(c, [7])
    #expect(traffic.obstruct(d, [7]) == .contested(with: [c], withdrawn: []))
    traffic.endObstruction(d)
    #expect(traffic.owner(of: 7) == c)
    _ = traffic.join(d, at: 7, order: 1, limit: far)
    #expect(traffic.isContested(d) && traffic.owner(of: 7) == d)
    traffic.endObstruction(c)
    #expect(!traffic.isContested(d))
    #expect(traffic.violations == [])
  }

  @Test func theFurthestReleaseOutlivesATrim() {
    var traffic = driving()
    _ = traffic.requestTrim(a)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 1)
    #expect(traffic.position(of: a).through == 1)
    #expect(traffic.furthestReleased(a) == 2)
  }
}

import FleetModel
import Testing

@testable import Traffic

@Suite struct WithdrawTests {
  /// 0 a   1 b   2 c   3 4 5: a queue of three, all going two cells to the right.
  private func queue() -> Traffic {
    var traffic = Traffic.standing(0, 1, 2, limit: ReleaseLimit(cells: 1))
    traffic.plan(c, 3, 4)
    traffic.plan(b, 2, 3)
    traffic.plan(a, 1, 2)
    return traffic
  }

  @Test func whoComesBackNeedNotLeave() {
    var traffic = Traffic.standing(5, 9, limit: ReleaseLimit(cells: 1))
    traffic.plan(a, 6, 7)
    #expect(traffic.stay(a, on: 6) == true)
    #expect(traffic.plannedEnd(a) == 6 && traffic.backlogCells(a) == 1)
    #expect(traffic.releasedThrough(a) == [1])
    // What is released is driven: there is no staying behind it.
    #expect(traffic.stay(a, on: 5) == false)
    traffic.plan(a, 7, 8)
    #expect(traffic.stay(a, on: 6) == true)
    #expect(traffic.plannedEnd(a) == 6 && traffic.violations == [])
    #expect(traffic.plan(b, 7) == nil, "nobody is there or will be")
  }

  @Test func whoMadeWayDoesNotStay() {
    // a leaves 5 for b, which goes on to 4; then a comes back.
    var traffic = Traffic.standing(5, 6, limit: ReleaseLimit(cells: 1))
    traffic.plan(a, 10)
    traffic.plan(b, 5, 4)
    #expect(traffic.stay(a, on: 5) == false)
    traffic.plan(a, 5)
    #expect(traffic.plannedEnd(a) == 5 && traffic.violations == [])
    #expect(traffic.backlogCells(a) == 2 && traffic.backlogCells(b) == 2)
  }

  @Test func aFollowerGoesWithoutItsLeader() {
    var traffic = queue()
    let withdrawn = traffic.withdraw([a])
    #expect(
      withdrawn == [
        Withdrawal(robot: a, legs: [PlannedLeg(to: 1), PlannedLeg(to: 2)], newEnd: 0)
      ])
    #expect(traffic.plannedEnd(c) == 4)
    #expect(traffic.violations == [])
  }

  @Test func aLeaderTakesItsFollowersAlong() {
    var traffic = queue()
    let withdrawn = traffic.withdraw([c])
    #expect(withdrawn.map(\.robot) == [a, b, c])
    #expect(withdrawn.map(\.newEnd) == [0, 1, 2])
    #expect(withdrawn.allSatisfy { $0.legs.count == 2 })
    #expect(traffic.violations == [])
  }

  @Test func releasedLegsStayAndTheCascadeStartsBehindThem() {
    var traffic = queue()
    _ = traffic.release()
    // c is to stop on 3: b may come up to 2, and a to 1.
    let withdrawn = traffic.withdraw([c])
    #expect(
      withdrawn == [
        Withdrawal(robot: a, legs: [PlannedLeg(to: 2)], newEnd: 1),
        Withdrawal(robot: b, legs: [PlannedLeg(to: 3)], newEnd: 2),
        Withdrawal(robot: c, legs: [PlannedLeg(to: 4)], newEnd: 3),
      ])
    #expect(traffic.violations == [])
  }

  @Test func closuresCutFromTheFirstLegThatNeedsTheCell() {
    var traffic = queue()
    let withdrawn = traffic.withdraw(claiming: { $0 == 4 })
    #expect(withdrawn.map(\.robot) == [a, b, c])
    #expect(withdrawn.map(\.newEnd) == [1, 2, 3])
    #expect(traffic.withdraw(claiming: { $0 == 4 }) == [])
    #expect(traffic.violations == [])
  }

  @Test func nobodyStaysQueuedBehindAStuckRobot() {
    // c was released to 3 and is stuck on 2: b's way to 2 goes though c's leg there is released.
    var traffic = queue()
    _ = traffic.release()
    let withdrawn = traffic.withdraw(behind: c)
    #expect(withdrawn.map(\.robot) == [a, b, c])
    #expect(withdrawn.map(\.newEnd) == [0, 1, 3])
    #expect(traffic.violations == [])
  }

  @Test func mutexesPassOnWhenACrossingIsWithdrawn() {
    var traffic = Traffic.standing(0, 10)
    _ = traffic.append(a, PlannedLeg(path: [1, 2], claims: [1, 2, 15], speedLimit: 0))
    _ = traffic.append(b, PlannedLeg(path: [11, 12], claims: [11, 12, 15], speedLimit: 0))
    #expect(traffic.withdraw([a]).map(\.robot) == [a])
    #expect(traffic.releasedThrough(a, b) == [0, 1])
  }

  @Test func leavingGivesEverythingBack() {
    var traffic = queue()
    _ = traffic.release()
    #expect(traffic.leave(c).map(\.legs) == [[PlannedLeg(to: 4)]])
    #expect(traffic.presentRobots == [a, b])
    #expect(traffic.releasedThrough(b) == [1])
    #expect(traffic.leave(c) == [])
    #expect(traffic.violations == [])
  }

  @Test func withdrawnLegsCanBePlannedAnew() {
    var traffic = queue()
    _ = traffic.withdraw([c])
    #expect(traffic.plan(c, 12) == nil)
    #expect(traffic.plan(b, 2, 3) == nil)
    #expect(traffic.releasedThrough(a, b, c) == [0, 0, 1])
    traffic.visit(c, 1)
    #expect(traffic.releasedThrough(b) == [1])
  }
}

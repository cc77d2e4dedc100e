import FleetModel
import Testing

@testable import Traffic

@Suite struct TrimTests {
  /// a on 0, released through 1, 2, 3; b follows to 0 and 1.
  private func following() -> Traffic {
    var traffic = Traffic.standing(0, 10)
    traffic.plan(a, 1, 2, 3)
    traffic.plan(b, 0, 1)
    _ = traffic.release()
    traffic.plan(a, 4)
    return traffic
  }

  @Test func onlyTheAnswerGivesCellsBack() {
    var traffic = following()
    let start = traffic.requestTrim(a)
    #expect(start.request == TrimRequest(robot: a, order: 1, update: 1, through: 0))
    #expect(start.withdrawn == [Withdrawal(robot: a, legs: [PlannedLeg(to: 4)], newEnd: 3)])
    #expect(traffic.ownedCells(a) == [0, 1, 2, 3])
    #expect(traffic.plan(a, 4) == .frozen)
    let withdrawn = traffic.trimmed(a, order: 1, update: 1, through: 1)
    #expect(
      withdrawn == [
        Withdrawal(robot: a, legs: [PlannedLeg(to: 2), PlannedLeg(to: 3)], newEnd: 1),
        Withdrawal(robot: b, legs: [PlannedLeg(to: 1)], newEnd: 0),
      ])
    #expect(traffic.ownedCells(a) == [0, 1])
    #expect(traffic.violations == [])
  }

  @Test func updatesCountOnAfterATrim() {
    var traffic = following()
    _ = traffic.requestTrim(a)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 1)
    traffic.plan(a, 12)
    #expect(
      traffic.release().filter { $0.robot == a } == [
        Release(
          robot: a, order: 1, update: 2, firstLeg: 2, legs: [PlannedLeg(to: 12)],
          releasedThrough: 2)
      ])
  }

  @Test func doubledAnswersChangeNothing() {
    var traffic = following()
    _ = traffic.requestTrim(a)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 1)
    traffic.plan(a, 12, 13)
    _ = traffic.release()
    let before = traffic.snapshotForInvariants()
    #expect(traffic.trimmed(a, order: 1, update: 1, through: 1) == [])
    #expect(traffic.snapshotForInvariants() == before)
    _ = traffic.requestTrim(a)
    #expect(traffic.trimmed(a, order: 1, update: 1, through: 1) == [])
    #expect(traffic.awaitsTrim(a))
    #expect(traffic.ownedCells(a) == [0, 1, 12, 13])
  }

  @Test func acknowledgementsOvertakenByATrimAreHarmless() {
    var traffic = following()
    _ = traffic.requestTrim(a)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 1)
    #expect(traffic.acknowledged(a, order: 1, update: 1, through: 3) == nil)
    #expect(traffic.promise(of: a).acknowledged == 0)
  }

  @Test func nothingToTrimIsNoQuestion() {
    var traffic = Traffic.standing(0)
    traffic.plan(a, 1)
    let start = traffic.requestTrim(a)
    #expect(start.request == nil)
    #expect(start.withdrawn.map(\.robot) == [a])
    #expect(traffic.isPlannable(a))
  }

  @Test func aRobotIsAskedOncePerUpdate() {
    // Found in the toy world: the doubled answer to a first trim ended a second one of the same
    // update, and the robot then stopped short of where the next release began.
    var traffic = following()
    _ = traffic.requestTrim(a)
    #expect(traffic.requestTrim(a).request == nil)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 2)
    #expect(traffic.requestTrim(a).request == nil)
    #expect(traffic.isPlannable(a))
    traffic.plan(a, 12)
    _ = traffic.release()
    #expect(traffic.requestTrim(a).request?.update == 2)
  }

  @Test func aRefusedTrimKeepsTheRoad() {
    var traffic = following()
    _ = traffic.requestTrim(a)
    traffic.trimRefused(a)
    #expect(traffic.ownedCells(a) == [0, 1, 2, 3])
    #expect(traffic.plan(a, 4) == nil)
  }
}

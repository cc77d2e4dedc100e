import FleetModel
import Testing

@testable import VirtualRobot

/// Robots that break the rules, for those who must bear it.
@Suite struct RogueTests {
  @Test func overrunLeavesTheReleaseAndVisitsNothingMore() {
    var rig = Rig()
    rig.send(Rig.route(row(0...3)))
    rig.run(1)
    rig.said += rig.robot.inject(.overrun(millimetres: 1500), now: rig.now)
    rig.run(20)
    #expect(rig.visited == [1, 2, 3])
    #expect(rig.robot.truePosition == Point(x: 5000, y: 500))
    #expect(rig.robot.isStanding)
    #expect(rig.robot.route.through == 3)
  }

  @Test func overrunOfAStandingRobotGoesWhereItLooks() {
    var rig = Rig(heading: 180_000)
    rig.send(Rig.route(row(0...0) + [(0, 1)]))
    rig.run(8)
    #expect(rig.robot.truePosition == Rig.point(0, 1))
    rig.said += rig.robot.inject(.overrun(millimetres: 700), now: rig.now)
    rig.run(5)
    #expect(rig.robot.truePosition == Point(x: 500, y: 2200))
  }

  @Test func strayEndsBesideTheRouteAndIsTold() {
    var rig = Rig()
    rig.send(Rig.route(row(0...2)))
    rig.run(8)
    rig.said += rig.robot.inject(.stray(dx: 0, dy: 1000), now: rig.now)
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(2, 1))
    let told = rig.states.last?.position ?? Point(x: 0, y: 0)
    #expect(abs(told.x - 2500) <= 50 && abs(told.y - 1500) <= 50)
  }

  @Test func strayRobotComesBackToItsNextLeg() {
    var rig = Rig()
    rig.send(Rig.route(row(0...2)))
    rig.run(8)
    rig.said += rig.robot.inject(.stray(dx: 0, dy: 600), now: rig.now)
    rig.run(5)
    rig.send(Rig.route(update: 2, firstLeg: 3, row(2...4)))
    rig.run(10)
    #expect(rig.visited == [1, 2, 3, 4])
    #expect(rig.robot.truePosition == Rig.point(4, 0))
  }

  @Test func mislocatedRobotDrivesRightAndTellsWrong() {
    var rig = Rig()
    rig.send(Rig.route(row(0...2)))
    rig.run(8)
    rig.said += rig.robot.inject(
      .mislocate(dx: 3000, dy: -1000, dxPerSecond: 0, dyPerSecond: 100), now: rig.now)
    #expect(rig.robot.truePosition == Rig.point(2, 0))
    let first = rig.states.last?.position ?? Point(x: 0, y: 0)
    #expect(abs(first.x - 5500) <= 50 && abs(first.y + 500) <= 50)
    rig.run(11)
    let later = rig.states.last?.position ?? Point(x: 0, y: 0)
    #expect(abs(later.x - 5500) <= 50 && (200...700).contains(later.y))
    rig.said += rig.robot.inject(
      .mislocate(dx: 0, dy: 0, dxPerSecond: 0, dyPerSecond: 0), now: rig.now)
    let healed = rig.states.last?.position ?? Point(x: 0, y: 0)
    #expect(abs(healed.x - 2500) <= 50 && abs(healed.y - 500) <= 50)
  }

  @Test func failedActionIsTold() {
    var rig = Rig()
    rig.send(.action(RobotAction(id: 4, kind: .load, durationMilliseconds: 5000)))
    rig.said += rig.robot.inject(.failAction, now: rig.now)
    #expect(
      rig.events.contains(.actionEnded(action: 4, result: .failed(text: "it did not work"))))
    #expect(!rig.robot.isLoaded)
  }

  @Test func wayAheadLeadsToTheFirstPlaceToTurn() {
    var rig = Rig()
    #expect(rig.robot.wayAhead(5000).isEmpty)
    rig.said += rig.robot.inject(.stop(for: .seconds(3)), now: rig.now)
    rig.send(Rig.route(row(0...3) + [(3, 1)]))
    #expect(rig.robot.stopsFor == .seconds(3))
    let way = rig.robot.wayAhead(5000)
    #expect(way.map(\.length) == [1000, 1000, 1000, 0])
    #expect(way.map(\.isTurn) == [false, false, false, true])
    #expect(way.map(\.headingDegrees) == [90, 90, 90, 180])
    #expect(rig.robot.wayAhead(1400).map(\.length) == [1000, 400])
    rig.run(5)
    #expect(rig.robot.stopsFor == nil)
    #expect(rig.robot.wayAhead(5000).count < 4)
  }
}

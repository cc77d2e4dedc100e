import Determinism
import FleetModel
import Testing

@testable import VirtualRobot

@Suite struct RouteTests {
  /// What the robot answers, without `present`.
  private func answers(_ outputs: [VirtualRobot.Output]) -> [RobotEvent] {
    Rig.events(outputs).filter { if case .present = $0 { false } else { true } }
  }

  private func started() -> Rig {
    var rig = Rig()
    rig.heartbeat()
    rig.send(Rig.route(row(0...4), through: 2))
    return rig
  }

  @Test func acknowledgesWhatItMayDrive() {
    let rig = started()
    #expect(rig.events.last == .acknowledged(order: 1, update: 1, through: 2))
    #expect(rig.robot.route == RoutePosition(order: 1, update: 1, visited: 0, through: 2))
    #expect(rig.robot.routeEnd == Rig.point(4, 0))
  }

  @Test func stopsAtTheEndOfItsRelease() {
    var rig = started()
    rig.run(20)
    #expect(rig.robot.truePosition == Rig.point(2, 0))
    #expect(rig.visited == [1, 2])
  }

  @Test func acknowledgesARepeatedUpdateAgain() {
    var rig = started()
    let again = rig.send(Rig.route(row(0...4), through: 2))
    #expect(answers(again) == [.acknowledged(order: 1, update: 1, through: 2)])
  }

  @Test func refusesTheSameNumberWithOtherContent() {
    var rig = started()
    let outputs = rig.send(Rig.route(row(0...5), through: 2))
    #expect(answers(outputs) == [.refused(number: 2, reason: .conflictingUpdate)])
    #expect(rig.robot.routeEnd == Rig.point(4, 0))
  }

  @Test func refusesAGap() {
    var rig = started()
    let outputs = rig.send(Rig.route(update: 3, firstLeg: 5, row(4...6)))
    #expect(answers(outputs) == [.refused(number: 2, reason: .updateGap)])
  }

  @Test(arguments: [
    Rig.route(update: 2, firstLeg: 6, row(4...6)),
    Rig.route(update: 2, firstLeg: 5, row(5...6)),
    Rig.route(update: 2, firstLeg: 5, row(4...6), through: 1),
    Rig.route(update: 2, firstLeg: 5, row(4...6), through: 7),
    Rig.route(order: 2, row(0...4)),
  ])
  func refusesLegsThatDoNotFollow(_ command: ControlCommand) {
    var rig = started()
    #expect(answers(rig.send(command)) == [.refused(number: 2, reason: .routeMismatch)])
    rig.send(Rig.route(update: 2, firstLeg: 5, row(4...6)))
    #expect(rig.robot.route.update == 2)
  }

  @Test func refusesALaterUpdateOfANewOrderAndAnOldOrder() {
    var rig = Rig()
    rig.heartbeat()
    let unknown = rig.send(Rig.route(order: 3, update: 2, firstLeg: 5, row(0...2)))
    #expect(answers(unknown) == [.refused(number: 1, reason: .updateGap)])
    rig.send(Rig.route(order: 3, row(0...1)))
    rig.run(5)
    let old = rig.send(Rig.route(order: 2, row(1...2)))
    #expect(answers(old) == [.refused(number: 3, reason: .unknownOrder)])
  }

  @Test func refusesARouteThatStartsElsewhere() {
    var rig = Rig()
    rig.heartbeat()
    let outputs = rig.send(Rig.route(row(1...4)))
    #expect(answers(outputs) == [.refused(number: 1, reason: .routeMismatch)])
  }

  @Test func takesANewOrderWhereTheOldOneEnded() {
    var rig = started()
    rig.run(20)
    rig.send(Rig.route(order: 2, row(2...3)))
    #expect(rig.events.last == .acknowledged(order: 2, update: 1, through: 1))
    rig.run(5)
    #expect(rig.events.last == .visited(order: 2, leg: 1))
    #expect(rig.robot.truePosition == Rig.point(3, 0))
  }

  @Test func acceptsAStartCloseByAndDrivesToItFirst() {
    var rig = Rig()
    rig.said += rig.robot.placeByHand(at: Point(x: 900, y: 300), now: rig.now)
    rig.send(Rig.route([(0, 0), (0, 1)]))
    rig.run(12)
    #expect(rig.robot.truePosition == Rig.point(0, 1))
    #expect(rig.visited == [1])
  }

  @Test func visitsALegWithoutLength() {
    var rig = Rig()
    rig.send(Rig.route([(0, 0), (0, 0), (1, 0), (1, 0), (2, 0)]))
    rig.run(8)
    #expect(rig.visited.last == 4)
    #expect(rig.robot.truePosition == Rig.point(2, 0))
  }

  // MARK: Trim

  @Test func givesBackWhatItHasNotReached() {
    var rig = Rig()
    rig.send(Rig.route(row(0...10)))
    rig.run(2.5)
    // 3 m on at 2 m/s it needs 2 m to stop: the fifth leg's end.
    let outputs = rig.send(.trim(order: 1, update: 2, through: 3))
    #expect(answers(outputs) == [.trimmed(order: 1, update: 2, through: 5)])
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(5, 0))
    rig.send(Rig.route(update: 3, firstLeg: 6, row(5...7)))
    #expect(rig.events.last == .acknowledged(order: 1, update: 3, through: 7))
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(7, 0))
  }

  @Test func answersARepeatedTrimTheSame() {
    var rig = Rig()
    rig.send(Rig.route(row(0...10)))
    rig.run(2.5)
    let first = answers(rig.send(.trim(order: 1, update: 2, through: 3)))
    rig.run(20)
    #expect(answers(rig.send(.trim(order: 1, update: 2, through: 3))) == first)
  }

  @Test func trimmedBeforeTheStartItStays() {
    var rig = Rig()
    rig.send(.pause)
    rig.send(Rig.route(row(0...3)))
    let outputs = rig.send(.trim(order: 1, update: 1, through: 0))
    #expect(answers(outputs) == [.trimmed(order: 1, update: 1, through: 0)])
    rig.send(.resume)
    rig.run(5)
    #expect(rig.robot.truePosition == Rig.point(0, 0))
    #expect(rig.robot.routeEnd == Rig.point(0, 0))
  }

  @Test func trimmedOnTheWayToItsStartItGoesOnFromThere() {
    var rig = Rig()
    rig.said += rig.robot.placeByHand(at: Point(x: 700, y: 500), now: rig.now)
    rig.send(.pause)
    rig.send(Rig.route(row(0...3)))
    #expect(rig.events.last == .acknowledged(order: 1, update: 1, through: 3))
    let outputs = rig.send(.trim(order: 1, update: 1, through: 0))
    #expect(answers(outputs) == [.trimmed(order: 1, update: 1, through: 0)])
    rig.send(.resume)
    rig.send(Rig.route(update: 2, firstLeg: 1, row(0...1)))
    #expect(rig.events.last == .acknowledged(order: 1, update: 2, through: 1))
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(1, 0))
  }

  @Test func aTrimMayBearTheLastUpdatesNumberOrTheNext() {
    var rig = Rig()
    rig.send(Rig.route(row(0...6)))
    rig.run(2)
    rig.send(.trim(order: 1, update: 1, through: 0))
    #expect(rig.events.last == .trimmed(order: 1, update: 1, through: 4))
    rig.send(Rig.route(row(0...6)))
    #expect(rig.events.last == .acknowledged(order: 1, update: 1, through: 4))
    rig.send(Rig.route(update: 2, firstLeg: 5, row(4...6)))
    rig.run(0.5)
    rig.send(.trim(order: 1, update: 3, through: 0))
    #expect(rig.events.last == .trimmed(order: 1, update: 3, through: 5))
    rig.send(Rig.route(update: 3, firstLeg: 6, row(5...6)))
    #expect(rig.events.last == .refused(number: 6, reason: .conflictingUpdate))
    rig.send(.trim(order: 1, update: 5, through: 0))
    #expect(rig.events.last == .refused(number: 7, reason: .updateGap))
  }

  @Test func atACornerWithinALegItCannotStop() {
    // Found by a chaos seed: turning at a corner of a junction it gave the junction back.
    var rig = Rig()
    let leg = RouteLeg(
      points: [Rig.point(1, 0), Rig.point(1, 1), Rig.point(1, 2)],
      speedLimitMillimetresPerSecond: 0)
    rig.send(
      .route(
        RouteUpdate(
          order: 1, update: 1, start: Rig.point(0, 0), firstLeg: 1, legs: [leg],
          releasedThrough: 1)))
    for _ in 0..<100 where rig.robot.truePosition != Rig.point(1, 0) { rig.run(0.1) }
    #expect(rig.robot.truePosition == Rig.point(1, 0))
    let outputs = rig.send(.trim(order: 1, update: 1, through: 0))
    #expect(answers(outputs) == [.trimmed(order: 1, update: 1, through: 1)])
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(1, 2))
  }

  @Test func refusesToTrimAnUnknownOrder() {
    var rig = started()
    let outputs = rig.send(.trim(order: 2, update: 1, through: 0))
    #expect(answers(outputs) == [.refused(number: 2, reason: .unknownOrder)])
  }

  // MARK: Pause and stop

  @Test func pausesAtALegsEndAndResumes() {
    var rig = Rig()
    rig.send(Rig.route(row(0...10)))
    rig.run(2.2)
    rig.send(.pause)
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(5, 0))
    #expect(rig.states.last?.holding == true)
    rig.send(.resume)
    rig.run(20)
    #expect(rig.robot.truePosition == Rig.point(10, 0))
  }

  @Test func stopsAtOnceAndResumes() {
    var rig = Rig()
    rig.send(Rig.route(row(0...10)))
    rig.run(2.25)
    rig.send(.stop)
    rig.run(5)
    // 2 m + 0.25 s at 2 m/s, and 2 m to brake.
    #expect(rig.robot.truePosition == Point(x: 5000, y: 500))
    #expect(rig.states.last?.mode == .stopped)
    rig.send(.resume)
    rig.run(20)
    #expect(rig.robot.truePosition == Rig.point(10, 0))
    #expect(rig.visited == Array(1...10))
  }
}

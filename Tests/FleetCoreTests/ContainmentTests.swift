import Determinism
import FleetModel
import Grid
import Invariants
import Site
import Testing

@testable import FleetCore

/// Nobody gets near a robot that is where nobody gave it road, until it says, standing, where it is,
/// or an operator has looked.
@Suite struct ContainmentTests {
  static let town = ["a.....b", ".......", ".......", "P.P.P.C"]

  /// A state of `robot` somewhere else, later than all it has told.
  private func state(
    _ yard: Yard, at place: Point, speed: Int32 = 0, heading: Int32 = 90_000, later: UInt64 = 1000,
    _ change: (inout RobotState) -> Void = { _ in }
  ) throws -> RobotState {
    var state = try #require(yard.fleet.robots[0].state)
    state.number += later
    state.position = place
    state.speedMillimetresPerSecond = speed
    state.headingMillidegrees = heading
    change(&state)
    return state
  }

  private func blocked(_ yard: Yard, _ i: Int = 0) -> [Cell] {
    yard.fleet.traffic.obstruction(of: yard.fleet.robots[i].index).map {
      yard.site.graph.cells[Int($0)]
    }
  }

  private func owned(_ yard: Yard) -> Set<Cell> {
    let cells = yard.fleet.traffic.ownedCells(yard.fleet.robots[0].index)
    return Set(cells.map { yard.site.graph.cells[Int($0)] })
  }

  private func violations(_ yard: Yard) -> [Violation] {
    QueueChecker().check(yard.fleet.queueSnapshot())
  }

  @Test func aRobotOffItsRoadBlocksWhereItMayComeToUntilItStands() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(10)
    yard.cutOff.insert(id)
    try yard.handle(.state(id, try state(yard, at: point(1, 1), speed: 1000)))
    #expect(yard.fleet.robots[0].containment?.cause == .offRoute)
    // 1 s at 1 m/s and 0.25 m of braking, eastwards.
    #expect(blocked(yard).contains(Cell(x: 1, y: 1)) && blocked(yard).contains(Cell(x: 2, y: 1)))
    #expect(!blocked(yard).contains(Cell(x: 0, y: 3)))
    #expect(violations(yard) == [])
    // Further on more is blocked, and no state gives any of it back.
    try yard.handle(.state(id, try state(yard, at: point(5, 2))))
    #expect(blocked(yard).contains(Cell(x: 1, y: 1)) && blocked(yard).contains(Cell(x: 5, y: 2)))
    #expect(yard.incidents.filter { $0.contains("off its road") }.count == 1)
    #expect(yard.fleet.fleetStatistics().contained == 1)
    // The robot itself is where it was all the time: it says so, and drives on.
    try yard.connect(id)
    try yard.run(10)
    #expect(yard.fleet.robots[0].containment == nil && blocked(yard) == [])
    let task = try yard.submit(try delivery())
    try yard.run(90) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func noRoadIsReleasedNearIt() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.add("r2", 0, 2)
    try yard.run(10)
    yard.cutOff.insert(id)
    try yard.handle(.state(id, try state(yard, at: point(3, 0))))
    let cells = Set(yard.fleet.traffic.obstruction(of: yard.fleet.robots[0].index))
    #expect(cells == [3])
    let task = try yard.submit(try delivery())
    try yard.run(60) { yard in
      let other = yard.fleet.robots[1].index
      #expect(cells.isDisjoint(with: yard.fleet.traffic.plannedCells(other)))
      return yard.state(task) == "completed"
    }
    #expect(yard.state(task) == "completed")
    #expect(violations(yard) == [])
  }

  @Test func whoWasReleasedThereIsAskedToStop() throws {
    var yard = try Yard(Self.town)
    let first = try yard.add("r1", 3, 3)
    try yard.add("r2", 0, 1)
    try yard.run(10)
    try yard.submit(try delivery("b", "a"), robot: try RobotID("r2"))
    try yard.run(8) { $0.fleet.traffic.hasRoadAhead($0.fleet.robots[1].index) }
    let road = yard.fleet.traffic.releasedCells(yard.fleet.robots[1].index)
    let end = yard.site.centre(of: VertexID(try #require(road.last)))
    yard.cutOff.insert(first)
    yard.cutOff.insert(try RobotID("r2"))
    try yard.handle(.state(first, try state(yard, at: end)))
    #expect(yard.fleet.traffic.isContested(yard.fleet.robots[1].index))
    #expect(yard.fleet.traffic.awaitsTrim(yard.fleet.robots[1].index))
    #expect(violations(yard) == [])
    let lines = yard.fleet.explain(robot: 1).joined(separator: "\n")
    #expect(lines.contains("held by r1") && lines.contains("asked where it can stop"))
  }

  @Test func aStateOfBeforeAReportSaysNothing() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 0, 1)
    try yard.run(2)
    let task = try yard.submit(try delivery("b", "a"))
    var old: RobotState?
    try yard.run(20) { yard in
      if old == nil, yard.fleet.traffic.hasRoadAhead(yard.fleet.robots[0].index) {
        old = yard.fleet.robots[0].state
      }
      return yard.fleet.traffic.position(of: yard.fleet.robots[0].index).visited > 2
    }
    var late = try #require(old)
    late.number = try #require(yard.fleet.robots[0].state).number + 1
    try yard.handle(.state(id, late))
    #expect(yard.fleet.robots[0].containment == nil)
    try yard.run(90) { $0.state(task) == "completed" }
    #expect(yard.fleet.fleetStatistics().contained == 0)
  }

  @Test func localisationErrorsAreForgivenOnce() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(10)
    yard.cutOff.insert(id)
    // On lot 2 at (2, 3): 10 mm beyond its cell, with an error of 20 mm.
    let place = try #require(yard.place(id))
    let beside = Point(x: Int64(place.x) * 1000 + 1010, y: Int64(place.y) * 1000 + 500)
    try yard.handle(.state(id, try state(yard, at: beside)))
    #expect(yard.fleet.robots[0].containment == nil)
    try yard.handle(.state(id, try state(yard, at: beside)))
    #expect(yard.fleet.robots[0].containment?.cause == .offRoute)
  }

  @Test func aRobotPastItsReleaseIsContained() throws {
    for isReport in [false, true] {
      var yard = try Yard(Self.town)
      let id = try yard.add("r1", 0, 1)
      try yard.run(2)
      try yard.submit(try delivery("b", "a"))
      try yard.run(10) { $0.fleet.traffic.hasRoadAhead($0.fleet.robots[0].index) }
      yard.cutOff.insert(id)
      let known = yard.fleet.traffic.position(of: yard.fleet.robots[0].index)
      let past = yard.fleet.traffic.furthestReleased(yard.fleet.robots[0].index) + 1
      if isReport {
        let event = RobotEvent.acknowledged(
          order: known.order, update: known.update + 1, through: past)
        let number = yard.fleet.robots[0].eventsHandled + 1
        try yard.handle(
          .report(
            id,
            RobotReport(
              sessionEpoch: 1, events: [NumberedEvent(number: number, event: event)])))
      } else {
        let place = try #require(yard.fleet.robots[0].state).position
        let route = RoutePosition(
          order: known.order, update: known.update, visited: known.visited, through: past)
        try yard.handle(.state(id, try state(yard, at: place, speed: 800) { $0.route = route }))
      }
      #expect(yard.fleet.robots[0].containment?.cause == .baseViolation)
      #expect(violations(yard) == [])
    }
  }

  @Test func aStateOfBeforeATrimIsNoViolation() throws {
    var (yard, id) = try Yard.driving(Self.town) { $0.through > $0.visited + 1 }
    let before = try #require(yard.fleet.robots[0].state)
    yard.cutOff.insert(id)
    let robot = yard.fleet.robots[0].index
    let known = yard.fleet.traffic.position(of: robot)
    _ = yard.fleet.traffic.requestTrim(robot)
    _ = yard.fleet.traffic.trimmed(
      robot, order: known.order, update: known.update, through: known.visited + 1)
    var late = before
    late.number += 1
    late.route = known
    try yard.handle(.state(id, late))
    #expect(yard.fleet.robots[0].containment == nil)
  }

  @Test func aRobotThatStandsBetweenCellsOwnsThemAndDrivesOn() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(10)
    // Between (1, 1) and (2, 1), a little nearer to the second.
    _ = yard.robots[id]?.placeByHand(at: Point(x: 2030, y: 1500), now: yard.now)
    try yard.run(10) { owned($0).contains(Cell(x: 1, y: 1)) }
    // It looks along the row: the rows beside it are not under it.
    #expect(owned(yard) == [Cell(x: 1, y: 1), Cell(x: 2, y: 1)])
    #expect(yard.fleet.robots[0].presence == .present && violations(yard) == [])
    let task = try yard.submit(try delivery())
    try yard.run(90) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(yard.fleet.fleetStatistics().contained <= 1 && violations(yard) == [])
  }

  @Test func whoWaitsAstrideCellsMakesRoom() throws {
    var yard = try Yard(["#a####", "P....b", "#P####"])
    let idler = try yard.add("idler", 0, 1)
    let busy = try yard.add("busy", 1, 2)
    try yard.run(10)
    // At its parking place, and on half of the crossing.
    _ = yard.robots[idler]?.placeByHand(at: Point(x: 940, y: 1500), now: yard.now)
    try yard.run(10) { $0.fleet.robots[0].presence == .present && owned($0).count == 2 }
    let task = try yard.submit(try delivery(), robot: busy)
    try yard.run(120) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(yard.place(idler) == Cell(x: 0, y: 1) && violations(yard) == [])
  }

  @Test func whoCannotMoveIsDrivenRoundWithAllThatItStandsOn() throws {
    var yard = try Yard(["a....b", "......", "P....P"])
    let idler = try yard.add("idler", 2, 0)
    let busy = try yard.add("busy", 5, 2)
    try yard.run(10)
    try yard.ask(.pauseRobot(idler))
    _ = yard.robots[idler]?.placeByHand(at: Point(x: 2500, y: 1040), now: yard.now)
    let task = try yard.submit(try delivery(), robot: busy)
    try yard.run(120) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed" && violations(yard) == [])
  }

  @Test func whoHasIdledForLongIsNotLate() throws {
    var yard = try Yard(["a....b", "......"])
    try yard.add("r1", 2, 1)
    try yard.run(178)
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed" && yard.incidents == [])
    try yard.run(400)
    #expect(yard.incidents == [] && yard.fleet.robotsToCarry.isEmpty)
  }

  @Test func whereThereAreNoPlacesNobodyIsMarooned() throws {
    var yard = try Yard(["......", "......"])
    try yard.add("r1", 2, 1)
    try yard.run(400)
    #expect(yard.incidents == [] && yard.fleet.robotsToCarry.isEmpty)
  }

  @Test func whoStandsWhereItCanDriveNowhereIsNamed() throws {
    var yard = try Yard(["a...#..", "P..b#.."])
    let id = try yard.add("r1", 0, 1)
    try yard.run(10)
    _ = yard.robots[id]?.placeByHand(at: point(5, 1), now: yard.now)
    let task = try yard.submit(try delivery())
    try yard.run(100)
    #expect(yard.fleet.robotsToCarry.isEmpty)
    try yard.run(200) { !$0.fleet.robotsToCarry.isEmpty }
    #expect(yard.fleet.robotsToCarry == [id])
    let told = "r1 has not come on for 180 s: it can drive to no place from (5, 1)"
    #expect(yard.incidents.count { $0.contains(told) } == 1)
    _ = yard.robots[id]?.placeByHand(at: point(1, 1), now: yard.now)
    try yard.run(120) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed" && yard.fleet.robotsToCarry.isEmpty)
  }

  @Test func aRobotSwitchedOnAgainBetweenCellsDrivesOn() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 0, 1)
    let task = try yard.submit(try delivery("b", "a"))
    try yard.run(20) {
      let x = $0.robots[id]?.truePosition.x ?? 0
      return x > 2000 && abs(x % 1000 - 500) > 350
    }
    _ = yard.robots[id]?.inject(.reboot, now: yard.now)
    try yard.cut(id)
    try yard.run(2)
    try yard.connect(id)
    try yard.run(90) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(violations(yard) == [])
  }

  @Test func aRobotOffTheRoadWaitsToBeCarriedBack() throws {
    var (yard, id) = try Yard.offTheRoad()
    #expect(yard.fleet.hindrance(0)?.isEmpty == false)
    #expect(yard.fleet.robots[0].presence == .unconfirmed && violations(yard) == [])
    _ = yard.robots[id]?.placeByHand(at: point(2, 1), now: yard.now)
    try yard.run(10)
    #expect(blocked(yard) == [] && yard.fleet.robots[0].presence == .present)
  }

  @Test func aRobotThatNeverJoinedIsInTheWayAllTheSame() throws {
    var yard = try Yard(Self.town)
    let id = try RobotID("r1")
    try yard.handle(.enrolled(id))
    var vehicle = try cart()
    vehicle.id = try ClassID("truck")
    try yard.handle(.factsheet(id, sheet(vehicle)))
    let told = RobotState(
      sessionEpoch: 1, serverEpoch: 1, number: 1, position: point(3, 1), headingMillidegrees: 0,
      speedMillimetresPerSecond: 0, route: .none, lastControl: 0, energyPermille: 500,
      charging: false, mode: .manual, holding: false, loaded: false, errors: [])
    try yard.handle(.state(id, told))
    #expect(blocked(yard) == [Cell(x: 3, y: 1)])
    #expect(violations(yard) == [])
  }

  @Test func theCellsOfARobotAstraySurviveARestart() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(10)
    yard.cutOff.insert(id)
    try yard.handle(.state(id, try state(yard, at: point(5, 1))))
    try yard.run(1)
    let before = Set(blocked(yard))
    #expect(!before.isEmpty)
    try yard.restart()
    #expect(Set(blocked(yard)) == before)
    #expect(yard.fleet.robots[0].containment != nil)
    try yard.connect(id)
    try yard.run(10)
    #expect(blocked(yard) == [] && yard.fleet.robots[0].containment == nil)
  }

  // MARK: Clearing

  private func code(_ reply: OperatorReply) -> Refusal.Code? {
    if case .refused(let refusal) = reply { refusal.code } else { nil }
  }

  @Test func aRobotIsClearedOnlyOnceItHasSurelyStopped() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 0, 1)
    let task = try yard.submit(try delivery("b", "a"))
    try yard.run(4)
    let held = yard.fleet.traffic.ownedCells(yard.fleet.robots[0].index)
    #expect(code(try yard.ask(.clearRobot(id, confirmed: true))) == .wrongState)
    try yard.cut(id)
    try yard.run(32)
    #expect(yard.fleet.robots[0].freshness == .lost)
    #expect(code(try yard.ask(.clearRobot(id, confirmed: true))) == .wrongState)
    #expect(yard.fleet.traffic.ownedCells(yard.fleet.robots[0].index).count > 0)
    // 30 s, 3 s of its watchdog, 1 s of braking, 5 s to be sure.
    try yard.run(10)
    #expect(code(try yard.ask(.clearRobot(id, confirmed: false))) == .invalid)
    #expect(try yard.ask(.clearRobot(id, confirmed: true)) == .done)
    #expect(yard.fleet.queueSnapshot().robots.isEmpty && !held.isEmpty)
    #expect(yard.fleet.fleetStatistics().cleared == 1)
    #expect(yard.state(task) != "completed")
    #expect(code(try yard.ask(.clearRobot(id, confirmed: true))) == .wrongState)
    // It was only out of reach: it joins again where it stands, and the task ends.
    try yard.connect(id)
    try yard.run(120) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(violations(yard) == [])
  }

  @Test func theLoadOfAClearedRobotHasFailed() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 0, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.fleet.tasks.open[task]?.mission.canReassign == false }
    try yard.cut(id)
    try yard.run(60)
    #expect(yard.state(task) != "failed")
    try yard.ask(.clearRobot(id, confirmed: true))
    #expect(yard.record(task)?.state == .failed(.robotFailed(id)))
  }

  @Test func aRobotThatIsRemovedWhileDrivingKeepsItsCells() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 0, 1)
    try yard.submit(try delivery("b", "a"))
    try yard.run(10) { $0.fleet.traffic.hasRoadAhead($0.fleet.robots[0].index) }
    try yard.cut(id)
    let held = yard.fleet.traffic.ownedCells(yard.fleet.robots[0].index)
    try yard.handle(.removed(id))
    #expect(yard.fleet.traffic.ownedCells(yard.fleet.robots[0].index) == held)
    try yard.run(1)
    try yard.restart()
    try yard.handle(.removed(id))
    #expect(yard.fleet.traffic.ownedCells(yard.fleet.robots[0].index) == held)
    #expect(yard.fleet.explain(robot: 0).contains { $0.contains("drover robot clear r1") })
    try yard.run(45)
    #expect(yard.fleet.traffic.ownedCells(yard.fleet.robots[0].index) == held)
    #expect(try yard.ask(.clearRobot(id, confirmed: true)) == .done)
    #expect(yard.fleet.queueSnapshot().robots.isEmpty)
    #expect(try yard.shelf.load().robots.isEmpty)
    #expect(yard.fleet.index(of: id) == nil)
  }
}

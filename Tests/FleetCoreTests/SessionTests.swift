import Determinism
import FleetModel
import Grid
import Invariants
import Site
import Testing

@testable import FleetCore

/// Robots come, go, and say where they are; nobody drives who has not.
@Suite struct SessionTests {
  static let town = ["a.....b", ".......", "P.P.P.C"]

  private func present(
    _ number: UInt64, at place: Point, route: RoutePosition = .none, epoch: UInt64 = 1,
    answering query: UInt64 = 0
  ) -> NumberedEvent {
    NumberedEvent(
      number: number,
      event: .present(
        position: place, route: route, standing: true, serverEpoch: epoch, answering: query))
  }

  /// One that has heard of a newer server ignores this one. Of two the server would notice itself.
  @Test func whoObeysAnotherServerIsTold() throws {
    var yard = try Yard(["a...b", ".....", "P.P.C"])
    let id = try RobotID("r1")
    try yard.handle(.enrolled(id))
    try yard.handle(.connection(id, ConnectionMessage(sessionEpoch: 1, status: .online)))
    try yard.handle(.factsheet(id, sheet(try cart())))
    try yard.handle(
      .state(
        id,
        RobotState(
          sessionEpoch: 1, serverEpoch: 5, number: 1, position: point(2, 1),
          headingMillidegrees: 0, speedMillimetresPerSecond: 0, route: .none, lastControl: 0,
          energyPermille: 900, charging: false, mode: .automatic, holding: false, loaded: false,
          errors: [])))
    try yard.run(5)
    let lines = try #require(yard.fleet.explanation(of: id))
    #expect(lines.contains("it obeys a server with epoch 5, and not this one with 1"), "\(lines)")
  }

  @Test func nothingIsReleasedBeforeTheRobotSaidWhereItIs() throws {
    var yard = try Yard(Self.town)
    let id = try RobotID("r1")
    try yard.handle(.enrolled(id))
    let online = ConnectionMessage(sessionEpoch: 4, status: .online)
    try yard.handle(.connection(id, online))
    try yard.handle(.factsheet(id, sheet(try cart())))
    try yard.run(5)
    #expect(!yard.sent.contains { if case .route = $0.message.command { true } else { false } })
    #expect(yard.fleet.queueSnapshot().robots.isEmpty)
    let report = RobotReport(sessionEpoch: 4, events: [present(1, at: point(3, 1))])
    try yard.handle(.report(id, report))
    #expect(yard.fleet.queueSnapshot().robots.isEmpty, "an answer to the query is awaited")
    let query = yard.sent.last { if case .query = $0.message.command { true } else { false } }
    let answer = present(2, at: point(3, 1), answering: query?.message.number ?? 0)
    try yard.handle(.report(id, RobotReport(sessionEpoch: 4, events: [answer])))
    #expect(yard.fleet.queueSnapshot().robots.count == 1)
  }

  @Test func aRestoredRobotGetsNothingUntilItHasHeardOfTheNewServer() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(2)
    try yard.cut(id, will: false)
    try yard.submit(try delivery())
    try yard.restart()
    let stored = try #require(try yard.shelf.load().robots.first)
    let next = stored.eventsHandled + 1
    let sent = yard.sent.count
    // Made before the robot heard of this run: what the old one sent may still reach it.
    let old = RobotReport(
      sessionEpoch: 1, events: [present(next, at: point(3, 1), epoch: 1)])
    try yard.handle(.report(id, old))
    #expect(yard.fleet.robots[0].presence == .unconfirmed)
    try yard.run(3)
    #expect(
      !yard.sent[sent...].contains {
        if case .route = $0.message.command { true } else { false }
      })
  }

  @Test func aSecondPresentChangesNothing() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.submit(try delivery())
    try yard.run(2)
    let before = yard.fleet.queueSnapshot()
    let i = try #require(yard.fleet.index(of: id))
    let robot = yard.fleet.robots[i]
    let position = try #require(robot.state?.position)
    let again = RobotReport(
      sessionEpoch: 1,
      events: [
        present(
          robot.eventsHandled + 1, at: position,
          route: RoutePosition(order: robot.order, update: 1, visited: 0, through: 0),
          answering: 1)
      ])
    try yard.handle(.report(id, again))
    #expect(yard.fleet.queueSnapshot() == before)
    #expect(yard.fleet.robots[i].presence == .present)
  }

  @Test func staleEpochsAreIgnored() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(1)
    try yard.cut(id)
    try yard.connect(id)
    try yard.run(1)
    let before = yard.fleet.robots[0]
    let will = ConnectionMessage(sessionEpoch: 1, status: .lost)
    try yard.handle(.connection(id, will))
    let report = RobotReport(
      sessionEpoch: 1,
      events: [NumberedEvent(number: before.eventsHandled + 1, event: .visited(order: 1, leg: 9))])
    try yard.handle(.report(id, report))
    #expect(yard.fleet.robots[0].session == .online)
    #expect(yard.fleet.robots[0].eventsHandled == before.eventsHandled)
  }

  @Test func aLateStateDoesNotReviveADeadSession() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(1)
    var state = try #require(yard.fleet.robots[0].state)
    try yard.cut(id)
    state.number += 1
    try yard.handle(.state(id, state))
    let greeting = ConnectionMessage(sessionEpoch: 1, status: .online)
    try yard.handle(.connection(id, greeting))
    #expect(yard.fleet.robots[0].session == .lost)
  }

  @Test func aGapInTheReportsIsWaitedFor() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(1)
    let handled = yard.fleet.robots[0].eventsHandled
    let incident = RobotEvent.incident(kind: .other, text: "x")
    let report = { (numbers: [UInt64]) in
      RobotReport(
        sessionEpoch: 1, events: numbers.map { NumberedEvent(number: $0, event: incident) })
    }
    try yard.handle(.report(id, report([handled + 2])))
    #expect(yard.fleet.robots[0].eventsHandled == handled)
    try yard.handle(.report(id, report([handled + 1, handled + 2])))
    #expect(yard.fleet.robots[0].eventsHandled == handled + 2)
    #expect(yard.incidents.count == 2)
  }

  @Test func duplicatedAndReorderedReportsAreHarmless() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    yard.stutters = true
    try yard.add("r1", 3, 1)
    try yard.add("r2", 0, 1)
    let tasks = try (0..<4).map { try yard.submit(try delivery(), key: "k\($0)") }
    try yard.run(180) { yard in tasks.allSatisfy { yard.state($0) == "completed" } }
    #expect(tasks.map { yard.state($0) } == Array(repeating: "completed", count: 4))
    #expect(yard.done.count == 8)
  }

  @Test func anOrderNumberWithoutRoomForAnotherIsNoOrder() throws {
    var yard = try Yard(Self.town)
    let id = try RobotID("r1")
    try yard.handle(.enrolled(id))
    try yard.handle(.factsheet(id, sheet(try cart())))
    let route = RoutePosition(order: .max, update: .max, visited: .max, through: .max)
    let report = RobotReport(
      sessionEpoch: 1, events: [present(1, at: point(3, 1), route: route)])
    try yard.handle(.report(id, report))
    #expect(yard.fleet.queueSnapshot().robots.isEmpty)
  }

  @Test func aRobotHeldByItsWatchdogIsConfirmed() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    try yard.run(1.5)
    // The server stalls: nobody handles anything, no session ends.
    for _ in 0..<160 {
      yard.now = yard.now + .milliseconds(50)
      _ = yard.robots[id]?.advance(to: yard.now)
    }
    #expect(yard.robots[id]?.isHeld == true)
    try yard.run(90) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func aRobotResumedWhileAwayDrivesOn() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    try yard.run(1)
    try yard.ask(.pauseRobot(id))
    try yard.run(5)
    #expect(yard.robots[id]?.isPaused == true)
    try yard.cut(id)
    try yard.ask(.resumeRobot(id))
    try yard.run(2)
    try yard.connect(id)
    try yard.run(90) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func aPauseReachesARobotThatWasSwitchedOnAgain() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.ask(.pauseRobot(id))
    try yard.run(1)
    try yard.cut(id)
    try yard.connect(id)
    let sent = yard.sent.count
    try yard.submit(try delivery())
    try yard.run(10)
    #expect(
      !yard.sent[sent...].contains { if case .route = $0.message.command { true } else { false } })
    #expect(yard.robots[id]?.isPaused == true)
  }

  @Test func aRobotThatComesBackWithAnOlderRouteGoesOn() throws {
    // Put away at once and long before; with the server alive all the time, and restarted meanwhile.
    for (wait, restarts) in [(1.0, false), (6.0, false), (6.0, true), (12.0, false)] {
      var yard = try Yard(["a.............b", "...............", "P.P.P.C........"])
      let id = try yard.add("r1", 0, 1)
      let task = try yard.submit(try delivery("b", "a"))
      try yard.run(3)
      _ = yard.robots[id]?.inject(.storeRoute, now: yard.now)
      try yard.run(wait)
      _ = yard.robots[id]?.inject(.rebootWithStoredRoute, now: yard.now)
      try yard.cut(id)
      try yard.run(3)
      if restarts { try yard.restart() }
      try yard.connect(id)
      try yard.run(150) { $0.state(task) == "completed" }
      #expect(yard.state(task) == "completed", "after \(wait) s, restart \(restarts)")
      #expect(QueueChecker().check(yard.fleet.queueSnapshot()) == [])
    }
  }

  /// r1 under way to "a", put away with road ahead and switched off soon after: it stands 150 mm
  /// before the end of a leg that it believes not to have driven, which it `hasTold` of or not.
  private func betweenStops(hasTold: Bool) throws -> (yard: Yard, id: RobotID) {
    var yard = try Yard(["a.............b", "...............", "P.P.P.C........"])
    let id = try yard.add("r1", 14, 1)
    try yard.submit(try delivery("a", "b"))
    try yard.run(4)
    _ = yard.robots[id]?.inject(.storeRoute, now: yard.now)
    let before = try #require(yard.robots[id]?.route.visited)
    try yard.run(10) { ($0.robots[id]?.route.visited ?? 0) > before }
    let stored = try #require(yard.robots[id]?.route)
    #expect(stored.through > stored.visited)
    if hasTold {
      try yard.run(10) { ($0.robots[id]?.route.visited ?? 0) > stored.visited }
    } else {
      try yard.run(0.2)
    }
    try yard.cut(id)
    _ = yard.robots[id]?.inject(.rebootWithStoredRoute, now: yard.now)
    try yard.run(3)
    let end = try #require(
      yard.fleet.traffic.end(ofLeg: stored.visited + 1, yard.fleet.robots[0].index))
    let cell = yard.site.graph.cell(of: VertexID(end))
    let place = Point(x: Int64(cell.x) * 1000 + 650, y: Int64(cell.y) * 1000 + 500)
    _ = yard.robots[id]?.placeByHand(at: place, now: yard.now)
    return (yard, id)
  }

  @Test func aRobotThatCannotGiveUpAnOldLegDropsIt() throws {
    var (yard, id) = try betweenStops(hasTold: true)
    try yard.connect(id)
    let route = try #require(yard.robots[id]?.route)
    #expect(route.visited < yard.fleet.traffic.position(of: yard.fleet.robots[0].index).visited)
    #expect(route.through > route.visited)
    let task = try TaskID("t1")
    try yard.run(150) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(yard.incidents.count { $0.contains("it is to drop it") } == 1)
  }

  @Test func aStrangerBetweenStopsDropsItsRoute() throws {
    // All that the server knew is lost.
    var (yard, id) = try betweenStops(hasTold: false)
    yard.shelf = Shelf()
    try yard.restart()
    try yard.connect(id)
    let route = try #require(yard.robots[id]?.route)
    #expect(route.through > route.visited)
    let task = try yard.submit(try delivery("b", "a"), key: "k2")
    try yard.run(150) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(yard.incidents.count { $0.contains("it is to drop it") } == 1)
  }

  @Test func aRobotMovedByHandIsTakenUpWhereItStands() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(10)
    let outputs = yard.robots[id]?.placeByHand(at: point(6, 1), now: yard.now) ?? []
    #expect(!outputs.isEmpty)
    try yard.run(15)
    let task = try yard.submit(try delivery())
    try yard.run(90) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(yard.fleet.queueSnapshot().robots.count == 1)
  }

  @Test func aRobotOfAnUnknownClassIsNotDriven() throws {
    var yard = try Yard(Self.town)
    let id = try RobotID("r1")
    try yard.handle(.enrolled(id))
    var vehicle = try cart()
    vehicle.id = try ClassID("truck")
    try yard.handle(.factsheet(id, sheet(vehicle)))
    let report = RobotReport(sessionEpoch: 1, events: [present(1, at: point(3, 1))])
    try yard.handle(.report(id, report))
    try yard.run(1)
    #expect(yard.fleet.queueSnapshot().robots.isEmpty)
    #expect(yard.incidents.count == 1)
  }
}

extension SessionTests {
  @Test func aRobotOffItsRoadIsAskedAndTakenUpThere() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(10)
    var state = try #require(yard.fleet.robots[0].state)
    let number = state.number + 1000
    state.position = point(1, 1)
    for n in 0..<3 {
      state.number = number + UInt64(n)
      try yard.handle(.state(id, state))
    }
    #expect(yard.incidents.allSatisfy { $0.contains("r1 is off its road at (1, 1)") })
    #expect(!yard.incidents.isEmpty)
    #expect(
      yard.fleet.robots[0].presence == .unconfirmed || yard.fleet.robots[0].presence == .present)
    let asked = yard.sent.last { if case .query = $0.message.command { true } else { false } }
    #expect(asked != nil)
  }

  @Test func aRobotThatTurnsUpOnAnothersRoadIsContested() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    let first = try yard.add("r1", 0, 1)
    try yard.submit(try delivery("b", "a"))
    try yard.run(1.6)
    #expect(yard.fleet.traffic.hasRoadAhead(yard.fleet.robots[0].index))
    // The second turns up where the first may drive to; the first cannot be asked to trim.
    let road = yard.fleet.traffic.releasedCells(yard.fleet.robots[0].index)
    let end = yard.site.graph.cells[Int(try #require(road.last))]
    try yard.cut(first, will: false)
    let second = try yard.add("r2", Int64(end.x), Int64(end.y))
    #expect(yard.fleet.traffic.awaitsTrim(yard.fleet.robots[0].index))
    #expect(yard.fleet.traffic.isContested(yard.fleet.robots[1].index))
    #expect(yard.incidents.contains { $0.contains("\(second)") })
  }

  /// r1 on its way, cut off, with road ahead.
  private func driving() throws -> (yard: Yard, id: RobotID) {
    var (yard, id) = try Yard.driving(Self.town) {
      $0.visited > 0 && $0.through > $0.visited + 1
    }
    yard.cutOff.insert(id)
    return (yard, id)
  }

  @Test func aTrimThatAReplacedServerAskedForIsFoundOut() throws {
    var (yard, id) = try driving()
    let known = yard.fleet.traffic.position(of: yard.fleet.robots[0].index)
    let trimmed = NumberedEvent(
      number: yard.fleet.robots[0].eventsHandled + 1,
      event: .trimmed(order: known.order, update: known.update, through: known.visited + 1))
    try yard.handle(.report(id, RobotReport(sessionEpoch: 1, events: [trimmed])))
    #expect(yard.fleet.robots[0].presence == .unconfirmed)
    #expect(yard.sent.last?.message.command == .query)
    // What it tells of the road that it has left is the end of the matter.
    let query = yard.sent.last?.message.number ?? 0
    let route = RoutePosition(
      order: known.order, update: known.update, visited: known.visited,
      through: known.visited + 1)
    let place = try #require(yard.fleet.robots[0].state).position
    let answer = present(trimmed.number + 1, at: place, route: route, answering: query)
    try yard.handle(.report(id, RobotReport(sessionEpoch: 1, events: [answer])))
    #expect(yard.fleet.robots[0].presence == .present)
    let now = yard.fleet.traffic.position(of: yard.fleet.robots[0].index)
    #expect(now == route)
  }

  @Test(arguments: [false, true])
  func aRobotThatRemembersWhatItGaveBackGivesItBackAgain(afterRestart: Bool) throws {
    var (yard, id) = try driving()
    let known = yard.fleet.traffic.position(of: yard.fleet.robots[0].index)
    let place = try #require(yard.fleet.robots[0].state).position
    let trimmed = NumberedEvent(
      number: yard.fleet.robots[0].eventsHandled + 1,
      event: .trimmed(order: known.order, update: known.update, through: known.visited + 1))
    try yard.handle(.report(id, RobotReport(sessionEpoch: 1, events: [trimmed])))
    if afterRestart { try yard.restart() }
    // It comes back with the route that it had before.
    let word = RobotReport(
      sessionEpoch: 2,
      events: [present(1, at: place, route: known, epoch: afterRestart ? 2 : 1)])
    try yard.handle(.report(id, word))
    #expect(yard.fleet.robots[0].presence == .unconfirmed)
    #expect(
      yard.sent.last?.message.command
        == .trim(order: known.order, update: known.update, through: known.visited))
    #expect(yard.fleet.traffic.position(of: yard.fleet.robots[0].index).through == known.through)
    // Once that road is given up it begins where it stands, which is not the end of a leg.
    let stopped = RoutePosition(
      order: known.order, update: known.update, visited: known.visited, through: known.visited)
    let given = NumberedEvent(
      number: 2,
      event: .trimmed(order: known.order, update: known.update, through: known.visited))
    try yard.handle(.report(id, RobotReport(sessionEpoch: 2, events: [given])))
    let query = yard.sent.last?.message.number ?? 0
    let answer = present(
      3, at: place, route: stopped, epoch: afterRestart ? 2 : 1, answering: query)
    try yard.handle(.report(id, RobotReport(sessionEpoch: 2, events: [answer])))
    #expect(yard.fleet.robots[0].presence == .present)
    #expect(yard.fleet.robots[0].givenBack == nil)
    #expect(yard.fleet.robots[0].order == known.order + 1)
  }

  @Test func aRobotThatRefusesTwoReleasesGetsANewOrder() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    yard.cutOff.insert(id)
    let place = point(3, 1)
    try yard.submit(try delivery())
    var number = yard.fleet.robots[0].eventsHandled
    func tell(_ event: NumberedEvent) throws {
      number = event.number
      try yard.handle(.report(id, RobotReport(sessionEpoch: 1, events: [event])))
    }
    let first = yard.fleet.robots[0].order
    for round in 1...2 {
      try yard.run(2) { $0.fleet.traffic.position(of: $0.fleet.robots[0].index).through > 0 }
      let route = yard.fleet.traffic.position(of: yard.fleet.robots[0].index)
      #expect(route.order == first && route.through > 0, "round \(round)")
      let sent = try #require(
        yard.sent.last { if case .route = $0.message.command { true } else { false } })
      // It was asked a while ago: it is asked again at once.
      yard.now = yard.now + .seconds(6)
      try tell(
        NumberedEvent(
          number: number + 1,
          event: .refused(number: sent.message.number, reason: .routeMismatch)))
      #expect(yard.fleet.robots[0].refusedReleases == round)
      #expect(yard.sent.last?.message.command == .query)
      let query = yard.sent.last?.message.number ?? 0
      let stood = RoutePosition(order: first, update: 0, visited: 0, through: 0)
      try tell(present(number + 1, at: place, route: stood, answering: query))
      #expect(yard.fleet.robots[0].presence == .present)
    }
    #expect(yard.fleet.robots[0].order == first + 1)
    #expect(yard.fleet.robots[0].refusedReleases == 0)
  }

  @Test func aRobotThatOverranOntoTheNextCellKeepsIt() throws {
    var (yard, id) = try driving()
    let robot = yard.fleet.robots[0].index
    let known = yard.fleet.traffic.position(of: robot)
    let next = try #require(yard.fleet.traffic.end(ofLeg: known.visited + 1, robot))
    // It never got the road that it drove.
    let route = RoutePosition(
      order: known.order, update: known.update, visited: known.visited, through: known.visited)
    let place = yard.site.centre(of: VertexID(next))
    let word = RobotReport(sessionEpoch: 2, events: [present(1, at: place, route: route)])
    try yard.handle(.report(id, word))
    #expect(yard.fleet.robots[0].presence == .present)
    #expect(yard.fleet.robots[0].order == known.order + 1)
    #expect(yard.fleet.traffic.ownedCells(robot) == [next])
  }

  @Test func whatWasToBeDoneElsewhereIsNotDoneWhereTheRobotWasPut() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 0, 1)
    try yard.run(2)
    let task = try yard.submit(try delivery("b", "a"))
    try yard.run(60) { $0.fleet.robots[0].action != nil }
    let action = try #require(yard.fleet.robots[0].action).action.id
    // It is switched on again on another cell.
    yard.cutOff.insert(id)
    let sent = yard.sent.count
    let word = RobotReport(sessionEpoch: 2, events: [present(1, at: point(2, 1))])
    try yard.handle(.report(id, word))
    #expect(yard.fleet.robots[0].presence == .present)
    let commands = yard.sent[sent...].map(\.message.command)
    #expect(commands.contains(.cancelAction(action: action)))
    #expect(
      !commands.contains { if case .action = $0 { true } else { false } })
    let ended = NumberedEvent(number: 2, event: .actionEnded(action: action, result: .cancelled))
    try yard.handle(.report(id, RobotReport(sessionEpoch: 2, events: [ended])))
    #expect(yard.fleet.robots[0].action == nil && yard.state(task) != "failed")
  }
}

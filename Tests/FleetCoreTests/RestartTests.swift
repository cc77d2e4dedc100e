import Determinism
import FleetModel
import Grid
import Testing

@testable import FleetCore

/// A server that dies at any moment comes back with all it needs.
@Suite struct RestartTests {
  @Test func restartRestoresTasksAssignmentsAndPromises() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    let id = try yard.add("r1", 3, 1)
    try yard.add("r2", 6, 1)
    let task = try yard.submit(try delivery(), robot: id)
    let waiting = try yard.submit(try delivery("b", "a"), key: "k2", robot: id)
    try yard.run(1.5)
    let before = yard.fleet
    // Nothing reaches anybody, so what comes back is what was written.
    for id in yard.robots.keys { try yard.cut(id, will: false) }
    try yard.run(0.1)
    try yard.restart()
    #expect(yard.record(task)?.robot == id)
    #expect(yard.record(waiting)?.state.isEnded == false)
    #expect(yard.fleet.robots[0].job == .task(task))
    for i in 0..<2 {
      #expect(yard.fleet.robots[i].presence == .unconfirmed)
      #expect(
        yard.fleet.traffic.promise(of: yard.fleet.robots[i].index)
          == before.traffic.promise(of: before.robots[i].index))
    }
    #expect(try yard.submit(try delivery(), robot: id) == task, "the key is known again")
    #expect(try yard.submit(try delivery(), key: "k3") == (try TaskID("t3")))
  }

  @Test func aServerEndsWhenMostRobotsObeyAnother() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    let ids = try [(1, 1), (3, 1), (5, 1)].enumerated().map { number, place in
      try yard.add("r\(number)", place.0, place.1)
    }
    try yard.run(3)
    /// What is known when the next heartbeat has gone out.
    func answer() -> [FleetEffect] {
      yard.now = yard.now + .seconds(1)
      return yard.fleet.handle(.tick, now: yard.now)
    }
    func tell(_ i: Int, epoch: UInt64, number: UInt64) throws {
      var told = try #require(yard.fleet.robots[i].state)
      told.number += number
      told.serverEpoch = epoch
      _ = yard.fleet.handle(.state(ids[i], told), now: yard.now)
    }
    func isSuperseded(_ effects: [FleetEffect]) -> Bool {
      effects.contains { if case .superseded = $0 { true } else { false } }
    }
    // The first that is heard lies.
    try tell(0, epoch: 99, number: 500)
    #expect(!isSuperseded(answer()))
    try yard.run(20)
    try tell(0, epoch: 7, number: 1000)
    #expect(!isSuperseded(answer()))
    try tell(1, epoch: 8, number: 1000)
    #expect(answer().contains(.superseded(by: 8)))
    try tell(2, epoch: 9, number: 1000)
    #expect(answer().contains(.superseded(by: 9)))
  }

  /// Dies at batch after batch, with the batch durable or lost, its messages always lost.
  @Test(arguments: [true, false])
  func aDeliverySurvivesACrashAtAnyBatch(commits: Bool) throws {
    for crashAt in 8..<200 {
      var yard = try Yard(["a....b", "......", "P.P.C."])
      yard.crashAt = crashAt
      yard.crashCommits = commits
      try yard.add("r1", 2, 1)
      try yard.add("r2", 4, 1)
      let task = try yard.insist(try delivery())
      try yard.run(120) { $0.state(task) == "completed" }
      #expect(yard.state(task) == "completed", "crash at batch \(crashAt)")
      guard yard.batches >= crashAt else { return }
      #expect(yard.done.count == 2, "crash at batch \(crashAt): \(yard.done)")
      #expect(yard.fleet.robots.allSatisfy { $0.action == nil })
      let driver = try #require(yard.record(task)?.robot)
      #expect(yard.robots[driver]?.isLoaded == false)
      #expect(yard.place(driver) == Cell(x: 5, y: 0), "crash at batch \(crashAt)")
    }
    Issue.record("the delivery takes more batches than were tried")
  }

  @Test func anActionsEndAndItsTaskAreWrittenTogether() throws {
    var yard = try Yard(["a....b", "......", "P.P.C."])
    let id = try yard.add("r1", 2, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.fleet.robots[0].action != nil }
    let action = try #require(yard.fleet.robots[0].action?.action.id)
    let next = yard.fleet.robots[0].eventsHandled + 1
    var batch: [FleetEffect] = []
    for (n, event) in [
      RobotEvent.actionStarted(action: action), .actionEnded(action: action, result: .succeeded),
    ].enumerated() {
      batch += yard.fleet.handle(
        .report(
          id,
          RobotReport(
            sessionEpoch: 1, events: [NumberedEvent(number: next + UInt64(n), event: event)])),
        now: yard.now)
    }
    var shelf = Shelf()
    try shelf.commit(batch)
    let stored = try shelf.load()
    let mission = try #require(stored.tasks.first?.mission)
    #expect(mission.isLoaded && stored.tasks.first?.record.id == task)
    #expect(stored.robots.first?.eventsHandled == next + 1)
    #expect(stored.robots.first?.action == nil)
  }

  @Test func aPromiseHoldsWhenTheClassIsGone() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    try yard.add("r1", 3, 1)
    try yard.submit(try delivery())
    try yard.run(1.5)
    var stored = try yard.shelf.load()
    let told = try #require(stored.robots[0].factsheet)
    var vehicle = told.vehicle
    vehicle.id = try ClassID("gone")
    stored.robots[0].factsheet = Factsheet(
      vendor: told.vendor, model: told.model, serial: told.serial, vehicle: vehicle,
      heartbeatTimeoutMilliseconds: told.heartbeatTimeoutMilliseconds)
    var fleet = Fleet(site: yard.site, serverEpoch: 2, seed: Seed(1))
    _ = fleet.handle(.enrolled(stored.robots[0].id), now: yard.now)
    _ = fleet.restore(stored, now: yard.now)
    _ = fleet.handle(.tick, now: yard.now)
    #expect(fleet.queueSnapshot().robots.count == 1)
  }

  @Test func aPromiseOffTheMapIsAnIncident() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    try yard.add("r1", 3, 1)
    try yard.run(1)
    let stored = try yard.shelf.load()
    let small = try drawn(["a.b", "P.C"])
    var fleet = Fleet(site: small, serverEpoch: 2, seed: Seed(1))
    _ = fleet.handle(.enrolled(stored.robots[0].id), now: yard.now)
    let effects = fleet.restore(stored, now: yard.now)
    #expect(effects.contains { if case .notice(let n) = $0 { n.kind == .incident } else { false } })
    #expect(fleet.queueSnapshot().robots.isEmpty)
  }

  @Test func aClosedZoneStaysClosed() throws {
    var yard = try Yard(["a..z..b", "...#...", "P.P#P.C"])
    try yard.ask(.closeZone(try ZoneID("gate")))
    try yard.restart()
    #expect(yard.fleet.closedZones == [true])
  }

  @Test func aPatrolGoesOnWhereItWas() throws {
    var yard = try Yard(["1.....2", ".......", "P.P.P.C"], inspectMilliseconds: 1000)
    try yard.add("r1", 3, 1)
    let task = try yard.submit(.patrol(Patrol(route: try RouteID("tour"), extent: .rounds(2))))
    try yard.run(60) { $0.done.count == 2 }
    try yard.restart()
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(yard.done.count == 4)
  }

  /// It was told that they are committed, by a server that this one has replaced.
  @Test func eventsThatNeverComeAreGivenUp() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    let id = try yard.add("r1", 0, 1)
    try yard.run(5)
    yard.cutOff.insert(id)
    let handled = yard.fleet.robots[0].eventsHandled
    let later = NumberedEvent(
      number: handled + 5, event: .incident(kind: .other, text: "something"))
    let report = RobotReport(sessionEpoch: 1, events: [later])
    for _ in 0..<5 {
      try yard.handle(.report(id, report))
      #expect(yard.fleet.robots[0].eventsHandled == handled)
      #expect(yard.fleet.robots[0].presence == .present)
      try yard.run(2)
    }
    try yard.handle(.report(id, report))
    #expect(yard.fleet.robots[0].eventsHandled == handled + 5)
    // What it has told meanwhile may be anything.
    #expect(yard.fleet.robots[0].presence == .unconfirmed)
    #expect(yard.sent.last?.message.command == .query)
    #expect(yard.incidents.contains { $0.contains("are lost") })
  }
}

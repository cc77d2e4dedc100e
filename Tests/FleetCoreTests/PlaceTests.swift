import Determinism
import FleetModel
import Grid
import Testing

@testable import FleetCore

/// Bays, chargers, parking places and zones: who may stand where.
@Suite struct PlaceTests {
  @Test func twoRobotsForOneBayQueue() throws {
    var yard = try Yard(["a.....b", ".......", ".......", "P.P.P.C"])
    try yard.add("r1", 1, 1)
    try yard.add("r2", 2, 1)
    let tasks = try (0..<2).map { try yard.submit(try delivery(), key: "k\($0)") }
    var hasQueued = false
    try yard.run(120) { yard in
      hasQueued = hasQueued || yard.fleet.places.groups[0].queue.count == 1
      return tasks.allSatisfy { yard.state($0) == "completed" }
    }
    #expect(tasks.allSatisfy { yard.state($0) == "completed" })
    #expect(hasQueued)
    #expect(yard.fleet.places.groups.allSatisfy { $0.queue.isEmpty })
  }

  /// Far away any bay will do, and is not looked at again and again; close by one is held.
  @Test func fromFarAwayABayIsReservedInTime() throws {
    let blank = String(repeating: ".", count: 89)
    var yard = try Yard(["b" + blank, "a" + blank, "P.P.C" + blank.dropLast(4)])
    try yard.add("r1", 88, 0)
    let task = try yard.submit(try delivery("a", "b"))
    let bay = try #require(yard.fleet.places.groups.first { $0.id.text == "a" }?.vertices.first)
    let cells = yard.site.graph.cells
    var looks = 0
    try yard.run(120) { yard in
      guard let i = yard.fleet.robots.firstIndex(where: { $0.job.task == task }),
        yard.fleet.robots[i].errand?.action?.kind == .load
      else { return looks > 0 }
      let robot = yard.fleet.robots[i].index
      let end = yard.fleet.traffic.plannedEnd(robot)
      // Nothing is in the way.
      let (here, there) = (cells[Int(end)], cells[Int(bay)])
      let left = abs(here.x - there.x) + abs(here.y - there.y)
      let isReserved =
        yard.fleet.places.place(heldBy: robot) == bay || yard.fleet.robots[i].queuedGroup != nil
      if left < yard.fleet.settings.reservationCells {
        looks += 1
        #expect(isReserved, "\(left) cells away")
      } else if left > yard.fleet.settings.reservationCells {
        #expect(!isReserved)
      }
      return false
    }
    #expect(looks > 0)
  }

  @Test func aLostRobotHoldsNoBayItDoesNotStandIn() throws {
    var yard = try Yard(["a............b", "..............", "..............", "P.P.P.C......."])
    let first = try yard.add("r1", 1, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.fleet.tasks.open[task]?.mission.isLoaded == true }
    try yard.run(4)
    let second = try yard.add("r2", 2, 2)
    #expect(yard.fleet.places.place(heldBy: yard.fleet.robots[0].index) != nil)
    #expect(yard.fleet.traffic.hasRoadAhead(yard.fleet.robots[0].index))
    try yard.cut(first)
    let other = try yard.submit(try delivery(), key: "k2", robot: second)
    try yard.run(200) { $0.state(other) == "completed" }
    #expect(yard.state(other) == "completed")
    try yard.connect(first)
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func aPausedRobotHoldsUpNoQueue() throws {
    var yard = try Yard(["a.....b", ".......", ".......", "P.P.P.C"])
    let ids = [try yard.add("r1", 1, 1), try yard.add("r2", 2, 1), try yard.add("r3", 3, 1)]
    let tasks = try (0..<3).map { try yard.submit(try delivery(), key: "k\($0)") }
    try yard.run(60) { $0.fleet.places.groups[0].queue.count == 2 }
    let head = try #require(yard.fleet.places.groups[0].queue.first)
    try yard.ask(.pauseRobot(ids[head.index]))
    let others = tasks.filter { yard.record($0)?.robot != ids[head.index] }
    #expect(others.count == 2)
    try yard.run(120) { yard in others.allSatisfy { yard.state($0) == "completed" } }
    #expect(others.allSatisfy { yard.state($0) == "completed" })
  }

  @Test func anIdleRobotWithoutAParkingPlaceClearsTheBay() throws {
    var yard = try Yard(["a...b", ".....", "....C"])
    try yard.add("r1", 1, 1)
    try yard.add("r2", 3, 2)
    var done: [TaskID] = []
    for n in 0..<3 {
      let task = try yard.submit(try delivery(), key: "k\(n)")
      try yard.run(90) { $0.state(task) == "completed" }
      done.append(task)
    }
    #expect(done.map { yard.state($0) } == Array(repeating: "completed", count: 3))
  }

  @Test func closedZoneWithdrawsRoads() throws {
    var yard = try Yard(["a..z..b", "###z###", "P.P.P.C"])
    try yard.add("r1", 0, 0)
    try yard.run(3)
    let task = try yard.submit(try delivery("b", "a"))
    try yard.run(0.6)
    try yard.ask(.closeZone(try ZoneID("gate")))
    let gate = Set(yard.site.zones[0].cells.map(\.rawValue))
    let queues = yard.fleet.queueSnapshot()
    for robot in queues.robots {
      let unreleased = queues.legs[robot.legs].filter { $0.number > robot.released }
      #expect(unreleased.allSatisfy { gate.isDisjoint(with: $0.claims) })
    }
    _ = task
  }

  /// - Parameter far: cells more on the way: of a bay far away no distance is asked.
  @Test(arguments: [0, 60])
  func aStationBehindAClosedZoneIsAWaitWithAName(_ far: Int) throws {
    let more = String(repeating: ".", count: far)
    let walls = String(repeating: "#", count: far)
    var yard = try Yard(["a..z..\(more)b", "...#..\(walls).", "P.P#P.\(walls)C"])
    try yard.add("r1", 1, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.fleet.tasks.open[task]?.mission.isLoaded == true }
    try yard.ask(.closeZone(try ZoneID("gate")))
    try yard.run(15)
    #expect(yard.record(task)?.state == .waiting(.reopening))
    let chain = try #require(yard.fleet.explain(task: task))
    #expect(chain.contains { $0.contains("drover zone list") })
    try yard.ask(.openZone(try ZoneID("gate")))
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func whoIsShutInParksWhenItIsLetOut() throws {
    var yard = try Yard(["a.z..b", "..z.PC"])
    try yard.ask(.closeZone(try ZoneID("gate")))
    try yard.add("r1", 1, 1)
    func end() -> Cell {
      yard.site.graph.cells[Int(yard.fleet.traffic.plannedEnd(RobotIndex(0)))]
    }
    try yard.run(10)
    #expect(end() == Cell(x: 1, y: 1))
    try yard.ask(.openZone(try ZoneID("gate")))
    try yard.run(10)
    #expect(end() == Cell(x: 4, y: 1))
  }

  /// What held before the last change is kept, and nothing else.
  @Test func movesAreThoseOfTheZonesThatAreOpen() throws {
    var yard = try Yard(["a.z..b", "..z.PC"])
    try yard.add("r1", 1, 1)
    let gate = try ZoneID("gate")
    for closes in [true, false, true, false] {
      try yard.ask(closes ? .closeZone(gate) : .openZone(gate))
      try yard.run(1)
      let expected = yard.site.moveGraphs(closed: [closes])
      #expect(yard.fleet.graphs.map(\.moveEnd) == expected.map(\.moveEnd))
      let way = yard.fleet.planning.isReachable(graph: 0, from: 0, to: 5)
      #expect(way == !closes)
    }
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func whatIsKeptOfZonesChangesNothing() throws {
    func said(forgets: Bool) throws -> [String] {
      var yard = try Yard(["a..z..b", "...z...", "P.Pz.PC"])
      try yard.add("r1", 1, 1)
      try yard.add("r2", 5, 1)
      try yard.run(2)
      for k in 0..<4 { try yard.submit(try delivery(), key: "k\(k)") }
      for closes in [true, false, true, false] {
        if forgets { yard.fleet.graphsBefore = nil }
        let gate = try ZoneID("gate")
        try yard.ask(closes ? .closeZone(gate) : .openZone(gate))
        try yard.run(7.3)
      }
      try yard.run(60)
      return yard.sent.map { "\($0.robot) \($0.message)" }
    }
    let kept = try said(forgets: false)
    #expect(kept.count > 100)
    #expect(try said(forgets: true) == kept)
  }

  @Test func robotsInAClosedZoneLeaveIt() throws {
    var yard = try Yard(["zzzz..b", "zzzz...", "a.P.P.C"])
    let id = try yard.add("r1", 0, 0)
    try yard.run(0.2)
    try yard.ask(.closeZone(try ZoneID("gate")))
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(yard.place(id).map { $0.x >= 4 || $0.y == 2 } == true)
  }

  @Test func theEmptiestRobotGetsTheCharger() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    try yard.add("r1", 1, 1, energy: 600)
    let low = try yard.add("r2", 2, 1, energy: 150)
    try yard.run(1)
    #expect(yard.fleet.robots[1].id == low)
    #expect(yard.fleet.robots[1].job == .charge(try StationID("charger-1")))
    #expect(yard.fleet.robots[0].job == .idle)
    try yard.run(200) { $0.fleet.robots[1].energyPermille >= 600 }
    #expect(yard.fleet.robots[1].energyPermille >= 600)
  }

  @Test func aRobotThatIsStoppedOnItsWayKeepsNoCharger() throws {
    var yard = try Yard(["a.....b", ".......", "P.P.P.C"])
    let first = try yard.add("r1", 1, 1, energy: 150)
    try yard.run(0.6)
    #expect(yard.fleet.robots[0].job == .charge(try StationID("charger-1")))
    try yard.ask(.pauseRobot(first))
    try yard.add("r2", 5, 0, energy: 160)
    try yard.run(100) { $0.fleet.robots[1].energyPermille >= 600 }
    #expect(yard.fleet.robots[1].energyPermille >= 600)
  }

  @Test func aSweepIsFinishedByAnotherRobot() throws {
    var yard = try Yard(["~~~~~~b", "~~~~~~.", "P.P.P.C"])
    let first = try yard.add("r1", 6, 1)
    let task = try yard.submit(.sweep(Sweep(area: try AreaID("square"))))
    try yard.run(60) { ($0.fleet.tasks.open[task]?.mission.progressPermille ?? 0) > 300 }
    try yard.cut(first)
    try yard.add("r2", 3, 2)
    try yard.run(45)
    try yard.handle(.removed(first))
    yard.robots[first] = nil
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }
}

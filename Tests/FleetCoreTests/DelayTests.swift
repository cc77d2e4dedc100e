import Determinism
import FleetModel
import Grid
import Invariants
import Testing
import VirtualRobot

@testable import FleetCore

/// The ladder of a delay, and the watch over everybody's progress.
@Suite struct DelayTests {
  /// A crossing of two long corridors.
  private func crossing() throws -> Yard {
    let row = "#########.#####"
    var rows = Array(repeating: row, count: 15)
    rows[0] = "#########P#####"
    rows[14] = "#########P#####"
    rows[7] = "P.............P"
    return try Yard(rows)
  }

  private func goTo(_ x: Int32, _ y: Int32) -> TaskBody {
    .goTo(GoTo(target: .cell(Cell(x: x, y: y))))
  }

  /// r1 stops before the crossing, which it has only queued for, and r2 comes up to it.
  private func stopped(for seconds: Int64) throws -> Yard {
    var yard = try crossing()
    let first = try yard.add("r1", 0, 7)
    try yard.add("r2", 9, 14)
    try yard.run(3)
    try yard.submit(goTo(13, 7), robot: first)
    let centre = try #require(yard.site.graph.vertex(at: Cell(x: 9, y: 7))).rawValue
    try yard.run(20) { yard in
      let robot = yard.fleet.robots[0].index
      return yard.fleet.traffic.plannedCells(robot).contains(centre)
        && !yard.fleet.traffic.releasedCells(robot).contains(centre)
    }
    _ = yard.robots[first]?.inject(.stop(for: .seconds(seconds)), now: yard.now)
    try yard.submit(goTo(9, 2), key: "k2", robot: try RobotID("r2"))
    return yard
  }

  @Test func whoWaitsForALateRobotOvertakesIt() throws {
    var yard = try stopped(for: 25)
    try yard.run(18) { $0.place($0.fleet.robots[1].id)?.y ?? 14 < 6 }
    let second = try RobotID("r2")
    #expect(try #require(yard.place(second)).y < 6, "r2 still waits")
    #expect(yard.fleet.fleetStatistics().reorders == 1)
    #expect(QueueChecker().check(yard.fleet.queueSnapshot()) == [])
    #expect(yard.notices.contains { $0.text == "r2 passes before r1, which stands still" })
    try yard.run(60) { $0.fleet.tasks.open.isEmpty }
    #expect(yard.fleet.tasks.open.isEmpty)
    #expect(yard.fleet.fleetStatistics().standstills == 0)
  }

  @Test func explainTellsOfTheDelay() throws {
    var yard = try stopped(for: 25)
    try yard.run(9)
    #expect(
      yard.fleet.explain(robot: 0).contains { $0.hasPrefix("it has stood still with road ahead") })
  }

  @Test func afterHalfAMinuteItsRoadIsWithdrawn() throws {
    var yard = try stopped(for: 60)
    try yard.run(36)
    #expect(yard.fleet.fleetStatistics().standstills == 1)
    #expect(yard.fleet.robots[0].watch.isStuck)
    try yard.run(90) { $0.fleet.tasks.open.isEmpty }
    #expect(yard.fleet.tasks.open.isEmpty)
  }

  @Test func aSlowRobotIsNoticedAndPassed() throws {
    var yard = try crossing()
    let first = try yard.add("r1", 0, 7)
    let second = try yard.add("r2", 9, 14)
    try yard.run(3)
    _ = yard.robots[first]?.inject(.slow(permille: 60, for: .seconds(90)), now: yard.now)
    try yard.submit(goTo(13, 7), robot: first)
    try yard.run(60) { $0.fleet.robots[0].pace.isSlow }
    #expect(yard.fleet.robots[0].pace.isSlow && yard.fleet.fleetStatistics().slowdowns == 1)
    #expect(yard.fleet.explain(robot: 0).contains { $0.hasPrefix("it drives slowly since") })
    try yard.submit(goTo(9, 2), key: "k2", robot: second)
    try yard.run(20) { $0.place(second)?.y ?? 14 < 6 }
    #expect(try #require(yard.place(second)).y < 6, "r2 waits for one that creeps")
    #expect(try #require(yard.place(first)).x < 9)
    #expect(yard.fleet.fleetStatistics().standstills == 0)
    try yard.run(120) { $0.fleet.tasks.open.isEmpty }
    #expect(yard.fleet.tasks.open.isEmpty && QueueChecker().check(yard.fleet.queueSnapshot()) == [])
  }

  @Test func othersArePlannedRoundOneThatCreeps() throws {
    var yard = try Yard([
      "....................", ".##################.", "P..................P",
    ])
    let first = try yard.add("r1", 8, 0)
    let second = try yard.add("r2", 5, 0)
    try yard.run(0.5)
    _ = yard.robots[first]?.inject(.slow(permille: 50, for: .seconds(120)), now: yard.now)
    try yard.submit(goTo(17, 0), robot: first)
    try yard.submit(goTo(19, 0), key: "k2", robot: second)
    try yard.run(20)
    #expect(yard.place(second)?.y == 0, "it has followed until then")
    try yard.run(80) { $0.place(second)?.x == 19 }
    #expect(yard.place(second)?.x == 19)
    #expect(try #require(yard.place(first)).x < 17)
    try yard.run(120) { $0.fleet.tasks.open.isEmpty }
    #expect(yard.fleet.tasks.open.isEmpty && QueueChecker().check(yard.fleet.queueSnapshot()) == [])
  }

  @Test func aRobotThatCannotMoveIsNamedAndItsTaskGoesElsewhere() throws {
    var yard = try Yard(["P..P..a.b.P.P"])
    let first = try yard.add("r1", 0, 0)
    let second = try yard.add("r2", 3, 0)
    try yard.run(3)
    try yard.ask(.pauseRobot(second))
    let task = try yard.submit(try delivery())
    try yard.run(3)
    #expect(yard.record(task)?.robot == first)
    try yard.add("r3", 10, 0)
    try yard.run(70)
    #expect(yard.record(task)?.robot == first)
    #expect(yard.fleet.explain(robot: 0).contains { $0.contains("has not come on for") })
    try yard.run(120)
    #expect(yard.fleet.fleetStatistics().cannotMove == 1)
    #expect(yard.incidents.contains { $0.hasPrefix("r1 has not come on for 180 s") })
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    try yard.ask(.resumeRobot(second))
  }

  @Test func regionSearchesAreCounted() throws {
    var yard = try Yard(["P..P..a.b.P.P"])
    try yard.add("r1", 0, 0)
    let second = try yard.add("r2", 3, 0)
    try yard.run(3)
    try yard.ask(.pauseRobot(second))
    try yard.submit(try delivery())
    try yard.run(70)
    let figures = yard.fleet.fleetStatistics()
    #expect(figures.regionSearches > 0 && figures.regionsSolved <= figures.regionSearches)
  }
}

import FleetModel
import Grid
import MAPF
import Testing
import Traffic

@testable import FleetCore

/// Vehicles of three cells that must not get into one another's way for good.
struct LongVehicleTests {
  /// Two fields and a lane on which nobody can pass.
  private let rows = [
    ".......############.......",
    ".P...a.############.b...P.",
    ".......############.......",
    "..........................",
    ".......############.......",
    ".P...P.############.P...P.",
    ".......############.......",
  ]

  private let cart = RobotIndex(0)

  private func yard() throws -> Yard { try Yard(rows, classes: [try truck()]) }

  @Test func twoChangePlacesThroughALane() throws {
    var yard = try yard()
    let east = try yard.add("east", 1, 1, try truck(), heading: 90_000)
    let west = try yard.add("west", 24, 1, try truck(), heading: 270_000)
    try yard.run(2)
    // Loaded at the same time, both would drive into the lane.
    let first = try yard.submit(try delivery("a", "b"), key: "k1", robot: east)
    let second = try yard.submit(try delivery("b", "a"), key: "k2", robot: west)
    try yard.run(400) { $0.state(first) == "completed" && $0.state(second) == "completed" }
    #expect(yard.state(first) == "completed")
    #expect(yard.state(second) == "completed")
  }

  @Test func whoWaitsLongestHoldsUpNobodyInTheLane() throws {
    var yard = try yard()
    let east = try yard.add("east", 1, 1, try truck(), heading: 90_000)
    let west = try yard.add("west", 24, 1, try truck(), heading: 270_000)
    try yard.run(2)
    let second = try yard.submit(try delivery("b", "a"), key: "k2", robot: west)
    try yard.run(200) { $0.place(west).map { $0.y == 3 && $0.x < 16 } ?? false }
    // Stopped in the lane, it has nothing planned, and the other comes up to wait at the lane's mouth.
    try yard.ask(.pauseRobot(west))
    let first = try yard.submit(try delivery("a", "b"), key: "k1", robot: east)
    try yard.run(120)
    #expect(yard.place(west).map { (7...18).contains($0.x) && $0.y == 3 } == true)
    try yard.ask(.resumeRobot(west))
    try yard.run(600) { $0.state(first) == "completed" && $0.state(second) == "completed" }
    #expect(yard.state(first) == "completed")
    #expect(yard.state(second) == "completed")
  }

  @Test func noneSetsOutForABayThatIsTaken() throws {
    var yard = try yard()
    let holder = try yard.add("holder", 20, 5, try truck(), heading: 0)
    let waiting = try yard.add("waiting", 1, 1, try truck(), heading: 90_000)
    try yard.run(2)
    let first = try yard.submit(
      try delivery("a", "b", code: "1234"), key: "k1", robot: holder)
    try yard.run(300) { $0.state(first) == "waiting" && $0.place(holder) == Cell(x: 19, y: 1) }
    #expect(yard.state(first) == "waiting")
    let second = try yard.submit(try delivery("b", "a"), key: "k2", robot: waiting)
    try yard.run(60)
    #expect(yard.place(waiting) == Cell(x: 1, y: 1))
    try yard.ask(.releaseTask(first, code: "1234"))
    try yard.run(300) { $0.state(second) == "completed" }
    #expect(yard.state(first) == "completed")
    #expect(yard.state(second) == "completed")
  }

  /// Two trucks that hands have put nose to nose into the lane, where neither can turn.
  private func noseToNose() throws -> (yard: Yard, trucks: [RobotID]) {
    var yard = try yard()
    let east = try yard.add("east", 10, 3, try truck(), heading: 90_000)
    let west = try yard.add("west", 15, 3, try truck(), heading: 270_000)
    try yard.run(400) { !$0.fleet.robotsToCarry.isEmpty }
    return (yard, [east, west])
  }

  @Test func whoMustBeCarriedOutOfOthersWayIsNamed() throws {
    var (yard, trucks) = try noseToNose()
    #expect(yard.fleet.robotsToCarry == [trucks[0]])
    #expect(
      yard.incidents.filter { $0.contains("carry") } == [
        "east, west: none gets out of the others' way: somebody must carry east away"
      ])
    let why = try #require(yard.fleet.explanation(of: trucks[1]))
    #expect(why.contains("it does not get out before east is carried away"))
    #expect(yard.fleet.activity(0) == "waiting to be carried away")
    _ = yard.robots[trucks[0]]?.placeByHand(at: point(1, 1), heading: 90_000, now: yard.now)
    try yard.run(120) { $0.place(trucks[1]).map { $0.x < 7 || $0.x > 18 } ?? false }
    #expect(yard.place(trucks[1]).map { $0.x < 7 || $0.x > 18 } == true)
    #expect(yard.fleet.robotsToCarry.isEmpty)
  }

  @Test func nobodyIsToldTwiceWhomToCarry() throws {
    var (yard, _) = try noseToNose()
    try yard.run(500)
    #expect(yard.incidents.count { $0.contains("carry") } == 1)
  }

  @Test func twoRingsAreNamedApart() throws {
    var yard = try Yard(
      [
        ".......############.......", ".P...a.############.b...P.",
        ".......############.......", "..........................",
        ".......############.......", ".P...P.############.P...P.",
        "P......############......P", "..........................",
        "P......############......P",
      ], classes: [try truck()])
    for (name, y) in [("a", Int64(3)), ("b", 7)] {
      try yard.add("\(name)-east", 10, y, try truck(), heading: 90_000)
      try yard.add("\(name)-west", 15, y, try truck(), heading: 270_000)
    }
    try yard.run(400) { $0.fleet.robotsToCarry.count == 2 }
    #expect(yard.fleet.robotsToCarry.map(\.text) == ["a-east", "b-east"])
    let why = try #require(yard.fleet.explanation(of: try RobotID("b-west")))
    #expect(why.contains("it does not get out before b-east is carried away"))
  }

  @Test func whoStandsBehindAPausedOneNeedsNotBeCarried() throws {
    var yard = try yard()
    let first = try yard.add("first", 14, 3, try truck(), heading: 90_000)
    try yard.add("second", 9, 3, try truck(), heading: 90_000)
    try yard.ask(.pauseRobot(first))
    try yard.run(500)
    #expect(yard.fleet.robotsToCarry.isEmpty && !yard.incidents.contains { $0.contains("carry") })
    try yard.ask(.resumeRobot(first))
    try yard.run(120)
    #expect(yard.fleet.robots.allSatisfy { $0.shutIn == nil })
  }

  @Test func whoGaveWayAndIsTakenOffTheMapHoldsUpNobody() throws {
    var yard = try yard()
    let east = try yard.add("east", 1, 1, try truck(), heading: 90_000)
    let gone = try yard.add("gone", 24, 1, try truck(), heading: 270_000)
    try yard.run(2)
    let place = try #require(yard.fleet.plannedPose(1)).number
    try yard.cut(gone)
    try yard.run(90)
    yard.fleet.robots[1].givesWay = GivingWay(way: [place], other: cart, since: yard.now)
    guard case .done = try yard.ask(.clearRobot(gone, confirmed: true)) else {
      Issue.record("not cleared")
      return
    }
    let task = try yard.submit(try delivery("a", "b"), robot: east)
    try yard.run(300) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  /// A cart under way from `a` to `b`, planned as far ahead as it may be.
  private func underWay() throws -> (yard: Yard, task: TaskID, end: Int32) {
    var yard = try Yard([
      "........................", "a......................b", "........................",
      "P.......................",
    ])
    try yard.add("cart", 0, 3)
    try yard.run(1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { yard in
      yard.state(task) == "underway" && (yard.place(yard.fleet.robots[0].id)?.x ?? 0) > 4
    }
    return (yard, task, yard.fleet.traffic.plannedEnd(cart))
  }

  @Test func whoHasRoadEnoughIsLedOutAllTheSame() throws {
    var (yard, task, end) = try underWay()
    #expect(!yard.fleet.traffic.isIdle(cart))
    var agents = [PlanningAgent(at: end, mobility: .frozen)]
    yard.fleet.evacuate(&agents, [end], LongGround())
    #expect(yard.fleet.traffic.plannedEnd(cart) != end)
    #expect(agents[0].mobility == .frozen)
    try yard.run(200) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func whoCannotDriveIsLedNowhere() throws {
    var (yard, _, end) = try underWay()
    yard.fleet.robots[0].paused = true
    var agents = [PlanningAgent(at: end, mobility: .frozen)]
    yard.fleet.evacuate(&agents, [end], LongGround())
    #expect(yard.fleet.traffic.plannedEnd(cart) == end)
  }
}

import Determinism
import FleetModel
import Foundation
import Grid
import MAPF
import Testing

@testable import FleetCore

/// On a thread of its own, begun at once.
private let thread: WorkBeside = { work in
  let group = DispatchGroup()
  DispatchQueue.global().async(group: group, execute: work)
  return { group.wait() }
}

/// Planning rounds that are computed while events come in, and whose moves come later.
@Suite struct PlanningBesideTests {
  private func yard(
    _ rows: [String], beside: WorkBeside? = nil, above: Int = 0, period: Int = 600,
    latency: Int = 200
  ) throws -> Yard {
    var yard = try Yard(rows)
    yard.settings.planningBesideAbove = above
    yard.settings.planningPeriod = .milliseconds(period)
    yard.settings.planningLatency = .milliseconds(latency)
    yard.fleet = Fleet(site: yard.site, settings: yard.settings, serverEpoch: 1, seed: Seed(1))
    yard.fleet.workBeside = beside
    return yard
  }

  private static let rows = ["a......b", "........", "..#..#..", "........", "P.P.P.PC"]

  /// All that three robots with work are sent in a minute, with one paused and one more that comes
  /// meanwhile.
  private func said(
    _ beside: WorkBeside?, above: Int = 0, tableMemoryLimit: Int = 1 << 20
  ) throws -> [String] {
    var yard = try yard(Self.rows, beside: beside, above: above)
    yard.settings.tableMemoryLimit = tableMemoryLimit
    yard.fleet = Fleet(site: yard.site, settings: yard.settings, serverEpoch: 1, seed: Seed(1))
    yard.fleet.workBeside = beside
    let first = try yard.add("r1", 1, 1)
    try yard.add("r2", 6, 1)
    try yard.add("r3", 3, 3)
    try yard.run(2)
    for k in 0..<3 { try yard.submit(try delivery(), key: "k\(k)") }
    try yard.run(7.3)
    try yard.ask(.pauseRobot(first))
    try yard.run(3.1)
    try yard.ask(.resumeRobot(first))
    try yard.add("r4", 0, 3)
    try yard.run(50)
    return yard.sent.map { "\($0.robot) \($0.message)" }
  }

  @Test func whereARoundIsComputedChangesNothing() throws {
    let lazily = try said(nil)
    #expect(lazily.count > 100)
    #expect(try said(thread) == lazily)
    // Each takes the other's tables.
    #expect(try said(thread, tableMemoryLimit: 0) == lazily)
    let atOnce = try said { work in
      work()
      return {}
    }
    #expect(atOnce == lazily)
    // From the fourth robot on.
    #expect(try said(thread, above: 3) == said(nil, above: 3))
  }

  @Test(arguments: [(600, 200), (200, 200), (200, 500)])
  func movesComeWhenTheRoundIsDue(_ period: Int, _ latency: Int) throws {
    var yard = try yard(Self.rows, period: period, latency: latency)
    try yard.add("r1", 1, 1)
    try yard.run(20)
    let begun = try Self.begun(&yard)
    let robot = yard.fleet.robots[0].index
    #expect(yard.fleet.traffic.isIdle(robot))
    try yard.run(2) { !$0.fleet.traffic.isIdle(robot) }
    #expect(yard.now - begun == (yard.settings.planningLatency ?? yard.settings.planningPeriod))
  }

  /// When the first round began in which the robot, which stands, has a way to go.
  private static func begun(_ yard: inout Yard) throws -> Instant {
    try yard.submit(try delivery())
    try yard.run(3) { yard in
      let robot = yard.fleet.robots[0]
      // Where it is to go is looked at when a round begins.
      return robot.goal >= 0 && robot.goal != yard.fleet.traffic.plannedEnd(robot.index)
    }
    #expect(yard.fleet.planning.isUnderWay)
    return yard.now
  }

  /// A robot that has something else to do when its moves are due stays.
  @Test(arguments: 0..<5) func movesOfOthersThanItWasAreDropped(_ change: Int) throws {
    var yard = try yard(Self.rows, beside: thread)
    let id = try yard.add("r1", 1, 1)
    try yard.run(20)
    _ = try Self.begun(&yard)
    let robot = yard.fleet.robots[0].index
    let end = yard.fleet.traffic.plannedEnd(robot)
    switch change {
    case 0: try yard.ask(.cancelTask(try #require(yard.fleet.robots[0].job.task)))
    case 1: try yard.ask(.pauseRobot(id))
    case 2: try yard.ask(.teleoperateRobot(id, forMilliseconds: 5000))
    case 3: try yard.handle(.removed(id))
    default: yard.fleet.robots[0].classIndex = nil
    }
    try yard.run(0.4)
    #expect(!yard.fleet.planning.isUnderWay)
    #expect(yard.fleet.traffic.plannedEnd(robot) == end && yard.fleet.traffic.isIdle(robot))
  }

  @Test func tasksAreDoneByCopiesAlike() throws {
    var yard = try yard(Self.rows, beside: thread)
    try yard.add("r1", 1, 1)
    try yard.add("r2", 6, 1)
    let tasks = try (0..<4).map { try yard.submit(try delivery(), key: "k\($0)") }
    try yard.run(5)
    try yard.run(1) { $0.fleet.planning.isUnderWay }
    var copy = yard
    try yard.run(200) { yard in tasks.allSatisfy { yard.state($0) == "completed" } }
    try copy.run(200) { yard in tasks.allSatisfy { yard.state($0) == "completed" } }
    #expect(tasks.allSatisfy { yard.state($0) == "completed" })
    #expect(
      yard.sent.map { "\($0.robot) \($0.message)" } == copy.sent.map { "\($0.robot) \($0.message)" }
    )
  }

  @Test func theTablesOfARoundThatIsLateAreFilledByWhoeverWaits() throws {
    func fills(_ beside: WorkBeside?) throws -> Int {
      var yard = try yard(Self.rows, beside: beside)
      try yard.add("r1", 1, 1)
      try yard.add("r2", 6, 1)
      try yard.submit(try delivery())
      try yard.run(4)
      try yard.run(1) { !$0.fleet.planning.isUnderWay }
      return yard.fleet.planning.use { $0.statistics.tableFills }
    }
    // Nothing is done before somebody waits for it.
    let late = try fills { work in work }
    #expect(try late < fills(nil))
  }

  @Test(arguments: [false, true]) func whoWaitsFillsTheTablesThatARoundAsksFor(_ helps: Bool) throws
  {
    var yard = try yard(Self.rows)
    try yard.add("r1", 1, 1)
    try yard.run(1)
    let task = try yard.submit(try delivery())
    let mission = try #require(yard.fleet.tasks.open[task]?.mission)
    let open = yard.fleet.tasksToEstimate()
    #expect(open.missions.map(\.mission) == [mission])
    var planner = Fleet.planner(
      yard.fleet.graphs, site: yard.site, settings: yard.settings, seed: Seed(1))
    let job = PlanningJob(
      agents: [PlanningAgent(graph: 0, at: 1, goal: 9, mobility: .free)], walls: [], closed: [],
      budget: .none,
      dispatch: PlanningJob.Dispatch(
        dispatcher: Fleet.dispatcher(of: yard.site), tasks: open.tasks, missions: open.missions,
        candidates: [], site: yard.site, now: yard.now))
    var helper = LifelongPlanner(sharingGraphsOf: planner)
    job.fillTables(of: &helper) { !helps }
    let result = job.result(by: &planner)
    #expect(result.dealt?.estimates.count == 1)
    // It counts as of the last step.
    _ = job.moves(by: &planner)
    #expect(planner.statistics.tableFills == (helps ? 0 : 2))
  }

  /// What is dealt out beside the events goes to those who can still have it when it is due.
  @Test(arguments: 0..<6) func tasksAreDealtOutAsFarAsTheyStillFit(_ change: Int) throws {
    var yard = try yard(Self.rows, beside: thread)
    let id = try yard.add("r1", 1, 1)
    try yard.run(20)
    let task = try yard.submit(try delivery())
    #expect(yard.state(task) == "queued")
    // What waits is noted when it is handed to the dispatcher.
    try yard.run(3) { !$0.fleet.waitingSkills.isEmpty }
    #expect(yard.fleet.planning.isUnderWay)
    switch change {
    case 0: break
    case 1: try yard.ask(.cancelTask(task))
    case 2: try yard.ask(.pauseRobot(id))
    case 3: try yard.handle(.removed(id))
    case 4: try yard.ask(.parkRobot(id))
    default: _ = yard.fleet.rebase()
    }
    #expect(yard.record(task)?.robot == nil)
    try yard.run(0.25)
    #expect(yard.fleet.waitingSkills == .deliver)
    #expect(yard.record(task)?.robot == (change == 0 ? id : nil))
    #expect((yard.fleet.robots[0].job == .task(task)) == (change == 0))
    // Nothing is lost: the next round deals out what is left.
    guard change != 1, change != 3 else { return }
    if change == 2 { try yard.ask(.resumeRobot(id)) }
    if change == 4 { try yard.ask(.resumeRobot(id)) }
    try yard.run(120) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  /// A task that could be reached when it was submitted.
  @Test func whatNobodyReachesAnyMoreIsSaidToBeUnreachable() throws {
    var yard = try yard(["a...z..b", "#####z##", "P......."], beside: thread)
    let id = try yard.add("r1", 0, 0)
    try yard.run(20)
    try yard.ask(.pauseRobot(id))
    let task = try yard.submit(try delivery())
    try yard.ask(.closeZone(try ZoneID("gate")))
    try yard.run(3) { $0.record(task)?.state == .blocked(.unreachable) }
    #expect(yard.record(task)?.state == .blocked(.unreachable))
    // It keeps nobody from a charger.
    try yard.run(2)
    #expect(yard.record(task)?.state == .blocked(.unreachable) && yard.fleet.waitingSkills.isEmpty)
    try yard.ask(.openZone(try ZoneID("gate")))
    try yard.ask(.resumeRobot(id))
    try yard.run(120) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  /// What the planner sees of the robots is no longer so when its moves come.
  @Test(arguments: 0..<6) func theWorldGoesOnMeanwhile(_ change: Int) throws {
    var yard = try yard(Self.rows, beside: thread)
    let first = try yard.add("r1", 1, 1)
    let second = try yard.add("r2", 6, 3)
    let task = try yard.submit(try delivery(), robot: second)
    var changes = 0
    for _ in 0..<30 where yard.state(task) != "completed" {
      try yard.run(2)
      try yard.run(1) { $0.fleet.planning.isUnderWay }
      guard yard.fleet.planning.isUnderWay else { continue }
      changes += 1
      switch change {
      case 0: try yard.ask(changes % 2 == 1 ? .pauseRobot(first) : .resumeRobot(first))
      case 1:
        try yard.cut(first)
        try yard.connect(first)
      case 2:
        _ = yard.fleet.rebase()
        #expect(!yard.fleet.planning.isUnderWay)
      case 3: try yard.handle(.removed(first))
      case 4: try yard.restart()
      default:
        yard.fleet.rebuildGraphs()
        #expect(!yard.fleet.planning.isUnderWay)
      }
    }
    try yard.run(200) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
    #expect(changes >= 3)
  }
}

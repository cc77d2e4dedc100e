import Determinism
import FleetModel
import Grid
import MAPF
import Testing

@testable import Traffic

@Suite struct StepExecutorTests {
  @Test func aRobotWaitsUntilTheCellIsLeft() throws {
    var crew = try Crew("....", facing: [(0, 0), (1, 0)], ticks: 2, follows: false)
    crew.plan([.forward, .forward])
    try crew.tick()
    #expect(crew.go == [false, true])
    try crew.tick()
    try crew.tick()
    #expect(crew.go == [true, false])
    try crew.run(4)
    #expect(crew.cells == [1, 2])
  }

  @Test func whatIsAppendedAfterTheReportsCountsInTheSameTick() throws {
    let crew = try Crew("...", facing: [(0, 0)], ticks: 3, follows: false)
    var executor = crew.executor
    var go = [false]
    try executor.report([StepExecutor.Report(pose: GridPose(at: 0))])
    var window = ActionWindow(agentCount: 1)
    window.append([.forward])
    #expect(executor.append(window) == [])
    executor.commands(&go)
    #expect(go == [true])
  }

  @Test func aFollowerRollsOneTickBehind() throws {
    var crew = try Crew("....", facing: [(0, 0), (1, 0)], ticks: 3, follows: true)
    crew.plan([.forward, .forward])
    try crew.tick()
    #expect(crew.go == [false, true])
    try crew.tick()
    #expect(crew.go == [true, true])
    crew.delayed = [1]
    try crew.tick()
    try crew.tick()
    #expect(crew.go[0] == false)
  }

  @Test func nobodyFollowsRoundACorner() throws {
    var crew = try Crew("...\n...", facing: [(0, 0), (1, 3)], ticks: 3, follows: true)
    crew.plan([.forward, .forward])
    try crew.tick()
    try crew.tick()
    #expect(crew.go == [false, true])
  }

  @Test func rotationsAreCutShort() throws {
    let corners: [(Int32, UInt8)] = [(0, 0), (1, 3), (3, 2), (2, 1)]
    var crew = try Crew("..\n..", facing: corners, ticks: 1, follows: true)
    #expect(crew.plan([.forward, .forward, .forward, .forward]) == [0, 1, 2, 3])
    try crew.run(5)
    #expect(crew.cells == [0, 1, 3, 2])
  }

  @Test func waitsAreNotKept() throws {
    var crew = try Crew("...", facing: [(0, 0)], ticks: 1, follows: true)
    crew.plan([.wait], [.forward], [.wait], [.turnLeft])
    #expect(crew.executor.pending(0) == [.forward, .turnLeft])
    #expect(crew.executor.plannedEnds == [GridPose(at: 1, heading: 1)])
  }

  @Test func whatWillNotHaveBegunIsTakenBack() throws {
    var crew = try Crew("......", facing: [(0, 0), (5, 0)], ticks: 3, follows: false)
    crew.plan([.forward, .turnLeft], [.forward, .turnLeft], [.forward, .forward])
    try crew.tick()
    #expect(crew.executor.keep(ticks: 4) == 2)
    #expect(crew.executor.pending(0) == [.forward, .forward])
    #expect(crew.executor.pending(1) == [.turnLeft, .turnLeft])
    #expect(crew.executor.plannedEnds.map(\.at) == [2, 5])
  }

  @Test func whoeverWaitsForWhatIsTakenBackLosesItToo() throws {
    var crew = try Crew("....", facing: [(0, 0), (1, 0)], ticks: 3, follows: false)
    crew.plan([.wait, .turnLeft], [.wait, .turnRight], [.forward, .forward])
    try crew.tick()
    crew.executor.keep(ticks: 5)
    #expect(crew.executor.pending(0) == [])
    #expect(crew.executor.plannedEnds.map(\.at) == [0, 1])
    crew.plan([.turnLeft, .wait])
    try crew.run(12)
    #expect(crew.cells == [0, 1])
  }

  @Test func wrongWordsChangeNothing() throws {
    let crew = try Crew("....", facing: [(0, 0), (1, 0)], ticks: 2, follows: true)
    var executor = crew.executor
    let elsewhere = GridPose(at: 2)
    let standing = StepExecutor.Report(pose: GridPose(at: 0))
    #expect(throws: StepExecutor.ReportError.robotCount(expected: 2, found: 1)) {
      try executor.report([standing])
    }
    #expect(
      throws: StepExecutor.ReportError.offPlan(
        robot: 1, expected: GridPose(at: 1), found: elsewhere)
    ) {
      try executor.report([standing, StepExecutor.Report(pose: elsewhere)])
    }
    let early = StepExecutor.Report(pose: GridPose(at: 0), ticksDone: 2)
    #expect(throws: StepExecutor.ReportError.ticks(robot: 0, found: 2, limit: 2)) {
      try executor.report([early, StepExecutor.Report(pose: GridPose(at: 1))])
    }
    #expect(executor.statistics == crew.executor.statistics)
  }

  @Test(arguments: 0..<40) func randomPlansUnderDelaysNeverMeetAndAllFinish(seed: Int) throws {
    var random = Seed(UInt64(seed)).generator()
    let starts = Crew.scattered(20, width: 8, height: 6, &random)
    let map = Array(repeating: "........", count: 6).joined(separator: "\n")
    var crew = try Crew(map, facing: starts, ticks: 1 + seed % 4, follows: seed % 2 == 0)
    for round in 0..<30 {
      for _ in 0..<4 { crew.plan(crew.randomStep(&random)) }
      for _ in 0..<8 {
        crew.delayed = Set(starts.indices.filter { _ in random.chance(0.2) })
        try crew.tick()
      }
      if round % 3 > 0 { crew.executor.keep(ticks: random.next(below: 12)) }
    }
    crew.delayed = []
    try crew.run(60 * 20)
    #expect(starts.indices.allSatisfy(crew.executor.isIdle))
    #expect(crew.executor.reports.map(\.pose) == crew.executor.plannedEnds)
  }
}

/// Robots that do as they are told, with an eye on their outlines.
struct Crew {
  var executor: StepExecutor
  var go: [Bool]
  /// Who is held up in the coming tick.
  var delayed: Set<Int> = []
  private var words: [StepExecutor.Report]
  private let ticks: Int32

  init(
    _ drawing: String, facing: [(cell: Int32, heading: UInt8)], ticks: Int, follows: Bool
  ) throws {
    let rows = drawing.split(separator: "\n")
    let map = GridMap(
      width: Int32(rows[0].count), height: Int32(rows.count),
      passable: rows.joined().map { $0 == "." })
    let starts = facing.map { GridPose(at: $0.cell, heading: $0.heading) }
    executor = StepExecutor(
      graph: Graph(map),
      settings: .init(ticksPerAction: Int32(ticks), followsInLine: follows), starts: starts)
    go = Array(repeating: false, count: starts.count)
    words = starts.map { StepExecutor.Report(pose: $0) }
    self.ticks = Int32(ticks)
  }

  var cells: [Int32] { words.map(\.pose.at) }

  @discardableResult
  mutating func plan(_ rows: [GridAction]...) -> [Int32] {
    var window = ActionWindow(agentCount: words.count)
    for row in rows { window.append(row) }
    return executor.append(window)
  }

  /// Any actions that do not lead into a wall.
  func randomStep(_ random: inout SeededGenerator) -> [GridAction] {
    executor.plannedEnds.map { end in
      let all: [GridAction] = [.wait, .turnLeft, .turnRight, .forward, .forward, .forward]
      let action = all[random.next(below: all.count)]
      return end.after(action, on: executor.graph) == nil ? .turnLeft : action
    }
  }

  mutating func run(_ count: Int) throws {
    for _ in 0..<count { try tick() }
  }

  mutating func tick() throws {
    try executor.report(words)
    executor.commands(&go)
    for r in words.indices {
      words[r].isDelayed = delayed.contains(r)
      guard go[r], !words[r].isDelayed, let action = executor.pending(r).first else { continue }
      words[r].ticksDone += 1
      guard words[r].ticksDone == ticks else { continue }
      words[r].ticksDone = 0
      words[r].pose = try #require(words[r].pose.after(action, on: executor.graph))
    }
    checkOutlines()
  }

  /// Outlines are squares of one cell; a robot under way lies between two.
  private func checkOutlines() {
    let corners = words.indices.map(corner)
    for a in corners.indices {
      for b in corners.indices where b > a {
        let (p, q) = (corners[a], corners[b])
        let isClear = abs(p.x - q.x) >= ticks || abs(p.y - q.y) >= ticks
        #expect(isClear, "robots \(a) and \(b) overlap: \(p), \(q)")
      }
    }
  }

  private func corner(_ r: Int) -> (x: Int32, y: Int32) {
    let word = words[r]
    let cell = executor.graph.cells[Int(word.pose.at)]
    guard word.ticksDone > 0, executor.pending(r).first == .forward,
      let way = Direction(rawValue: word.pose.heading)
    else { return (cell.x * ticks, cell.y * ticks) }
    return (cell.x * ticks + way.dx * word.ticksDone, cell.y * ticks + way.dy * word.ticksDone)
  }

  /// `count` robots on different cells of an open field.
  static func scattered(
    _ count: Int, width: Int, height: Int, _ random: inout SeededGenerator
  ) -> [(cell: Int32, heading: UInt8)] {
    var cells = (0..<Int32(width * height)).map { $0 }
    random.shuffle(&cells)
    return cells.prefix(count).map { ($0, UInt8(random.next(below: 4))) }
  }
}

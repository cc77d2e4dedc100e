import Determinism
import Grid
import Testing

@testable import MAPF

@Suite struct TaskAssignmentTests {
  private static func field(_ width: Int32, _ height: Int32, holes: Set<Int> = []) -> Graph {
    let count = Int(width * height)
    return Graph(
      GridMap(width: width, height: height, passable: (0..<count).map { !holes.contains($0) }))
  }

  /// Steps by relaxing every edge until nothing changes.
  private static func steps(_ graph: Graph, to goal: Int32) -> [Int32?] {
    var steps = [Int32?](repeating: nil, count: graph.vertexCount)
    steps[Int(goal)] = 0
    var isDone = false
    while !isDone {
      isDone = true
      for v in 0..<graph.vertexCount {
        for d in 0..<4 {
          let w = graph.successors[4 * v + d]
          guard w >= 0, let rest = steps[Int(w)], rest + 1 < steps[v] ?? .max else { continue }
          steps[v] = rest + 1
          isDone = false
        }
      }
    }
    return steps
  }

  @Test func smallMapsHaveExactDistances() {
    let graph = Self.field(5, 4, holes: [7, 8, 11])
    let estimates = WayEstimates(graph: graph, memoryLimit: 1 << 20)
    #expect(estimates.isExact)
    for goal in 0..<Int32(graph.vertexCount) {
      let exact = Self.steps(graph, to: goal)
      for v in 0..<Int32(graph.vertexCount) {
        #expect(estimates.steps(from: v, to: goal) == exact[Int(v)])
      }
    }
  }

  @Test func turnsOnTheWayCount() {
    // A U: two corners from one end to the other, a quarter turn each.
    let graph = Self.field(3, 3, holes: [1, 4])
    let estimates = WayEstimates(graph: graph, model: .turning, memoryLimit: 1 << 20)
    let plain = WayEstimates(graph: graph, memoryLimit: 1 << 20)
    #expect(plain.steps(from: 0, to: 1) == 6)
    #expect(estimates.steps(from: 0, to: 1) == 8)
    #expect(estimates.steps(from: 2, to: 4) == 1)
    #expect(estimates.steps(from: 2, to: 2) == 0)
  }

  @Test func landmarksNeverSayTooMuch() {
    let graph = Self.field(9, 7, holes: [4, 13, 22, 31, 40, 30, 32])
    let estimates = WayEstimates(graph: graph, memoryLimit: 600)
    #expect(!estimates.isExact)
    for goal in 0..<Int32(graph.vertexCount) {
      let exact = Self.steps(graph, to: goal)
      for v in 0..<Int32(graph.vertexCount) {
        let bound = estimates.steps(from: v, to: goal)
        #expect((bound == nil) == (exact[Int(v)] == nil))
        if let bound, let steps = exact[Int(v)] { #expect(bound <= steps) }
      }
    }
  }

  @Test func noWayAcrossAWall() {
    let graph = Self.field(5, 1, holes: [2])
    for memory in [10, 1 << 20] {
      let assignment = TaskAssignment(estimates: WayEstimates(graph: graph, memoryLimit: memory))
      #expect(assignment.length(of: [0, 1]) == 1)
      #expect(assignment.length(of: [0, 3]) == nil)
      #expect(assignment.assign([.init(at: 0)], [.init(first: 3, length: 0)]) == [-1])
    }
  }

  @Test func everybodyGetsOneOfHisOwn() {
    let assignment = TaskAssignment(
      estimates: WayEstimates(graph: Self.field(20, 20), memoryLimit: 1 << 20))
    var random = Seed(3).generator()
    let robots = (0..<30).map { _ in
      TaskAssignment.Robot(at: Int32(random.next(below: 400)), delay: 0)
    }
    let tasks = (0..<45).map { _ in
      TaskAssignment.Task(
        first: Int32(random.next(below: 400)), length: Int32(random.next(below: 60)))
    }
    let given = assignment.assign(robots, tasks)
    #expect(given.allSatisfy { $0 >= 0 && $0 < 45 })
    #expect(Set(given).count == 30)
    #expect(given == assignment.assign(robots, tasks))
  }

  @Test func theNearestAndShortestComesFirst() {
    let assignment = TaskAssignment(
      estimates: WayEstimates(graph: Self.field(20, 1), memoryLimit: 1 << 20))
    let tasks: [TaskAssignment.Task] = [
      .init(first: 19, length: 0), .init(first: 2, length: 5), .init(first: 1, length: 9),
    ]
    #expect(assignment.assign([.init(at: 0)], tasks) == [1])
    #expect(assignment.assign([.init(at: 0), .init(at: 18)], tasks) == [1, 0])
    #expect(assignment.assign([.init(at: 0), .init(at: -1)], tasks) == [1, -1])
  }

  @Test func crossedWaysAreUncrossed() {
    let assignment = TaskAssignment(
      estimates: WayEstimates(graph: Self.field(20, 1), memoryLimit: 1 << 20))
    // The cheapest pair is 5 with 4, which would leave 6 with 0.
    let tasks: [TaskAssignment.Task] = [.init(first: 0, length: 0), .init(first: 4, length: 0)]
    #expect(assignment.assign([.init(at: 5), .init(at: 1)], tasks) == [1, 0])
    #expect(assignment.assign([.init(at: 3), .init(at: 6)], tasks) == [0, 1])
  }

  @Test func agentsMakeForTheNextGoal() {
    var settings = GridLifelongPlanner.Settings(model: .fourNeighbour, seed: Seed(1))
    settings.refusesRotations = true
    var planner = WindowPlanner(graph: Self.field(6, 1), settings: settings)
    let agent = WindowPlanner.Agent(pose: GridPose(at: 1), goals: [1, 3, 2])
    planner.plan([agent], steps: 5) { _ in PlanningBudget(work: 1000) }
    #expect(planner.reached == [3])
    #expect(planner.ends[0].at == 2)
    #expect((0..<5).map { planner.window[$0, 0] } == [.east, .east, .west, .wait, .wait])
  }

  @Test func theWindowIsFreeOfCollisions() {
    var random = Seed(5).generator()
    let graph = Self.field(9, 9, holes: [20, 21, 22, 40, 58])
    var cells = (0..<Int32(graph.vertexCount)).map { $0 }
    random.shuffle(&cells)
    let agents = cells.prefix(40).map { at in
      let goals = (0..<3).map { _ in cells[random.next(below: cells.count)] }
      return WindowPlanner.Agent(
        pose: GridPose(at: at, heading: UInt8(random.next(below: 4))), goals: goals)
    }
    var planner = WindowPlanner(
      graph: graph, settings: GridLifelongPlanner.Settings(model: .turning, seed: Seed(2)))
    planner.plan(agents, steps: 12) { _ in PlanningBudget(work: 500) }
    var poses = agents.map(\.pose)
    for step in 0..<planner.window.steps {
      let next = poses.indices.compactMap { poses[$0].after(planner.window[step, $0], on: graph) }
      #expect(Set(next.map(\.at)).count == agents.count)
      for (a, pose) in next.enumerated() {
        for (b, other) in next.enumerated() where a < b && pose.at != poses[a].at {
          #expect(!(pose.at == poses[b].at && other.at == poses[a].at))
        }
      }
      poses = next
    }
    #expect(poses == planner.ends)
  }
}

import Determinism
import Grid
import Testing

@testable import MAPF

/// Two hundred steps on a random site, each checked by the verifier.
private struct Run {
  var graph: Graph
  var moveGraphs: [MoveGraph]
  var agents: [PlanningAgent] = []
  var arrivals = 0
  var planner: LifelongPlanner
  var rng: SeededGenerator
  let verifier: PlanVerifier

  init(
    graph: Graph, moveGraphs: [MoveGraph], share: Double, seed: Seed, usable: [(Int32) -> Bool]
  ) {
    self.graph = graph
    self.moveGraphs = moveGraphs
    rng = seed.derive("run").generator()
    planner = LifelongPlanner(graphs: moveGraphs, seed: seed, tableMemoryLimit: 1 << 22)
    verifier = PlanVerifier(graph: graph, moveGraphs: moveGraphs)
    var cells = (0..<Int32(graph.vertexCount)).filter { moveGraphs[0].isResting($0) }
    rng.shuffle(&cells)
    for v in cells.prefix(Int(Double(cells.count) * share)) {
      var g = Int32(rng.next(below: moveGraphs.count))
      if !usable[Int(g)](v) { g = 0 }
      agents.append(PlanningAgent(graph: g, at: v))
    }
  }

  mutating func giveGoals() {
    for a in agents.indices where agents[a].goal == agents[a].at || agents[a].goal < 0 {
      if agents[a].goal == agents[a].at { arrivals += 1 }
      let v = Int32(rng.next(below: graph.vertexCount))
      let isUsable = moveGraphs[Int(agents[a].graph)].isResting(v)
      agents[a].goal = isUsable && rng.chance(0.9) ? v : -1
    }
  }

  mutating func freeze(_ share: Double) {
    for a in agents.indices where rng.chance(0.1) {
      agents[a].mobility = rng.chance(share) ? (rng.chance(0.3) ? .wall : .frozen) : .free
    }
  }

  mutating func steps(_ count: Int, frozen: Double) -> [PlanVerifier.Problem] {
    for step in 0..<count {
      giveGoals()
      freeze(frozen)
      // Every other step with what it takes to look for a better one.
      let moves = planner.step(agents, budget: PlanningBudget(work: step % 2 * 100))
      let problems = verifier.problems(step: step, moves: moves, agents: agents)
      guard problems.isEmpty else { return problems }
      PlanVerifier.apply(moves, to: &agents)
    }
    return []
  }
}

@Suite struct LifelongPropertyTests {
  @Test(arguments: 0..<6) func stepsOnOpenGridsAreClean(seed: Int) {
    let root = Seed(UInt64(seed))
    var rng = root.derive("map").generator()
    let graph = Graph(randomMap(width: 16, height: 14, open: 0.85, using: &rng))
    let share = 0.2 + 0.4 * rng.nextUnit()
    for frozen in [0.0, 0.1] {
      var run = Run(
        graph: graph, moveGraphs: [MoveGraph(graph: graph)], share: share, seed: root,
        usable: [{ _ in true }])
      #expect(run.steps(200, frozen: frozen) == [], "seed \(seed), frozen \(frozen)")
      #expect(run.arrivals > 20, "seed \(seed), share \(share), frozen \(frozen)")
    }
  }

  @Test(arguments: 0..<4) func stepsOnOneWayLanesAreClean(seed: Int) {
    let root = Seed(UInt64(seed))
    let open = GridMap(
      width: 18, height: 15, passable: [Bool](repeating: true, count: 18 * 15))
    // Rows run east and west in turn, columns both ways.
    let graph = Graph(open) { cell in
      cell.y % 2 == 0 ? [.east, .north, .south] : [.west, .north, .south]
    }
    var run = Run(
      graph: graph, moveGraphs: [MoveGraph(graph: graph)], share: 0.4, seed: root,
      usable: [{ _ in true }])
    #expect(run.steps(200, frozen: 0.05) == [], "seed \(seed)")
    #expect(run.arrivals > 20, "seed \(seed)")
  }

  @Test(arguments: 0..<4, [false, true])
  func stepsAcrossJunctionsAreClean(seed: Int, mutex: Bool) {
    let root = Seed(UInt64(seed))
    var rng = root.derive("map").generator()
    let graph = Graph(randomMap(width: 20, height: 20, open: 0.9, using: &rng))
    let isNoStop = graph.cells.map { $0.x % 6 < 2 && $0.y % 6 < 2 }
    var groups: [[VertexID]] = []
    if mutex {
      var byBlock = [[VertexID]](repeating: [], count: 16)
      for v in 0..<graph.vertexCount where isNoStop[v] {
        byBlock[Int(graph.cells[v].y / 6) * 4 + Int(graph.cells[v].x / 6)].append(
          VertexID(Int32(v)))
      }
      groups = byBlock.filter { !$0.isEmpty }
    }
    let moves = MoveGraph(graph: graph, noStop: { isNoStop[$0.index] }, mutexes: groups)
    var run = Run(
      graph: graph, moveGraphs: [moves], share: 0.35, seed: root, usable: [{ _ in true }])
    #expect(run.steps(200, frozen: 0.05) == [], "seed \(seed)")
    #expect(run.arrivals > 20, "seed \(seed)")
  }

  @Test(arguments: 0..<4) func stepsOfTwoClassesAreClean(seed: Int) {
    let root = Seed(UInt64(seed))
    var rng = root.derive("map").generator()
    let graph = Graph(randomMap(width: 18, height: 18, open: 0.9, using: &rng))
    let wide = graph.cells.map { $0.x >= 5 }
    let crossing = graph.cells.map { $0.x == 9 && $0.y % 2 == 0 }
    let all = MoveGraph(graph: graph)
    // The second class keeps out of the west and may not rest on cells where the first may.
    let some = MoveGraph(
      graph: graph, allowed: { wide[$0.index] }, noStop: { crossing[$0.index] })
    var run = Run(
      graph: graph, moveGraphs: [all, some], share: 0.35, seed: root,
      usable: [{ _ in true }, { some.isResting($0) }])
    #expect(run.steps(200, frozen: 0.05) == [], "seed \(seed)")
    #expect(run.arrivals > 20, "seed \(seed)")
  }

  @Test func sameSeedSameSteps() {
    func trace(_ seed: UInt64) -> [[PlannedMove]] {
      var rng = Seed(1).generator()
      let graph = Graph(randomMap(width: 12, height: 12, open: 0.9, using: &rng))
      var run = Run(
        graph: graph, moveGraphs: [MoveGraph(graph: graph)], share: 0.4, seed: Seed(seed),
        usable: [{ _ in true }])
      var all: [[PlannedMove]] = []
      for _ in 0..<50 {
        run.giveGoals()
        let moves = run.planner.step(run.agents, budget: PlanningBudget(work: 100))
        PlanVerifier.apply(moves, to: &run.agents)
        all.append(moves)
      }
      return all
    }
    #expect(trace(3) == trace(3))
    #expect(trace(3) != trace(4))
  }
}

@Suite struct LifelongImprovementTests {
  /// Goals reached on a crowded map with that much work a step.
  private func arrivals(work: Int, seed: UInt64) -> Int {
    var rng = Seed(seed).derive("map").generator()
    let graph = Graph(randomMap(width: 16, height: 16, open: 0.85, using: &rng))
    var run = Run(
      graph: graph, moveGraphs: [MoveGraph(graph: graph)], share: 0.6, seed: Seed(seed),
      usable: [{ _ in true }])
    for _ in 0..<100 {
      run.giveGoals()
      let moves = run.planner.step(run.agents, budget: PlanningBudget(work: work))
      PlanVerifier.apply(moves, to: &run.agents)
    }
    return run.arrivals
  }

  @Test func workMakesACrowdFaster() {
    let (without, with) = (UInt64(0)..<2).reduce(into: (0, 0)) { sum, seed in
      sum.0 += arrivals(work: 0, seed: seed)
      sum.1 += arrivals(work: 2000, seed: seed)
    }
    #expect(with * 10 > without * 12, "\(with) against \(without)")
  }
}

@Suite struct LifelongPlannerValueTests {
  @Test func copiesGoTheirOwnWays() {
    let drawing = Drawing("a....\n.....\n....b")
    let moves = drawing.moves()
    var first = LifelongPlanner(graphs: [moves], seed: Seed(1), tableMemoryLimit: 1 << 16)
    var agents = [
      PlanningAgent(at: drawing["a"], goal: drawing["b"]),
      PlanningAgent(at: drawing["b"], goal: drawing["a"]),
    ]
    _ = first.step(agents)
    var second = first
    var others = agents
    others[0].goal = -1
    _ = second.step(others)
    var third = first
    for _ in 0..<10 {
      let moves = first.step(agents)
      #expect(moves == third.step(agents))
      PlanVerifier.apply(moves, to: &agents)
      PlanVerifier.apply(second.step(others), to: &others)
    }
    #expect(agents.map(\.at) == [drawing["b"], drawing["a"]])
    #expect(others[1].at == drawing["a"])
  }

  @Test func anAbsentAgentOccupiesNothing() {
    let drawing = Drawing("amb")
    var planner = LifelongPlanner(
      graphs: [drawing.moves()], seed: Seed(1), tableMemoryLimit: 1 << 16)
    let agents = [
      PlanningAgent(at: drawing["m"], mobility: .absent),
      PlanningAgent(at: drawing["a"], goal: drawing["b"]),
    ]
    #expect(planner.step(agents).map(\.to) == [drawing["m"]])
  }

  @Test func aTrainMovesAsOneLeaderFirst() {
    let drawing = Drawing("abc.d")
    var planner = LifelongPlanner(
      graphs: [drawing.moves()], seed: Seed(1), tableMemoryLimit: 1 << 16)
    let agents = ["a", "b", "c"].map {
      PlanningAgent(at: drawing[Character($0)], goal: drawing["d"])
    }
    #expect(planner.step(agents).map(\.agent) == [2, 1, 0])
  }
}

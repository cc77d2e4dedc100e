import Determinism
import Grid
import Testing

@testable import MAPF

@Suite struct OneShotSolverTests {
  /// The broken rules of a plan: starts, goals, steps along edges, vertex conflicts, swaps and, where
  /// refused, rotations.
  private func faults(
    _ plan: GridPlan, _ instance: GridInstance, refusesRotations: Bool = false
  ) -> [String] {
    var faults: [String] = []
    if Array(plan.configuration(0)) != instance.starts { faults.append("start") }
    if Array(plan.configuration(plan.makespan)) != instance.goals { faults.append("goal") }
    for step in 0..<plan.makespan {
      let (now, then) = (Array(plan.configuration(step)), Array(plan.configuration(step + 1)))
      if Set(then).count != then.count { faults.append("vertex conflict at \(step)") }
      for a in now.indices where now[a] != then[a] {
        let edges = instance.graph.successors[4 * Int(now[a])..<4 * Int(now[a]) + 4]
        if !edges.contains(then[a]) { faults.append("jump at \(step)") }
        var length = 1
        var b = now.firstIndex(of: then[a])
        while let other = b, other != a, now[other] != then[other], length <= now.count {
          length += 1
          b = now.firstIndex(of: then[other])
        }
        guard b == a else { continue }
        if length == 2 { faults.append("swap at \(step)") }
        if length > 2, refusesRotations { faults.append("rotation at \(step)") }
      }
    }
    return faults
  }

  private func instance(
    _ graph: Graph, agents: Int, using rng: inout SeededGenerator
  ) -> GridInstance {
    var starts = Array(0..<Int32(graph.vertexCount))
    var goals = starts
    rng.shuffle(&starts)
    rng.shuffle(&goals)
    return GridInstance(
      graph: graph, starts: Array(starts[..<agents]), goals: Array(goals[..<agents]))
  }

  private func solve(
    _ instance: GridInstance, refusesRotations: Bool = false, work: Int = 2_000_000
  ) -> OneShotSolver.Outcome {
    var solver = OneShotSolver(instance, seed: Seed(1), refusesRotations: refusesRotations)
    return solver.solve(PlanningBudget(work: work))
  }

  @Test(arguments: [false, true])
  func plansOnRandomGridsBreakNoRule(refusesRotations: Bool) {
    var solved = 0
    for seed in 0..<60 {
      var rng = Seed(UInt64(seed)).derive("one-shot").generator()
      let (width, height) = (3 + rng.next(below: 18), 3 + rng.next(below: 18))
      let map = randomMap(width: width, height: height, open: 0.85, using: &rng)
      let graph = Graph(map)
      let agents = 1 + rng.next(below: max(1, graph.vertexCount / 2))
      let instance = instance(graph, agents: agents, using: &rng)
      switch solve(instance, refusesRotations: refusesRotations, work: 200_000) {
      case .solved(let plan):
        solved += 1
        #expect(
          faults(plan, instance, refusesRotations: refusesRotations) == [], "seed \(seed)")
      // A crowded part with few places to pass may have no plan, or take longer.
      case .unsolvable, .budgetExhausted: break
      }
    }
    #expect(solved >= 55)
  }

  @Test func openFieldsAreSolvedHowEverCrowded() {
    for seed in 0..<20 {
      var rng = Seed(UInt64(seed)).derive("open").generator()
      let passable = [Bool](repeating: true, count: 100)
      let graph = Graph(GridMap(width: 10, height: 10, passable: passable))
      let instance = instance(graph, agents: 40 + 2 * seed, using: &rng)
      guard case .solved(let plan) = solve(instance) else {
        Issue.record("seed \(seed) is not solved")
        continue
      }
      #expect(faults(plan, instance) == [], "seed \(seed)")
    }
  }

  @Test(arguments: [false, true])
  func crowdedMazesAreSolved(refusesRotations: Bool) {
    for seed in 0..<12 {
      var rng = Seed(UInt64(seed)).derive("maze").generator()
      let graph = Graph(maze(columns: 6 + seed / 3, rows: 8, using: &rng))
      let instance = instance(graph, agents: graph.vertexCount / 7, using: &rng)
      guard
        case .solved(let plan) = solve(
          instance, refusesRotations: refusesRotations, work: 20_000_000)
      else {
        Issue.record("seed \(seed) is not solved")
        continue
      }
      #expect(faults(plan, instance, refusesRotations: refusesRotations) == [], "seed \(seed)")
    }
  }

  @Test func agentsPassEachOtherAtASiding() {
    let drawing = Drawing("#####c###\na.......b")
    let instance = GridInstance(
      graph: drawing.graph, starts: [drawing["a"], drawing["b"]],
      goals: [drawing["b"], drawing["a"]])
    guard case .solved(let plan) = solve(instance) else {
      Issue.record("not solved")
      return
    }
    #expect(faults(plan, instance) == [])
  }

  @Test func aFullRingTurnsOnlyWhereRotationsAreAllowed() {
    let drawing = Drawing("abc\nd#e\nfgh")
    let ring = "abcehgfd".map { drawing[$0] }
    let instance = GridInstance(
      graph: drawing.graph, starts: ring, goals: Array(ring[1...] + ring[..<1]))
    guard case .solved(let plan) = solve(instance) else {
      Issue.record("not solved")
      return
    }
    #expect(faults(plan, instance) == [])
    #expect(solve(instance, refusesRotations: true) == .unsolvable)
  }

  @Test func twoAgentsCannotSwapOnALine() {
    let drawing = Drawing("a..b")
    let instance = GridInstance(
      graph: drawing.graph, starts: [drawing["a"], drawing["b"]],
      goals: [drawing["b"], drawing["a"]])
    #expect(solve(instance) == .unsolvable)
  }

  @Test func aGoalInAnotherPartOfTheMapIsUnsolvable() {
    let drawing = Drawing("a.#.b")
    let instance = GridInstance(
      graph: drawing.graph, starts: [drawing["a"]], goals: [drawing["b"]])
    #expect(solve(instance) == .unsolvable)
  }

  @Test func aSmallBudgetIsExhaustedAndCanBeGoneOnFrom() {
    let drawing = Drawing("a........b")
    let instance = GridInstance(
      graph: drawing.graph, starts: [drawing["a"]], goals: [drawing["b"]])
    var solver = OneShotSolver(instance, seed: Seed(1))
    #expect(solver.solve(PlanningBudget(work: 3)) == .budgetExhausted)
    guard case .solved(let plan) = solver.solve(PlanningBudget(work: 100)) else {
      Issue.record("not solved")
      return
    }
    #expect(plan.makespan == 9)
    #expect(solver.lowerBounds == (9, 9))
  }

  @Test func oneWayCellsAreObeyed() {
    let drawing = Drawing("a..\n...\n..b") { $0.y == 0 && $0.x < 2 ? .east : .all }
    let instance = GridInstance(
      graph: drawing.graph, starts: [drawing["a"], drawing["b"]],
      goals: [drawing["b"], drawing["a"]])
    // Row 0 may only be driven eastwards: its first cell cannot be entered from the second.
    switch solve(instance) {
    case .solved(let plan): #expect(faults(plan, instance) == [])
    case .unsolvable, .budgetExhausted: Issue.record("not solved")
    }
  }

  @Test func equalSeedsGiveEqualPlans() {
    var rng = Seed(7).derive("one-shot").generator()
    let graph = Graph(randomMap(width: 16, height: 16, open: 0.9, using: &rng))
    let instance = instance(graph, agents: 60, using: &rng)
    #expect(solve(instance) == solve(instance))
  }

  @Test(arguments: [false, true])
  func tablesCanBeInterruptedAndGoneOnWith(isMaze: Bool) throws {
    var rng = Seed(11).derive("one-shot").generator()
    let map =
      isMaze
      ? maze(columns: 16, rows: 16, using: &rng)
      : randomMap(width: 16, height: 16, open: 0.9, using: &rng)
    let instance = instance(Graph(map), agents: 20, using: &rng)
    let isOver = PlanningBudget { true }
    var solver = OneShotSolver(instance, seed: Seed(1), budget: isOver)
    #expect(!solver.areDistancesKnown)
    var calls = 0
    while !solver.areDistancesKnown, calls < 100 {
      #expect(solver.solve(isOver) == .budgetExhausted)
      calls += 1
    }
    #expect(calls >= 2 && calls < 100)
    var other = OneShotSolver(instance, seed: Seed(1))
    #expect(other.areDistancesKnown && other.distances == solver.distances)
    #expect(other.lowerBounds == solver.lowerBounds)
    let work = PlanningBudget(work: 100_000)
    #expect(solver.solve(work) == other.solve(work))
  }
}

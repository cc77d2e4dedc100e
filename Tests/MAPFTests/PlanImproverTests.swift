import Determinism
import Grid
import Testing

@testable import MAPF

/// The first fault of a plan, found without the planner's own code; nil when it is valid.
private func fault(_ plan: GridPlan, _ instance: GridInstance) -> String? {
  let n = instance.agentCount
  let rows = (0..<plan.length).map { Array(plan.configuration($0)) }
  guard rows.first == instance.starts else { return "other starts" }
  guard rows.last == instance.goals else { return "other goals" }
  for row in rows where Set(row).count < n { return "two agents in a cell" }
  for t in 1..<max(1, rows.count) {
    var steps: Set<[Int32]> = []
    for a in 0..<n where rows[t - 1][a] != rows[t][a] {
      let (v, w) = (rows[t - 1][a], rows[t][a])
      let (from, to) = (instance.graph.cells[Int(v)], instance.graph.cells[Int(w)])
      guard abs(from.x - to.x) + abs(from.y - to.y) == 1 else { return "a jump at \(t)" }
      guard !steps.contains([w, v]) else { return "a swap at \(t)" }
      steps.insert([v, w])
    }
  }
  return nil
}

/// The sum of loss, counted agent by agent.
private func recount(_ plan: GridPlan, _ goals: [Int32]) -> Int {
  goals.indices.map { a in
    let path = (0..<plan.length).map { plan.configuration($0)[$0 * plan.agentCount + a] }
    return zip(path, path.dropFirst()).filter { $0 != goals[a] || $1 != goals[a] }.count
  }.reduce(0, +)
}

/// Random agents on a random map.
private func randomInstance(
  _ width: Int, _ agents: Int, using rng: inout SeededGenerator
) -> GridInstance {
  let graph = Graph(randomMap(width: width, height: width, open: 0.85, using: &rng))
  var starts = Array(0..<Int32(graph.vertexCount))
  var goals = starts
  rng.shuffle(&starts)
  rng.shuffle(&goals)
  let n = min(agents, graph.vertexCount / 2)
  return GridInstance(
    graph: graph, starts: Array(starts.prefix(n)), goals: Array(goals.prefix(n)))
}

/// The vertices that can be reached from the first.
private func connected(_ graph: Graph) -> [Int32] {
  var found: [Int32] = [0]
  var seen: Set<Int32> = [0]
  var head = 0
  while head < found.count {
    for u in graph.successors[4 * Int(found[head])..<4 * Int(found[head]) + 4]
    where u >= 0 && seen.insert(u).inserted { found.append(u) }
    head += 1
  }
  return found
}

/// A first plan by complete search.
private func firstPlan(_ instance: GridInstance) -> GridPlan? {
  let moves = MoveGraph(graph: instance.graph)
  var lacam = LaCAM(graphs: [moves], seed: Seed(3), refusesRotations: false)
  let agents = instance.starts.indices.map {
    PlanningAgent(graph: 0, at: instance.starts[$0], goal: instance.goals[$0])
  }
  guard case .solved(let steps) = lacam.solve(agents, budget: 20_000) else { return nil }
  var rows = instance.starts
  var at = rows
  for step in steps {
    for move in step { at[Int(move.agent)] = move.to }
    rows += at
  }
  return GridPlan(agentCount: instance.agentCount, vertices: rows)
}

@Suite struct PlanImproverTests {
  @Test func plansStayValidAndNeverGetWorse() {
    var improved = 0
    for seed in UInt64(0)..<20 {
      var rng = Seed(seed).generator()
      let instance = randomInstance(4 + Int(seed) / 2, 4 + Int(seed) * 2, using: &rng)
      guard let first = firstPlan(instance) else { continue }
      var improver = PlanImprover(instance, plan: first, seed: Seed(seed))
      var before = improver.sumOfLoss
      #expect(before == recount(first, instance.goals), "seed \(seed)")
      for _ in 0..<4 {
        improver.improve(PlanningBudget(work: 1_000))
        let plan = improver.plan
        #expect(fault(plan, instance) == nil, "seed \(seed)")
        #expect(improver.sumOfLoss <= before, "seed \(seed)")
        #expect(improver.sumOfLoss == recount(plan, instance.goals), "seed \(seed)")
        #expect(plan.sumOfLoss(goals: instance.goals) == improver.sumOfLoss, "seed \(seed)")
        improved += improver.sumOfLoss < before ? 1 : 0
        before = improver.sumOfLoss
      }
    }
    #expect(improved > 10)
  }

  /// Several strips of 64 columns: paths cross from word to word.
  @Test func wideMapsAreSweptAcrossTheirStrips() throws {
    for seed in UInt64(0)..<4 {
      var rng = Seed(seed).generator()
      let graph = Graph(
        GridMap(width: 150, height: 7, passable: (0..<1050).map { _ in rng.chance(0.93) }))
      let part = connected(graph)
      var starts = part
      var goals = part
      rng.shuffle(&starts)
      rng.shuffle(&goals)
      let instance = GridInstance(
        graph: graph, starts: Array(starts.prefix(60)), goals: Array(goals.prefix(60)))
      let first = try #require(firstPlan(instance))
      var improver = PlanImprover(instance, plan: first, seed: Seed(seed))
      let before = improver.sumOfLoss
      improver.improve(PlanningBudget(work: 20_000))
      #expect(fault(improver.plan, instance) == nil, "seed \(seed)")
      #expect(improver.sumOfLoss == recount(improver.plan, instance.goals), "seed \(seed)")
      #expect(improver.sumOfLoss < before, "seed \(seed)")
    }
  }

  /// On one-way cells safe-interval search takes the place of the sweeps.
  @Test func oneWayCellsAreKept() throws {
    let graph = Graph(
      GridMap(width: 5, height: 3, passable: Array(repeating: true, count: 15)),
      exits: { $0.y == 0 ? [.east, .south] : $0.y == 2 ? [.west, .north] : .all })
    let instance = GridInstance(graph: graph, starts: [0, 14, 7], goals: [4, 10, 5])
    let first = try #require(firstPlan(instance))
    var improver = PlanImprover(instance, plan: first, seed: Seed(1))
    improver.improve(PlanningBudget(work: 2_000))
    let plan = improver.plan
    #expect(!improver.state.sweeps)
    #expect(fault(plan, instance) == nil)
    #expect(improver.sumOfLoss == recount(plan, instance.goals))
    for t in 1..<plan.length {
      for (v, w) in zip(plan.configuration(t - 1), plan.configuration(t)) where v != w {
        #expect(graph.successors[4 * Int(v)..<4 * Int(v) + 4].contains(w))
      }
    }
  }

  @Test func knownDistancesChangeNothing() throws {
    var rng = Seed(5).generator()
    let instance = randomInstance(10, 20, using: &rng)
    let first = try #require(firstPlan(instance))
    var measured = PlanImprover(instance, plan: first, seed: Seed(2))
    let distances = (0..<instance.agentCount).map { measured.state.least[$0] }
    var told = PlanImprover(instance, plan: first, distances: distances, seed: Seed(2))
    measured.improve(PlanningBudget(work: 1_000))
    told.improve(PlanningBudget(work: 1_000))
    #expect(measured.plan == told.plan)
  }

  @Test func sameSeedAndWorkGiveTheSamePlan() throws {
    var rng = Seed(7).generator()
    let instance = randomInstance(12, 40, using: &rng)
    let first = try #require(firstPlan(instance))
    func run(_ seed: UInt64) -> GridPlan {
      var improver = PlanImprover(instance, plan: first, seed: Seed(seed))
      improver.improve(PlanningBudget(work: 3_000))
      return improver.plan
    }
    #expect(run(1) == run(1))
    #expect(run(1) != run(2))
  }

  @Test func aDetourOfOneAgentIsStraightened() {
    let graph = Graph(GridMap(width: 4, height: 2, passable: Array(repeating: true, count: 8)))
    let instance = GridInstance(graph: graph, starts: [0], goals: [3])
    let detour = GridPlan(agentCount: 1, vertices: [0, 4, 5, 5, 1, 2, 3, 3, 3])
    #expect(detour.sumOfLoss(goals: [3]) == 6)
    #expect(detour.sumOfCosts(goals: [3]) == 6)
    var improver = PlanImprover(instance, plan: detour, seed: Seed(1))
    improver.improve(PlanningBudget(work: 1_000))
    #expect(improver.sumOfLoss == 3)
    #expect(improver.plan == GridPlan(agentCount: 1, vertices: [0, 1, 2, 3]))
  }

  @Test func agentsOnTheirGoalsRest() {
    let graph = Graph(GridMap(width: 3, height: 1, passable: [true, true, true]))
    let instance = GridInstance(graph: graph, starts: [0, 2], goals: [0, 2])
    let still = GridPlan(agentCount: 2, vertices: [0, 2, 0, 2, 0, 2])
    var improver = PlanImprover(instance, plan: still, seed: Seed(1))
    improver.improve(PlanningBudget(work: 1_000))
    #expect(improver.sumOfLoss == 0)
    #expect(improver.plan == GridPlan(agentCount: 2, vertices: [0, 2]))
  }

  /// The second agent rests on its goal until the first needs to pass, and that rest is free.
  @Test func restOnTheGoalBeforeStandingAsideIsFree() {
    let passable = [true, true, true, true, true, false, false, true, false, false]
    let graph = Graph(GridMap(width: 5, height: 2, passable: passable))
    let instance = GridInstance(graph: graph, starts: [0, 2], goals: [4, 2])
    let bay: Int32 = 5
    let rows: [Int32] = [
      0, 2, 0, bay, 0, bay, 1, bay, 2, bay, 3, bay, 4, bay, 4, bay, 4, 2,
    ]
    let plan = GridPlan(agentCount: 2, vertices: rows)
    #expect(plan.sumOfLoss(goals: instance.goals) == 6 + 8)
    #expect(plan.sumOfCosts(goals: instance.goals) == 6 + 8)
    var improver = PlanImprover(instance, plan: plan, seed: Seed(1))
    improver.improve(PlanningBudget(work: 300))
    #expect(improver.sumOfLoss == 4 + 2, "\(improver.plan)")
    #expect(fault(improver.plan, instance) == nil)
  }

  @Test func anOverBudgetIsAskedFor() {
    var rng = Seed(9).generator()
    let instance = randomInstance(12, 40, using: &rng)
    guard let first = firstPlan(instance) else { return }
    var improver = PlanImprover(instance, plan: first, seed: Seed(1))
    improver.improve(PlanningBudget { true })
    #expect(improver.plan.vertices == first.vertices)
    improver.improve(.none)
    #expect(improver.plan.vertices == first.vertices)
  }

  /// Agents' numbers were once kept in sixteen bits.
  @Test func moreAgentsThanSixteenBitsCanCountAreImproved() {
    let (width, count) = (Int32(260), 66_000)
    let passable = Array(repeating: true, count: Int(width * width))
    let graph = Graph(GridMap(width: width, height: width, passable: passable))
    // All rest but the last, which goes two cells on by a detour through an empty row.
    var starts = (0..<Int32(count)).map { $0 }
    var goals = starts
    let last = count - 1
    (starts[last], goals[last]) = (66_300, 66_302)
    var vertices: [Int32] = []
    for place: Int32 in [66_300, 66_560, 66_561, 66_562, 66_302] {
      vertices += starts[..<last] + [place]
    }
    let instance = GridInstance(graph: graph, starts: starts, goals: goals)
    let detour = GridPlan(agentCount: count, vertices: vertices)
    var improver = PlanImprover(
      instance, plan: detour, distances: (0..<count).map { $0 == last ? 2 : 0 }, seed: Seed(1))
    let canImprove = improver.canImprove
    #expect(canImprove)
    #expect(improver.sumOfLoss == 4)
    #expect(improver.state.table.holder(65_998, 0) == 65_998)
    #expect(improver.state.table.holder(66_300, 0) == Int32(last))
    improver.state.group = [Int32(last)]
    improver.state.isInGroup[last] = true
    #expect(improver.state.replanGroup() == 2)
    #expect(improver.plan.makespan == 2)
  }

  @Test func aPlanBeyondTheMemoryLimitStaysAsItIs() throws {
    var rng = Seed(9).generator()
    let instance = randomInstance(12, 40, using: &rng)
    let first = try #require(firstPlan(instance))
    var improver = PlanImprover(instance, plan: first, seed: Seed(1), memoryLimit: 1000)
    let canImprove = improver.canImprove
    #expect(!canImprove)
    improver.improve(PlanningBudget())
    #expect(improver.plan.sumOfLoss(goals: instance.goals) == improver.sumOfLoss)
    #expect(improver.sumOfLoss == first.sumOfLoss(goals: instance.goals))
  }
}

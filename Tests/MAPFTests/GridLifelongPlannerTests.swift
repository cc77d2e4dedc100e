import Determinism
import Grid
import MAPF
import Testing

/// Agents with ever new goals on a random map, under a checker.
private struct Field: ~Copyable {
  var rng: SeededGenerator
  let graph: Graph
  var agents: [GridAgent] = []
  var planner: GridLifelongPlanner
  let checker: GridLifelongChecker
  var actions: [GridAction] = []
  var finished = 0

  init(
    seed: UInt64, side: Int, open: Double, share: Double, model: MotionModel,
    refusesRotations: Bool = false, depth: Int = 0
  ) {
    rng = Seed(seed).generator()
    graph = Graph(randomMap(width: side, height: side, open: open, using: &rng))
    var settings = GridLifelongPlanner.Settings(model: model, seed: Seed(seed))
    settings.refusesRotations = refusesRotations
    settings.depth = depth
    planner = GridLifelongPlanner(graph: graph, settings: settings)
    checker = GridLifelongChecker(graph: graph, model: model, refusesRotations: refusesRotations)
    var cells = Array(0..<Int32(graph.vertexCount))
    rng.shuffle(&cells)
    for at in cells.prefix(max(1, Int(Double(cells.count) * share))) {
      agents.append(GridAgent(at: at, heading: UInt8(rng.next(below: 4))))
    }
  }

  mutating func step(_ budget: PlanningBudget) -> String? {
    for r in agents.indices where agents[r].goal < 0 || agents[r].goal == agents[r].at {
      agents[r].goal = Int32(rng.next(below: graph.vertexCount))
    }
    planner.step(agents, budget: budget, actions: &actions)
    let fault = checker.apply(actions, to: &agents)
    for agent in agents where agent.at == agent.goal { finished += 1 }
    return fault
  }
}

@Suite struct GridLifelongPlannerTests {
  @Test func anAgentThatLosesItsGoalAndItsSlotForAWhileStays() {
    let graph = Graph(GridMap(width: 9, height: 1, passable: Array(repeating: true, count: 9)))
    var planner = GridLifelongPlanner(
      graph: graph, settings: GridLifelongPlanner.Settings(seed: Seed(1)))
    var actions: [GridAction] = []
    let budget = PlanningBudget(work: 1000)
    let first = GridAgent(at: 0, goal: 0)
    planner.step([first, GridAgent(at: 4, goal: 8)], budget: budget, actions: &actions)
    planner.step([first], budget: budget, actions: &actions)
    planner.step([first, GridAgent(at: 4)], budget: budget, actions: &actions)
    #expect(actions[1] == .wait)
  }

  @Test(arguments: [MotionModel.fourNeighbour, .turning], [false, true])
  func jointActionsNeverCollide(model: MotionModel, refusesRotations: Bool) {
    for seed in UInt64(1)...20 {
      let share = [0.1, 0.4, 0.7, 0.95][Int(seed) % 4]
      var field = Field(
        seed: seed, side: 4 + Int(seed) % 9, open: seed % 3 == 0 ? 1 : 0.8, share: share,
        model: model, refusesRotations: refusesRotations, depth: Int(seed) % 5)
      for t in 0..<20 {
        let fault = field.step(PlanningBudget(work: Int(seed) % 5 * 200))
        #expect(fault == nil, "seed \(seed), step \(t)")
      }
    }
  }

  @Test(arguments: [MotionModel.fourNeighbour, .turning])
  func agentsMayFreezeLeaveAndJoin(model: MotionModel) {
    for seed in UInt64(1)...12 {
      var field = Field(
        seed: seed, side: 9, open: 0.85, share: 0.5, model: model, refusesRotations: seed % 2 == 0)
      for t in 0..<40 {
        for r in field.agents.indices where field.rng.chance(0.1) {
          let taken = field.agents.indices.contains { other in
            other != r && field.agents[other].mobility != .absent
              && field.agents[other].at == field.agents[r].at
          }
          let states: [Mobility] = taken ? [.absent] : [.absent, .free, .free, .frozen, .wall]
          field.agents[r].mobility = states[field.rng.next(below: states.count)]
          if field.rng.chance(0.3) { field.agents[r].goal = -1 }
        }
        let fault = field.step(PlanningBudget(work: 500))
        #expect(fault == nil, "seed \(seed), step \(t)")
      }
    }
  }

  @Test func agentsThatDisobeyHarmNobodysPlan() {
    for seed in UInt64(1)...20 {
      var field = Field(seed: seed, side: 8, open: 0.9, share: 0.5, model: .fourNeighbour)
      for t in 0..<40 {
        let before = field.agents
        let fault = field.step(PlanningBudget(work: 500))
        #expect(fault == nil, "seed \(seed), step \(t)")
        // Nobody has moved after all.
        if field.rng.chance(0.3) { field.agents = before }
      }
    }
  }

  @Test(arguments: [MotionModel.fourNeighbour, .turning])
  func agentsReachTheirGoals(model: MotionModel) {
    var field = Field(seed: 3, side: 16, open: 0.9, share: 0.3, model: model)
    for _ in 0..<100 { #expect(field.step(PlanningBudget(work: 5000)) == nil) }
    #expect(field.finished > 200)
  }

  @Test func anEmptyBudgetStillGivesAnAnswer() {
    var field = Field(seed: 5, side: 10, open: 0.9, share: 0.6, model: .fourNeighbour)
    for _ in 0..<20 { #expect(field.step(.none) == nil) }
  }

  @Test func aRunRepeatsItself() {
    var runs: [[GridAgent]] = []
    for _ in 0..<2 {
      var field = Field(seed: 7, side: 12, open: 0.85, share: 0.5, model: .turning)
      for _ in 0..<30 { #expect(field.step(PlanningBudget(work: 3000)) == nil) }
      runs.append(field.agents)
    }
    #expect(runs[0] == runs[1])
  }

  /// Plans get shorter when a map fills up: what was planned farther must not be carried out.
  @Test(arguments: [MotionModel.fourNeighbour, .turning])
  func aCrowdThatComesAtOnceMeetsNobodysOldPlan(model: MotionModel) {
    for seed in UInt64(1)...20 {
      var field = Field(seed: seed, side: 12, open: 1, share: 0.95, model: model)
      for r in field.agents.indices where r % 2 == 0 { field.agents[r].mobility = .absent }
      for _ in 0..<4 { #expect(field.step(PlanningBudget(work: 4000)) == nil) }
      let taken = Set(field.agents.lazy.filter { $0.mobility != .absent }.map(\.at))
      var free = (0..<Int32(field.graph.vertexCount)).filter { !taken.contains($0) }
      for r in field.agents.indices where r % 2 == 0 {
        field.agents[r].mobility = .free
        field.agents[r].at = free.removeLast()
      }
      for t in 0..<6 {
        let fault = field.step(PlanningBudget(work: Int(seed) % 2 * 40))
        #expect(fault == nil, "seed \(seed), step \(t)")
      }
    }
  }

  @Test func agentsOnOneCellStayThere() {
    let drawing = Drawing("a....\n.....\n.....")
    let checker = GridLifelongChecker(
      graph: drawing.graph, model: .fourNeighbour, refusesRotations: false)
    var planner = GridLifelongPlanner(
      graph: drawing.graph, settings: .init(model: .fourNeighbour, seed: Seed(1)))
    var agents = [
      GridAgent(at: 0, goal: 7), GridAgent(at: 0, goal: 9), GridAgent(at: 4, goal: 0),
    ]
    var actions: [GridAction] = []
    for _ in 0..<10 {
      planner.step(agents, budget: PlanningBudget(work: 1000), actions: &actions)
      #expect(checker.apply(actions, to: &agents) == nil)
    }
    #expect(agents[0].at == 0 && agents[1].at == 0)
    #expect(agents[2].at != 4)
  }
}

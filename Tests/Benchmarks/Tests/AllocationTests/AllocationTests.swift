import CAllocationCounter
import Determinism
import Grid
import MAPF
import Testing

/// A planning step allocates nothing once the planner has seen its agents and goals.
@Suite struct AllocationTests {
  private static func allocations(_ body: () -> Void) -> UInt64 {
    let before = allocation_count()
    body()
    return allocation_count() - before
  }

  @Test func theCounterSeesAllocations() {
    var kept: [[Int]] = []
    kept.reserveCapacity(1)
    #expect(Self.allocations { kept.append(Array(repeating: 1, count: 100)) } >= 1)
    var place: UnsafeMutablePointer<Int32>?
    #expect(Self.allocations { place = .allocate(capacity: 10) } == 1)
    place?.deallocate()
    #expect(Self.allocations {} == 0)
  }

  /// Goals that the agents take in turn, so that after a while all tables are there.
  private static let goals: [Int32] = [3, 17, 40, 77, 101, 5, 60, 90, 230, 333, 400, 290, 185]
  private static let graph = Graph(
    GridMap(width: 24, height: 20, passable: (0..<480).map { $0 % 13 != 6 || $0 > 300 }))

  private static func nextGoal(_ a: Int, _ round: Int) -> Int32 {
    goals[(a + round) % goals.count]
  }

  @Test func aLifelongStepAllocatesNothing() {
    var planner = LifelongPlanner(
      graphs: [MoveGraph(graph: Self.graph)], seed: Seed(1), tableMemoryLimit: 1 << 24)
    var agents = (0..<140).map { PlanningAgent(at: Int32($0 * 3), goal: Self.nextGoal($0, 0)) }
    agents[7].mobility = .frozen
    agents[11].mobility = .wall
    var moves: [PlannedMove] = []
    var allocated: UInt64 = 0
    // By then there are as many tables round walls as ever are followed at once.
    for step in 0..<4000 {
      let budget = PlanningBudget(work: step % 2 * 1000)
      let here = Self.allocations { planner.step(agents, budget: budget, into: &moves) }
      if step >= 3900 { allocated += here }
      for move in moves { agents[Int(move.agent)].at = move.to }
      for a in agents.indices where agents[a].at == agents[a].goal {
        agents[a].goal = Self.nextGoal(a, step)
      }
    }
    #expect(allocated == 0)
    #expect(planner.statistics.moves > 1000)
  }

  private static func carryOut(_ action: GridAction, _ agent: inout GridAgent) {
    func move(_ direction: UInt8) {
      agent.at = graph.successors[4 * Int(agent.at) + Int(direction)]
    }
    switch action {
    case .wait: break
    case .east: move(Direction.east.rawValue)
    case .north: move(Direction.north.rawValue)
    case .west: move(Direction.west.rawValue)
    case .south: move(Direction.south.rawValue)
    case .forward: move(agent.heading)
    case .turnLeft: agent.heading = (agent.heading + 1) % 4
    case .turnRight: agent.heading = (agent.heading + 3) % 4
    }
  }

  @Test(arguments: [MotionModel.fourNeighbour, .turning], [false, true])
  func aStepOnThePlainGridAllocatesNothing(model: MotionModel, refusesRotations: Bool) {
    var settings = GridLifelongPlanner.Settings(model: model, seed: Seed(1))
    settings.refusesRotations = refusesRotations
    var planner = GridLifelongPlanner(graph: Self.graph, settings: settings)
    var agents = (0..<200).map { GridAgent(at: Int32($0 * 2), goal: Self.nextGoal($0, 0)) }
    agents[7].mobility = .frozen
    var actions = [GridAction](repeating: .wait, count: agents.count)
    var allocated: UInt64 = 0
    let budget = PlanningBudget(work: 20_000)
    for step in 0..<400 {
      let here = Self.allocations { planner.step(agents, budget: budget, actions: &actions) }
      if step >= 300 { allocated += here }
      for a in agents.indices { Self.carryOut(actions[a], &agents[a]) }
      for a in agents.indices where agents[a].at == agents[a].goal {
        agents[a].goal = Self.nextGoal(a, step)
      }
    }
    #expect(allocated == 0)
    #expect(planner.statistics.improvements > 0)
  }
}

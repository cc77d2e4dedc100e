import Determinism
import Grid
import Testing

@testable import MAPF

/// The fast step equals the obvious one.
@Suite struct ReferenceStepTests {
  /// A random small grid with agents everywhere: some rest, some are frozen, some have no goal.
  private func world(_ rng: inout SeededGenerator) -> (Graph, [ReferencePIBT.Agent]) {
    let map = randomMap(
      width: rng.next(in: 2...7), height: rng.next(in: 1...6), open: 0.5 + rng.nextUnit() / 2,
      using: &rng)
    let graph = Graph(map)
    var cells = Array(0..<graph.vertexCount)
    rng.shuffle(&cells)
    let count = rng.next(in: 1...graph.vertexCount)
    let agents = cells.prefix(count).map { at in
      ReferencePIBT.Agent(
        at: at, goal: rng.chance(0.9) ? rng.next(below: graph.vertexCount) : nil,
        isFree: rng.chance(0.95))
    }
    return (graph, agents)
  }

  private func fastStep(_ world: ReferencePIBT, order: [Int]) -> [Int] {
    let moves = FlatMoves([MoveGraph(graph: world.graph)])
    let search = DistanceSearch(moves)
    let workspace = StepWorkspace(moves: moves, capacity: world.agents.count)
    var kernel = workspace.kernel(
      agentCount: world.agents.count, refusesRotations: world.refusesRotations)
    kernel.random = world.random
    kernel.allowsSwap = world.allowsSwap
    var tables: [DistanceTable] = []
    for (a, agent) in world.agents.enumerated() {
      let goal = Int32(agent.goal ?? -1)
      kernel.place(a, at: Int32(agent.at), graph: 0, goal: goal, moves: agent.isFree)
      guard goal >= 0 else { continue }
      let table = DistanceTable(count: moves.vertexCount)
      search.fill(table, graph: 0, goal: goal, blocked: nil)
      tables.append(table)
      kernel.table[a] = UnsafePointer(table.values)
    }
    kernel.rate()
    for a in order where kernel.next[a] == StepKernel.undecided { _ = kernel.decide(a) }
    return withExtendedLifetime((tables, workspace)) { order.indices.map { Int(kernel.next[$0]) } }
  }

  @Test(arguments: [false, true], [false, true])
  func theFastStepEqualsTheObviousOne(refusesRotations: Bool, allowsSwap: Bool) {
    var rng = Seed(2026).derive("reference", refusesRotations ? 1 : 0).generator()
    var moved = 0
    for round in 0..<1500 {
      let (graph, agents) = world(&rng)
      var order = Array(agents.indices)
      rng.shuffle(&order)
      var reference = ReferencePIBT(
        graph: graph, agents: agents, refusesRotations: refusesRotations, allowsSwap: allowsSwap,
        random: rng.next())
      let fast = fastStep(reference, order: order)
      let slow = reference.step(order: order)
      #expect(fast == slow, "round \(round): \(agents.count) agents, \(graph.vertexCount) cells")
      guard fast == slow else { return }
      moved += zip(agents, slow).count { $0.at != $1 }
    }
    #expect(moved > 1500, "the worlds are not all stuck")
  }
}

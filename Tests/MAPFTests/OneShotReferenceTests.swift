import Determinism
import Grid
import Testing

@testable import MAPF

/// The fast step of the one-shot planner equals the obvious one.
@Suite struct OneShotReferenceTests {
  private func world(
    _ rng: inout SeededGenerator
  ) -> (graph: Graph, agents: [OneShotReference.Agent])? {
    let map = randomMap(
      width: rng.next(in: 1...7), height: rng.next(in: 1...20), open: 0.5 + rng.nextUnit() / 2,
      using: &rng)
    let graph = Graph(map)
    guard let grid = BitGrid(graph) else { return nil }
    // Starts and goals within a part of the map: the first part's cells, shuffled.
    let part = graph.cells.indices.filter { grid.component[$0] == grid.component[0] }
    var (starts, goals) = (part, part)
    rng.shuffle(&starts)
    rng.shuffle(&goals)
    let count = rng.next(in: 1...part.count)
    let agents = (0..<count).map { a in
      OneShotReference.Agent(at: starts[a], goal: rng.chance(0.2) ? starts[a] : goals[a])
    }
    // No two goals alike.
    return Set(agents.map(\.goal)).count == count ? (graph, agents) : nil
  }

  private func fastStep(_ world: OneShotReference, order: [Int]) throws -> [Int] {
    let grid = try #require(BitGrid(world.graph))
    let starts = world.agents.map { grid.cellOfVertex[$0.at] }
    let tables = BitTables(
      grid, goals: world.agents.map { grid.cellOfVertex[$0.goal] }, starts: starts)
    tables.fill()
    let workspace = GridWorkspace(tables, starts: starts)
    var kernel = workspace.kernel(refusesRotations: world.refusesRotations)
    kernel.allowsSwap = false
    kernel.random = world.random
    starts.withUnsafeBufferPointer { row in
      if let base = row.baseAddress { kernel.load(base) }
    }
    for (i, a) in order.enumerated() { kernel.active[i] = Int32(a) }
    kernel.activeCount = order.count
    let isDecided = kernel.decideAll()
    #expect(isDecided)
    _ = kernel.commit()
    return withExtendedLifetime(workspace) {
      world.agents.indices.map { Int(grid.vertexOfCell[Int(kernel.at[$0])]) }
    }
  }

  @Test(arguments: [false, true])
  func theFastStepEqualsTheObviousOne(refusesRotations: Bool) throws {
    var rng = Seed(2026).derive("one-shot reference", refusesRotations ? 1 : 0).generator()
    var (worlds, moved) = (0, 0)
    for round in 0..<4000 {
      guard let (graph, agents) = world(&rng) else { continue }
      var order = agents.indices.filter { agents[$0].at != agents[$0].goal }
      rng.shuffle(&order)
      var reference = OneShotReference(
        graph: graph, agents: agents, refusesRotations: refusesRotations, random: rng.next() | 1)
      let fast = try fastStep(reference, order: order)
      let slow = reference.step(order: order)
      #expect(fast == slow, "round \(round): \(agents.count) agents, \(graph.vertexCount) cells")
      guard fast == slow else { return }
      worlds += 1
      moved += zip(agents, slow).count { $0.at != $1 }
    }
    #expect(worlds > 1000 && moved > 2000, "\(worlds) worlds, \(moved) moves")
  }
}

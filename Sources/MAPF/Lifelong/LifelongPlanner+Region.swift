import Determinism

extension LifelongPlanner {
  /// Searches a way out for `agent`, which is stuck; see `RegionSolver`. The planner's own state
  /// does not change but for distance tables: append the plan, and go on from the new places.
  public mutating func solveRegion(
    around agent: Int32, agents: [PlanningAgent], walls: [Int32] = [], budget: Int
  ) -> RegionSolver.Outcome {
    var solver = RegionSolver(moves: moves, seed: Seed(UInt64(statistics.steps)))
    guard let ways else {
      return solver.solve(
        around: agent, stuck: stuckAgents, agents: agents, walls: walls, distances: &tables,
        budget: budget)
    }
    // Beyond its window an agent knows no distances.
    return solver.solve(
      around: agent, stuck: stuckAgents, agents: agents, walls: walls, budget: budget
    ) { a, v in
      guard Int(a) < memory.count, let window = memory[Int(a)].window,
        ways.map.spread(window.centre, v) < WayMap.side / 2
      else { return DistanceTable.unreachable }
      return rest(window.view.values, v)
    }
  }
}

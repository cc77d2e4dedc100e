import Determinism

extension LifelongPlanner {
  /// Searches a way out for `agent`, which is stuck; see `RegionSolver`. The planner's own state
  /// does not change but for distance tables: append the plan, and go on from the new places.
  public mutating func solveRegion(
    around agent: Int32, agents: [PlanningAgent], walls: [Int32] = [], budget: Int
  ) -> RegionSolver.Outcome {
    var solver = RegionSolver(moves: moves, seed: Seed(UInt64(statistics.steps)))
    return solver.solve(
      around: agent, stuck: stuckAgents, agents: agents, walls: walls, distances: &tables,
      budget: budget)
  }
}

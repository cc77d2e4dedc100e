/// The usual figures of a one-shot plan. Costs count steps, as in the benchmarks.
public struct PlanMetrics: Sendable, Equatable {
  /// The number of steps until the last agent rests on its goal.
  public var makespan = 0
  /// Over all agents, the steps until each came to its goal for the last time.
  public var sumOfCosts = 0
  /// Over all agents, the steps that do not begin and end resting on the goal.
  public var sumOfLoss = 0
  /// The greatest and the summed distance from start to goal: no plan is shorter.
  public var makespanLowerBound = 0
  public var sumLowerBound = 0

  /// - Parameter distances: per agent the distance from start to goal, nil where there is no goal.
  public init(plan: [[PlannedMove]], agents: [PlanningAgent], distances: [UInt16?]) {
    precondition(distances.count == agents.count, "\(distances.count) distances")
    var at = agents.map(\.at)
    var arrival = [Int](repeating: 0, count: agents.count)
    for (step, moves) in plan.enumerated() {
      let before = at
      for move in moves { at[Int(move.agent)] = move.to }
      for (a, agent) in agents.enumerated() where agent.goal >= 0 {
        if before[a] != agent.goal || at[a] != agent.goal {
          sumOfLoss += 1
          arrival[a] = step + 1
        }
      }
    }
    makespan = arrival.max() ?? 0
    sumOfCosts = arrival.reduce(0, +)
    makespanLowerBound = distances.compactMap { $0.map(Int.init) }.max() ?? 0
    sumLowerBound = distances.compactMap { $0.map(Int.init) }.reduce(0, +)
  }
}

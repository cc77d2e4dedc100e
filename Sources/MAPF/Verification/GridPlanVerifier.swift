import Grid

/// Checks one-shot plans on the plain grid against the rules, from `Graph` alone: no planner code is
/// used.
public struct GridPlanVerifier: Sendable {
  /// The first broken rule. Steps count from 0.
  public enum Problem: Hashable, Sendable {
    /// The plan has no configuration, or one of another number of agents.
    case wrongShape
    /// The agent does not start where the instance says.
    case wrongStart(agent: Int, at: Int32)
    /// The plan ends with the agent elsewhere.
    case goalMissed(agent: Int, at: Int32)
    /// No move of the graph leads there.
    case brokenPath(step: Int, agent: Int, from: Int32, to: Int32)
    /// Two agents in one cell after the step.
    case vertexConflict(step: Int, agents: [Int], vertex: Int32)
    /// Two agents change places.
    case swap(step: Int, agents: [Int])
    /// Three or more agents move round a cycle.
    case rotation(step: Int, agent: Int)
  }

  private let instance: GridInstance
  private let refusesRotations: Bool

  public init(_ instance: GridInstance, refusesRotations: Bool = false) {
    self.instance = instance
    self.refusesRotations = refusesRotations
  }

  /// The first broken rule, nil when there is none.
  /// - Complexity: O(agents * steps + vertices)
  public func problem(in plan: GridPlan) -> Problem? {
    guard plan.agentCount == instance.agentCount, plan.length > 0 else { return .wrongShape }
    for (a, v) in plan.configuration(0).enumerated() where v != instance.starts[a] {
      return .wrongStart(agent: a, at: v)
    }
    var check = GridStepCheck(instance.graph, refusesRotations: refusesRotations)
    for step in 0..<plan.makespan {
      let problem = check.problem(
        step: step, from: plan.configuration(step), to: plan.configuration(step + 1))
      if let problem { return problem }
    }
    for (a, v) in plan.configuration(plan.makespan).enumerated() where v != instance.goals[a] {
      return .goalMissed(agent: a, at: v)
    }
    return nil
  }
}

/// Checks single steps of agents on the plain grid; keeps its memory between them.
public struct GridStepCheck: Sendable {
  private let graph: Graph
  private let refusesRotations: Bool
  /// Vertex -> agent before and after the step, -1: none.
  private var before: [Int32]
  private var after: [Int32]

  public init(_ graph: Graph, refusesRotations: Bool) {
    self.graph = graph
    self.refusesRotations = refusesRotations
    before = Array(repeating: -1, count: graph.vertexCount)
    after = before
  }

  /// - Parameters:
  ///   - from: the agents' vertices before the step, -1 for one that is not there.
  ///   - to: after it.
  /// - Complexity: O(agents)
  public mutating func problem(
    step: Int, from: ArraySlice<Int32>, to: ArraySlice<Int32>
  ) -> GridPlanVerifier.Problem? {
    let from = Array(from)
    let to = Array(to)
    defer {
      for v in from where v >= 0 { before[Int(v)] = -1 }
      for v in to where v >= 0 && Int(v) < graph.vertexCount { after[Int(v)] = -1 }
    }
    for (a, v) in from.enumerated() where v >= 0 { before[Int(v)] = Int32(a) }
    for (a, w) in to.enumerated() where w >= 0 || from[a] >= 0 {
      let v = from[a]
      let isMove = v >= 0 && w >= 0 && graph.successors[4 * Int(v)..<4 * Int(v) + 4].contains(w)
      guard w == v || isMove else { return .brokenPath(step: step, agent: a, from: v, to: w) }
      let other = after[Int(w)]
      if other >= 0 { return .vertexConflict(step: step, agents: [Int(other), a], vertex: w) }
      after[Int(w)] = Int32(a)
    }
    return cycle(step: step, from, to)
  }

  /// A swap, or a longer cycle of moves where those are refused.
  private func cycle(
    step: Int, _ from: [Int32], _ to: [Int32]
  ) -> GridPlanVerifier.Problem? {
    var isClear = [Bool](repeating: false, count: refusesRotations ? from.count : 0)
    for a in from.indices where from[a] >= 0 && to[a] != from[a] {
      let b = Int(before[Int(to[a])])
      if b >= 0, to[b] == from[a] { return .swap(step: step, agents: [min(a, b), max(a, b)]) }
      guard refusesRotations, !isClear[a] else { continue }
      var x = b
      while x >= 0, x != a, !isClear[x], to[x] != from[x] {
        isClear[x] = true
        x = Int(before[Int(to[x])])
      }
      if x == a { return .rotation(step: step, agent: a) }
      isClear[a] = true
    }
    return nil
  }
}

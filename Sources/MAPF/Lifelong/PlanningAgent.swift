/// Whether and how an agent takes part in a step.
public enum Mobility: UInt8, Sendable, Hashable {
  /// Not on the map: occupies nothing.
  case absent
  /// May be moved.
  case free
  /// Cannot be moved this step; nobody enters its cell.
  case frozen
  /// Frozen for long: like `frozen`, and a wall in the distance fields of those it blocks.
  case wall
}

/// One agent as the planner sees it before a step. Its index in the array is its slot: keep it.
public struct PlanningAgent: Sendable, Hashable {
  /// The index of its move graph.
  public var graph: Int32
  /// The vertex where its plan ends so far.
  public var at: Int32
  /// The vertex it wants to reach; -1: none, stays unless pushed.
  public var goal: Int32
  public var mobility: Mobility
  /// Higher goes first, in `-512...511` (clamped).
  public var priority: Int32

  public init(
    graph: Int32 = 0, at: Int32, goal: Int32 = -1, mobility: Mobility = .free, priority: Int32 = 0
  ) {
    self.graph = graph
    self.at = at
    self.goal = goal
    self.mobility = mobility
    self.priority = priority
  }
}

/// One agent's move in a step. Agents without one stay.
public struct PlannedMove: Sendable, Hashable {
  /// The agent's slot.
  public var agent: Int32
  /// The move, in the agent's own move graph.
  public var move: Int32
  public var from: Int32
  public var to: Int32

  public init(agent: Int32, move: Int32, from: Int32, to: Int32) {
    self.agent = agent
    self.move = move
    self.from = from
    self.to = to
  }
}

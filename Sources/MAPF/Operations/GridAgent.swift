/// One agent of the plain grid as the planner sees it before a step. Its index is its slot: keep it.
public struct GridAgent: Sendable, Hashable {
  /// The vertex it stands on.
  public var at: Int32
  /// `Direction.rawValue` of where it looks; counts in the turning model only.
  public var heading: UInt8
  /// The vertex it wants to reach; -1: none, stays unless pushed.
  public var goal: Int32
  public var mobility: Mobility
  /// Agents of higher priority go first, whatever their way; clamped to `-512...511`.
  public var priority: Int32

  public init(
    at: Int32, heading: UInt8 = 0, goal: Int32 = -1, mobility: Mobility = .free,
    priority: Int32 = 0
  ) {
    self.at = at
    self.heading = heading
    self.goal = goal
    self.mobility = mobility
    self.priority = priority
  }
}

/// What an agent of the plain grid does in one step.
public enum GridAction: UInt8, Sendable, Hashable {
  /// Stays as it is.
  case wait
  /// Moves to the neighbouring cell of that side (four-neighbour model).
  case north, south, east, west
  /// Moves one cell in its heading (turning model).
  case forward
  /// A quarter turn, counter-clockwise or clockwise (turning model).
  case turnLeft, turnRight
}

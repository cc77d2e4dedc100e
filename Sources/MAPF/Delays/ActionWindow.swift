import Grid

/// Several unit steps of actions for all agents: what a planner hands to an executor at a time.
public struct ActionWindow: Sendable, Equatable {
  public let agentCount: Int
  /// `step * agentCount + agent` -> action.
  public private(set) var actions: [GridAction] = []

  /// An empty window.
  public init(agentCount: Int) {
    self.agentCount = agentCount
  }

  /// Whole steps held.
  public var steps: Int { agentCount == 0 ? 0 : actions.count / agentCount }

  @inlinable public subscript(step: Int, agent: Int) -> GridAction {
    actions[step * agentCount + agent]
  }

  /// - Precondition: one action for each agent.
  public mutating func append(_ row: [GridAction]) {
    precondition(row.count == agentCount, "\(row.count) actions for \(agentCount) agents")
    actions.append(contentsOf: row)
  }

  public mutating func removeAll() { actions.removeAll(keepingCapacity: true) }
}

/// Where an agent stands and which way it faces. In the four-neighbour model `heading` says
/// nothing.
public struct GridPose: Sendable, Hashable {
  public var at: Int32
  /// `Direction.rawValue`.
  public var heading: UInt8

  public init(at: Int32, heading: UInt8 = 0) {
    self.at = at
    self.heading = heading
  }

  /// The pose after `action`; nil where it leads into a wall or against a lane.
  @inlinable public func after(_ action: GridAction, on graph: Graph) -> GridPose? {
    switch action {
    case .wait: return self
    case .turnLeft: return GridPose(at: at, heading: (heading &+ 1) & 3)
    case .turnRight: return GridPose(at: at, heading: (heading &+ 3) & 3)
    case .forward: return moved(heading & 3, heading: heading, on: graph)
    case .east: return moved(Direction.east.rawValue, heading: heading, on: graph)
    case .north: return moved(Direction.north.rawValue, heading: heading, on: graph)
    case .west: return moved(Direction.west.rawValue, heading: heading, on: graph)
    case .south: return moved(Direction.south.rawValue, heading: heading, on: graph)
    }
  }

  @inlinable func moved(_ direction: UInt8, heading: UInt8, on graph: Graph) -> GridPose? {
    let next = graph.successors[4 * Int(at) + Int(direction)]
    return next < 0 ? nil : GridPose(at: next, heading: heading)
  }
}

extension GridAction {
  /// The direction in which the agent leaves its cell; nil when it stays.
  @inlinable public func direction(heading: UInt8) -> UInt8? {
    switch self {
    case .wait, .turnLeft, .turnRight: nil
    case .forward: heading & 3
    case .east: Direction.east.rawValue
    case .north: Direction.north.rawValue
    case .west: Direction.west.rawValue
    case .south: Direction.south.rawValue
    }
  }
}

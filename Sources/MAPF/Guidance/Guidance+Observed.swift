import Grid

/// What has been seen of the traffic on a map: the ground for adapting its guidance.
public struct ObservedTraffic: Sendable, Equatable {
  /// Agent steps spent waiting (or turning) on a vertex.
  public var waits: [Int32]
  /// `4 * vertex + direction` -> how often agents moved that way.
  public var moves: [Int32]
  /// The steps observed.
  public var steps = 0

  public init(vertexCount: Int) {
    waits = Array(repeating: 0, count: vertexCount)
    moves = Array(repeating: 0, count: 4 * vertexCount)
  }

  /// Counts one step: where the agents were and what they did.
  /// - Complexity: O(agents)
  public mutating func observe(_ agents: [GridAgent], _ actions: [GridAction]) {
    steps += 1
    for (agent, action) in zip(agents, actions) where agent.mobility != .absent {
      switch action {
      case .wait, .turnLeft, .turnRight:
        // Who has nowhere to go is no sign of a crowd.
        if agent.goal >= 0 && agent.goal != agent.at { waits[Int(agent.at)] += 1 }
      case .forward: moves[4 * Int(agent.at) + Int(agent.heading & 3)] += 1
      case .east: moves[4 * Int(agent.at) + Int(Direction.east.rawValue)] += 1
      case .north: moves[4 * Int(agent.at) + Int(Direction.north.rawValue)] += 1
      case .west: moves[4 * Int(agent.at) + Int(Direction.west.rawValue)] += 1
      case .south: moves[4 * Int(agent.at) + Int(Direction.south.rawValue)] += 1
      }
    }
  }
}

extension Guidance {
  /// This guidance, dearer where traffic was seen to stand or to come the other way (after the
  /// congestion costs of Zhang et al., Online Guidance Graph Optimization, AAAI 2025; there a learned
  /// network maps usage to weights, here two factors do).
  /// - Parameters:
  ///   - crowding: what a move costs more, as a multiple of its weight, into a cell on which one agent
  ///     more waits than on the mean cell, at any time.
  ///   - contraflow: the same for a move against a stream of one agent a step.
  /// - Complexity: O(edges)
  public func adapted(
    to traffic: ObservedTraffic, on graph: Graph, model: MotionModel, crowding: Double,
    contraflow: Double
  ) -> Guidance {
    guard traffic.steps > 0 else { return self }
    var adapted = self
    // Where all stand, no place is worse than another: only what exceeds the mean counts.
    let mean = traffic.waits.reduce(0) { $0 + Double($1) } / Double(max(1, graph.vertexCount))
    let limit = Double(Self.edgeLimit(model: model, turn: turn))
    for u in 0..<graph.vertexCount {
      for direction in Direction.allCases {
        let edge = 4 * u + Int(direction.rawValue)
        let v = Int(graph.successors[edge])
        guard v >= 0 else { continue }
        let against = traffic.moves[4 * v + Int(direction.opposite.rawValue)]
        let factor =
          1 + (crowding * max(0, Double(traffic.waits[v]) - mean) + contraflow * Double(against))
          / Double(traffic.steps)
        adapted.edges[edge] = UInt8(min(limit, (Double(edges[edge]) * factor).rounded()))
      }
    }
    return adapted
  }
}

import Grid

/// Checks plans against the rules, from `Graph` and the public tables of `MoveGraph` alone: no
/// planner code is used.
public struct PlanVerifier: Sendable {
  /// A broken rule. Steps count from 0; agents are slots.
  public enum Problem: Hashable, Sendable {
    /// The agent has no such slot, is absent, or its class no such move.
    case unknownMove(step: Int, agent: Int32, move: Int32)
    /// The move does not start where the agent is, or not where its `from` says.
    case wrongStart(step: Int, agent: Int32, expected: Int32, found: Int32)
    /// The move does not end where its `to` says.
    case wrongEnd(step: Int, agent: Int32, expected: Int32, found: Int32)
    /// The move's path is not one of adjacent cells along allowed directions.
    case brokenPath(step: Int, agent: Int32, from: Int32, to: Int32)
    /// The move ends where the class may not rest.
    case restsOnNoStop(step: Int, agent: Int32, vertex: Int32)
    /// Two moves of one agent in one step.
    case movesTwice(step: Int, agent: Int32)
    /// An agent that cannot be moved moves.
    case movesFrozen(step: Int, agent: Int32)
    /// Two agents in one cell after the step.
    case vertexConflict(step: Int, agents: [Int32], vertex: Int32)
    /// Two agents change places.
    case swap(step: Int, agents: [Int32])
    /// Two moves claim one resource, or one claims what an agent that rests occupies.
    case sharedClaim(step: Int, agents: [Int32], resource: Int32)
    /// Three or more agents move round a cycle.
    case rotation(step: Int, agents: [Int32])
    /// A move comes before that of the agent whose cell it enters.
    case followerFirst(step: Int, follower: Int32, leader: Int32)
    /// The plan ends with the agent elsewhere.
    case goalMissed(agent: Int32, goal: Int32, at: Int32)
  }

  private let graph: Graph
  private let moveGraphs: [MoveGraph]
  private let refusesRotations: Bool

  public init(graph: Graph, moveGraphs: [MoveGraph], refusesRotations: Bool = true) {
    self.graph = graph
    self.moveGraphs = moveGraphs
    self.refusesRotations = refusesRotations
  }

  /// Checks a whole plan from the agents' places to their goals (-1: anywhere).
  /// - Complexity: O(agents + claims) per step
  public func problems(in plan: [[PlannedMove]], of agents: [PlanningAgent]) -> [Problem] {
    var agents = agents
    var found: [Problem] = []
    for (step, moves) in plan.enumerated() {
      found += problems(step: step, moves: moves, agents: agents)
      PlanVerifier.apply(moves, to: &agents)
    }
    for (a, agent) in agents.enumerated()
    where agent.goal >= 0 && agent.at != agent.goal && agent.mobility == .free {
      found.append(.goalMissed(agent: Int32(a), goal: agent.goal, at: agent.at))
    }
    return found
  }

  /// The agents after a step.
  public static func apply(_ moves: [PlannedMove], to agents: inout [PlanningAgent]) {
    for move in moves where agents.indices.contains(Int(move.agent)) {
      agents[Int(move.agent)].at = move.to
    }
  }

  /// Checks one step from the agents' places.
  public func problems(
    step: Int = 0, moves: [PlannedMove], agents: [PlanningAgent]
  ) -> [Problem] {
    var found: [Problem] = []
    var moveOf = [PlannedMove?](repeating: nil, count: agents.count)
    var orderOf = [Int](repeating: -1, count: agents.count)
    for (index, move) in moves.enumerated() {
      guard isKnown(move, agents) else {
        found.append(.unknownMove(step: step, agent: move.agent, move: move.move))
        continue
      }
      if moveOf[Int(move.agent)] != nil {
        found.append(.movesTwice(step: step, agent: move.agent))
      }
      moveOf[Int(move.agent)] = move
      orderOf[Int(move.agent)] = index
      found += alone(move, step: step, agents)
    }
    found += claims(moves.filter { isKnown($0, agents) }, step: step, agents)
    found += cycles(moveOf, orderOf, step: step, agents)
    return found
  }

  private func isKnown(_ move: PlannedMove, _ agents: [PlanningAgent]) -> Bool {
    guard agents.indices.contains(Int(move.agent)) else { return false }
    let agent = agents[Int(move.agent)]
    return agent.mobility != .absent
      && (0..<moveGraphs[Int(agent.graph)].moveCount).contains(Int(move.move))
  }

  /// What can be wrong with a move whatever the others do.
  private func alone(_ move: PlannedMove, step: Int, _ agents: [PlanningAgent]) -> [Problem] {
    var found: [Problem] = []
    let agent = agents[Int(move.agent)]
    let moveGraph = moveGraphs[Int(agent.graph)]
    if agent.mobility != .free { found.append(.movesFrozen(step: step, agent: move.agent)) }
    if move.from != agent.at || !moveGraph.moves(from: agent.at).contains(move.move) {
      found.append(
        .wrongStart(step: step, agent: move.agent, expected: agent.at, found: move.from))
    }
    let end = moveGraph.moveEnd[Int(move.move)]
    if move.to != end {
      found.append(.wrongEnd(step: step, agent: move.agent, expected: end, found: move.to))
    }
    if !moveGraph.isResting(end) {
      found.append(.restsOnNoStop(step: step, agent: move.agent, vertex: end))
    }
    var u = move.from
    var isPath = moveGraph.path(of: move.move).last == end
    for v in moveGraph.path(of: move.move) {
      let isNext = Direction.allCases.contains {
        graph.successor(of: VertexID(u), $0) == VertexID(v)
      }
      isPath = isPath && isNext && (v == end || !moveGraph.isResting(v))
      u = v
    }
    if !isPath {
      found.append(.brokenPath(step: step, agent: move.agent, from: move.from, to: end))
    }
    return found
  }

  /// Claims of the moves against one another and against the agents that rest.
  private func claims(
    _ moves: [PlannedMove], step: Int, _ agents: [PlanningAgent]
  ) -> [Problem] {
    var found: [Problem] = []
    let movers = Set(moves.map(\.agent))
    let held = occupation(agents)
    var claimant: [Int32: Int32] = [:]
    for move in moves {
      let moveGraph = moveGraphs[Int(agents[Int(move.agent)].graph)]
      let end = moveGraph.moveEnd[Int(move.move)]
      for resource in moveGraph.claims(of: move.move) {
        if let other = claimant[resource] {
          let pair = [min(other, move.agent), max(other, move.agent)]
          found.append(
            resource == end && ends(other, at: end, moves, agents)
              ? .vertexConflict(step: step, agents: pair, vertex: end)
              : .sharedClaim(step: step, agents: pair, resource: resource))
        }
        claimant[resource] = move.agent
        for holder in held[resource] ?? [] where holder != move.agent {
          // The end of a move may be a cell that its occupant leaves in the same step.
          if resource == end, movers.contains(holder) { continue }
          let pair = [min(holder, move.agent), max(holder, move.agent)]
          found.append(
            resource == end
              ? .vertexConflict(step: step, agents: pair, vertex: end)
              : .sharedClaim(step: step, agents: pair, resource: resource))
        }
      }
    }
    return found
  }

  /// Resource -> the agents that hold it by resting where they are before the step.
  private func occupation(_ agents: [PlanningAgent]) -> [Int32: [Int32]] {
    var held: [Int32: [Int32]] = [:]
    for (a, agent) in agents.enumerated() where agent.mobility != .absent {
      held[agent.at, default: []].append(Int32(a))
      let moveGraph = moveGraphs[Int(agent.graph)]
      let range = moveGraph.mutexStart[Int(agent.at)]..<moveGraph.mutexStart[Int(agent.at) + 1]
      for m in range { held[moveGraph.mutexes[Int(m)], default: []].append(Int32(a)) }
    }
    return held
  }

  private func ends(
    _ agent: Int32, at vertex: Int32, _ moves: [PlannedMove], _ agents: [PlanningAgent]
  ) -> Bool {
    moves.contains {
      $0.agent == agent
        && moveGraphs[Int(agents[Int(agent)].graph)].moveEnd[Int($0.move)] == vertex
    }
  }

  /// Swaps, rotations, and followers before leaders.
  private func cycles(
    _ moveOf: [PlannedMove?], _ orderOf: [Int], step: Int, _ agents: [PlanningAgent]
  ) -> [Problem] {
    var found: [Problem] = []
    var moverAt: [Int32: Int32] = [:]
    for (a, move) in moveOf.enumerated() where move != nil { moverAt[agents[a].at] = Int32(a) }
    var done = [Bool](repeating: false, count: agents.count)
    for first in moveOf.indices where moveOf[first] != nil && !done[first] {
      var chain: [Int32] = []
      var a = Int32(first)
      while !done[Int(a)], !chain.contains(a) {
        chain.append(a)
        guard let move = moveOf[Int(a)], let leader = moverAt[move.to] else { break }
        a = leader
      }
      if !done[Int(a)], let start = chain.firstIndex(of: a), closes(chain, moveOf, moverAt) {
        let cycle = chain[start...].sorted()
        if cycle.count == 2 {
          found.append(.swap(step: step, agents: cycle))
        } else if refusesRotations {
          found.append(.rotation(step: step, agents: cycle))
        }
      } else {
        found += disorder(chain, moveOf, moverAt, orderOf, step: step)
      }
      for x in chain { done[Int(x)] = true }
    }
    return found
  }

  /// Whether the last of the chain enters the cell of one of the chain.
  private func closes(
    _ chain: [Int32], _ moveOf: [PlannedMove?], _ moverAt: [Int32: Int32]
  ) -> Bool {
    guard let last = chain.last, let move = moveOf[Int(last)], let leader = moverAt[move.to] else {
      return false
    }
    return chain.contains(leader)
  }

  private func disorder(
    _ chain: [Int32], _ moveOf: [PlannedMove?], _ moverAt: [Int32: Int32], _ orderOf: [Int],
    step: Int
  ) -> [Problem] {
    chain.compactMap { a in
      guard let move = moveOf[Int(a)], let leader = moverAt[move.to],
        orderOf[Int(leader)] > orderOf[Int(a)]
      else { return nil }
      return .followerFirst(step: step, follower: a, leader: leader)
    }
  }
}

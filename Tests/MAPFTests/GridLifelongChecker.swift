import Grid
import MAPF

/// Carries out joint actions on the plain grid by the rules alone and tells what is wrong with them.
struct GridLifelongChecker {
  let graph: Graph
  let model: MotionModel
  let refusesRotations: Bool

  /// Moves `agents` by `actions`; the first fault found, nil when there is none.
  func apply(_ actions: [GridAction], to agents: inout [GridAgent]) -> String? {
    guard actions.count == agents.count else { return "\(actions.count) actions" }
    var after = agents
    for (r, action) in actions.enumerated() {
      let stays = agents[r].mobility != .free
      if stays && action != .wait { return "agent \(r), \(agents[r].mobility), does \(action)" }
      switch (action, model) {
      case (.wait, _): continue
      case (.turnLeft, .turning): after[r].heading = (agents[r].heading + 1) % 4
      case (.turnRight, .turning): after[r].heading = (agents[r].heading + 3) % 4
      case (.forward, .turning):
        guard let direction = Direction(rawValue: agents[r].heading),
          let end = graph.successor(of: VertexID(agents[r].at), direction)
        else { return "agent \(r) drives into a wall" }
        after[r].at = end.rawValue
      case (.north, .fourNeighbour), (.south, .fourNeighbour), (.east, .fourNeighbour),
        (.west, .fourNeighbour):
        let directions: [GridAction: Direction] = [
          .north: .north, .south: .south, .east: .east, .west: .west,
        ]
        guard let direction = directions[action],
          let end = graph.successor(of: VertexID(agents[r].at), direction)
        else { return "agent \(r) drives into a wall" }
        after[r].at = end.rawValue
      default: return "agent \(r) does \(action) in \(model)"
      }
    }
    if let fault = collision(agents, after) { return fault }
    agents = after
    return nil
  }

  private func collision(_ before: [GridAgent], _ after: [GridAgent]) -> String? {
    var leaverOf: [Int32: Int] = [:]
    var ownerOf: [Int32: Int] = [:]
    for r in before.indices where before[r].mobility != .absent {
      let moves = before[r].at != after[r].at
      if let other = ownerOf[after[r].at], moves || before[other].at != after[other].at {
        return "agents \(other) and \(r) on \(after[r].at)"
      }
      ownerOf[after[r].at] = r
      leaverOf[before[r].at] = r
    }
    for r in before.indices where before[r].mobility != .absent {
      guard before[r].at != after[r].at else { continue }
      if let other = leaverOf[after[r].at], other != r, after[other].at == before[r].at {
        return "agents \(r) and \(other) swap"
      }
      guard refusesRotations else { continue }
      var follower = r
      for _ in before.indices {
        guard let leader = leaverOf[after[follower].at], before[leader].at != after[leader].at
        else { break }
        if leader == r { return "agent \(r) moves in a ring" }
        follower = leader
      }
    }
    return nil
  }
}

import Grid
import MAPF

/// Carries out the actions of agents on the plain grid, by the rules of the benchmarks and without
/// any code of the planner.
struct GridWorld {
  private let graph: Graph
  private let model: MotionModel
  private var check: GridStepCheck

  init(_ graph: Graph, model: MotionModel, refusesRotations: Bool) {
    self.graph = graph
    self.model = model
    check = GridStepCheck(graph, refusesRotations: refusesRotations)
  }

  /// Moves and turns the agents.
  /// - Returns: what is wrong with the actions, nil when nothing; then all have been carried out.
  mutating func apply(
    _ actions: [GridAction], to agents: inout [GridAgent], step: Int
  ) -> String? {
    guard actions.count == agents.count else {
      return "step \(step): \(actions.count) actions for \(agents.count) agents"
    }
    let before = agents.map(\.at)
    var after = before
    var headings = agents.map(\.heading)
    for (a, action) in actions.enumerated() {
      guard let way = way(action, heading: agents[a].heading) else {
        return "step \(step): agent \(a) does \(action) in the model \(model)"
      }
      switch way {
      case .stay: break
      case .turn(let heading): headings[a] = heading
      case .move(let direction):
        after[a] = graph.successors[4 * Int(before[a]) + Int(direction)]
      }
    }
    if let problem = check.problem(step: step, from: before[...], to: after[...]) {
      return "\(problem)"
    }
    for a in agents.indices {
      agents[a].at = after[a]
      agents[a].heading = headings[a]
    }
    return nil
  }

  private enum Way {
    case stay
    case turn(UInt8)
    case move(UInt8)
  }

  /// What an action comes to; nil: the model does not have it. Headings count counter-clockwise.
  private func way(_ action: GridAction, heading: UInt8) -> Way? {
    switch (action, model) {
    case (.wait, _): .stay
    case (.north, .fourNeighbour): .move(Direction.north.rawValue)
    case (.south, .fourNeighbour): .move(Direction.south.rawValue)
    case (.east, .fourNeighbour): .move(Direction.east.rawValue)
    case (.west, .fourNeighbour): .move(Direction.west.rawValue)
    case (.forward, .turning): .move(heading)
    case (.turnLeft, .turning): .turn((heading + 1) % 4)
    case (.turnRight, .turning): .turn((heading + 3) % 4)
    default: nil
    }
  }
}

import Grid

extension GridAgent {
  /// Carries out `action`.
  /// - Precondition: the action leads to a vertex of `graph`.
  public mutating func apply(_ action: GridAction, on graph: Graph) {
    switch action {
    case .turnLeft: heading = (heading + 1) & 3
    case .turnRight: heading = (heading + 3) & 3
    case .wait, .north, .south, .east, .west, .forward:
      guard let direction = action.direction(heading: heading) else { return }
      let end = graph.successors[4 * Int(at) + Int(direction)]
      precondition(end >= 0, "no way in direction \(direction) from vertex \(at)")
      at = end
    }
  }
}

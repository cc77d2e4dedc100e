import Grid

// What a planner uses when nobody has made or learned a guidance for its map.

extension Guidance {
  /// A guidance from the map alone: lanes whose weights suit the motion model and, where it is
  /// known, how full the map is.
  ///
  /// Measured: warehouse with 13 % of the cells taken, turning: twice the weight against the lane is
  /// best; with 26 %: four to ten times; random with 49 and 98 %: 2.5 times without turning, four
  /// times with.
  /// - Parameter agentCount: how many agents will be there; nil: not known.
  /// - Complexity: O(raster)
  public static func automatic(
    for graph: Graph, model: MotionModel, agentCount: Int? = nil
  ) -> Guidance {
    let isTurning = model == .turning
    let hard: UInt8
    switch agentCount {
    case .some(let count) where 5 * count < graph.vertexCount: hard = 4
    case .some(let count) where 3 * count > graph.vertexCount: hard = isTurning ? 8 : 5
    case .some: hard = isTurning ? 10 : 8
    case .none: hard = isTurning ? 8 : 6
    }
    return lanes(for: graph, easy: 2, hard: hard)
  }
}

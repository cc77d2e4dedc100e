import Grid

// What a planner uses when nobody has made or learned a guidance for its map.

extension Guidance {
  /// A guidance from the map alone: lanes whose weights suit the motion model and, where it is
  /// known, how full the map is.
  ///
  /// The fuller the map, the more a meeting costs against a way round. Measured on warehouse,
  /// sortation and random maps: 13 % of the cells taken, twice the weight against the lane serves
  /// best; from a quarter on, four times and more, turning most of all.
  /// - Parameter agentCount: how many agents will be there; nil: not known.
  /// - Complexity: O(raster)
  public static func automatic(
    for graph: Graph, model: MotionModel, agentCount: Int? = nil
  ) -> Guidance {
    let easy: UInt8 = 2
    let hard: UInt8
    if let agentCount, 5 * agentCount < graph.vertexCount {
      hard = 4
    } else {
      hard = model == .turning ? 10 : 6
    }
    return lanes(for: graph, easy: easy, hard: hard)
  }
}

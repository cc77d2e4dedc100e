import Grid

// Guidance from the map alone: neighbouring streets run in opposite directions, as in the planner that
// won the League of Robot Runners 2024 (there by bit masks made for each map).

extension Guidance {
  /// The shortest straight run of cells that counts as a street.
  private static let streetLength = 8

  /// One-way preferences: of the streets of each axis, every other one is easy eastwards (or
  /// northwards) and hard westwards (or southwards), the ones between the other way round.
  ///
  /// A row or column is a street where at least a quarter of it lies in straight runs of eight cells
  /// and more; the others take turns among themselves. Nothing is forbidden: who starts or ends in a
  /// street drives against it where the way round is dearer.
  /// - Parameters:
  ///   - easy: the weight of a move with the lane.
  ///   - hard: the weight of a move against it.
  /// - Precondition: the weights suit the motion model (`edgeLimit`).
  /// - Complexity: O(raster)
  public static func lanes(for graph: Graph, easy: UInt8, hard: UInt8, turn: UInt8 = 1) -> Guidance
  {
    var guidance = Guidance.uniform(vertexCount: graph.vertexCount, edge: easy, turn: turn)
    let isEastward = alternating(streets(graph, across: false))
    let isNorthward = alternating(streets(graph, across: true))
    for (v, cell) in graph.cells.enumerated() {
      let row: Direction = isEastward[Int(cell.y)] ? .west : .east
      let column: Direction = isNorthward[Int(cell.x)] ? .south : .north
      guidance.edges[4 * v + Int(row.rawValue)] = hard
      guidance.edges[4 * v + Int(column.rawValue)] = hard
    }
    return guidance
  }

  /// Which rows (`across`: columns) are streets.
  private static func streets(_ graph: Graph, across: Bool) -> [Bool] {
    let (lines, length) = across ? (graph.width, graph.height) : (graph.height, graph.width)
    return (0..<lines).map { line in
      var (cells, run) = (0, 0)
      for i in 0...length {
        let isFree =
          i < length
          && graph.vertexAtRaster[
            Int(across ? i : line) * Int(graph.width) + Int(across ? line : i)] >= 0
        run += isFree ? 1 : 0
        guard !isFree else { continue }
        cells += run >= streetLength ? run : 0
        run = 0
      }
      return cells >= streetLength && 4 * cells >= Int(length)
    }
  }

  /// True for every other street, and for every other line that is none.
  private static func alternating(_ isStreet: [Bool]) -> [Bool] {
    var next = (street: true, other: true)
    return isStreet.map { isStreet in
      if isStreet {
        defer { next.street.toggle() }
        return next.street
      }
      defer { next.other.toggle() }
      return next.other
    }
  }
}

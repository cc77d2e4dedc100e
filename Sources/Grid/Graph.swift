/// The passable cells of a map as dense vertices, with the moves that lane directions leave.
///
/// Memory follows the passable cells: about 37 bytes a vertex and 4 a raster cell. Immutable.
public struct Graph: Sendable {
  public let width: Int32
  public let height: Int32
  public let vertexCount: Int
  /// Vertex -> cell.
  public let cells: [Cell]
  /// Raster position (row-major) -> vertex, -1 where blocked.
  public let vertexAtRaster: [Int32]
  /// `4 * v + direction` -> the vertex one moves to that way, -1 where none or not allowed.
  public let successors: [Int32]
  /// `4 * v + direction` -> the vertex from which one reaches `v` by moving *in* that direction,
  /// -1 where none or not allowed (for searches backwards from a goal).
  public let predecessors: [Int32]

  /// - Parameter exits: for a cell, the directions in which it may be left; default all.
  /// - Complexity: O(width * height)
  public init(_ map: GridMap, exits: (Cell) -> DirectionSet = { _ in .all }) {
    var cells: [Cell] = []
    var vertexAt = [Int32](repeating: -1, count: map.passable.count)
    for y in 0..<map.height {
      for x in 0..<map.width {
        let raster = Int(y) * Int(map.width) + Int(x)
        guard map.passable[raster] else { continue }
        vertexAt[raster] = Int32(cells.count)
        cells.append(Cell(x: x, y: y))
      }
    }
    var successors = [Int32](repeating: -1, count: 4 * cells.count)
    var predecessors = successors
    for (v, cell) in cells.enumerated() {
      let allowed = exits(cell)
      for direction in Direction.allCases where allowed.contains(direction) {
        let next = cell.moved(direction)
        guard map.isPassable(next) else { continue }
        let w = vertexAt[Int(next.y) * Int(map.width) + Int(next.x)]
        successors[4 * v + Int(direction.rawValue)] = w
        predecessors[4 * Int(w) + Int(direction.rawValue)] = Int32(v)
      }
    }
    width = map.width
    height = map.height
    vertexCount = cells.count
    self.cells = cells
    vertexAtRaster = vertexAt
    self.successors = successors
    self.predecessors = predecessors
  }

  /// The vertex of `cell`, nil where blocked or off the raster.
  @inlinable public func vertex(at cell: Cell) -> VertexID? {
    guard cell.x >= 0, cell.y >= 0, cell.x < width, cell.y < height else { return nil }
    let v = vertexAtRaster[Int(cell.y) * Int(width) + Int(cell.x)]
    return v < 0 ? nil : VertexID(v)
  }

  /// The cell of `vertex`.
  @inlinable public func cell(of vertex: VertexID) -> Cell { cells[vertex.index] }

  /// The vertex one step away in `direction`, nil where blocked or against the lane.
  @inlinable public func successor(of vertex: VertexID, _ direction: Direction) -> VertexID? {
    let w = successors[4 * vertex.index + Int(direction.rawValue)]
    return w < 0 ? nil : VertexID(w)
  }
}

import Grid

/// The raster of a plain grid in strips of sixteen rows, for tables of one bit a cell (`BitTables`).
///
/// A *cell* is numbered `(row / 16 * width + column) * 16 + row % 16`: sixteen cells above one
/// another share a word of sixteen bits, and an agent's surroundings lie on one or two cache lines
/// for many steps. The width is padded to an even one, so that a cell's colour on the chequerboard
/// follows from its number. The parts of the grid that are not connected are labelled.
///
/// Unsafe memory, fenced here: written in `init` only, freed in `deinit`.
final class BitGrid: @unchecked Sendable {
  /// Columns, padded to an even number, and rows.
  let width: Int
  let height: Int
  /// Numbers in use, blocked cells included: a multiple of sixteen.
  let cellCount: Int
  /// Cell -> bit `Direction.rawValue` set where one may go that way; 0 in blocked cells.
  let exits: UnsafeMutablePointer<UInt8>
  /// Vertex -> cell.
  let cellOfVertex: [Int32]
  /// Cell -> vertex, -1 where blocked.
  let vertexOfCell: UnsafeMutablePointer<Int32>
  /// Vertex -> the label of its connected part.
  let component: [Int32]
  /// Vertices of the largest connected part.
  let largestComponent: Int

  /// Nil unless every two adjacent passable cells are joined both ways.
  /// - Complexity: O(width * height)
  init?(_ graph: Graph) {
    guard BitGrid.isPlain(graph) else { return nil }
    width = (Int(graph.width) + 1) & ~1
    height = Int(graph.height)
    cellCount = (height + 15) / 16 * width * 16
    exits = .allocate(capacity: cellCount)
    exits.initialize(repeating: 0, count: cellCount)
    vertexOfCell = .allocate(capacity: cellCount)
    vertexOfCell.initialize(repeating: -1, count: cellCount)
    var cells = [Int32](repeating: 0, count: graph.vertexCount)
    for (v, place) in graph.cells.enumerated() {
      let c = BitGrid.number(Int(place.x), Int(place.y), width: width)
      cells[v] = Int32(c)
      vertexOfCell[c] = Int32(v)
      for direction in 0..<4 where graph.successors[4 * v + direction] >= 0 {
        exits[c] |= 1 << UInt8(direction)
      }
    }
    cellOfVertex = cells
    (component, largestComponent) = BitGrid.components(graph)
  }

  deinit {
    exits.deallocate()
    vertexOfCell.deallocate()
  }

  /// From row 15 of a strip to row 0 of the next.
  var stripJump: Int { 16 * width - 15 }

  static func number(_ x: Int, _ y: Int, width: Int) -> Int {
    ((y >> 4) * width + x) << 4 | (y & 15)
  }

  /// Whether the moves are those of the bare raster: all neighbours, both ways.
  private static func isPlain(_ graph: Graph) -> Bool {
    for (v, place) in graph.cells.enumerated() {
      for direction in Direction.allCases {
        let beside = graph.vertex(at: place.moved(direction))
        guard graph.successors[4 * v + Int(direction.rawValue)] == beside?.rawValue ?? -1 else {
          return false
        }
      }
    }
    return true
  }

  private static func components(_ graph: Graph) -> (labels: [Int32], largest: Int) {
    var labels = [Int32](repeating: -1, count: graph.vertexCount)
    var queue: [Int32] = []
    queue.reserveCapacity(graph.vertexCount)
    var largest = 0
    for first in labels.indices where labels[first] < 0 {
      queue.removeAll(keepingCapacity: true)
      queue.append(Int32(first))
      labels[first] = Int32(first)
      var head = 0
      while head < queue.count {
        let v = Int(queue[head])
        head += 1
        for edge in 4 * v..<4 * v + 4 {
          let w = graph.successors[edge]
          guard w >= 0, labels[Int(w)] < 0 else { continue }
          labels[Int(w)] = Int32(first)
          queue.append(w)
        }
      }
      largest = max(largest, queue.count)
    }
    return (labels, largest)
  }
}

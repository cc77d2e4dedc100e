import Grid

/// Candidates by the square of the map that they are in, to look at those near a place first.
struct CandidateGrid {
  /// Squares from one corner to the other. It may lie beside the grid.
  struct Box {
    fileprivate var columns: ClosedRange<Int>
    fileprivate var rows: ClosedRange<Int>
  }

  /// A square is 2^shift cells wide.
  private let shift: Int32
  private let left: Int32
  private let top: Int32
  private let columns: Int
  private let rows: Int
  /// Square -> the first candidate in it, candidate -> the next one there; -1: none.
  private var heads: [Int32]
  private var after: [Int32]
  private let places: [Cell]

  /// - Parameters:
  ///   - places: where the candidates are.
  ///   - members: those of them that are in the grid.
  init(_ places: [Cell], members: [Int]) {
    self.places = places
    let xs = members.map { places[$0].x }
    let ys = members.map { places[$0].y }
    left = xs.min() ?? 0
    top = ys.min() ?? 0
    let width = Int((xs.max() ?? 0) - left) + 1
    let height = Int((ys.max() ?? 0) - top) + 1
    // Two in a square, were they all over it.
    var shift: Int32 = 0
    while width >> shift * (height >> shift) > members.count / 2, shift < 12 { shift += 1 }
    self.shift = shift
    columns = (width - 1) >> shift + 1
    rows = (height - 1) >> shift + 1
    heads = [Int32](repeating: -1, count: columns * rows)
    after = [Int32](repeating: -1, count: places.count)
    for i in members {
      let square = square(of: i)
      after[i] = heads[square]
      heads[square] = Int32(i)
    }
  }

  private func square(of i: Int) -> Int {
    Int((places[i].y - top) >> shift) * columns + Int((places[i].x - left) >> shift)
  }

  /// - Complexity: O(candidates in its square)
  mutating func remove(_ i: Int) {
    let square = square(of: i)
    var node = heads[square]
    guard node != Int32(i) else { return heads[square] = after[i] }
    while node >= 0 {
      let next = after[Int(node)]
      if next == Int32(i) { return after[Int(node)] = after[i] }
      node = next
    }
  }

  /// The squares that `cells` are in, and those between.
  /// - Precondition: `cells` is not empty.
  func box(round cells: [Cell]) -> Box {
    let columns = cells.map { Int(($0.x - left) >> shift) }
    let rows = cells.map { Int(($0.y - top) >> shift) }
    guard let west = columns.min(), let east = columns.max(), let north = rows.min(),
      let south = rows.max()
    else { preconditionFailure("a box round nothing") }
    return Box(columns: west...east, rows: north...south)
  }

  /// Calls `body` with the candidates in the squares that are so many steps away from `box` (a step may
  /// go across a corner).
  /// - Returns: whether there may be more farther away.
  func visit(ring: Int, round box: Box, _ body: (Int) -> Void) -> Bool {
    let (west, east) = (box.columns.lowerBound - ring, box.columns.upperBound + ring)
    let (north, south) = (box.rows.lowerBound - ring, box.rows.upperBound + ring)
    for row in max(0, north)..<max(0, north, min(rows, south + 1)) {
      if ring == 0 || row == north || row == south {
        for column in max(0, west)..<max(0, west, min(columns, east + 1)) {
          visit(row * columns + column, body)
        }
      } else {
        if west >= 0, west < columns { visit(row * columns + west, body) }
        if east >= 0, east < columns { visit(row * columns + east, body) }
      }
    }
    return west > 0 || north > 0 || east < columns - 1 || south < rows - 1
  }

  private func visit(_ square: Int, _ body: (Int) -> Void) {
    var node = heads[square]
    while node >= 0 {
      body(Int(node))
      node = after[Int(node)]
    }
  }

  /// No candidate more than `ring` steps away from a box is nearer to a cell in it than so many cells,
  /// counted along the axes.
  func cells(beyond ring: Int) -> Int64 { Int64(ring) << Int64(shift) + 1 }
}

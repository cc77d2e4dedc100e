import Grid

/// Places by where they lie: the nearest as the crow flies come first, and only the squares of
/// cells round the asker are looked at.
struct PlaceIndex: Sendable {
  private struct Entry: Sendable {
    var group: Int32
    var cell: Cell
  }

  /// Cells along the side of a square.
  private static let side: Int32 = 32

  private let columns: Int32
  private let rows: Int32
  /// Square, row by row -> its first entry; one more than squares.
  private let start: [Int32]
  private let entries: [Entry]

  /// - Parameter places: a cell and its group's number for each.
  init(_ places: [(group: Int, cell: Cell)]) {
    let columns = (places.map(\.cell.x).max() ?? 0) / Self.side + 1
    rows = (places.map(\.cell.y).max() ?? 0) / Self.side + 1
    self.columns = columns
    func square(_ cell: Cell) -> Int { Int(cell.y / Self.side * columns + cell.x / Self.side) }
    var counts = [Int32](repeating: 0, count: Int(columns * rows) + 1)
    for place in places { counts[square(place.cell) + 1] += 1 }
    for s in 1..<counts.count { counts[s] += counts[s - 1] }
    start = counts
    entries = places.map { Entry(group: Int32($0.group), cell: $0.cell) }.sorted {
      let (a, b) = (square($0.cell), square($1.cell))
      return a != b ? a < b : $0.group < $1.group
    }
  }

  /// The places round `cell`, the nearest first, of equally near ones the first group.
  func search(from cell: Cell) -> Search { Search(index: self, cell: cell) }

  /// A search that goes as far as it is asked to.
  struct Search {
    private let index: PlaceIndex
    private let cell: Cell
    /// Rings of squares that have been looked at.
    private var rings: Int32 = 0
    /// What was found and not told: the nearest last.
    private var found: [(air: Int32, group: Int32)] = []

    init(index: PlaceIndex, cell: Cell) {
      self.index = index
      self.cell = cell
    }

    /// The next place's group, and its distance in cells as the crow flies along the axes.
    mutating func next() -> (group: Int, air: Int32)? {
      while true {
        // What lies in rings not looked at is farther than this.
        let known = (rings - 1) * PlaceIndex.side
        if let nearest = found.last, nearest.air <= known || rings > index.lastRing(from: cell) {
          found.removeLast()
          return (Int(nearest.group), nearest.air)
        }
        guard rings <= index.lastRing(from: cell) else { return nil }
        index.visit(ring: rings, round: cell, &found)
        rings += 1
        found.sort { $0.air != $1.air ? $0.air > $1.air : $0.group > $1.group }
      }
    }
  }

  /// The ring in which the farthest square lies.
  private func lastRing(from cell: Cell) -> Int32 {
    let (x, y) = (cell.x / Self.side, cell.y / Self.side)
    return max(max(x, columns - 1 - x), max(y, rows - 1 - y))
  }

  private func visit(ring: Int32, round cell: Cell, _ found: inout [(air: Int32, group: Int32)]) {
    let (x, y) = (cell.x / Self.side, cell.y / Self.side)
    for row in y - ring...y + ring where row >= 0 && row < rows {
      // Of the rows between only both ends belong to the ring.
      let isWhole = abs(row - y) == ring || ring == 0
      for column in stride(from: x - ring, through: x + ring, by: isWhole ? 1 : Int(2 * ring))
      where column >= 0 && column < columns {
        let square = Int(row * columns + column)
        for e in start[square]..<start[square + 1] {
          let entry = entries[Int(e)]
          found.append((abs(entry.cell.x - cell.x) + abs(entry.cell.y - cell.y), entry.group))
        }
      }
    }
  }
}

import Grid

/// An area cut into straight strips, and the strips into regions in which each follows the last:
/// a boustrophedon decomposition (Choset, Pignon 1997) on cells.
///
/// Cells are meant by their position in the ascending list of the area's vertices. Where we differ
/// from the paper: strips of a region may differ in length by any amount as long as each touches
/// only the next, and a cell may belong to a strip across when that makes fewer strips.
struct SweepTour: Sendable {
  /// A straight line of neighbouring cells: `members[start ..< end]`.
  struct Strip: Sendable, Equatable {
    var start: Int32
    var end: Int32
    var region: Int32 = -1
    /// Whether lanes allow driving from the first member to the last, and back.
    var isForward = true
    var isBackward = true
    var members: Range<Int> { Int(start)..<Int(end) }
  }

  private let graph: Graph?
  /// Ascending.
  let vertices: [VertexID]
  let cells: [Cell]
  /// `4 * position + direction` -> position one step away within the area, -1 where none.
  let next: [Int32]
  /// In the order of regions, and within a region from one side to the other.
  private(set) var strips: [Strip] = []
  /// Ranges of `strips`.
  private(set) var regions: [Range<Int>] = []
  /// Positions, strip after strip.
  private(set) var members: [Int32] = []
  /// Position -> its strip.
  private(set) var stripOf: [Int32] = []

  static let empty = SweepTour(cells: [], graph: nil)

  /// - Parameter area: ascending.
  /// - Complexity: O(n log n)
  init(area: [VertexID], graph: Graph) { self.init(cells: area, graph: graph) }

  private init(cells area: [VertexID], graph: Graph?) {
    self.graph = graph
    vertices = area
    guard let graph else {
      cells = []
      next = []
      return
    }
    cells = area.map { graph.cell(of: $0) }
    next = area.flatMap { v in
      (0..<4).map { d -> Int32 in
        let w = graph.successors[4 * v.index + d]
        return w < 0 ? -1 : Int32(Self.position(of: VertexID(w), in: area) ?? -1)
      }
    }
    build()
  }

  var count: Int { vertices.count }

  /// - Complexity: O(log n)
  func position(of vertex: VertexID) -> Int? { Self.position(of: vertex, in: vertices) }

  private static func position(of vertex: VertexID, in list: [VertexID]) -> Int? {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < vertex { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low] == vertex ? low : nil
  }

  /// A vertex one step away from `position`, within the area or not.
  func neighbour(of position: Int) -> VertexID? {
    Direction.allCases.lazy.compactMap { graph?.successor(of: vertices[position], $0) }.first
  }

  /// Whichever of `entries` has the shortest way through the area; the first of equals.
  /// - Complexity: O(n)
  func nearestByRoad(of entries: [Int], from start: Int) -> Int? {
    var isEntry = [Bool](repeating: false, count: count)
    for entry in entries { isEntry[entry] = true }
    if isEntry[start] { return start }
    var isSeen = [Bool](repeating: false, count: count)
    isSeen[start] = true
    var queue = [Int32(start)]
    var head = 0
    while head < queue.count {
      let at = Int(queue[head])
      head += 1
      for w in next[4 * at..<4 * at + 4] where w >= 0 && !isSeen[Int(w)] {
        if isEntry[Int(w)] { return Int(w) }
        isSeen[Int(w)] = true
        queue.append(w)
      }
    }
    return nil
  }

  /// Whichever of `entries` is nearest as the crow flies; the first of equals.
  func nearestByAir(of entries: [Int], from vertex: VertexID) -> Int? {
    guard let from = graph?.cell(of: vertex) else { return entries.first }
    return entries.min { distance(cells[$0], from) < distance(cells[$1], from) }
  }

  private func distance(_ a: Cell, _ b: Cell) -> Int32 { abs(a.x - b.x) + abs(a.y - b.y) }

  // MARK: Strips

  private mutating func build() {
    let east = neighbours(Cell(x: 1, y: 0))
    let south = neighbours(Cell(x: 0, y: 1))
    let rows = runLengths(east)
    let columns = runLengths(south)
    let choices = [
      [Bool](repeating: true, count: count), [Bool](repeating: false, count: count),
      (0..<count).map { rows[$0] >= columns[$0] },
    ]
    // Fewest strips, and in a tie the first.
    var best = cut(choices[0], east, south)
    for choice in choices.dropFirst() {
      let other = cut(choice, east, south)
      if other.count < best.count { best = other }
    }
    arrange(best, east, south)
    for s in strips.indices { markDirections(s) }
  }

  /// Position -> position of the neighbour at `offset` whatever the lanes say, -1 where none.
  private func neighbours(_ offset: Cell) -> [Int32] {
    if offset.x == 1 {
      return cells.indices.map { i in
        guard i + 1 < count, cells[i + 1].y == cells[i].y else { return -1 }
        return cells[i + 1].x == cells[i].x + 1 ? Int32(i + 1) : -1
      }
    }
    // Row-major order: the cell below comes later, and the later the further.
    var below = [Int32](repeating: -1, count: count)
    var j = 0
    for i in cells.indices {
      let wanted = Cell(x: cells[i].x, y: cells[i].y + 1)
      while j < count, cells[j] < wanted { j += 1 }
      if j < count, cells[j] == wanted { below[i] = Int32(j) }
    }
    return below
  }

  /// Position -> length of the straight line through it.
  private func runLengths(_ after: [Int32]) -> [Int32] {
    var length = [Int32](repeating: 0, count: count)
    var isFirst = [Bool](repeating: true, count: count)
    for i in after where i >= 0 { isFirst[Int(i)] = false }
    for i in 0..<count where isFirst[i] {
      var line: [Int] = []
      var at = i
      while at >= 0 {
        line.append(at)
        at = Int(after[at])
      }
      for cell in line { length[cell] = Int32(line.count) }
    }
    return length
  }

  /// Lines of cells with the same orientation, in the order of their first cells.
  private func cut(_ isRow: [Bool], _ east: [Int32], _ south: [Int32]) -> [[Int32]] {
    var isTaken = [Bool](repeating: false, count: count)
    var lines: [[Int32]] = []
    for i in 0..<count where !isTaken[i] {
      let after = isRow[i] ? east : south
      var line: [Int32] = []
      var at = i
      while at >= 0, !isTaken[at], isRow[at] == isRow[i] {
        line.append(Int32(at))
        isTaken[at] = true
        at = Int(after[at])
      }
      lines.append(line)
    }
    return lines
  }

  // MARK: Regions

  private mutating func arrange(_ lines: [[Int32]], _ east: [Int32], _ south: [Int32]) {
    let (before, after) = Self.successions(lines, east, south, count: count)
    var isPlaced = [Bool](repeating: false, count: lines.count)
    stripOf = [Int32](repeating: -1, count: count)
    // A region begins where the line before it splits, joins or is missing; what is left then
    // follows itself in a ring, and begins anywhere.
    for isRing in [false, true] {
      for first in lines.indices where !isPlaced[first] {
        guard isRing || !Self.continues(first, before, after) else { continue }
        let start = strips.count
        var line = first
        while true {
          isPlaced[line] = true
          place(lines[line], region: regions.count)
          guard after[line].count == 1, !isPlaced[after[line][0]],
            Self.continues(after[line][0], before, after)
          else { break }
          line = after[line][0]
        }
        regions.append(start..<strips.count)
      }
    }
  }

  private mutating func place(_ line: [Int32], region: Int) {
    let start = members.count
    members += line
    for position in line { stripOf[Int(position)] = Int32(strips.count) }
    strips.append(
      Strip(start: Int32(start), end: Int32(members.count), region: Int32(region)))
  }

  private static func continues(_ line: Int, _ before: [[Int]], _ after: [[Int]]) -> Bool {
    before[line].count == 1 && after[before[line][0]].count == 1
  }

  /// Per line the lines of the same orientation that touch its far and its near side.
  private static func successions(
    _ lines: [[Int32]], _ east: [Int32], _ south: [Int32], count: Int
  ) -> (before: [[Int]], after: [[Int]]) {
    var lineOf = [Int](repeating: -1, count: count)
    var isRow = [Bool](repeating: true, count: lines.count)
    for (number, line) in lines.enumerated() {
      for position in line { lineOf[Int(position)] = number }
      if line.count > 1 { isRow[number] = east[Int(line[0])] == line[1] }
    }
    var before = [[Int]](repeating: [], count: lines.count)
    var after = before
    for (number, line) in lines.enumerated() {
      for position in line {
        let across = Int(isRow[number] ? south[Int(position)] : east[Int(position)])
        guard across >= 0 else { continue }
        let other = lineOf[across]
        guard lines[other].count == 1 || line.count == 1 || isRow[other] == isRow[number],
          other != number, after[number].last != other
        else { continue }
        after[number].append(other)
        before[other].append(number)
      }
    }
    return (before, after)
  }

  private mutating func markDirections(_ s: Int) {
    let line = members[strips[s].members]
    for (a, b) in zip(line, line.dropFirst()) {
      if !(0..<4).contains(where: { next[4 * Int(a) + $0] == b }) { strips[s].isForward = false }
      if !(0..<4).contains(where: { next[4 * Int(b) + $0] == a }) { strips[s].isBackward = false }
    }
    // Lanes that meet inside a strip: neither way goes through, so either is as good.
    if !strips[s].isForward, !strips[s].isBackward {
      strips[s].isForward = true
      strips[s].isBackward = true
    }
  }
}

extension SweepTour: Equatable {
  /// The same area gives the same tour.
  static func == (a: Self, b: Self) -> Bool { a.vertices == b.vertices }
}

import Grid

/// Distances of all states to several goals at once: sweeps over the rows of the map, up and down,
/// until nothing changes, with one goal a lane of a vector (fast sweeping after Zhao 2005, on
/// weighted grid graphs).
///
/// A row is taken again only when the row it looks at has changed. Every operation serves all lanes,
/// and needs no queue; open maps and warehouses settle within a few sweeps, mazes do not.
///
/// Unsafe memory, fenced here.
final class GuidedSweep: @unchecked Sendable {
  typealias Lanes = SIMD16<Int16>
  /// How many goals one run serves.
  static let width = 16
  /// Farther than any distance told; twice this is still an `Int16`.
  static let far: Int16 = 16_383

  let headings: Int
  let vertexCount: Int
  /// `headings * vertex + heading` -> distances; one more vertex stands for what does not exist.
  let distance: UnsafeMutablePointer<Lanes>
  /// Cells processed by the last run, the measure of work.
  private(set) var visited = 0
  private let turn: Lanes
  private let height: Int
  private let rowStart: [Int32]
  private let rowOf: [Int32]
  /// Vertex -> the vertex north (then south) of it.
  private let vertical: UnsafeMutablePointer<Int32>
  /// `4 * vertex + direction` -> the weight, 0: no such move.
  private let weights: UnsafeMutablePointer<UInt8>
  private let spread: UnsafeMutablePointer<Lanes>
  private var isDue: (down: [Bool], up: [Bool])
  private var isForced: [Bool]

  init(graph: Graph, guidance: Guidance, model: MotionModel) {
    let n = graph.vertexCount
    vertexCount = n
    headings = model.headingCount
    turn = Lanes(repeating: Int16(guidance.turn))
    distance = .allocate(capacity: (n + 1) * model.headingCount)
    vertical = .allocate(capacity: 2 * n + 1)
    weights = .allocate(capacity: 4 * n + 1)
    spread = .allocate(capacity: 256)
    for weight in 0..<256 {
      spread[weight] = Lanes(repeating: weight == 0 ? Self.far : Int16(weight))
    }
    var rowStart = [Int32](repeating: 0, count: Int(graph.height) + 1)
    for v in 0..<n {
      rowStart[Int(graph.cells[v].y) + 1] += 1
      for direction in Direction.allCases {
        let next = graph.successors[4 * v + Int(direction.rawValue)]
        weights[4 * v + Int(direction.rawValue)] =
          next < 0 ? 0 : guidance.edges[4 * v + Int(direction.rawValue)]
        if direction == .north { vertical[v] = next < 0 ? Int32(n) : next }
        if direction == .south { vertical[n + v] = next < 0 ? Int32(n) : next }
      }
    }
    for y in 0..<Int(graph.height) { rowStart[y + 1] += rowStart[y] }
    self.rowStart = rowStart
    rowOf = graph.cells.map(\.y)
    height = Int(graph.height)
    isForced = Array(repeating: false, count: height)
    isDue = (isForced, isForced)
  }

  deinit {
    distance.deallocate()
    vertical.deallocate()
    weights.deallocate()
    spread.deallocate()
  }

  /// Fills `distance` for up to `width` goals (vertices), the i-th in lane i; false when that would
  /// take more than `limit` cells to be processed.
  /// - Complexity: O(states) a sweep
  func run(_ goals: ArraySlice<Int32>, limit: Int) -> Bool {
    distance.update(repeating: Lanes(repeating: Self.far), count: (vertexCount + 1) * headings)
    for (lane, goal) in goals.enumerated() {
      for heading in 0..<headings { distance[Int(goal) * headings + heading][lane] = 0 }
      isDue.down[Int(rowOf[Int(goal)])] = true
      isForced[Int(rowOf[Int(goal)])] = true
    }
    visited = 0
    var isBusy = true
    while isBusy && visited <= limit {
      isBusy = false
      for y in 0..<height where isDue.down[y] {
        isBusy = true
        isDue.down[y] = false
        take(y, north: true)
      }
      for y in stride(from: height - 1, through: 0, by: -1) where isDue.up[y] {
        isBusy = true
        isDue.up[y] = false
        take(y, north: false)
      }
    }
    if isBusy { for y in 0..<height { (isDue.down[y], isDue.up[y]) = (false, false) } }
    return !isBusy
  }

  private func take(_ y: Int, north: Bool) {
    let row = Int(rowStart[y])..<Int(rowStart[y + 1])
    visited += row.count
    let hasChanged = headings == 1 ? sweepCells(row, north) : sweepStates(row, north)
    guard hasChanged || isForced[y] else { return }
    isForced[y] = false
    if y > 0 { isDue.up[y - 1] = true }
    if y + 1 < height { isDue.down[y + 1] = true }
  }

  private func sweepCells(_ row: Range<Int>, _ north: Bool) -> Bool {
    let distance = self.distance
    let spread = self.spread
    let vertical = self.vertical + (north ? 0 : vertexCount)
    let across = weights + Int((north ? Direction.north : .south).rawValue)
    let west = weights + Int(Direction.west.rawValue)
    let east = weights + Int(Direction.east.rawValue)
    var change = Lanes()
    var before = Lanes(repeating: Self.far)
    for v in row {
      let old = distance[v]
      var new = Self.least(old, distance[Int(vertical[v])] &+ spread[Int(across[4 &* v])])
      new = Self.least(new, before &+ spread[Int(west[4 &* v])])
      change |= old ^ new
      distance[v] = new
      before = new
    }
    before = Lanes(repeating: Self.far)
    var v = row.upperBound
    while v > row.lowerBound {
      v &-= 1
      let old = distance[v]
      let new = Self.least(old, before &+ spread[Int(east[4 &* v])])
      change |= old ^ new
      distance[v] = new
      before = new
    }
    return change != Lanes()
  }

  private func sweepStates(_ row: Range<Int>, _ north: Bool) -> Bool {
    let distance = self.distance
    let spread = self.spread
    let vertical = self.vertical + (north ? 0 : vertexCount)
    let heading = Int((north ? Direction.north : .south).rawValue)
    let across = weights + heading
    let turn = self.turn
    var change = Lanes()
    var before = Lanes(repeating: Self.far)
    // Headings: 0 east, 1 north, 2 west, 3 south.
    for v in row {
      let state = distance + 4 &* v
      let (oldN, oldW, oldS) = (state[1], state[2], state[3])
      let ahead =
        distance[4 &* Int(vertical[v]) &+ heading] &+ spread[Int(across[4 &* v])]
      var n = north ? Self.least(oldN, ahead) : oldN
      var s = north ? oldS : Self.least(oldS, ahead)
      var w = Self.least(oldW, before &+ spread[Int(weights[4 &* v &+ 2])])
      change |= (oldN ^ n) | (oldW ^ w) | (oldS ^ s)
      var e = state[0]
      for _ in 0..<2 {
        let sides = Self.least(e, w) &+ turn
        let ends = Self.least(n, s) &+ turn
        (e, w) = (Self.least(e, ends), Self.least(w, ends))
        (n, s) = (Self.least(n, sides), Self.least(s, sides))
      }
      (state[0], state[1], state[2], state[3]) = (e, n, w, s)
      before = w
    }
    before = Lanes(repeating: Self.far)
    var v = row.upperBound
    while v > row.lowerBound {
      v &-= 1
      let state = distance + 4 &* v
      let old = state[0]
      let e = Self.least(old, before &+ spread[Int(weights[4 &* v])])
      change |= old ^ e
      let side = e &+ turn
      state[0] = e
      state[1] = Self.least(state[1], side)
      state[3] = Self.least(state[3], side)
      state[2] = Self.least(state[2], side &+ turn)
      before = e
    }
    return change != Lanes()
  }

  @inline(__always)
  static func least(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .< a) }
}

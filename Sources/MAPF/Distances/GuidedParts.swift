import Grid

/// The map in large: its tiles' connected parts as vertices, each with an anchor cell, and bounds
/// of the ways between anchors of neighbouring tiles (in the manner of HPA*; Botea, Müller,
/// Schaeffer 2004, with one anchor a part instead of entrances).
///
/// A bound is the length of a real way from the worst heading, so bounds may be added up: what
/// `fill` writes can be kept by every robot.
///
/// Memory: about 5 bytes a vertex, and a row of 2 bytes a part for each goal.
final class GuidedParts: @unchecked Sendable {
  typealias Lanes = SIMD8<Int32>
  /// Goals that one run of `fill` serves.
  static let width = 8
  /// The side of a tile, in cells.
  static let side: Int32 = 16
  static let unreachable = UInt16.max
  private static let far: Int32 = 1 << 28

  private let graph: Graph
  private let columns: Int32
  private let rows: Int32
  /// Tile -> its first part; one more at the end.
  private var firstPart: [Int32] = [0]
  private var anchors: [Int32] = []
  // Part -> its ways to others.
  private var firstWay: [Int32] = []
  private var wayEnd: [Int32] = []
  private var wayCost: [Int32] = []
  private let search: PatchSearch
  private let bounds: UnsafeMutablePointer<Lanes>
  /// Bounds are kept in units of two to the power of this.
  private var shift: Int32 = 0
  private var isDue: [Bool]

  /// - Complexity: O(vertices), each several times.
  init(graph: Graph, guidance: Guidance, model: MotionModel) {
    self.graph = graph
    columns = (graph.width + Self.side - 1) / Self.side
    rows = (graph.height + Self.side - 1) / Self.side
    search = PatchSearch(
      graph: graph, guidance: guidance, model: model, side: 3 * Int(Self.side))
    for tile in 0..<columns * rows {
      anchors += Self.anchors(graph, x: tile % columns * Self.side, y: tile / columns * Self.side)
      firstPart.append(Int32(anchors.count))
    }
    bounds = .allocate(capacity: max(1, anchors.count))
    isDue = Array(repeating: false, count: Int(rows))
    connect()
    scale()
  }

  deinit { bounds.deallocate() }

  var count: Int { anchors.count }
  var bytes: Int { 4 * (firstPart.count + anchors.count + firstWay.count + 2 * wayEnd.count) }

  /// The tile of a vertex, as column and row.
  func tile(of v: Int32) -> (x: Int32, y: Int32) {
    let cell = graph.cells[Int(v)]
    return (cell.x / Self.side, cell.y / Self.side)
  }

  /// The anchors of a tile with what `row` says of them; none off the map.
  @inline(__always)
  func forEachAnchor(x: Int32, y: Int32, _ body: (_ part: Int, _ anchor: Int32) -> Void) {
    guard x >= 0, y >= 0, x < columns, y < rows else { return }
    let tile = Int(y * columns + x)
    for part in Int(firstPart[tile])..<Int(firstPart[tile + 1]) { body(part, anchors[part]) }
  }

  /// The bound that a row keeps for a part; nil: no way.
  @inline(__always)
  func bound(_ row: UnsafePointer<UInt16>, _ part: Int) -> Int32? {
    row[part] == Self.unreachable ? nil : Int32(row[part]) << shift
  }

  /// Writes the bounds of the ways from all anchors to each of up to `width` goals.
  func fill(_ tables: [UnsafeMutablePointer<UInt16>], goals: ArraySlice<Int32>) {
    settle(goals)
    for (lane, table) in tables.enumerated() {
      for part in 0..<count {
        let bound = bounds[part][lane]
        table[part] =
          bound >= Self.far
          ? Self.unreachable : UInt16(min(Int32(Self.unreachable) - 1, bound >> shift))
      }
    }
  }

  /// The cell nearest to the middle in each connected part of the tile at (`x`, `y`).
  private static func anchors(_ graph: Graph, x: Int32, y: Int32) -> [Int32] {
    var found: [Int32] = []
    var isSeen = [Bool](repeating: false, count: Int(side * side))
    var stack: [Cell] = []
    let middle = Cell(x: x + side / 2, y: y + side / 2)
    for i in 0..<side * side {
      let first = Cell(x: x + i % side, y: y + i / side)
      guard !isSeen[Int(i)], graph.vertex(at: first) != nil else { continue }
      var best = (distance: Int32.max, anchor: Int32(-1))
      isSeen[Int(i)] = true
      stack.append(first)
      while let cell = stack.popLast() {
        guard let v = graph.vertex(at: cell) else { continue }
        let distance = abs(cell.x - middle.x) + abs(cell.y - middle.y)
        if distance < best.distance { best = (distance, Int32(v.index)) }
        for direction in Direction.allCases {
          let next = cell.moved(direction)
          let (dx, dy) = (next.x - x, next.y - y)
          guard dx >= 0, dy >= 0, dx < side, dy < side, !isSeen[Int(dy * side + dx)],
            graph.vertex(at: next) != nil
          else { continue }
          isSeen[Int(dy * side + dx)] = true
          stack.append(next)
        }
      }
      found.append(best.anchor)
    }
    return found
  }

  /// Searches the nine tiles round `v` back from it and tells the anchors found there, with the
  /// distance of their worst heading.
  private func explore(_ v: Int32, _ body: (_ part: Int, _ distance: Int32) -> Void) {
    let (x, y) = tile(of: v)
    search.begin(x: (x - 1) * Self.side, y: (y - 1) * Self.side)
    search.add(v, 0)
    _ = search.run()
    for row in y - 1...y + 1 {
      for column in x - 1...x + 1 {
        forEachAnchor(x: column, y: row) { part, anchor in
          let state = search.headings * search.local(anchor)
          var worst = search.distance[state]
          for h in 1..<max(1, search.headings) { worst = max(worst, search.distance[state + h]) }
          if worst != PatchSearch.far { body(part, worst) }
        }
      }
    }
  }

  private func connect() {
    var ways: [(from: Int32, end: Int32, cost: Int32)] = []
    for part in 0..<count {
      explore(anchors[part]) { from, distance in
        if from != part { ways.append((Int32(from), Int32(part), distance)) }
      }
    }
    firstWay = Array(repeating: 0, count: count + 1)
    for way in ways { firstWay[Int(way.from) + 1] += 1 }
    for part in 0..<count { firstWay[part + 1] += firstWay[part] }
    wayEnd = Array(repeating: 0, count: ways.count)
    wayCost = wayEnd
    var next = firstWay
    for way in ways {
      let place = Int(next[Int(way.from)])
      next[Int(way.from)] += 1
      wayEnd[place] = way.end
      wayCost[place] = way.cost
    }
  }

  /// Chooses the unit in which bounds fit 16 bits: twice the longest way to any of a few anchors.
  private func scale() {
    guard count > 0 else { return }
    settle((0..<Self.width).map { anchors[$0 * (count - 1) / (Self.width - 1)] }[...])
    var longest: Int32 = 0
    for part in 0..<count {
      for lane in 0..<Self.width where bounds[part][lane] < Self.far {
        longest = max(longest, bounds[part][lane])
      }
    }
    while (2 * longest) >> shift >= Int32(Self.unreachable) { shift += 1 }
  }

  /// Sweeps over the rows of tiles, down and up, until nothing changes, a goal a lane.
  private func settle(_ goals: ArraySlice<Int32>) {
    bounds.update(repeating: Lanes(repeating: Self.far), count: count)
    for (lane, goal) in goals.enumerated() {
      explore(goal) { part, distance in bounds[part][lane] = min(bounds[part][lane], distance) }
      let y = tile(of: goal).y
      for row in max(0, y - 2)...min(rows - 1, y + 2) { isDue[Int(row)] = true }
    }
    var isBusy = true
    while isBusy {
      isBusy = false
      for row in 0..<Int(rows) where isDue[row] {
        isBusy = true
        take(row)
      }
      for row in stride(from: Int(rows) - 1, through: 0, by: -1) where isDue[row] { take(row) }
    }
  }

  /// Takes a row of tiles there and back.
  private func take(_ row: Int) {
    isDue[row] = false
    let first = Int(firstPart[row * Int(columns)])
    let end = Int(firstPart[(row + 1) * Int(columns)])
    var change = Lanes()
    firstWay.withUnsafeBufferPointer { firstWay in
      wayEnd.withUnsafeBufferPointer { wayEnd in
        wayCost.withUnsafeBufferPointer { wayCost in
          let bounds = self.bounds
          for step in 0..<2 * (end - first) {
            let part = step < end - first ? first + step : 2 * end - first - 1 - step
            let old = bounds[part]
            var new = old
            for way in Int(firstWay[part])..<Int(firstWay[part + 1]) {
              let through = bounds[Int(wayEnd[way])] &+ Lanes(repeating: wayCost[way])
              new.replace(with: through, where: through .< new)
            }
            change |= old ^ new
            bounds[part] = new
          }
        }
      }
    }
    guard change != Lanes() else { return }
    if row > 0 { isDue[row - 1] = true }
    if row + 1 < Int(rows) { isDue[row + 1] = true }
  }
}

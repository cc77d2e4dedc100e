import Grid

/// Searches backwards over the weighted states of a square of the map, from several sources that
/// have values of their own: Dial's bucket queue (Dial 1969). Graphs without one-way lanes only.
///
/// Unsafe memory, fenced here.
final class PatchSearch: @unchecked Sendable {
  static let far = Int32.max
  private static let buckets = 512

  /// Cells on a side.
  let side: Int
  let headings: Int
  /// `headings * local cell + heading` -> distance; local cells count by rows, with a rim of one
  /// cell all round.
  let distance: UnsafeMutablePointer<Int32>
  private let graph: Graph
  private let guidance: Guidance
  private let row: Int
  private let vertex: UnsafeMutablePointer<Int32>
  private let ways: [Int]
  // A pool of queue entries, chained by bucket.
  private let entryState: UnsafeMutablePointer<Int32>
  private let entryNext: UnsafeMutablePointer<Int32>
  private let heads: UnsafeMutablePointer<Int32>
  private var corner: (x: Int32, y: Int32) = (0, 0)
  private var sources: [(value: Int32, cell: Int32)] = []

  init(graph: Graph, guidance: Guidance, model: MotionModel, side: Int) {
    self.graph = graph
    self.guidance = guidance
    self.side = side
    headings = model.headingCount
    row = side + 2
    let states = row * row * headings
    distance = .allocate(capacity: states)
    vertex = .allocate(capacity: row * row)
    vertex.initialize(repeating: -1, count: row * row)
    entryState = .allocate(capacity: 4 * states + 4)
    entryNext = .allocate(capacity: 4 * states + 4)
    heads = .allocate(capacity: Self.buckets)
    heads.initialize(repeating: -1, count: Self.buckets)
    var ways = [0, 0, 0, 0]
    for direction in Direction.allCases {
      ways[Int(direction.rawValue)] = Int(direction.dy) * row + Int(direction.dx)
    }
    self.ways = ways
  }

  deinit {
    distance.deallocate()
    vertex.deallocate()
    entryState.deallocate()
    entryNext.deallocate()
    heads.deallocate()
  }

  /// Takes the square whose first cell is (`x`, `y`); it may lie partly off the map.
  func begin(x: Int32, y: Int32) {
    corner = (x, y)
    sources.removeAll(keepingCapacity: true)
    distance.update(repeating: Self.far, count: row * row * headings)
    graph.vertexAtRaster.withUnsafeBufferPointer { raster in
      for r in 0..<side {
        let to = vertex + (r + 1) * row + 1
        let line = Int(y) + r
        guard line >= 0, line < Int(graph.height) else {
          to.update(repeating: -1, count: side)
          continue
        }
        for c in 0..<side {
          let column = Int(x) + c
          let isInside = column >= 0 && column < Int(graph.width)
          to[c] = isInside ? raster[line * Int(graph.width) + column] : -1
        }
      }
    }
  }

  /// The local cell of a vertex of the square.
  func local(_ v: Int32) -> Int {
    let cell = graph.cells[Int(v)]
    return Int(cell.y - corner.y + 1) * row + Int(cell.x - corner.x + 1)
  }

  /// The first local cell of a row of the square.
  func start(ofRow r: Int) -> Int { (r + 1) * row + 1 }

  /// Lets every heading at `v` have `value` at most.
  func add(_ v: Int32, _ value: Int32) { sources.append((value, Int32(local(v)))) }

  /// Settles all states as far from the sources as those at `target` (every heading of it) and
  /// `slack` more; nil: all. Returns the largest settled distance; those above it are bounds.
  /// - Complexity: O(states + largest distance)
  func run(target: Int32? = nil, slack: Int32 = 0) -> Int32 {
    sources.sort { ($0.value, $0.cell) < ($1.value, $1.cell) }
    let stop = target.map { local($0) } ?? -1
    return guidance.edges.withUnsafeBufferPointer { settle(stop, slack, $0) }
  }

  private func settle(
    _ stop: Int, _ slack: Int32, _ edges: UnsafeBufferPointer<UInt8>
  ) -> Int32 {
    guard let edges = edges.baseAddress else { return -1 }
    var queue = Queue(
      headings: headings, turn: Int32(guidance.turn),
      ways: (ways[0], ways[1], ways[2], ways[3]), edges: edges, vertex: vertex, distance: distance,
      entryState: entryState, entryNext: entryNext, heads: heads)
    var limit = Self.far
    var next = 0
    var level: Int32 = 0
    while queue.waiting > 0 || next < sources.count {
      if queue.waiting == 0 { level = max(level, sources[next].value) }
      if level > limit { break }
      while next < sources.count, sources[next].value <= level {
        let cell = Int(sources[next].cell)
        for heading in 0..<headings { queue.relax(cell * headings + heading, level) }
        next += 1
      }
      queue.drain(level)
      if stop >= 0, limit == Self.far {
        var found = Self.far
        for heading in 0..<headings { found = min(found, distance[stop * headings + heading]) }
        if found <= level { limit = level + slack }
      }
      level += 1
    }
    heads.update(repeating: -1, count: Self.buckets)
    return level - 1
  }

  /// The states to settle, by distance: entries of a pool, chained by bucket.
  private struct Queue {
    let headings: Int
    let turn: Int32
    let ways: (Int, Int, Int, Int)
    let edges: UnsafePointer<UInt8>
    let vertex: UnsafeMutablePointer<Int32>
    let distance: UnsafeMutablePointer<Int32>
    let entryState: UnsafeMutablePointer<Int32>
    let entryNext: UnsafeMutablePointer<Int32>
    let heads: UnsafeMutablePointer<Int32>
    var free: Int32 = -1
    var used: Int32 = 0
    var waiting = 0

    mutating func drain(_ level: Int32) {
      let bucket = Int(level) & (PatchSearch.buckets - 1)
      while heads[bucket] >= 0 {
        let entry = heads[bucket]
        heads[bucket] = entryNext[Int(entry)]
        let state = Int(entryState[Int(entry)])
        entryNext[Int(entry)] = free
        free = entry
        waiting &-= 1
        if distance[state] != level { continue }
        if headings == 1 { expandCell(state, level) } else { expandState(state, level) }
      }
    }

    @inline(__always)
    private mutating func expandCell(_ cell: Int, _ level: Int32) {
      reach(cell &- ways.0, 0, level)
      reach(cell &- ways.1, 1, level)
      reach(cell &- ways.2, 2, level)
      reach(cell &- ways.3, 3, level)
    }

    @inline(__always)
    private mutating func reach(_ before: Int, _ direction: Int, _ level: Int32) {
      let u = Int(vertex[before])
      if u >= 0 { relax(before, level &+ Int32(edges[4 &* u &+ direction])) }
    }

    @inline(__always)
    private mutating func expandState(_ state: Int, _ level: Int32) {
      let heading = state & 3
      let way = heading < 2 ? (heading == 0 ? ways.0 : ways.1) : heading == 2 ? ways.2 : ways.3
      let before = (state >> 2) &- way
      let u = Int(vertex[before])
      if u >= 0 { relax(4 &* before | heading, level &+ Int32(edges[4 &* u | heading])) }
      let turned = level &+ turn
      relax(state & ~3 | (heading &+ 1) & 3, turned)
      relax(state & ~3 | (heading &+ 3) & 3, turned)
    }

    @inline(__always)
    mutating func relax(_ state: Int, _ value: Int32) {
      guard value < distance[state] else { return }
      distance[state] = value
      var entry = free
      if entry >= 0 {
        free = entryNext[Int(entry)]
      } else {
        entry = used
        used &+= 1
      }
      let bucket = Int(value) & (PatchSearch.buckets - 1)
      entryState[Int(entry)] = Int32(truncatingIfNeeded: state)
      entryNext[Int(entry)] = heads[bucket]
      heads[bucket] = entry
      waiting &+= 1
    }
  }
}

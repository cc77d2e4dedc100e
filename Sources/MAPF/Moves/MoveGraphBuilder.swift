import Grid

/// Which mutex resources each vertex belongs to, as one flat table.
struct MutexMembership {
  let start: [Int32]
  let resources: [Int32]

  init(_ groups: [[VertexID]], vertexCount: Int) {
    var pairs: [(vertex: Int32, resource: Int32)] = []
    for (group, cells) in groups.enumerated() {
      for cell in cells {
        precondition(cell.index < vertexCount, "mutex \(group) names vertex \(cell.rawValue)")
        pairs.append((cell.rawValue, Int32(vertexCount + group)))
      }
    }
    pairs.sort { $0 < $1 }
    var counts = [Int32](repeating: 0, count: vertexCount + 1)
    var resources: [Int32] = []
    var last: (vertex: Int32, resource: Int32) = (-1, -1)
    for pair in pairs where pair != last {
      resources.append(pair.resource)
      counts[Int(pair.vertex) + 1] += 1
      last = pair
    }
    for v in 0..<vertexCount { counts[v + 1] += counts[v] }
    start = counts
    self.resources = resources
  }

  func of(_ v: Int32) -> ArraySlice<Int32> {
    resources[Int(start[Int(v)])..<Int(start[Int(v) + 1])]
  }
}

/// Collects the moves of a `MoveGraph`, vertex by vertex.
struct MoveGraphBuilder {
  private(set) var moveStart: [Int32] = []
  private(set) var moveEnd: [Int32] = []
  private(set) var moveCost: [UInt16] = []
  private(set) var claimStart: [Int32] = [0]
  private(set) var claims: [Int32] = []
  private let graph: Graph
  private let usable: [Bool]
  private let membership: MutexMembership
  /// Whether somebody may rest there at all: on no no-stop cell and in no mutex.
  private let open: [Bool]
  /// Vertex that is not usable -> cells to drive to the nearest one to rest on, -1: no way.
  private var cellsToLeave: [Int32]
  /// Search across no-stop cells: the vertex before, valid where the mark is this search's.
  private var before: [Int32]
  private var mark: [Int32]
  private var queue: [Int32] = []

  init(graph: Graph, usable: [Bool], open: [Bool], membership: MutexMembership) {
    self.graph = graph
    self.usable = usable
    self.open = open
    self.membership = membership
    before = [Int32](repeating: -1, count: graph.vertexCount)
    mark = before
    cellsToLeave = before
    measureWaysOut()
    moveStart.reserveCapacity(graph.vertexCount + 1)
    claims.reserveCapacity(4 * graph.vertexCount)
  }

  /// Adds the moves that leave `v`. Vertices must come in rising order.
  mutating func addMoves(from v: Int32) {
    startMoves(upTo: Int(v))
    mark[Int(v)] = v
    queue.removeAll(keepingCapacity: true)
    visit(from: v, start: v)
    var head = 0
    while head < queue.count {
      visit(from: queue[head], start: v)
      head += 1
    }
  }

  /// Fills `cellsToLeave`, backwards from the cells to rest on, through no-stop cells too.
  private mutating func measureWaysOut() {
    guard usable.contains(false) else { return }
    for v in usable.indices where usable[v] && open[v] {
      cellsToLeave[v] = 0
      queue.append(Int32(v))
    }
    var head = 0
    while head < queue.count {
      let v = Int(queue[head])
      head += 1
      for u in graph.predecessors[4 * v..<4 * v + 4]
      where u >= 0 && cellsToLeave[Int(u)] < 0 {
        cellsToLeave[Int(u)] = cellsToLeave[v] + 1
        queue.append(u)
      }
    }
  }

  mutating func finish() { startMoves(upTo: graph.vertexCount) }

  private mutating func startMoves(upTo v: Int) {
    while moveStart.count <= v { moveStart.append(Int32(moveEnd.count)) }
  }

  private mutating func visit(from u: Int32, start v: Int32) {
    for direction in 0..<4 {
      let w = graph.successors[4 * Int(u) + direction]
      guard w >= 0, mark[Int(w)] != v, usable[Int(w)] || leaves(v, over: w, after: u) else {
        continue
      }
      mark[Int(w)] = v
      before[Int(w)] = u
      if open[Int(w)] { add(from: v, to: w) } else { queue.append(w) }
    }
  }

  /// Whether a vehicle on `v`, which it may not use, may leave it over `w`, which it may not use
  /// either.
  private func leaves(_ v: Int32, over w: Int32, after u: Int32) -> Bool {
    let left = cellsToLeave[Int(w)]
    guard !usable[Int(v)], !usable[Int(u)], left > 0 else { return false }
    return !open[Int(w)] || left < cellsToLeave[Int(v)]
  }

  private mutating func add(from v: Int32, to end: Int32) {
    let first = claims.count
    var u = end
    while u != v {
      claims.append(u)
      u = before[Int(u)]
    }
    claims[first...].reverse()
    let length = claims.count - first
    precondition(length < Int(UInt16.max), "a move of \(length) cells from vertex \(v)")
    for i in first..<first + length {
      for mutex in membership.of(claims[i]) where !claims[(first + length)...].contains(mutex) {
        claims.append(mutex)
      }
    }
    moveEnd.append(end)
    moveCost.append(UInt16(length))
    claimStart.append(Int32(claims.count))
  }
}

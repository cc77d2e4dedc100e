/// Ways on graphs too large for a table a goal, and the distances round an agent on its way.
///
/// A way is found by weighted A* (Pohl 1970) forwards, its bound the crow's way along the axes; it is at
/// most an eighth longer than the shortest. Round the agent a window of distances is filled backwards
/// from all of the way that lies in it (Dijkstra 1959): from there each vertex has the cells to the way
/// and along it. So an agent that was pushed aside, or must give way, finds back; and no value
/// promises a way that is not there.
///
/// Unsafe memory, fenced here: what the last search knows of each vertex, 16 bytes a vertex.
final class WaySearch: @unchecked Sendable {
  /// The bound counts so much more than the way, in eighths.
  private static let weight = 9
  /// A search that has looked at so many vertices finds nothing more.
  private static let visitLimit = 400_000

  private let moves: FlatMoves
  private let map: WayMap
  /// Vertex -> the search that wrote the rest of its entry, the cells to it, the vertex before it.
  private let mark: UnsafeMutablePointer<UInt32>
  private let cells: UnsafeMutablePointer<Int32>
  private let from: UnsafeMutablePointer<Int32>
  /// Vertex -> the search that went on from it.
  private let closed: UnsafeMutablePointer<UInt32>
  private var stamp: UInt32 = 0
  private var open: MonotoneBuckets
  /// Searches made.
  private(set) var searches = 0

  init(_ moves: FlatMoves, _ map: WayMap) {
    self.moves = moves
    self.map = map
    mark = .allocate(capacity: moves.vertexCount)
    mark.initialize(repeating: 0, count: moves.vertexCount)
    cells = .allocate(capacity: moves.vertexCount)
    from = .allocate(capacity: moves.vertexCount)
    closed = .allocate(capacity: moves.vertexCount)
    closed.initialize(repeating: 0, count: moves.vertexCount)
    open = MonotoneBuckets(count: (8 + Self.weight) * moves.maxCost + 1)
  }

  deinit {
    mark.deallocate()
    cells.deallocate()
    from.deallocate()
    closed.deallocate()
  }

  // MARK: A way

  /// A way from `start` to `goal`; nil: there is none, or it is too long to look for.
  /// - Parameter blocked: vertices that no move may pass through or end in.
  func find(graph: Int32, from start: Int32, to goal: Int32, blocked: [Bool]?) -> Way? {
    searches += 1
    stamp &+= 1
    if stamp == 0 {
      mark.update(repeating: 0, count: moves.vertexCount)
      closed.update(repeating: 0, count: moves.vertexCount)
      stamp = 1
    }
    var open = takeQueue()
    defer { self.open = open }
    open.removeAll()
    mark[Int(start)] = stamp
    cells[Int(start)] = 0
    from[Int(start)] = -1
    open.push(start, at: Self.weight * Int(map.air(start, goal)))
    let base = Int(moves.rows[Int(graph)])
    var left = Self.visitLimit
    while left > 0, let v = open.pop() {
      if v == goal { return way(start, goal) }
      if closed[Int(v)] == stamp { continue }
      closed[Int(v)] = stamp
      left -= 1
      let here = cells[Int(v)]
      for m in moves.start[base + Int(v)]..<moves.start[base + Int(v) + 1] {
        let w = moves.end[Int(m)]
        let far = here + moves.cost[Int(m)] & FlatMoves.costMask
        if closed[Int(w)] == stamp || (mark[Int(w)] == stamp && cells[Int(w)] <= far) { continue }
        if let blocked, isBlocked(m, blocked) { continue }
        mark[Int(w)] = stamp
        cells[Int(w)] = far
        from[Int(w)] = v
        open.push(w, at: max(open.level, 8 * Int(far) + Self.weight * Int(map.air(w, goal))))
      }
    }
    return nil
  }

  /// The queue, taken out: through `self` each use of it would be checked.
  private func takeQueue() -> MonotoneBuckets {
    let queue = open
    open = MonotoneBuckets(count: 0)
    return queue
  }

  private func way(_ start: Int32, _ goal: Int32) -> Way {
    var vertices = [goal]
    let all = cells[Int(goal)]
    var v = goal
    while v != start {
      v = from[Int(v)]
      vertices.append(v)
    }
    vertices.reverse()
    let rest = vertices.map {
      UInt16(min(all - cells[Int($0)], Int32(DistanceTable.farthest)))
    }
    return Way(vertices: vertices, rest: rest)
  }

  // MARK: A window

  /// The distances round `centre` by way of `way`, as far as the window goes.
  func window(graph: Int32, along way: Way, round centre: Int32, blocked: [Bool]?) -> DistanceTable
  {
    let table = DistanceTable(count: WayMap.windowSize)
    let values = table.values
    values.update(repeating: DistanceTable.unreachable, count: table.count)
    let left = map.x[Int(centre)] - WayMap.side / 2
    let top = map.y[Int(centre)] - WayMap.side / 2
    var open = takeQueue()
    defer { self.open = open }
    open.removeAll()
    let start = moves.backStart + Int(moves.rows[Int(graph)])
    // Where the way lies in the window, from its end on.
    var seeds: [(vertex: Int32, rest: UInt16)] = []
    for (v, rest) in zip(way.vertices, way.rest)
    where isInside(v, left, top) && blocked?[Int(v)] != true { seeds.append((v, rest)) }
    while true {
      // The way comes in when the search has come to its distance.
      guard let v = open.pop(before: seeds.last.map { Int($0.rest) } ?? .max) else {
        guard let seed = seeds.popLast() else { return table }
        let place = Int(map.place[Int(seed.vertex)])
        guard seed.rest < values[place] else { continue }
        values[place] = seed.rest
        open.push(seed.vertex, at: Int(seed.rest))
        continue
      }
      let level = open.level
      guard Int(values[Int(map.place[Int(v)])]) == level else { continue }
      for e in Int(start[Int(v)])..<Int(start[Int(v) + 1]) {
        let move = moves.back[e]
        let u = move.from
        let far = level + move.cells
        let place = Int(map.place[Int(u)])
        guard isInside(u, left, top), far < Int(values[place]),
          far <= Int(DistanceTable.farthest)
        else { continue }
        if let blocked {
          if move.isLong, isBlocked(moves.backMove[e], blocked) { continue }
          values[place] = UInt16(far)
          if blocked[Int(u)] { continue }
        } else {
          values[place] = UInt16(far)
        }
        open.push(u, at: far)
      }
    }
  }

  @inline(__always) private func isInside(_ v: Int32, _ left: Int32, _ top: Int32) -> Bool {
    let x = UInt32(bitPattern: map.x[Int(v)] &- left)
    let y = UInt32(bitPattern: map.y[Int(v)] &- top)
    return x < UInt32(WayMap.side) && y < UInt32(WayMap.side)
  }

  private func isBlocked(_ move: Int32, _ blocked: [Bool]) -> Bool {
    moves.claimsVertex(of: Int(move)) { blocked[$0] }
  }
}

/// A queue of vertices by whole numbers that never fall below the last one taken, each entry at most so
/// much above that as there are buckets.
struct MonotoneBuckets {
  /// A power of two of them.
  private var heads: [Int32]
  private let mask: Int
  private var pool: [(vertex: Int32, next: Int32)] = []
  private var waiting = 0
  /// The number of what was taken last.
  private(set) var level = 0

  /// - Parameter count: the farthest above the number taken last that one is put in.
  init(count: Int) {
    var size = 1
    while size <= count { size *= 2 }
    heads = [Int32](repeating: -1, count: count == 0 ? 0 : size)
    mask = size - 1
  }

  mutating func removeAll() {
    if waiting > 0 {
      for bucket in heads.indices { heads[bucket] = -1 }
    }
    pool.removeAll(keepingCapacity: true)
    waiting = 0
    level = 0
  }

  mutating func push(_ vertex: Int32, at number: Int) {
    // Only where nothing waits can the next one be far above.
    if waiting == 0, number > level + mask { level = number }
    let bucket = number & mask
    pool.append((vertex, heads[bucket]))
    heads[bucket] = Int32(pool.count - 1)
    waiting += 1
  }

  /// The vertex with the least number, of several the one put in last; nil: there is none below
  /// `limit`.
  mutating func pop(before limit: Int = .max) -> Int32? {
    guard waiting > 0 else { return nil }
    while heads[level & mask] < 0 {
      if level + 1 >= limit { return nil }
      level += 1
    }
    if level >= limit { return nil }
    let entry = pool[Int(heads[level & mask])]
    heads[level & mask] = entry.next
    waiting -= 1
    return entry.vertex
  }
}

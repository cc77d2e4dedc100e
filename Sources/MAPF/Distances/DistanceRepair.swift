/// Distances round walls, made from those without: of the whole table only what the walls change is
/// worked out again (Ramalingam and Reps 1996, for edges taken away).
///
/// First come the vertices all of whose shortest ways meet a wall, nearest to the goal first: one has
/// lost its way when none of its moves both goes on along a shortest way and ends where one is left.
/// Then these, and no others, get distances anew (Dial 1969), from the rim of the rest.
///
/// Unsafe memory, fenced here: a mark for each vertex.
final class DistanceRepair: @unchecked Sendable {
  private let moves: FlatMoves
  /// Vertex -> the moves of all distinct graphs that pass through it without ending there.
  private let passStart: [Int32]
  private let passes: [(move: Int32, origin: Int32)]
  /// Vertex -> the last repair in which it had lost its way.
  private let lost: UnsafeMutablePointer<UInt32>
  private var stamp: UInt32 = 0
  private var open: MonotoneBuckets
  /// Vertices with the distances at which they come in, as `distance << 32 | vertex`.
  private var keys: [UInt64] = []
  private var losers: [Int32] = []
  /// Distances worked out anew since the start.
  private(set) var repaired = 0
  /// Of them in the last repair.
  private(set) var lastLost = 0

  init(_ moves: FlatMoves) {
    self.moves = moves
    (passStart, passes) = DistanceRepair.passes(moves)
    lost = .allocate(capacity: moves.vertexCount)
    lost.initialize(repeating: 0, count: moves.vertexCount)
    open = MonotoneBuckets(count: moves.maxCost + 1)
  }

  deinit { lost.deallocate() }

  private static func passes(
    _ moves: FlatMoves
  ) -> (start: [Int32], passes: [(move: Int32, origin: Int32)]) {
    var found: [(through: Int32, move: Int32, origin: Int32)] = []
    for g in moves.firsts {
      for v in 0..<Int32(moves.vertexCount) {
        for m in moves.range(graph: g, from: v)
        where moves.cost[m] & FlatMoves.claimsMore != 0 {
          for c in moves.claimStart[m]..<moves.claimStart[m + 1] {
            let through = moves.claims[Int(c)]
            if Int(through) < moves.vertexCount, through != moves.end[m] {
              found.append((through, Int32(m), v))
            }
          }
        }
      }
    }
    var start = [Int32](repeating: 0, count: moves.vertexCount + 1)
    for pass in found { start[Int(pass.through) + 1] += 1 }
    for v in 0..<moves.vertexCount { start[v + 1] += start[v] }
    var next = start
    var passes = [(move: Int32, origin: Int32)](repeating: (-1, -1), count: found.count)
    for pass in found {
      passes[Int(next[Int(pass.through)])] = (pass.move, pass.origin)
      next[Int(pass.through)] += 1
    }
    return (start, passes)
  }

  /// Fills `table` with the distances of `base`, a table of the same goal without walls, as they are
  /// round `walls`; exactly as `DistanceSearch.fill` does.
  /// - Parameters:
  ///   - walls: vertices; those that are not marked in `blocked` are none. The goal is not blocked.
  ///   - blocked: vertices that no move may pass through or end in.
  /// - Complexity: O(vertices) to copy, and O(n log n) for n vertices whose distance changes.
  func fill(
    _ table: DistanceTable, base: DistanceTable, graph: Int32, walls: [Int32],
    blocked: UnsafeBufferPointer<Bool>
  ) {
    table.values.update(from: base.values, count: table.count)
    stamp &+= 1
    if stamp == 0 {
      lost.update(repeating: 0, count: moves.vertexCount)
      stamp = 1
    }
    // Taken out: through `self` each use of them would be checked.
    var (open, keys, losers) = (self.open, self.keys, self.losers)
    self.open = MonotoneBuckets(count: 0)
    (self.keys, self.losers) = ([], [])
    let ground = Ground(
      moves: moves, graph: graph, base: UnsafePointer(base.values), blocked: blocked)
    seed(&keys, walls, ground)
    findLost(&open, &keys, &losers, ground)
    findAgain(&open, &keys, losers, ground, table.values)
    repaired += losers.count
    lastLost = losers.count
    open.removeAll()
    keys.removeAll(keepingCapacity: true)
    losers.removeAll(keepingCapacity: true)
    (self.open, self.keys, self.losers) = (open, keys, losers)
  }

  /// Who goes straight into a wall, or through one, on a shortest way.
  private func seed(_ keys: inout [UInt64], _ walls: [Int32], _ ground: Ground) {
    for w in walls where ground.blocked[Int(w)] {
      for e in ground.back(w) {
        let move = moves.back[e]
        if ground.isShortest(move.from, move.cost, w) { keys.append(ground.key(move.from)) }
      }
      for k in Int(passStart[Int(w)])..<Int(passStart[Int(w) + 1]) {
        let (m, u) = passes[k]
        // The passes of other graphs are in the list, too.
        guard ground.moves(u).contains(Int(m)) else { continue }
        let isShortest = ground.isShortest(u, moves.cost[Int(m)], moves.end[Int(m)])
        if isShortest { keys.append(ground.key(u)) }
      }
    }
  }

  private func findLost(
    _ open: inout MonotoneBuckets, _ keys: inout [UInt64], _ losers: inout [Int32],
    _ ground: Ground
  ) {
    DistanceRepair.sort(&keys)
    var used = 0
    while let v = DistanceRepair.next(&open, keys, &used) {
      guard lost[Int(v)] != stamp, !hasWay(v, ground) else { continue }
      lost[Int(v)] = stamp
      losers.append(v)
      if ground.blocked[Int(v)] { continue }
      for e in ground.back(v) {
        let move = moves.back[e]
        let u = move.from
        if lost[Int(u)] != stamp, ground.isShortest(u, move.cost, v) {
          open.push(u, at: Int(ground.base[Int(u)]))
        }
      }
    }
    keys.removeAll(keepingCapacity: true)
  }

  /// Whether a shortest way is left to `v`; of all that are nearer to the goal it is known.
  private func hasWay(_ v: Int32, _ ground: Ground) -> Bool {
    for m in ground.moves(v) {
      let w = moves.end[m]
      if lost[Int(w)] != stamp, ground.isShortest(v, moves.cost[m], w), !ground.isBlocked(m) {
        return true
      }
    }
    return false
  }

  private func findAgain(
    _ open: inout MonotoneBuckets, _ keys: inout [UInt64], _ losers: [Int32], _ ground: Ground,
    _ values: UnsafeMutablePointer<UInt16>
  ) {
    open.removeAll()
    for v in losers {
      var best = Int(DistanceTable.unreachable)
      for m in ground.moves(v) {
        let w = moves.end[m]
        guard lost[Int(w)] != stamp, ground.base[Int(w)] != DistanceTable.unreachable else {
          continue
        }
        let far = min(
          Int(ground.base[Int(w)]) + Int(moves.cost[m] & FlatMoves.costMask),
          Int(DistanceTable.farthest))
        if far < best, !ground.isBlocked(m) { best = far }
      }
      values[Int(v)] = UInt16(best)
      if best < Int(DistanceTable.unreachable) { keys.append(UInt64(best) << 32 | UInt64(v)) }
    }
    DistanceRepair.sort(&keys)
    var used = 0
    while let v = DistanceRepair.next(&open, keys, &used) {
      guard Int(values[Int(v)]) == open.level, !ground.blocked[Int(v)] else { continue }
      for e in ground.back(v) where lost[Int(moves.back[e].from)] == stamp {
        let move = moves.back[e]
        let u = Int(move.from)
        let far = min(open.level + move.cells, Int(DistanceTable.farthest))
        guard far < Int(values[u]) else { continue }
        if move.isLong, ground.isBlocked(Int(moves.backMove[e])) { continue }
        values[u] = UInt16(far)
        open.push(Int32(u), at: far)
      }
    }
  }

  /// The nearest vertex of those that wait, and of the keys from `used` on.
  private static func next(
    _ open: inout MonotoneBuckets, _ keys: [UInt64], _ used: inout Int
  ) -> Int32? {
    while true {
      let level = used < keys.count ? Int(keys[used] >> 32) : .max
      if let v = open.pop(before: level) { return v }
      guard used < keys.count else { return nil }
      open.push(Int32(truncatingIfNeeded: keys[used]), at: level)
      used += 1
    }
  }

  private static func sort(_ keys: inout [UInt64]) {
    keys.withUnsafeMutableBufferPointer { keys in
      if let first = keys.baseAddress { KeySort.sort(first, count: keys.count) }
    }
  }
}

/// What a repair looks at: the moves of one graph, the distances before, the walls.
private struct Ground {
  let moves: FlatMoves
  let graph: Int32
  let base: UnsafePointer<UInt16>
  let blocked: UnsafeBufferPointer<Bool>

  init(
    moves: FlatMoves, graph: Int32, base: UnsafePointer<UInt16>,
    blocked: UnsafeBufferPointer<Bool>
  ) {
    self.moves = moves
    self.graph = graph
    self.base = base
    self.blocked = blocked
  }

  func moves(_ v: Int32) -> Range<Int> { moves.range(graph: graph, from: v) }
  func back(_ v: Int32) -> Range<Int> { moves.backRange(graph: graph, to: v) }
  func key(_ v: Int32) -> UInt64 { UInt64(base[Int(v)]) << 32 | UInt64(v) }

  /// Whether a move of `cost` from `u` to `w` lies on a shortest way.
  func isShortest(_ u: Int32, _ cost: Int32, _ w: Int32) -> Bool {
    base[Int(w)] != DistanceTable.unreachable
      && Int(base[Int(u)]) == Int(base[Int(w)]) + Int(cost & FlatMoves.costMask)
  }

  func isBlocked(_ move: Int) -> Bool {
    moves.claimsVertex(of: move) { blocked[$0] }
  }
}

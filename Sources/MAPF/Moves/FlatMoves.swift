/// The moves of all classes in one immutable block, for the hot loops: moves are numbered through
/// all graphs, and every table is a plain pointer that lives as long as this object.
///
/// Unsafe memory, fenced here: filled in `init`, never written again, freed in `deinit`.
final class FlatMoves: @unchecked Sendable {
  /// A move by its end.
  struct Back {
    /// The vertex it leaves.
    var from: Int32
    /// As `cost` holds it.
    var cost: Int32

    /// Whether the move claims more than its end.
    var isLong: Bool { cost & FlatMoves.claimsMore != 0 }
    var cells: Int { Int(cost & FlatMoves.costMask) }
  }

  /// What a move's `cost` entry holds besides the cost.
  static let costMask: Int32 = 0xFFFF
  /// Set when the move claims more than its end.
  static let claimsMore: Int32 = 1 << 16

  let vertexCount: Int
  let resourceCount: Int
  let graphCount: Int
  /// The most moves that leave one vertex.
  let maxDegree: Int
  /// The largest cost of a move.
  let maxCost: Int
  /// The most moves of one graph: a search backwards puts no more vertices by.
  let backMoveLimit: Int
  /// Graph -> its first move.
  let firstMove: [Int32]
  /// Graph -> its number among those whose moves differ: of each of these the moves are here once.
  let distinct: [Int32]
  /// The first graph of each of these.
  let firsts: [Int32]
  /// Graph -> where its vertices begin in `start` and `backStart`.
  let rows: UnsafePointer<Int32>
  /// Row and vertex -> first move.
  let start: UnsafePointer<Int32>
  let end: UnsafePointer<Int32>
  /// Cost in the low 16 bits, `claimsMore` above.
  let cost: UnsafePointer<Int32>
  let claimStart: UnsafePointer<Int32>
  let claims: UnsafePointer<Int32>
  /// The same moves by their end, for searches backwards: start offsets, the moves, and what is read of
  /// nearly each of them.
  let backStart: UnsafePointer<Int32>
  let backMove: UnsafePointer<Int32>
  let back: UnsafePointer<Back>
  /// The from-vertices again, four to a vertex and distinct graph, filled up with the vertex itself;
  /// empty unless every move costs one and no vertex has more than four.
  let backFour: UnsafePointer<Int32>
  let hasBackFour: Bool
  /// Vertex -> mutexes it belongs to.
  let mutexStart: UnsafePointer<Int32>
  let mutexes: UnsafePointer<Int32>
  private let memory: UnsafeMutablePointer<Int32>
  private let backMemory: UnsafeMutablePointer<Back>

  init(_ graphs: [MoveGraph]) {
    precondition(!graphs.isEmpty, "no move graph")
    let vertices = graphs[0].vertexCount
    vertexCount = vertices
    resourceCount = graphs[0].resourceCount
    graphCount = graphs.count
    for graph in graphs {
      precondition(graph.vertexCount == vertices, "move graphs of different sites")
      precondition(graph.resourceCount == graphs[0].resourceCount, "different mutexes")
    }
    var firsts: [Int32] = []
    var distinct: [Int32] = []
    for (g, graph) in graphs.enumerated() {
      let known = firsts.firstIndex { graphs[Int($0)].hasSameMoves(as: graph) }
      distinct.append(Int32(known ?? firsts.count))
      if known == nil { firsts.append(Int32(g)) }
    }
    self.distinct = distinct
    self.firsts = firsts
    let different = firsts.map { graphs[Int($0)] }
    let flat = FlatMoves.joined(different)
    firstMove = distinct.map { flat.firstMove[Int($0)] }
    backMoveLimit = graphs.map(\.moveCount).max() ?? 0
    maxCost = Int(graphs.lazy.flatMap(\.moveCost).max() ?? 1)
    var degree: Int32 = 0
    for i in 0..<different.count * (vertices + 1) - 1 {
      degree = max(degree, flat.start[i + 1] - flat.start[i])
    }
    maxDegree = Int(degree)
    let backwards = FlatMoves.backwards(different, flat)
    let four = FlatMoves.inFours(different, backwards.start, backwards.back, maxCost: maxCost)
    hasBackFour = !four.isEmpty
    let parts = [
      flat.start, flat.end, flat.cost, flat.claimStart, flat.claims, backwards.start,
      backwards.move, graphs[0].mutexStart, graphs[0].mutexes, four,
      distinct.map { $0 * Int32(vertices + 1) },
    ]
    memory = .allocate(capacity: parts.reduce(0) { $0 + $1.count })
    var offsets: [Int] = []
    var used = 0
    for part in parts {
      offsets.append(used)
      for value in part {
        (memory + used).initialize(to: value)
        used += 1
      }
    }
    start = UnsafePointer(memory + offsets[0])
    end = UnsafePointer(memory + offsets[1])
    cost = UnsafePointer(memory + offsets[2])
    claimStart = UnsafePointer(memory + offsets[3])
    claims = UnsafePointer(memory + offsets[4])
    backStart = UnsafePointer(memory + offsets[5])
    backMove = UnsafePointer(memory + offsets[6])
    mutexStart = UnsafePointer(memory + offsets[7])
    mutexes = UnsafePointer(memory + offsets[8])
    backFour = UnsafePointer(memory + offsets[9])
    rows = UnsafePointer(memory + offsets[10])
    backMemory = .allocate(capacity: backwards.back.count)
    for (e, move) in backwards.back.enumerated() { (backMemory + e).initialize(to: move) }
    back = UnsafePointer(backMemory)
  }

  deinit {
    memory.deallocate()
    backMemory.deallocate()
  }

  /// The moves of `graph` from `v`.
  func range(graph: Int32, from v: Int32) -> Range<Int> {
    let slot = Int(rows[Int(graph)]) + Int(v)
    return Int(start[slot])..<Int(start[slot + 1])
  }

  /// The entries in `back` and `backMove` of the moves of `graph` that end in `v`.
  func backRange(graph: Int32, to v: Int32) -> Range<Int> {
    let slot = Int(rows[Int(graph)]) + Int(v)
    return Int(backStart[slot])..<Int(backStart[slot + 1])
  }

  /// Whether `move` passes through or ends in a vertex that is marked.
  @inline(__always)
  func claimsVertex(of move: Int, where isMarked: (Int) -> Bool) -> Bool {
    for c in Int(claimStart[move])..<Int(claimStart[move + 1]) {
      let resource = Int(claims[c])
      if resource < vertexCount, isMarked(resource) { return true }
    }
    return false
  }

  private struct Joined {
    var firstMove: [Int32] = []
    var start: [Int32] = []
    var end: [Int32] = []
    var cost: [Int32] = []
    var claimStart: [Int32] = [0]
    var claims: [Int32] = []
  }

  private static func joined(_ graphs: [MoveGraph]) -> Joined {
    var all = Joined()
    for graph in graphs {
      let base = Int32(all.end.count)
      let claimBase = Int32(all.claims.count)
      all.firstMove.append(base)
      for first in graph.moveStart { all.start.append(base + first) }
      all.end += graph.moveEnd
      for move in 0..<graph.moveCount {
        let more = graph.claimStart[move + 1] - graph.claimStart[move] > 1
        all.cost.append(Int32(graph.moveCost[move]) | (more ? claimsMore : 0))
        all.claimStart.append(claimBase + graph.claimStart[move + 1])
      }
      all.claims += graph.claims
    }
    return all
  }

  private static func backwards(
    _ graphs: [MoveGraph], _ flat: Joined
  ) -> (start: [Int32], move: [Int32], back: [Back]) {
    let stride = graphs[0].vertexCount + 1
    var start = [Int32](repeating: 0, count: graphs.count * stride)
    var move = [Int32](repeating: 0, count: flat.end.count)
    var back = [Back](repeating: Back(from: 0, cost: 0), count: flat.end.count)
    for (g, graph) in graphs.enumerated() {
      var next = [Int32](repeating: 0, count: stride)
      for end in graph.moveEnd { next[Int(end) + 1] += 1 }
      next[0] = flat.firstMove[g]
      for v in 1..<stride { next[v] += next[v - 1] }
      start.replaceSubrange(g * stride..<(g + 1) * stride, with: next)
      for v in 0..<Int32(graph.vertexCount) {
        for m in graph.moves(from: v) {
          let end = Int(graph.moveEnd[Int(m)])
          let e = Int(next[end])
          move[e] = flat.firstMove[g] + m
          back[e] = Back(from: v, cost: flat.cost[Int(move[e])])
          next[end] += 1
        }
      }
    }
    return (start, move, back)
  }

  private static func inFours(
    _ graphs: [MoveGraph], _ start: [Int32], _ back: [Back], maxCost: Int
  ) -> [Int32] {
    let vertices = graphs[0].vertexCount
    guard maxCost == 1 else { return [] }
    var four: [Int32] = []
    four.reserveCapacity(4 * graphs.count * vertices)
    for g in graphs.indices {
      for v in 0..<vertices {
        let range = start[g * (vertices + 1) + v]..<start[g * (vertices + 1) + v + 1]
        guard range.count <= 4 else { return [] }
        for e in range { four.append(back[Int(e)].from) }
        for _ in range.count..<4 { four.append(Int32(v)) }
      }
    }
    return four
  }
}

/// The distance of every vertex to one goal, in cells driven. Immutable once filled.
///
/// Unsafe memory, fenced here: owned by this object, written only while a search fills it.
final class DistanceTable: @unchecked Sendable {
  /// The entry of vertices from which the goal cannot be reached.
  static let unreachable = UInt16.max
  /// Longer distances are cut off here: far, but reachable.
  static let farthest = UInt16.max - 1

  let count: Int
  let values: UnsafeMutablePointer<UInt16>

  init(count: Int) {
    self.count = count
    values = .allocate(capacity: count)
  }

  deinit { values.deallocate() }
}

/// A table with its values at hand: following the reference first would be a cache miss of its own
/// for every agent in every step.
struct TableView: @unchecked Sendable {
  let table: DistanceTable
  let values: UnsafePointer<UInt16>

  init(_ table: DistanceTable) {
    self.table = table
    values = UnsafePointer(table.values)
  }
}

/// Backward frontier searches over the moves of a class, with buffers kept between searches.
///
/// Unsafe memory, fenced here: a queue as large as the graph; and one bucket per move cost, as a linked
/// list through a pool that holds an entry for each move.
final class DistanceSearch: @unchecked Sendable {
  private let moves: FlatMoves
  private let queue: UnsafeMutablePointer<Int32>
  private let bucketCount: Int
  /// Bucket, by the distance modulo their number -> the entry put in last, -1: none.
  private let buckets: UnsafeMutablePointer<Int32>
  /// Entry -> its vertex, and the entry put in before it.
  private let pool: UnsafeMutablePointer<(vertex: Int32, next: Int32)>
  /// Entries taken from queue or buckets since the start: the search's work.
  private(set) var visited = 0

  init(_ moves: FlatMoves) {
    self.moves = moves
    queue = .allocate(capacity: moves.vertexCount + 1)
    bucketCount = moves.maxCost + 1
    buckets = .allocate(capacity: bucketCount)
    buckets.initialize(repeating: -1, count: bucketCount)
    pool = .allocate(capacity: moves.backMoveLimit + 1)
  }

  deinit {
    queue.deallocate()
    buckets.deallocate()
    pool.deallocate()
  }

  /// Fills `table` with the distances to `goal`. `blocked`, where given, marks vertices that no
  /// move may pass through or end in; distances *from* them are filled all the same.
  /// - Complexity: O(vertices + moves)
  func fill(_ table: DistanceTable, graph: Int32, goal: Int32, blocked: [Bool]?) {
    table.values.update(repeating: DistanceTable.unreachable, count: table.count)
    table.values[Int(goal)] = 0
    if let blocked {
      guard !blocked[Int(goal)] else { return }
      blocked.withUnsafeBufferPointer { search(table.values, graph, goal, blocked: $0) }
    } else if moves.hasBackFour {
      searchCells(table.values, graph, goal)
    } else {
      search(table.values, graph, goal, blocked: nil)
    }
  }

  /// All moves cost one: a plain breadth-first search.
  private func searchCells(_ distance: UnsafeMutablePointer<UInt16>, _ graph: Int32, _ goal: Int32)
  {
    let four = moves.backFour + 4 * Int(graph) * moves.vertexCount
    let queue = self.queue
    queue[0] = goal
    var head = 0
    var tail = 1
    while head < tail {
      let v = Int(queue[head])
      head &+= 1
      let next = min(distance[v], DistanceTable.farthest - 1) + 1
      for e in 4 &* v..<4 &* v &+ 4 {
        let u = four[e]
        // Branch-free: the slot is written in any case and kept only when the vertex is new.
        let isNew = distance[Int(u)] == DistanceTable.unreachable
        queue[tail] = u
        tail &+= isNew ? 1 : 0
        distance[Int(u)] = isNew ? next : distance[Int(u)]
      }
    }
    visited += tail
  }

  private func search(
    _ distance: UnsafeMutablePointer<UInt16>, _ graph: Int32, _ goal: Int32,
    blocked: UnsafeBufferPointer<Bool>?
  ) {
    let start = moves.backStart + Int(graph) * (moves.vertexCount + 1)
    let farthest = Int(DistanceTable.farthest)
    var waiting = 1
    var level = 0
    var used: Int32 = 1
    pool[0] = (goal, -1)
    buckets[0] = 0
    while waiting > 0 {
      let bucket = level % bucketCount
      while buckets[bucket] >= 0 {
        let entry = pool[Int(buckets[bucket])]
        buckets[bucket] = entry.next
        waiting &-= 1
        visited &+= 1
        let v = Int(entry.vertex)
        guard Int(distance[v]) == min(level, farthest) else { continue }
        for e in Int(start[v])..<Int(start[v + 1]) {
          let u = Int(moves.backFrom[e])
          let cost = moves.cost[Int(moves.backMove[e])]
          let far = level &+ Int(cost & FlatMoves.costMask)
          let next = UInt16(truncatingIfNeeded: min(far, farthest))
          guard next < distance[u] else { continue }
          if let blocked {
            // A move of one cell claims only where it ends, and that was reached.
            if cost & FlatMoves.claimsMore != 0, isBlocked(Int(moves.backMove[e]), blocked) {
              continue
            }
            distance[u] = next
            if blocked[u] { continue }
          } else {
            distance[u] = next
          }
          let slot = far % bucketCount
          pool[Int(used)] = (Int32(u), buckets[slot])
          buckets[slot] = used
          used &+= 1
          waiting &+= 1
        }
      }
      level &+= 1
    }
  }

  /// The vertices that can be reached from `v` without entering `blocked` ones, `v` first.
  func reach(graph: Int32, from v: Int32, blocked: [Bool]) -> [Int32] {
    let base = Int(graph) * (moves.vertexCount + 1)
    var isSeen = [Bool](repeating: false, count: moves.vertexCount)
    isSeen[Int(v)] = true
    var found = [v]
    var head = 0
    blocked.withUnsafeBufferPointer { blocked in
      while head < found.count {
        let u = base + Int(found[head])
        head += 1
        for m in Int(moves.start[u])..<Int(moves.start[u + 1])
        where !isSeen[Int(moves.end[m])] && !isBlocked(m, blocked) {
          isSeen[Int(moves.end[m])] = true
          found.append(moves.end[m])
        }
      }
    }
    return found
  }

  private func isBlocked(_ move: Int, _ blocked: UnsafeBufferPointer<Bool>) -> Bool {
    for c in Int(moves.claimStart[move])..<Int(moves.claimStart[move + 1]) {
      let resource = Int(moves.claims[c])
      if resource < moves.vertexCount && blocked[resource] { return true }
    }
    return false
  }
}

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
/// Unsafe memory, fenced here: a queue as large as the graph, and one bucket per move cost.
final class DistanceSearch: @unchecked Sendable {
  private let moves: FlatMoves
  private let queue: UnsafeMutablePointer<Int32>
  /// Vertices found at a distance, by the distance modulo the number of buckets.
  private var buckets: [[Int32]]
  /// Entries taken from queue or buckets since the start: the search's work.
  private(set) var visited = 0

  init(_ moves: FlatMoves) {
    self.moves = moves
    queue = .allocate(capacity: moves.vertexCount + 1)
    buckets = Array(repeating: [], count: moves.maxCost + 1)
  }

  deinit { queue.deallocate() }

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
    var waiting = 1
    var level = 0
    buckets[0].append(goal)
    while waiting > 0 {
      let bucket = level % buckets.count
      var i = 0
      while i < buckets[bucket].count {
        let v = Int(buckets[bucket][i])
        i += 1
        guard Int(distance[v]) == min(level, Int(DistanceTable.farthest)) else { continue }
        for e in Int(start[v])..<Int(start[v + 1]) {
          let u = moves.backFrom[e]
          let cost = moves.cost[Int(moves.backMove[e])]
          let far = level + Int(cost & FlatMoves.costMask)
          let next = UInt16(min(far, Int(DistanceTable.farthest)))
          guard next < distance[Int(u)] else { continue }
          if let blocked, isBlocked(Int(moves.backMove[e]), blocked) { continue }
          distance[Int(u)] = next
          if let blocked, blocked[Int(u)] { continue }
          buckets[far % buckets.count].append(u)
          waiting += 1
        }
      }
      visited += i
      waiting -= i
      buckets[bucket].removeAll(keepingCapacity: true)
      level += 1
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

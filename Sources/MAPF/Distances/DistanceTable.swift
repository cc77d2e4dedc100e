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
  /// Whether there may be longer distances than `farthest`, and what is entered is not exact.
  fileprivate(set) var isCutOff = false

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
/// Unsafe memory, fenced here: a queue as large as the graph for each distance at which vertices can
/// wait at the same time, by the distance modulo their number (Dial 1969).
final class DistanceSearch: @unchecked Sendable {
  private let moves: FlatMoves
  /// A power of two.
  private let queueCount: Int
  private let queues: UnsafeMutablePointer<Int32>
  /// Queue -> behind the last vertex that waits in it.
  private let ends: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  /// Entries taken from queues since the start: the search's work.
  private(set) var visited = 0

  init(_ moves: FlatMoves) {
    self.moves = moves
    var queueCount = 1
    while queueCount <= moves.maxCost { queueCount *= 2 }
    self.queueCount = queueCount
    // A vertex waits once in a queue: it is put in only when it has come nearer. One more slot each,
    // for searches write before they know.
    queues = .allocate(capacity: queueCount * (moves.vertexCount + 1))
    ends = .allocate(capacity: queueCount)
    for k in 0..<queueCount { (ends + k).initialize(to: queues + k * (moves.vertexCount + 1)) }
  }

  deinit {
    queues.deallocate()
    ends.deallocate()
  }

  /// Fills `table` with the distances to `goal`. `blocked`, where given, marks vertices that no
  /// move may pass through or end in; distances *from* them are filled all the same.
  /// - Complexity: O(vertices + moves)
  func fill(_ table: DistanceTable, graph: Int32, goal: Int32, blocked: [Bool]?) {
    table.values.update(repeating: DistanceTable.unreachable, count: table.count)
    table.values[Int(goal)] = 0
    table.isCutOff = false
    let end: Int
    if let blocked {
      guard !blocked[Int(goal)] else { return }
      end = blocked.withUnsafeBufferPointer {
        search(table.values, graph, goal, blocked: $0.baseAddress)
      }
    } else if moves.hasBackFour {
      end = searchCells(table.values, graph, goal)
    } else {
      end = search(table.values, graph, goal, blocked: nil)
    }
    table.isCutOff = end >= Int(DistanceTable.farthest)
  }

  /// All moves cost one: a plain breadth-first search.
  /// - Returns: the longest distance.
  private func searchCells(
    _ distance: UnsafeMutablePointer<UInt16>, _ graph: Int32, _ goal: Int32
  ) -> Int {
    let four = moves.backFour + 4 * Int(moves.distinct[Int(graph)]) * moves.vertexCount
    let queue = queues
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
    return Int(distance[Int(queue[tail - 1])])
  }

  /// - Returns: a bound of the longest distance.
  // Once for each of its two callers: most of the time is spent here.
  @inline(__always)
  private func search(
    _ distance: UnsafeMutablePointer<UInt16>, _ graph: Int32, _ goal: Int32,
    blocked: UnsafePointer<Bool>?
  ) -> Int {
    let start = moves.backStart + Int(moves.rows[Int(graph)])
    let (back, ends, mask) = (moves.back, self.ends, queueCount - 1)
    let (queues, stride) = (self.queues, moves.vertexCount + 1)
    let farthest = Int(DistanceTable.farthest)
    var level = 0
    // Empty queues in a row: after as many as a move can cost nothing waits any more.
    var idle = 0
    queues[0] = goal
    ends[0] = queues + 1
    while idle < moves.maxCost {
      let queue = queues + (level & mask) * stride
      let end = ends[level & mask]
      ends[level & mask] = queue
      visited &+= end - queue
      idle = queue == end ? idle &+ 1 : 0
      let here = UInt16(truncatingIfNeeded: min(level, farthest))
      var next = queue
      while next < end {
        let v = Int(next.pointee)
        next += 1
        guard distance[v] == here else { continue }
        var e = Int(start[v])
        let last = Int(start[v &+ 1])
        while e < last {
          let move = back[e]
          let u = Int(move.from)
          let far = level &+ move.cells
          let value = UInt16(truncatingIfNeeded: min(far, farthest))
          var isNearer = value < distance[u]
          // A move of one cell claims only where it ends, and that was reached.
          if let blocked, move.isLong, isNearer,
            moves.claimsVertex(of: Int(moves.backMove[e]), where: { blocked[$0] })
          {
            isNearer = false
          }
          distance[u] = isNearer ? value : distance[u]
          if let blocked { isNearer = isNearer && !blocked[u] }
          // Branch-free: it is written in any case and kept only when the vertex waits.
          let end = ends[far & mask]
          end.pointee = move.from
          ends[far & mask] = end + (isNearer ? 1 : 0)
          e &+= 1
        }
      }
      level &+= 1
    }
    return level - idle
  }

  /// The vertices that can be reached from `v` without entering `blocked` ones, `v` first.
  func reach(graph: Int32, from v: Int32, blocked: [Bool]) -> [Int32] {
    var isSeen = [Bool](repeating: false, count: moves.vertexCount)
    isSeen[Int(v)] = true
    var found = [v]
    var head = 0
    blocked.withUnsafeBufferPointer { blocked in
      while head < found.count {
        let u = found[head]
        head += 1
        for m in moves.range(graph: graph, from: u)
        where !isSeen[Int(moves.end[m])] && !moves.claimsVertex(of: m, where: { blocked[$0] }) {
          isSeen[Int(moves.end[m])] = true
          found.append(moves.end[m])
        }
      }
    }
    return found
  }
}

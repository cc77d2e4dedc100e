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
  private let queueCount: Int
  private let queues: UnsafeMutablePointer<Int32>
  /// Queue -> the vertices that wait in it.
  private let lengths: UnsafeMutablePointer<Int>
  /// Entries taken from queues since the start: the search's work.
  private(set) var visited = 0

  init(_ moves: FlatMoves) {
    self.moves = moves
    queueCount = moves.maxCost + 1
    // A vertex waits once in a queue: it is put in only when it has come nearer. One more slot each
    // for `searchCells`, which writes before it knows.
    queues = .allocate(capacity: queueCount * (moves.vertexCount + 1))
    lengths = .allocate(capacity: queueCount)
    lengths.initialize(repeating: 0, count: queueCount)
  }

  deinit {
    queues.deallocate()
    lengths.deallocate()
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
      end = blocked.withUnsafeBufferPointer { search(table.values, graph, goal, blocked: $0) }
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
    let four = moves.backFour + 4 * Int(graph) * moves.vertexCount
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
  private func search(
    _ distance: UnsafeMutablePointer<UInt16>, _ graph: Int32, _ goal: Int32,
    blocked: UnsafeBufferPointer<Bool>?
  ) -> Int {
    let start = moves.backStart + Int(graph) * (moves.vertexCount + 1)
    let (from, costs) = (moves.backFrom, moves.backCost)
    let (queues, lengths, queueCount) = (self.queues, self.lengths, self.queueCount)
    let stride = moves.vertexCount + 1
    let farthest = Int(DistanceTable.farthest)
    var waiting = 1
    var level = 0
    var turn = 0
    queues[0] = goal
    lengths[0] = 1
    while waiting > 0 {
      let queue = queues + turn * stride
      let count = lengths[turn]
      lengths[turn] = 0
      waiting &-= count
      visited &+= count
      let here = UInt16(truncatingIfNeeded: min(level, farthest))
      for k in 0..<count {
        let v = Int(queue[k])
        guard distance[v] == here else { continue }
        for e in Int(start[v])..<Int(start[v &+ 1]) {
          let u = Int(from[e])
          let cost = costs[e]
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
          var slot = turn &+ (far &- level)
          if slot >= queueCount { slot &-= queueCount }
          queues[slot &* stride &+ lengths[slot]] = Int32(truncatingIfNeeded: u)
          lengths[slot] &+= 1
          waiting &+= 1
        }
      }
      level &+= 1
      turn = turn + 1 == queueCount ? 0 : turn + 1
    }
    return level
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
        where !isSeen[Int(moves.end[m])] && !isBlocked(m, blocked) {
          isSeen[Int(moves.end[m])] = true
          found.append(moves.end[m])
        }
      }
    }
    return found
  }

  private func isBlocked(_ move: Int, _ blocked: UnsafeBufferPointer<Bool>) -> Bool {
    moves.claimsVertex(of: move) { blocked[$0] }
  }
}

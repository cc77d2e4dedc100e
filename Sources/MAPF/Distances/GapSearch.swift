/// Whether walls leave a gap between a vertex and a goal, told without distances: where there is
/// none, one of the two is shut in with little room in nearly all cases.
///
/// Unsafe memory, fenced here: a mark for each vertex.
final class GapSearch: @unchecked Sendable {
  /// So many vertices on each side are looked at.
  private static let sight = 64

  private let moves: FlatMoves
  /// Vertex -> the last search that met it, twice its number, from the vertex; one more: from the goal.
  private let marks: UnsafeMutablePointer<UInt32>
  private var searches: UInt32 = 0
  /// The vertices met from either side, in the order in which they were found.
  private var (near, beyond): ([Int32], [Int32]) = ([], [])

  init(_ moves: FlatMoves) {
    self.moves = moves
    marks = .allocate(capacity: moves.vertexCount)
    marks.initialize(repeating: 0, count: moves.vertexCount)
  }

  deinit { marks.deallocate() }

  /// Whether there surely is no way from `v` to `goal`. What can be reached from the one and what
  /// reaches the other is looked through by turns.
  /// - Parameter blocked: vertices that no move may pass through or end in; the goal is not blocked.
  /// - Complexity: O(1)
  func isShutOff(
    graph: Int32, from v: Int32, to goal: Int32, blocked: UnsafeBufferPointer<Bool>
  ) -> Bool {
    guard v != goal else { return false }
    let ahead = nextMark()
    let back = ahead + 1
    // Taken out: through `self` each use of them would be checked.
    var (near, beyond) = (self.near, self.beyond)
    (self.near, self.beyond) = ([], [])
    near.removeAll(keepingCapacity: true)
    beyond.removeAll(keepingCapacity: true)
    near.append(v)
    beyond.append(goal)
    marks[Int(v)] = ahead
    marks[Int(goal)] = back
    defer { (self.near, self.beyond) = (near, beyond) }
    for turn in 0..<Self.sight {
      if turn == near.count || turn == beyond.count { return true }
      for m in moves.range(graph: graph, from: near[turn]) {
        guard !moves.claimsVertex(of: m, where: { blocked[$0] }) else { continue }
        let w = moves.end[m]
        if marks[Int(w)] == back { return false }
        if marks[Int(w)] != ahead {
          marks[Int(w)] = ahead
          near.append(w)
        }
      }
      for e in moves.backRange(graph: graph, to: beyond[turn]) {
        let move = moves.back[e]
        if move.isLong, moves.claimsVertex(of: Int(moves.backMove[e]), where: { blocked[$0] }) {
          continue
        }
        let u = move.from
        if marks[Int(u)] == ahead { return false }
        if marks[Int(u)] != back, !blocked[Int(u)] {
          marks[Int(u)] = back
          beyond.append(u)
        }
      }
    }
    return false
  }

  private func nextMark() -> UInt32 {
    searches += 1
    if searches > UInt32.max / 2 - 1 {
      marks.update(repeating: 0, count: moves.vertexCount)
      searches = 1
    }
    return 2 * searches
  }
}

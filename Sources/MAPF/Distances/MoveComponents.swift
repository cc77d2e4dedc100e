/// The strong components of the moves of each class: within one, there is a way from everywhere to
/// everywhere (Tarjan 1972, without recursion).
struct MoveComponents: Sendable {
  /// Graph -> vertex -> its component.
  private let component: [[Int32]]

  /// - Complexity: O(vertices + moves)
  init(_ moves: FlatMoves) {
    component = (0..<moves.graphCount).map { graph in
      var search = Search(moves, graph: graph)
      for v in 0..<Int32(moves.vertexCount) where search.number[Int(v)] < 0 { search.explore(v) }
      return search.component
    }
  }

  /// The component of a vertex.
  func of(graph: Int32, _ v: Int32) -> Int32 { component[Int(graph)][Int(v)] }

  /// Whether there is a way from either to the other.
  func areJoined(graph: Int32, _ v: Int32, _ w: Int32) -> Bool {
    component[Int(graph)][Int(v)] == component[Int(graph)][Int(w)]
  }

  private struct Search {
    let moves: FlatMoves
    let base: Int
    var component: [Int32]
    var number: [Int32]
    private var low: [Int32]
    private var stack: [Int32] = []
    private var path: [(vertex: Int32, move: Int32)] = []
    private var next: Int32 = 0
    private var count: Int32 = 0

    init(_ moves: FlatMoves, graph: Int) {
      self.moves = moves
      base = graph * (moves.vertexCount + 1)
      component = [Int32](repeating: -1, count: moves.vertexCount)
      number = component
      low = component
    }

    mutating func explore(_ root: Int32) {
      enter(root)
      while let (vertex, move) = path.last {
        let v = Int(vertex)
        guard move < moves.start[base + v + 1] else {
          leave(vertex)
          continue
        }
        path[path.count - 1].move += 1
        let w = moves.end[Int(move)]
        if number[Int(w)] < 0 {
          enter(w)
        } else if component[Int(w)] < 0 {
          low[v] = min(low[v], number[Int(w)])
        }
      }
    }

    private mutating func enter(_ v: Int32) {
      number[Int(v)] = next
      low[Int(v)] = next
      next += 1
      stack.append(v)
      path.append((v, moves.start[base + Int(v)]))
    }

    private mutating func leave(_ v: Int32) {
      path.removeLast()
      if let parent = path.last?.vertex {
        low[Int(parent)] = min(low[Int(parent)], low[Int(v)])
      }
      guard low[Int(v)] == number[Int(v)] else { return }
      while let w = stack.popLast() {
        component[Int(w)] = count
        if w == v { break }
      }
      count += 1
    }
  }
}

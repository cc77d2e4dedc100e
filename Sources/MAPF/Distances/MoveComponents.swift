/// The strong components of the moves of each class.
struct MoveComponents: Sendable {
  /// Graph -> vertex -> its component.
  private let component: [[Int32]]

  /// - Complexity: O(vertices + moves)
  init(_ moves: FlatMoves) {
    let distinct = moves.firsts.map { graph in
      StrongComponents(ClassMoves(moves: moves, graph: graph)).component
    }
    component = moves.distinct.map { distinct[Int($0)] }
  }

  /// The component of a vertex.
  func of(graph: Int32, _ v: Int32) -> Int32 { component[Int(graph)][Int(v)] }

  /// Whether there is a way from either to the other.
  func areJoined(graph: Int32, _ v: Int32, _ w: Int32) -> Bool {
    component[Int(graph)][Int(v)] == component[Int(graph)][Int(w)]
  }

  private struct ClassMoves: ComponentGraph {
    let moves: FlatMoves
    let graph: Int32

    var vertexCount: Int { moves.vertexCount }

    func contains(_ v: Int32) -> Bool { true }

    func edges(from v: Int32) -> Range<Int32> {
      let range = moves.range(graph: graph, from: v)
      return Int32(range.lowerBound)..<Int32(range.upperBound)
    }

    func end(of move: Int32) -> Int32 { moves.end[Int(move)] }
  }
}

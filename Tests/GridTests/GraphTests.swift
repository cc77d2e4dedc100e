import Grid
import Testing

@Suite struct GraphTests {
  private let map = GridMap(
    width: 3, height: 2, passable: [true, false, true, true, true, true])

  @Test func verticesFollowPassableCellsRowByRow() {
    let graph = Graph(map)
    #expect(graph.vertexCount == 5)
    #expect(graph.cells.sorted() == graph.cells)
    for (v, cell) in graph.cells.enumerated() {
      #expect(graph.vertex(at: cell) == VertexID(Int32(v)))
      #expect(graph.cell(of: VertexID(Int32(v))) == cell)
    }
    #expect(graph.vertex(at: Cell(x: 1, y: 0)) == nil)
    #expect(graph.vertex(at: Cell(x: -1, y: 0)) == nil)
    #expect(graph.vertex(at: Cell(x: 0, y: 2)) == nil)
  }

  @Test func successorsAndPredecessorsMirrorOneAnother() {
    let graph = Graph(map) { $0.x == 1 ? [.east] : .all }
    for v in 0..<Int32(graph.vertexCount) {
      for direction in Direction.allCases {
        guard let w = graph.successor(of: VertexID(v), direction) else { continue }
        #expect(graph.predecessors[4 * w.index + Int(direction.rawValue)] == v)
        #expect(graph.cell(of: w) == graph.cell(of: VertexID(v)).moved(direction))
      }
    }
    let middle = VertexID(3)
    #expect(graph.successor(of: middle, .east) == VertexID(4))
    #expect(graph.successor(of: middle, .west) == nil)
    #expect(graph.successor(of: VertexID(2), .east) == middle)
  }

  @Test func directionsHaveOpposites() {
    for direction in Direction.allCases {
      let cell = Cell(x: 5, y: 5)
      #expect(cell.moved(direction).moved(direction.opposite) == cell)
      #expect(DirectionSet.all.contains(direction))
      #expect(!DirectionSet(direction).contains(direction.opposite))
    }
  }
}

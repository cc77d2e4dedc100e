import Determinism
import Grid
import MAPF
import Testing

@Suite struct GuidanceTests {
  @Test func textAndGuidanceRoundTrip() throws {
    for seed in 0..<20 {
      var rng = Seed(UInt64(seed)).generator()
      let graph = GuidedDistancesTests.randomGraph(&rng)
      var guidance = GuidedDistancesTests.randomGuidance(graph, .turning, &rng)
      for e in guidance.edges.indices where graph.successors[e] < 0 { guidance.edges[e] = 1 }
      let text = guidance.text(for: graph)
      let read = try Guidance(parsing: text, for: graph, model: .turning)
      #expect(read == guidance, "seed \(seed)")
    }
  }

  @Test func faultsNameLineAndValue() throws {
    let graph = Graph(GridMap(width: 2, height: 1, passable: [true, true]))
    let good = Guidance.uniform(vertexCount: 2).text(for: graph)
    #expect(throws: Never.self) {
      try Guidance(parsing: good, for: graph, model: .fourNeighbour)
    }
    #expect(
      throws: GuidanceError.unexpectedLine(
        line: 1, expected: "'drover guidance 1'", found: "guide")
    ) {
      try parse("guide\n", graph)
    }
    #expect(throws: GuidanceError.mapSize(line: 2, expected: "size 2 x 1", found: "size 3 x 1")) {
      try parse(good.replacing("size 2 x 1", with: "size 3 x 1"), graph)
    }
    #expect(throws: GuidanceError.invalidWeight(line: 3, field: "turn", value: "4", limit: 3)) {
      try parse(good.replacing("turn 1", with: "turn 4"), graph)
    }
    #expect(throws: GuidanceError.invalidEntry(line: 6, column: 1, value: "0", limit: 200)) {
      try parse(good.replacing("1 -", with: "0 -"), graph)
    }
    #expect(throws: GuidanceError.invalidEntry(line: 6, column: 1, value: "201", limit: 200)) {
      try parse(good.replacing("1 -", with: "201 -"), graph)
    }
    #expect(throws: GuidanceError.missingWeight(line: 6, column: 1)) {
      try parse(good.replacing("1 -", with: "- -"), graph)
    }
    #expect(throws: GuidanceError.rowLength(line: 6, expected: 2, found: 3)) {
      try parse(good.replacing("1 -", with: "1 - -"), graph)
    }
    #expect(throws: GuidanceError.endsEarly(line: 7, expected: "'north'")) {
      try parse(good.split(separator: "\n").prefix(6).joined(separator: "\n") + "\n", graph)
    }
    #expect(
      throws: GuidanceError.unexpectedLine(
        line: 13, expected: "nothing more", found: "more")
    ) {
      try parse(good + "more", graph)
    }
  }

  private func parse(_ text: String, _ graph: Graph) throws -> Guidance {
    try Guidance(parsing: text, for: graph, model: .turning)
  }

  @Test func lanesOfNeighbouringStreetsRunAgainstEachOther() throws {
    let graph = try Graph(
      GridMap(
        parsing: """
          type octile
          height 4
          width 12
          map
          ............
          @@@.@@@.@@@.
          @@@.@@@.@@@.
          ............
          """))
    let guidance = Guidance.lanes(for: graph, easy: 2, hard: 9)
    func weight(_ x: Int32, _ y: Int32, _ direction: Direction) -> UInt8 {
      guidance.edges[4 * (graph.vertex(at: Cell(x: x, y: y))?.index ?? 0) + Int(direction.rawValue)]
    }
    #expect(weight(5, 0, .east) != weight(5, 0, .west))
    #expect(weight(5, 0, .east) == weight(5, 3, .west))
    #expect(weight(3, 1, .north) != weight(3, 1, .south))
  }
}

import Grid
import MAPF

/// A one-shot instance from a `.map` and the first lines of a `.scen`.
public enum OneShotFiles {
  /// - Parameter agentCount: how many lines of the scenario count; nil: all.
  /// - Throws: `PlannerFileError` with file, line and value, when a file cannot be read, the scenario
  ///   has too few lines or is for a map of another size, a start or goal is blocked or taken twice.
  public static func load(
    map: String, scenario: String, agentCount: Int?
  ) throws(PlannerFileError) -> GridInstance {
    let graph = Graph(try PlannerFile.map(map))
    let bytes = try PlannerFile.bytes(of: scenario)
    let entries: [Scenario.Entry]
    do { entries = try Scenario(parsing: bytes).entries } catch {
      throw PlannerFileError(file: scenario, text: error.description)
    }
    let count = agentCount ?? entries.count
    guard count > 0 else { throw PlannerFileError(file: scenario, text: "has no entries") }
    guard count <= entries.count else {
      throw PlannerFileError(
        file: scenario, text: "has \(entries.count) entries, \(count) agents are asked for")
    }
    for entry in entries.prefix(count)
    where entry.width != graph.width || entry.height != graph.height {
      throw PlannerFileError(
        file: scenario, line: entry.line,
        text: "made for a map of \(entry.width) x \(entry.height) cells, "
          + "\(map) has \(graph.width) x \(graph.height)")
    }
    var starts = PlaceReader(graph: graph, map: map, file: scenario, what: "start")
    var goals = PlaceReader(graph: graph, map: map, file: scenario, what: "goal")
    for entry in entries.prefix(count) {
      try starts.add(entry.start, line: entry.line)
      try goals.add(entry.goal, line: entry.line)
    }
    return GridInstance(graph: graph, starts: starts.vertices, goals: goals.vertices)
  }
}

/// Collects cells that must be passable and may not be taken twice.
struct PlaceReader {
  let graph: Graph
  let map: String
  let file: String
  /// What the cells are, for messages.
  let what: String
  private(set) var vertices: [Int32] = []
  private var lineOf: [Int32]

  init(graph: Graph, map: String, file: String, what: String) {
    self.graph = graph
    self.map = map
    self.file = file
    self.what = what
    lineOf = Array(repeating: 0, count: graph.vertexCount)
  }

  mutating func add(_ cell: Cell, line: Int) throws(PlannerFileError) {
    guard let vertex = graph.vertex(at: cell) else {
      throw PlannerFileError(file: file, line: line, text: "\(what) \(cell) is blocked in \(map)")
    }
    guard lineOf[vertex.index] == 0 else {
      throw PlannerFileError(
        file: file, line: line, text: "\(what) \(cell) is also that of line \(lineOf[vertex.index])"
      )
    }
    lineOf[vertex.index] = Int32(line)
    vertices.append(vertex.rawValue)
  }
}

import Grid
import MAPF

/// A lifelong instance: where the agents start, and the goals they take in turn.
///
/// Agent `r`'s `k`-th task is `tasks[(k * agents + r) mod tasks]`; a task whose goal is the cell the
/// agent stands on is skipped.
public struct LifelongInstance: Sendable {
  public let graph: Graph
  /// Agent -> the vertex it starts from.
  public let starts: [Int32]
  /// Goals, as vertices, in the order of the file.
  public let tasks: [Int32]
}

/// Reads the lifelong instances of the EPIBT paper: a map, `agents_N.csv` (`id,row,column`) and
/// `tasks_one.csv` (one goal a line: `row * width + column`), each with a line of headings.
public enum LifelongFiles {
  /// - Throws: `PlannerFileError` with file, line and value.
  public static func load(
    map: String, agents: String, tasks: String
  ) throws(PlannerFileError) -> LifelongInstance {
    let graph = Graph(try PlannerFile.map(map))
    return LifelongInstance(
      graph: graph, starts: try starts(agents, graph, map: map),
      tasks: try goals(tasks, graph, map: map))
  }

  private static func starts(
    _ file: String, _ graph: Graph, map: String
  ) throws(PlannerFileError) -> [Int32] {
    var rows = try CSVRows(file)
    var reader = PlaceReader(graph: graph, map: map, file: file, what: "agent at")
    while let row = rows.next() {
      guard row.count == 3 else {
        throw rows.fail("\(row.count) columns instead of 3 (id, row, column)")
      }
      _ = try rows.number(row[0], "agent id", below: Int(Int32.max))
      let y = try rows.number(row[1], "row", below: Int(graph.height))
      let x = try rows.number(row[2], "column", below: Int(graph.width))
      try reader.add(Cell(x: Int32(x), y: Int32(y)), line: rows.line)
    }
    guard !reader.vertices.isEmpty else {
      throw PlannerFileError(file: file, text: "has no agents")
    }
    guard reader.vertices.count <= GridLifelongPlanner.agentLimit else {
      throw PlannerFileError(
        file: file,
        text:
          "has \(reader.vertices.count) agents, at most \(GridLifelongPlanner.agentLimit) can be planned"
      )
    }
    return reader.vertices
  }

  private static func goals(
    _ file: String, _ graph: Graph, map: String
  ) throws(PlannerFileError) -> [Int32] {
    var rows = try CSVRows(file)
    var goals: [Int32] = []
    while let row = rows.next() {
      let raster = try rows.number(row[0], "goal", below: graph.vertexAtRaster.count)
      let vertex = graph.vertexAtRaster[raster]
      guard vertex >= 0 else {
        let cell = Cell(x: Int32(raster) % graph.width, y: Int32(raster) / graph.width)
        throw rows.fail("goal \(raster) \(cell) is blocked in \(map)")
      }
      goals.append(vertex)
    }
    guard !goals.isEmpty else { throw PlannerFileError(file: file, text: "has no tasks") }
    return goals
  }
}

/// The rows of a CSV file without quotes, behind its line of headings. Blank lines are skipped.
struct CSVRows {
  let file: String
  private var lines: LineReader

  init(_ file: String) throws(PlannerFileError) {
    self.file = file
    lines = LineReader(try PlannerFile.bytes(of: file))
    guard let headings = lines.next() else {
      throw PlannerFileError(file: file, text: "is empty; a line of headings is expected")
    }
    if headings.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? false {
      throw PlannerFileError(
        file: file, line: 1, text: "expected headings, found '\(headings.shown)'")
    }
  }

  var line: Int { lines.number }

  mutating func next() -> [ArraySlice<UInt8>]? {
    while let line = lines.next() {
      if !line.isBlank {
        return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      }
    }
    return nil
  }

  func number(
    _ field: ArraySlice<UInt8>, _ name: String, below limit: Int
  ) throws(PlannerFileError) -> Int {
    guard let value = field.wholeNumber(upTo: limit - 1) else {
      throw fail("\(name) '\(field.shown)' is not a whole number in 0...\(limit - 1)")
    }
    return value
  }

  func fail(_ text: String) -> PlannerFileError {
    PlannerFileError(file: file, line: line, text: text)
  }
}

import Grid

// The text of a guidance: a head of five lines, then for each direction its name and one line a row
// of the map with one entry a cell: the weight of moving that way from the cell, `-` for no move.
//
//     drover guidance 1
//     size 3 x 2
//     turn 1
//     wait 2
//     east
//     2 2 -
//     2 9 -
//     north
//     - - -
//     2 9 2
//     west
//     …
//     south
//     …

extension Guidance {
  private static let title = "drover guidance 1"
  private static let planes: [(Direction, String)] = [
    (.east, "east"), (.north, "north"), (.west, "west"), (.south, "south"),
  ]

  /// Reads a guidance for the moves of `graph`.
  /// - Throws: `GuidanceError` with line and value.
  /// - Complexity: O(bytes)
  public init(
    parsing text: String, for graph: Graph, model: MotionModel
  ) throws(GuidanceError) {
    var lines = Lines(text)
    let title = try lines.next(expecting: "'\(Self.title)'")
    guard title == Self.title else {
      throw .unexpectedLine(line: lines.number, expected: "'\(Self.title)'", found: title.shown)
    }
    let size = try lines.next(expecting: "the size")
    let own = "size \(graph.width) x \(graph.height)"
    guard size == own else {
      throw .mapSize(line: lines.number, expected: own, found: size.shown)
    }
    let turn = try lines.weight("turn", limit: Int(Self.turnLimit))
    let wait = try lines.weight("wait", limit: 255)
    let limit = Self.edgeLimit(model: model, turn: turn)
    var edges = [UInt8](repeating: 1, count: 4 * graph.vertexCount)
    for (direction, name) in Self.planes {
      let found = try lines.next(expecting: "'\(name)'")
      guard found == name else {
        throw .unexpectedLine(line: lines.number, expected: "'\(name)'", found: found.shown)
      }
      for y in 0..<graph.height {
        try lines.row(y, of: direction, in: graph, limit: limit, into: &edges)
      }
    }
    while let rest = lines.next() {
      guard rest.isEmpty else {
        throw .unexpectedLine(line: lines.number, expected: "nothing more", found: rest.shown)
      }
    }
    self.init(edges: edges, turn: turn, wait: wait)
  }

  /// This guidance as text, for the moves of `graph`.
  /// - Complexity: O(raster)
  public func text(for graph: Graph) -> String {
    precondition(edges.count == 4 * graph.vertexCount, "guidance of another graph")
    var text = "\(Self.title)\nsize \(graph.width) x \(graph.height)\nturn \(turn)\nwait \(wait)\n"
    for (direction, name) in Self.planes {
      text += name + "\n"
      for y in 0..<graph.height {
        text += (0..<graph.width).map { entry(graph, Cell(x: $0, y: y), direction) }
          .joined(separator: " ")
        text += "\n"
      }
    }
    return text
  }

  private func entry(_ graph: Graph, _ cell: Cell, _ direction: Direction) -> String {
    guard let v = graph.vertex(at: cell), graph.successor(of: v, direction) != nil else {
      return "-"
    }
    return String(edges[4 * v.index + Int(direction.rawValue)])
  }
}

/// The lines of a text with their numbers.
private struct Lines {
  private(set) var number = 0
  private var rest: ArraySlice<String>

  init(_ text: String) {
    let lines = text.split(omittingEmptySubsequences: false) { (c: Character) in c.isNewline }
    rest = lines.map { String($0) }[...]
    if rest.last == "" { rest.removeLast() }
  }

  mutating func next() -> String? {
    guard let line = rest.popFirst() else { return nil }
    number += 1
    return line
  }

  mutating func next(expecting what: String) throws(GuidanceError) -> String {
    guard let line = next() else { throw .endsEarly(line: number + 1, expected: what) }
    return line
  }

  /// A line `name N`.
  mutating func weight(_ name: String, limit: Int) throws(GuidanceError) -> UInt8 {
    let line = try next(expecting: "'\(name) N'")
    let words = line.split(separator: " ")
    guard words.count == 2, words[0] == name else {
      throw .unexpectedLine(line: number, expected: "'\(name) N'", found: line.shown)
    }
    guard let value = UInt8(words[1]), value > 0, Int(value) <= limit else {
      throw .invalidWeight(line: number, field: name, value: String(words[1]), limit: limit)
    }
    return value
  }

  /// The weights of one row of the map in one direction.
  mutating func row(
    _ y: Int32, of direction: Direction, in graph: Graph, limit: UInt8, into edges: inout [UInt8]
  ) throws(GuidanceError) {
    let entries = try next(expecting: "row \(y + 1) of \(graph.height)").split(separator: " ")
    guard entries.count == Int(graph.width) else {
      throw .rowLength(line: number, expected: Int(graph.width), found: entries.count)
    }
    for (x, entry) in entries.enumerated() {
      let v = graph.vertexAtRaster[Int(y) * Int(graph.width) + x]
      let edge = 4 * Int(v) + Int(direction.rawValue)
      if entry == "-" {
        guard v < 0 || graph.successors[edge] < 0 else {
          throw .missingWeight(line: number, column: x + 1)
        }
        continue
      }
      guard let weight = UInt8(entry), weight > 0, weight <= limit else {
        throw .invalidEntry(
          line: number, column: x + 1, value: String(entry).shown, limit: Int(limit))
      }
      if v >= 0 { edges[edge] = weight }
    }
  }
}

extension String {
  /// For a message, shortened.
  fileprivate var shown: String { String(prefix(60)) }
}

/// Starts and goals of a MovingAI `.scen` file (version 1), in the order of its lines.
public struct Scenario: Sendable, Equatable {
  /// One line: an agent's start and goal.
  public struct Entry: Sendable, Equatable {
    /// Where it stands in the file, from 1.
    public var line: Int
    public var bucket: Int
    /// The map's path as written; files in circulation disagree about it.
    public var map: String
    /// The size of the map that the line was made for.
    public var width: Int32
    public var height: Int32
    public var start: Cell
    public var goal: Cell
    /// The length of the shortest octile path as written, not checked.
    public var distance: Double

    public init(
      line: Int, bucket: Int, map: String, width: Int32, height: Int32, start: Cell, goal: Cell,
      distance: Double
    ) {
      self.line = line
      self.bucket = bucket
      self.map = map
      self.width = width
      self.height = height
      self.start = start
      self.goal = goal
      self.distance = distance
    }
  }

  public var entries: [Entry]

  public init(entries: [Entry]) { self.entries = entries }

  /// Reads a `.scen` file: `version 1`, then lines of bucket, map, width, height, start x, start y,
  /// goal x, goal y, distance. Blank lines are skipped.
  /// - Throws: `MapError` with line and value.
  public init(parsing bytes: [UInt8]) throws(MapError) {
    var lines = LineReader(bytes)
    let version = try lines.next(expecting: "'version 1'")
    let words = version.words.map(\.shown)
    guard words == ["version", "1"] || words == ["version", "1.0"] else {
      throw .unexpectedLine(line: lines.number, expected: "'version 1'", found: version.shown)
    }
    entries = []
    while let line = lines.next() {
      if line.isBlank { continue }
      entries.append(try Self.entry(line, number: lines.number))
    }
  }

  /// Reads a `.scen` file from a string.
  /// - Throws: `MapError` with line and value.
  public init(parsing text: String) throws(MapError) { try self.init(parsing: Array(text.utf8)) }

  private static func entry(
    _ line: ArraySlice<UInt8>, number: Int
  ) throws(MapError) -> Entry {
    // Columns are tab-separated; map names may hold spaces, but not in files with spaces between.
    var columns = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: true)
    if columns.count != 9 { columns = line.words }
    guard columns.count == 9 else {
      throw .columnCount(line: number, expected: 9, found: columns.count)
    }
    let names = [
      "bucket", "map", "width", "height", "start x", "start y", "goal x", "goal y", "distance",
    ]
    var numbers = [Int](repeating: 0, count: 9)
    for i in [0, 2, 3, 4, 5, 6, 7] {
      guard let value = columns[i].wholeNumber(upTo: 1 << 24) else {
        throw .invalidNumber(line: number, field: names[i], value: columns[i].shown)
      }
      numbers[i] = value
    }
    guard let distance = Double(columns[8].shown), distance.isFinite, distance >= 0 else {
      throw .invalidNumber(line: number, field: names[8], value: columns[8].shown)
    }
    for (name, i) in [("start", 4), ("goal", 6)]
    where numbers[i] >= numbers[2] || numbers[i + 1] >= numbers[3] {
      throw .outsideRaster(
        line: number, field: name, x: numbers[i], y: numbers[i + 1], width: numbers[2],
        height: numbers[3])
    }
    return Entry(
      line: number, bucket: numbers[0], map: String(decoding: columns[1], as: UTF8.self),
      width: Int32(numbers[2]), height: Int32(numbers[3]),
      start: Cell(x: Int32(numbers[4]), y: Int32(numbers[5])),
      goal: Cell(x: Int32(numbers[6]), y: Int32(numbers[7])), distance: distance)
  }
}

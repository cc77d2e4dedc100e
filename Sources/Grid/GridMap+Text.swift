// The `.map` format of the MovingAI benchmarks (Sturtevant 2012):
//
//     type octile
//     height 2
//     width 3
//     map
//     .@.
//     ...

extension GridMap {
  /// The largest raster a map may have, in cells.
  public static let cellLimit = 1 << 28

  /// Reads a MovingAI `.map`: `.`, `G` and `S` passable; `@`, `O`, `T` and `W` blocked.
  /// - Throws: `MapError` with line and value.
  /// - Complexity: O(bytes)
  public init(parsing bytes: [UInt8]) throws(MapError) {
    var lines = LineReader(bytes)
    let type = try lines.next(expecting: "'type octile'")
    guard type.words.map(\.shown) == ["type", "octile"] else {
      throw .unexpectedLine(line: lines.number, expected: "'type octile'", found: type.shown)
    }
    let height = try Self.header("height", &lines)
    let width = try Self.header("width", &lines)
    guard width * height <= Self.cellLimit else {
      throw .tooLarge(line: lines.number, width: width, height: height)
    }
    let map = try lines.next(expecting: "'map'")
    guard map.words.map(\.shown) == ["map"] else {
      throw .unexpectedLine(line: lines.number, expected: "'map'", found: map.shown)
    }
    var passable: [Bool] = []
    for row in 0..<height {
      let line = try lines.next(expecting: "row \(row + 1) of \(height)")
      guard line.count == width else {
        throw .rowLength(line: lines.number, expected: width, found: line.count)
      }
      try Self.append(line, at: lines.number, to: &passable)
    }
    while let line = lines.next() {
      guard line.isBlank else { throw .trailingText(line: lines.number, found: line.shown) }
    }
    self.init(width: Int32(width), height: Int32(height), passable: passable)
  }

  /// Reads a MovingAI `.map` from a string.
  /// - Throws: `MapError` with line and value.
  public init(parsing text: String) throws(MapError) { try self.init(parsing: Array(text.utf8)) }

  /// This map in MovingAI's `.map` format: `.` passable, `@` blocked.
  public var mapText: String {
    var bytes = Array("type octile\nheight \(height)\nwidth \(width)\nmap\n".utf8)
    bytes.reserveCapacity(bytes.count + passable.count + Int(height))
    for y in 0..<Int(height) {
      for x in 0..<Int(width) {
        bytes.append(UInt8(ascii: passable[y * Int(width) + x] ? "." : "@"))
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func header(_ name: String, _ lines: inout LineReader) throws(MapError) -> Int {
    let line = try lines.next(expecting: "'\(name) N'")
    let words = line.words
    guard words.count == 2, words[0].shown == name else {
      throw .unexpectedLine(line: lines.number, expected: "'\(name) N'", found: line.shown)
    }
    guard let value = words[1].wholeNumber(upTo: 1 << 20), value > 0 else {
      throw .invalidNumber(line: lines.number, field: name, value: words[1].shown)
    }
    return value
  }

  private static func append(
    _ line: ArraySlice<UInt8>, at number: Int, to passable: inout [Bool]
  ) throws(MapError) {
    for (column, byte) in line.enumerated() {
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "G"), UInt8(ascii: "S"): passable.append(true)
      case UInt8(ascii: "@"), UInt8(ascii: "O"), UInt8(ascii: "T"), UInt8(ascii: "W"):
        passable.append(false)
      default: throw .unknownCell(line: number, column: column + 1, value: byte)
      }
    }
  }
}

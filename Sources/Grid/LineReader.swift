/// The lines of a text, as byte slices without their ends (`\n`, `\r\n`).
package struct LineReader {
  /// The number of the line `next()` returned last, from 1.
  package private(set) var number = 0
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The next line, nil at the end. A last line without an end counts.
  package mutating func next() -> ArraySlice<UInt8>? {
    guard !rest.isEmpty else { return nil }
    number += 1
    let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
    var line = rest[rest.startIndex..<end]
    rest = end < rest.endIndex ? rest[(end + 1)...] : rest[end...]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }

  /// The next line, or an error that names what was expected.
  mutating func next(expecting what: String) throws(MapError) -> ArraySlice<UInt8> {
    guard let line = next() else { throw .endsEarly(line: number + 1, expected: what) }
    return line
  }
}

extension ArraySlice<UInt8> {
  /// As text for a message, shortened.
  package var shown: String { String(decoding: prefix(60), as: UTF8.self) }

  package var isBlank: Bool { allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

  /// The words between spaces and tabs.
  package var words: [ArraySlice<UInt8>] {
    split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  /// The decimal number these bytes spell, digits only, nil when not or above `limit`.
  package func wholeNumber(upTo limit: Int = Int(Int32.max)) -> Int? {
    guard !isEmpty else { return nil }
    var value = 0
    for byte in self {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      guard value <= limit else { return nil }
    }
    return value
  }
}

/// What is wrong with the text of a `.map` or `.scen` file. Lines count from 1.
public enum MapError: Error, Equatable, Sendable {
  /// The text ends before `expected`.
  case endsEarly(line: Int, expected: String)
  /// A header line is not the one expected there.
  case unexpectedLine(line: Int, expected: String, found: String)
  /// A field is not a whole number in its range.
  case invalidNumber(line: Int, field: String, value: String)
  /// A map larger than a raster may be.
  case tooLarge(line: Int, width: Int, height: Int)
  /// A map row with too few or too many cells.
  case rowLength(line: Int, expected: Int, found: Int)
  /// A byte that stands for no kind of cell.
  case unknownCell(line: Int, column: Int, value: UInt8)
  /// Something other than blank lines after the last row.
  case trailingText(line: Int, found: String)
  /// A scenario line with the wrong number of columns.
  case columnCount(line: Int, expected: Int, found: Int)
  /// A start or goal that is not on the scenario's own raster.
  case outsideRaster(line: Int, field: String, x: Int, y: Int, width: Int, height: Int)
}

extension MapError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .endsEarly(let line, let expected):
      "line \(line): the text ends where \(expected) is expected"
    case .unexpectedLine(let line, let expected, let found):
      "line \(line): expected \(expected), found '\(found)'"
    case .invalidNumber(let line, let field, let value):
      "line \(line): \(field) '\(value)' is not a whole number in its range"
    case .tooLarge(let line, let width, let height):
      "line \(line): a map of \(width) x \(height) cells is too large"
    case .rowLength(let line, let expected, let found):
      "line \(line): the row has \(found) cells instead of \(expected)"
    case .unknownCell(let line, let column, let value):
      "line \(line), column \(column): \(Self.quoted(value)) is no kind of cell"
    case .trailingText(let line, let found):
      "line \(line): '\(found)' after the last row"
    case .columnCount(let line, let expected, let found):
      "line \(line): \(found) columns instead of \(expected)"
    case .outsideRaster(let line, let field, let x, let y, let width, let height):
      "line \(line): \(field) (\(x), \(y)) lies outside \(width) x \(height) cells"
    }
  }

  private static func quoted(_ byte: UInt8) -> String {
    (0x20..<0x7F).contains(byte)
      ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
  }
}

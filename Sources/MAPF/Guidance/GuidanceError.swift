/// What is wrong with the text of a guidance file. Lines count from 1.
public enum GuidanceError: Error, Equatable, Sendable {
  /// The text ends before `expected`.
  case endsEarly(line: Int, expected: String)
  /// A line is not the one expected there.
  case unexpectedLine(line: Int, expected: String, found: String)
  /// A weight of turning or waiting that is not a whole number in its range.
  case invalidWeight(line: Int, field: String, value: String, limit: Int)
  /// The guidance is for a map of another size.
  case mapSize(line: Int, expected: String, found: String)
  /// A row with too few or too many entries.
  case rowLength(line: Int, expected: Int, found: Int)
  /// An entry that is neither `-` nor a whole number in its range.
  case invalidEntry(line: Int, column: Int, value: String, limit: Int)
  /// A move that the map has, without a weight.
  case missingWeight(line: Int, column: Int)
}

extension GuidanceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .endsEarly(let line, let expected):
      "line \(line): the text ends where \(expected) is expected"
    case .unexpectedLine(let line, let expected, let found):
      "line \(line): expected \(expected), found '\(found)'"
    case .invalidWeight(let line, let field, let value, let limit):
      "line \(line): \(field) '\(value)' is not a whole number from 1 to \(limit)"
    case .mapSize(let line, let expected, let found):
      "line \(line): the map has \(expected), the guidance \(found)"
    case .rowLength(let line, let expected, let found):
      "line \(line): the row has \(found) entries instead of \(expected)"
    case .invalidEntry(let line, let column, let value, let limit):
      "line \(line), entry \(column): '\(value)' is neither '-' nor a whole number from 1 to \(limit)"
    case .missingWeight(let line, let column):
      "line \(line), entry \(column): the map has a move here, '-' gives it no weight"
    }
  }
}

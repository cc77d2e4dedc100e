/// What is wrong with the files of a site, and where.
public struct SiteError: Error, Equatable, Sendable, CustomStringConvertible {
  public let file: String
  /// From 1; nil when no line is to blame.
  public let line: Int?
  /// From 1.
  public let column: Int?
  /// Names key and value, and says what is expected.
  public let text: String

  public init(file: String, line: Int? = nil, column: Int? = nil, text: String) {
    self.file = file
    self.line = line
    self.column = column
    self.text = text
  }

  /// `FILE:LINE:COLUMN: TEXT`.
  public var description: String {
    let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
    return "\(file)\(place): \(text)"
  }
}

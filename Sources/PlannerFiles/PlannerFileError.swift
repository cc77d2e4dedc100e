/// What is wrong with a file of the planner's commands, and where.
public struct PlannerFileError: Error, Equatable, Sendable, CustomStringConvertible {
  public let file: String
  /// From 1; nil when no line is to blame.
  public let line: Int?
  /// Names the value, and says what is expected.
  public let text: String

  public init(file: String, line: Int? = nil, text: String) {
    self.file = file
    self.line = line
    self.text = text
  }

  /// `FILE:LINE: TEXT`.
  public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(text)" }
}

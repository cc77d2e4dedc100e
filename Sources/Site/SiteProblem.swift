import Grid

/// Something about a site that hinders or prevents traffic on it (`map check`).
public struct SiteProblem: Sendable, Equatable, CustomStringConvertible {
  public enum Severity: String, Sendable, Equatable, Comparable {
    /// Worth knowing; the site works.
    case warning
    /// Not well-formed: robots would get stuck or tasks could never be done.
    case error

    public static func < (a: Self, b: Self) -> Bool { a == .warning && b == .error }
  }
  public let severity: Severity
  /// Names the ids and the first few cells, and says what to change.
  public let text: String
  /// The cells concerned, ascending; may be empty.
  public let cells: [Cell]

  public init(severity: Severity, text: String, cells: [Cell]) {
    self.severity = severity
    self.text = text
    self.cells = cells
  }

  public var description: String { "\(severity.rawValue): \(text)" }
}

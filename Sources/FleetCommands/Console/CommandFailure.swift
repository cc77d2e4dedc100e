import FleetModel

/// Why a command failed: told on standard error as "error: …" and "hint: …" (or as one JSON object
/// with `--json`), with the exit code that scripts see.
public struct CommandFailure: Error, Equatable, Sendable {
  /// Exit codes. Wrong usage exits with 64 through the argument parser.
  public enum ExitStatus: Int32, Sendable {
    /// Refused by the server, or failed.
    case failed = 1
    /// No server, or no answer from it.
    case unreachable = 3
  }

  public var status: ExitStatus
  /// A word for programs: a `Refusal.Code`, `unreachable`, `timeout`, `file` …
  public var code: String
  public var message: String
  /// What to do next; empty: nothing better than the message.
  public var hint: String

  public init(_ code: String, _ message: String, hint: String = "", status: ExitStatus = .failed) {
    self.status = status
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// What the server refused.
  public init(_ refusal: Refusal) {
    self.init(refusal.code.rawValue, refusal.message, hint: refusal.hint)
  }

  static func unreachable(_ message: String, hint: String) -> CommandFailure {
    CommandFailure("unreachable", message, hint: hint, status: .unreachable)
  }
}

extension CommandFailure: CustomStringConvertible {
  public var description: String {
    hint.isEmpty ? "error: \(message)" : "error: \(message)\nhint: \(hint)"
  }
}

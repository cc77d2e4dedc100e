import ArgumentParser
import Determinism
import Foundation

/// `--json`: for machines.
public struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document on standard output, errors as JSON on standard error.")
  public var json = false

  public init() {}

  /// Prints `value` as JSON, or what `text` makes.
  func print(_ value: some Encodable, text: () -> [String]) throws(CommandFailure) {
    let context = CommandContext.current
    if json {
      context.print(try JSONText.encode(value))
    } else {
      for line in text() { context.print(line) }
    }
  }
}

/// JSON as commands print it: keys sorted, in snake_case.
enum JSONText {
  static func encode(_ value: some Encodable) throws(CommandFailure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw CommandFailure("internal", "cannot write JSON: \(error)")
    }
  }
}

extension CommandFailure {
  private struct Document: Encodable {
    struct Body: Encodable {
      var code: String
      var message: String
      var hint: String?
    }
    var error: Body
  }

  /// `{"error":{"code":…,"hint":…,"message":…}}`
  var json: String {
    let body = Document.Body(code: code, message: message, hint: hint.isEmpty ? nil : hint)
    do throws(CommandFailure) {
      return try JSONText.encode(Document(error: body))
    } catch {
      return description
    }
  }
}

extension Instant {
  /// `2026-11-22T12:34:56.789Z`
  var iso8601: String {
    Date.ISO8601FormatStyle(includingFractionalSeconds: true)
      .format(Date(timeIntervalSince1970: Double(microseconds) / 1_000_000))
  }

  /// `11-22 12:34:56`, UTC, for tables.
  var short: String {
    String(iso8601.dropFirst(5).prefix(14)).replacingOccurrences(of: "T", with: " ")
  }
}

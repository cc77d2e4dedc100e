import FleetModel
import Yams

/// A node of a scenario file that knows its place, for errors.
struct ScenarioValue {
  let node: Node
  let file: String
  /// The keys that lead here, with dots; empty at the top.
  let path: String

  func fail(_ text: String) -> ScenarioError {
    let start = path.isEmpty ? "" : "\(path): "
    return ScenarioError(file: file, line: node.mark?.line, text: start + text)
  }

  private func failExpecting(_ expected: String) -> ScenarioError {
    fail("expected \(expected), found \(shown)")
  }

  private var shown: String {
    switch node {
    case .scalar(let scalar):
      scalar.string.isEmpty ? "nothing" : "\"\(scalar.string.prefix(60))\""
    case .mapping: "a mapping"
    case .sequence(let items): "a list of \(items.count)"
    case .alias: "an alias"
    }
  }

  func text(_ expected: String = "a text") throws(ScenarioError) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw failExpecting(expected)
    }
    return scalar.string
  }

  func number(in range: ClosedRange<Double>) throws(ScenarioError) -> Double {
    let text = try text("a number")
    guard let value = Double(text), value.isFinite else { throw failExpecting("a number") }
    guard range.contains(value) else {
      throw fail("\(text) is out of range; \(shown(range)) are possible")
    }
    return value
  }

  func integer(in range: ClosedRange<Int>) throws(ScenarioError) -> Int {
    let text = try text("a whole number")
    guard let value = Int(text) else { throw failExpecting("a whole number") }
    guard range.contains(value) else {
      throw fail(
        "\(text) is out of range; \(range.lowerBound) to \(range.upperBound) are possible")
    }
    return value
  }

  /// Seconds as a duration, to the millisecond.
  func seconds(in range: ClosedRange<Double>) throws(ScenarioError) -> Duration {
    .milliseconds(Int64((try number(in: range) * 1000).rounded()))
  }

  /// `[LOW, HIGH]`, or one number for both, times `scale` and rounded.
  func range(
    in range: ClosedRange<Double>, scale: Double = 1
  ) throws(ScenarioError) -> ClosedRange<Int> {
    guard case .sequence(let items) = node else {
      let value = Int((try number(in: range) * scale).rounded())
      return value...value
    }
    guard items.count == 2 else {
      throw fail("expected [lowest, highest], found a list of \(items.count)")
    }
    let low = try ScenarioValue(node: items[0], file: file, path: path).number(in: range)
    let high = try ScenarioValue(node: items[1], file: file, path: path).number(in: range)
    guard low <= high else { throw fail("the lowest, \(low), is above the highest, \(high)") }
    return Int((low * scale).rounded())...Int((high * scale).rounded())
  }

  /// The items of a list.
  func items() throws(ScenarioError) -> [ScenarioValue] {
    guard case .sequence(let items) = node else { throw failExpecting("a list") }
    return items.map { ScenarioValue(node: $0, file: file, path: path) }
  }

  var isMapping: Bool { if case .mapping = node { true } else { false } }

  /// The entries of a mapping, in the file's order.
  func entries() throws(ScenarioError) -> [(key: String, line: Int?, value: ScenarioValue)] {
    guard case .mapping(let mapping) = node else { throw failExpecting("a mapping") }
    var entries: [(key: String, line: Int?, value: ScenarioValue)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw ScenarioValue(node: key, file: file, path: path).fail("a key must be a text")
      }
      let inner = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
      entries.append(
        (scalar.string, key.mark?.line, ScenarioValue(node: value, file: file, path: inner)))
    }
    return entries
  }

  /// The entries of a mapping whose keys must be among `known`.
  func fields(_ known: [String]) throws(ScenarioError) -> [String: ScenarioValue] {
    var fields: [String: ScenarioValue] = [:]
    for (key, line, value) in try entries() {
      guard known.contains(key) else {
        throw ScenarioError(
          file: file, line: line,
          text: (path.isEmpty ? "" : "\(path): ")
            + "unknown key \"\(key)\"; known are \(known.joined(separator: ", "))")
      }
      fields[key] = value
    }
    return fields
  }

  private func shown(_ range: ClosedRange<Double>) -> String {
    func plain(_ value: Double) -> String {
      value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }
    return "\(plain(range.lowerBound)) to \(plain(range.upperBound))"
  }
}

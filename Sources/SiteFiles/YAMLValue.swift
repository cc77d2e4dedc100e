import FleetModel
import Yams

/// A node of a YAML file that knows its place and what it is about, for errors.
struct YAMLValue {
  let node: Node
  let file: String
  /// What it belongs to, as errors begin: `station "dock-3"`; empty at the top.
  var owner: String
  /// Its key in the owner; empty for the owner itself.
  var key: String

  func fail(_ text: String) -> SiteError {
    let start = [owner, key].filter { !$0.isEmpty }.map { "\($0): " }.joined()
    return SiteError(
      file: file, line: node.mark?.line, column: node.mark?.column, text: start + text)
  }

  private func failExpecting(_ expected: String) -> SiteError {
    fail("expected \(expected), found \(shown)")
  }

  /// A short form of the value.
  var shown: String {
    switch node {
    case .scalar(let scalar):
      if scalar.string.isEmpty { "nothing" } else { "\"\(scalar.string.prefix(60))\"" }
    case .mapping: "a mapping"
    case .sequence(let items): "a list of \(items.count)"
    case .alias: "an alias"
    }
  }

  private func scalar(_ expected: String) throws(SiteError) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw failExpecting(expected)
    }
    return scalar.string
  }

  func text() throws(SiteError) -> String { try scalar("a text") }

  func integer() throws(SiteError) -> Int64 {
    let expected = "a whole number"
    guard let value = Int64(try scalar(expected)) else { throw failExpecting(expected) }
    return value
  }

  func integer32(in range: ClosedRange<Int32>) throws(SiteError) -> Int32 {
    let value = try integer()
    guard let small = Int32(exactly: value), range.contains(small) else {
      throw fail(
        "\(value) is out of range; \(range.lowerBound) to \(range.upperBound) are possible")
    }
    return small
  }

  /// A decimal number times `scale`, rounded.
  func scaled(by scale: Double, in range: ClosedRange<Double>) throws(SiteError) -> Int64 {
    let expected = "a number"
    let text = try scalar(expected)
    guard let value = Double(text), value.isFinite else { throw failExpecting(expected) }
    guard range.contains(value) else {
      throw fail("\(text) is out of range; \(range.lowerBound) to \(range.upperBound) are possible")
    }
    return Int64((value * scale).rounded())
  }

  func boolean() throws(SiteError) -> Bool {
    switch try scalar("true or false") {
    case "true": true
    case "false": false
    default: throw failExpecting("true or false")
    }
  }

  func identifier<Tag>() throws(SiteError) -> Identifier<Tag> {
    let text = try scalar("an id")
    do { return try Identifier(text) } catch { throw fail(error.description) }
  }

  /// - Parameter expected: what the list holds, for the error.
  func list(_ expected: String) throws(SiteError) -> [YAMLValue] {
    guard case .sequence(let items) = node else { throw failExpecting("a list of \(expected)") }
    return items.map { YAMLValue(node: $0, file: file, owner: owner, key: key) }
  }

  /// The entries of a mapping whose keys must be among `known`.
  func fields(_ known: [String]) throws(SiteError) -> YAMLFields {
    let fields = try anyFields()
    for (name, _) in fields.values where !known.contains(name.text) {
      let hint =
        nearest(to: name.text, among: known).map { "; did you mean \"\($0)\"?" }
        ?? "; known are \(known.joined(separator: ", "))"
      throw SiteError(
        file: file, line: name.line, column: name.column,
        text: (owner.isEmpty ? "" : "\(owner): ") + "unknown key \"\(name.text)\"\(hint)")
    }
    return fields
  }

  /// The entries of a mapping with keys of the user's choice.
  func anyFields() throws(SiteError) -> YAMLFields {
    guard case .mapping(let mapping) = node else { throw failExpecting("a mapping") }
    var values: [(name: YAMLFields.Name, value: YAMLValue)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw YAMLValue(node: key, file: file, owner: owner, key: "").fail("a key must be a text")
      }
      let name = YAMLFields.Name(
        text: scalar.string, line: key.mark?.line, column: key.mark?.column)
      values.append(
        (name, YAMLValue(node: value, file: file, owner: owner, key: scalar.string)))
    }
    return YAMLFields(whole: self, values: values)
  }
}

/// The entries of a YAML mapping.
struct YAMLFields {
  struct Name {
    let text: String
    let line: Int?
    let column: Int?
  }
  let whole: YAMLValue
  /// In the file's order.
  let values: [(name: Name, value: YAMLValue)]

  func optional(_ name: String) -> YAMLValue? {
    values.first { $0.name.text == name }?.value
  }

  func required(_ name: String) throws(SiteError) -> YAMLValue {
    guard let value = optional(name) else { throw whole.fail("the key \"\(name)\" is missing") }
    return value
  }

  /// The same entries, of which errors say that they belong to `owner`.
  func owned(by owner: String) -> YAMLFields {
    var whole = whole
    whole.owner = owner
    whole.key = ""
    return YAMLFields(
      whole: whole,
      values: values.map { name, value in
        var value = value
        value.owner = owner
        return (name, value)
      })
  }
}

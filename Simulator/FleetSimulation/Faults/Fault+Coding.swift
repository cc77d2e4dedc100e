import Determinism

extension Fault: Codable {
  private enum Key: String, CodingKey {
    case after = "at_s"
    case kind, robot
    case lasting = "for_s"
    case amount, x, y, event
  }

  /// Reads what `encode` wrote; keys that are not there stand for zero or nothing.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    self.init(
      after: Self.duration(try fields.decodeIfPresent(Double.self, forKey: .after)),
      try fields.decode(FaultKind.self, forKey: .kind),
      robot: try fields.decodeIfPresent(Int.self, forKey: .robot),
      lasting: Self.duration(try fields.decodeIfPresent(Double.self, forKey: .lasting)),
      amount: try fields.decodeIfPresent(Int.self, forKey: .amount) ?? 0,
      x: try fields.decodeIfPresent(Int.self, forKey: .x) ?? 0,
      y: try fields.decodeIfPresent(Int.self, forKey: .y) ?? 0,
      event: try fields.decodeIfPresent(Int64.self, forKey: .event))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(after.inSeconds, forKey: .after)
    try fields.encode(kind, forKey: .kind)
    try fields.encodeIfPresent(robot, forKey: .robot)
    if lasting > .zero { try fields.encode(lasting.inSeconds, forKey: .lasting) }
    if amount != 0 { try fields.encode(amount, forKey: .amount) }
    if x != 0 { try fields.encode(x, forKey: .x) }
    if y != 0 { try fields.encode(y, forKey: .y) }
    try fields.encodeIfPresent(event, forKey: .event)
  }

  /// One entry of `faults.list` in a scenario file, as YAML: `{at_s: 3.5, kind: stops, …}`.
  public var yaml: String {
    var parts = ["at_s: \(after.inSeconds)", "kind: \(kind.rawValue)"]
    if let robot { parts.append("robot: \(robot)") }
    if lasting > .zero { parts.append("for_s: \(lasting.inSeconds)") }
    if amount != 0 { parts.append("amount: \(amount)") }
    if x != 0 { parts.append("x: \(x)") }
    if y != 0 { parts.append("y: \(y)") }
    if let event { parts.append("event: \(event)") }
    return "{" + parts.joined(separator: ", ") + "}"
  }

  /// To the microsecond.
  static func duration(_ seconds: Double?) -> Duration {
    .microseconds(Int64(((seconds ?? 0) * 1e6).rounded()))
  }
}

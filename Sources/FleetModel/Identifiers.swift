/// A validated name: 1 to 64 of `A-Z a-z 0-9 _ -`, so that it can stand in an MQTT topic, a user
/// name, a file name and a command line without quoting. The tag keeps kinds apart.
public struct Identifier<Tag>: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
  public let text: String

  /// - Throws: `IdentifierError` naming the text, when it is empty, too long or has other characters.
  public init(_ text: String) throws(IdentifierError) {
    guard Self.isValid(text) else { throw IdentifierError(text: text) }
    self.text = text
  }

  /// The name of something of another kind.
  public init<Other>(_ other: Identifier<Other>) { text = other.text }

  /// Whether `text` is 1 to 64 characters of the allowed set.
  public static func isValid(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...64).contains(bytes.count) && bytes.allSatisfy(isAllowed)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
  public var description: String { text }

  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// A text that is no identifier.
public struct IdentifierError: Error, Equatable, CustomStringConvertible {
  public let text: String
  public var description: String {
    "\"\(text)\" is no valid id: 1 to 64 of A-Z a-z 0-9 _ - are allowed"
  }
}

public enum RobotTag {}
public enum TaskTag {}
public enum StationTag {}
public enum ZoneTag {}
public enum RouteTag {}
public enum AreaTag {}
public enum ClassTag {}
public enum OperatorTag {}
public enum ClientTag {}
public enum ClientKeyTag {}
public enum SiteTag {}

public typealias RobotID = Identifier<RobotTag>
public typealias TaskID = Identifier<TaskTag>
/// A station, charger or parking place: whatever a robot can be sent to by name.
public typealias StationID = Identifier<StationTag>
public typealias ZoneID = Identifier<ZoneTag>
/// A patrol route.
public typealias RouteID = Identifier<RouteTag>
/// A sweep area.
public typealias AreaID = Identifier<AreaTag>
public typealias ClassID = Identifier<ClassTag>
public typealias OperatorID = Identifier<OperatorTag>
/// One connection of an operator; its replies come back on a topic of this name.
public typealias ClientID = Identifier<ClientTag>
/// The operator's own name for a submission, which makes it idempotent.
public typealias ClientKey = Identifier<ClientKeyTag>
public typealias SiteID = Identifier<SiteTag>

/// The dense number of a robot within one `Fleet`: an index into its arrays. Never leaves the
/// process; the wire and the store use `RobotID`.
public struct RobotIndex: Hashable, Comparable, Sendable, Codable {
  public let rawValue: Int32
  @inlinable public init(_ rawValue: Int32) { self.rawValue = rawValue }
  @inlinable public var index: Int { Int(rawValue) }
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

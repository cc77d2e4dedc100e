import FleetModel

/// The topic names of a site, `drover/v1/SITE/…`, both ways (docs/protocol.md).
public struct Topics: Sendable, Equatable {
  public let site: SiteID
  /// With the closing slash.
  public let root: String

  public init(site: SiteID) {
    self.site = site
    root = "drover/v1/\(site)/"
  }

  public func connection(_ robot: RobotID) -> String { "\(root)robots/\(robot)/connection" }
  public func factsheet(_ robot: RobotID) -> String { "\(root)robots/\(robot)/factsheet" }
  public func state(_ robot: RobotID) -> String { "\(root)robots/\(robot)/state" }
  public func report(_ robot: RobotID) -> String { "\(root)robots/\(robot)/report" }
  public func control(_ robot: RobotID) -> String { "\(root)robots/\(robot)/control" }
  public var heartbeat: String { "\(root)fleet/heartbeat" }
  public var events: String { "\(root)fleet/events" }

  public func requests(_ user: OperatorID) -> String { "\(root)operators/\(user)/requests" }
  public func replies(_ user: OperatorID, _ client: ClientID) -> String {
    "\(root)operators/\(user)/replies/\(client)"
  }

  /// What the server subscribes to, with the QoS.
  public var serverFilters: [(filter: String, qos: Int32)] {
    [
      ("\(root)robots/+/connection", 1), ("\(root)robots/+/factsheet", 1),
      ("\(root)robots/+/state", 0), ("\(root)robots/+/report", 1),
      ("\(root)operators/+/requests", 1),
    ]
  }

  /// What a robot subscribes to, with the QoS.
  public func robotFilters(_ robot: RobotID) -> [(filter: String, qos: Int32)] {
    [(control(robot), 1), (heartbeat, 0)]
  }

  /// The topic that `name` spells; nil for any other than this site's.
  ///
  /// Who speaks is taken from here, never from the payload.
  /// - Complexity: O(length of `name`)
  public func parse(_ name: String) -> TopicName? {
    guard name.hasPrefix(root) else { return nil }
    let parts = name.utf8.dropFirst(root.utf8.count)
      .split(separator: UInt8(ascii: "/"), maxSplits: 4, omittingEmptySubsequences: false)
      .map { Substring($0) }
    switch parts.count {
    case 2 where parts[0] == "fleet": return fleet(parts[1])
    case 3 where parts[0] == "robots": return robot(parts[1], parts[2])
    case 3 where parts[0] == "operators" && parts[2] == "requests":
      return id(parts[1]).map(TopicName.requests)
    case 4 where parts[0] == "operators" && parts[2] == "replies":
      guard let user: OperatorID = id(parts[1]), let client: ClientID = id(parts[3]) else {
        return nil
      }
      return .replies(user, client)
    default: return nil
    }
  }

  private func fleet(_ kind: Substring) -> TopicName? {
    switch kind {
    case "heartbeat": .heartbeat
    case "events": .events
    default: nil
    }
  }

  private func robot(_ name: Substring, _ kind: Substring) -> TopicName? {
    guard let robot: RobotID = id(name) else { return nil }
    return switch kind {
    case "connection": .connection(robot)
    case "factsheet": .factsheet(robot)
    case "state": .state(robot)
    case "report": .report(robot)
    case "control": .control(robot)
    default: nil
    }
  }

  private func id<Tag>(_ text: Substring) -> Identifier<Tag>? {
    do throws(IdentifierError) { return try Identifier(String(text)) } catch { return nil }
  }
}

/// A topic of a site, taken apart.
public enum TopicName: Sendable, Hashable {
  case connection(RobotID)
  case factsheet(RobotID)
  case state(RobotID)
  case report(RobotID)
  case control(RobotID)
  case heartbeat
  case events
  case requests(OperatorID)
  case replies(OperatorID, ClientID)
}

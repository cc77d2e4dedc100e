import FleetModel

/// What a user of the broker may do with the topics of a filter.
public enum Access: Sendable, Hashable {
  /// Subscribe and receive.
  case read
  /// Publish.
  case write
}

/// One line of a user's access list; what no line allows is forbidden.
public struct Permission: Sendable, Hashable {
  public var access: Access
  /// An MQTT topic filter.
  public var filter: String
  public init(_ access: Access, _ filter: String) {
    self.access = access
    self.filter = filter
  }
}

extension Topics {
  /// A robot speaks on its own topics and hears its own orders and the heartbeat.
  public func permissions(robot: RobotID) -> [Permission] {
    [
      Permission(.write, connection(robot)), Permission(.write, factsheet(robot)),
      Permission(.write, state(robot)), Permission(.write, report(robot)),
      Permission(.read, control(robot)), Permission(.read, heartbeat),
    ]
  }

  /// An operator asks under its own name, and hears its own replies and what the fleet tells.
  public func permissions(operator user: OperatorID) -> [Permission] {
    [
      Permission(.write, requests(user)),
      Permission(.read, "\(root)operators/\(user)/replies/+"),
      Permission(.read, heartbeat), Permission(.read, events),
    ]
  }

  /// The server hears everybody and speaks for itself; it may also clear the retained words of a
  /// robot that was removed.
  public var serverPermissions: [Permission] {
    serverFilters.map { Permission(.read, $0.filter) } + [
      Permission(.write, "\(root)robots/+/control"),
      Permission(.write, "\(root)robots/+/connection"),
      Permission(.write, "\(root)robots/+/factsheet"),
      Permission(.write, heartbeat), Permission(.write, events),
      Permission(.write, "\(root)operators/+/replies/+"),
    ]
  }
}

/// Why the transport could not do what it was asked.
public enum TransportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system refused a resource: `call` failed with the system's own words.
  case system(call: String, reason: String)
  /// A setting that libmosquitto refuses, for instance a will on a malformed topic.
  case invalidSettings(String)
  /// No such connection, or it was removed.
  case unknownConnection(ConnectionID)
  /// The connection is not up at the moment.
  case notConnected(ConnectionID)
  /// Too much is unsent or unacknowledged; `TransportEvent.drained` says when to go on.
  case backpressure(ConnectionID)
  /// The message itself can never be sent (bad topic, too large).
  case unsendable(topic: String, reason: String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .system(let call, let reason): "\(call): \(reason)"
    case .invalidSettings(let reason): "invalid connection settings: \(reason)"
    case .unknownConnection(let id): "there is no MQTT connection \(id.rawValue)"
    case .notConnected(let id): "MQTT connection \(id.rawValue) is not connected"
    case .backpressure(let id): "too many unsent messages on MQTT connection \(id.rawValue)"
    case .unsendable(let topic, let reason): "cannot publish on \(topic): \(reason)"
    }
  }
}

/// How surely a message is delivered to the broker. QoS 2 is not used (docs/protocol.md).
public enum QoS: UInt8, Hashable, Sendable {
  /// Sent once; lost with the connection.
  case atMostOnce = 0
  /// Sent until the broker acknowledges it. That says nothing of the receiver: a broker that
  /// dies after its acknowledgement takes the message with it.
  case atLeastOnce = 1
}

/// One MQTT message, as published, received, or left as a last will.
public struct MQTTMessage: Hashable, Sendable {
  /// The topic name (no wildcards).
  public var topic: String
  /// The payload, uninterpreted.
  public var payload: [UInt8]
  /// The quality of service it is published with, or was delivered with.
  public var qos: QoS
  /// When published: keep as the topic's retained message. When received: it was such a one.
  public var retain: Bool

  /// Makes a message.
  public init(topic: String, payload: [UInt8], qos: QoS, retain: Bool = false) {
    self.topic = topic
    self.payload = payload
    self.qos = qos
    self.retain = retain
  }
}

/// A topic filter (wildcards `+` and `#` allowed) to subscribe to at every connect.
public struct MQTTSubscription: Hashable, Sendable {
  /// The topic filter.
  public var filter: String
  /// The highest quality of service to be delivered with.
  public var qos: QoS

  /// Makes a subscription.
  public init(_ filter: String, qos: QoS) {
    self.filter = filter
    self.qos = qos
  }
}

/// A connection of an `MQTTLoop`, for the loop's life; never used twice.
public struct ConnectionID: Hashable, Sendable {
  /// Counts up from 0 in the order of `MQTTLoop.add`.
  public let rawValue: Int32

  init(rawValue: Int32) { self.rawValue = rawValue }
}

/// All that one connection needs to be made, and made again.
public struct MQTTConnectionSettings: Sendable {
  /// Where the broker is.
  public var endpoint: MQTTEndpoint
  /// The client id, or empty to be given one. Two connections with one id throw each other out.
  public var clientID: String
  /// The user name, or nil for an anonymous connection.
  public var username: String?
  /// The password.
  public var password: String?
  /// Seconds of silence after which a ping is sent, and twice that until the broker is taken
  /// for lost; at least 5.
  public var keepAliveSeconds: Int32
  /// What the broker publishes when the connection ends without a DISCONNECT.
  public var will: MQTTMessage?
  /// Renewed at every connect, before `TransportEvent.connected` is told.
  public var subscriptions: [MQTTSubscription]

  /// Makes settings.
  public init(
    endpoint: MQTTEndpoint, clientID: String, username: String? = nil, password: String? = nil,
    keepAliveSeconds: Int32 = 10, will: MQTTMessage? = nil,
    subscriptions: [MQTTSubscription] = []
  ) {
    self.endpoint = endpoint
    self.clientID = clientID
    self.username = username
    self.password = password
    self.keepAliveSeconds = keepAliveSeconds
    self.will = will
    self.subscriptions = subscriptions
  }
}

/// What `MQTTLoop.poll` tells.
public enum TransportEvent: Equatable, Sendable {
  /// The broker accepted the connection and every subscription; publishing works from here on.
  case connected(ConnectionID)
  /// A connection that had been told as `connected` is lost. It will be tried again.
  case disconnected(ConnectionID, reason: String)
  /// An attempt failed before the broker answered. It will be tried again.
  case unreachable(ConnectionID, reason: String)
  /// The broker refused the connection or a subscription. It will be tried again, slowly,
  /// since credentials may be granted later; whoever does not want that removes it.
  case refused(ConnectionID, reason: String)
  /// A message has arrived.
  case message(ConnectionID, MQTTMessage)
  /// A connection that threw `TransportError.backpressure` has room again.
  case drained(ConnectionID)
  /// A watched file descriptor can be read.
  case readable(fileDescriptor: Int32)
}

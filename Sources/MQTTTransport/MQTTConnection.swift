/// One connection of a loop: its settings, and where it stands.
final class MQTTConnection {
  enum Phase {
    /// No client; the retry queue or the starting queue holds it.
    case waiting
    /// The socket is connecting, or the broker has not answered the CONNECT.
    case connecting(MosquittoClient, giveUp: ContinuousClock.Instant)
    /// Accepted; `missing` subscriptions are not confirmed yet.
    case subscribing(MosquittoClient, missing: Int, giveUp: ContinuousClock.Instant)
    /// In use.
    case connected(MosquittoClient)
    /// Removed; the DISCONNECT is on its way out.
    case closing(MosquittoClient, giveUp: ContinuousClock.Instant)
  }

  let id: ConnectionID
  var settings: MQTTConnectionSettings
  var phase = Phase.waiting
  /// Counts attempts; events and queue entries of an earlier one are stale.
  var attempt: UInt32 = 0
  /// Attempts that failed since the last success.
  var failures = 0
  /// Why the broker said no in this attempt.
  var refusal: String?
  /// The socket as epoll knows it, and whether it waits for writability.
  var watched: (socket: Int32, writing: Bool)?
  /// The socket has been writable once: TCP is connected.
  var opened = false
  /// Threw `backpressure` and has to be told when there is room.
  var awaitsRoom = false
  /// Messages that came before the last subscription was confirmed.
  var held: [MQTTMessage] = []

  init(id: ConnectionID, settings: MQTTConnectionSettings) {
    self.id = id
    self.settings = settings
  }

  var client: MosquittoClient? {
    switch phase {
    case .waiting: nil
    case .connecting(let client, _), .subscribing(let client, _, _), .connected(let client),
      .closing(let client, _):
      client
    }
  }

  /// When an unfinished attempt or an unfinished farewell is given up.
  var giveUp: ContinuousClock.Instant? {
    switch phase {
    case .waiting, .connected: nil
    case .connecting(_, let time), .subscribing(_, _, let time), .closing(_, let time): time
    }
  }

  /// Counts against the limit of attempts under way.
  var isStarting: Bool {
    switch phase {
    case .connecting, .subscribing: true
    case .waiting, .connected, .closing: false
    }
  }

  /// What epoll reports this connection's present socket as.
  var token: UInt64 { UInt64(attempt) << 32 | UInt64(UInt32(bitPattern: id.rawValue)) }
}

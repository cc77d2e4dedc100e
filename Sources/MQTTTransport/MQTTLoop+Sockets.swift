import CLinux

/// Ready sockets: what they bring, and what their connections become by it.
extension MQTTLoop {
  func handle(_ ready: Epoll.Ready) {
    if ready.token & Self.foreignMark != 0 {
      let descriptor = Int32(truncatingIfNeeded: ready.token & ~Self.foreignMark)
      return pending.append(.readable(fileDescriptor: descriptor))
    }
    let id = ConnectionID(rawValue: Int32(truncatingIfNeeded: ready.token))
    guard let connection = find(id), connection.token == ready.token, let client = connection.client
    else { return }
    if let reason = serve(connection, client, ready) { return lose(connection, reason) }
    watch(connection, client)
    if connection.awaitsRoom, client.outstanding <= settings.outstandingMessages / 2 {
      connection.awaitsRoom = false
      pending.append(.drained(id))
    }
  }

  /// Lets a ready socket's client read and write. - Returns: nil, or why it is lost.
  private func serve(
    _ connection: MQTTConnection, _ client: MosquittoClient, _ ready: Epoll.Ready
  ) -> String? {
    if ready.failed {
      let error = linux_socket_error(client.socket)
      if error != 0 { return MosquittoClient.systemText(error) }
    }
    let handshaking = connection.settings.endpoint.tls != nil && connection.isStarting
    if ready.writable { connection.opened = true }
    var reason: String?
    if ready.readable || handshaking { reason = client.read(packets: 64) }
    if reason == nil, client.wantsWrite || handshaking { reason = client.write() }
    reason = absorb(connection, client) ?? reason
    if let reason { return reason }
    if client.socket < 0 { return "the connection was closed" }
    if ready.peerClosed, handshaking, connection.isStarting {
      return "the broker closed the connection before the TLS handshake was done"
    }
    return nil
  }

  /// Takes in what the client was told. - Returns: nil, or why the attempt has failed.
  private func absorb(_ connection: MQTTConnection, _ client: MosquittoClient) -> String? {
    var failure: String?
    for notice in client.takeNotices() {
      switch notice {
      case .accepted: failure = accepted(connection, client) ?? failure
      case .refused(let reason):
        connection.refusal = reason
        failure = reason
      case .subscribed(let granted):
        if granted { confirmed(connection) } else { failure = refusedSubscription(connection) }
      case .message(let message): received(connection, message)
      }
    }
    return failure
  }

  private func accepted(_ connection: MQTTConnection, _ client: MosquittoClient) -> String? {
    guard case .connecting(_, let giveUp) = connection.phase else { return nil }
    let wanted = connection.settings.subscriptions
    connection.phase = .subscribing(client, missing: wanted.count, giveUp: giveUp)
    for subscription in wanted {
      if let reason = client.subscribe(subscription) { return reason }
    }
    if wanted.isEmpty { complete(connection, client) }
    return nil
  }

  private func confirmed(_ connection: MQTTConnection) {
    guard case .subscribing(let client, let missing, let giveUp) = connection.phase else { return }
    connection.phase = .subscribing(client, missing: missing - 1, giveUp: giveUp)
    if missing == 1 { complete(connection, client) }
  }

  private func complete(_ connection: MQTTConnection, _ client: MosquittoClient) {
    connection.phase = .connected(client)
    connection.failures = 0
    attemptsUnderWay -= 1
    pending.append(.connected(connection.id))
    pending += connection.held.map { .message(connection.id, $0) }
    connection.held = []
  }

  private func refusedSubscription(_ connection: MQTTConnection) -> String {
    let filters = connection.settings.subscriptions.map(\.filter).joined(separator: ", ")
    let reason = "the broker refused a subscription (asked for: \(filters))"
    connection.refusal = reason
    return reason
  }

  private func received(_ connection: MQTTConnection, _ message: MQTTMessage) {
    switch connection.phase {
    case .connected: pending.append(.message(connection.id, message))
    case .connecting, .subscribing: connection.held.append(message)
    case .waiting, .closing: break
    }
  }
}

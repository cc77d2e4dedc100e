/// The life of an attempt to connect: when it starts, and what follows when it or its connection
/// ends.
extension MQTTLoop {
  /// A refusal counts as this many failures: credentials seldom change within a second.
  private static let failuresOfRefused = 4

  func startAttempts(_ now: ContinuousClock.Instant) {
    while let entry = retries.popDue(now: now) { starting.append(entry) }
    while attemptsUnderWay < settings.concurrentAttempts, startingHead < starting.count {
      let entry = starting[startingHead]
      startingHead += 1
      guard let connection = find(entry.id), connection.attempt == entry.attempt else { continue }
      start(connection, now)
    }
    if startingHead == starting.count {
      starting.removeAll(keepingCapacity: true)
      startingHead = 0
    }
  }

  private func start(_ connection: MQTTConnection, _ now: ContinuousClock.Instant) {
    connection.attempt &+= 1
    connection.opened = false
    connection.refusal = nil
    do {
      let client = try MosquittoClient(connection.settings)
      connection.phase = .connecting(client, giveUp: now + settings.attemptTimeout)
      attemptsUnderWay += 1
      if let reason = client.connect() { return lose(connection, reason) }
      watch(connection, client)
    } catch {
      pending.append(.unreachable(connection.id, reason: error.description))
      retryLater(connection)
    }
  }

  /// Tells epoll what the client's socket waits for, if that has changed.
  func watch(_ connection: MQTTConnection, _ client: MosquittoClient) {
    let socket = client.socket
    guard socket >= 0 else { return }
    let writing = !connection.opened || client.wantsWrite
    if let watched = connection.watched, watched.socket == socket {
      if watched.writing != writing {
        epoll.change(socket, token: connection.token, writing: writing)
      }
    } else {
      do {
        try epoll.add(socket, token: connection.token, writing: writing)
      } catch {
        return lose(connection, error.description)
      }
    }
    connection.watched = (socket, writing)
  }

  // MARK: Endings

  /// Ends the present attempt or connection, tells it, and plans the next attempt.
  func lose(_ connection: MQTTConnection, _ reason: String) {
    if case .closing = connection.phase { return forget(connection) }
    let wasConnected = !connection.isStarting
    if let refusal = connection.refusal {
      connection.failures = max(connection.failures, Self.failuresOfRefused)
      pending.append(.refused(connection.id, reason: refusal))
    } else if wasConnected {
      pending.append(.disconnected(connection.id, reason: reason))
    } else {
      let url = connection.settings.endpoint.url
      pending.append(.unreachable(connection.id, reason: "cannot reach \(url): \(reason)"))
    }
    drop(connection)
    retryLater(connection)
  }

  private func retryLater(_ connection: MQTTConnection) {
    connection.failures += 1
    let backoff = Backoff(
      first: settings.firstRetry, limit: settings.longestRetry, seed: settings.seed)
    retry(
      connection, after: backoff.delay(failures: connection.failures, connection: connection.id))
  }

  func retry(_ connection: MQTTConnection, after wait: Duration) {
    connection.attempt &+= 1
    retries.insert(
      RetryQueue.Entry(due: clock.now + wait, id: connection.id, attempt: connection.attempt))
  }

  /// Closes the socket without a farewell.
  func drop(_ connection: MQTTConnection) {
    if connection.isStarting { attemptsUnderWay -= 1 }
    if case .closing = connection.phase { closing -= 1 }
    connection.phase = .waiting
    connection.watched = nil
    connection.awaitsRoom = false
    connection.held = []
  }

  func forget(_ connection: MQTTConnection) {
    drop(connection)
    connections[Int(connection.id.rawValue)] = nil
  }

  /// Once a second: keep-alives, and attempts that take too long.
  func sweep(_ now: ContinuousClock.Instant) {
    nextSweep = now + .seconds(1)
    for case let connection? in connections {
      guard let client = connection.client else { continue }
      if let giveUp = connection.giveUp, giveUp <= now {
        lose(connection, "no answer within \(settings.attemptTimeout)")
      } else if let reason = client.keepAlive() {
        lose(connection, reason)
      } else {
        watch(connection, client)
      }
    }
  }
}

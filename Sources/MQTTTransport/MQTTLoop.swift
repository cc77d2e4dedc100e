import CLinux
import Glibc

/// Many MQTT connections driven by one epoll on the caller's thread.
///
/// Nothing happens behind the caller's back: connections are made, messages read and pings sent
/// inside `poll`, messages written inside `publish` and `poll`. There are no callbacks, threads
/// or locks. A loop belongs to the thread (or actor) that made it.
///
/// The cost of a `poll` follows the number of ready sockets, not of connections; once a second
/// every connection is looked at for its keep-alive.
///
/// How to read this folder: `Message.swift` has the values that go in and out; `MQTTLoop` keeps
/// `MQTTConnection`s, each of which owns a `MosquittoClient` (the border to C) while an attempt
/// or a connection lasts; `PrivateBroker` is the broker process.
public final class MQTTLoop {
  /// The loop's limits.
  public struct Settings: Sendable {
    /// Attempts to connect that may be under way at once. A broker's accept queue holds about
    /// 100; beyond it the kernel drops attempts and they take seconds.
    public var concurrentAttempts = 40
    /// The wait before the second attempt; doubles with each failure.
    public var firstRetry = Duration.milliseconds(100)
    /// The longest wait between two attempts.
    public var longestRetry = Duration.seconds(5)
    /// How long an attempt may take, up to the last confirmed subscription.
    public var attemptTimeout = Duration.seconds(10)
    /// Unsent and unacknowledged messages of one connection, above which `publish` throws.
    public var outstandingMessages = 1_000
    /// Seeds the jitter of the waits.
    public var seed: UInt64 = 0

    /// The default limits.
    public init() {}
  }

  let settings: Settings
  private let clock = ContinuousClock()
  private var epoll: Epoll
  /// Indexed by `ConnectionID.rawValue`; nil once removed.
  private var connections: [MQTTConnection?] = []
  private var retries = RetryQueue()
  /// Due, and waiting for one of the concurrent attempts to end; `startingHead` is the first.
  private var starting: [RetryQueue.Entry] = []
  private var startingHead = 0
  private var attemptsUnderWay = 0
  private var closing = 0
  private var nextSweep: ContinuousClock.Instant
  private var pending: [TransportEvent] = []

  /// Makes a loop without connections. Raises this process's limit of open files to the most
  /// the system allows, since each connection takes three.
  public init(_ settings: Settings = Settings()) throws(TransportError) {
    self.settings = settings
    self.epoll = try Epoll()
    self.nextSweep = clock.now + .seconds(1)
    try OpenFiles.raiseLimit()
  }

  // MARK: Connections

  /// Adds a connection, which is made by the polls to come, kept, and made again when it is
  /// lost. - Throws: `invalidSettings`, when no broker could ever accept them.
  public func add(_ settings: MQTTConnectionSettings) throws(TransportError) -> ConnectionID {
    _ = try MosquittoClient(settings)
    let id = ConnectionID(rawValue: Int32(connections.count))
    connections.append(MQTTConnection(id: id, settings: settings))
    starting.append(RetryQueue.Entry(due: clock.now, id: id, attempt: 0))
    return id
  }

  /// Ends a connection with a DISCONNECT (its will is not published) after what is queued.
  /// `poll` has to run on until `isClosing` is false, or the farewell may be lost.
  public func remove(_ id: ConnectionID) throws(TransportError) {
    let connection = try known(id)
    switch connection.phase {
    case .waiting, .connecting, .closing: return forget(connection)
    case .subscribing: attemptsUnderWay -= 1
    case .connected: break
    }
    guard let client = connection.client else { return }
    client.disconnect()
    connection.phase = .connected(client)
    guard client.socket >= 0 else { return forget(connection) }
    connection.phase = .closing(client, giveUp: clock.now + .seconds(2))
    closing += 1
    watch(connection, client)
  }

  /// A removed connection's DISCONNECT is still on its way out.
  public var isClosing: Bool { closing > 0 }

  /// Drops the socket without a DISCONNECT, so that the broker publishes the will.
  /// - Parameter reconnectAfter: when to connect again; nil removes the connection.
  public func abort(
    _ id: ConnectionID, reconnectAfter: Duration? = nil
  ) throws(TransportError) {
    let connection = try known(id)
    guard let reconnectAfter else { return forget(connection) }
    drop(connection)
    retry(connection, after: reconnectAfter)
  }

  /// Replaces the will that the next attempts leave with the broker. A present connection keeps
  /// its own. Since no attempt begins before `poll` has told how the last one ended, a caller
  /// that sets a new will on `disconnected` never sees an old one used.
  public func updateWill(_ id: ConnectionID, _ will: MQTTMessage?) throws(TransportError) {
    var changed = try known(id).settings
    changed.will = will
    try update(id, changed)
  }

  /// Replaces the settings that the next attempts use, for instance the credentials.
  public func update(
    _ id: ConnectionID, _ settings: MQTTConnectionSettings
  ) throws(TransportError) {
    let connection = try known(id)
    _ = try MosquittoClient(settings)
    connection.settings = settings
  }

  /// Whether `publish` can work at the moment.
  public func isConnected(_ id: ConnectionID) -> Bool {
    guard let connection = find(id), case .connected = connection.phase else { return false }
    return true
  }

  // MARK: Messages

  /// Sends a message, at once if the socket takes it. A message that is unsent or unacknowledged
  /// when the connection is lost is lost with it.
  /// - Throws: `notConnected`; `backpressure`, when too much waits already; `unsendable`.
  public func publish(_ message: MQTTMessage, on id: ConnectionID) throws(TransportError) {
    let connection = try known(id)
    guard case .connected(let client) = connection.phase else { throw .notConnected(id) }
    guard client.outstanding < settings.outstandingMessages else {
      connection.awaitsRoom = true
      throw .backpressure(id)
    }
    do {
      try client.publish(message)
    } catch {
      switch error {
      case .unsendable(let reason): throw .unsendable(topic: message.topic, reason: reason)
      case .lost(let reason):
        lose(connection, reason)
        throw .notConnected(id)
      }
    }
    watch(connection, client)
  }

  // MARK: Waiting

  /// Also waits for a file descriptor: `poll` tells `readable` as long as it can be read.
  public func watch(fileDescriptor: Int32) throws(TransportError) {
    try epoll.add(fileDescriptor, token: Self.foreign(fileDescriptor), writing: false)
  }

  /// No longer waits for a file descriptor; call before closing it.
  public func unwatch(fileDescriptor: Int32) { epoll.remove(fileDescriptor) }

  /// Does all that is due and tells what happened; waits at most `timeout` for something.
  public func poll(timeout: Duration) -> [TransportEvent] {
    let deadline = clock.now + timeout
    repeat {
      let now = clock.now
      if now >= nextSweep { sweep(now) }
      if pending.isEmpty { startAttempts(now) }
      for ready in epoll.wait(milliseconds: waitMilliseconds(until: deadline)) { handle(ready) }
    } while pending.isEmpty && clock.now < deadline
    defer { pending.removeAll(keepingCapacity: true) }
    return pending
  }

  private func waitMilliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    guard pending.isEmpty else { return 0 }
    var end = min(deadline, nextSweep)
    if let retry = retries.earliest { end = min(end, retry) }
    let (seconds, attoseconds) = max(clock.now.duration(to: end), .zero).components
    let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return Int32(clamping: seconds * 1_000 + fraction)
  }

  // MARK: Sockets

  private func handle(_ ready: Epoll.Ready) {
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

  // MARK: Attempts

  private func startAttempts(_ now: ContinuousClock.Instant) {
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
  private func watch(_ connection: MQTTConnection, _ client: MosquittoClient) {
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
  private func lose(_ connection: MQTTConnection, _ reason: String) {
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

  private func retry(_ connection: MQTTConnection, after wait: Duration) {
    connection.attempt &+= 1
    retries.insert(
      RetryQueue.Entry(due: clock.now + wait, id: connection.id, attempt: connection.attempt))
  }

  /// Closes the socket without a farewell.
  private func drop(_ connection: MQTTConnection) {
    if connection.isStarting { attemptsUnderWay -= 1 }
    if case .closing = connection.phase { closing -= 1 }
    connection.phase = .waiting
    connection.watched = nil
    connection.awaitsRoom = false
    connection.held = []
  }

  private func forget(_ connection: MQTTConnection) {
    drop(connection)
    connections[Int(connection.id.rawValue)] = nil
  }

  /// Once a second: keep-alives, and attempts that take too long.
  private func sweep(_ now: ContinuousClock.Instant) {
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

  // MARK: Look-up

  private func find(_ id: ConnectionID) -> MQTTConnection? {
    let index = Int(id.rawValue)
    return connections.indices.contains(index) ? connections[index] : nil
  }

  private func known(_ id: ConnectionID) throws(TransportError) -> MQTTConnection {
    guard let connection = find(id) else { throw .unknownConnection(id) }
    return connection
  }

  /// A refusal counts as this many failures: credentials seldom change within a second.
  private static let failuresOfRefused = 4

  private static let foreignMark: UInt64 = 1 << 31

  private static func foreign(_ fileDescriptor: Int32) -> UInt64 {
    UInt64(UInt32.max) << 32 | foreignMark | UInt64(fileDescriptor)
  }
}

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
  let clock = ContinuousClock()
  var epoll: Epoll
  /// Indexed by `ConnectionID.rawValue`; nil once removed.
  var connections: [MQTTConnection?] = []
  var retries = RetryQueue()
  /// Due, and waiting for one of the concurrent attempts to end; `startingHead` is the first.
  var starting: [RetryQueue.Entry] = []
  var startingHead = 0
  var attemptsUnderWay = 0
  var closing = 0
  var nextSweep: ContinuousClock.Instant
  var pending: [TransportEvent] = []

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

  // MARK: Look-up

  func find(_ id: ConnectionID) -> MQTTConnection? {
    let index = Int(id.rawValue)
    return connections.indices.contains(index) ? connections[index] : nil
  }

  func known(_ id: ConnectionID) throws(TransportError) -> MQTTConnection {
    guard let connection = find(id) else { throw .unknownConnection(id) }
    return connection
  }

  static let foreignMark: UInt64 = 1 << 31

  static func foreign(_ fileDescriptor: Int32) -> UInt64 {
    UInt64(UInt32.max) << 32 | foreignMark | UInt64(fileDescriptor)
  }
}

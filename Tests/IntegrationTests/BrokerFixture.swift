import CLinux
import Glibc
import MQTTTransport
import Testing

/// A private broker in a temporary directory, with accounts made for one test.
final class BrokerFixture {
  let directory: String
  let broker: PrivateBroker
  private(set) var accounts: [BrokerAccount]
  private let passwords: [String: String]

  /// Two robots `r1`, `r2` and two operators `ann`, `bob`; a robot may use `x/ROBOT/#` and read
  /// `x/all`, an operator may use `x/ops/NAME/#`.
  init(publicListener: BrokerPublicListener? = nil, directory: String? = nil) throws {
    self.directory = try directory ?? Self.makeDirectory()
    let names = ["r1", "r2", "ann", "bob"]
    let secrets = names.map { _ in PrivateBroker.makePassword() }
    let hashes = try PrivateBroker.hash(passwords: secrets)
    accounts = zip(names, hashes).map { name, hash in
      name.hasPrefix("r")
        ? BrokerAccount(
          username: name, passwordHash: hash, role: .robot,
          access: [BrokerAccessRule(.readwrite, "x/\(name)/#"), BrokerAccessRule(.read, "x/all")])
        : BrokerAccount(
          username: name, passwordHash: hash, role: .operator,
          access: [BrokerAccessRule(.readwrite, "x/ops/\(name)/#")])
    }
    passwords = Dictionary(uniqueKeysWithValues: zip(names, secrets))
    broker = try PrivateBroker(
      PrivateBroker.Settings(
        stateDirectory: self.directory, publicListener: publicListener,
        serverAccess: [BrokerAccessRule(.readwrite, "x/#")]), accounts: accounts)
  }

  deinit {
    broker.stop()
    Self.removeTree(directory)
  }

  /// Settings with which a user connects; by default as is right.
  func user(
    _ name: String, clientID: String? = nil, password: String? = nil, listener: UInt16? = nil,
    will: MQTTMessage? = nil, subscriptions: [String] = []
  ) -> MQTTConnectionSettings {
    let port = listener ?? (name.hasPrefix("r") ? broker.ports.robots : broker.ports.operators)
    return MQTTConnectionSettings(
      endpoint: MQTTEndpoint(host: "127.0.0.1", port: port),
      clientID: clientID ?? "drover-\(name)", username: name,
      password: password ?? passwords[name], will: will,
      subscriptions: subscriptions.map { MQTTSubscription($0, qos: .atLeastOnce) })
  }

  static func makeDirectory() throws -> String {
    var template = Array("/tmp/drover-test-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template), "a temporary directory")
    return String(cString: path)
  }

  static func removeTree(_ path: String) { run(["rm", "-rf", path]) }

  /// Runs a program to its end. - Returns: its status.
  @discardableResult
  static func run(_ arguments: [String]) -> Int32 {
    let child = spawn(arguments)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return linux_exit_status(status)
  }

  static func spawn(_ arguments: [String]) -> pid_t {
    var child = pid_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for output: Int32 in [1, 2] {
      posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
    }
    let strings = arguments.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    let environment = [strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nil]
    defer { environment.forEach { free($0) } }
    posix_spawnp(&child, arguments[0], &actions, nil, strings, environment)
    return child
  }
}

extension MQTTLoop {
  /// Polls until an event makes `body` give a value, or patience is at its end.
  func first<Value>(
    _ body: (TransportEvent) throws -> Value?
  ) rethrows -> Value? {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
      for event in poll(timeout: .milliseconds(50)) {
        if let value = try body(event) { return value }
      }
    }
    return nil
  }

  /// Polls until one of the connections is up.
  func awaitConnected(_ id: ConnectionID) -> Bool {
    isConnected(id) || first { $0 == .connected(id) ? true : nil } == true
  }

  /// All events of a stretch of time.
  func events(for time: Duration) -> [TransportEvent] {
    let deadline = ContinuousClock.now + time
    var all: [TransportEvent] = []
    while ContinuousClock.now < deadline { all += poll(timeout: .milliseconds(20)) }
    return all
  }

  /// Polls until the connection has got so many messages, and a little longer for any that
  /// should not come. - Returns: their payloads, as text.
  func texts(_ count: Int, on id: ConnectionID) -> [String] {
    var texts: [String] = []
    _ = first { event in
      if case .message(id, let message) = event {
        texts.append(String(decoding: message.payload, as: UTF8.self))
      }
      return texts.count == count ? true : nil
    }
    return texts + self.texts(for: .milliseconds(50), on: id)
  }

  /// Polls until each of the connections has been accepted or refused once.
  /// - Returns: all events until then.
  func awaitAnswers(_ ids: [ConnectionID]) -> [TransportEvent] {
    var open = Set(ids)
    var all: [TransportEvent] = []
    _ = first { event in
      all.append(event)
      switch event {
      case .connected(let id), .refused(let id, _): open.remove(id)
      case .disconnected, .unreachable, .message, .drained, .readable: break
      }
      return open.isEmpty ? true : nil
    }
    return all
  }

  /// The payloads of a connection's messages of a stretch of time, as text.
  func texts(for time: Duration, on id: ConnectionID) -> [String] {
    events(for: time).compactMap { event in
      if case .message(id, let message) = event {
        return String(decoding: message.payload, as: UTF8.self)
      }
      return nil
    }
  }
}

extension MQTTMessage {
  init(_ topic: String, _ text: String, qos: QoS = .atLeastOnce, retain: Bool = false) {
    self.init(topic: topic, payload: Array(text.utf8), qos: qos, retain: retain)
  }
}

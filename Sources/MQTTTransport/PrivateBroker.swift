import Glibc

/// A mosquitto of one's own: a child process with its own ports, accounts and access lists,
/// which ends with this process whatever way that ends.
///
/// Make it and restart it on the main thread (see `ChildProcess`). Nothing here runs in the
/// background: ask `isRunning` now and then, and call `restart` when it is not.
public final class PrivateBroker {
  /// What the broker needs to know.
  public struct Settings: Sendable {
    /// An existing directory; the broker's files go into `broker/` under it, mode 0700.
    public var stateDirectory: String
    /// The ports of the last run, taken again if they are free.
    public var preferredPorts: BrokerPorts?
    /// Where to listen beyond this machine.
    public var publicListener: BrokerPublicListener?
    /// What the server itself may do.
    public var serverAccess: [BrokerAccessRule]

    /// Makes settings.
    public init(
      stateDirectory: String, preferredPorts: BrokerPorts? = nil,
      publicListener: BrokerPublicListener? = nil, serverAccess: [BrokerAccessRule]
    ) {
      self.stateDirectory = stateDirectory
      self.preferredPorts = preferredPorts
      self.publicListener = publicListener
      self.serverAccess = serverAccess
    }
  }

  /// What every client id that is sent to the broker begins with (an empty one is given such an
  /// id); see `BrokerFiles` for why.
  public static let clientIDPrefix = "drover-"

  /// The server's user name and client id. No robot or operator can have it: a dot is not
  /// allowed in names.
  static let serverName = "server.drover"

  /// The ports in use.
  public private(set) var ports: BrokerPorts
  private let settings: Settings
  private let directory: String
  private let serverPassword: String
  private let serverHash: String
  private var accounts: [BrokerAccount]
  private var process: ChildProcess?

  /// Writes the files, starts the broker and waits until it answers.
  public init(_ settings: Settings, accounts: [BrokerAccount]) throws(BrokerError) {
    if let fault = settings.publicListener?.fault { throw .invalidSettings(fault) }
    if settings.stateDirectory.contains(where: \.isNewline) {
      throw .invalidSettings("a line break in '\(settings.stateDirectory)'")
    }
    self.settings = settings
    self.accounts = accounts
    directory = try Self.absolute(settings.stateDirectory) + "/broker"
    serverPassword = Self.makePassword()
    serverHash = try Self.hash(passwords: [serverPassword])[0]
    if let preferred = settings.preferredPorts { ports = preferred } else { ports = try .free() }
    try PrivateFile.makeDirectory(directory)
    try writeAccounts()
    try start()
  }

  /// The broker process runs.
  public var isRunning: Bool { process != nil && process?.status() == nil }

  /// The broker's process id, or nil when it does not run.
  public var processID: Int32? { isRunning ? process?.processID : nil }

  /// Processor time that the broker has used, or nil when it does not run.
  public var processorTime: Duration? { process?.processorTime }

  /// Starts the broker again, on the same ports if they are free, and waits until it answers.
  public func restart() throws(BrokerError) {
    stop()
    try start()
  }

  /// Replaces all accounts. Who is no longer among them, or has another password, is cut off;
  /// the others' connections stay, under their new access lists. Takes effect within
  /// milliseconds, after the broker has read its files.
  public func apply(accounts: [BrokerAccount]) throws(BrokerError) {
    let before = self.accounts
    self.accounts = accounts
    do {
      try writeAccounts()
    } catch {
      self.accounts = before
      throw error
    }
    process?.signal(SIGHUP)
  }

  /// Ends the broker. Its files stay.
  public func stop() {
    process?.stop(grace: .seconds(2))
    process = nil
  }

  /// The settings with which the server connects: its own listener, name and password.
  public func serverConnection(
    will: MQTTMessage? = nil, subscriptions: [MQTTSubscription]
  ) -> MQTTConnectionSettings {
    MQTTConnectionSettings(
      endpoint: MQTTEndpoint(host: "127.0.0.1", port: ports.server),
      clientID: Self.clientIDPrefix + "server", username: Self.serverName,
      password: serverPassword, will: will, subscriptions: subscriptions)
  }

  // MARK: Files

  private var files: BrokerFiles {
    BrokerFiles(
      directory: directory, ports: ports, publicListener: settings.publicListener,
      user: geteuid() == 0 ? "root" : nil)
  }

  private func writeAccounts() throws(BrokerError) {
    var names: Set<String> = []
    for account in accounts {
      if let fault = account.fault { throw .invalidAccount(fault) }
      guard names.insert(account.username).inserted else {
        throw .invalidAccount("'\(account.username)' is there twice")
      }
    }
    for group in BrokerFiles.Group.allCases {
      let members = members(of: group)
      try PrivateFile.write(BrokerFiles.accessLists(members), to: files.path(group, "acl"))
      try PrivateFile.write(BrokerFiles.passwords(members), to: files.path(group, "passwords"))
    }
  }

  private func members(of group: BrokerFiles.Group) -> [BrokerAccount] {
    switch group {
    case .robots: accounts.filter { $0.role == .robot }
    case .operators: accounts.filter { $0.role == .operator }
    case .server:
      [
        BrokerAccount(
          username: Self.serverName, passwordHash: serverHash, role: .robot,
          access: settings.serverAccess)
      ]
    }
  }

  private static func absolute(_ path: String) throws(BrokerError) -> String {
    guard let resolved = realpath(path, nil) else {
      throw .file(path: path, reason: MosquittoClient.systemText(errno))
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  // MARK: Starting

  private var logFile: String { directory + "/broker.log" }

  /// Starts on the present ports, or on free ones when somebody else has taken those.
  private func start() throws(BrokerError) {
    var failure = BrokerError.notReady(reason: "its ports are taken", log: "")
    for _ in 0..<5 {
      if !ports.areFree { ports = try .free() }
      try PrivateFile.write(files.configuration, to: directory + "/mosquitto.conf")
      rename(logFile, logFile + ".1")
      let program = try Program.find("mosquitto", package: "mosquitto")
      let child = try ChildProcess([program, "-c", directory + "/mosquitto.conf"], log: logFile)
      do {
        try awaitReady(child)
        process = child
        return
      } catch {
        child.stop(grace: .seconds(1))
        guard lastWords.contains("Address already in use"), !ports.areFree else { throw error }
        failure = error
      }
    }
    throw failure
  }

  /// Waits until a login works. A stranger on our port is found out by a wrong password, which
  /// our broker refuses; and our child does not survive a port that it cannot have.
  private func awaitReady(_ child: ChildProcess) throws(BrokerError) {
    guard try login(serverPassword, child) else {
      throw .notReady(reason: "it refuses the server's own password", log: lastWords)
    }
    guard try !login("wrong", child) else {
      throw .notReady(reason: "another broker answers on its port", log: lastWords)
    }
    if let status = child.status() { throw .ended(status: status, log: lastWords) }
  }

  private enum Answer {
    case accepted, refused
    case childEnded(status: Int32)
    case none(reason: String)
  }

  /// Tries to log in until the broker has answered. - Returns: whether it let us in.
  private func login(_ password: String, _ child: ChildProcess) throws(BrokerError) -> Bool {
    let answer: Answer
    do {
      answer = try answerToLogin(password, child, limit: .seconds(15))
    } catch {
      answer = .none(reason: error.description)
    }
    switch answer {
    case .accepted: return true
    case .refused: return false
    case .childEnded(let status): throw .ended(status: status, log: lastWords)
    case .none(let reason): throw .notReady(reason: reason, log: lastWords)
    }
  }

  private func answerToLogin(
    _ password: String, _ child: ChildProcess, limit: Duration
  ) throws(TransportError) -> Answer {
    var limits = MQTTLoop.Settings()
    limits.firstRetry = .milliseconds(10)
    limits.longestRetry = .milliseconds(100)
    let loop = try MQTTLoop(limits)
    var connection = serverConnection(subscriptions: [])
    connection.password = password
    let id = try loop.add(connection)
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var problem = "no answer"
    while clock.now < deadline {
      if let status = child.status() { return .childEnded(status: status) }
      for event in loop.poll(timeout: .milliseconds(20)) {
        switch event {
        case .connected:
          try loop.remove(id)
          return .accepted
        case .refused: return .refused
        case .unreachable(_, let reason), .disconnected(_, let reason): problem = reason
        case .message, .drained, .readable: break
        }
      }
    }
    return .none(reason: problem)
  }

  /// The end of the broker's log, for messages.
  private var lastWords: String {
    do {
      let lines = try PrivateFile.read(logFile).split(separator: "\n").suffix(3)
      return lines.joined(separator: " | ")
    } catch {
      return "no log"
    }
  }
}

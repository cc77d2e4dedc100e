import CLinux
import Glibc
import MQTTTransport
import Testing

@Suite struct BrokerProcessTests {
  @Test func itsPortsAreKeptIfFreeAndReplacedIfTaken() throws {
    let first = try BrokerFixture()
    let ports = first.broker.ports
    let directory = try BrokerFixture.makeDirectory()
    defer { BrokerFixture.removeTree(directory) }
    let settings = PrivateBroker.Settings(
      stateDirectory: directory, preferredPorts: ports, serverAccess: [])
    let second = try PrivateBroker(settings, accounts: [])
    #expect(second.ports != ports)
    #expect(first.broker.isRunning)
    second.stop()
    #expect(!second.isRunning)
    first.broker.stop()
    let third = try PrivateBroker(settings, accounts: [])
    #expect(third.ports == ports)
    third.stop()
  }

  @Test func aStateDirectoryThatIsNotThereIsNamed() {
    #expect(
      throws: BrokerError.file(path: "/no/such/place", reason: "No such file or directory")
    ) {
      try PrivateBroker(
        PrivateBroker.Settings(stateDirectory: "/no/such/place", serverAccess: []), accounts: [])
    }
  }

  @Test func aTakenPublicPortIsToldInTheBrokersWords() throws {
    let tls = try Certificate()
    let taken = try BrokerFixture()
    let directory = try BrokerFixture.makeDirectory()
    defer { BrokerFixture.removeTree(directory) }
    do {
      _ = try BrokerFixture(
        publicListener: tls.listener(robots: taken.broker.ports.robots, operators: 1),
        directory: directory)
      Issue.record("the broker should not start")
    } catch BrokerError.ended(_, let log) {
      #expect(log.contains("Address already in use"))
    }
  }

  /// The kernel's signal follows the thread that started the broker; that the end of a whole
  /// process, whatever way, ends its threads needs no test.
  @Test func theBrokerEndsWithTheThreadThatStartedIt() throws {
    final class Started {
      var fixture: BrokerFixture?
      var processID: pid_t?
    }
    let started = Started()
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let started = Unmanaged<Started>.fromOpaque(context).takeUnretainedValue()
        do {
          started.fixture = try BrokerFixture()
          started.processID = started.fixture?.broker.processID
        } catch {
          Issue.record(error)
        }
        return nil
      }, Unmanaged.passUnretained(started).toOpaque())
    pthread_join(thread, nil)
    #expect(started.processID != nil)
    let deadline = ContinuousClock.now + patience
    while started.fixture?.broker.isRunning == true, ContinuousClock.now < deadline {
      usleep(1_000)
    }
    #expect(started.fixture?.broker.isRunning == false)
  }

  @Test func aChildHasItsOwnGroupAndNoBlockedSignals() throws {
    let directory = try BrokerFixture.makeDirectory()
    defer { BrokerFixture.removeTree(directory) }
    let signals = try TerminationSignals()
    let child = try ChildProcess(
      ["sleep", "100"], log: directory + "/log")
    #expect(getpgid(child.processID) == child.processID)
    #expect(child.status() == nil)
    #expect(child.processorTime != nil)
    child.signal(SIGTERM)
    #expect(child.wait(limit: patience) == 128 + SIGTERM)
    #expect(child.processorTime == nil)
    #expect(signals.read() == nil)

    let told = try ChildProcess(
      ["sh", "-c", "test \"$WORD\" = hello"], log: nil, environment: ["WORD=hello"])
    #expect(told.wait(limit: patience) == 0)
    let failing = try ChildProcess(["sh", "-c", "exit 7"], log: nil)
    #expect(failing.wait(limit: patience) == 7)
    let missing = try ChildProcess(["/no/such/program"], log: directory + "/missing")
    #expect(missing.wait(limit: patience) == 127)
  }

  @Test func hashesAreSaltedAndBadPasswordsRefused() throws {
    let hashes = try PrivateBroker.hash(passwords: ["same", "same"])
    #expect(hashes.count == 2)
    #expect(hashes[0] != hashes[1])
    #expect(hashes.allSatisfy { $0.hasPrefix("$") })
    for bad in ["", "a:b", "a b", "a\nb:c", "ü"] {
      #expect(throws: BrokerError.self) { try PrivateBroker.hash(passwords: ["good", bad]) }
    }
    #expect(PrivateBroker.makePassword() != PrivateBroker.makePassword())
    #expect(PrivateBroker.makePassword().utf8.count == 48)
  }

  @Test func tlsConnectsWithTheRightAuthorityOnly() throws {
    let tls = try Certificate()
    let other = try Certificate()
    let ports = try tls.freePorts()
    let fixture = try BrokerFixture(
      publicListener: tls.listener(robots: ports[0], operators: ports[1]))
    let loop = try MQTTLoop()
    func robot(_ host: String, authority: String?) -> MQTTConnectionSettings {
      var settings = fixture.user("r1", subscriptions: ["x/r1/#"])
      settings.endpoint = MQTTEndpoint(
        host: host, port: ports[0], tls: authority.map { TLSSettings(authorityFile: $0) })
      return settings
    }
    let right = try loop.add(robot("127.0.0.1", authority: tls.file))
    #expect(loop.awaitConnected(right))
    // More than one TLS record and more than the socket takes at once.
    for number in 0..<200 {
      let text = "\(number) " + String(repeating: "x", count: 2_000)
      try loop.publish(MQTTMessage("x/r1/state", text), on: right)
    }
    let texts = loop.texts(200, on: right)
    #expect(texts.map { $0.prefix { $0 != " " } } == (0..<200).map { "\($0)" })
    try loop.remove(right)

    let named = try loop.add(robot("localhost", authority: tls.file))
    #expect(loop.awaitConnected(named))
    try loop.remove(named)

    for (settings, word) in [
      (robot("127.0.0.1", authority: other.file), "certificate verify failed"),
      (robot("127.0.0.1", authority: nil), "cannot reach mqtt://127.0.0.1"),
    ] {
      let wrong = try loop.add(settings)
      let reason = loop.first { event -> String? in
        if case .unreachable(wrong, let reason) = event { return reason }
        return nil
      }
      #expect(reason?.contains(word) == true, "\(reason ?? "nothing")")
      try loop.remove(wrong)
    }
    // TLS to a plain listener fails too, without spinning.
    var plain = fixture.user("r1")
    plain.endpoint.tls = TLSSettings(authorityFile: tls.file)
    let id = try loop.add(plain)
    let reason = loop.first { event -> String? in
      if case .unreachable(id, let reason) = event { return reason }
      return nil
    }
    #expect(reason != nil)
    #expect(throws: TransportError.self) {
      try loop.add(robot("127.0.0.1", authority: "/no/such/file.pem"))
    }
  }
}

/// A certificate for 127.0.0.1 and localhost, signed by itself.
final class Certificate {
  let directory: String
  var file: String { directory + "/certificate.pem" }

  init() throws {
    directory = try BrokerFixture.makeDirectory()
    let status = BrokerFixture.run([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
      "-nodes", "-days", "2", "-subj", "/CN=drover test",
      "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
      "-keyout", directory + "/key.pem", "-out", file,
    ])
    try #require(status == 0, "openssl req")
  }

  deinit { BrokerFixture.removeTree(directory) }

  func listener(robots: UInt16, operators: UInt16) -> BrokerPublicListener {
    BrokerPublicListener(
      host: "127.0.0.1", robotsPort: robots, operatorsPort: operators, certificateFile: file,
      keyFile: directory + "/key.pem")
  }

  /// Ports that a broker has just had, and left.
  func freePorts() throws -> [UInt16] {
    let fixture = try BrokerFixture()
    return [fixture.broker.ports.robots, fixture.broker.ports.operators]
  }
}

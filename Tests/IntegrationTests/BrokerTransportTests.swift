import Glibc
import MQTTTransport
import Testing

@Suite struct BrokerTransportTests {
  @Test func messagesGoFromRobotToServerAndBack() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(
      fixture.broker.serverConnection(
        subscriptions: [MQTTSubscription("x/+/state", qos: .atMostOnce)]))
    #expect(loop.awaitConnected(server))
    let robot = try loop.add(fixture.user("r1", subscriptions: ["x/r1/control", "x/all"]))
    #expect(loop.awaitConnected(robot))

    try loop.publish(MQTTMessage("x/r1/state", "here", qos: .atMostOnce), on: robot)
    try loop.publish(MQTTMessage("x/r1/control", "go"), on: server)
    try loop.publish(MQTTMessage("x/all", "beat", qos: .atMostOnce), on: server)
    var got: Set<String> = []
    _ = loop.first { event in
      if case .message(let id, let message) = event {
        got.insert(
          "\(id == server) \(message.topic) \(String(decoding: message.payload, as: UTF8.self))")
      }
      return got.count == 3 ? true : nil
    }
    #expect(got == ["true x/r1/state here", "false x/r1/control go", "false x/all beat"])
  }

  @Test func aWrongPasswordIsRefusedInWords() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let robot = try loop.add(fixture.user("r1", password: "wrong"))
    let reason = loop.first { event -> String? in
      if case .refused(robot, let reason) = event { return reason }
      return nil
    }
    #expect(reason?.contains("user 'r1'") == true)
    #expect(reason?.contains("not authorised") == true)
    #expect(reason?.contains("wrong user name or password") == true)
  }

  @Test func aBrokerThatIsNotThereIsNamed() throws {
    let loop = try MQTTLoop()
    let nobody = try loop.add(
      MQTTConnectionSettings(
        endpoint: MQTTEndpoint(host: "127.0.0.1", port: 1), clientID: "drover-x"))
    let reason = loop.first { event -> String? in
      if case .unreachable(nobody, let reason) = event { return reason }
      return nil
    }
    #expect(reason == "cannot reach mqtt://127.0.0.1:1: Connection refused")
    let unknown = try loop.add(
      MQTTConnectionSettings(
        endpoint: MQTTEndpoint(host: "no-such-host.invalid", port: 1), clientID: "drover-x"))
    let second = loop.first { event -> String? in
      if case .unreachable(unknown, let reason) = event { return reason }
      return nil
    }
    #expect(second?.contains("cannot resolve 'no-such-host.invalid'") == true)
  }

  @Test func anUnreachableHostDoesNotStallTheOthers() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    // 192.0.2.0/24 is reserved for documentation: nobody answers.
    let start = ContinuousClock.now
    _ = try loop.add(
      MQTTConnectionSettings(
        endpoint: MQTTEndpoint(host: "192.0.2.1", port: 1883), clientID: "drover-x"))
    let robot = try loop.add(fixture.user("r1"))
    #expect(loop.awaitConnected(robot))
    // The kernel gives a connection up after two minutes.
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  @Test func theWillComesOnAnAbortAndNotOnAFarewell() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(
      fixture.broker.serverConnection(
        subscriptions: [MQTTSubscription("x/#", qos: .atLeastOnce)]))
    #expect(loop.awaitConnected(server))
    let polite = try loop.add(
      fixture.user("r1", will: MQTTMessage("x/r1/connection", "lost 1")))
    let lost = try loop.add(fixture.user("r2", will: MQTTMessage("x/r2/connection", "lost 2")))
    #expect(loop.awaitConnected(polite) && loop.awaitConnected(lost))
    try loop.publish(MQTTMessage("x/r1/connection", "offline 1"), on: polite)
    try loop.remove(polite)
    try loop.abort(lost)
    let texts = loop.texts(2, on: server)
    #expect(texts.sorted() == ["lost 2", "offline 1"])
    while loop.isClosing { _ = loop.poll(timeout: .milliseconds(1)) }
  }

  @Test func everyConnectionHasItsOwnWill() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(
      fixture.broker.serverConnection(
        subscriptions: [MQTTSubscription("x/#", qos: .atLeastOnce)]))
    let robot = try loop.add(fixture.user("r1", will: MQTTMessage("x/r1/connection", "epoch 1")))
    #expect(loop.awaitConnected(server) && loop.awaitConnected(robot))
    try loop.updateWill(robot, MQTTMessage("x/r1/connection", "epoch 2"))
    try loop.abort(robot, reconnectAfter: .milliseconds(20))
    #expect(loop.texts(1, on: server) == ["epoch 1"])
    #expect(loop.awaitConnected(robot))
    try loop.abort(robot)
    #expect(loop.texts(1, on: server) == ["epoch 2"])
    #expect(throws: TransportError.unknownConnection(robot)) { try loop.abort(robot) }
  }

  @Test func connectionsComeBackAfterTheBrokerWasKilled() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let robot = try loop.add(fixture.user("r1", subscriptions: ["x/r1/#"]))
    #expect(loop.awaitConnected(robot))
    let ports = fixture.broker.ports
    kill(try #require(fixture.broker.processID), SIGKILL)
    let lost = loop.first { event -> Bool? in
      if case .disconnected(robot, _) = event { return true }
      return nil
    }
    #expect(lost == true)
    #expect(throws: TransportError.notConnected(robot)) {
      try loop.publish(MQTTMessage("x/r1/state", "no"), on: robot)
    }
    while fixture.broker.isRunning { usleep(1_000) }
    try fixture.broker.restart()
    #expect(fixture.broker.ports == ports)
    #expect(loop.awaitConnected(robot))
    try loop.publish(MQTTMessage("x/r1/state", "again"), on: robot)
    #expect(loop.texts(1, on: robot) == ["again"])
  }

  @Test func sendingIsBounded() throws {
    let fixture = try BrokerFixture()
    var limits = MQTTLoop.Settings()
    limits.outstandingMessages = 50
    let loop = try MQTTLoop(limits)
    let robot = try loop.add(fixture.user("r1"))
    #expect(loop.awaitConnected(robot))
    kill(try #require(fixture.broker.processID), SIGSTOP)
    var sent = 0
    var refusal: TransportError?
    while refusal == nil, sent < 1_000 {
      do {
        try loop.publish(MQTTMessage("x/r1/report", "n"), on: robot)
        sent += 1
      } catch {
        refusal = error
      }
    }
    #expect(refusal == .backpressure(robot))
    #expect(sent == 50)
    kill(try #require(fixture.broker.processID), SIGCONT)
    #expect(loop.first { $0 == .drained(robot) ? true : nil } == true)
    try loop.publish(MQTTMessage("x/r1/report", "n"), on: robot)
  }

  @Test func badMessagesAreRefusedHere() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let robot = try loop.add(fixture.user("r1"))
    #expect(loop.awaitConnected(robot))
    for topic in ["x/#", "", "x/+/y"] {
      #expect(throws: TransportError.self) {
        try loop.publish(MQTTMessage(topic, "n"), on: robot)
      }
    }
    #expect(loop.isConnected(robot))
    #expect(throws: TransportError.self) {
      try loop.add(fixture.user("r1", subscriptions: ["x/#/y"]))
    }
    #expect(throws: TransportError.self) {
      try loop.add(fixture.user("r1", will: MQTTMessage("x/#", "n")))
    }
  }

  @Test func aWatchedDescriptorIsTold() throws {
    let loop = try MQTTLoop()
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    defer { ends.forEach { close($0) } }
    try loop.watch(fileDescriptor: ends[0])
    #expect(loop.poll(timeout: .zero).isEmpty)
    write(ends[1], "x", 1)
    #expect(loop.poll(timeout: .seconds(1)) == [.readable(fileDescriptor: ends[0])])
    loop.unwatch(fileDescriptor: ends[0])
    #expect(loop.poll(timeout: .zero).isEmpty)
  }

  @Test func aSignalIsReadInTheLoop() throws {
    let loop = try MQTTLoop()
    let signals = try TerminationSignals()
    try loop.watch(fileDescriptor: signals.fileDescriptor)
    #expect(signals.read() == nil)
    pthread_kill(pthread_self(), SIGTERM)
    #expect(
      loop.poll(timeout: .seconds(1)) == [.readable(fileDescriptor: signals.fileDescriptor)])
    #expect(signals.read() == SIGTERM)
  }

  @Test func hundredsOfConnectionsShareOneLoop() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(
      fixture.broker.serverConnection(
        subscriptions: [MQTTSubscription("x/#", qos: .atMostOnce)]))
    let clients = try (0..<300).map { number in
      try loop.add(fixture.user("ann", clientID: "drover-ann-\(number)"))
    }
    var up = 0
    _ = loop.first { event in
      if case .connected = event { up += 1 }
      return up == clients.count + 1 ? true : nil
    }
    #expect(up == 301)
    for (number, client) in clients.enumerated() {
      try loop.publish(MQTTMessage("x/ops/ann/\(number)", "n", qos: .atMostOnce), on: client)
    }
    var received = 0
    _ = loop.first { event in
      if case .message(server, _) = event { received += 1 }
      return received == clients.count ? true : nil
    }
    #expect(received == 300)
  }
}

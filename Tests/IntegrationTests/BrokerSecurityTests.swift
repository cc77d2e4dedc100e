import CLinux
import Glibc
import MQTTTransport
import Testing

@Suite struct BrokerSecurityTests {
  @Test func nobodyPublishesOrHearsBeyondTheirAccessList() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(
      fixture.broker.serverConnection(
        subscriptions: [MQTTSubscription("x/#", qos: .atLeastOnce)]))
    let robot = try loop.add(fixture.user("r1", subscriptions: ["#", "x/r2/#", "x/ops/#"]))
    let ann = try loop.add(fixture.user("ann", subscriptions: ["#", "x/r1/#"]))
    #expect(loop.awaitConnected(server) && loop.awaitConnected(robot))
    #expect(loop.awaitConnected(ann))
    for topic in ["x/r2/state", "x/all", "x/ops/ann/requests", "other"] {
      try loop.publish(MQTTMessage(topic, "forged"), on: robot)
    }
    for topic in ["x/r1/control", "x/all", "x/ops/bob/requests"] {
      try loop.publish(MQTTMessage(topic, "forged"), on: ann)
    }
    #expect(loop.texts(for: .milliseconds(300), on: server) == [])
    try loop.publish(MQTTMessage("x/r2/control", "secret"), on: server)
    try loop.publish(MQTTMessage("x/ops/bob/replies", "secret"), on: server)
    #expect(loop.texts(for: .milliseconds(300), on: robot) == [])
    try loop.publish(MQTTMessage("x/r1/control", "for r1"), on: server)
    #expect(loop.texts(for: .milliseconds(300), on: ann) == [])
  }

  @Test func aWillObeysTheAccessListToo() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(
      fixture.broker.serverConnection(
        subscriptions: [MQTTSubscription("x/#", qos: .atLeastOnce)]))
    let robot = try loop.add(fixture.user("r1", will: MQTTMessage("x/r2/connection", "forged")))
    #expect(loop.awaitConnected(server) && loop.awaitConnected(robot))
    try loop.abort(robot)
    #expect(loop.texts(for: .milliseconds(300), on: server) == [])
  }

  @Test func nobodyTakesAnothersClientID() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(fixture.broker.serverConnection(subscriptions: []))
    let robot = try loop.add(fixture.user("r1"))
    let ann = try loop.add(fixture.user("ann", clientID: "drover-ann-1"))
    let victims = [server, robot, ann]
    for victim in victims { #expect(loop.awaitConnected(victim)) }

    var attackers: [ConnectionID] = []
    // A robot that sends another robot's, an operator's, the server's id.
    for id in ["drover-r1", "r1", "drover-ann-1", "drover-server", "server.drover"] {
      attackers.append(try loop.add(fixture.user("r2", clientID: id)))
    }
    // An operator that sends a robot's or the server's id.
    for id in ["r1", "drover-r1", "server.drover", "drover-server"] {
      attackers.append(try loop.add(fixture.user("bob", clientID: id)))
    }
    let events = loop.awaitAnswers(attackers) + loop.events(for: .milliseconds(200))
    for victim in victims {
      #expect(loop.isConnected(victim))
      #expect(
        !events.contains {
          if case .disconnected(victim, _) = $0 { return true }
          return false
        })
    }
    // Ids without the prefix are refused.
    for attacker in [attackers[1], attackers[4], attackers[5], attackers[7]] {
      #expect(
        events.contains {
          if case .refused(attacker, _) = $0 { return true }
          return false
        })
    }
  }

  @Test func eachRoleHasItsOwnListener() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let ports = fixture.broker.ports
    var refused: [ConnectionID] = []
    for (name, port) in [
      ("ann", ports.robots), ("ann", ports.server), ("r1", ports.operators), ("r1", ports.server),
    ] {
      refused.append(try loop.add(fixture.user(name, listener: port)))
    }
    var server = fixture.broker.serverConnection(subscriptions: [])
    server.endpoint.port = ports.operators
    refused.append(try loop.add(server))
    var anonymous = fixture.user("ann")
    (anonymous.username, anonymous.password) = (nil, nil)
    refused.append(try loop.add(anonymous))
    let events = loop.awaitAnswers(refused)
    for id in refused {
      #expect(!loop.isConnected(id))
      #expect(
        events.contains {
          if case .refused(id, _) = $0 { return true }
          return false
        })
    }
  }

  @Test func anOperatorMayHoldSeveralConnections() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let first = try loop.add(fixture.user("ann", clientID: "drover-ann-1"))
    let second = try loop.add(fixture.user("ann", clientID: "drover-ann-2"))
    let unnamed = try loop.add(fixture.user("ann", clientID: ""))
    #expect(loop.awaitConnected(first) && loop.awaitConnected(second))
    #expect(loop.awaitConnected(unnamed))
    #expect(loop.events(for: .milliseconds(300)).isEmpty)
  }

  @Test func revokingCutsOffAtOnceAndTheOthersStay() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(fixture.broker.serverConnection(subscriptions: []))
    let revoked = try loop.add(fixture.user("r1"))
    let staying = try loop.add(fixture.user("r2", subscriptions: ["x/r2/#"]))
    let ann = try loop.add(fixture.user("ann"))
    for id in [server, revoked, staying, ann] { #expect(loop.awaitConnected(id)) }
    try fixture.broker.apply(accounts: fixture.accounts.filter { $0.username != "r1" })
    let events = loop.awaitAnswers([revoked])
    guard case .disconnected(revoked, _) = events.first, case .refused(revoked, _) = events.last
    else {
      Issue.record("\(events)")
      return
    }
    for id in [server, staying, ann] { #expect(loop.isConnected(id)) }
    try loop.publish(MQTTMessage("x/r2/control", "still here"), on: server)
    #expect(loop.texts(1, on: staying) == ["still here"])
    try fixture.broker.apply(accounts: fixture.accounts)
    #expect(loop.awaitConnected(revoked))
  }

  @Test func aChangedAccessListHoldsForOpenConnections() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(fixture.broker.serverConnection(subscriptions: []))
    let robot = try loop.add(fixture.user("r1", subscriptions: ["x/r1/#"]))
    #expect(loop.awaitConnected(server) && loop.awaitConnected(robot))
    let mute = fixture.accounts.map { account in
      var changed = account
      if account.username == "r1" { changed.access = [] }
      return changed
    }
    try fixture.broker.apply(accounts: mute)
    _ = loop.events(for: .milliseconds(200))
    try loop.publish(MQTTMessage("x/r1/control", "unheard"), on: server)
    #expect(loop.texts(for: .milliseconds(300), on: robot) == [])
    try fixture.broker.apply(accounts: [])
    _ = loop.awaitAnswers([robot])
    #expect(!loop.isConnected(robot))
    #expect(loop.isConnected(server))
  }

  @Test func theFilesAreTheOwnersAlone() throws {
    let fixture = try BrokerFixture()
    for name in ["", "/mosquitto.conf", "/robots.passwords", "/operators.acl", "/broker.log"] {
      var status = stat()
      #expect(stat(fixture.directory + "/broker" + name, &status) == 0, "\(name)")
      #expect(status.st_mode & 0o077 == 0, "\(name)")
    }
  }

  @Test func tooLongMessagesDoNotArrive() throws {
    let fixture = try BrokerFixture()
    let loop = try MQTTLoop()
    let server = try loop.add(
      fixture.broker.serverConnection(
        subscriptions: [MQTTSubscription("x/#", qos: .atLeastOnce)]))
    let robot = try loop.add(fixture.user("r1"))
    #expect(loop.awaitConnected(server) && loop.awaitConnected(robot))
    let fits = MQTTMessage(
      topic: "x/r1/state", payload: [UInt8](repeating: 1, count: 4 << 20), qos: .atLeastOnce)
    var long = fits
    long.payload = [UInt8](repeating: 2, count: 5 << 20)
    try loop.publish(fits, on: robot)
    #expect(loop.texts(1, on: server).map(\.utf8.count) == [4 << 20])
    do throws(TransportError) {
      try loop.publish(long, on: robot)
    } catch {
      // The broker may hang up while it is still being sent.
      #expect(error.description.contains("not connected"))
    }
    #expect(loop.texts(for: .milliseconds(300), on: server) == [])
    #expect(loop.isConnected(server))
  }
}

import FleetModel
import FleetWire
import Foundation
import Glibc
import MQTTTransport
import Testing

/// Enrolled users who misbehave, against a real server: `eve` is a robot's name, `mallory` an
/// operator's.
struct IntruderTests {
  fileprivate static let root = "drover/v1/campus/"

  /// A server, and raw connections to its broker.
  private final class Rig {
    let depot: Depot
    let loop: MQTTLoop
    let passwords: [String: String]
    let robotPort: UInt16
    let operatorPort: UInt16

    init(robots: [String] = [], fleet: Int = 0) throws {
      depot = try Depot()
      try depot.enrolFleet(fleet)
      try depot.enrol(["eve"] + robots)
      let outcome = try depot.run([
        "operator", "enrol", "mallory", "--state", depot.state, "--credentials", depot.credentials,
      ])
      try #require(outcome.status == 0, "\(outcome)")
      try depot.serve()
      let file = try #require(FileManager.default.contents(atPath: depot.credentials))
      passwords = try JSONDecoder().decode([String: String].self, from: file)
      let access = try #require(
        FileManager.default.contents(atPath: depot.state + "/operator.json"))
      let ports = try #require(try JSONSerialization.jsonObject(with: access) as? [String: Any])
      robotPort = UInt16(try #require(ports["robotPort"] as? Int))
      operatorPort = UInt16(try #require(ports["port"] as? Int))
      loop = try MQTTLoop()
    }

    func connect(
      _ user: String, port: UInt16, clientID: String? = nil, password: String? = nil,
      subscriptions: [String] = []
    ) throws -> ConnectionID {
      try loop.add(
        MQTTConnectionSettings(
          endpoint: MQTTEndpoint(host: "127.0.0.1", port: port),
          clientID: clientID ?? "drover-\(user)-x", username: user,
          password: password ?? passwords[user],
          subscriptions: subscriptions.map { MQTTSubscription($0, qos: .atLeastOnce) }))
    }

    func publish(_ name: String, _ payload: [UInt8], on id: ConnectionID) throws {
      try loop.publish(
        MQTTMessage(
          topic: IntruderTests.root + name, payload: payload, qos: .atLeastOnce, retain: false),
        on: id)
    }

    /// All messages of a stretch of time at a connection.
    func messages(_ time: Duration, at id: ConnectionID) -> [MQTTMessage] {
      loop.events(for: time).compactMap { event in
        if case .message(id, let message) = event { return message }
        return nil
      }
    }
  }

  @Test func garbageFromARobotIsToldAndTheServerGoesOn() throws {
    let rig = try Rig()
    let listener = try rig.connect(
      "mallory", port: rig.operatorPort, subscriptions: [Self.root + "fleet/events"])
    let eve = try rig.connect("eve", port: rig.robotPort)
    #expect(rig.loop.awaitConnected(eve) && rig.loop.awaitConnected(listener))
    var random = SystemRandomNumberGenerator()
    for kind in ["connection", "factsheet", "state", "report"] {
      for length in [1, 3, 17, 300, 60_000, 100_000] {
        let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try rig.publish("robots/eve/\(kind)", bytes, on: eve)
      }
    }
    let codec = WireCodec()
    let incident = try rig.loop.first { event -> String? in
      guard case .message(listener, let message) = event else { return nil }
      let notice = try codec.decodeNotice(message.payload)
      return notice.kind == .incident && notice.robot?.text == "eve" ? notice.text : nil
    }
    #expect(incident?.contains("cannot be read") == true, "\(incident ?? "")")
    try rig.publish("operators/mallory/requests", [0xff, 0xfe, 0, 1], on: listener)
    #expect(try rig.depot.command("robot show eve").status == 0)
    #expect(rig.depot.server?.status == nil)
  }

  @Test func nobodySpeaksOnAnothersTopics() throws {
    let rig = try Rig(robots: ["alice"])
    let codec = WireCodec()
    let alice = try rig.connect(
      "alice", port: rig.robotPort, subscriptions: [Self.root + "robots/alice/control"])
    let eve = try rig.connect(
      "eve", port: rig.robotPort,
      subscriptions: [Self.root + "robots/alice/#", Self.root + "operators/#", Self.root + "#"])
    let mallory = try rig.connect(
      "mallory", port: rig.operatorPort,
      subscriptions: [Self.root + "robots/#", Self.root + "operators/drover-owner/#"])
    for id in [alice, eve, mallory] { #expect(rig.loop.awaitConnected(id)) }
    let online = codec.encode(ConnectionMessage(sessionEpoch: 9, status: .online))
    let request = codec.encode(
      OperatorRequest(
        client: try ClientID("drover-x"), number: 1,
        body: .closeZone(
          try ZoneID("forum-walk"))))
    for id in [eve, mallory] {
      try rig.publish("robots/alice/connection", online, on: id)
      try rig.publish("robots/alice/control", [8, 1], on: id)
      try rig.publish("fleet/heartbeat", [8, 99], on: id)
      try rig.publish("operators/drover-owner/requests", request, on: id)
    }
    try rig.publish("operators/eve/requests", request, on: eve)
    let heard = rig.messages(.milliseconds(700), at: eve) + rig.messages(.zero, at: mallory)
    #expect(heard.allSatisfy { $0.topic.hasSuffix("fleet/heartbeat") }, "\(heard.map(\.topic))")
    #expect(heard.allSatisfy { $0.payload != [8, 99] })
    let shown = try rig.depot.command("robot show alice", json: true).object()
    #expect(shown["session"] as? String == "never", "\(shown)")
    let zones = try rig.depot.command("zone list", json: true).array()
    #expect(zones.allSatisfy { $0["closed"] as? Bool == false })
  }

  @Test func nobodyTakesAnothersConnectionNorGetsInWithAWrongPassword() throws {
    let rig = try Rig(robots: ["alice"])
    let alice = try rig.connect("alice", port: rig.robotPort, clientID: "drover-alice")
    #expect(rig.loop.awaitConnected(alice))
    let thieves = [
      try rig.connect("eve", port: rig.robotPort, clientID: "drover-alice"),
      try rig.connect("mallory", port: rig.operatorPort, clientID: "drover-alice"),
      try rig.connect("mallory", port: rig.operatorPort, clientID: "drover-server"),
    ]
    let refused = [
      try rig.connect("alice", port: rig.robotPort, password: "wrong"),
      try rig.connect("alice", port: rig.operatorPort),
      try rig.connect("mallory", port: rig.robotPort),
      try rig.connect("nobody", port: rig.robotPort, password: ""),
      try rig.connect("mallory", port: rig.operatorPort, clientID: "alice"),
      try rig.connect("mallory", port: rig.operatorPort, clientID: "server.drover"),
    ]
    let events = rig.loop.awaitAnswers(thieves + refused) + rig.loop.events(for: .milliseconds(300))
    for id in refused {
      #expect(events.contains { if case .refused(id, _) = $0 { true } else { false } }, "\(id)")
      #expect(!rig.loop.isConnected(id))
    }
    #expect(rig.loop.isConnected(alice))
    #expect(!events.contains { if case .disconnected(alice, _) = $0 { true } else { false } })
    #expect(try rig.depot.command("zone list").status == 0)
    #expect(rig.depot.server?.err.contains("no broker") == false, "the server was not cut off")
  }

  @Test func aRevokedOperatorIsShutOut() throws {
    let rig = try Rig()
    let password = rig.depot.folder + "/password"
    try #require(rig.passwords["mallory"])
      .write(toFile: password, atomically: true, encoding: .utf8)
    let line = [
      "robot", "list", "--broker", "mqtt://127.0.0.1:\(rig.operatorPort)", "--site", "campus",
      "--user", "mallory", "--password-file", password,
    ]
    #expect(try rig.depot.run(line).status == 0)
    #expect(try rig.depot.command("operator remove mallory").status == 0)
    let outcome = try rig.depot.run(line)
    #expect(outcome.status == 3 && outcome.err.contains("refused mallory"), "\(outcome)")
  }

  @Test func theTaskOfARevokedRobotGoesToAnother() throws {
    let rig = try Rig(fleet: 4)
    try rig.depot.startRobots(4)
    _ = try rig.depot.submit("deliver --from engineering --to library --load-seconds 1 --key k")
    var first: String?
    #expect(
      try eventually {
        first = try rig.depot.tasks()["k"]?["robot"] as? String
        return first != nil
      })
    let robot = try #require(first)
    #expect(try rig.depot.command("robot remove \(robot)").status == 0)
    // It was on the road a moment ago: its cells stay blocked, and clearing it is refused.
    #expect(try rig.depot.command("robot show \(robot)").status == 0)
    #expect(try rig.depot.command("robot clear \(robot) --confirmed").status == 1)
    let ended = try rig.depot.awaitEnds(["k"])
    #expect(ended["k"]?["state"] as? String == "completed", "\(ended)")
    #expect(ended["k"]?["robot"] as? String != robot)
    let problems = try rig.depot.expectCleanDriving()
    #expect(problems.contains { $0.hasPrefix(robot) }, "it is let in no more: \(problems)")
  }
}

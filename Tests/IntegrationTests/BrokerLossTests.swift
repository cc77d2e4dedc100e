import Determinism
import FleetModel
import FleetWire
import Foundation
import Glibc
import MQTTTransport
import Testing

/// The broker is away: at the start, or in the middle.
struct BrokerLossTests {
  /// A mosquitto that knows nobody and lets everybody in, as somebody else might run one.
  private final class OpenBroker {
    let port: UInt16
    private let folder: String
    private(set) var process: Running?

    init(_ folder: String) throws {
      self.folder = folder
      port = try Self.freePort()
      try "listener \(port) 127.0.0.1\nallow_anonymous true\n"
        .write(toFile: folder + "/open.conf", atomically: true, encoding: .utf8)
    }

    func start() throws {
      process = try Running(["/usr/bin/env", "mosquitto", "-c", folder + "/open.conf"], in: folder)
    }

    private static func freePort() throws -> UInt16 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
        }
      }
      try #require(result == 0)
      return UInt16(bigEndian: address.sin_port)
    }

    var url: String { "mqtt://127.0.0.1:\(port)" }
  }

  @Test func aServerWaitsForItsBrokerAndRobotsHeedNoOlderServer() throws {
    let depot = try Depot()
    let broker = try OpenBroker(depot.folder)
    try depot.enrolFleet(2)
    let enrolled = try depot.run(["operator", "enrol", "ann", "--state", depot.state])
    #expect(enrolled.status == 0)
    let first = try depot.startServer(["--broker", broker.url])
    #expect(eventually { first.err.contains("no broker: trying again") }, "\(first.err)")
    #expect(first.stop(SIGTERM) == 0, "also while it waits: \(first.err)")
    let server = try depot.startServer(["--broker", broker.url])
    #expect(eventually { server.err.contains("no broker: trying again") }, "\(server.err)")
    try broker.start()
    #expect(eventually { server.err.contains("connected to the broker") }, "\(server.err)")
    #expect(server.status == nil)

    let password = depot.folder + "/password"
    try "any".write(toFile: password, atomically: true, encoding: .utf8)
    let operatorOptions = [
      "--broker", broker.url, "--site", "campus", "--user", "ann", "--password-file", password,
    ]
    let robots = try depot.start([
      "robots", "campus", "--broker", broker.url, "--count", "2", "--time-scale",
      "\(Int(depot.scale))",
      "--report", depot.report,
    ])
    let name = try depot.fleet(2)[0]
    let submit =
      ["task", "submit", "goto", "--station", "chapel", "--robot", name, "--wait"]
      + operatorOptions
    let areThere = try eventually {
      let list = try depot.run(["robot", "list", "--json"] + operatorOptions)
      guard list.status == 0 else { return false }
      return try list.array().filter { $0["session"] as? String == "online" }.count == 2
    }
    #expect(areThere, "\(robots.err)")
    let going = try depot.start(submit)
    try speakAsADeadServer(broker.port, to: name)
    #expect(going.wait() == 0, "\(going.out)\(going.err)")
    let role = try depot.run(submit.map { $0 == "ann" ? "bob" : $0 })
    #expect(role.status == 1 && role.err.contains("bob is not enrolled"), "\(role)")
    #expect(robots.stop(SIGINT) == 0, "\(robots.err)")
    #expect(server.stop(SIGINT) == 0)
  }

  /// As the server before this one would if it were not dead: stop, under every number.
  private func speakAsADeadServer(_ port: UInt16, to name: String) throws {
    let (codec, topics) = (WireCodec(), Topics(site: try SiteID("campus")))
    let robot = try RobotID(name)
    let loop = try MQTTLoop()
    let ghost = try loop.add(
      MQTTConnectionSettings(
        endpoint: MQTTEndpoint(host: "127.0.0.1", port: port), clientID: "ghost",
        subscriptions: [MQTTSubscription(topics.connection(robot), qos: .atLeastOnce)]))
    let session = try loop.first { event -> UInt64? in
      guard case .message(ghost, let message) = event else { return nil }
      return try codec.decodeConnection(message.payload).sessionEpoch
    }
    for number in 1...100 {
      let message = ControlMessage(
        serverEpoch: 1, sessionEpoch: try #require(session), number: UInt64(number),
        committedEvent: 1_000_000, command: .stop)
      try loop.publish(
        MQTTMessage(
          topic: topics.control(robot), payload: codec.encode(message), qos: .atLeastOnce),
        on: ghost)
    }
    _ = loop.events(for: .milliseconds(100))
  }

  @Test func aKilledPrivateBrokerComesBackAndRobotsResume() throws {
    let depot = try Depot()
    try depot.enrolFleet(4)
    try depot.serve()
    try depot.startRobots(4)
    let keys = try ["library --to lectures", "law --to post"].enumerated().map { index, way in
      _ = try depot.submit("deliver --from \(way) --load-seconds 1 --key b\(index)")
      return "b\(index)"
    }
    #expect(
      try eventually {
        try depot.tasks().values.allSatisfy { $0["state"] as? String == "underway" }
      })
    let broker = try #require(processes(naming: depot.state + "/broker/mosquitto.conf").first)
    kill(broker, SIGKILL)
    #expect(eventually { depot.server?.err.contains("the broker has ended") == true })
    #expect(try eventually { try depot.online().count == 4 })
    let ended = try depot.awaitEnds(keys)
    for (key, task) in ended { #expect(task["state"] as? String == "completed", "\(key)") }
    try depot.expectCleanDriving()
    try depot.endServer()
  }
}

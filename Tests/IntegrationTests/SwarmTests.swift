import CLinux
import Determinism
import FleetCommands
import FleetModel
import FleetPorts
import FleetWire
import Glibc
import Grid
import MQTTTransport
import Site
import SiteFiles
import Testing

/// A server that sends every robot to the next cell and back, for ever.
final class ShuttleServer {
  let loop: MQTTLoop
  let connection: ConnectionID
  let codec = WireCodec()
  let topics: Topics
  let clock: SystemClock
  let site: Site
  let starts: [RobotID: VertexID]
  let epoch: UInt64
  private var nextBeat: Instant
  private var beats: UInt64 = 0
  private(set) var robots: [RobotID: Known] = [:]

  struct Known {
    var session: UInt64 = 0
    var events: UInt64 = 0
    var control: UInt64 = 0
    var route = RoutePosition.none
    var visits = 0
    var statuses: [ConnectionMessage.Status] = []
    var states = 0
    var factsheet: Factsheet?
    var order: UInt64 = 0
  }

  init(_ broker: PrivateBroker, site: Site, robots: [SwarmRobot], clock: SystemClock) throws {
    loop = try MQTTLoop()
    topics = Topics(site: site.id)
    connection = try loop.add(
      broker.serverConnection(
        subscriptions: topics.serverFilters.map {
          MQTTSubscription($0.filter, qos: $0.qos == 0 ? .atMostOnce : .atLeastOnce)
        }))
    self.clock = clock
    self.site = site
    starts = Dictionary(uniqueKeysWithValues: robots.map { ($0.id, $0.start) })
    epoch = 1
    nextBeat = clock.now()
  }

  /// Handles what has come and sends what is due.
  func serve() throws {
    for event in loop.poll(timeout: .zero) {
      if case .message(_, let message) = event { try handle(message) }
    }
    guard clock.now() >= nextBeat, loop.isConnected(connection) else { return }
    nextBeat = clock.now() + .seconds(1)
    beats += 1
    let beat = Heartbeat(serverEpoch: epoch, number: beats, timeMicroseconds: 0)
    try publish(topics.heartbeat, codec.encode(beat), .atMostOnce)
  }

  private func handle(_ message: MQTTMessage) throws {
    switch topics.parse(message.topic) {
    case .connection(let id):
      robots[id, default: Known()].statuses.append(
        try codec.decodeConnection(message.payload).status)
    case .factsheet(let id):
      robots[id, default: Known()].factsheet = try codec.decodeFactsheet(message.payload)
    case .state(let id):
      _ = try codec.decodeState(message.payload)
      robots[id, default: Known()].states += 1
    case .report(let id): try take(codec.decodeReport(message.payload), id)
    default: break
    }
  }

  private func take(_ report: RobotReport, _ id: RobotID) throws {
    var known = robots[id, default: Known()]
    if report.sessionEpoch > known.session {
      known.session = report.sessionEpoch
      known.events = 0
      known.control = 0
    }
    var isIdle = false
    for event in report.events where event.number == known.events + 1 {
      known.events += 1
      switch event.event {
      case .present(_, let route, _, _, _, _):
        known.route = route
        isIdle = route.visited == route.through
      case .visited(_, let leg):
        if leg == 2 && known.route.visited < 2 { known.visits += 1 }
        known.route.visited = max(known.route.visited, leg)
        isIdle = known.route.visited == 2
      default: break
      }
    }
    if isIdle { try shuttle(&known, id) } else { try send(.acknowledgeEvents, &known, id) }
    robots[id] = known
  }

  private func shuttle(_ known: inout Known, _ id: RobotID) throws {
    let start = try #require(starts[id])
    let next = try #require(
      Direction.allCases.lazy.compactMap { self.site.graph.successor(of: start, $0) }.first)
    known.order += 1
    known.route = RoutePosition(order: known.order, update: 1, visited: 0, through: 2)
    let legs = [next, start].map {
      RouteLeg(points: [site.centre(of: $0)], speedLimitMillimetresPerSecond: 0)
    }
    try send(
      .route(
        RouteUpdate(
          order: known.order, update: 1, start: site.centre(of: start), firstLeg: 1, legs: legs,
          releasedThrough: 2)), &known, id)
  }

  private func send(_ command: ControlCommand, _ known: inout Known, _ id: RobotID) throws {
    known.control += 1
    let message = ControlMessage(
      serverEpoch: epoch, sessionEpoch: known.session, number: known.control,
      committedEvent: known.events, command: command)
    try publish(topics.control(id), codec.encode(message), .atLeastOnce)
  }

  private func publish(_ topic: String, _ payload: [UInt8], _ qos: QoS) throws {
    try loop.publish(MQTTMessage(topic: topic, payload: payload, qos: qos), on: connection)
  }
}

@Suite(.serialized) struct SwarmTests {
  /// A broker with accounts for a fleet of the campus, a shuttle server and a swarm.
  private final class Rig {
    let directory: String
    let broker: PrivateBroker
    let server: ShuttleServer
    let swarm: Swarm

    init(size: Int, faults: SwarmFaults = SwarmFaults()) throws {
      directory = try BrokerFixture.makeDirectory()
      let site = try SiteFile.load(Self.campus)
      let names = try SwarmRobot.fleet(of: site, size: size, seed: Seed(1))
      let passwords = names.map { _ in PrivateBroker.makePassword() }
      let hashes = try PrivateBroker.hash(passwords: passwords)
      let topics = Topics(site: site.id)
      let accounts = zip(names, hashes).map { robot, hash in
        BrokerAccount(
          username: robot.id.text, passwordHash: hash, role: .robot,
          access: topics.permissions(robot: robot.id).map(Self.rule))
      }
      broker = try PrivateBroker(
        PrivateBroker.Settings(
          stateDirectory: directory, serverAccess: topics.serverPermissions.map(Self.rule)),
        accounts: accounts)
      let robots = try SwarmRobot.fleet(
        of: site, size: size,
        passwords: Dictionary(uniqueKeysWithValues: zip(names.map(\.id.text), passwords)),
        seed: Seed(1))
      let clock = SystemClock(scale: 10)
      server = try ShuttleServer(broker, site: site, robots: robots, clock: clock)
      var settings = SwarmSettings(
        site: site,
        endpoint: MQTTEndpoint(host: "127.0.0.1", port: broker.ports.robots),
        robots: robots, seed: Seed(1))
      settings.faults = faults
      swarm = try Swarm(settings, clock: clock)
    }

    deinit {
      broker.stop()
      BrokerFixture.removeTree(directory)
    }

    func run(until isOver: () -> Bool) throws -> SwarmReport {
      var failure: (any Error)?
      let report = swarm.run(for: patience) {
        do { try server.serve() } catch { failure = error }
        return failure != nil || isOver()
      }
      if let failure { throw failure }
      for _ in 0..<20 { try server.serve() }
      return report
    }

    private static func rule(_ permission: Permission) -> BrokerAccessRule {
      BrokerAccessRule(permission.access == .read ? .read : .write, permission.filter)
    }

    private static var campus: String {
      let parts = #filePath.split(separator: "/").dropLast(3)
      return "/" + parts.joined(separator: "/") + "/Maps/campus"
    }
  }

  @Test func robotsDriveWhatAServerReleasesOverARealBroker() throws {
    let rig = try Rig(size: 6)
    let report = try rig.run {
      rig.server.robots.count == 6 && rig.server.robots.values.allSatisfy { $0.visits >= 3 }
    }
    #expect(report.problems == [])
    #expect(report.status.connected == 6 && report.connects == 6)
    #expect(report.status.collisions == 0 && report.overruns == 0 && report.collisionChecks > 50)
    #expect(report.status.drivenMetres > 6 * 3 * 2 * 0.9)
    for (id, known) in rig.server.robots {
      #expect(known.visits >= 3, "\(id)")
      #expect(known.states > 5 && known.factsheet?.serial == id.text, "\(id)")
      // What the broker kept and what it was just told can be the same greeting twice; after the
      // farewell it does not matter how the connection ended.
      let before = known.statuses.prefix { $0 != .offline }
      #expect(before.first == .online && !before.contains(.lost), "\(id): \(known.statuses)")
    }
  }

  @Test func lostLinksLeaveAWillAndComeBackInANewSession() throws {
    var faults = SwarmFaults()
    faults.linkLossesPerHour = 120
    faults.linkLossSeconds = 2...4
    let rig = try Rig(size: 4, faults: faults)
    var swarmLosses = 0
    let report = try rig.run {
      swarmLosses = rig.server.robots.values.reduce(0) {
        $0 + $1.statuses.count { $0 == .lost }
      }
      return swarmLosses >= 3 && rig.server.robots.values.allSatisfy { $0.visits >= 2 }
    }
    #expect(report.linkLosses >= 3 && swarmLosses >= 3)
    #expect(report.connects > 4)
    #expect(report.problems == [])
  }
}

import Determinism
import FleetModel
import FleetPorts
import Grid
import MQTTTransport
import Site

/// What a swarm is made of.
public struct SwarmSettings: Sendable {
  /// Where they drive: names of topics, cell size.
  public var site: Site
  /// The broker, at the listener for robots.
  public var endpoint: MQTTEndpoint
  /// Who drives.
  public var robots: [SwarmRobot]
  /// The robots' watchdog on the server's heartbeat, in virtual time; at least two real seconds.
  public var heartbeatTimeout = Duration.seconds(5)
  /// What goes wrong; by default nothing.
  public var faults = SwarmFaults()
  /// For faults, noise and waits before reconnecting.
  public var seed: Seed
  /// How often the status is told, in real time.
  public var statusInterval = Duration.seconds(1)

  /// Makes settings without faults.
  public init(site: Site, endpoint: MQTTEndpoint, robots: [SwarmRobot], seed: Seed) {
    self.site = site
    self.endpoint = endpoint
    self.robots = robots
    self.seed = seed
  }
}

/// One robot of a swarm.
public struct SwarmRobot: Sendable {
  /// Its user name at the broker.
  public var id: RobotID
  /// nil: the broker lets anybody in.
  public var password: String?
  /// What it is; goes into its factsheet.
  public var vehicle: VehicleClass
  /// The cell on whose centre it stands at first.
  public var start: VertexID
  /// Where it looks at first, thousandths of a degree clockwise from north.
  public var headingMillidegrees: Int32
  /// At first, 0 ... 1000.
  public var energyPermille: Int32

  /// Makes a robot, by default fully charged.
  public init(
    id: RobotID, password: String?, vehicle: VehicleClass, start: VertexID,
    headingMillidegrees: Int32 = 0, energyPermille: Int32 = 1000
  ) {
    self.id = id
    self.password = password
    self.vehicle = vehicle
    self.start = start
    self.headingMillidegrees = headingMillidegrees
    self.energyPermille = energyPermille
  }

  /// A site's fleet on its parking places, named `CLASS-1`, `CLASS-2` …, between half and fully
  /// charged. The same site, size and seed give the same fleet.
  /// - Parameters:
  ///   - size: nil: as many as the site says. Fewer are returned where parking places run out.
  ///   - passwords: by robot name.
  /// - Throws: `IdentifierError`, when a class has so long a name that no number fits behind it.
  public static func fleet(
    of site: Site, size: Int? = nil, passwords: [String: String] = [:], seed: Seed
  ) throws(IdentifierError) -> [SwarmRobot] {
    var chance = seed.derive("energy at the start").generator()
    var counts = [Int](repeating: 0, count: site.classes.count)
    var robots: [SwarmRobot] = []
    for start in site.fleet(ofSize: size) {
      let vehicle = site.classes[start.classIndex]
      counts[start.classIndex] += 1
      let id = try RobotID("\(vehicle.id)-\(counts[start.classIndex])")
      robots.append(
        SwarmRobot(
          id: id, password: passwords[id.text], vehicle: vehicle, start: start.place.vertex,
          headingMillidegrees: site.startHeading(
            at: start.place.vertex, class: start.classIndex)?.millidegrees ?? 0,
          energyPermille: Int32(chance.next(in: 500...1000))))
    }
    return robots
  }
}

/// What goes wrong by chance, in virtual time.
public struct SwarmFaults: Sendable {
  /// Stops before an obstacle, a robot and hour.
  public var stopsPerHour = 0.0
  /// How long a stop lasts.
  public var stopSeconds = 5...40
  /// Lost links, a robot and hour.
  public var linkLossesPerHour = 0.0
  /// How long the link is gone.
  public var linkLossSeconds = 2...25

  /// Nothing goes wrong.
  public init() {}
}

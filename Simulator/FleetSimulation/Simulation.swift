import Determinism
import FleetCore
import FleetModel
import FleetWire
import Grid
import Invariants
import Site
import VirtualRobot

/// One run of a scenario: a whole fleet in virtual time, the same for the same seed.
///
/// Everything that happens comes out of one queue by (time, sequence). Chance comes from one stream
/// for each part (network, demand, faults, robots, humans, core), so that a change in one leaves
/// the others as they were.
public struct Simulation {
  /// What can happen.
  enum Happening {
    case serverStarts
    case serverConnects
    case brokerStarts
    case storeTakes
    case tick
    case wake(robot: Int)
    case look
    case second
    case fault(Int)
    case faultEnds(Int)
    case connect(robot: Int)
    case chargingFails(robot: Int)
    case linkTimeout(robot: Int, session: UInt64)
    case will(robot: Int, session: UInt64)
    case toServer(ToServer)
    case toRobot(ToRobot)
    case request([UInt8])
    case reply([UInt8])
    case release(TaskID, code: String)
  }

  /// A message of a robot under way.
  struct ToServer {
    var topic: RobotTopic
    var robot: Int
    /// The session it was sent in; nil: the broker says or keeps it itself.
    var session: UInt64?
    /// When the broker has it.
    var broker: Instant
    var bytes: [UInt8]
  }

  /// A message to a robot under way.
  struct ToRobot {
    var robot: Int
    var isHeartbeat: Bool
    /// The server's connection that it was sent on.
    var connection: Int
    /// When the broker has it.
    var broker: Instant
    var bytes: [UInt8]
  }

  enum RobotTopic: Int { case connection, factsheet, state, report, control, heartbeat }

  /// How the run is going.
  public enum Phase: String, Sendable { case demand, drain, ended }

  /// Between two looks at everybody's true place; with very many, twice as long.
  var lookPeriod: Duration { .milliseconds(robots.count > 2000 ? 200 : 100) }
  /// The visit queues are checked once in so many messages: a hundred robots say as much in three
  /// seconds, and a thousand ten times as much.
  var queueCheckInterval: Int64 { max(1000, 10 * Int64(robots.count)) }

  public let scenario: Scenario
  public let site: Site
  public let seed: UInt64
  /// 2026-01-01 00:00 UTC.
  let start = Instant(microseconds: 1_767_225_600_000_000)
  public internal(set) var now: Instant
  public internal(set) var phase = Phase.demand

  var queue = EventQueue<Happening>()
  var server: SimulatedServer
  /// A server that was replaced and goes on.
  var stale: StaleServer?
  /// The broker runs.
  var brokerIsUp = true
  /// The server cannot connect before this.
  var serverCutUntil = Instant.zero
  var rogues: Rogues
  /// Where everybody was at the last look.
  var sights = Sights()
  /// What the robot that is looked at may meet; kept for its memory.
  var thingsAhead: [OrientedRectangle] = []
  /// Fault -> the charger that it has put out of order.
  var deadChargers: [Int: Int32] = [:]
  /// Fault -> what an operator will ask for at its end.
  var held: [Int: OperatorCommand] = [:]
  /// What operators have held up and must see go on.
  var meddled: [OperatorCommand] = []
  /// Robots that somebody has asked for to drive them by hand.
  var drivers: [Int: HandDriver] = [:]
  /// Robots that were taken off the site.
  var departed: Set<Int> = []
  private(set) var isHealed = false
  /// Faults that have happened.
  var counts: [FaultKind: Int] = [:]
  let codec = WireCodec()
  /// The heartbeat that was unpacked last: all robots get the same.
  var heard: (bytes: [UInt8], heartbeat: Heartbeat)?
  var robots: [SimulatedRobot] = []
  var numberOf: [RobotID: Int] = [:]
  /// Whose number was asked for last.
  var lastNumber = 0
  let classes: [Int]
  var network: SimulatedNetwork
  var demand: DemandGenerator
  var desk: TaskDesk
  let faults: [Fault]
  var humans: SeededGenerator
  var world: World
  var meter: TravelMeter
  var eventLog = EventLog()
  var lastQueueCheck: Int64 = 0
  var incidents: [String] = []
  var incidentCount = 0
  var movedWhenHealing = 0
  var codecErrors = 0
  var explanations: [String] = []
  /// Robots that have come to rest on a parking place or a charger since their last task.
  var hasRested: [Bool]
  var busySamples: (busy: Int64, all: Int64) = (0, 0)
  /// Tasks completed after the warm-up, while there was demand.
  var completedInDemand = 0
  /// What happened since it was last asked for; nil: nobody asks.
  var tape: [SimulationStep]?
  /// So many violations were told.
  var violationsTold = 0
  let user: OperatorID
  let client: ClientID

  /// - Throws: `SimulationError` when the scenario does not fit the site.
  public init(_ scenario: Scenario, site: Site, seed: UInt64) throws(SimulationError) {
    let starts = try scenario.robots.placed(on: site)
    let root = Seed(seed)
    self.scenario = scenario
    self.site = site
    self.seed = seed
    now = start
    var settings = FleetSettings()
    if let period = scenario.fleet.planningPeriod { settings.planningPeriod = period }
    if let period = scenario.fleet.dispatchPeriod { settings.dispatchPeriod = period }
    if let reaction = scenario.fleet.reaction { settings.reaction = reaction }
    if let cells = scenario.fleet.planAheadCells { settings.planAheadCells = cells }
    if let robots = scenario.fleet.planningBesideAbove { settings.planningBesideAbove = robots }
    if let latency = scenario.fleet.planningLatency { settings.planningLatency = latency }
    server = SimulatedServer(site: site, settings: settings, seed: root.derive("fleet"))
    classes = starts.map(\.classIndex)
    let isChaos = scenario.faults.chaos > 0
    network = SimulatedNetwork(
      isChaos ? scenario.network.drawn(root.derive("network kind")) : scenario.network,
      channels: starts.count * 6, seed: root.derive("network"))
    demand = DemandGenerator(
      scenario, site: site, fleet: starts, seed: root.derive("demand"))
    desk = TaskDesk(robots: starts.count, classes: site.classes.count)
    faults = FaultPlan.draw(
      scenario.faults, robots: starts.count, duration: scenario.duration,
      seed: root.derive("faults"))
    rogues = Rogues(robots: starts.count)
    hasRested = [Bool](repeating: false, count: starts.count)
    humans = root.derive("humans").generator()
    world = World(site: site, vehicles: starts.map { site.classes[$0.classIndex] }, start: now)
    meter = TravelMeter(site: site, classes: classes)
    do {
      user = try OperatorID("operator")
      client = try ClientID("simulator")
    } catch {
      throw SimulationError("\(error)")
    }
    try makeRobots(starts, root.derive("robots"))
    schedule()
  }

  private mutating func makeRobots(
    _ starts: [RobotStart], _ seed: Seed
  ) throws(SimulationError) {
    var counts = [Int](repeating: 0, count: site.classes.count)
    var random = seed.derive("energy").generator()
    for (i, start) in starts.enumerated() {
      let vehicle = site.classes[start.classIndex]
      counts[start.classIndex] += 1
      let id: RobotID
      do { id = try RobotID("\(vehicle.id)-\(counts[start.classIndex])") } catch {
        throw SimulationError("\(error)")
      }
      let energy = Int32(random.next(in: scenario.vehicles.energyPermille))
      let robot = VirtualRobot(
        VirtualRobot.Settings(
          id: id,
          factsheet: Factsheet(
            vendor: "Drover", model: "virtual", serial: "\(i + 1)", vehicle: vehicle,
            heartbeatTimeoutMilliseconds: scenario.vehicles.heartbeatTimeoutMilliseconds),
          cellMillimetres: site.cellMillimetres, start: site.centre(of: start.vertex),
          headingMillidegrees: site.startHeading(at: start.vertex, class: start.classIndex)?
            .millidegrees ?? 0,
          energyPermille: energy, seed: seed.derive("robot", i)))
      robots.append(SimulatedRobot(id: id, classIndex: start.classIndex, robot: robot))
      numberOf[id] = i
    }
  }

  /// Robots connect over two seconds; in the middle of it the server starts.
  private mutating func schedule() {
    queue.push(.serverStarts, at: now + .seconds(1))
    queue.push(.tick, at: now + .seconds(1))
    for i in robots.indices {
      queue.push(.connect(robot: i), at: now + .microseconds(2_000_000 * i / robots.count))
    }
    // Until a server has heard where they stand, robots are as good as strangers.
    for i in robots.indices { rogues.add(i, until: now) }
    for fault in faults {
      let isOwn = fault.kind == .replays || fault.kind == .garbage
      let recorded = fault.kind == .ghosts ? fault.amount % robots.count : fault.robot
      guard let recorded, isOwn || fault.kind == .ghosts, recorded < robots.count else { continue }
      robots[recorded].isRecorded = true
    }
    queue.push(.look, at: now + lookPeriod)
    queue.push(.second, at: now + .seconds(1))
    for (index, fault) in faults.enumerated() {
      if let robot = fault.robot, robot >= robots.count { continue }
      if fault.event != nil {
        server.crashes.append(fault)
      } else {
        queue.push(.fault(index), at: now + fault.after)
      }
    }
  }

  /// Once, when the faults are over.
  mutating func healOnce() {
    if !isHealed {
      takeDown(.world("demand and faults are over", robot: nil))
      heal()
    }
    isHealed = true
  }

  /// What was to go wrong, drawn or listed, by time.
  public var plannedFaults: [Fault] { faults }
  /// No run of the scenario lasts longer.
  public var longest: Duration { scenario.duration + scenario.drainLimit + .seconds(60) }
  /// Over every message so far (bytes, time, endpoints): equal runs have equal ones.
  public var eventLogHash: String { eventLog.hexadecimal }
  /// Time since the start.
  public var elapsed: Duration { now - start }
  /// Tasks ended as completed so far, for progress displays.
  public var completedCount: Int64 {
    server.fleet.fleetStatistics().tasks.reduce(0) { $0 + $1.completed }
  }
  public var openCount: Int { desk.openCount }
  public var collisionCount: Int { world.collisions }
  public var violationCount: Int { world.violationCount }

  /// Lets everything happen up to `end` or the end of the run.
  public mutating func run(until end: Duration) {
    let limit = start + end
    while phase != .ended, let next = queue.nextTime, next <= limit { runOne() }
    if phase != .ended { now = max(now, limit) }
  }

  /// Lets the next thing happen.
  mutating func runOne() {
    guard let entry = queue.pop() else { return }
    now = entry.time
    fetch(queue.nextSubject)
    happen(entry.value)
  }

  /// Begins to fetch what the next event is about while this one happens: of ten thousand robots, of
  /// which so much is known, hardly one is near the processor.
  private func fetch(_ subject: EventSubject) {
    queue.fetchNext()
    guard let i = subject.robot else { return }
    if subject.isOfServer { robots.fetchLink(i) } else { robots.fetch(i) }
    network.fetch(channels: 6 * i..<6 * i + 6)
    guard subject.isOfServer else { return }
    world.fetch(i)
    server.fleet.withMemory(ofRobot: i, prefetch)
  }

  private mutating func happen(_ happening: Happening) {
    switch happening {
    case .serverStarts: startServer()
    case .serverConnects: connectServer()
    case .brokerStarts: startBroker()
    case .storeTakes: resumeStore()
    case .tick:
      if server.isConnected { handle(.tick) }
      queue.push(.tick, at: now + scenario.fleet.tickPeriod)
    case .wake(let i): wake(i)
    case .look:
      look(all: false)
      queue.push(.look, at: now + lookPeriod)
    case .second: second()
    case .fault(let index): suffer(index)
    case .faultEnds(let index): recover(index)
    case .connect(let i): connect(i)
    case .chargingFails(let i): failCharging(i)
    case .linkTimeout(let i, let session): timeOut(i, session)
    case .will(let i, let session): publishWill(i, session)
    case .toServer(let message): arriveAtServer(message)
    case .toRobot(let message): arriveAtRobot(message)
    case .request(let bytes): request(bytes)
    case .reply(let bytes): reply(bytes)
    case .release(let task, let code): ask(.releaseTask(task, code: code))
    }
  }

  /// What was delivered, when, to whom: the run's fingerprint.
  mutating func log(_ endpoint: UInt64, _ bytes: [UInt8]) {
    eventLog.add(bytes, endpoint: endpoint, at: now)
  }
}

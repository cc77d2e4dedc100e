import Determinism
import Grid

/// What an operator's program asks of the server, QoS 1; one reply each.
public struct OperatorRequest: Sendable, Equatable {
  /// The asking connection; its replies go to `operators/USER/replies/CLIENT`.
  public var client: ClientID
  /// Unique within the client; a repeated one (a redelivery) is answered again, not done again.
  public var number: UInt64
  public var body: OperatorCommand
  public init(client: ClientID, number: UInt64, body: OperatorCommand) {
    self.client = client
    self.number = number
    self.body = body
  }
}

public enum OperatorCommand: Sendable, Equatable {
  case submitTask(key: ClientKey, spec: TaskSpec)
  case listTasks(TaskFilter)
  case showTask(TaskID)
  case cancelTask(TaskID)
  case pauseTask(TaskID)
  case resumeTask(TaskID)
  case releaseTask(TaskID, code: String)
  case listRobots
  case showRobot(RobotID)
  case pauseRobot(RobotID)
  case resumeRobot(RobotID)
  case stopRobot(RobotID)
  case parkRobot(RobotID)
  /// Takes a robot that is gone off the map and gives its cells away. Refused unless `confirmed`
  /// (somebody has looked), and while the robot is heard or may still be driving.
  case clearRobot(RobotID, confirmed: Bool)
  case setIntegration(RobotID, IntegrationLevel)
  /// Takes the robot over to drive it by hand, or goes on doing so, for so long from now.
  case teleoperateRobot(RobotID, forMilliseconds: Int64)
  /// Gives it back to the fleet.
  case endTeleoperation(RobotID)
  case listStations
  case listZones
  case closeZone(ZoneID)
  case openZone(ZoneID)
  case explainRobot(RobotID)
  case explainTask(TaskID)
  /// Where everybody is now, for `watch`.
  case snapshot
  case statistics
  /// Credentials: carried out by the server around the core.
  case enrol(name: String, role: Role)
  case removeEnrolment(name: String, role: Role)
}

public enum Role: UInt8, Sendable, Equatable, Codable, CaseIterable { case robot, `operator` }

public struct TaskFilter: Sendable, Equatable {
  /// Also ended ones.
  public var ended: Bool
  public var kind: TaskKind?
  public var robot: RobotID?
  /// At most this many, newest first; 1 ... 10,000.
  public var limit: Int32
  public init(ended: Bool, kind: TaskKind?, robot: RobotID?, limit: Int32) {
    self.ended = ended
    self.kind = kind
    self.robot = robot
    self.limit = limit
  }
}

public enum OperatorReply: Sendable, Equatable, Codable {
  case done
  case task(TaskRecord)
  case tasks([TaskRecord])
  case robots([RobotView])
  case stations([StationView])
  case zones([ZoneView])
  /// From the question to its last cause.
  case explanation([String])
  case snapshot(SnapshotView)
  case statistics(FleetStatistics)
  case credential(name: String, password: String)
  case refused(Refusal)
}

/// Why a request was not carried out, and what to do next.
public struct Refusal: Sendable, Equatable, Codable, Error {
  public enum Code: String, Sendable, Equatable, Codable, CaseIterable {
    case unknownTask, unknownRobot, unknownStation, unknownZone, unknownRoute, unknownArea
    case unreachable, noCapableRobot, keyConflict, wrongState, wrongCode, energy, closed
    case invalid, notAllowed, exists, unavailable
  }
  public var code: Code
  public var message: String
  /// What the operator can do about it; empty: nothing better than the message.
  public var hint: String
  public init(_ code: Code, _ message: String, hint: String = "") {
    self.code = code
    self.message = message
    self.hint = hint
  }
}

/// How much the fleet makes of a robot (set by an operator).
public enum IntegrationLevel: String, Sendable, Equatable, Codable, CaseIterable {
  /// As if not there.
  case ignored
  /// Occupies its cells, is not routed.
  case noticed
  /// Keeps the tasks it has, gets no new ones.
  case respected
  case utilised
}

/// The session of a robot as its broker and will tell it.
public enum SessionStatus: String, Sendable, Equatable, Codable, CaseIterable {
  case never, online, offline, lost
}

/// How old its last word is.
public enum Freshness: String, Sendable, Equatable, Codable, CaseIterable {
  case fresh, suspect, lost
}

/// A robot as operators see it.
public struct RobotView: Sendable, Equatable, Codable {
  public var id: RobotID
  /// nil: no factsheet yet.
  public var vehicleClass: ClassID?
  public var session: SessionStatus
  public var freshness: Freshness
  public var mode: RobotMode
  public var integration: IntegrationLevel
  /// nil: not on the map yet.
  public var cell: Cell?
  public var position: Point?
  public var headingMillidegrees: Int32
  public var speedMillimetresPerSecond: Int32
  public var energyPermille: Int32
  public var charging: Bool
  public var task: TaskID?
  /// In a few words: "driving to dock-3", "waiting for robot-7 at (3, 4)".
  public var activity: String
  public var paused: Bool
  public var loaded: Bool
  public var errors: [RobotError]
  /// Who drives it by hand, or will when it stands and the road is clear; nil: nobody.
  public var driver: OperatorID?
  /// How long the driver's lease lasts.
  public var leaseMilliseconds: Int64

  public init(id: RobotID) {
    self.id = id
    vehicleClass = nil
    session = .never
    freshness = .lost
    mode = .automatic
    integration = .utilised
    cell = nil
    position = nil
    headingMillidegrees = 0
    speedMillimetresPerSecond = 0
    energyPermille = 0
    charging = false
    task = nil
    activity = ""
    paused = false
    loaded = false
    errors = []
    driver = nil
    leaseMilliseconds = 0
  }
}

public struct StationView: Sendable, Equatable, Codable {
  public var id: StationID
  /// "station", "charger" or "parking".
  public var kind: String
  public var cells: [Cell]
  /// Robots that hold one of its places now.
  public var reserved: [RobotID]
  /// Robots that wait for a place.
  public var queue: [RobotID]
  public init(id: StationID, kind: String, cells: [Cell], reserved: [RobotID], queue: [RobotID]) {
    self.id = id
    self.kind = kind
    self.cells = cells
    self.reserved = reserved
    self.queue = queue
  }
}

public struct ZoneView: Sendable, Equatable, Codable {
  public var id: ZoneID
  public var cellCount: Int32
  public var closed: Bool
  /// In a few words: speed limit, one-way, classes, capacity.
  public var rules: String
  /// Robots inside now.
  public var robots: [RobotID]
  public init(id: ZoneID, cellCount: Int32, closed: Bool, rules: String, robots: [RobotID]) {
    self.id = id
    self.cellCount = cellCount
    self.closed = closed
    self.rules = rules
    self.robots = robots
  }
}

/// Where everybody is now.
public struct SnapshotView: Sendable, Equatable, Codable {
  public var site: SiteID
  public var robots: [RobotView]
  public var openTasks: Int32
  public var endedTasks: Int64
  /// Cells released and not yet vacated.
  public var released: [Cell]
  public var closed: [Cell]
  public init(
    site: SiteID, robots: [RobotView], openTasks: Int32, endedTasks: Int64, released: [Cell],
    closed: [Cell]
  ) {
    self.site = site
    self.robots = robots
    self.openTasks = openTasks
    self.endedTasks = endedTasks
    self.released = released
    self.closed = closed
  }
}

/// Counts since the store was made, and of this run where said.
public struct FleetStatistics: Sendable, Equatable, Codable {
  public struct KindCount: Sendable, Equatable, Codable {
    public var kind: TaskKind
    public var completed: Int64
    public var failed: Int64
    public var cancelled: Int64
    public var open: Int64
    public init(kind: TaskKind) {
      self.kind = kind
      completed = 0
      failed = 0
      cancelled = 0
      open = 0
    }
  }
  public var robots: Int32
  public var robotsOnline: Int32
  public var tasks: [KindCount]
  /// Median of cells driven by completed tasks of this run; 0: none.
  public var medianRouteCells: Int64
  public var messagesIn: Int64
  public var messagesOut: Int64
  /// From receipt of the unblocking report to publish, commit included; microseconds, this run.
  public var releaseLatencyP50Microseconds: Int64
  public var releaseLatencyP99Microseconds: Int64
  public var invariantViolations: Int64
  /// Robots that were found off their road or past their release, this run.
  public var contained: Int64
  /// Robots that operators took off the map, this run.
  public var cleared: Int64
  /// Standstills after which others were planned round a robot, this run.
  public var standstills: Int64
  /// Searches for robots that came no nearer to their goals, and how many found a way; this run.
  public var regionSearches: Int64
  public var regionsSolved: Int64
  /// Times that robots were let pass before a late one, this run.
  public var reorders: Int64
  /// Robots that had not come on for minutes and were named, this run.
  public var cannotMove: Int64
  /// Robots that operators have driven by hand, this run.
  public var teleoperations: Int64
  /// Times that robots drove much slower than their class, this run.
  public var slowdowns: Int64
  public var cpuMicroseconds: Int64
  /// Of the private broker's process; 0 without one.
  public var brokerCPUMicroseconds: Int64
  public init() {
    robots = 0
    robotsOnline = 0
    tasks = TaskKind.allCases.map(KindCount.init)
    medianRouteCells = 0
    messagesIn = 0
    messagesOut = 0
    releaseLatencyP50Microseconds = 0
    releaseLatencyP99Microseconds = 0
    invariantViolations = 0
    contained = 0
    cleared = 0
    standstills = 0
    regionSearches = 0
    regionsSolved = 0
    reorders = 0
    cannotMove = 0
    teleoperations = 0
    slowdowns = 0
    cpuMicroseconds = 0
    brokerCPUMicroseconds = 0
  }
}

/// What happened, for `watch` and dashboards (`fleet/events`, QoS 0).
public struct FleetNotice: Sendable, Equatable, Codable {
  public enum Kind: String, Sendable, Equatable, Codable, CaseIterable {
    case taskChanged, robotChanged, zoneChanged, incident
  }
  public var kind: Kind
  public var time: Instant
  public var robot: RobotID?
  public var task: TaskID?
  public var text: String
  public init(kind: Kind, time: Instant, robot: RobotID?, task: TaskID?, text: String) {
    self.kind = kind
    self.time = time
    self.robot = robot
    self.task = task
    self.text = text
  }
}

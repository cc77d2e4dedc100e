import Determinism
import FleetDispatch
import FleetModel
import Grid
import MAPF
import Missions
import Site
import Traffic

/// The whole controller as one state machine: events in, effects out.
///
/// The same value runs in the live server, in the simulator and in every test; what it does is a
/// function of the site, the settings, the seed and the events. It reads no clock and does no I/O.
///
/// How to read this folder: this file holds the state and sorts events. `Fleet+Sessions` (robots
/// come and go), `Fleet+Presence` (where they are), `Fleet+Containment` (where they should not be),
/// `Fleet+Teleoperation` (driven by hand), `Fleet+Freshness` (whether they are heard and drive),
/// `Fleet+Pace` and `Fleet+Ladder` (late or slow), `Fleet+Reports` (what they did), `Fleet+Tick`
/// (time), `Fleet+Planning`, `Fleet+PlanningBeside` with its `PlanningDesk` and `Fleet+Goals` (where to, and the way), `Fleet+Footprints`,
/// `Fleet+MakingWay` and `Fleet+Refuges` (of vehicles longer than a cell, and for them),
/// `Fleet+Actions` (work at a place), `Fleet+Tasks` (a task's life), `Fleet+Dispatch` (who does
/// what), `Fleet+Requests`, `Fleet+Views` and `Fleet+Explain` (operators), `Fleet+Restore` (after a
/// restart), `FleetImage` (a copy for the flight recorder).
public struct Fleet: Sendable {
  public let site: Site
  public let settings: FleetSettings
  /// The fencing number of this run.
  public let serverEpoch: UInt64
  let planningSeed: Seed
  /// By class, for robots that are not slow.
  let releaseLimits: [ReleaseLimit]

  var robots: [RobotEntry] = []
  var robotByID: [RobotID: RobotIndex] = [:]
  var tasks: TaskBook
  var places: PlaceBook
  var traffic: Traffic
  var planning: PlanningDesk
  /// Where rounds of large fleets are computed; nil: within the events, with the same effects.
  public var workBeside: WorkBeside?
  var graphs: [MoveGraph]
  /// The closures that these are of.
  var closedInGraphs: [Bool]
  var graphsBefore: GraphsBefore?
  var long: LongVehicles
  var dispatcher: any Dispatcher
  let charging = ChargingPolicy()
  /// Skills that open tasks without a robot need.
  var waitingSkills: SkillSet = []
  /// Some robot needs to charge and finds no charger.
  var robotsWaitForChargers = false
  var closedZones: [Bool]
  /// Class -> component of its moves -> whether a parking place can be reached; as far as asked.
  var parkingReach: [Int: [Int32: Bool]] = [:]
  /// Vertex -> the robot whose plan ends there; kept up to date during a planning round.
  var endAt: PlannedEnds
  var replies = ReplyMemory()
  var statistics = FleetStatistics()
  var routeCells: [Int64] = []

  var isTransportUp = true

  // Time.
  var now = Instant.zero
  var heartbeats: UInt64 = 0
  var heartbeatTimer = Timer()
  var planningTimer = Timer()
  var dispatchTimer = Timer()
  var housekeepingTimer = Timer()
  var waitsTimer = Timer()
  var unstickTimer = Timer()
  var reorderTimer = Timer()
  var unstickCount = 0

  // What the event under way has brought about.
  var changes: [FleetChange] = []
  var outbox: [FleetEffect] = []
  var dirtyTasks: [TaskID] = []
  /// Robots whose durable part must be in this batch, if it has changed.
  var robotsToStore: [Int] = []
  /// The highest action id given out: one count for all robots, so that a robot that was removed and
  /// enrolled again never hears an id that it remembers.
  var lastAction: UInt64
  /// The number of the last lease of teleoperation.
  var lastLease: UInt64

  /// A fleet without robots or tasks. After a restart, `restore` follows.
  public init(
    site: Site, settings: FleetSettings = FleetSettings(), serverEpoch: UInt64, seed: Seed
  ) {
    self.site = site
    self.settings = settings
    self.serverEpoch = serverEpoch
    planningSeed = seed.derive("planner")
    releaseLimits = Self.releaseLimits(of: site, settings)
    tasks = TaskBook(endedKept: settings.endedTasksKept)
    places = PlaceBook(site: site)
    endAt = PlannedEnds(vertexCount: site.graph.vertexCount)
    let closed = site.closedAtStart
    closedZones = closed
    closedInGraphs = closed
    graphs = site.moveGraphs(closed: closed)
    long = LongVehicles(site: site, closed: closed)
    traffic = Traffic(resourceCount: graphs.first?.resourceCount ?? site.graph.vertexCount)
    planning = PlanningDesk(
      Self.planner(graphs, site: site, settings: settings, seed: planningSeed))
    lastAction = (max(1, serverEpoch) - 1) << 20
    lastLease = lastAction
    dispatcher = Self.dispatcher(of: site)
  }

  /// What held until a zone was closed or opened last: nearly always it will hold again, and the
  /// distances found till then.
  struct GraphsBefore: Sendable {
    var closed: [Bool]
    var graphs: [MoveGraph]
    /// It has planned nothing.
    var planner: LifelongPlanner
  }

  static func planner(
    _ graphs: [MoveGraph], site: Site, settings: FleetSettings, seed: Seed
  ) -> LifelongPlanner {
    var planner = LifelongPlanner(
      graphs: graphs, seed: seed, tableMemoryLimit: settings.tableMemoryLimit,
      cells: site.graph.cells)
    planner.stuckAfter = settings.stuckAfterRounds
    return planner
  }

  static func dispatcher(of site: Site) -> any Dispatcher {
    GreedyDispatcher(
      cells: site.graph.cells, chargers: site.chargers.map(\.vertex.rawValue),
      cellMillimetres: site.cellMillimetres)
  }

  /// Takes one event and says what is to be done about it, in order.
  public mutating func handle(_ event: FleetEvent, now: Instant) -> [FleetEffect] {
    self.now = max(self.now, now)
    switch event {
    case .tick: tick()
    case .connection(let robot, let message): connection(robot, message)
    case .factsheet(let robot, let factsheet): self.factsheet(robot, factsheet)
    case .state(let robot, let state): self.state(robot, state)
    case .report(let robot, let report): self.report(robot, report)
    case .request(let user, let request): self.request(user, request)
    case .recalled(let task): tasks.recall(task)
    case .transport(let isUp): transport(isUp: isUp)
    case .enrolled(let robot): enrol(robot)
    case .removed(let robot): remove(robot)
    }
    return takeEffects()
  }

  /// Durable changes first: what is sent afterwards may rely on them.
  mutating func takeEffects() -> [FleetEffect] {
    flushTasks()
    flushRobots()
    defer { outbox = [] }
    guard !changes.isEmpty else { return outbox }
    var effects: [FleetEffect] = []
    effects.reserveCapacity(changes.count + outbox.count)
    for change in changes { effects.append(.persist(change)) }
    effects += outbox
    changes.removeAll(keepingCapacity: true)
    return effects
  }

  // MARK: Small verbs everything uses

  /// Sends a command on the robot's stream. Nothing is sent to a robot without a session.
  mutating func send(_ i: Int, _ command: ControlCommand) {
    let committed = robots[i].eventsHandled
    guard let message = robots[i].control?.next(command, committedEvent: committed, now: now)
    else { return }
    noteConfirmed(i)
    outbox.append(.send(robots[i].id, message))
  }

  /// Everything the robot told so far goes into this batch's transaction, which is durable before
  /// the message that says so leaves.
  mutating func noteConfirmed(_ i: Int) {
    if robots[i].eventsConfirmed != robots[i].eventsHandled { robots[i].isDirty = true }
    robots[i].eventsConfirmed = robots[i].eventsHandled
    robots[i].confirmDue = nil
    robotsToStore.append(i)
  }

  mutating func notice(
    _ kind: FleetNotice.Kind, robot: Int? = nil, task: TaskID? = nil, _ text: String
  ) {
    let id = robot.map { robots[$0].id }
    outbox.append(
      .notice(FleetNotice(kind: kind, time: now, robot: id, task: task, text: text)))
  }

  mutating func incident(_ i: Int, _ text: String) {
    notice(.incident, robot: i, task: robots[i].job.task, text)
  }

  /// Writes into this batch, as they are at its end, the robots that were sent something and those
  /// whose tasks are written: a task's new state and the event that brought it about are durable
  /// together, or the event would be taken twice after a crash.
  private mutating func flushRobots() {
    guard !robotsToStore.isEmpty else { return }
    // One that comes twice is not dirty any more.
    robotsToStore.sort()
    for i in robotsToStore where robots[i].isDirty && isEnrolled(i) {
      robots[i].isDirty = false
      changes.append(.robot(Shared(stored(i))))
    }
    robotsToStore.removeAll(keepingCapacity: true)
  }

  private func stored(_ i: Int) -> StoredRobot {
    let index = robots[i].index
    let promise = robots[i].presence == .absent ? nil : traffic.promise(of: index)
    let obstruction = traffic.obstruction(of: index).nonEmpty
    // In place: through the array's subscript all of the robot would be copied.
    return robots.withUnsafeBufferPointer {
      $0[i].stored(promise: promise, obstruction: obstruction)
    }
  }

  mutating func flushTasks() {
    guard !dirtyTasks.isEmpty else { return }
    for id in Set(dirtyTasks).sorted() {
      if let i = tasks.record(id)?.robot.flatMap({ index(of: $0) }) { robotsToStore.append(i) }
      if let open = tasks.open[id] {
        changes.append(.task(Shared(StoredTask(record: open.record, mission: open.mission))))
      } else if let record = tasks.ended[id] {
        changes.append(.task(Shared(StoredTask(record: record, mission: nil))))
      }
    }
    dirtyTasks.removeAll(keepingCapacity: true)
  }
}

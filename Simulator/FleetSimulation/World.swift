import Determinism
import FleetCore
import FleetModel
import Grid
import Invariants
import Site
import VirtualRobot

/// What is really the case, watched by checkers that share nothing with the core: true outlines,
/// who owns which cell by the messages alone, visit queues, and what became of each task.
struct World {
  private static let violationsKept = 50

  private let vehicles: [VehicleClass]
  private var collisionChecker = CollisionChecker()
  private var ownership: OwnershipChecker
  private let queueChecker = QueueChecker()
  private var ledger = TaskLedger()
  private var energy: EnergyChecker
  private var zones: ZoneChecker
  var routes: RouteSequenceChecker
  var custody: CustodyChecker
  let site: Site
  private var outlines: [Outline] = []
  /// What the server has handled of each robot's events.
  private var sessions: [UInt64]
  private var handled: [UInt64]
  private var orders: [UInt64]
  private var lastSent: [SentMark]
  /// The server has taken it up and not given its cells away since.
  private var isOnMap: [Bool]
  /// Robot -> its running action's task and kind, as the server made it durable.
  private var actionTask: [(id: UInt64, task: TaskID, kind: ActionKind)?]
  private var lastStarted: [UInt64]
  private var lastEnded: [UInt64]
  /// The first violations, with the time.
  private(set) var violations: [String] = []
  private(set) var violationCount = 0
  private let start: Instant

  var collisions: Int { collisionChecker.collisions }

  init(site: Site, vehicles: [VehicleClass], start: Instant) {
    self.vehicles = vehicles
    self.site = site
    energy = EnergyChecker(
      robots: vehicles.count, chargers: Set(site.chargers.map(\.vertex.rawValue)))
    let vertices = (0..<site.graph.vertexCount).map { VertexID(Int32($0)) }
    zones = ZoneChecker(
      robots: vehicles.count,
      zones: site.zones.map {
        ZoneChecker.Zone(cells: $0.cells.map(\.rawValue), isExclusive: $0.exclusive)
      }, noStop: Set(vertices.filter(site.isNoStop).map(\.rawValue)))
    routes = Self.routeChecker(of: site, robots: vehicles.count)
    custody = CustodyChecker(robots: vehicles.count)
    self.start = start
    ownership = OwnershipChecker(
      graph: site.graph, cellMillimetres: site.cellMillimetres, vehicles: vehicles)
    sessions = [UInt64](repeating: 0, count: vehicles.count)
    handled = sessions
    orders = sessions
    lastSent = vehicles.map { _ in SentMark() }
    isOnMap = vehicles.map { _ in false }
    lastStarted = sessions
    lastEnded = sessions
    actionTask = vehicles.map { _ in nil }
    outlines.reserveCapacity(vehicles.count)
  }

  /// Begins to fetch what is known of a robot.
  func fetch(_ i: Int) {
    sessions.fetch(i)
    handled.fetch(i)
    orders.fetch(i)
    lastSent.fetch(i)
    ownership.withMemory(ofRobot: i, prefetch)
  }

  /// How often a rule of tasks and parcels was broken.
  private(set) var taskViolationCount = 0

  /// A server starts with what the last one had made durable: of robots' events it knows only
  /// those, and hears of the others again.
  mutating func serverStarted(with store: SimulatedStore) {
    routes.serverStarted()
    for i in sessions.indices {
      let robot = store.robot(i)
      sessions[i] = robot?.sessionEpoch ?? 0
      handled[i] = robot?.eventsHandled ?? 0
    }
  }

  /// How the two drove that met.
  private func circumstances(
    _ violation: Violation, _ sights: [Sights.Sight], _ rogues: Rogues
  ) -> String {
    guard case .overlap(let a, _, let b, _) = violation else { return "" }
    let drive = [a, b].map { index in
      let pose = sights[index.index].glance.pose
      let who = rogues.contains(index.index) ? "a rogue" : "well-behaved"
      return "\(who), \(Int(pose.speedMillimetresPerSecond)) mm/s to \(Int(pose.headingDegrees))"
    }
    return " (\(drive.joined(separator: "; ")))"
  }

  private mutating func note(_ found: [Violation], _ now: Instant, _ more: String = "") {
    for violation in found {
      if violation.isOfTasks { taskViolationCount += 1 }
      note("\(violation)\(more)", now)
    }
  }

  /// Counts a violation, and keeps the first ones with the time.
  mutating func note(_ text: @autoclosure () -> String, _ now: Instant) {
    violationCount += 1
    if violations.count < Self.violationsKept {
      violations.append("at \((now - start).inSeconds) s: \(text())")
    }
  }

  // MARK: Poses

  /// Looks at all robots as they stand and drive now.
  mutating func look(
    at sights: [Sights.Sight], rogues: Rogues, all: Bool, now: Instant
  ) {
    outlines.removeAll(keepingCapacity: true)
    for i in sights.indices {
      fetch(sights, lookedAt: i)
      let outline = sights[i].outline
      outlines.append(outline)
      guard isOnMap[i], all || !sights[i].isStanding, !rogues.contains(i) else { continue }
      note(ownership.check(outline), now)
      // One that came back with an older route drives nothing of it before it is confirmed.
      guard !(sights[i].isStanding && sights[i].glance.isHeld) else { continue }
      note(
        ownership.checkStopping(
          outline.robot, position: outline.position,
          speedMillimetresPerSecond: Int32(sights[i].speed.rounded()),
          brakingMillimetresPerSecond2: vehicles[i].brakingMillimetresPerSecond2,
          route: sights[i].glance.route), now)
    }
    let collisions = collisionChecker.check(outlines)
    for violation in collisions { note([violation], now, circumstances(violation, sights, rogues)) }
  }

  /// Begins to fetch what the robots after robot `i` stand on: they are all over the map.
  private func fetch(_ sights: [Sights.Sight], lookedAt i: Int) {
    if i + 12 < sights.count, !sights[i + 12].isStanding {
      ownership.withMemory(ofCellAt: sights[i + 12].outline.position, prefetch)
      fetch(i + 12)
    }
    if i + 6 < sights.count, !sights[i + 6].isStanding {
      ownership.withMemory(ofOwnerAt: sights[i + 6].outline.position, prefetch)
    }
  }

  /// Whether an outline is wholly on what its robot owns, and nobody else.
  func isAtHome(_ outline: Outline) -> Bool {
    ownership.check(outline).isEmpty && !ownership.isContested(outline.robot)
  }

  /// Whether nobody else owns a cell under an outline.
  func isFreeOfOthers(_ outline: Outline) -> Bool { ownership.isFreeOfOthers(outline) }

  /// Whether somebody else owns a cell that the robot owns.
  func isContested(_ i: Int) -> Bool { ownership.isContested(RobotIndex(Int32(i))) }

  /// Why a robot is still held to be where it should not.
  func explainRogue(_ outline: Outline) -> String {
    let off = ownership.check(outline).map { "\($0)" }
    let contested = ownership.isContested(outline.robot) ? ["others own cells of it"] : []
    return "a rogue: " + (off + contested).joined(separator: "; ")
  }

  /// What is looked at once a second: batteries and zones.
  mutating func inspect(_ robots: [SimulatedRobot], rogues: Rogues, now: Instant) {
    var batteries: [EnergyChecker.Look] = []
    var places: [ZoneChecker.Look] = []
    // What a robot does while it has no connection it tells later.
    var isLoaded: [Bool] = []
    // In place: through the array's subscript all of a robot would be copied.
    robots.withUnsafeBufferPointer { robots in
      for i in robots.indices {
        isLoaded.append(robots[i].robot.isLoaded || robots[i].session == nil)
        let cell = site.vertex(containing: robots[i].robot.truePosition)?.rawValue ?? -1
        let isStanding = robots[i].robot.isStanding
        batteries.append(
          EnergyChecker.Look(
            milliwattHours: robots[i].robot.energyMilliwattHours, isDriving: !isStanding,
            isCharging: robots[i].robot.isCharging, cell: cell))
        let route = robots[i].robot.route
        // Where it was put, or switched on, or has strayed to, it may have to rest.
        let isDone = isStanding && route.visited == route.through && route.visited > 0
        let isAtRest =
          isDone && site.vertex(containing: robots[i].robot.routeEnd)?.rawValue ?? -1 == cell
        places.append(
          ZoneChecker.Look(
            cell: cell, rests: isAtRest, isExcused: rogues.contains(i) || route.order == 0))
      }
    }
    note(energy.check(batteries, now: now), now)
    note(zones.check(places), now)
    note(custody.check(isLoaded), now)
  }

  /// Somebody put another battery into a robot.
  mutating func batteryExchanged(_ robot: Int) { energy.exchanged(RobotIndex(Int32(robot))) }

  mutating func look(at queues: QueueSnapshot, now: Instant) {
    note(queueChecker.check(queues), now)
  }

  // MARK: Messages

  /// The server has heard of a session of the robot.
  mutating func heard(_ robot: Int, session: UInt64) {
    guard session > sessions[robot] else { return }
    sessions[robot] = session
    handled[robot] = 0
  }

  /// The server has handled a report; `effects` is what it did about it.
  mutating func reported(
    _ robot: Int, _ report: RobotReport, effects: [FleetEffect], robotID: RobotID, now: Instant
  ) {
    heard(robot, session: report.sessionEpoch)
    guard report.sessionEpoch == sessions[robot] else { return }
    let answer = Answer(effects, robotID)
    if let first = report.events.first?.number, first > handled[robot] + 1,
      answer.committed >= first
    {
      // What is missing never comes: a server that was replaced had it.
      handled[robot] = first - 1
      routes.missed(RobotIndex(Int32(robot)))
    }
    for numbered in report.events where numbered.number == handled[robot] + 1 {
      handled[robot] = numbered.number
      let index = RobotIndex(Int32(robot))
      note(routes.committed(index, numbered.event), now)
      guard case .present(let position, _, _, _, _, let heading) = numbered.event else {
        note(ownership.committed(index, numbered.event), now)
        continue
      }
      // What a robot says of its place counts when the server takes it up.
      guard answer.confirmed.contains(numbered.number) else { continue }
      if let order = answer.order, order > orders[robot] {
        orders[robot] = order
        isOnMap[robot] = true
        let vehicle = vehicles[robot]
        let length = Double(vehicle.lengthMillimetres)
        let width = Double(vehicle.widthMillimetres)
        let reach = ((length * length + width * width).squareRoot() / 2).rounded()
        note(
          ownership.placed(
            index, at: position, heading: heading, reach: Int64(reach),
            error: Int64(vehicle.errorMillimetres)), now)
      } else {
        note(ownership.committed(index, numbered.event), now)
      }
    }
  }

  /// A message to `robot`, for the first time or again. What is repeated may name road that was
  /// given back meanwhile; the robot has had it by then, and takes nothing twice.
  mutating func sent(_ robot: Int, _ message: ControlMessage, now: Instant) {
    let mark = SentMark(message)
    guard lastSent[robot] < mark else { return }
    lastSent[robot] = mark
    guard case .route(let update) = message.command else { return }
    note(ownership.sent(RobotIndex(Int32(robot)), update), now)
    note(routes.sent(RobotIndex(Int32(robot)), update), now)
  }

  // MARK: Tasks

  /// What the server has made durable of a robot.
  mutating func stored(_ robot: Int, action: RunningAction?, isOnMap isThere: Bool) {
    if !isThere, isOnMap[robot] {
      // An operator has cleared it.
      isOnMap[robot] = false
      ownership.left(RobotIndex(Int32(robot)))
    }
    guard let running = action, let task = running.task else { return }
    actionTask[robot] = (running.action.id, task, running.action.kind)
  }

  mutating func submitted(_ record: TaskRecord, now: Instant) {
    note(
      ledger.submitted(record.id, carriesParcel: record.spec.body.kind == .deliver), now)
  }

  /// A second task was made for one key.
  mutating func submittedAgain(_ record: TaskRecord, now: Instant) {
    note([.keyUsedTwice(record.key, record.id)], now)
  }

  mutating func ended(_ record: TaskRecord, now: Instant) {
    note(ledger.ended(record.id, as: record.state), now)
    custody.ended(record.id, as: record.state)
  }

  mutating func drained(now: Instant) {
    note(ledger.violationsAtEnd() + custody.violationsAtEnd(), now)
  }

  /// A robot begins an action, in truth. Whether this is the first word of it.
  mutating func actionStarted(_ robot: Int, _ id: UInt64) -> Bool {
    guard id > lastStarted[robot] else { return false }
    lastStarted[robot] = id
    return true
  }

  /// A robot ends an action, in truth. Whether this is the first word of it.
  mutating func actionEnded(
    _ robot: Int, _ id: UInt64, _ result: ActionResult, now: Instant
  ) -> Bool {
    guard id > lastEnded[robot] else { return false }
    lastEnded[robot] = id
    guard result == .succeeded, let action = actionTask[robot], action.id == id else {
      return true
    }
    let index = RobotIndex(Int32(robot))
    switch action.kind {
    case .load:
      note(ledger.loaded(action.task, by: index) + custody.loaded(action.task, by: index), now)
    case .unload, .handOver:
      note(ledger.unloaded(action.task, by: index), now)
      custody.unloaded(action.task, by: index)
    case .dwell, .inspect, .charge, .brushOn, .brushOff: break
    }
    return true
  }
}

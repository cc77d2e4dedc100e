import Determinism
import FleetModel
import Grid
import MAPF
import Site
import Traffic

// Robots come, go, and say where they are (DESIGN sections 3, 4 rule 8, 6).
extension Fleet {
  /// The robot's number, nil when it was never enrolled.
  func index(of robot: RobotID) -> Int? { robotByID[robot]?.index }

  mutating func enrol(_ id: RobotID) {
    guard robotByID[id] == nil else { return }
    let index = RobotIndex(Int32(robots.count))
    robots.append(RobotEntry(id: id, index: index, now: now))
    robotByID[id] = index
    statistics.robots += 1
  }

  mutating func remove(_ id: RobotID) {
    guard let i = index(of: id) else { return }
    leaveTask(i, failing: .removed)
    if robots[i].presence != .absent { apply(traffic.leave(robots[i].index)) }
    robots[i].presence = .absent
    forgetGoal(i)
    robotByID[id] = nil
    robots[i].session = .never
    robots[i].control = nil
    robots[i].integration = .ignored
    robots[i].factsheet = nil
    robots[i].classIndex = nil
    statistics.robots -= 1
    changes.append(.robotRemoved(id))
    notice(.robotChanged, robot: i, "\(id) was removed")
  }

  mutating func connection(_ id: RobotID, _ message: ConnectionMessage) {
    guard let i = index(of: id) else { return }
    let epoch = message.sessionEpoch
    guard epoch >= robots[i].sessionEpoch else { return }
    if epoch > robots[i].sessionEpoch || robots[i].control == nil {
      beginSession(i, epoch: epoch)
    }
    let status: SessionStatus =
      switch message.status {
      case .online: .online
      case .offline: .offline
      case .lost: .lost
      }
    // A will that overtakes the retained greeting of the same session ends it for good.
    if robots[i].session == .lost || robots[i].session == .offline, status == .online,
      epoch == robots[i].sessionEpoch
    {
      return
    }
    guard robots[i].session != status else { return }
    robots[i].session = status
    notice(.robotChanged, robot: i, "\(id) is \(status.rawValue)")
  }

  /// A new session, or the first word of an old one in this server's run: both streams begin anew
  /// on our side, and nothing is released until the robot has said where it is.
  mutating func beginSession(_ i: Int, epoch: UInt64) {
    if epoch > robots[i].sessionEpoch {
      robots[i].sessionEpoch = epoch
      robots[i].eventsHandled = 0
      robots[i].eventsConfirmed = 0
      robots[i].sessionBeganHere = true
      robots[i].isDirty = true
    }
    robots[i].state = nil
    robots[i].control = ControlStream(serverEpoch: serverEpoch, sessionEpoch: epoch)
    robots[i].lastQuery = nil
    robots[i].queried = now
    robots[i].session = .online
    awaitPresence(i)
    // In a session of its own or a new epoch the robot says where it is unasked: this carries the
    // epoch, and is repeated until it has arrived.
    send(i, .acknowledgeEvents)
  }

  /// Nothing new for the robot until it has said where it is, which it is asked.
  mutating func askPresence(_ i: Int) {
    awaitPresence(i)
    query(i)
  }

  /// Only the answer to the last query counts.
  mutating func query(_ i: Int) {
    send(i, .query)
    robots[i].lastQuery = robots[i].control?.lastNumber
    robots[i].queried = now
  }

  /// A robot that could not be taken up when it told where it is may be better placed now.
  mutating func queryAgain(_ i: Int) {
    guard robots[i].presence != .present, robots[i].classIndex != nil,
      robots[i].freshness == .fresh,
      robots[i].control?.isEmpty == true, now - robots[i].queried >= .seconds(5)
    else { return }
    query(i)
  }

  private mutating func awaitPresence(_ i: Int) {
    guard robots[i].presence != .absent else { return }
    robots[i].presence = .unconfirmed
    apply(traffic.awaitPresence(of: robots[i].index))
  }

  mutating func factsheet(_ id: RobotID, _ factsheet: Factsheet) {
    guard let i = index(of: id), robots[i].factsheet != factsheet else { return }
    robots[i].factsheet = factsheet
    robots[i].classIndex = site.classIndex(of: factsheet.vehicle.id)
    robots[i].isDirty = true
    if robots[i].classIndex == nil {
      let known = site.classes.map(\.id.text).joined(separator: ", ")
      incident(
        i, "\(id) says it is a \(factsheet.vehicle.id): this site has only \(known)")
    } else if robots[i].presence != .present {
      query(i)
    }
    if let classIndex = robots[i].classIndex, robots[i].presence != .absent {
      traffic.setLimit(robots[i].index, releaseLimit(classIndex))
    }
    updateHeld(i)
  }

  mutating func state(_ id: RobotID, _ state: RobotState) {
    guard let i = index(of: id), state.sessionEpoch >= robots[i].sessionEpoch else { return }
    if state.sessionEpoch > robots[i].sessionEpoch || robots[i].control == nil {
      beginSession(i, epoch: state.sessionEpoch)
    }
    if let before = robots[i].state, before.number >= state.number { return }
    let modeBefore = robots[i].mode
    robots[i].state = state
    robots[i].mode = state.mode
    robots[i].energyPermille = state.energyPermille
    if state.serverEpoch == serverEpoch {
      robots[i].control?.confirmed(through: state.lastControl, now: now)
    }
    heard(i)
    watchStandstill(i)
    if modeBefore != state.mode {
      notice(.robotChanged, robot: i, "\(id) is in mode \(state.mode)")
      modeChanged(i)
    }
    checkStray(i)
    letGo(i, state)
  }

  /// A robot holds when it has heard no heartbeat for long, or was paused in a session in which the
  /// resume did not reach it. Once it has all we sent, what it holds is what we know.
  private mutating func letGo(_ i: Int, _ state: RobotState) {
    guard state.holding || state.mode == .stopped, !robots[i].paused,
      robots[i].presence == .present, state.serverEpoch == serverEpoch,
      robots[i].control?.isEmpty == true
    else { return }
    let known = traffic.position(of: robots[i].index)
    let route = known.update == 0 ? state.route : known
    send(i, .resume)
    send(i, .confirm(order: route.order, update: route.update))
  }

  /// The robot's position and route as it told them: reconcile them with what we know. Only while
  /// nothing new can be under way to it; a later answer to a repeated question changes nothing.
  mutating func present(
    _ i: Int, position: Point, route: RoutePosition, standing: Bool, serverEpoch epoch: UInt64,
    answering query: UInt64
  ) {
    if robots[i].presence == .present {
      if isLost(i, position, route, unasked: query == 0) { askPresence(i) }
      return
    }
    // In a session that began before this run, what an earlier run sent may still be on its way
    // until the robot has heard of this one.
    guard epoch == serverEpoch || robots[i].sessionBeganHere else { return }
    // What was said before the last query may know less than what was sent before it.
    if let asked = robots[i].lastQuery, query != asked { return }
    guard let classIndex = robots[i].classIndex else {
      robots[i].offMapReason = "it has sent no factsheet of a class of this site"
      return
    }
    switch robots[i].presence {
    case .absent:
      guard standing else { return }
      settle(i, position, route, classIndex)
    case .unconfirmed where isAstray(i, position):
      if standing { settle(i, position, route, classIndex) }
    case .unconfirmed, .present:
      switch traffic.reconcile(robots[i].index, position: route) {
      case .agreed(let visit, let withdrawn, let trim):
        agreed(i, route, visit, withdrawn)
        if let trim { send(i, trim) }
      case .otherOrder:
        if standing { settle(i, position, route, classIndex) }
      case .refused(let reason):
        incident(i, "\(robots[i].id) is where it should not be: \(reason)")
        if standing { settle(i, position, route, classIndex) }
      }
    }
    updateHeld(i)
    robots[i].isDirty = true
    robots[i].goalDirty = true
  }

  /// Whether a robot that we thought to be on its road says that it is not: it was moved by hand and
  /// has forgotten its route, or drove where it should not.
  private func isLost(_ i: Int, _ position: Point, _ route: RoutePosition, unasked: Bool) -> Bool {
    let hasForgotten =
      unasked && route.order == 0 && traffic.position(of: robots[i].index).update > 0
    return hasForgotten || isAstray(i, position)
  }

  /// Whether `position` is on no cell that was promised to the robot.
  private func isAstray(_ i: Int, _ position: Point) -> Bool {
    guard let vertex = site.vertex(containing: position) else { return true }
    return !traffic.ownedCells(robots[i].index).contains(vertex.rawValue)
  }

  /// The robot knows our order: it goes on with it.
  private mutating func agreed(
    _ i: Int, _ route: RoutePosition, _ visit: VisitOutcome, _ withdrawn: [Withdrawal]
  ) {
    robots[i].presence = .present
    if case .advanced(_, let legs) = visit { visited(i, legs) }
    apply(withdrawn)
    missionReplanned(i)
    send(i, .confirm(order: route.order, update: route.update))
    resumeAction(i)
  }

  /// The robot stands where it says without an order of ours: it was switched on, switched on
  /// again, or moved by hand.
  private mutating func settle(
    _ i: Int, _ position: Point, _ route: RoutePosition, _ classIndex: Int
  ) {
    // An order number that leaves no room for ours is no number of ours.
    guard route.order < 1 << 62, let start = standingVertex(i, position, classIndex),
      trimsForeign(i, route)
    else { return }
    robots[i].order = max(robots[i].order, route.order) + 1
    let robot = robots[i].index
    if traffic.isPresent(robot) {
      contested(i, traffic.rejoin(robot, at: start, order: robots[i].order))
    } else {
      contested(
        i,
        traffic.join(
          robot, at: start, order: robots[i].order, limit: releaseLimit(classIndex)))
    }
    robots[i].presence = .present
    robots[i].offMapReason = ""
    missionReplanned(i)
    send(i, .confirm(order: route.order, update: route.update))
    resumeAction(i)
    notice(.robotChanged, robot: i, "\(robots[i].id) is on the map")
  }

  /// The cell on whose middle the robot stands; nil, with a reason, when it stands on none.
  private mutating func standingVertex(_ i: Int, _ position: Point, _ classIndex: Int) -> Int32? {
    guard let vertex = site.vertex(containing: position) else {
      return offMap(i, "it stands at (\(position.x), \(position.y)) mm, where there is no road")
    }
    let centre = site.centre(of: vertex)
    let off = max(abs(centre.x - position.x), abs(centre.y - position.y))
    guard off <= Int64(site.cellMillimetres) / 4 else {
      return offMap(i, "it stands between cells, \(off) mm off the middle of one")
    }
    guard graphs[classIndex].moves(from: vertex.rawValue).isEmpty == false else {
      return offMap(i, "its class has no way out of \(site.graph.cell(of: vertex))")
    }
    return vertex.rawValue
  }

  private mutating func offMap(_ i: Int, _ reason: String) -> Int32? {
    if robots[i].offMapReason != reason { incident(i, "\(robots[i].id) cannot join: \(reason)") }
    robots[i].offMapReason = reason
    return nil
  }

  /// A route we do not know with road still ahead must be given back before the robot joins.
  private mutating func trimsForeign(_ i: Int, _ route: RoutePosition) -> Bool {
    guard route.order != 0, route.through > route.visited else { return true }
    send(i, .trim(order: route.order, update: route.update, through: route.visited))
    return false
  }

  private mutating func contested(_ i: Int, _ outcome: JoinOutcome) {
    switch outcome {
    case .joined(let withdrawn): apply(withdrawn)
    case .contested(let others, let withdrawn):
      let names = others.map { robots[$0.index].id.text }.joined(separator: ", ")
      incident(i, "\(robots[i].id) stands on cells that belong to \(names)")
      apply(withdrawn)
      for other in others { trim(other.index) }
    }
  }

  /// Asks a robot to stop as early as it can.
  private mutating func trim(_ i: Int) {
    let start = traffic.requestTrim(robots[i].index)
    apply(start.withdrawn)
    if let request = start.request { send(i, request) }
  }

  private mutating func send(_ i: Int, _ trim: TrimRequest) {
    send(i, .trim(order: trim.order, update: trim.update, through: trim.through))
    robots[i].trimMessage = robots[i].control?.lastNumber ?? 0
  }

  func releaseLimit(_ classIndex: Int) -> ReleaseLimit {
    ReleaseLimit.of(
      site.classes[classIndex], cellMillimetres: site.cellMillimetres, reaction: settings.reaction)
  }

  // MARK: Freshness

  /// After a gap everybody has as long as ever to be heard again.
  mutating func transport(isUp: Bool) {
    isTransportUp = isUp
    guard isUp else { return }
    for i in robots.indices where robots[i].freshness != .lost {
      robots[i].link = RobotLink(now: now)
      robots[i].watch = StandstillWatch()
      waitLonger(i)
      updateHeld(i)
    }
  }

  /// The robot was heard of.
  mutating func heard(_ i: Int) {
    let isMoving = (robots[i].state?.speedMillimetresPerSecond ?? 0) != 0
    for effect in robots[i].link.heard(isMoving: isMoving, now: now) { apply(effect, i) }
    if robots[i].freshness != .fresh { setFreshness(i, .fresh) }
  }

  mutating func apply(_ effect: RobotLink.Effect, _ i: Int) {
    switch effect {
    case .check: break
    case .restored: setFreshness(i, .fresh)
    case .suspect: setFreshness(i, .suspect)
    case .lost: setFreshness(i, .lost)
    }
  }

  private mutating func setFreshness(_ i: Int, _ freshness: Freshness) {
    guard robots[i].freshness != freshness else { return }
    robots[i].freshness = freshness
    updateHeld(i)
    switch freshness {
    case .fresh:
      waitLonger(i)
      notice(.robotChanged, robot: i, "\(robots[i].id) is heard again")
    case .suspect: notice(.robotChanged, robot: i, "\(robots[i].id) is silent")
    case .lost:
      incident(i, "\(robots[i].id) is lost: nothing heard for too long; its cells stay blocked")
      leaveTask(i, failing: nil)
    }
  }

  /// Tells traffic whether the robot will drive what it is given, and takes its road back if not.
  mutating func updateHeld(_ i: Int) {
    guard robots[i].presence != .absent else { return }
    let may = mayDrive(i)
    apply(traffic.setHeld(robots[i].index, !may))
    if may { robots[i].goalDirty = true } else { giveUpPlace(i) }
  }

  /// Nobody waits for a place, or in a queue, because of a robot that does not drive.
  private mutating func giveUpPlace(_ i: Int) {
    leaveQueue(i)
    if case .charge = robots[i].job, robots[i].action == nil {
      robots[i].job = .idle
      forgetGoal(i)
    }
    if let held = places.place(heldBy: robots[i].index),
      held != traffic.plannedEnd(robots[i].index)
    {
      places.letGo(robots[i].index)
    }
    robots[i].goalDirty = true
  }

  /// Whether the robot drives what is released to it, for all we know. Silence alone does not
  /// stop it: a silent robot keeps its road until it is lost.
  func mayDrive(_ i: Int) -> Bool {
    robots[i].presence == .present && robots[i].freshness != .lost && robots[i].mode == .automatic
      && !robots[i].paused && !robots[i].watch.isStuck && robots[i].classIndex != nil
      && robots[i].integration.isRouted
  }

  private mutating func modeChanged(_ i: Int) {
    updateHeld(i)
    if robots[i].mode == .fault { leaveTask(i, failing: nil) }
  }

  // MARK: Standing still

  /// Lets the watch see what the robot does now.
  mutating func watchStandstill(_ i: Int, hasMoved: Bool = false) {
    guard robots[i].presence == .present, let state = robots[i].state else { return }
    let isMoving = hasMoved || state.speedMillimetresPerSecond != 0
    let meant = robots[i].action == nil && !robots[i].paused && robots[i].mode == .automatic
    let effects = robots[i].watch.observe(
      isMoving: isMoving, hasRoadAhead: meant && traffic.hasRoadAhead(robots[i].index), now: now)
    for effect in effects { apply(effect, i) }
  }

  mutating func apply(_ effect: StandstillWatch.Effect, _ i: Int) {
    switch effect {
    case .check: break
    case .retime:
      notice(.robotChanged, robot: i, "\(robots[i].id) stands still with road ahead of it")
    case .withdraw:
      incident(i, "\(robots[i].id) does not move: others are planned round it")
      updateHeld(i)
    case .moving:
      notice(.robotChanged, robot: i, "\(robots[i].id) moves again")
      updateHeld(i)
    }
  }

  /// Three states in a row from cells that the robot does not own: it drives where it should not.
  private mutating func checkStray(_ i: Int) {
    guard robots[i].presence == .present, let state = robots[i].state,
      let vertex = site.vertex(containing: state.position)
    else { return }
    guard traffic.owner(of: vertex.rawValue) != robots[i].index, isAstray(i, state.position) else {
      robots[i].strayStates = 0
      return
    }
    robots[i].strayStates += 1
    guard robots[i].strayStates == 3 else { return }
    let cell = site.graph.cell(of: vertex)
    incident(i, "\(robots[i].id) is at \(cell), which was not released to it")
    askPresence(i)
  }
}

extension IntegrationLevel {
  /// Whether the robot is planned for at all.
  var isRouted: Bool {
    switch self {
    case .utilised, .respected: true
    case .ignored, .noticed: false
    }
  }
}

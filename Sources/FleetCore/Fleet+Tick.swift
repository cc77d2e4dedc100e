import Determinism
import FleetModel
import Grid
import Traffic

// Time: everything that happens because time has come on.
extension Fleet {
  mutating func tick() {
    if heartbeatTimer.fires(now, every: settings.heartbeatPeriod) { beat() }
    if isTransportUp, housekeepingTimer.fires(now, every: .milliseconds(250)) {
      for i in robots.indices { look(after: i) }
    }
    if isTransportUp, waitsTimer.fires(now, every: .seconds(1)) {
      for i in robots.indices where robots[i].session != .never { refreshState(i) }
    }
    reorderLate()
    if !plansBeside, dispatchTimer.fires(now, every: settings.dispatchPeriod) { dispatch() }
    if planning.isDue(now) { finishPlanning() }
    if planningTimer.fires(now, every: settings.planningPeriod) { plan() }
    for release in traffic.release() { send(release) }
    confirmEvents()
    robotsToStore += robots.indices.filter { robots[$0].isDirty }
  }

  private mutating func beat() {
    yieldIfSuperseded()
    heartbeats += 1
    outbox.append(
      .heartbeat(
        Heartbeat(
          serverEpoch: serverEpoch, number: heartbeats, timeMicroseconds: now.microseconds)))
  }

  /// Deadlines of one robot.
  private mutating func look(after i: Int) {
    guard robots[i].session != .never else { return }
    for effect in robots[i].link.checkDue(now: now) { apply(effect, i) }
    for effect in robots[i].watch.checkDue(now: now) { apply(effect, i) }
    checkAction(i)
    checkTrim(i)
    checkHindrance(i)
    watchProgress(i)
    watchPace(i)
    checkLease(i)
    queryAgain(i)
    guard robots[i].freshness == .fresh else { return }
    let committed = robots[i].eventsHandled
    for message in robots[i].control?.due(committedEvent: committed, now: now) ?? [] {
      noteConfirmed(i)
      outbox.append(.send(robots[i].id, message))
    }
  }

  /// A robot that answers no trim is asked where it is, and then to trim again.
  private mutating func checkTrim(_ i: Int) {
    guard robots[i].presence == .present, robots[i].freshness == .fresh,
      traffic.awaitsTrim(robots[i].index)
    else {
      robots[i].trimAsked = nil
      return
    }
    let asked = robots[i].trimAsked ?? now
    robots[i].trimAsked = asked
    guard now - asked >= .seconds(30) else { return }
    robots[i].trimAsked = nil
    incident(i, "\(robots[i].id) has not said where it can stop")
    askAgain(i)
  }

  /// What a robot cannot begin another one may. An operator who paused it has his reasons.
  private mutating func checkHindrance(_ i: Int) {
    guard !mayDrive(i), !robots[i].paused, let task = robots[i].job.task else {
      robots[i].hinderedSince = nil
      return
    }
    let since = robots[i].hinderedSince ?? now
    robots[i].hinderedSince = since
    guard now - since >= settings.hindrancePatience, robots[i].action == nil,
      tasks.open[task]?.mission.canReassign == true
    else { return }
    notice(.robotChanged, robot: i, task: task, "\(robots[i].id) gives \(task) back")
    leaveTask(i, failing: nil)
  }

  /// Road for a robot: its promise goes into this batch's transaction, before the message.
  private mutating func send(_ release: Release) {
    let i = release.robot.index
    robots[i].isDirty = true
    taskSent(i)
    guard let start = traffic.end(ofLeg: release.firstLeg - 1, release.robot) else {
      preconditionFailure("\(release) goes on from a leg that is gone")
    }
    var legs: [RouteLeg] = []
    legs.reserveCapacity(release.legs.count)
    for leg in release.legs { legs.append(routeLeg(leg)) }
    send(
      i,
      .route(
        RouteUpdate(
          order: release.order, update: release.update, start: site.centre(of: VertexID(start)),
          firstLeg: release.firstLeg, legs: legs,
          releasedThrough: release.releasedThrough)))
    watchStandstill(i)
  }

  private func routeLeg(_ leg: PlannedLeg) -> RouteLeg {
    let points =
      leg.path.count == 1
      ? FewPoints(site.centre(of: VertexID(leg.path[0])))
      : FewPoints(leg.path.map { site.centre(of: VertexID($0)) })
    return RouteLeg(points: points, speedLimitMillimetresPerSecond: leg.speedLimit)
  }

  /// Robots keep what they told until they know that it is committed: those that got no other
  /// message get one for that alone.
  private mutating func confirmEvents() {
    for i in robots.indices {
      guard let due = robots[i].confirmDue, now >= due else { continue }
      if robots[i].eventsConfirmed == robots[i].eventsHandled {
        robots[i].confirmDue = nil
      } else {
        send(i, .acknowledgeEvents)
      }
    }
  }
}

/// Fires at once, then once a period; what was missed is not caught up with.
struct Timer: Sendable, Codable {
  private var due: Instant?

  init() {}

  mutating func fires(_ now: Instant, every period: Duration) -> Bool {
    if let due, now < due { return false }
    due = now + period
    return true
  }
}

import Determinism
import FleetModel
import Grid
import MAPF
import Traffic

// What robots report: numbered, each handled once and in order (docs/protocol.md).
extension Fleet {
  mutating func report(_ id: RobotID, _ report: RobotReport) {
    guard let i = index(of: id), report.sessionEpoch >= robots[i].sessionEpoch else { return }
    if report.sessionEpoch > robots[i].sessionEpoch || robots[i].control == nil {
      beginSession(i, epoch: report.sessionEpoch)
    }
    heard(i)
    let isLost = isLostForGood(i, report)
    for numbered in report.events {
      // A gap: what is missing will be sent again, and the rest after it.
      guard numbered.number <= robots[i].eventsHandled + 1 else { break }
      guard numbered.number == robots[i].eventsHandled + 1 else { continue }
      robots[i].eventsHandled = numbered.number
      robots[i].isDirty = true
      handle(i, numbered.event)
    }
    // What it has told meanwhile may be anything: only its word on where it is counts now.
    if isLost { askPresence(i) }
    // Whatever the events have changed is durable with their numbers, or not at all.
    if !dirtyTasks.isEmpty { robotsToStore.append(i) }
    // In good time before the robot says it again; most get another message before.
    if robots[i].confirmDue == nil { robots[i].confirmDue = now + Duration.milliseconds(1000) }
  }

  /// For so long, and in so many reports, must events be missing before they are given up: a robot
  /// says all that it has to say again every two seconds.
  private static let gapPatience = Duration.seconds(10)
  private static let gapReports = 4

  /// Whether what is missing before a report never comes: a server that was replaced has told the
  /// robot that it is committed. Then this report is the first of what counts.
  private mutating func isLostForGood(_ i: Int, _ report: RobotReport) -> Bool {
    guard let first = report.events.first?.number, first > robots[i].eventsHandled + 1 else {
      if report.events.contains(where: { $0.number == robots[i].eventsHandled + 1 }) {
        robots[i].gap = nil
      }
      return false
    }
    var gap = robots[i].gap ?? RobotEntry.Gap(since: now)
    gap.reports += 1
    robots[i].gap = gap
    guard now - gap.since >= Self.gapPatience, gap.reports >= Self.gapReports else { return false }
    robots[i].gap = nil
    incident(
      i,
      "events \(robots[i].eventsHandled + 1) to \(first - 1) of \(robots[i].id) are lost:"
        + " a server that was replaced has taken them")
    robots[i].eventsHandled = first - 1
    // It may have said that it begins.
    if let action = robots[i].action, action.started == nil { robots[i].action?.started = now }
    return true
  }

  private mutating func handle(_ i: Int, _ event: RobotEvent) {
    switch event {
    case .present(let position, let route, let standing, let epoch, let query, let heading):
      robots[i].heading = heading
      present(
        i, position: position, route: route, standing: standing, serverEpoch: epoch,
        answering: query)
    case .acknowledged(let order, let update, let through):
      acknowledged(i, order, update, through)
    case .visited(let order, let leg): visited(i, order, leg)
    case .trimmed(let order, let update, let through): trimmed(i, order, update, through)
    case .actionStarted(let action): actionStarted(i, action)
    case .actionEnded(let action, let result): actionReported(i, action, result)
    case .refused(let number, let reason): refused(i, number, reason)
    case .incident(let kind, let text):
      incident(i, "\(robots[i].id) reports \(kind): \(text)")
    }
  }

  private mutating func acknowledged(
    _ i: Int, _ order: UInt64, _ update: UInt64, _ through: UInt64
  ) {
    let refusal = traffic.acknowledged(
      robots[i].index, order: order, update: update, through: through)
    if let refusal {
      incident(i, "\(robots[i].id) acknowledges leg \(through) of order \(order): \(refusal)")
      if case .baseViolation = refusal { contain(i, .baseViolation) }
    } else {
      taskAcknowledged(i)
    }
  }

  private mutating func visited(_ i: Int, _ order: UInt64, _ leg: UInt64) {
    // It may have been driven back there since it said so.
    guard !isInHand(i) else { return }
    switch traffic.visited(robots[i].index, order: order, leg: leg) {
    case .advanced(_, let legs): visited(i, legs)
    case .unchanged: break
    case .refused(let reason):
      incident(i, "\(robots[i].id) reports leg \(leg) of order \(order) as driven: \(reason)")
      if case .baseViolation = reason { contain(i, .baseViolation) } else { askAgain(i) }
    }
  }

  /// Something does not fit: nothing new for the robot until it has said where it is.
  mutating func askAgain(_ i: Int) {
    if robots[i].presence == .present { askPresence(i) }
  }

  /// Legs were driven: the mission counts their cells, and the robot may have arrived.
  mutating func visited(_ i: Int, _ legs: [PlannedLeg]) {
    guard !legs.isEmpty else { return }
    robots[i].refusedReleases = 0
    watchStandstill(i, hasMoved: true)
    paceVisited(i, legs)
    if let task = robots[i].job.task {
      for leg in legs {
        for cell in leg.path { missionVisited(i, task, VertexID(cell)) }
      }
      let cells = legs.reduce(0) { $0 + Int64($1.path.count) }
      _ = tasks.update(task) { $0.record.drivenCells += cells }
    }
    arriveIfThere(i)
  }

  private mutating func trimmed(
    _ i: Int, _ order: UInt64, _ update: UInt64, _ through: UInt64
  ) {
    let robot = robots[i].index
    let isForeign = traffic.isForeignTrim(robot, order: order, update: update, through: through)
    let isPresent = robots[i].presence == .present
    if isForeign
      || !isPresent && traffic.tellsLess(robot, order: order, update: update, through: through)
    {
      hasGivenBack(i, after: through)
    }
    guard isPresent, order == robots[i].order else {
      // The answer about a route that is not ours: now it can say where it stands.
      query(i)
      return
    }
    if isForeign { return askPresence(i) }
    apply(traffic.trimmed(robot, order: order, update: update, through: through))
    missionReplanned(i)
    robots[i].goalDirty = true
  }

  // MARK: Taking back

  /// Road was taken back: goals and missions start from the ends that remain.
  mutating func apply(_ withdrawals: [Withdrawal]) {
    for withdrawal in withdrawals {
      let i = withdrawal.robot.index
      robots[i].goalDirty = true
      missionReplanned(i)
    }
  }

  /// Tells the mission what is still planned of its way.
  mutating func missionReplanned(_ i: Int) {
    guard let task = robots[i].job.task, traffic.isPresent(robots[i].index) else { return }
    let remaining = traffic.plannedCells(robots[i].index).map(VertexID.init)
    _ = tasks.update(task) { $0.mission.replanned(remaining) }
  }
}

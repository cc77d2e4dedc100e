import Determinism
import FleetModel
import Missions
import Site
import Traffic

/// What the store kept: everything a new run of the server starts from.
public struct StoredFleet: Sendable {
  /// All open tasks, and the newest of the ended ones.
  public var tasks: [StoredTask]
  public var robots: [StoredRobot]
  public var closedZones: [(zone: ZoneID, closed: Bool)]

  /// How many tasks have ended in all; nil: `tasks` has all of them.
  public var endedTotals: [FleetStatistics.KindCount]?

  public init(
    tasks: [StoredTask], robots: [StoredRobot], closedZones: [(zone: ZoneID, closed: Bool)],
    endedTotals: [FleetStatistics.KindCount]? = nil
  ) {
    self.tasks = tasks
    self.robots = robots
    self.closedZones = closedZones
    self.endedTotals = endedTotals
  }
}

extension Fleet {
  /// Takes over what an earlier run has promised (docs/traffic.md, rule 9). Call once, after all
  /// robots were enrolled and before any other event.
  ///
  /// Every robot keeps its cells, is asked where it is, and gets nothing new until it has answered.
  public mutating func restore(_ stored: StoredFleet, now: Instant) -> [FleetEffect] {
    self.now = now
    for (zone, closed) in stored.closedZones {
      if let index = site.zoneIndex(of: zone) { closedZones[index] = closed }
    }
    if closedZones != closedInGraphs { rebuildGraphs() }
    var ended: [(TaskID, [MissionEffect])] = []
    for var task in stored.tasks {
      clamp(&task)
      if let effects = task.mission?.restore(site: site), !effects.isEmpty {
        ended.append((task.record.id, effects))
      }
      tasks.restore(task)
    }
    tasks.sortRestored()
    if let totals = stored.endedTotals { tasks.setEnded(totals) }
    for robot in stored.robots { restore(robot) }
    for id in tasks.openOrder { resumeTask(id) }
    for (id, _) in ended { endTask(id, .failed(.unreachable)) }
    return takeEffects()
  }

  private mutating func restore(_ stored: StoredRobot) {
    enrol(stored.id)
    guard let i = index(of: stored.id) else { return }
    robots[i].sessionEpoch = stored.sessionEpoch
    robots[i].eventsHandled = stored.eventsHandled
    robots[i].eventsConfirmed = stored.eventsHandled
    robots[i].integration = stored.integration
    robots[i].paused = stored.paused
    robots[i].parked = stored.parked
    robots[i].energyPermille = stored.energyPermille
    robots[i].action = stored.action.map(clamped)
    robots[i].actionCount = stored.actionCount
    lastAction = max(lastAction, stored.actionCount)
    robots[i].order = stored.order
    robots[i].givenBack = stored.givenBack
    robots[i].factsheet = stored.factsheet
    robots[i].classIndex = stored.factsheet.flatMap { site.classIndex(of: $0.vehicle.id) }
    robots[i].freshness = .suspect
    if stored.sessionEpoch > 0 { robots[i].session = .offline }
    defer {
      blockAgain(i, stored.obstruction ?? [])
      if let lease = stored.lease { restoreLease(i, lease) }
    }
    // A promise holds even if the site no longer knows the robot's class.
    guard let promise = stored.promise else { return }
    guard fits(promise) else {
      return incident(i, "\(stored.id) was promised road that is not on this site's map")
    }
    let limit = robots[i].classIndex.map(releaseLimit) ?? ReleaseLimit(cells: 1)
    robots[i].presence = .unconfirmed
    if case .contested(let others, _) = traffic.restore(
      robots[i].index, promise: promise, limit: limit)
    {
      let names = others.map { robots[$0.index].id.text }.joined(separator: ", ")
      incident(i, "\(robots[i].id) was promised cells that \(names) was promised as well")
    }
  }

  /// It was astray when the server stopped.
  private mutating func blockAgain(_ i: Int, _ cells: [Int32]) {
    guard !cells.isEmpty, cells.allSatisfy((0..<Int32(traffic.resourceCount)).contains) else {
      return
    }
    if robots[i].presence != .absent {
      robots[i].containment = Containment(cause: .offRoute, since: now)
    }
    _ = traffic.obstruct(robots[i].index, cells)
  }

  /// The clock may have been set back since the last run: what was written cannot lie ahead of now.
  private func clamp(_ task: inout StoredTask) {
    guard !task.record.state.isEnded else { return }
    task.record.submitted = min(task.record.submitted, now)
    task.record.started = task.record.started.map { min($0, now) }
  }

  /// An action is waited for no longer than it was going to be, whatever the clock did.
  private func clamped(_ action: RunningAction) -> RunningAction {
    guard action.sent > now else { return action }
    return RunningAction(
      action: action.action, task: action.task, sent: now,
      started: action.started.map { min($0, now) }, due: now + (action.due - action.sent),
      isCancelling: action.isCancelling, isUnlocked: action.isUnlocked)
  }

  private func fits(_ promise: Promise) -> Bool {
    let resources = 0..<Int32(traffic.resourceCount)
    return promise.isSound
      && promise.legs.allSatisfy {
        $0.path.allSatisfy(resources.contains) && $0.claims.allSatisfy(resources.contains)
      }
  }

  /// The task's robot has it again; what was promised of its way is still planned.
  private mutating func resumeTask(_ id: TaskID) {
    guard let record = tasks.open[id]?.record, let robot = record.robot else { return }
    guard let i = index(of: robot) else {
      let mayReassign = tasks.update(id) { $0.mission.robotLost() } ?? false
      tasks.give(id, to: nil)
      if mayReassign { setState(id, .queued) } else { endTask(id, .failed(.removed)) }
      return
    }
    robots[i].job = .task(id)
    missionReplanned(i)
  }
}

// What memory holds of ended tasks; the rest is the store's.
extension Fleet {
  /// Whether a task that was submitted under `key` is in memory.
  public func holdsTask(_ key: ClientKey) -> Bool {
    tasks.task(for: key).flatMap { tasks.record($0) } != nil
  }

  /// Whether the task is in memory.
  public func holdsTask(_ id: TaskID) -> Bool { tasks.record(id) != nil }

  /// Tasks ended since the store was made, by kind.
  public var endedTotals: [FleetStatistics.KindCount] { tasks.counts }
}

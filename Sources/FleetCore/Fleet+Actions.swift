import Determinism
import FleetModel
import Grid
import Missions
import Traffic

// Work standing still: actions are begun where an errand ends, and what came of them is told to
// the mission. Every wait for a robot or a human has an end.
extension Fleet {
  /// The robot may have come to the end of its errand: begin what is to be done there.
  mutating func arriveIfThere(_ i: Int) {
    let robot = robots[i].index
    guard robots[i].action == nil, mayDrive(i), let errand = robots[i].errand, errand.stops,
      !robots[i].goalDirty, robots[i].queuedGroup == nil, traffic.isIdle(robot),
      traffic.visitedEnd(robot) == robots[i].goal
    else { return }
    if let action = errand.action {
      begin(i, action)
    } else if let task = robots[i].job.task {
      let now = self.now
      apply(tasks.update(task) { $0.mission.arrived(now: now) } ?? [], task, i)
    }
  }

  private mutating func begin(_ i: Int, _ errand: ErrandAction) {
    robots[i].actionCount += 1
    let action = RobotAction(
      id: robots[i].actionCount, kind: errand.kind,
      durationMilliseconds: errand.durationMilliseconds)
    robots[i].action = RunningAction(
      action: action, task: robots[i].job.task, sent: now, started: nil, isCancelling: false,
      isUnlocked: false)
    robots[i].isDirty = true
    if let task = robots[i].job.task {
      _ = tasks.update(task) { $0.mission.actionStarted() }
      dirtyTasks.append(task)
    }
    taskSent(i)
    send(i, .action(action))
  }

  mutating func actionStarted(_ i: Int, _ id: UInt64) {
    guard robots[i].action?.action.id == id else { return }
    robots[i].action?.started = now
    robots[i].isDirty = true
    taskAcknowledged(i)
  }

  mutating func actionEnded(_ i: Int, _ id: UInt64, _ result: ActionResult) {
    guard let running = robots[i].action, running.action.id == id else { return }
    robots[i].action = nil
    robots[i].goalDirty = true
    robots[i].isDirty = true
    if let task = running.task {
      // What was begun for a task that the robot no longer has concerns nobody.
      guard task == robots[i].job.task else { return }
      taskAcknowledged(i)
      let now = self.now
      apply(tasks.update(task) { $0.mission.actionEnded(result, now: now) } ?? [], task, i)
      dirtyTasks.append(task)
    } else {
      if case .failed(let text) = result { incident(i, "charging failed: \(text)") }
      if case .charge = robots[i].job { robots[i].job = .idle }
    }
  }

  /// A new session knows nothing of what was under way in the old one's messages: say it again. A
  /// robot that is doing or has done it answers accordingly.
  mutating func resumeAction(_ i: Int) {
    if robots[i].paused { send(i, .pause) }
    guard let running = robots[i].action else { return }
    send(i, .action(running.action))
    if running.isUnlocked { send(i, .unlock(action: running.action.id)) }
    if running.isCancelling { send(i, .cancelAction(action: running.action.id)) }
  }

  mutating func unlock(_ i: Int) {
    guard let running = robots[i].action else { return }
    robots[i].action?.isUnlocked = true
    robots[i].isDirty = true
    send(i, .unlock(action: running.action.id))
  }

  mutating func cancelAction(_ i: Int) {
    guard let running = robots[i].action, !running.isCancelling else { return }
    robots[i].action?.isCancelling = true
    robots[i].isDirty = true
    send(i, .cancelAction(action: running.action.id))
  }

  /// Ends waits that have lasted too long.
  mutating func checkAction(_ i: Int) {
    guard let running = robots[i].action else { return }
    let action = running.action
    switch action.kind {
    case .charge: checkCharging(i, running)
    case .handOver where !running.isUnlocked && !running.isCancelling:
      guard now - running.sent >= settings.humanPatience, let task = robots[i].job.task else {
        return
      }
      notice(.incident, robot: i, task: task, "nobody came for the load of \(task): it goes back")
      _ = cancel(task)
    case .dwell, .load, .unload, .inspect, .brushOn, .brushOff, .handOver:
      let due = running.sent + .milliseconds(action.durationMilliseconds) + settings.actionGrace
      guard now >= due else { return }
      guard running.isCancelling else {
        incident(i, "\(robots[i].id) has not ended \(action.kind) in time")
        cancelAction(i)
        return
      }
      if now >= due + settings.actionGrace {
        actionEnded(i, action.id, .failed(text: "no answer from \(robots[i].id)"))
      }
    }
  }

  private mutating func checkCharging(_ i: Int, _ running: RunningAction) {
    let decision = charging.decide(
      energyPermille: robots[i].energyPermille, isCharging: true,
      hasWork: hasWork(for: i), chargerIsFree: false, othersWait: robotsWaitForChargers)
    if decision == .leave { cancelAction(i) }
  }
}

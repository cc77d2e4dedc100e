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
    lastAction = max(lastAction, robots[i].actionCount) + 1
    robots[i].actionCount = lastAction
    let action = RobotAction(
      id: lastAction, kind: errand.kind, durationMilliseconds: errand.durationMilliseconds)
    robots[i].action = RunningAction(
      action: action, task: robots[i].job.task, sent: now, started: nil,
      due: now + patience(with: action), isCancelling: false, isUnlocked: false)
    robots[i].isDirty = true
    if let task = robots[i].job.task {
      _ = tasks.update(task) { $0.mission.actionStarted() }
      dirtyTasks.append(task)
    }
    taskSent(i)
    sendAction(i, action)
  }

  /// How long the end of an action is waited for.
  private func patience(with action: RobotAction) -> Duration {
    switch action.kind {
    case .charge: settings.chargePatience
    case .handOver: settings.humanPatience
    case .dwell, .load, .unload, .inspect, .brushOn, .brushOff:
      .milliseconds(action.durationMilliseconds) + settings.actionGrace
    }
  }

  private mutating func sendAction(_ i: Int, _ action: RobotAction) {
    send(i, .action(action))
    robots[i].actionMessage = robots[i].control?.lastNumber ?? 0
  }

  mutating func actionStarted(_ i: Int, _ id: UInt64) {
    guard robots[i].action?.action.id == id else { return }
    robots[i].action?.started = now
    robots[i].isDirty = true
    taskAcknowledged(i)
  }

  /// So often in a row an action is told anew that was not begun.
  private static let actionRetryLimit = 3

  /// The robot told what has become of an action. One that failed before it was begun (a hand took the
  /// robot away from there, or had stopped it) has changed nothing: it is done again, but not for ever.
  mutating func actionReported(_ i: Int, _ id: UInt64, _ result: ActionResult) {
    guard let running = robots[i].action, running.action.id == id else { return }
    guard case .failed(let text) = result, mayRetry(i, running) else {
      return actionEnded(i, id, result)
    }
    robots[i].actionRetries += 1
    incident(i, "\(robots[i].id) has not begun \(running.action.kind) (\(text)): it is told again")
    actionEnded(i, id, .cancelled)
  }

  /// The robot would not take up an action; it may still have it from an earlier message.
  private mutating func actionRefused(
    _ i: Int, _ running: RunningAction, _ reason: RobotRefusal
  ) {
    guard reason != .notSupported, mayRetry(i, running) else {
      return actionEnded(i, running.action.id, .failed(text: "refused: \(reason)"))
    }
    // What it answers to this says what has become of it.
    robots[i].actionRetries += 1
    cancelAction(i)
  }

  private func mayRetry(_ i: Int, _ running: RunningAction) -> Bool {
    running.task != nil && running.started == nil
      && robots[i].actionRetries < Self.actionRetryLimit
  }

  private mutating func actionEnded(_ i: Int, _ id: UInt64, _ result: ActionResult) {
    guard let running = robots[i].action, running.action.id == id else { return }
    robots[i].action = nil
    robots[i].goalDirty = true
    robots[i].isDirty = true
    if running.started != nil || result != .cancelled { robots[i].actionRetries = 0 }
    if let task = running.task {
      // What was begun for a task that the robot no longer has concerns nobody.
      guard task == robots[i].job.task else { return }
      taskAcknowledged(i)
      let now = self.now
      apply(tasks.update(task) { $0.mission.actionEnded(result, now: now) } ?? [], task, i)
      dirtyTasks.append(task)
    } else {
      chargingEnded(i, result)
    }
  }

  private mutating func chargingEnded(_ i: Int, _ result: ActionResult) {
    guard case .charge(let charger) = robots[i].job else { return }
    robots[i].job = .idle
    guard case .failed(let text) = result else { return }
    incident(i, "charging at \(charger) failed: \(text)")
    robots[i].failedCharger = RobotEntry.FailedCharger(
      id: charger, until: now + .seconds(600))
  }

  /// The robot would not do message `number`.
  mutating func refused(_ i: Int, _ number: UInt64, _ reason: RobotRefusal) {
    incident(i, "\(robots[i].id) refused message \(number): \(reason)")
    // Of those that were under way together one counts.
    if reason == .routeMismatch, robots[i].presence == .present { robots[i].refusedReleases += 1 }
    if let running = robots[i].action, number == robots[i].actionMessage {
      actionRefused(i, running, reason)
    } else if robots[i].lease?.isGranted == true, number == robots[i].slice?.message {
      endLease(i, "the robot refused it: \(reason)")
    } else if number == robots[i].trimMessage, reason == .notSupported || reason == .wrongMode {
      traffic.trimRefused(robots[i].index)
    } else if now - robots[i].queried >= .seconds(5) {
      askAgain(i)
    } else {
      // One that refuses whatever it is sent is asked now and then, not all the time.
      awaitPresence(i)
    }
  }

  /// A new session knows nothing of what was under way in the old one's messages: say it again. A
  /// robot that is doing or has done it answers accordingly.
  mutating func resumeAction(_ i: Int) {
    if robots[i].paused { send(i, .pause) }
    guard let running = robots[i].action else { return }
    waitLonger(i)
    sendAction(i, running.action)
    if running.isUnlocked { send(i, .unlock(action: running.action.id)) }
    if running.isCancelling { send(i, .cancelAction(action: running.action.id)) }
  }

  /// The robot stands elsewhere than where its action was to be done.
  mutating func abandonAction(_ i: Int) {
    if robots[i].paused { send(i, .pause) }
    robots[i].action?.isCancelling = false
    cancelAction(i)
  }

  mutating func unlock(_ i: Int) {
    guard let running = robots[i].action else { return }
    robots[i].action?.isUnlocked = true
    let due = now + settings.actionGrace
    robots[i].action?.due = due
    robots[i].isDirty = true
    send(i, .unlock(action: running.action.id))
  }

  mutating func cancelAction(_ i: Int) {
    guard let running = robots[i].action, !running.isCancelling else { return }
    robots[i].action?.isCancelling = true
    let due = now + settings.actionGrace
    robots[i].action?.due = due
    robots[i].isDirty = true
    send(i, .cancelAction(action: running.action.id))
  }

  /// While it could not be heard the robot could not answer either.
  mutating func waitLonger(_ i: Int) {
    guard let running = robots[i].action else { return }
    let due = max(running.due, now + settings.actionGrace)
    robots[i].action?.due = due
  }

  /// Ends waits that have lasted too long. A robot that is not heard is waited for by its link.
  mutating func checkAction(_ i: Int) {
    guard let running = robots[i].action, robots[i].freshness == .fresh,
      robots[i].presence == .present
    else { return }
    if case .charge = running.action.kind { checkCharging(i) }
    guard now >= running.due else { return }
    if running.isCancelling {
      actionEnded(i, running.action.id, .failed(text: "no answer from \(robots[i].id)"))
    } else if case .handOver = running.action.kind, !running.isUnlocked,
      let task = robots[i].job.task
    {
      notice(.incident, robot: i, task: task, "nobody came for the load of \(task): it goes back")
      _ = cancel(task)
    } else {
      incident(i, "\(robots[i].id) has not ended \(running.action.kind) in time")
      cancelAction(i)
    }
  }

  private mutating func checkCharging(_ i: Int) {
    let decision = charging.decide(
      energyPermille: robots[i].energyPermille, isCharging: true,
      hasWork: hasWork(for: i), chargerIsFree: false, othersWait: robotsWaitForChargers)
    if decision == .leave { cancelAction(i) }
  }
}

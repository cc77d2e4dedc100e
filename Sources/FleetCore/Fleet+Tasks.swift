import Determinism
import FleetModel
import Grid
import Missions
import Traffic

// A task's life (docs/architecture.md): every change of state goes through here, and every task ends
// exactly once.
extension Fleet {
  /// Changes a task's state, if it is another one.
  mutating func setState(_ id: TaskID, _ state: TaskState) {
    let isNew = tasks.update(id) { open in
      defer { open.record.state = state }
      return open.record.state != state
    }
    guard isNew == true else { return }
    dirtyTasks.append(id)
    let robot = tasks.open[id]?.record.robot.flatMap { index(of: $0) }
    notice(.taskChanged, robot: robot, task: id, "\(id) is \(state.name)")
  }

  mutating func endTask(_ id: TaskID, _ state: TaskState) {
    let robot = tasks.open[id]?.record.robot.flatMap { index(of: $0) }
    _ = tasks.update(id) { open in
      open.record.progressPermille = open.mission.progressPermille
      open.record.note = open.mission.note
    }
    guard let record = tasks.end(id, state, now: now) else { return }
    dirtyTasks.append(id)
    if state == .completed { routeCells.append(record.drivenCells) }
    if let robot, robots[robot].job.task == id { free(robot) }
    notice(.taskChanged, robot: robot, task: id, "\(id) is \(state.name): \(record.note)")
  }

  /// The robot has no task any more.
  private mutating func free(_ i: Int) {
    robots[i].job = .idle
    forgetGoal(i)
    if robots[i].action != nil { cancelAction(i) }
    apply(traffic.withdraw([robots[i].index].filter(traffic.isPresent)))
  }

  // MARK: What the mission says

  mutating func apply(_ effects: [MissionEffect], _ task: TaskID, _ i: Int) {
    guard !effects.isEmpty else { return }
    for effect in effects {
      switch effect {
      case .loaded, .unloaded, .returned: dirtyTasks.append(task)
      case .unlock: unlock(i)
      case .checkpoint, .swept: noteProgress(task)
      case .completed: endTask(task, .completed)
      case .failed(let cause):
        endTask(task, .failed(cause))
        keepForUnloading(i)
      case .cancelled: endTask(task, .cancelled)
      }
    }
    robots[i].goalDirty = true
  }

  /// A robot with the load of a failed task aboard gets no other until somebody has seen to it.
  private mutating func keepForUnloading(_ i: Int) {
    guard robots[i].state?.loaded == true, !robots[i].parked else { return }
    robots[i].parked = true
    robots[i].isDirty = true
    incident(
      i, "\(robots[i].id) still has a load aboard: it parks until `drover robot resume`")
  }

  mutating func missionVisited(_ i: Int, _ task: TaskID, _ cell: VertexID) {
    let now = self.now
    apply(tasks.update(task) { $0.mission.visited(cell, now: now) } ?? [], task, i)
  }

  /// Progress is written now and then: after a crash a little is done again.
  private mutating func noteProgress(_ id: TaskID) {
    let now = self.now
    let period = settings.progressPeriod
    let isDue = tasks.update(id) { open in
      guard now - open.progressStored >= period else { return false }
      open.progressStored = now
      return true
    }
    if isDue == true { dirtyTasks.append(id) }
  }

  // MARK: With a robot

  mutating func assign(_ id: TaskID, to i: Int) {
    guard let classIndex = robots[i].classIndex else { return }
    forgetGoal(i)
    if robots[i].action != nil { cancelAction(i) }
    robots[i].job = .task(id)
    let robot = robots[i].id
    let cell = VertexID(traffic.plannedEnd(robots[i].index))
    let vehicle = site.classes[classIndex]
    let (site, now) = (self.site, self.now)
    tasks.give(id, to: robot)
    let effects = tasks.update(id) { open in
      if open.record.started == nil { open.record.started = now }
      return open.mission.assign(vehicle: vehicle, at: cell, site: site, now: now)
    }
    setState(id, .assigned)
    apply(effects ?? [], id, i)
  }

  /// Something for the task has gone out to its robot.
  mutating func taskSent(_ i: Int) {
    guard let task = robots[i].job.task, tasks.update(task, { $0.record.state }) == .assigned
    else { return }
    setState(task, .dispatched)
  }

  /// The robot has taken up something for the task.
  mutating func taskAcknowledged(_ i: Int) {
    guard let task = robots[i].job.task, tasks.update(task, { $0.record.state }) == .dispatched
    else { return }
    setState(task, .underway)
  }

  /// The robot cannot go on: before loading another one takes over, otherwise the task fails with
  /// `cause`, or waits for the robot when there is none.
  mutating func leaveTask(_ i: Int, failing cause: FailureCause?) {
    guard let task = robots[i].job.task else { return }
    let mayReassign = tasks.update(task) { $0.mission.robotLost() } ?? false
    if mayReassign {
      requeue(task, i)
    } else if tasks.open[task]?.record.state == .cancelling, !carriesLoad(task) {
      endTask(task, .cancelled)
    } else if let cause {
      endTask(task, .failed(cause))
    }
  }

  /// Whether a load may be aboard: from the moment loading begins.
  private func carriesLoad(_ task: TaskID) -> Bool {
    guard let mission = tasks.open[task]?.mission else { return false }
    return mission.spec.body.kind == .deliver && !mission.canReassign
  }

  private mutating func requeue(_ task: TaskID, _ i: Int) {
    tasks.give(task, to: nil)
    _ = tasks.update(task) { $0.record.reassignments += 1 }
    dirtyTasks.append(task)
    free(i)
    let state = tasks.open[task]?.record.state
    if state == .cancelling {
      endTask(task, .cancelled)
    } else if state != .paused {
      setState(task, .queued)
    }
  }

  /// Waits come and go without an event of their own: looks at them again.
  mutating func refreshState(_ i: Int) {
    guard let task = robots[i].job.task,
      let open = tasks.update(
        task, { (state: $0.record.state, waitsForHuman: $0.mission.waitsForHuman) })
    else { return }
    let isRunning =
      switch open.state {
      case .underway, .waiting, .dispatched: true
      case .queued, .blocked, .assigned, .paused, .cancelling, .completed, .failed, .cancelled,
        .expired:
        false
      }
    guard isRunning else { return }
    if robots[i].freshness != .fresh || robots[i].presence != .present {
      setState(task, .waiting(.robotSilent))
    } else if open.waitsForHuman {
      setState(task, .waiting(.humanRelease))
    } else if robots[i].queuedGroup != nil {
      setState(task, .waiting(.stationOccupied))
    } else if robots[i].isCutOff {
      setState(task, .waiting(.reopening))
    } else if case .waiting = open.state {
      setState(task, .underway)
    }
  }

  // MARK: Operators' verbs

  /// - Returns: why not, nil when it was done.
  mutating func cancel(_ id: TaskID) -> Refusal? {
    guard let open = tasks.open[id] else { return refusal(ofEnded: id, "cancelled") }
    guard open.record.state != .cancelling else { return nil }
    let robot = open.record.robot.flatMap { index(of: $0) }
    switch tasks.update(id, { $0.mission.cancel() }) {
    case nil: break
    case .now: endTask(id, .cancelled)
    case .afterAction:
      setState(id, .cancelling)
      if let robot { cancelAction(robot) }
    case .afterReturn:
      setState(id, .cancelling)
      if let robot { replan(robot) }
    }
    return nil
  }

  mutating func pause(_ id: TaskID) -> Refusal? {
    guard let open = tasks.open[id] else { return refusal(ofEnded: id, "paused") }
    guard open.record.state != .cancelling else {
      return Refusal(.wrongState, "\(id) is being cancelled", hint: "wait until it has ended")
    }
    setState(id, .paused)
    if let robot = open.record.robot.flatMap({ index(of: $0) }) { replan(robot) }
    return nil
  }

  mutating func resume(_ id: TaskID) -> Refusal? {
    guard let open = tasks.open[id] else { return refusal(ofEnded: id, "resumed") }
    guard open.record.state == .paused else {
      return Refusal(.wrongState, "\(id) is not paused: it is \(open.record.state.name)")
    }
    guard let robot = open.record.robot.flatMap({ index(of: $0) }) else {
      setState(id, .queued)
      return nil
    }
    setState(id, .underway)
    replan(robot)
    return nil
  }

  /// Its unreleased road led where it is no longer to go.
  mutating func replan(_ i: Int) {
    robots[i].goalDirty = true
    guard traffic.isPresent(robots[i].index) else { return }
    apply(traffic.withdraw([robots[i].index]))
    missionReplanned(i)
  }

  func refusal(ofEnded id: TaskID, _ verb: String) -> Refusal {
    guard let record = tasks.ended[id] else { return unknown(id) }
    return Refusal(
      .wrongState, "\(id) has ended (\(record.state.name)) and cannot be \(verb)")
  }

  func unknown(_ id: TaskID) -> Refusal {
    Refusal(.unknownTask, "there is no task \(id)", hint: "see `drover task list --all`")
  }
}

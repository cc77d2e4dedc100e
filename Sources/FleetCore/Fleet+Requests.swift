import Determinism
import FleetModel
import Grid
import MAPF
import Missions
import Site
import Traffic

// What operators ask for. The caller has checked who asks; each request gets one reply, and a
// redelivered one is answered again and not done again.
extension Fleet {
  mutating func request(_ user: OperatorID, _ request: OperatorRequest) {
    let reply: OperatorReply
    if let known = replies.reply(to: request.client, number: request.number) {
      reply = known
    } else {
      reply = answer(user, request.body)
      // Questions may be asked again; their answers are large.
      if request.body.changesSomething {
        replies.remember(reply, to: request.client, number: request.number)
      }
    }
    outbox.append(.reply(user, request.client, number: request.number, reply))
  }

  private mutating func answer(_ user: OperatorID, _ command: OperatorCommand) -> OperatorReply {
    switch command {
    case .submitTask(let key, let spec): return submit(user, key, spec)
    case .listTasks(let filter): return .tasks(tasks.list(filter).map(told))
    case .showTask(let id): return tasks.record(id).map { .task(told($0)) } ?? .refused(unknown(id))
    case .cancelTask(let id): return audited(user, "cancel task", id.text) { $0.cancel(id) }
    case .pauseTask(let id): return audited(user, "pause task", id.text) { $0.pause(id) }
    case .resumeTask(let id): return audited(user, "resume task", id.text) { $0.resume(id) }
    case .releaseTask(let id, let code):
      return audited(user, "release task", id.text) { $0.release(id, code) }
    case .listRobots: return .robots(robots.indices.filter(isEnrolled).map(view))
    case .showRobot(let id): return withRobot(id) { .robots([$0.view($1)]) }
    case .pauseRobot(let id): return verb(user, "pause robot", id) { $0.pauseRobot($1) }
    case .resumeRobot(let id): return verb(user, "resume robot", id) { $0.resumeRobot($1) }
    case .stopRobot(let id): return verb(user, "stop robot", id) { $0.stopRobot($1) }
    case .parkRobot(let id): return verb(user, "park robot", id) { $0.parkRobot($1) }
    case .clearRobot(let id, let confirmed):
      return verb(user, "clear robot", id) { $0.clearRobot($1, confirmed: confirmed) }
    case .setIntegration(let id, let level):
      return verb(user, "integration \(level.rawValue)", id) { $0.setIntegration($1, level) }
    case .teleoperateRobot(let id, let milliseconds):
      return verb(user, "teleoperate robot", id) {
        $0.teleoperate(user, $1, forMilliseconds: milliseconds)
      }
    case .endTeleoperation(let id):
      return verb(user, "end teleoperation", id) { $0.endTeleoperation(user, $1) }
    case .listStations: return .stations(stationViews())
    case .listZones: return .zones(zoneViews())
    case .closeZone(let id): return setZone(user, id, closed: true)
    case .openZone(let id): return setZone(user, id, closed: false)
    case .explainRobot(let id): return withRobot(id) { .explanation($0.explain(robot: $1)) }
    case .explainTask(let id):
      return explain(task: id).map(OperatorReply.explanation) ?? .refused(unknown(id))
    case .snapshot: return .snapshot(snapshot())
    case .statistics: return .statistics(fleetStatistics())
    case .enrol, .removeEnrolment:
      return .refused(Refusal(.notAllowed, "credentials are made by the server, not by the fleet"))
    }
  }

  // MARK: Tasks

  private mutating func submit(
    _ user: OperatorID, _ key: ClientKey, _ spec: TaskSpec
  ) -> OperatorReply {
    if let id = tasks.task(for: key) { return submitAgain(id, key, spec) }
    do {
      try Mission.check(spec, site: site, now: now)
    } catch {
      return .refused(error)
    }
    let id = tasks.makeID()
    let mission = Mission(task: id, spec: spec, site: site)
    if let refusal = infeasibility(spec, mission) { return .refused(refusal) }
    let record = TaskRecord(
      id: id, key: key, owner: user, spec: spec, state: .queued, submitted: now)
    tasks.add(record, mission)
    dirtyTasks.append(id)
    changes.append(.audit(actor: user.text, action: "submit task", detail: "\(id) key \(key)"))
    notice(.taskChanged, task: id, "\(id) is queued")
    return .task(told(record))
  }

  private func submitAgain(_ id: TaskID, _ key: ClientKey, _ spec: TaskSpec) -> OperatorReply {
    guard let record = tasks.record(id) else {
      return .refused(
        Refusal(
          .keyConflict, "key \(key) was used for \(id), which ended long ago",
          hint: "give another key for a new task"))
    }
    guard record.spec == spec else {
      return .refused(
        Refusal(
          .keyConflict, "key \(key) was used for \(id), which asks for something else",
          hint: "give another key, or the same task again"))
    }
    return .task(told(record))
  }

  /// Why no robot of this fleet can ever do it; nil when one can.
  private mutating func infeasibility(_ spec: TaskSpec, _ mission: Mission) -> Refusal? {
    if let id = spec.robot {
      guard let i = index(of: id) else { return unknown(id) }
      if let skill = spec.body.kind.skill, let sheet = robots[i].factsheet,
        !sheet.vehicle.skills.isSuperset(of: skill)
      {
        return Refusal(
          .noCapableRobot, "\(id) cannot \(spec.body.kind.rawValue)",
          hint: "leave --robot away, or name a robot that can: see `drover robot list`")
      }
      if robots[i].factsheet != nil, !isAble(i, spec) {
        return Refusal(.noCapableRobot, "\(id) cannot carry so much")
      }
    }
    guard !robotByID.isEmpty else {
      return Refusal(
        .noCapableRobot, "this fleet has no robots yet",
        hint: "enrol some: `drover robot enrol NAME`")
    }
    // The first robots asked mostly can; whether one is enrolled is asked last, it is dearest.
    var someCan = false
    for i in robots.indices where !someCan { someCan = isAble(i, spec) && isEnrolled(i) }
    guard someCan else {
      return Refusal(
        .noCapableRobot, "no robot of this fleet can \(spec.body.kind.rawValue) this",
        hint: "see `drover robot list` for what each robot can do")
    }
    let estimate = mission.estimate(site: site) { graph, from, to in
      planning.isReachable(graph: graph, from: from, to: to) ? 0 : nil
    }
    guard estimate != nil else {
      return Refusal(
        .unreachable, "no vehicle class can reach all places of this task",
        hint: "look at closed zones: `drover zone list`")
    }
    return nil
  }

  /// Whether the robot has, or may still turn out to have, what the task needs.
  func isAble(_ i: Int, _ spec: TaskSpec) -> Bool {
    guard let skill = spec.body.kind.skill else { return true }
    guard let vehicle = robots[i].factsheet?.vehicle else { return true }
    guard vehicle.skills.isSuperset(of: skill) else { return false }
    if case .deliver(let delivery) = spec.body {
      return delivery.payloadGrams <= vehicle.payloadGrams
    }
    return true
  }

  private mutating func release(_ id: TaskID, _ code: String) -> Refusal? {
    guard let open = tasks.open[id] else { return refusal(ofEnded: id, "released") }
    guard let i = open.record.robot.flatMap({ index(of: $0) }) else {
      return Refusal(
        .wrongState, "\(id) has no robot yet", hint: "release it once it waits for a human")
    }
    var mission = open.mission
    let outcome: Result<[MissionEffect], Refusal>
    do {
      outcome = .success(try mission.release(code: code, now: now))
    } catch {
      outcome = .failure(error)
    }
    _ = tasks.update(id) { $0.mission = mission }
    dirtyTasks.append(id)
    switch outcome {
    case .success(let effects):
      apply(effects, id, i)
      return nil
    case .failure(let refusal): return refusal
    }
  }

  // MARK: Robots

  private mutating func pauseRobot(_ i: Int) -> Refusal? {
    endLease(i, "paused by an operator")
    robots[i].paused = true
    send(i, .pause)
    updateHeld(i)
    return nil
  }

  private mutating func resumeRobot(_ i: Int) -> Refusal? {
    robots[i].paused = false
    robots[i].parked = false
    robots[i].goalDirty = true
    send(i, .resume)
    updateHeld(i)
    return nil
  }

  private mutating func stopRobot(_ i: Int) -> Refusal? {
    endLease(i, "stopped by an operator")
    robots[i].paused = true
    send(i, .stop)
    updateHeld(i)
    return nil
  }

  private mutating func parkRobot(_ i: Int) -> Refusal? {
    if let task = robots[i].job.task, tasks.open[task]?.mission.canReassign == false {
      return Refusal(
        .wrongState, "\(robots[i].id) carries the load of \(task)",
        hint: "wait for the drop, or cancel \(task)")
    }
    leaveTask(i, failing: nil)
    robots[i].parked = true
    return nil
  }

  private mutating func setIntegration(_ i: Int, _ level: IntegrationLevel) -> Refusal? {
    robots[i].integration = level
    switch level {
    case .ignored, .noticed:
      endLease(i, "integration level \(level.rawValue)")
      leaveTask(i, failing: nil)
    case .respected, .utilised: break
    }
    updateHeld(i)
    return nil
  }

  // MARK: Zones

  private mutating func setZone(
    _ user: OperatorID, _ id: ZoneID, closed: Bool
  ) -> OperatorReply {
    guard let zone = site.zoneIndex(of: id) else {
      return .refused(
        Refusal(.unknownZone, "there is no zone \(id)", hint: "see `drover zone list`"))
    }
    guard closedZones[zone] != closed else { return .done }
    closedZones[zone] = closed
    changes.append(.zone(id, closed: closed))
    changes.append(
      .audit(actor: user.text, action: closed ? "close zone" : "open zone", detail: id.text))
    rebuildGraphs()
    if closed {
      let cells = Set(site.zones[zone].cells.map(\.rawValue))
      apply(traffic.withdraw(claiming: cells.contains))
    }
    notice(.zoneChanged, "zone \(id) is \(closed ? "closed" : "open")")
    return .done
  }

  /// Where each class may go has changed.
  mutating func rebuildGraphs() {
    let before = (closed: closedInGraphs, graphs: graphs)
    let next: LifelongPlanner
    if let known = graphsBefore, known.closed == closedZones {
      graphs = known.graphs
      next = known.planner
    } else {
      graphs = site.moveGraphs(closed: closedZones)
      next = Self.planner(graphs, site: site, settings: settings, seed: planningSeed)
    }
    closedInGraphs = closedZones
    long = LongVehicles(site: site, closed: closedZones)
    parkingReach = [:]
    let planner = planning.replace(with: next, closed: closedCells())
    graphsBefore = GraphsBefore(
      closed: before.closed, graphs: before.graphs,
      planner: LifelongPlanner(sharingGraphsOf: planner))
    for id in tasks.openOrder { _ = tasks.update(id) { $0.estimate = nil } }
    for i in robots.indices {
      robots[i].goalDirty = true
      // It may have a way again.
      if robots[i].progress.wait == .aimless { robots[i].progress = Progress(since: now) }
    }
  }

  /// The cells of all closed zones.
  private func closedCells() -> Set<Int32> {
    var cells: Set<Int32> = []
    for (zone, isClosed) in zip(site.zones, closedZones) where isClosed {
      cells.formUnion(zone.cells.map(\.rawValue))
    }
    return cells
  }

  // MARK: Shared

  private mutating func audited(
    _ user: OperatorID, _ action: String, _ detail: String, _ verb: (inout Fleet) -> Refusal?
  ) -> OperatorReply {
    changes.append(.audit(actor: user.text, action: action, detail: detail))
    return verb(&self).map(OperatorReply.refused) ?? .done
  }

  private mutating func verb(
    _ user: OperatorID, _ action: String, _ id: RobotID,
    _ verb: (inout Fleet, Int) -> Refusal?
  ) -> OperatorReply {
    guard let i = index(of: id) else { return .refused(unknown(id)) }
    return audited(user, action, id.text) { fleet in
      fleet.robots[i].isDirty = true
      fleet.robotsToStore.append(i)
      return verb(&fleet, i)
    }
  }

  private func withRobot(_ id: RobotID, _ answer: (Fleet, Int) -> OperatorReply) -> OperatorReply {
    index(of: id).map { answer(self, $0) } ?? .refused(unknown(id))
  }

  /// Whether the slot belongs to a robot that was not removed.
  func isEnrolled(_ i: Int) -> Bool { !robots[i].isForgotten }

  private func unknown(_ id: RobotID) -> Refusal {
    Refusal(.unknownRobot, "there is no robot \(id)", hint: "see `drover robot list`")
  }
}

extension OperatorCommand {
  /// Whether doing it twice is another thing than doing it once.
  var changesSomething: Bool {
    switch self {
    case .submitTask, .cancelTask, .pauseTask, .resumeTask, .releaseTask, .pauseRobot,
      .resumeRobot, .stopRobot, .parkRobot, .clearRobot, .setIntegration, .teleoperateRobot,
      .endTeleoperation, .closeZone, .openZone, .enrol, .removeEnrolment:
      true
    case .listTasks, .showTask, .listRobots, .showRobot, .listStations, .listZones, .explainRobot,
      .explainTask, .snapshot, .statistics:
      false
    }
  }
}

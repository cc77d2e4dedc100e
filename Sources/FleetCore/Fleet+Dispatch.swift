import Determinism
import FleetDispatch
import FleetModel
import Grid
import Missions
import Site

// Who does what: open tasks to capable robots, empty robots to chargers.
extension Fleet {
  mutating func dispatch() {
    releaseEmpty()
    let open = openTasks()
    noteWaiting(open)
    if !open.isEmpty {
      var dispatcher = self.dispatcher
      let outcome = dispatcher.assign(open, to: candidates(), now: now) { graph, from, to in
        planning.distance(graph: Int32(graph), from: from, to: to)
      }
      self.dispatcher = dispatcher
      deal(outcome)
    }
    chargeIdle()
  }

  private mutating func noteWaiting(_ open: [OpenTask]) {
    waitingSkills = open.reduce(into: []) { $0.formUnion($1.skill ?? .all) }
  }

  /// Takes up what was estimated and decided beside the core, as far as it still fits: meanwhile robots
  /// may have got something else to do, and tasks may have ended.
  mutating func take(_ dealt: PlanningResult.Dealt, _ job: PlanningJob) {
    dispatcher = dealt.dispatcher
    for (task, estimate) in dealt.estimates where isOpen(task) { note(estimate, of: task) }
    deal(
      DispatchOutcome(
        assignments: dealt.outcome.assignments.filter { canBegin($0.task, $0.robot.index, job) },
        blocked: dealt.outcome.blocked.filter { isOpen($0.task) }))
    chargeIdle()
  }

  private mutating func deal(_ outcome: DispatchOutcome) {
    for assignment in outcome.assignments { assign(assignment.task, to: assignment.robot.index) }
    for block in outcome.blocked { setState(block.task, .blocked(block.reason)) }
  }

  /// Whether a task waits for a robot.
  private mutating func isOpen(_ id: TaskID) -> Bool {
    tasks.update(id) { $0.record.robot == nil && $0.record.state.waitsForRobot } ?? false
  }

  /// Whether robot `i`, still of its class, can be given a task that waits for one.
  private mutating func canBegin(_ id: TaskID, _ i: Int, _ job: PlanningJob) -> Bool {
    guard isOpen(id), isCandidate(i), isAvailable(i), let spec = tasks.open[id]?.record.spec,
      let classIndex = robots[i].classIndex, job.agents[i].graph == Int32(classIndex)
    else { return false }
    return isAble(i, spec)
  }

  /// Tasks that no robot has, as dispatch sees them.
  private mutating func openTasks() -> [OpenTask] {
    var result: [OpenTask] = []
    for id in tasks.withoutRobot {
      guard isOpen(id), estimate(id) != nil, !endIfUnwanted(id), let task = openTask(id) else {
        continue
      }
      result.append(task)
    }
    return result
  }

  /// Tasks for a round beside the events: what robots that run dry hand back is among them, those for robots
  /// that are gone end, and those whose work nobody has estimated yet come with their missions.
  mutating func tasksToEstimate() -> (tasks: [OpenTask], missions: [PlanningJob.Unestimated]) {
    releaseEmpty()
    var result: [OpenTask] = []
    var missions: [PlanningJob.Unestimated] = []
    for id in tasks.withoutRobot {
      guard isOpen(id), !endIfUnwanted(id), let task = openTask(id) else { continue }
      let mission = tasks.update(id) { $0.estimate == nil ? $0.mission : nil }
      if let mission = mission.flatMap({ $0 }) {
        missions.append(PlanningJob.Unestimated(place: result.count, mission: mission))
      }
      result.append(task)
    }
    // What nobody reached when it was looked at last keeps no robot from its charger.
    noteWaiting(result.filter { tasks.record($0.id)?.state != .blocked(.unreachable) })
    return (result, missions)
  }

  private mutating func openTask(_ id: TaskID) -> OpenTask? {
    let only = tasks.update(id) { $0.record.spec.robot }.flatMap { $0 }.flatMap { robotByID[$0] }
    return tasks.update(id) { OpenTask($0, onlyRobot: only) }
  }

  /// Ends a task for a robot that there is no more.
  private mutating func endIfUnwanted(_ id: TaskID) -> Bool {
    guard let only = tasks.update(id, { $0.record.spec.robot }).flatMap({ $0 }),
      index(of: only).map({ robots[$0].isRevoked }) ?? true
    else { return false }
    endTask(id, .failed(.removed))
    return true
  }

  /// What is left to do of a task, by the first capable class that can reach all of it.
  private mutating func estimate(_ id: TaskID) -> WorkEstimate? {
    if let known = tasks.update(id, { $0.estimate }).flatMap({ $0 }) { return known }
    guard let mission = tasks.open[id]?.mission else { return nil }
    let found = mission.estimate(site: site) { graph, from, to in
      planning.distance(graph: graph, from: from, to: to)
    }
    note(found, of: id)
    return found
  }

  /// - Parameter estimate: nil: some part of the task cannot be reached.
  private mutating func note(_ estimate: WorkEstimate?, of id: TaskID) {
    _ = tasks.update(id) { $0.estimate = estimate }
    if estimate == nil { setState(id, .blocked(.unreachable)) }
  }

  /// Whether the robot takes part in what is dealt out, free or not.
  private func isCandidate(_ i: Int) -> Bool {
    mayDrive(i) && robots[i].freshness == .fresh && robots[i].integration == .utilised
      && !robots[i].parked && !robots[i].progress.isReported
  }

  func candidates() -> [Candidate] {
    var result: [Candidate] = []
    for i in robots.indices {
      // Looked at in place: a copy of a robot is dear.
      guard isCandidate(i), let classIndex = robots[i].classIndex,
        let claimed = robots[i].factsheet?.vehicle
      else { continue }
      let vehicle = site.classes[classIndex]
      result.append(
        Candidate(
          robot: robots[i].index, classIndex: classIndex,
          vertex: traffic.plannedEnd(robots[i].index),
          skills: vehicle.skills.intersection(claimed.skills),
          payloadGrams: min(vehicle.payloadGrams, claimed.payloadGrams),
          energy: claimed.energy, energyPermille: robots[i].energyPermille,
          speedMillimetresPerSecond: claimed.speedMillimetresPerSecond,
          availableInMilliseconds: isAvailable(i) ? 0 : nil))
    }
    return result
  }

  private func isAvailable(_ i: Int) -> Bool {
    let energy = robots[i].energyPermille
    return switch robots[i].job {
    case .idle:
      robots[i].action == nil && charging.takesTasks(energyPermille: energy, isCharging: false)
    case .charge: charging.takesTasks(energyPermille: energy, isCharging: true)
    case .task: false
    }
  }

  // MARK: Charging

  /// Robots that run dry hand back what they can.
  private mutating func releaseEmpty() {
    for i in robots.indices {
      guard let task = robots[i].job.task,
        charging.mustCharge(energyPermille: robots[i].energyPermille),
        tasks.open[task]?.mission.canReassign == true, robots[i].action == nil
      else { continue }
      notice(
        .robotChanged, robot: i, task: task, "\(robots[i].id) must charge and gives \(task) back")
      leaveTask(i, failing: nil)
    }
  }

  private mutating func chargeIdle() {
    robotsWaitForChargers = false
    let idle = robots.indices.filter {
      robots[$0].job == .idle && robots[$0].action == nil && mayDrive($0)
    }
    // The emptiest first: whoever tops up takes no charger from one that must.
    for i in idle.sorted(by: { robots[$0].energyPermille < robots[$1].energyPermille }) {
      let decision = charging.decide(
        energyPermille: robots[i].energyPermille, isCharging: false, hasWork: hasWork(for: i),
        chargerIsFree: !robotsWaitForChargers, othersWait: robotsWaitForChargers)
      guard decision == .charge else { continue }
      guard let free = freeCharger(i) else {
        // Who only wants to top up stands back.
        let needs = !charging.takesTasks(
          energyPermille: robots[i].energyPermille, isCharging: false)
        robotsWaitForChargers = robotsWaitForChargers || needs
        continue
      }
      forgetGoal(i)
      places.hold(free.vertex, for: robots[i].index)
      robots[i].job = .charge(free.id)
    }
  }

  /// The nearest charger that nobody holds.
  private mutating func freeCharger(_ i: Int) -> (id: StationID, vertex: Int32)? {
    let at = traffic.plannedEnd(robots[i].index)
    var best: (id: StationID, vertex: Int32)?
    var bestDistance = Int32.max
    var search = places.chargersByPlace.search(from: site.graph.cells[Int(at)])
    // No way is shorter than the crow's.
    while let (group, air) = search.next(), air < bestDistance {
      let vertex = places.groups[group].vertices[0]
      guard isFree(vertex, for: robots[i].index), isTrusted(places.groups[group].id, i),
        let distance = distance(i, from: at, to: vertex), distance < bestDistance
      else { continue }
      best = (places.groups[group].id, vertex)
      bestDistance = distance
    }
    return best
  }

  /// A charger that has just failed the robot is not tried again at once.
  private func isTrusted(_ charger: StationID, _ i: Int) -> Bool {
    guard let failed = robots[i].failedCharger, failed.id == charger else { return true }
    return now >= failed.until
  }

  /// Whether a task waits that robot `i` could do.
  func hasWork(for i: Int) -> Bool {
    guard let factsheet = robots[i].factsheet else { return false }
    return !waitingSkills.isDisjoint(with: factsheet.vehicle.skills)
  }
}

extension Mission {
  /// What is left to do, by the first capable class that can reach all of it; nil: there is none.
  /// - Parameter distance: cells from one vertex to another in the graph of a class, nil: no way.
  func estimate(
    site: Site, distance: (_ graph: Int32, _ from: Int32, _ to: Int32) -> Int32?
  ) -> WorkEstimate? {
    let skill = spec.body.kind.skill
    for (index, vehicle) in site.classes.enumerated() {
      if let skill, !vehicle.skills.isSuperset(of: skill) { continue }
      let found = estimate(site: site) { distance(Int32(index), $0.rawValue, $1.rawValue) }
      if let found { return found }
    }
    return nil
  }
}

extension OpenTask {
  /// - Parameter onlyRobot: the robot that alone may do it.
  init(_ open: TaskBook.Open, onlyRobot: RobotIndex?) {
    let spec = open.record.spec
    var payload: Int32 = 0
    if case .deliver(let delivery) = spec.body { payload = delivery.payloadGrams }
    self.init(
      id: open.record.id, priority: spec.priority, submitted: open.record.submitted,
      skill: spec.body.kind.skill, onlyRobot: onlyRobot, payloadGrams: payload, starts: [],
      workCells: 0, standingMilliseconds: 0, endVertices: [], isDivisible: false)
    if let estimate = open.estimate { take(estimate) }
  }

  mutating func take(_ estimate: WorkEstimate) {
    starts = estimate.starts.map(\.rawValue)
    workCells = estimate.cells
    standingMilliseconds = estimate.standingMilliseconds
    endVertices = estimate.ends.map(\.rawValue)
    isDivisible = estimate.isDivisible
  }
}

extension TaskState {
  fileprivate var waitsForRobot: Bool {
    switch self {
    case .queued, .blocked: true
    case .assigned, .dispatched, .underway, .waiting, .paused, .cancelling, .completed, .failed,
      .cancelled, .expired:
      false
    }
  }
}

extension SkillSet {
  /// Every skill there is.
  static let all: SkillSet = [.deliver, .patrol, .sweep]
}

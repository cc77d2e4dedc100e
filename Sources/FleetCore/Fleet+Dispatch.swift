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
    waitingSkills = open.reduce(into: []) { $0.formUnion($1.skill ?? .all) }
    if !open.isEmpty {
      var dispatcher = self.dispatcher
      let outcome = dispatcher.assign(open, to: candidates(), now: now) { graph, from, to in
        planning.distance(graph: Int32(graph), from: from, to: to)
      }
      self.dispatcher = dispatcher
      for assignment in outcome.assignments { assign(assignment.task, to: assignment.robot.index) }
      for block in outcome.blocked { setState(block.task, .blocked(block.reason)) }
    }
    chargeIdle()
  }

  /// Tasks that no robot has, as dispatch sees them.
  private mutating func openTasks() -> [OpenTask] {
    var result: [OpenTask] = []
    for id in tasks.withoutRobot {
      guard let open = tasks.open[id], isWaiting(open.record.state), let estimate = estimate(id)
      else { continue }
      let spec = open.record.spec
      if let only = spec.robot, index(of: only).map({ robots[$0].isRevoked }) ?? true {
        endTask(id, .failed(.removed))
        continue
      }
      result.append(
        OpenTask(
          id: id, priority: spec.priority, submitted: open.record.submitted,
          skill: spec.body.kind.skill,
          onlyRobot: spec.robot.flatMap { robotByID[$0] }, payloadGrams: payload(spec),
          starts: estimate.starts.map(\.rawValue), workCells: estimate.cells,
          standingMilliseconds: estimate.standingMilliseconds,
          endVertices: estimate.ends.map(\.rawValue), isDivisible: estimate.isDivisible))
    }
    return result
  }

  private func isWaiting(_ state: TaskState) -> Bool {
    switch state {
    case .queued, .blocked: true
    case .assigned, .dispatched, .underway, .waiting, .paused, .cancelling, .completed, .failed,
      .cancelled, .expired:
      false
    }
  }

  private func payload(_ spec: TaskSpec) -> Int32 {
    if case .deliver(let delivery) = spec.body { delivery.payloadGrams } else { 0 }
  }

  /// What is left to do of a task, by the first capable class that can reach all of it.
  mutating func estimate(_ id: TaskID) -> WorkEstimate? {
    guard let open = tasks.open[id] else { return nil }
    if let known = open.estimate { return known }
    let found = estimate(open.mission)
    _ = tasks.update(id) { $0.estimate = found }
    if found == nil { setState(id, .blocked(.unreachable)) }
    return found
  }

  mutating func estimate(_ mission: Mission) -> WorkEstimate? {
    let skill = mission.spec.body.kind.skill
    for (index, vehicle) in site.classes.enumerated() {
      if let skill, !vehicle.skills.isSuperset(of: skill) { continue }
      let estimate = mission.estimate(site: site) { from, to in
        planning.distance(graph: Int32(index), from: from.rawValue, to: to.rawValue)
      }
      if let estimate { return estimate }
    }
    return nil
  }

  private func candidates() -> [Candidate] {
    var result: [Candidate] = []
    for i in robots.indices {
      // Looked at in place: a copy of a robot is dear.
      guard mayDrive(i), robots[i].freshness == .fresh, robots[i].integration == .utilised,
        !robots[i].parked, !robots[i].progress.isReported, let classIndex = robots[i].classIndex,
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

extension SkillSet {
  /// Every skill there is.
  static let all: SkillSet = [.deliver, .patrol, .sweep]
}

import Determinism
import FleetModel
import Grid
import MAPF
import Traffic

// The way there: one planning round extends the plan of every robot that needs it by one leg.
extension Fleet {
  mutating func plan() {
    // A round that takes longer than the period is let end; the next one begins after it.
    guard !planning.isUnderWay else { return }
    endAt.removeAll()
    for i in robots.indices where traffic.isPresent(robots[i].index) {
      endAt[traffic.plannedEnd(robots[i].index)] = robots[i].index
    }
    var agents: [PlanningAgent] = []
    agents.reserveCapacity(robots.count)
    for i in robots.indices { agents.append(agent(i)) }
    var walls = heldRoad(agents) + obstructedCells()
    let round = planLong(&agents, walls)
    walls += round.walls
    let budget = PlanningBudget(work: settings.planningWork * robots.count)
    let job = PlanningJob(agents: agents, walls: walls, closed: round.closed, budget: budget)
    if plansBeside {
      planBeside(job)
    } else {
      for move in planning.use(job.moves) { append(move) }
      unstick(&agents, walls)
    }
  }

  /// Robots that come no nearer to their goals: a complete search on the region round one of them,
  /// at most one at a time.
  private mutating func unstick(_ agents: inout [PlanningAgent], _ walls: [Int32]) {
    guard let search = searchIfDue(agents) else { return }
    for i in robots.indices where agents[i].mobility != .absent {
      agents[i].at = traffic.plannedEnd(robots[i].index)
    }
    let found = planning.use { [agents] in search.found(by: &$0, agents, walls: walls) }
    for move in counted(found) { append(move) }
  }

  /// nil: it is not the time to search.
  mutating func searchIfDue(_ agents: [PlanningAgent]) -> PlanningJob.Search? {
    guard unstickTimer.fires(now, every: settings.unstickPeriod) else { return nil }
    return PlanningJob.Search(
      around: stalledAgent(agents), turn: unstickCount, budget: settings.unstickBudget)
  }

  /// Counts what has come of a search.
  /// - Returns: the moves to append.
  mutating func counted(_ found: PlanningResult.Found?) -> [PlannedMove] {
    guard let found else { return [] }
    if found.tookTurn { unstickCount += 1 }
    statistics.regionSearches += 1
    if found.moves != nil { statistics.regionsSolved += 1 }
    return found.moves ?? []
  }

  /// What was released to robots that have not been able to drive for long, or have been slow for
  /// long, is no way for others either, nor is what they stand astride: walls.
  private func heldRoad(_ agents: [PlanningAgent]) -> [Int32] {
    var walls: [Int32] = []
    for i in robots.indices
    where agents[i].mobility == .wall && traffic.sprawls(robots[i].index) && !isLong(i) {
      for cell in traffic.plannedRest(robots[i].index).resources
      where Int(cell) < site.graph.vertexCount && endAt[cell] == nil { walls.append(cell) }
    }
    for i in robots.indices
    where (agents[i].mobility == .wall || isPlannedRound(i))
      && traffic.hasRoadAhead(robots[i].index)
    {
      for cell in traffic.ownedCells(robots[i].index)
      where Int(cell) < site.graph.vertexCount && endAt[cell] == nil { walls.append(cell) }
    }
    return walls
  }

  private func isPlannedRound(_ i: Int) -> Bool {
    robots[i].presence == .present && robots[i].pace.isVerySlow
  }

  /// Robot `i` as the planner sees it in this round.
  private mutating func agent(_ i: Int) -> PlanningAgent {
    let robot = robots[i].index
    guard robots[i].presence != .absent else { return PlanningAgent(at: 0, mobility: .absent) }
    // Of a class that the site does not know: in the way all the same.
    guard let classIndex = robots[i].classIndex else {
      return PlanningAgent(at: traffic.plannedEnd(robot), mobility: .wall)
    }
    var agent = PlanningAgent(
      graph: Int32(classIndex), at: traffic.plannedEnd(robot), mobility: .frozen)
    guard isFree(i) else {
      if robots[i].frozenSince == nil { robots[i].frozenSince = now }
      if let since = robots[i].frozenSince, now - since >= settings.wallAfter {
        agent.mobility = .wall
      }
      return agent
    }
    robots[i].frozenSince = nil
    guard Int32(traffic.backlogCells(robot)) < planAhead(i, classIndex) else { return agent }
    refreshGoal(i)
    if robots[i].errand == nil { park(i) }
    agent.goal = robots[i].goal
    agent.priority = priority(i)
    // At its errand's place it stays until the work there is done.
    if let errand = robots[i].errand, errand.stops, agent.at == agent.goal, !isWaiting(i) {
      arriveIfThere(i)
    } else {
      agent.mobility = .free
      if agent.goal < 0 || agent.goal == agent.at, let step = stepOut(i, classIndex) {
        agent.goal = step
      }
    }
    return agent
  }

  /// Where a robot that has nowhere to drive to drives all the same, since it was put down astride cells
  /// and is in others' way until it has left them once: to the next cell that it can have.
  private func stepOut(_ i: Int, _ classIndex: Int) -> Int32? {
    let robot = robots[i].index
    guard traffic.sprawls(robot), !isLong(i) else { return nil }
    for move in graphs[classIndex].moves(from: traffic.plannedEnd(robot)) {
      let leg = leg(move, classIndex)
      if endAt[leg.end] == nil, places.group(at: leg.end) == nil,
        traffic.refusal(of: leg, for: robot) == nil
      {
        return leg.end
      }
    }
    return nil
  }

  /// Whether the robot can be planned for at all.
  func isFree(_ i: Int) -> Bool {
    mayDrive(i) && robots[i].freshness == .fresh && robots[i].action == nil
      && robots[i].control?.isFull == false && traffic.isPlannable(robots[i].index)
  }

  /// Whether the robot is on the way to a waiting place, or at it, instead of its errand's.
  func isWaiting(_ i: Int) -> Bool { robots[i].queuedGroup != nil }

  private func planAhead(_ i: Int, _ classIndex: Int) -> Int32 {
    releaseLimit(i, classIndex).cells + settings.planAheadCells
  }

  private mutating func priority(_ i: Int) -> Int32 {
    guard let task = robots[i].job.task else { return 0 }
    // Looked at in place: a copy of the task is dear.
    return tasks.update(task) { $0.record.spec.priority } ?? 0
  }

  /// Queues one move; what cannot be queued is planned again in the next round.
  mutating func append(_ move: PlannedMove) {
    let i = Int(move.agent)
    // Of several steps of one robot the later ones mean nothing once one could not be queued.
    guard let classIndex = robots[i].classIndex, traffic.plannedEnd(robots[i].index) == move.from
    else { return }
    let leg = leg(move.move, classIndex)
    // What a mission has planned, and has no errand for any more, is still to be driven.
    if !robots[i].passesThrough(), traffic.stay(robots[i].index, on: leg.end) {
      if endAt[move.from] == robots[i].index { endAt[move.from] = nil }
      endAt[leg.end] = robots[i].index
      missionReplanned(i)
      robots[i].stays(at: leg.end)
      return
    }
    _ = queue(i, leg)
  }

  /// Queues one leg of robot `i`, where that can be.
  mutating func queue(_ i: Int, _ leg: PlannedLeg) -> Bool {
    let start = traffic.plannedEnd(robots[i].index)
    guard traffic.append(robots[i].index, leg) == nil else { return false }
    if endAt[start] == robots[i].index { endAt[start] = nil }
    endAt[leg.end] = robots[i].index
    if case .task(let task) = robots[i].job {
      let now = self.now
      _ = tasks.update(task) { open in
        for cell in leg.path { open.mission.planned(VertexID(cell), now: now) }
      }
    }
    robots[i].planned(cells: leg.path.count, to: leg.end)
    return true
  }

  func leg(_ move: Int32, _ classIndex: Int) -> PlannedLeg {
    let path = FewResources(graphs[classIndex].path(of: move))
    return PlannedLeg(
      path: path, claims: FewResources(graphs[classIndex].claims(of: move)),
      speedLimit: limit(on: path))
  }

  /// The lowest speed limit on the cells of a path; 0: none.
  func limit(on path: some Sequence<Int32>) -> Int32 {
    var speedLimit: Int32 = 0
    for cell in path {
      let limit = site.speedLimit(at: VertexID(cell))
      if limit > 0, speedLimit == 0 || limit < speedLimit { speedLimit = limit }
    }
    return speedLimit
  }
}

import FleetModel

@testable import Traffic

extension ToyWorld {
  /// Extends plans from their ends in random order, one move a robot, as greedily as can be; half
  /// the moves are plainly wrong (into others' planned ends) and must be refused, and only those.
  mutating func plan() {
    var turns = Array(robots.indices)
    rng.shuffle(&turns)
    for index in turns {
      let robot = RobotIndex(Int32(index))
      guard traffic.isPresent(robot), traffic.isPlannable(robot),
        traffic.backlogCells(robot) < 8, let leg = move(of: robot)
      else { continue }
      if rng.chance(0.2), traffic.stay(robot, on: leg.end) {
        stays += 1
        continue
      }
      let isAsked = rng.chance(0.2)
      let isForbidden = isAsked && isTaken(leg, for: robot)
      let refusal = traffic.append(robot, leg)
      if refusal != nil { refusals += 1 }
      if isAsked, (refusal != nil) != isForbidden {
        violations.append("step \(now): \(leg) gave \(String(describing: refusal))")
      }
    }
  }

  /// The append condition put another way: somebody's plan ends there, it is a frozen robot's, or
  /// somebody is astray there.
  private func isTaken(_ leg: PlannedLeg, for robot: RobotIndex) -> Bool {
    let isBlocked = robots.indices.contains {
      traffic.obstruction(of: RobotIndex(Int32($0))).contains(where: leg.claims.contains)
    }
    return isBlocked
      || traffic.presentRobots.contains { other in
        guard other != robot else { return false }
        if leg.claims.contains(traffic.plannedEnd(other)) { return true }
        guard traffic.isHeld(other) || traffic.isContested(other) else { return false }
        return traffic.ownedCells(other).contains { leg.claims.contains($0) }
      }
  }

  private mutating func move(of robot: RobotIndex) -> PlannedLeg? {
    let start = traffic.plannedEnd(robot)
    if robots[robot.index].goal < 0 || robots[robot.index].goal == start {
      robots[robot.index].goal = Int32(rng.next(below: graph.vertexCount))
    }
    let goal = centre(robots[robot.index].goal)
    var path: [Int32] = []
    var from = start
    var mutexes: [Int32] = []
    repeat {
      var options = graph.successors[4 * Int(from)..<4 * Int(from) + 4].filter {
        $0 >= 0 && $0 != start && !path.contains($0)
      }
      guard !options.isEmpty else { return nil }
      rng.shuffle(&options)
      if !rng.chance(0.25) {
        options.sort { distance(centre($0), goal) < distance(centre($1), goal) }
      }
      from = options[0]
      path.append(from)
      if isJunction(from) { mutexes.append(Int32(graph.vertexCount) + from) }
    } while isJunction(from)
    return PlannedLeg(path: path, claims: path + mutexes, speedLimit: 0)
  }

  private func distance(_ a: Point, _ b: Point) -> Int64 { abs(a.x - b.x) + abs(a.y - b.y) }

  // MARK: Faults

  mutating func misbehave() {
    for index in robots.indices {
      let robot = RobotIndex(Int32(index))
      guard robots[index].isPlaced else {
        if rng.chance(0.05) { enter(index) }
        continue
      }
      if rng.chance(0.004) { traffic.setHeld(robot, true); robots[index].heldUntil = now + 40 }
      if rng.chance(0.004) { _ = traffic.withdraw([robot]) }
      if rng.chance(0.002) { _ = traffic.withdraw(behind: robot) }
      if rng.chance(0.004) { requestTrim(index) }
      if rng.chance(0.001) { lift(index) }
      if rng.chance(0.001) { stray(index) }
    }
    if rng.chance(0.01) {
      let closed = Int32(rng.next(below: graph.vertexCount))
      _ = traffic.withdraw(claiming: { abs($0 - closed) < 3 })
    }
    if rng.chance(0.002) { restart() }
  }

  /// What people do about faults, also when no new ones come.
  mutating func recover() {
    for index in robots.indices where robots[index].isPlaced {
      let robot = RobotIndex(Int32(index))
      if let until = robots[index].astrayUntil, until <= now {
        traffic.endObstruction(robot)
        robots[index].astrayUntil = nil
      }
      if let answer = robots[index].answersAt, answer <= now { answerRestart(index) }
      if let until = robots[index].heldUntil, until <= now, robots[index].answersAt == nil {
        traffic.setHeld(robot, false)
        robots[index].heldUntil = nil
      }
      let isContested = robots[index].isPlaced && traffic.isContested(robot)
      robots[index].contestedFor = isContested ? robots[index].contestedFor + 1 : 0
      if robots[index].contestedFor > 100 { lift(index) }
    }
  }

  /// Somebody takes a robot away; it comes back later, elsewhere. Half of the time the server is
  /// told at once, else only when the robot is back.
  private mutating func lift(_ index: Int) {
    robots[index].isPlaced = false
    robots[index].commands = []
    robots[index].heldUntil = nil
    guard rng.chance(0.5) else { return }
    _ = traffic.leave(RobotIndex(Int32(index)))
    owners.left(RobotIndex(Int32(index)))
  }

  /// It was seen where it should not be: cells there are blocked until it is known to be on its road.
  private mutating func stray(_ index: Int) {
    let robot = RobotIndex(Int32(index))
    let at = Int32(rng.next(below: graph.vertexCount))
    traffic.setHeld(robot, true)
    robots[index].heldUntil = now + 40
    robots[index].astrayUntil = now + 40
    let cells = [at, at + 1].filter { $0 < graph.vertexCount }
    guard case .contested(let rivals, _) = traffic.obstruct(robot, cells) else { return }
    contests += 1
    for rival in rivals { requestTrim(rival.index) }
  }

  /// The server dies and comes back with what was durable; what it sent is lost or fenced off.
  private mutating func restart() {
    var restarted = Traffic(resourceCount: traffic.queues.resourceCount)
    var present = traffic.presentRobots
    rng.shuffle(&present)
    for robot in present {
      let limit = ReleaseLimit(cells: Int32(rng.next(in: 1...6)))
      restarted.restore(robot, promise: traffic.promise(of: robot), limit: limit)
      robots[robot.index].commands = []
      robots[robot.index].heldUntil = now + 1
      robots[robot.index].answersAt = now + rng.next(in: 1...30)
    }
    traffic = restarted
  }

  private mutating func answerRestart(_ index: Int) {
    let robot = RobotIndex(Int32(index))
    robots[index].answersAt = nil
    guard traffic.isPresent(robot) else { return }
    let position = RoutePosition(
      order: robots[index].knownOrder, update: robots[index].update,
      visited: robots[index].visited, through: robots[index].through)
    switch traffic.reconcile(robot, position: position) {
    case .agreed(_, _, let trim):
      if let trim { send(.trim(trim), to: index) }
      forgetTrims(of: index)
      let event = RobotEvent.present(
        position: centre(robots[index].standing), route: position, standing: true,
        serverEpoch: 1, answering: 0)
      note(owners.committed(robot, event), "present")
    case .otherOrder:
      let vertex = robots[index].standing
      robots[index].order += 1
      note(owners.placed(robot, at: centre(vertex)), "place")
      _ = traffic.rejoin(robot, at: vertex, order: robots[index].order)
    case .refused(let refusal): violations.append("step \(now): present refused \(refusal)")
    }
  }
}

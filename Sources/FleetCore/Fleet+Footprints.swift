import FleetModel
import Grid
import MAPF
import Site
import Traffic

// The way of vehicles that are longer or wider than a cell. In each round they are planned before all
// others, leg by leg along the shortest way over their poses. What they rest on, and what they will
// sweep next, is closed to the others for the round; whoever stands there is led to the nearest free
// cell outside. Whether a leg may be queued is the business of `Traffic` as for everybody.
//
// A long vehicle that stopped with its nose where it means to turn would stand in others' way as long as
// these stand in its: it drives into a turning circle and through it in one leg, or not at all. And
// whoever has waited longest for its leg gets it: nobody else comes to rest there meanwhile.
extension Fleet {
  /// Cells of its way that are closed to others before a long vehicle.
  private static let lookahead = 6
  /// The most moves of one leg.
  private static let longestLeg = 60

  /// What long vehicles leave to the others in a round.
  struct LongRound {
    var walls: [Int32] = []
    var closed: [Int32] = []
  }

  /// Plans the long vehicles; the others' planner does not see them then.
  mutating func planLong(_ agents: inout [PlanningAgent], _ walls: [Int32]) -> LongRound {
    guard long.isUsed else { return LongRound() }
    // Loops, not closures: these would copy the whole fleet.
    var members: [Int] = []
    var movers: [Int] = []
    var free: [Int] = []
    for i in robots.indices where agents[i].mobility != .absent && isLong(i) {
      members.append(i)
      if wantsOn(i) { movers.append(i) }
      if agents[i].mobility == .free { free.append(i) }
    }
    guard !members.isEmpty else { return LongRound() }
    var ground = ground(agents, members, walls)
    let waits = movers.map { (since: robots[$0].progress.since, robot: $0) }
    movers = waits.sorted { $0 < $1 }.map(\.robot)
    let ready = movers.filter { agents[$0].mobility == .free }
    var blocked: [Int] = []
    for i in ready where !extend(i, &ground) {
      if ground.wanted.isEmpty { ground.wanted = wish(i, ground) }
      blocked.append(i)
    }
    var closed: Set<Int32> = []
    for i in movers { closed.formUnion(ahead(i, ground)) }
    if !closed.isEmpty { evacuate(&agents, closed, ground) }
    if isTaken(ground.wanted, members) { ground.wanted = [] }
    var left: [Int] = []
    for i in blocked where !extend(i, &ground) { left.append(i) }
    makeRoom(for: left, among: free, ground)
    var round = LongRound(closed: closed.sorted())
    for i in members {
      let rest = restingCells(i)
      if movers.contains(i) { round.closed += rest } else { round.walls += rest }
      agents[i] = PlanningAgent(at: 0, mobility: .absent)
    }
    return round
  }

  private func ground(
    _ agents: [PlanningAgent], _ members: [Int], _ walls: [Int32]
  ) -> LongGround {
    var ground = LongGround()
    ground.walls = Set(walls)
    for i in robots.indices where agents[i].mobility != .absent && !isLong(i) {
      let isWall = agents[i].mobility == .wall
      if isWall { ground.walls.insert(agents[i].at) }
      if isWall || agents[i].mobility == .frozen && traffic.isIdle(robots[i].index) {
        ground.fixed.insert(agents[i].at)
      }
    }
    for i in members {
      for cell in restingCells(i) {
        ground.cover[cell] = i
        if agents[i].mobility == .wall { ground.walls.insert(cell) }
      }
      ground.slots[i] = ground.vehicles.count
      ground.vehicles.append(
        RefugeSearch.Vehicle(
          graph: robots[i].classIndex ?? 0,
          pose: agents[i].mobility == .wall ? nil : plannedPose(i)?.number, rest: restingCells(i)))
    }
    return ground
  }

  /// Whether the robot can be planned for, and its plan does not end at its goal.
  func wantsOn(_ i: Int) -> Bool {
    robots[i].frozenSince == nil && longGoal(i) >= 0
      && traffic.plannedEnd(robots[i].index) != longGoal(i)
  }

  /// What others leave to robot `i`, which has waited longest and could not be planned on: its next leg,
  /// unless something stands there that does not move, or the leg would leave somebody without a way:
  /// then others must drive first, and maybe just there.
  private mutating func wish(_ i: Int, _ ground: LongGround) -> Set<Int32> {
    guard let leg = nextLeg(i, ground), traffic.refusal(of: leg, for: robots[i].index) != nil
    else { return [] }
    let claims = Set(leg.claims)
    return claims.isDisjoint(with: ground.fixed) && claims.isDisjoint(with: ground.walls)
      ? claims : []
  }

  /// Whether a long vehicle that does not drive rests on one of `cells`: to leave them to somebody
  /// helps nobody then, and may be just what it waits for.
  private func isTaken(_ cells: Set<Int32>, _ members: [Int]) -> Bool {
    guard !cells.isEmpty else { return false }
    for i in members where traffic.isIdle(robots[i].index) {
      if !cells.isDisjoint(with: restingCells(i)) { return true }
    }
    return false
  }

  // MARK: One vehicle

  /// Queues the next leg of robot `i`: one move, or all up to the end of a turn.
  private mutating func extend(_ i: Int, _ ground: inout LongGround) -> Bool {
    guard let leg = nextLeg(i, ground) else { return false }
    let before = restingCells(i)
    if !ground.wanted.isEmpty, !ground.wanted.isDisjoint(with: leg.rest),
      ground.wanted.isDisjoint(with: before)
    {
      return false
    }
    guard traffic.refusal(of: leg, for: robots[i].index) == nil, leavesWaysOut(i, leg, &ground),
      queue(i, leg)
    else { return false }
    for cell in before where ground.cover[cell] == i { ground.cover[cell] = nil }
    for cell in restingCells(i) { ground.cover[cell] = i }
    return true
  }

  private mutating func nextLeg(_ i: Int, _ ground: LongGround) -> PlannedLeg? {
    guard let start = plannedPose(i), let classIndex = robots[i].classIndex,
      let values = values(i, ground), let graph = long.tables[classIndex]?.graph
    else { return nil }
    var pose = start.number
    var path: [Int32] = []
    var swept: [Int32] = []
    var moves = 0
    repeat {
      guard moves < Self.longestLeg, let step = next(i, classIndex, pose, values)
      else { return nil }
      path += graph.path(of: step.move, from: pose)
      swept += graph.swept(by: step.move, from: pose)
      pose = step.end
      moves += 1
    } while turnsSoon(i, classIndex, from: pose, values)
    let rest = graph.rest(pose)
    var seen = Set(traffic.plannedRest(robots[i].index).resources).union(rest)
    return PlannedLeg(
      path: path, claims: rest + swept.filter { seen.insert($0).inserted },
      speedLimit: limit(on: path), rest: rest, heading: PoseGraph.heading(pose).rawValue)
  }

  /// Whether the robot, on the best way from `pose`, turns where its nose is already, or so close
  /// before it that it is in the circle of the turn.
  private func turnsSoon(
    _ i: Int, _ classIndex: Int, from pose: Int32, _ values: [UInt16]
  ) -> Bool {
    guard let footprint = long.tables[classIndex]?.graph.footprint else { return false }
    var left = Int(
      ((footprint.halfLength + footprint.radius) / Double(footprint.cellMillimetres))
        .rounded(.up))
    var pose = pose
    while left >= 0, PoseGraph.vertex(pose) != longGoal(i),
      let step = next(i, classIndex, pose, values)
    {
      if step.move != .forward { return true }
      left -= cost(classIndex, step, from: pose)
      pose = step.end
    }
    return false
  }

  /// The costs to robot `i`'s goal by pose, round the walls where there is such a way.
  mutating func values(_ i: Int, _ ground: LongGround) -> [UInt16]? {
    guard let classIndex = robots[i].classIndex, let pose = plannedPose(i) else { return nil }
    let goal = longGoal(i)
    guard let plain = long.tables[classIndex]?.table(goal: goal) else { return nil }
    let walls = ground.walls
    guard !walls.isEmpty, let round = long.tables[classIndex]?.table(goal: goal, walls: walls),
      best(classIndex, pose.number, round) != nil
    else { return plain }
    return round
  }

  func best(
    _ classIndex: Int, _ pose: Int32, _ values: [UInt16]
  ) -> (move: PoseMove, end: Int32)? {
    // Asked in place: a copy of the tables is dear.
    long.tables[classIndex]?.best(from: pose, values)
  }

  /// What robot `i` sweeps next, up to where another long vehicle or one that does not move is.
  private mutating func ahead(_ i: Int, _ ground: LongGround) -> [Int32] {
    guard let start = plannedPose(i), let classIndex = robots[i].classIndex,
      let values = values(i, ground), let graph = long.tables[classIndex]?.graph
    else { return [] }
    var cells: [Int32] = []
    var pose = start.number
    var driven = 0
    while driven < Self.lookahead || turnsSoon(i, classIndex, from: pose, values),
      PoseGraph.vertex(pose) != longGoal(i),
      let step = next(i, classIndex, pose, values)
    {
      let swept = graph.swept(by: step.move, from: pose)
      let isFree = swept.allSatisfy {
        (ground.cover[$0] ?? i) == i && !ground.fixed.contains($0)
      }
      guard isFree else { break }
      cells += swept.filter { Int($0) < site.graph.vertexCount }
      driven += cost(classIndex, step, from: pose)
      pose = step.end
    }
    return cells
  }

  private func cost(
    _ classIndex: Int, _ step: (move: PoseMove, end: Int32), from pose: Int32
  ) -> Int {
    long.tables[classIndex]?.cost(of: step.move, from: pose, to: step.end) ?? 1
  }

  // MARK: Where they are

  /// Whether the robot is longer or wider than a cell.
  func isLong(_ i: Int) -> Bool { robots[i].classIndex.map { long.tables[$0] != nil } ?? false }

  /// The pose in which the robot's plan ends.
  func plannedPose(_ i: Int) -> LongPose? {
    let robot = robots[i].index
    guard let number = traffic.plannedRest(robot).heading, number < 4 else { return nil }
    return LongPose(
      vertex: traffic.plannedEnd(robot), heading: Direction.allCases[Int(number)])
  }

  /// The cells on which the robot's plan comes to rest.
  private func restingCells(_ i: Int) -> [Int32] {
    traffic.plannedRest(robots[i].index).resources.filter { Int($0) < site.graph.vertexCount }
  }

  /// Where the robot's centre may be by what was promised to it.
  func ownRoad(_ i: Int) -> [Int32] {
    let robot = robots[i].index
    guard isLong(i) else { return traffic.ownedCells(robot) }
    return [traffic.visitedEnd(robot)] + traffic.releasedCells(robot)
  }

  /// The pose nearest to how the robot says it stands on `vertex`.
  func pose(_ i: Int, at vertex: Int32) -> LongPose {
    LongPose(vertex: vertex, heading: Self.axis(robots[i].heading ?? 0).direction)
  }

  /// Whether a robot that stands so can drive anywhere.
  func hasWayOut(_ classIndex: Int, _ vertex: Int32, _ pose: LongPose?) -> Bool {
    guard let pose, let graph = long.tables[classIndex]?.graph else {
      return !graphs[classIndex].moves(from: vertex).isEmpty
    }
    return graph.hasMove(from: pose.number)
  }

  /// The direction nearest to a heading, and how far that is off in thousandths of a degree.
  private static func axis(_ millidegrees: Int32) -> (direction: Direction, off: Int32) {
    let quarter = ((millidegrees + 45_000) / 90_000) % 4
    var off = abs(millidegrees - 90_000 * quarter)
    if off > 180_000 { off = 360_000 - off }
    let clockwise: [Direction] = [.north, .east, .south, .west]
    return (clockwise[Int(quarter)], off)
  }

  /// The cells under a long robot standing at `position` and looking along an axis, and on its way
  /// to the centre of its cell; nil: it stands askew, or does not say how.
  func longOutline(_ i: Int, at position: Point, heading: Int32?) -> [Int32]? {
    guard let heading, let classIndex = robots[i].classIndex,
      let vertex = site.vertex(containing: position),
      let graph = long.tables[classIndex]?.graph
    else { return nil }
    let axis = Self.axis(heading)
    // What its localisation may be wrong by covers a degree at its ends.
    guard axis.off <= 1000 else { return nil }
    let centre = site.centre(of: vertex)
    let (x, y) = (position.x - centre.x, position.y - centre.y)
    let error = Int64(robots[i].factsheet?.vehicle.errorMillimetres ?? 0)
    let isCentred = max(abs(x), abs(y)) <= error
    return graph.cells(
      isCentred
        ? graph.footprint.resting(axis.direction)
        : graph.footprint.approaching(axis.direction, x: x, y: y),
      from: vertex.rawValue)
  }

  /// Whether a robot that says it stands at `position` covers more than where it would rest.
  func isBetweenCells(_ i: Int, _ position: Point) -> Bool {
    let covered = outline(i, at: position, heading: robots[i].heading).count
    guard isLong(i) else { return covered > 1 }
    guard let vertex = site.vertex(containing: position), let classIndex = robots[i].classIndex,
      let graph = long.tables[classIndex]?.graph
    else { return true }
    return covered > graph.rest(pose(i, at: vertex.rawValue).number).count
  }

  /// The cost for robot `i`, in cells; nil: no way. Its heading is known where its plan ends.
  mutating func longDistance(
    _ i: Int, _ classIndex: Int, from: Int32, to: Int32
  ) -> Int32? {
    guard let values = long.tables[classIndex]?.table(goal: to) else { return nil }
    if from == to { return values[4 * Int(to)..<4 * Int(to) + 4].contains(0) ? 0 : nil }
    if traffic.isPresent(robots[i].index), from == traffic.plannedEnd(robots[i].index),
      let pose = plannedPose(i), let step = best(classIndex, pose.number, values)
    {
      return Int32(values[Int(step.end)]) + 1
    }
    let least = values[4 * Int(from)..<4 * Int(from) + 4].min() ?? PoseDistances.unreachable
    return least == PoseDistances.unreachable ? nil : Int32(least)
  }
}

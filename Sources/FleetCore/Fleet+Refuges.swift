import Determinism
import FleetModel
import Grid
import MAPF
import Traffic

/// A long vehicle that drives aside.
struct GivingWay: Sendable, Equatable, Codable {
  /// The way to where it waits, pose by pose.
  var way: [Int32]
  /// For whom.
  var other: RobotIndex
  var since: Instant

  /// Where it waits.
  var place: Int32 { way.last.map(PoseGraph.vertex) ?? -1 }
}

// Long vehicles hold one another up: each of a ring of them may wait for the place of the next, and no
// leg of any of them can ever be queued. So they are planned as a banker lends (docs/traffic.md): each
// leg leaves a way for everybody, one after another, to a place where it may stay. And whoever stands in
// the way of one that has waited for long drives aside to such a place.
extension Fleet {
  /// Who has waited so long has others drive aside.
  static let patience = Duration.seconds(20)
  /// Nobody stays aside for longer.
  private static let longestAside = Duration.seconds(300)
  /// Whoever comes on no more on its way aside tries another one.
  private static let longestStand = Duration.seconds(60)
  /// Moves of a way that are looked at.
  private static let wayLimit = 2000

  /// Where a long vehicle is planned to.
  func longGoal(_ i: Int) -> Int32 { robots[i].givesWay?.place ?? robots[i].goal }

  /// Whether every long vehicle that could get to a refuge still can when robot `i` has driven `leg`.
  mutating func leavesWaysOut(_ i: Int, _ leg: PlannedLeg, _ ground: inout LongGround) -> Bool {
    guard let slot = ground.slots[i], let heading = leg.heading, heading < 4 else { return true }
    let before = ground.stranded ?? Set(long.refuges.stranded(ground.vehicles))
    let vehicle = ground.vehicles[slot]
    ground.vehicles[slot].pose = PoseGraph.pose(leg.end, Direction.allCases[Int(heading)])
    ground.vehicles[slot].rest = leg.rest.filter { Int($0) < site.graph.vertexCount }
    let after = Set(long.refuges.stranded(ground.vehicles))
    let isFine = after.isSubset(of: before)
    if !isFine { ground.vehicles[slot] = vehicle }
    ground.stranded = isFine ? after : before
    return isFine
  }

  /// Sends those aside that stand, as planned so far, on the way of the one that has waited longest.
  /// - Parameters:
  ///   - blocked: those that could not be planned on, the longest first.
  ///   - free: those that could be.
  mutating func makeRoom(for blocked: [Int], among free: [Int], _ ground: LongGround) {
    for i in robots.indices {
      guard let aside = robots[i].givesWay, !waitsStill(i, aside) else { continue }
      robots[i].givesWay = nil
    }
    // Once a second will do.
    guard now.microseconds % 1_000_000 < settings.planningPeriod.wholeMicroseconds else { return }
    watchRings(blocked, ground)
    for first in blocked where hasWaited(first) && robots[first].givesWay == nil {
      // One by whom nobody can get may have to drive aside itself: then it is the next one's turn.
      if isGivenWay(first)
        || sendAside(for: first, blocked, free, ground)
      {
        return
      }
    }
  }

  /// - Returns: whether anybody drives aside.
  private mutating func sendAside(
    for first: Int, _ blocked: [Int], _ free: [Int], _ ground: LongGround
  ) -> Bool {
    var others: [Int] = []
    for i in free where i != first && robots[i].givesWay == nil {
      if !wantsOn(i) || blocked.contains(i) && hasWaited(i) { others.append(i) }
    }
    guard !others.isEmpty else { return false }
    let way = way(first, ground)
    var isAnySent = false
    for i in others {
      guard let slot = ground.slots[i], !way.isDisjoint(with: ground.vehicles[slot].rest) else {
        continue
      }
      if sendAside(i, for: first, way, ground) { isAnySent = true }
    }
    return isAnySent
  }

  private func isGivenWay(_ i: Int) -> Bool {
    for other in robots.indices where robots[other].givesWay?.other == robots[i].index {
      return true
    }
    return false
  }

  private func hasWaited(_ i: Int) -> Bool { now - robots[i].progress.since >= Self.patience }

  private func waitsStill(_ i: Int, _ aside: GivingWay) -> Bool {
    let other = aside.other.index
    let comesOn =
      traffic.plannedEnd(robots[i].index) == aside.place
      || now - max(aside.since, robots[i].progress.since) < Self.longestStand
    return comesOn && now - aside.since < Self.longestAside && traffic.isPresent(aside.other)
      && wantsOn(other) && robots[other].givesWay == nil
  }

  /// The next move of a long vehicle: by the way aside, or the shortest to its goal.
  func next(
    _ i: Int, _ classIndex: Int, _ pose: Int32, _ values: [UInt16]
  ) -> (move: PoseMove, end: Int32)? {
    guard let aside = robots[i].givesWay, let place = aside.way.firstIndex(of: pose),
      place + 1 < aside.way.count, let graph = long.tables[classIndex]?.graph
    else { return best(classIndex, pose, values) }
    let end = aside.way[place + 1]
    for move in PoseMove.allCases where graph.end(of: move, from: pose) == end {
      return (move, end)
    }
    return best(classIndex, pose, values)
  }

  /// The cells that robot `i` sweeps up to its goal.
  private mutating func way(_ i: Int, _ ground: LongGround) -> Set<Int32> {
    guard let start = plannedPose(i), let classIndex = robots[i].classIndex,
      let values = values(i, ground), let graph = long.tables[classIndex]?.graph
    else { return [] }
    var cells: Set<Int32> = []
    var pose = start.number
    var moves = 0
    while moves < Self.wayLimit, PoseGraph.vertex(pose) != longGoal(i),
      let step = best(classIndex, pose, values)
    {
      cells.formUnion(graph.swept(by: step.move, from: pose))
      pose = step.end
      moves += 1
    }
    return cells
  }

  private mutating func sendAside(
    _ i: Int, for first: Int, _ way: Set<Int32>, _ ground: LongGround
  ) -> Bool {
    guard let slot = ground.slots[i] else { return false }
    var chosen: Set<Int32> = []
    for group in places.groups where group.kind == .parking {
      let vertex = group.vertices[0]
      if isFree(vertex, for: robots[i].index) { chosen.insert(vertex) }
    }
    for other in robots.indices {
      if let aside = robots[other].givesWay { chosen.remove(aside.place) }
    }
    var others = ground.vehicles
    let vehicle = others.remove(at: slot)
    let aside = long.refuges.refuge(
      for: vehicle, others: others, walls: ground.walls, shunned: way, among: chosen)
    guard !aside.isEmpty else { return false }
    robots[i].givesWay = GivingWay(way: aside, other: robots[first].index, since: now)
    notice(.robotChanged, robot: i, "\(robots[i].id) drives aside for \(robots[first].id)")
    return true
  }
}

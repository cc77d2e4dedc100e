import Determinism
import FleetModel
import Grid
import MAPF
import Missions

// Where each robot is planned to: its errand, the place reserved for it, or a place to wait.
extension Fleet {
  /// Looks again where robot `i` is to go. Called before every planning round it takes part in.
  mutating func refreshGoal(_ i: Int) {
    guard robots[i].goalDirty else { return }
    robots[i].goalDirty = false
    robots[i].cellsToGoalLook = 0
    let at = traffic.plannedEnd(robots[i].index)
    let errand = reachableErrand(i, at)
    robots[i].isCutOff = false
    if errand != robots[i].errand { leaveQueue(i) }
    robots[i].errand = errand
    guard let errand else {
      robots[i].goal = -1
      leaveBay(i, at)
      // Cells out of reach are tried again later.
      robots[i].goalDirty = robots[i].job != .idle
      return
    }
    switch errand.target {
    case .cell(let vertex):
      places.letGo(robots[i].index)
      robots[i].goal = vertex.rawValue
    case .station(let id):
      guard let group = places.group(id) else {
        preconditionFailure("errand to unknown place \(id)")
      }
      robots[i].goal = stationGoal(i, group, at)
    }
  }

  /// The next errand to which there is a way; the mission is told of those without.
  private mutating func reachableErrand(_ i: Int, _ at: Int32) -> Errand? {
    for _ in 0..<8 {
      guard let errand = nextErrand(i, at) else { return nil }
      guard let task = robots[i].job.task, case .cell(let cell) = errand.target,
        !isReachable(i, from: at, to: cell.rawValue)
      else { return errand }
      let now = self.now
      apply(tasks.update(task) { $0.mission.unreachable(cell, now: now) } ?? [], task, i)
    }
    return nil
  }

  /// The place a robot without work goes to, or stays at.
  private mutating func nextErrand(_ i: Int, _ at: Int32) -> Errand? {
    switch robots[i].job {
    case .idle: return nil
    case .charge(let charger):
      return Errand(
        target: .station(charger), stops: true,
        action: ErrandAction(kind: .charge, durationMilliseconds: 0))
    case .task(let id):
      let now = self.now
      return tasks.update(id) {
        $0.record.state == .paused ? nil : $0.mission.nextErrand(from: VertexID(at), now: now)
      } ?? nil
    }
  }

  // MARK: Places

  /// After so many cells a robot far away looks again which bay is the nearest.
  private static let goalLookPeriod: Int32 = 16

  /// The bay to drive to. Far away any bay will do; close by one must be reserved, and while none
  /// is free the robot waits at a parking place, in the order of arrival. A long vehicle sets out
  /// for none but its own: before one that is taken it would hold up everybody behind it.
  private mutating func stationGoal(_ i: Int, _ group: Int, _ at: Int32) -> Int32 {
    let robot = robots[i].index
    if let held = places.place(heldBy: robot), places.group(at: held) == group { return held }
    let vertices = places.groups[group].vertices
    guard let nearest = nearestBay(i, vertices, from: at) else {
      // A zone is closed: a way may be open again when it has moved.
      robots[i].goalDirty = true
      robots[i].isCutOff = true
      return -1
    }
    // Whoever queues stays at its waiting place, however far that is.
    if !isLong(i), nearest.distance > settings.reservationCells, robots[i].queuedGroup != group {
      places.letGo(robot)
      robots[i].cellsToGoalLook = min(
        nearest.distance - settings.reservationCells, Self.goalLookPeriod)
      return nearest.vertex
    }
    if places.isNext(robot, group) {
      // A loop: a closure would copy the whole fleet.
      var free: [Int32] = []
      for vertex in vertices where isFree(vertex, for: robot) { free.append(vertex) }
      if let bay = closest(i, free, from: at) {
        leaveQueue(i)
        places.hold(bay.vertex, for: robot)
        return bay.vertex
      }
    }
    places.enqueue(robot, group)
    robots[i].queuedGroup = group
    robots[i].goalDirty = true
    return parkingGoal(i, near: nearest.vertex)
  }

  /// A parking place of the robot's own, close to `target`; -1: none is free.
  mutating func parkingGoal(_ i: Int, near target: Int32) -> Int32 {
    let robot = robots[i].index
    if let held = places.place(heldBy: robot), let group = places.group(at: held),
      places.groups[group].kind == .parking
    {
      return held
    }
    if isLong(i) { return longParkingGoal(i, near: target) }
    guard leadsToParking(i, from: target), let vertex = nearestParking(i, target, isFree: true)
    else { return -1 }
    places.hold(vertex, for: robot)
    return vertex
  }

  /// The parking place nearest to `target` that can be reached from there; nil: none can.
  /// - Parameter isFree: it must be free for the robot.
  private mutating func nearestParking(_ i: Int, _ target: Int32, isFree mustBeFree: Bool) -> Int32?
  {
    var search = places.parkingByPlace.search(from: site.graph.cells[Int(target)])
    while let (group, _) = search.next() {
      let vertex = places.groups[group].vertices[0]
      if mustBeFree, !isFree(vertex, for: robots[i].index) { continue }
      if canEnter(i, vertex), isReachable(i, from: target, to: vertex) { return vertex }
    }
    return nil
  }

  /// Whether any parking place can be reached, taken or not. Asked again and again by who is shut in
  /// behind a closed zone: kept until other moves are allowed.
  private mutating func leadsToParking(_ i: Int, from target: Int32) -> Bool {
    guard let classIndex = robots[i].classIndex else { return false }
    let here = planning.component(graph: Int32(classIndex), of: target)
    if let known = parkingReach[classIndex]?[here] { return known }
    let leads = nearestParking(i, target, isFree: false) != nil
    parkingReach[classIndex, default: [:]][here] = leads
    return leads
  }

  /// The parking place by which a long vehicle's way to `target` is the shortest; where it is there
  /// already, the nearest to drive to. On one-way roads that is not the nearest in the air.
  private mutating func longParkingGoal(_ i: Int, near target: Int32) -> Int32 {
    let at = traffic.plannedEnd(robots[i].index)
    var best: (vertex: Int32, way: Int32)?
    for group in places.groups.indices where places.groups[group].kind == .parking {
      let vertex = places.groups[group].vertices[0]
      guard isFree(vertex, for: robots[i].index), canEnter(i, vertex),
        let there = distance(i, from: at, to: vertex),
        let on = at == target ? 0 : distance(i, from: vertex, to: target)
      else { continue }
      if there + on < best?.way ?? .max { best = (vertex, there + on) }
    }
    guard let best else { return -1 }
    places.hold(best.vertex, for: robots[i].index)
    return best.vertex
  }

  /// The nearest of a station's bays; nil: none can be reached. Of a single one that is too far to be
  /// reserved any lower bound will do for a distance.
  private mutating func nearestBay(
    _ i: Int, _ bays: [Int32], from at: Int32
  ) -> (vertex: Int32, distance: Int32)? {
    let far = settings.reservationCells + Self.goalLookPeriod
    guard bays.count == 1, !isLong(i), air(at, bays[0]) >= far else {
      return closest(i, bays, from: at)
    }
    return isReachable(i, from: at, to: bays[0]) ? (bays[0], far) : nil
  }

  /// The nearest of `vertices` to drive to from `at`; nil: none can be reached.
  private mutating func closest(
    _ i: Int, _ vertices: [Int32], from at: Int32
  ) -> (vertex: Int32, distance: Int32)? {
    var best: (vertex: Int32, distance: Int32)?
    for vertex in vertices {
      guard let distance = distance(i, from: at, to: vertex) else { continue }
      if distance < best?.distance ?? .max { best = (vertex, distance) }
    }
    return best
  }

  /// Whether there is a way for robot `i`.
  mutating func isReachable(_ i: Int, from: Int32, to: Int32) -> Bool {
    guard let classIndex = robots[i].classIndex else { return false }
    return planning.isReachable(graph: Int32(classIndex), from: from, to: to)
  }

  /// Cells to drive for robot `i`; nil: no way. On a large site as the crow flies along the axes:
  /// no way is shorter.
  mutating func distance(_ i: Int, from: Int32, to: Int32) -> Int32? {
    guard let classIndex = robots[i].classIndex else { return nil }
    if long.tables[classIndex] != nil { return longDistance(i, classIndex, from: from, to: to) }
    return planning.distance(graph: Int32(classIndex), from: from, to: to)
  }

  func canEnter(_ i: Int, _ vertex: Int32) -> Bool {
    guard let classIndex = robots[i].classIndex else { return false }
    return graphs[classIndex].isResting(vertex)
  }

  /// A bay that the robot holds and does not stand on is for others while it has no errand.
  private mutating func leaveBay(_ i: Int, _ at: Int32) {
    let robot = robots[i].index
    guard let held = places.place(heldBy: robot), held != at, let group = places.group(at: held),
      places.groups[group].kind != .parking
    else { return }
    places.letGo(robot)
  }

  /// Whether the robot stands there only because no parking place is left for it: it has nothing
  /// to do there and can be pushed away.
  private func isIdler(_ i: Int, on vertex: Int32) -> Bool {
    robots[i].job == .idle && robots[i].action == nil && robots[i].goal < 0
      && !robots[i].goalDirty && mayDrive(i) && places.holder(of: vertex) == nil
  }

  func isFree(_ vertex: Int32, for robot: RobotIndex) -> Bool {
    // No closure over `self` here: it would copy the whole fleet, once for each charger and robot.
    var standing = endAt[vertex]
    if let robot = standing, isIdler(robot.index, on: vertex) { standing = nil }
    return places.isFree(vertex, for: robot, standing: standing)
  }

  mutating func leaveQueue(_ i: Int) {
    guard let group = robots[i].queuedGroup else { return }
    places.dequeue(robots[i].index, group)
    robots[i].queuedGroup = nil
  }

  /// The robot is planned nowhere any more.
  mutating func forgetGoal(_ i: Int) {
    leaveQueue(i)
    places.letGo(robots[i].index)
    robots[i].errand = nil
    robots[i].goal = -1
    robots[i].goalDirty = true
  }

  /// Robots without work, or with none to drive to now, wait where they block nobody.
  mutating func park(_ i: Int) {
    guard robots[i].errand == nil, robots[i].action == nil else { return }
    let at = traffic.plannedEnd(robots[i].index)
    if robots[i].job == .idle, places.group(at: at) != nil, isFree(at, for: robots[i].index) {
      // A charger or bay is left only for a parking place.
      if let group = places.group(at: at), places.groups[group].kind == .parking {
        places.hold(at, for: robots[i].index)
        robots[i].goal = at
        return
      }
    }
    robots[i].goal = parkingGoal(i, near: at)
  }
}

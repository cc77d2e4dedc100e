import Determinism
import FleetModel
import Grid
import Site
import Traffic

// Robots that drive, but much slower than their class (docs/traffic.md, rule 7). Ten seconds behind
// a robot at half the speed they count as slow: they get less road ahead, and those that wait where
// they have only queued may pass. After thirty more whoever is queued behind one that creeps is
// planned anew, round the road that it holds.
extension Fleet {
  func isSlow(_ i: Int) -> Bool { robots[i].pace.isSlow }

  /// Looks at what the leg has come to that robot `i` drives. - Complexity: O(1)
  mutating func watchPace(_ i: Int) {
    guard robots[i].presence == .present else { return robots[i].pace.drives(false, now: now) }
    let wasAtRest = !robots[i].pace.isDriving
    let drives = isToDrive(i)
    robots[i].pace.drives(drives, now: now)
    guard drives else { return }
    if wasAtRest { robots[i].pace.excuse(stopAndGo(i)) }
    guard robots[i].pace.isDue(now), let leg = traffic.nextLeg(of: robots[i].index) else { return }
    for effect in robots[i].pace.check(expected: time(i, leg), now: now) { apply(effect, i) }
  }

  /// Robot `i` has driven `legs`.
  mutating func paceVisited(_ i: Int, _ legs: [PlannedLeg]) {
    var expected = Duration.zero
    for leg in legs {
      expected += time(i, leg)
      let before = robots[i].lastEnds.first
      robots[i].lastEnds =
        before.map { FewResources(leg.end, $0) } ?? FewResources(leg.end)
    }
    // With no more road it had to stop here.
    let drives = isToDrive(i)
    if !drives { expected += stopAndGo(i) }
    for effect in robots[i].pace.visited(expected: expected, now: now) { apply(effect, i) }
    robots[i].pace.drives(drives, now: now)
  }

  private func isToDrive(_ i: Int) -> Bool {
    mayDrive(i) && robots[i].freshness == .fresh && robots[i].action == nil
      && traffic.hasRoadAhead(robots[i].index)
  }

  /// What a robot of the class takes for a leg that it comes to without stopping.
  private func time(_ i: Int, _ leg: PlannedLeg) -> Duration {
    guard let classIndex = robots[i].classIndex else { return .zero }
    let own = Int64(max(1, site.classes[classIndex].speedMillimetresPerSecond))
    let speed = leg.speedLimit > 0 ? min(own, Int64(leg.speedLimit)) : own
    let length = Int64(leg.path.count) * Int64(site.cellMillimetres)
    let turns = robots[i].lastEnds.count < 2 || isCorner(i, leg)
    return .milliseconds(1000 * length / speed) + (turns ? stopAndGo(i) : .zero)
  }

  /// Whether the leg does not go straight on.
  private func isCorner(_ i: Int, _ leg: PlannedLeg) -> Bool {
    let before = site.graph.cells[Int(robots[i].lastEnds[1])]
    let end = site.graph.cells[Int(robots[i].lastEnds[0])]
    let first = site.graph.cells[Int(leg.path[0])]
    let (dx, dy) = (end.x - before.x, end.y - before.y)
    let (ex, ey) = (first.x - end.x, first.y - end.y)
    return dx * ey != dy * ex || dx * ex + dy * ey <= 0
  }

  /// What braking to a standstill, turning and gathering speed again cost at most.
  private func stopAndGo(_ i: Int) -> Duration {
    guard let classIndex = robots[i].classIndex else { return .zero }
    let vehicle = site.classes[classIndex]
    let speed = Int64(vehicle.speedMillimetresPerSecond)
    let braking = Int64(max(1, vehicle.brakingMillimetresPerSecond2))
    let gathering = Int64(max(1, vehicle.accelerationMillimetresPerSecond2))
    return .milliseconds(
      500 * speed / braking + 500 * speed / gathering + Int64(vehicle.quarterTurnMilliseconds))
  }

  private mutating func apply(_ effect: PaceWatch.Effect, _ i: Int) {
    switch effect {
    case .slow:
      statistics.slowdowns += 1
      limitRelease(i)
      notice(.robotChanged, robot: i, "\(robots[i].id) drives slowly: others may pass before it")
    case .replan:
      // It drives on over what it was released; whoever was to follow it finds another way.
      let robot = robots[i].index
      if !traffic.isHeld(robot) {
        apply(traffic.setHeld(robot, true))
        apply(traffic.setHeld(robot, false))
      }
      notice(.robotChanged, robot: i, "\(robots[i].id) is slow: others are planned round it")
    case .normal:
      limitRelease(i)
      notice(.robotChanged, robot: i, "\(robots[i].id) keeps up again")
    }
  }

  /// Tells traffic how far road is released to robot `i` from now on.
  mutating func limitRelease(_ i: Int) {
    guard let classIndex = robots[i].classIndex, robots[i].presence != .absent else { return }
    traffic.setLimit(robots[i].index, releaseLimit(i, classIndex))
  }

  /// How far road is released to robot `i`: one that is slow needs less to stop in.
  func releaseLimit(_ i: Int, _ classIndex: Int) -> ReleaseLimit {
    guard isSlow(i) else { return releaseLimit(classIndex) }
    var vehicle = site.classes[classIndex]
    vehicle.speedMillimetresPerSecond = max(1, vehicle.speedMillimetresPerSecond / 2)
    return Self.releaseLimit(of: vehicle, site: site, settings)
  }
}

import Determinism
import FleetModel
import Grid
import MAPF
import Site
import Traffic

// Where a robot says it is, against what it was promised (docs/traffic.md, rules 8 and 9).
extension Fleet {
  /// So many releases in a row a robot may refuse before it gets a new order.
  private static let refusalsBorne = 2
  /// A robot that may drive on does so within this time.
  private static let movesOff = Duration.seconds(5)
  /// One that will not drop a route is told again after this long.
  private static let dropPeriod = Duration.seconds(60)

  /// The robot's position and route as it told them: reconciles them with what we know
  /// (`ReconcileRule`, docs/recovery.md).
  mutating func present(
    _ i: Int, position: Point, route: RoutePosition, standing: Bool, serverEpoch epoch: UInt64,
    answering query: UInt64
  ) {
    // Where it is driven by hand it may be gone from again.
    guard robots[i].lease?.isGranted != true else { return }
    // In a session that began before this run, what an earlier run sent may still be on its way
    // until the robot has heard of this one. What was said before the last query may know less
    // than what was sent before it.
    let hasHeard = epoch == serverEpoch || robots[i].sessionBeganHere
    let answers = robots[i].lastQuery.map { $0 == query } ?? true
    let isPresent = robots[i].presence == .present
    let word = ReconcileRule.Word(
      route: route, isStanding: standing, isOnRoad: site.vertex(containing: position) != nil,
      isOnOwnRoad: robots[i].presence != .absent && !isAstray(i, position),
      isCurrent: isPresent ? query == 0 : hasHeard && answers,
      isOffItsEnd: isBetweenCells(i, position) || isPastEnd(i, position, route),
      refusesReleases: robots[i].refusedReleases >= Self.refusalsBorne)
    if !standing || route.visited == route.through { robots[i].foreign = nil }
    let verdict = ReconcileRule.verdict(word, known(i))
    if verdict == .ignore || verdict == .nothing { return }
    guard let classIndex = robots[i].classIndex else {
      robots[i].offMapReason = "it has sent no factsheet of a class of this site"
      return
    }
    if !isPresent, verdict != .agree, route.order == robots[i].order {
      hasGivenBack(i, after: max(route.visited, route.through))
    }
    act(verdict, i, position, route, classIndex, isAstray: !word.isOnOwnRoad)
    updateHeld(i)
    robots[i].isDirty = true
    robots[i].goalDirty = true
  }

  /// What the server knows of the robot's route.
  private func known(_ i: Int) -> ReconcileRule.Known {
    let robot = robots[i].index
    guard robots[i].presence != .absent else { return .absent }
    var promised = ReconcileRule.Promised(
      position: traffic.position(of: robot), furthest: traffic.furthestReleased(robot))
    guard robots[i].presence != .present else { return .present(promised) }
    if let kept = lastKept(i) {
      promised.position.through = min(promised.position.through, kept)
    }
    return .awaiting(promised)
  }

  /// The robot has told that it has no road after `leg`. The road stays its own until its word can
  /// be taken; should it then remember what it gave back, that must go first.
  mutating func hasGivenBack(_ i: Int, after leg: UInt64) {
    guard robots[i].presence != .absent else { return }
    let kept = max(leg, traffic.position(of: robots[i].index).visited)
    robots[i].givenBack = GivenBack(
      order: robots[i].order, through: min(kept, lastKept(i) ?? kept))
    robots[i].isDirty = true
  }

  /// The last leg of the robot's order that it has not told to have given back.
  private func lastKept(_ i: Int) -> UInt64? {
    robots[i].givenBack.flatMap { $0.order == robots[i].order ? $0.through : nil }
  }

  private mutating func act(
    _ verdict: ReconcileRule.Verdict, _ i: Int, _ position: Point, _ route: RoutePosition,
    _ classIndex: Int, isAstray: Bool
  ) {
    switch verdict {
    case .ignore, .nothing, .wait: break
    case .ask:
      if isAstray { standAstray(i, position) }
      askPresence(i)
    case .agree: agree(i, route)
    case .settle: settle(i, position, route, classIndex)
    case .trimForeign:
      trimForeign(i, route)
      if isAstray { standAstray(i, position) }
    case .obstruct: obstruct(i, position)
    case .contain(let cause): contain(i, cause)
    case .refuse:
      offMap(i, "its order number \(route.order) leaves no room for another")
      if isAstray { standAstray(i, position) }
    }
  }

  /// Between stops a robot may be unable to give a leg up. One that does not drive on either is to drop
  /// its route where it stands.
  private mutating func trimForeign(_ i: Int, _ route: RoutePosition) {
    guard let known = robots[i].foreign, known.route == route else {
      robots[i].foreign = ForeignRoad(route: route, asked: now)
      return send(i, .trim(order: route.order, update: route.update, through: route.visited))
    }
    let isDue =
      known.dropAsked.map { now - $0 >= Self.dropPeriod } ?? (now - known.asked >= Self.movesOff)
    // In another mode somebody is at it.
    guard isDue, robots[i].mode == .automatic else { return }
    robots[i].foreign?.dropAsked = now
    incident(
      i,
      "\(robots[i].id) stands on a route that it must not drive and cannot give up: it is to drop it"
    )
    dropRoute(i)
  }

  /// The robot stands where no order can begin.
  private mutating func obstruct(_ i: Int, _ position: Point) {
    offMap(i, "it stands at (\(position.x), \(position.y)) mm, where there is no road")
    standAstray(i, position)
  }

  /// Whether `position` is on no cell that was promised to the robot.
  func isAstray(_ i: Int, _ position: Point) -> Bool {
    guard let vertex = site.vertex(containing: position) else { return true }
    return !ownRoad(i).contains(vertex.rawValue)
  }

  /// Whether `position` is on another cell than the one where the robot's last leg ended.
  private func isPastEnd(_ i: Int, _ position: Point, _ route: RoutePosition) -> Bool {
    guard robots[i].presence != .absent, route.order == robots[i].order,
      let end = traffic.end(ofLeg: route.visited, robots[i].index)
    else { return false }
    return site.vertex(containing: position)?.rawValue != end
  }

  /// The robot knows our order: it goes on with it.
  private mutating func agree(_ i: Int, _ route: RoutePosition) {
    switch traffic.reconcile(robots[i].index, position: route) {
    case .agreed(let visit, let withdrawn, let trim):
      robots[i].presence = .present
      robots[i].givenBack = nil
      robots[i].foreign = nil
      endContainment(i)
      if case .advanced(_, let legs) = visit { visited(i, legs) }
      apply(withdrawn)
      missionReplanned(i)
      send(i, .confirm(order: route.order, update: route.update))
      resumeAction(i)
      if let trim { send(i, trim) }
    case .otherOrder, .refused:
      preconditionFailure("\(route) was agreed to and is not what was promised")
    }
  }

  /// The robot stands where it says without an order of ours: it was switched on, switched on
  /// again, or moved by hand. Its order begins at the middle of the cell it stands in, to which it
  /// drives first; all that is under it is its own until it has left it.
  private mutating func settle(
    _ i: Int, _ position: Point, _ route: RoutePosition, _ classIndex: Int
  ) {
    guard let start = site.vertex(containing: position)?.rawValue else { return }
    let pose = long.tables[classIndex] == nil ? nil : pose(i, at: start)
    guard hasWayOut(classIndex, start, pose) else {
      offMap(i, "its class has no way out of \(site.graph.cell(of: VertexID(start)))")
      return standAstray(i, position)
    }
    let robot = robots[i].index
    let covered = outline(i, at: position, heading: robots[i].heading).filter { $0 != start }
    guard !covered.contains(where: { traffic.isRestedOn($0, but: robot) }) else {
      offMap(i, "it stands between cells, and others on them as well")
      return standAstray(i, position)
    }
    robots[i].order = max(robots[i].order, route.order) + 1
    var under = covered
    for cell in [start] + covered {
      for mutex in graphs[classIndex].mutexes(of: cell) where !under.contains(mutex) {
        under.append(mutex)
      }
    }
    let before = traffic.isPresent(robot) ? traffic.visitedEnd(robot) : nil
    if before != nil {
      contested(
        i,
        traffic.rejoin(
          robot, at: start, under: under, heading: pose?.heading.rawValue, order: robots[i].order))
    } else {
      contested(
        i,
        traffic.join(
          robot, at: start, under: under, heading: pose?.heading.rawValue, order: robots[i].order,
          limit: releaseLimit(i, classIndex)))
    }
    robots[i].lastEnds = []
    robots[i].refusedReleases = 0
    robots[i].givenBack = nil
    robots[i].foreign = nil
    robots[i].presence = .present
    robots[i].settledAt = position
    // What was to be done where it was is not done here; it must know before it may go on.
    let hasMoved = before.map { $0 != start } ?? false
    if hasMoved { abandonAction(i) }
    endContainment(i)
    missionReplanned(i)
    send(i, .confirm(order: route.order, update: route.update))
    if !hasMoved { resumeAction(i) }
    notice(.robotChanged, robot: i, "\(robots[i].id) is on the map")
  }

  private mutating func offMap(_ i: Int, _ reason: String) {
    // Its localisation wavers: that is no news.
    if robots[i].offMapReason.isEmpty { incident(i, "\(robots[i].id) cannot join: \(reason)") }
    robots[i].offMapReason = reason
  }

  private mutating func contested(_ i: Int, _ outcome: JoinOutcome) {
    switch outcome {
    case .joined(let withdrawn): apply(withdrawn)
    case .contested(let others, let withdrawn):
      let names = others.map { robots[$0.index].id.text }.joined(separator: ", ")
      incident(i, "\(robots[i].id) stands on cells that belong to \(names)")
      apply(withdrawn)
      for other in others { trim(other.index) }
    }
  }

  /// Asks a robot to stop as early as it can.
  mutating func trim(_ i: Int) {
    let start = traffic.requestTrim(robots[i].index)
    apply(start.withdrawn)
    if let request = start.request { send(i, request) }
  }

  private mutating func send(_ i: Int, _ trim: TrimRequest) {
    send(i, .trim(order: trim.order, update: trim.update, through: trim.through))
    robots[i].trimMessage = robots[i].control?.lastNumber ?? 0
  }

  func releaseLimit(_ classIndex: Int) -> ReleaseLimit { releaseLimits[classIndex] }

  /// The release limits of a site's classes.
  static func releaseLimits(of site: Site, _ settings: FleetSettings) -> [ReleaseLimit] {
    site.classes.map { releaseLimit(of: $0, site: site, settings) }
  }

  static func releaseLimit(
    of vehicle: VehicleClass, site: Site, _ settings: FleetSettings
  ) -> ReleaseLimit {
    ReleaseLimit.of(
      vehicle, cellMillimetres: site.cellMillimetres, reaction: settings.reaction)
  }
}

import Determinism
import FleetModel
import Grid
import MAPF
import Site
import Traffic

// Where a robot says it is, against what it was promised (docs/traffic.md, rules 8 and 9).
extension Fleet {
  /// The robot's position and route as it told them: reconcile them with what we know. Only while
  /// nothing new can be under way to it; a later answer to a repeated question changes nothing.
  mutating func present(
    _ i: Int, position: Point, route: RoutePosition, standing: Bool, serverEpoch epoch: UInt64,
    answering query: UInt64
  ) {
    if robots[i].presence == .present {
      if isLost(i, position, route, unasked: query == 0) { askPresence(i) }
      return
    }
    // In a session that began before this run, what an earlier run sent may still be on its way
    // until the robot has heard of this one.
    guard epoch == serverEpoch || robots[i].sessionBeganHere else { return }
    // What was said before the last query may know less than what was sent before it.
    if let asked = robots[i].lastQuery, query != asked { return }
    guard let classIndex = robots[i].classIndex else {
      robots[i].offMapReason = "it has sent no factsheet of a class of this site"
      return
    }
    switch robots[i].presence {
    case .absent:
      guard standing else { return }
      settle(i, position, route, classIndex)
    case .unconfirmed where isAstray(i, position):
      if standing { settle(i, position, route, classIndex) }
    case .unconfirmed, .present:
      switch traffic.reconcile(robots[i].index, position: route) {
      case .agreed(let visit, let withdrawn, let trim):
        agreed(i, route, visit, withdrawn)
        if let trim { send(i, trim) }
      case .otherOrder:
        if standing { settle(i, position, route, classIndex) }
      case .refused(let reason):
        incident(i, "\(robots[i].id) is where it should not be: \(reason)")
        if standing { settle(i, position, route, classIndex) }
      }
    }
    updateHeld(i)
    robots[i].isDirty = true
    robots[i].goalDirty = true
  }

  /// Whether a robot that we thought to be on its road says that it is not: it was moved by hand and
  /// has forgotten its route, or drove where it should not.
  private func isLost(_ i: Int, _ position: Point, _ route: RoutePosition, unasked: Bool) -> Bool {
    let hasForgotten =
      unasked && route.order == 0 && traffic.position(of: robots[i].index).update > 0
    return hasForgotten || isAstray(i, position)
  }

  /// Whether `position` is on no cell that was promised to the robot.
  func isAstray(_ i: Int, _ position: Point) -> Bool {
    guard let vertex = site.vertex(containing: position) else { return true }
    return !traffic.ownedCells(robots[i].index).contains(vertex.rawValue)
  }

  /// The robot knows our order: it goes on with it.
  private mutating func agreed(
    _ i: Int, _ route: RoutePosition, _ visit: VisitOutcome, _ withdrawn: [Withdrawal]
  ) {
    robots[i].presence = .present
    if case .advanced(_, let legs) = visit { visited(i, legs) }
    apply(withdrawn)
    missionReplanned(i)
    send(i, .confirm(order: route.order, update: route.update))
    resumeAction(i)
  }

  /// The robot stands where it says without an order of ours: it was switched on, switched on
  /// again, or moved by hand.
  private mutating func settle(
    _ i: Int, _ position: Point, _ route: RoutePosition, _ classIndex: Int
  ) {
    // An order number that leaves no room for ours is no number of ours.
    guard route.order < 1 << 62, let start = standingVertex(i, position, classIndex),
      trimsForeign(i, route)
    else { return }
    robots[i].order = max(robots[i].order, route.order) + 1
    let robot = robots[i].index
    let mutexes = Array(graphs[classIndex].mutexes(of: start))
    if traffic.isPresent(robot) {
      contested(
        i, traffic.rejoin(robot, at: start, mutexes: mutexes, order: robots[i].order))
    } else {
      contested(
        i,
        traffic.join(
          robot, at: start, mutexes: mutexes, order: robots[i].order,
          limit: releaseLimit(classIndex)))
    }
    robots[i].presence = .present
    robots[i].offMapReason = ""
    missionReplanned(i)
    send(i, .confirm(order: route.order, update: route.update))
    resumeAction(i)
    notice(.robotChanged, robot: i, "\(robots[i].id) is on the map")
  }

  /// The cell on whose middle the robot stands; nil, with a reason, when it stands on none.
  private mutating func standingVertex(_ i: Int, _ position: Point, _ classIndex: Int) -> Int32? {
    guard let vertex = site.vertex(containing: position) else {
      return offMap(i, "it stands at (\(position.x), \(position.y)) mm, where there is no road")
    }
    let centre = site.centre(of: vertex)
    let off = max(abs(centre.x - position.x), abs(centre.y - position.y))
    guard off <= Int64(site.cellMillimetres) / 4 else {
      return offMap(i, "it stands between cells, \(off) mm off the middle of one")
    }
    guard graphs[classIndex].moves(from: vertex.rawValue).isEmpty == false else {
      return offMap(i, "its class has no way out of \(site.graph.cell(of: vertex))")
    }
    return vertex.rawValue
  }

  private mutating func offMap(_ i: Int, _ reason: String) -> Int32? {
    if robots[i].offMapReason != reason { incident(i, "\(robots[i].id) cannot join: \(reason)") }
    robots[i].offMapReason = reason
    return nil
  }

  /// A route we do not know with road still ahead must be given back before the robot joins.
  private mutating func trimsForeign(_ i: Int, _ route: RoutePosition) -> Bool {
    guard route.order != 0, route.through > route.visited else { return true }
    send(i, .trim(order: route.order, update: route.update, through: route.visited))
    return false
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
  private mutating func trim(_ i: Int) {
    let start = traffic.requestTrim(robots[i].index)
    apply(start.withdrawn)
    if let request = start.request { send(i, request) }
  }

  private mutating func send(_ i: Int, _ trim: TrimRequest) {
    send(i, .trim(order: trim.order, update: trim.update, through: trim.through))
    robots[i].trimMessage = robots[i].control?.lastNumber ?? 0
  }

  func releaseLimit(_ classIndex: Int) -> ReleaseLimit {
    ReleaseLimit.of(
      site.classes[classIndex], cellMillimetres: site.cellMillimetres, reaction: settings.reaction)
  }
}

import Determinism
import FleetModel

extension Traffic {
  /// Something that holds a leg back: `robot` owns `resource`.
  public struct Blocker: Sendable, Equatable {
    public var resource: Int32
    public var robot: RobotIndex
  }

  /// What must be durable before the last release of `robot` is sent.
  public func promise(of robot: RobotIndex) -> Promise {
    // In place: asked for with every release, and a copy of the route is large.
    let slot = present(robot)
    let (visited, released) = (routes[slot].visited, routes[slot].released)
    return Promise(
      order: routes[slot].order, update: routes[slot].update, firstLeg: visited,
      legs: (visited...released).map { routes[slot].legs[$0].plan }, visited: visited,
      acknowledged: routes[slot].acknowledged, released: released)
  }

  /// The robot whose token heads `resource`.
  public func owner(of resource: Int32) -> RobotIndex? {
    queues.owner(of: resource).map { RobotIndex($0) }
  }

  /// Robots queued on `resource`, the owner first; one that comes twice stands there twice.
  public func queue(of resource: Int32) -> [RobotIndex] {
    queues.tokens(on: resource).map { RobotIndex($0.robot) }
  }

  /// All resources that are promised to `robot`: where it stands, then what is released, in
  /// driving order. Walls for others when it is lost or stuck.
  public func ownedCells(_ robot: RobotIndex) -> [Int32] {
    let route = presentRoute(robot)
    var cells = Array(route.legs[route.visited].plan.restingResources)
    var number = route.visited + 1
    while number <= route.released {
      cells += route.legs[number].plan.claims
      number += 1
    }
    return cells
  }

  /// The path released beyond what `robot` has visited, in driving order.
  public func releasedCells(_ robot: RobotIndex) -> [Int32] {
    let route = presentRoute(robot)
    return plannedPath(route, from: route.visited + 1, through: route.released)
  }

  /// The path planned beyond what `robot` has visited, in driving order.
  public func plannedCells(_ robot: RobotIndex) -> [Int32] {
    let route = presentRoute(robot)
    return plannedPath(route, from: route.visited + 1, through: route.legs.last)
  }

  /// What holds back the next unreleased leg of `robot`: the resources it does not head, and who
  /// does. Empty when there is no such leg or only the release limit holds it.
  public func blockers(of robot: RobotIndex) -> [Blocker] {
    let route = presentRoute(robot)
    guard route.released < route.legs.last else { return [] }
    return route.legs[route.released + 1].plan.claims.compactMap { resource in
      guard let owner = queues.owner(of: resource), owner != robot.rawValue else { return nil }
      return Blocker(resource: resource, robot: RobotIndex(owner))
    }
  }

  /// Whom `robot` waits for, whom that one waits for, and so on, up to one that is free to drive.
  /// Ends by itself: every wait points to an earlier append.
  public func waitChain(_ robot: RobotIndex) -> [RobotIndex] {
    var chain: [RobotIndex] = []
    var current = robot
    while let blocker = blockers(of: current).first, !chain.contains(blocker.robot) {
      chain.append(blocker.robot)
      guard let head = queues.head(of: blocker.resource), head.leg != VisitToken.astray else {
        break
      }
      let route = routes[Int(head.robot)]
      // The leg that takes it off there; under a long vehicle the cell may stay for several.
      var vacating = head.leg
      while vacating < route.legs.last, route.legs[vacating].plan.restsOn(blocker.resource) {
        vacating += 1
      }
      if vacating <= route.released, !route.legs[vacating].plan.restsOn(blocker.resource) { break }
      current = blocker.robot
    }
    return chain
  }

  /// The marks of `robot` on its order.
  public func position(of robot: RobotIndex) -> RoutePosition {
    let slot = present(robot)
    return RoutePosition(
      order: routes[slot].order, update: routes[slot].update, visited: routes[slot].visited,
      through: routes[slot].released)
  }

  /// The cell at which leg `number` of `robot` ends; nil: it is over, or not known.
  public func end(ofLeg number: UInt64, _ robot: RobotIndex) -> Int32? {
    let legs = routes[present(robot)].legs
    return number >= legs.first && number <= legs.last ? legs.end(of: number) : nil
  }

  /// The highest leg that `robot` was ever told in its order that it may drive, trimmed or not.
  public func furthestReleased(_ robot: RobotIndex) -> UInt64 { routes[present(robot)].furthest }

  /// Where the robot's route lies, to have it fetched; nothing is read.
  public func withMemory(ofRobot slot: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    routes.withMemory(of: slot, body)
  }

  /// Everything as plain values, for independent checks.
  /// - Complexity: O(resources + tokens)
  public func snapshotForInvariants() -> QueueSnapshot {
    var robots: [QueueSnapshot.Robot] = []
    var legs: [QueueSnapshot.Leg] = []
    // Nearly every leg has one token.
    legs.reserveCapacity(queues.tokensAtMost)
    for slot in routes.indices where routes[slot].isPresent {
      let first = legs.count
      for number in routes[slot].visited...routes[slot].legs.last {
        let leg = routes[slot].legs[number]
        legs.append(
          QueueSnapshot.Leg(
            number: number, end: leg.plan.end, claims: leg.plan.claims, appended: leg.appended,
            rest: leg.plan.restingResources))
      }
      robots.append(
        QueueSnapshot.Robot(
          robot: RobotIndex(Int32(slot)), order: routes[slot].order, visited: routes[slot].visited,
          acknowledged: routes[slot].acknowledged, released: routes[slot].released,
          isHeld: routes[slot].isFrozen, legs: first..<legs.count))
    }
    var filled: [QueueSnapshot.Queue] = []
    var tokens: [QueueSnapshot.Token] = []
    tokens.reserveCapacity(queues.tokensAtMost)
    for resource in 0..<Int32(queues.resourceCount) {
      var node = queues.first(of: resource)
      guard node >= 0 else { continue }
      let first = tokens.count
      while node >= 0 {
        let token = queues[node]
        tokens.append(QueueSnapshot.Token(robot: RobotIndex(token.robot), leg: token.leg))
        node = queues.next(after: node)
      }
      filled.append(QueueSnapshot.Queue(resource: resource, tokens: first..<tokens.count))
    }
    let astray = routes.indices.filter { !routes[$0].obstruction.isEmpty }.map {
      QueueSnapshot.Obstruction(
        robot: RobotIndex(Int32($0)), resources: routes[$0].obstruction.sorted())
    }
    return QueueSnapshot(
      robots: robots, legs: legs, queues: filled, tokens: tokens, contested: contested.sorted(),
      obstructions: astray)
  }

  private func plannedPath(_ route: Route, from: UInt64, through: UInt64) -> [Int32] {
    var cells: [Int32] = []
    var number = from
    while number <= through {
      cells += route.legs[number].plan.path
      number += 1
    }
    return cells
  }
}

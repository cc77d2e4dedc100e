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
    let route = presentRoute(robot)
    return Promise(
      order: route.order, update: route.update, firstLeg: route.visited,
      legs: (route.visited...route.released).map { route.legs[$0].plan }, visited: route.visited,
      acknowledged: route.acknowledged, released: route.released)
  }

  /// The robot whose token heads `resource`.
  public func owner(of resource: Int32) -> RobotIndex? {
    queues.head(of: resource).map { RobotIndex($0.robot) }
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
      guard let head = queues.head(of: resource), head.robot != robot.rawValue else { return nil }
      return Blocker(resource: resource, robot: RobotIndex(head.robot))
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
    for (slot, route) in routes.enumerated() where route.isPresent {
      let legs = (route.visited...route.legs.last).map { number in
        let leg = route.legs[number]
        return QueueSnapshot.Leg(
          number: number, end: leg.plan.end, claims: leg.plan.claims, appended: leg.appended,
          rest: leg.plan.restingResources)
      }
      robots.append(
        QueueSnapshot.Robot(
          robot: RobotIndex(Int32(slot)), order: route.order, visited: route.visited,
          acknowledged: route.acknowledged, released: route.released, isHeld: route.isFrozen,
          legs: legs))
    }
    var filled: [QueueSnapshot.Queue] = []
    for resource in 0..<Int32(queues.resourceCount) where queues.first(of: resource) >= 0 {
      let tokens = queues.tokens(on: resource).map {
        QueueSnapshot.Token(robot: RobotIndex($0.robot), leg: $0.leg)
      }
      filled.append(QueueSnapshot.Queue(resource: resource, tokens: tokens))
    }
    let astray = routes.indices.filter { !routes[$0].obstruction.isEmpty }.map {
      QueueSnapshot.Obstruction(
        robot: RobotIndex(Int32($0)), resources: routes[$0].obstruction.sorted())
    }
    return QueueSnapshot(
      robots: robots, queues: filled, contested: contested.sorted(), obstructions: astray)
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

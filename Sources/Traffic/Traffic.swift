import FleetModel

/// Who may occupy which cell when (docs/traffic.md): the safety core.
///
/// Every resource (a cell, or a mutex cell of a junction) has a first-in first-out queue of visit
/// tokens; the head owns it. A leg claims a set of resources, all or nothing, and is released
/// when it heads them all. Legs are appended under one condition: behind every token already
/// queued on a claimed resource, the leg that vacates that token has been appended before. Hence
/// every wait points to an earlier append; of all legs not yet driven the earliest waits for
/// nobody; so somebody can always go, whatever the delays. Swaps and rotations are refused by the
/// same condition.
///
/// How to read this folder: `CellQueues` and `Route` hold the state; one file each for membership,
/// append, release, reports, withdrawal, trim, contests, and questions asked by others. `RobotLink`
/// and `StandstillWatch` are the two clocks of a robot; they know nothing of queues.
///
/// What the caller must respect:
/// - A robot that will not drive for any reason but traffic is held (`setHeld`): nobody then waits
///   for it. Never simply leave its legs unreleased or undriven.
/// - The promise of a robot is durable before its release is sent.
/// - Reports free resources; state messages never do.
public struct Traffic: Sendable, Codable {
  var queues: CellQueues
  var routes: [Route] = []
  /// Robots whose situation changed since the last release.
  var dirty: [Int32] = []
  /// Resources where a forced claim stands before a released one.
  var contested: [Int32] = []
  /// Robots that take part in a contest.
  var contestants: [Int32] = []
  /// One global order of appends.
  var appends: UInt64 = 0

  /// - Parameter resourceCount: cells, then mutex cells.
  public init(resourceCount: Int) {
    queues = CellQueues(resourceCount: resourceCount)
  }

  /// Cells and mutex cells.
  public var resourceCount: Int { queues.resourceCount }

  // MARK: Where everybody is

  /// Whether `robot` has joined and not left.
  public func isPresent(_ robot: RobotIndex) -> Bool {
    robot.index < routes.count && routes[robot.index].isPresent
  }

  /// Robots that have joined and not left, ascending.
  public var presentRobots: [RobotIndex] {
    routes.indices.filter { routes[$0].isPresent }.map { RobotIndex(Int32($0)) }
  }

  /// The cell where `robot`'s plan ends: where the next leg must start.
  public func plannedEnd(_ robot: RobotIndex) -> Int32 {
    routes[present(robot)].legs.lastEnd
  }

  /// Where `robot` looks where its plan ends, and all that it rests on there: of a vehicle longer than
  /// a cell; of others there is no heading.
  public func plannedRest(_ robot: RobotIndex) -> (heading: UInt8?, resources: [Int32]) {
    let route = presentRoute(robot)
    let plan = route.legs[route.legs.last].plan
    return (plan.heading, Array(plan.restingResources))
  }

  /// Whether `robot` rests on more than one cell, or in a junction, where its plan ends.
  public func sprawls(_ robot: RobotIndex) -> Bool {
    let slot = present(robot)
    return routes[slot].legs[routes[slot].legs.last].plan.rest.count > 1
  }

  /// The end of the last leg `robot` has visited.
  public func visitedEnd(_ robot: RobotIndex) -> Int32 {
    routes[present(robot)].legs.firstEnd
  }

  /// The end of what is released to `robot`: where it comes to rest if nothing more is.
  public func releasedEnd(_ robot: RobotIndex) -> Int32 {
    let slot = present(robot)
    return routes[slot].legs.end(of: routes[slot].released)
  }

  /// Cells planned beyond what `robot` has visited.
  public func backlogCells(_ robot: RobotIndex) -> Int { routes[present(robot)].backlog }

  /// Whether `robot` has visited all that was planned for it.
  public func isIdle(_ robot: RobotIndex) -> Bool {
    let slot = present(robot)
    return routes[slot].legs.last == routes[slot].visited
  }

  /// Whether released road lies ahead of `robot`.
  public func hasRoadAhead(_ robot: RobotIndex) -> Bool {
    let slot = present(robot)
    return routes[slot].released > routes[slot].visited
  }

  /// The leg that `robot` is to drive now, or would be; nil: it has visited all that is planned.
  public func nextLeg(of robot: RobotIndex) -> PlannedLeg? {
    let slot = present(robot)
    let number = routes[slot].visited + 1
    return number <= routes[slot].legs.last ? routes[slot].legs[number].plan : nil
  }

  /// Whether `robot` was held by `setHeld` or `restore`.
  public func isHeld(_ robot: RobotIndex) -> Bool { routes[present(robot)].isHeld }

  /// Whether `robot` takes part in a contest for a cell.
  public func isContested(_ robot: RobotIndex) -> Bool { routes[present(robot)].isContested }

  /// Whether `robot` was asked to trim and has not answered.
  public func awaitsTrim(_ robot: RobotIndex) -> Bool {
    routes[present(robot)].pendingTrim != nil
  }

  /// Whether the robot's own word on its route is awaited.
  public func isAwaited(_ robot: RobotIndex) -> Bool { routes[present(robot)].isAwaited }

  /// Whether legs can be appended for `robot` at all now.
  public func isPlannable(_ robot: RobotIndex) -> Bool {
    guard isPresent(robot) else { return false }
    return !routes[robot.index].isFrozen && routes[robot.index].pendingTrim == nil
  }

  /// The slot of a robot that has joined: to look at its route in place, without a copy.
  func present(_ robot: RobotIndex) -> Int {
    precondition(isPresent(robot), "robot \(robot.rawValue) has not joined")
    return robot.index
  }

  func presentRoute(_ robot: RobotIndex) -> Route {
    precondition(isPresent(robot), "robot \(robot.rawValue) has not joined")
    return routes[robot.index]
  }

  // MARK: Shared steps

  mutating func markDirty(_ robot: Int32) {
    guard !routes[Int(robot)].isDirty else { return }
    routes[Int(robot)].isDirty = true
    dirty.append(robot)
  }

  /// Takes a token out; whoever heads the queue then may go on.
  mutating func giveBack(_ token: VisitToken, on resource: Int32) {
    guard case .headChanged = queues.remove(token, from: resource) else { return }
    if let owner = queues.owner(of: resource) { markDirty(owner) }
  }
}

import FleetModel

extension Traffic {
  /// Lets `robot` in where it stands: at the end of leg 0 of a new order. The cell is its by
  /// force: legs of others that are queued there are withdrawn with their cascade. So is what else is
  /// under it, but for a mutex that another robot rests in already: two that wait for each other in
  /// a junction would never get out. It claims that one with its way out.
  /// - Parameters:
  ///   - under: other cells that it covers, and mutexes of the junctions that it stands in.
  ///   - heading: where a vehicle longer than a cell looks.
  ///   - order: at least 1 and above all earlier orders of this robot.
  public mutating func join(
    _ robot: RobotIndex, at vertex: Int32, under: [Int32] = [], heading: UInt8? = nil,
    order: UInt64, limit: ReleaseLimit
  ) -> JoinOutcome {
    precondition(order > 0, "order 0 is no order")
    makeSlot(robot)
    endObstruction(robot)
    precondition(!routes[robot.index].isPresent, "robot \(robot.rawValue) has joined already")
    appends += 1
    let free = under.filter { !isRestedOn($0) }
    let held = [vertex] + free
    let plan = PlannedLeg(
      path: [vertex], claims: held, speedLimit: 0, rest: free.isEmpty ? [] : held,
      heading: heading)
    let leg = QueuedLeg(plan: plan, appended: appends)
    routes[robot.index].restart(order: order, at: leg, number: 0, limit: limit)
    let token = VisitToken(robot: robot.rawValue, leg: 0)
    return claimByForce(robot, held.map { _ in token }, on: held)
  }

  /// Whether a robot other than `robot` stands where it holds `resource` until it drives off.
  public func isRestedOn(_ resource: Int32, but robot: RobotIndex? = nil) -> Bool {
    queues.tokens(on: resource).contains { token in
      let route = routes[Int(token.robot)]
      return token.robot != robot?.rawValue && token.leg != VisitToken.astray
        && token.leg == route.visited
        && route.legs[token.leg].plan.restsOn(resource)
    }
  }

  /// Puts a robot and what it was promised back after a restart, held and awaited.
  /// Restored promises never overlap but where they were contested; the outcome tells.
  @discardableResult
  public mutating func restore(
    _ robot: RobotIndex, promise: Promise, limit: ReleaseLimit
  ) -> JoinOutcome {
    precondition(promise.isSound, "unsound promise \(promise)")
    makeSlot(robot)
    precondition(!routes[robot.index].isPresent, "robot \(robot.rawValue) has joined already")
    var tokens: [VisitToken] = []
    var resources: [Int32] = []
    for (offset, plan) in promise.legs.enumerated() {
      let number = promise.firstLeg + UInt64(offset)
      appends += 1
      let leg = QueuedLeg(plan: plan, appended: appends)
      if offset == 0 {
        routes[robot.index].restart(order: promise.order, at: leg, number: number, limit: limit)
      } else {
        routes[robot.index].legs.append(leg)
        routes[robot.index].backlog += plan.path.count
      }
      let held = offset == 0 ? plan.restingResources : plan.claims
      resources += held
      tokens += held.map { _ in VisitToken(robot: robot.rawValue, leg: number) }
    }
    routes[robot.index].update = promise.update
    routes[robot.index].settledUpdate = promise.update
    routes[robot.index].acknowledged = promise.acknowledged
    routes[robot.index].released = promise.released
    routes[robot.index].furthest = promise.released
    routes[robot.index].isHeld = true
    routes[robot.index].isAwaited = true
    // Each is put before all others: the first leg's last.
    return claimByForce(robot, tokens.reversed(), on: resources.reversed())
  }

  /// Holds `robot` and lets no trim be asked until its own word on its route comes (`reconcile`,
  /// `rejoin`): call it when a query is sent, so that its answer knows all that was sent before.
  public mutating func awaitPresence(of robot: RobotIndex) -> [Withdrawal] {
    guard isPresent(robot) else { return [] }
    routes[robot.index].isAwaited = true
    return setHeld(robot, true)
  }

  /// Takes `robot` out and gives back everything it held or obstructed. Only for a robot that is
  /// known to be gone: an operator has confirmed it.
  public mutating func leave(_ robot: RobotIndex) -> [Withdrawal] {
    endObstruction(robot)
    guard isPresent(robot) else { return [] }
    return giveBackAll(robot, newEnd: visitedEnd(robot))
  }

  /// The robot itself says that it stands at `vertex` without a route (it was switched on again,
  /// moved by hand, or drove where it should not): everything it held but that cell is given
  /// back, and a new order begins there.
  public mutating func rejoin(
    _ robot: RobotIndex, at vertex: Int32, under: [Int32] = [], heading: UInt8? = nil,
    order: UInt64
  ) -> JoinOutcome {
    let route = presentRoute(robot)
    precondition(order > route.order, "order \(order) after \(route.order)")
    let own = giveBackAll(robot, newEnd: vertex)
    switch join(
      robot, at: vertex, under: under, heading: heading, order: order, limit: route.limit)
    {
    case .joined(let others): return .joined(withdrawn: own + others)
    case .contested(let with, let others):
      return .contested(with: with, withdrawn: own + others)
    }
  }

  /// Changes how far road is released to `robot` from now on.
  public mutating func setLimit(_ robot: RobotIndex, _ limit: ReleaseLimit) {
    _ = presentRoute(robot)
    routes[robot.index].limit = limit
    markDirty(robot.rawValue)
  }

  mutating func makeSlot(_ robot: RobotIndex) {
    precondition(robot.rawValue >= 0, "robot \(robot.rawValue)")
    while routes.count <= robot.index { routes.append(Route()) }
  }

  /// Takes a robot out with all its tokens. No cascade: where it held something, nobody waits now.
  private mutating func giveBackAll(_ robot: RobotIndex, newEnd: Int32) -> [Withdrawal] {
    let route = routes[robot.index]
    for number in route.visited...route.legs.last {
      for resource in route.legs[number].plan.claims {
        giveBack(VisitToken(robot: robot.rawValue, leg: number), on: resource)
      }
    }
    routes[robot.index].isPresent = false
    refreshContests(after: robot.index)
    guard route.released < route.legs.last else { return [] }
    let legs = (route.released + 1...route.legs.last).map { route.legs[$0].plan }
    return [Withdrawal(robot: robot, legs: legs, newEnd: newEnd)]
  }
}

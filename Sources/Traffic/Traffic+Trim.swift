import FleetModel

extension Traffic {
  /// Asks `robot` to stop as early as it can. Its unreleased legs go first, with their cascade;
  /// what is released stays its own until it answers, and nothing is planned for it till then.
  ///
  /// A robot is asked once for each update, since its answer names the update: a doubled answer to
  /// an earlier question would end this one. Nothing is lost, as it answered the earliest stop.
  /// One whose presence is awaited is asked by `reconcile`.
  public mutating func requestTrim(_ robot: RobotIndex) -> TrimStart {
    guard isPresent(robot) else { return TrimStart(request: nil, withdrawn: []) }
    let withdrawn = withdraw([robot])
    return TrimStart(request: askToTrim(robot), withdrawn: withdrawn)
  }

  mutating func askToTrim(_ robot: RobotIndex) -> TrimRequest? {
    let route = routes[robot.index]
    let wasAsked = route.update == route.pendingTrim || route.update == route.trimmedUpdate
    guard route.released > route.visited, !wasAsked else { return nil }
    routes[robot.index].pendingTrim = route.update
    guard !route.isAwaited else { return nil }
    return TrimRequest(
      robot: robot, order: route.order, update: route.update, through: route.visited)
  }

  /// The robot's answer: it will stop at the end of leg `through`. What lies beyond is given back,
  /// and legs queued behind its new end go with their cascade. An answer to no question, or to an
  /// older one, changes nothing.
  public mutating func trimmed(
    _ robot: RobotIndex, order: UInt64, update: UInt64, through: UInt64
  ) -> [Withdrawal] {
    guard isPresent(robot) else { return [] }
    let route = routes[robot.index]
    guard order == route.order, update == route.pendingTrim else { return [] }
    routes[robot.index].pendingTrim = nil
    routes[robot.index].trimmedUpdate = update
    routes[robot.index].settledUpdate = update
    markDirty(robot.rawValue)
    return keep(robot, through: min(max(through, route.visited), route.released))
  }

  /// Whether a robot that tells this has less road than was released to it, and was not asked to
  /// give it back: a server that was replaced has asked, in a message that was under way. Its own word
  /// on its route (`reconcile`) mends that. Late and doubled answers to our own questions say nothing.
  public func isForeignTrim(
    _ robot: RobotIndex, order: UInt64, update: UInt64, through: UInt64
  ) -> Bool {
    guard tellsLess(robot, order: order, update: update, through: through) else { return false }
    let route = routes[robot.index]
    return update != route.pendingTrim && update != route.trimmedUpdate
  }

  /// Whether a robot that tells this, knowing all that was sent to it, has less road than was
  /// released to it.
  public func tellsLess(
    _ robot: RobotIndex, order: UInt64, update: UInt64, through: UInt64
  ) -> Bool {
    guard isPresent(robot) else { return false }
    let route = routes[robot.index]
    return order == route.order && update >= route.update && through < route.released
  }

  /// The robot would not trim: it keeps all it has, and can be planned for again.
  public mutating func trimRefused(_ robot: RobotIndex) {
    guard isPresent(robot) else { return }
    routes[robot.index].pendingTrim = nil
    markDirty(robot.rawValue)
  }

  /// Gives back `robot`'s legs after `through`, released or not, on its own word.
  mutating func keep(_ robot: RobotIndex, through: UInt64) -> [Withdrawal] {
    routes[robot.index].released = min(routes[robot.index].released, through)
    routes[robot.index].acknowledged = min(routes[robot.index].acknowledged, through)
    let withdrawn = cut([Cut(robot.rawValue, from: through + 1)])
    refreshContests(after: robot.index)
    return withdrawn
  }
}

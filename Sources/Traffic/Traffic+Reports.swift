import FleetModel

extension Traffic {
  /// The robot means to drive through leg `through`. Late and doubled reports change nothing.
  /// - Parameter update: the update it acknowledges.
  @discardableResult
  public mutating func acknowledged(
    _ robot: RobotIndex, order: UInt64, update: UInt64, through: UInt64
  ) -> ReportRefusal? {
    guard isPresent(robot) else { return .absent }
    let slot = robot.index
    guard order == routes[slot].order else { return refusal(ofOrder: order, slot) }
    guard update > routes[slot].settledUpdate else { return nil }
    guard through <= routes[slot].released else {
      return .baseViolation(released: routes[slot].released, found: through)
    }
    routes[slot].acknowledged = max(routes[slot].acknowledged, through)
    return nil
  }

  /// The robot's outline has wholly reached the end of leg `leg`: everything it claimed until then
  /// but that end cell is given back. Cumulative; late and doubled reports change nothing.
  public mutating func visited(
    _ robot: RobotIndex, order: UInt64, leg: UInt64
  ) -> VisitOutcome {
    guard isPresent(robot) else { return .refused(.absent) }
    let slot = robot.index
    guard order == routes[slot].order else {
      return refusal(ofOrder: order, slot).map(VisitOutcome.refused) ?? .unchanged
    }
    let before = routes[slot].visited
    guard leg > before else { return .unchanged }
    guard leg <= routes[slot].released else {
      return .refused(.baseViolation(released: routes[slot].released, found: leg))
    }
    return .advanced(first: before + 1, legs: vacate(robot.rawValue, through: leg))
  }

  /// The robot's own word on its route, as the first event of a session or in answer to a query
  /// (`RobotEvent.present`). Legs that it does not have are given back, and the next release
  /// counts on from the update it has.
  ///
  /// Only when nothing sent earlier can still reach it: in a new session, once it has heard of the
  /// new server epoch, or as the answer to the query sent with `awaitPresence` (an answer to an older
  /// query may not know of road that is still under way to the robot, which must not be given
  /// back). It stays held if it is.
  public mutating func reconcile(
    _ robot: RobotIndex, position: RoutePosition
  ) -> Reconciliation {
    guard isPresent(robot) else { return .refused(.absent) }
    let slot = robot.index
    guard position.order == routes[slot].order else {
      return .otherOrder(known: routes[slot].order, found: position.order)
    }
    let furthest = max(position.visited, position.through)
    guard furthest <= routes[slot].released else {
      return .refused(.baseViolation(released: routes[slot].released, found: furthest))
    }
    let visit = visited(robot, order: position.order, leg: position.visited)
    let through = max(furthest, routes[slot].visited)
    let withdrawn = keep(robot, through: through)
    routes[slot].acknowledged = through
    routes[slot].update = min(routes[slot].update, position.update)
    routes[slot].settledUpdate = routes[slot].update
    routes[slot].isAwaited = false
    let wantsTrim = routes[slot].pendingTrim != nil
    routes[slot].pendingTrim = nil
    markDirty(robot.rawValue)
    return .agreed(
      visited: visit, withdrawn: withdrawn, trim: wantsTrim ? askToTrim(robot) : nil)
  }

  /// An order that is over was reported late: harmless. One that never was is not.
  private func refusal(ofOrder order: UInt64, _ slot: Int) -> ReportRefusal? {
    order < routes[slot].order ? nil : .unknownOrder(known: routes[slot].order, found: order)
  }

  /// Moves the visited mark, giving back what lies behind it.
  private mutating func vacate(_ robot: Int32, through leg: UInt64) -> [PlannedLeg] {
    let slot = Int(robot)
    var driven: [PlannedLeg] = []
    driven.reserveCapacity(Int(leg - routes[slot].visited))
    while routes[slot].visited < leg {
      let number = routes[slot].visited
      for resource in routes[slot].legs[number].plan.restingResources {
        giveBack(VisitToken(robot: robot, leg: number), on: resource)
      }
      routes[slot].legs.removeFirst()
      let plan = routes[slot].legs[number + 1].plan
      for resource in plan.claims where !plan.restsOn(resource) {
        giveBack(VisitToken(robot: robot, leg: number + 1), on: resource)
      }
      routes[slot].backlog -= plan.path.count
      driven.append(plan)
    }
    routes[slot].acknowledged = max(routes[slot].acknowledged, leg)
    markDirty(robot)
    refreshContests(after: slot)
    return driven
  }
}

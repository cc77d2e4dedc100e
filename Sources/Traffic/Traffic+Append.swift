import FleetModel

extension Traffic {
  /// Queues `leg` at the end of `robot`'s plan, or says why not. Append a window's legs in time
  /// order, leaders before followers.
  ///
  /// That the path is connected, allowed and open is the caller's business; that nobody can
  /// deadlock is this verb's.
  /// - Complexity: O(tokens queued on the claims)
  public mutating func append(_ robot: RobotIndex, _ leg: PlannedLeg) -> AppendRefusal? {
    if let refusal = refusal(of: leg, for: robot) { return refusal }
    appends += 1
    routes[robot.index].legs.append(QueuedLeg(plan: leg, appended: appends))
    routes[robot.index].backlog += leg.path.count
    let token = VisitToken(robot: robot.rawValue, leg: routes[robot.index].legs.last)
    for resource in leg.claims { queues.push(token, on: resource) }
    markDirty(robot.rawValue)
    return nil
  }

  /// Why `append` would refuse `leg`; nil when it would not.
  public func refusal(of leg: PlannedLeg, for robot: RobotIndex) -> AppendRefusal? {
    guard isPresent(robot) else { return .absent }
    guard isPlannable(robot) else { return .frozen }
    guard isWellFormed(leg, after: present(robot)) else { return .malformed }
    for resource in leg.claims {
      if let refusal = refusalToQueue(on: resource, robot: robot.rawValue) { return refusal }
    }
    return nil
  }

  /// The append condition on one resource. All tokens are looked at, not just the last: behind a
  /// forced claim released ones may remain.
  private func refusalToQueue(on resource: Int32, robot: Int32) -> AppendRefusal? {
    var node = queues.first(of: resource)
    while node >= 0 {
      let token = queues[node]
      if token.leg == VisitToken.astray {
        return .restsThere(resource: resource, robot: RobotIndex(token.robot))
      }
      // A robot's legs follow one another: it waits for none of its own but in that order.
      if token.robot == robot {
        node = queues.next(after: node)
        continue
      }
      if routes[Int(token.robot)].isFrozen {
        return .behindFrozen(resource: resource, robot: RobotIndex(token.robot))
      }
      if !routes[Int(token.robot)].vacates(resource, claimedBy: token.leg) {
        return .restsThere(resource: resource, robot: RobotIndex(token.robot))
      }
      node = queues.next(after: node)
    }
    return nil
  }

  /// Whether `leg` can follow the last leg of the robot in `slot`.
  private func isWellFormed(_ leg: PlannedLeg, after slot: Int) -> Bool {
    let claims = leg.claims
    guard !leg.path.isEmpty else { return false }
    guard leg.heading == nil else {
      return isWellFormedLong(leg, after: routes[slot].legs[routes[slot].legs.last].plan)
    }
    let start = routes[slot].legs.lastEnd
    for (index, claim) in claims.enumerated() {
      guard claim >= 0, Int(claim) < queues.resourceCount, claim != start else { return false }
      for earlier in 0..<index where claims[earlier] == claim { return false }
    }
    for cell in leg.path where !claims.contains(cell) { return false }
    return true
  }

  /// Of a vehicle longer than a cell: it claims what it sweeps and all that it rests on, of which a
  /// part is under it already.
  private func isWellFormedLong(_ leg: PlannedLeg, after last: PlannedLeg) -> Bool {
    let claims = Set(leg.claims)
    return claims.count == leg.claims.count
      && claims.allSatisfy { $0 >= 0 && Int($0) < queues.resourceCount }
      && leg.rest.first == leg.end && claims.isSuperset(of: leg.rest)
      && leg.path.allSatisfy { claims.contains($0) || last.restsOn($0) }
  }
}

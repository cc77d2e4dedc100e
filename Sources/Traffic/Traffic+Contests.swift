import FleetModel

// Two robots for one cell (docs/traffic.md, rule 8). It happens only when a robot is where it
// should not be; both sides are frozen until one of them is known to be elsewhere.

extension Traffic {
  /// Puts `tokens[i]` at the head of `resources[i]`. Unreleased legs behind go with their cascade;
  /// where a released one remains, the resource is contested.
  mutating func claimByForce(
    _ robot: RobotIndex, _ tokens: [VisitToken], on resources: [Int32]
  ) -> JoinOutcome {
    var cuts: [Cut] = []
    var rivals: [RobotIndex] = []
    for (token, resource) in zip(tokens, resources) {
      queues.pushFront(token, on: resource)
      cuts += unreleasedCuts(behind: token, on: resource)
      for holder in holders(of: resource) where holder != robot.rawValue {
        if !contested.contains(resource) { contested.append(resource) }
        if !rivals.contains(RobotIndex(holder)) { rivals.append(RobotIndex(holder)) }
      }
    }
    for rival in rivals { cuts += cutsBehind(rival) }
    let withdrawn = cut(cuts)
    guard !rivals.isEmpty else { return .joined(withdrawn: withdrawn) }
    // What was contested before is so still: nobody has given anything back that was released.
    for resource in resources { freezeRivals(on: resource) }
    return .contested(with: rivals.sorted(), withdrawn: withdrawn)
  }

  /// Robot `slot` has given something back: ends the contests of resources that at most one robot holds
  /// now. Of those that it had no part in none can have ended.
  mutating func refreshContests(after slot: Int) {
    guard !contested.isEmpty, routes[slot].isContested || !routes[slot].obstruction.isEmpty
    else { return }
    for slot in contestants where routes[Int(slot)].isContested {
      routes[Int(slot)].isContested = false
      markDirty(slot)
    }
    contestants.removeAll(keepingCapacity: true)
    let before = contested
    contested.removeAll(keepingCapacity: true)
    for resource in before where freezeRivals(on: resource) { contested.append(resource) }
  }

  /// Freezes those that hold `resource`, if they are several.
  @discardableResult
  private mutating func freezeRivals(on resource: Int32) -> Bool {
    var first: Int32 = -1
    var isShared = false
    var node = queues.first(of: resource)
    while node >= 0 {
      let token = queues[node]
      node = queues.next(after: node)
      guard isHolding(token) else { continue }
      if first < 0 { first = token.robot }
      guard token.robot != first else { continue }
      if !isShared { freeze(first) }
      isShared = true
      freeze(token.robot)
    }
    return isShared
  }

  private mutating func freeze(_ slot: Int32) {
    guard !routes[Int(slot)].isContested else { return }
    routes[Int(slot)].isContested = true
    contestants.append(slot)
  }

  /// Robots with released claims on `resource`, or that obstruct it.
  func holders(of resource: Int32) -> [Int32] {
    var found: [Int32] = []
    var node = queues.first(of: resource)
    while node >= 0 {
      let token = queues[node]
      if isHolding(token) { found.append(token.robot) }
      node = queues.next(after: node)
    }
    return found
  }

  private func isHolding(_ token: VisitToken) -> Bool {
    token.leg == VisitToken.astray || token.leg <= routes[Int(token.robot)].released
  }
}

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
    refreshContests()
    return .contested(with: rivals.sorted(), withdrawn: withdrawn)
  }

  /// Ends the contests of resources that at most one robot holds now.
  mutating func refreshContests() {
    guard !contested.isEmpty else { return }
    for slot in contestants where routes[Int(slot)].isContested {
      routes[Int(slot)].isContested = false
      markDirty(slot)
    }
    contestants.removeAll(keepingCapacity: true)
    contested = contested.filter { resource in
      let holding = holders(of: resource)
      return holding.contains { $0 != holding[0] }
    }
    for resource in contested {
      for holder in holders(of: resource) {
        routes[Int(holder)].isContested = true
        contestants.append(holder)
      }
    }
  }

  /// Robots with released claims on `resource`, or that obstruct it.
  func holders(of resource: Int32) -> [Int32] {
    queues.tokens(on: resource)
      .filter { $0.leg == VisitToken.astray || $0.leg <= routes[Int($0.robot)].released }
      .map(\.robot)
  }
}

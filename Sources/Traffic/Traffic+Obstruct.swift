import FleetModel

// Robots that are where they should not be (docs/traffic.md, rule 8): the cells they may be on are
// taken from everybody else by force, whether the robot has joined or not.

/// What taking cells for a robot astray did.
public enum ObstructOutcome: Sendable, Equatable {
  /// All of them were its own already.
  case unchanged
  /// Nobody was released there. Legs of others that were queued there are gone.
  case clear(withdrawn: [Withdrawal])
  /// Released to others as well: trim each of them. Until they have answered, driven past or left,
  /// they are frozen.
  case contested(with: [RobotIndex], withdrawn: [Withdrawal])
}

extension Traffic {
  /// Takes `resources` for `robot`, which is there, or may come to be there, against its route. They
  /// only grow: its own standing word (`join`, `rejoin`), the operator (`leave`) or
  /// `endObstruction` end them, nothing else does. Until then nobody gets near.
  /// - Complexity: O(resources and the tokens on them)
  public mutating func obstruct(
    _ robot: RobotIndex, _ resources: [Int32]
  ) -> ObstructOutcome {
    makeSlot(robot)
    let taken = resources.filter { !holds(robot.rawValue, $0) }
    guard !taken.isEmpty else { return .unchanged }
    routes[robot.index].obstruction += taken
    let token = VisitToken(robot: robot.rawValue, leg: VisitToken.astray)
    switch claimByForce(robot, taken.map { _ in token }, on: taken) {
    case .joined(let withdrawn): return .clear(withdrawn: withdrawn)
    case .contested(let with, let withdrawn):
      return .contested(with: with, withdrawn: withdrawn)
    }
  }

  /// `robot` is known to be nowhere but on its own road, or gone: gives back what it obstructed.
  public mutating func endObstruction(_ robot: RobotIndex) {
    guard robot.index < routes.count, !routes[robot.index].obstruction.isEmpty else { return }
    let token = VisitToken(robot: robot.rawValue, leg: VisitToken.astray)
    for resource in routes[robot.index].obstruction { giveBack(token, on: resource) }
    refreshContests(after: robot.index)
    routes[robot.index].obstruction = []
  }

  /// What `robot` obstructs, in the order in which it was taken; it need not have joined.
  public func obstruction(of robot: RobotIndex) -> [Int32] {
    robot.index < routes.count ? routes[robot.index].obstruction : []
  }

  /// Robots that were released, or obstruct, any of `resources`, `robot` left out; ascending.
  public func holders(of resources: [Int32], but robot: RobotIndex) -> [RobotIndex] {
    var found: [RobotIndex] = []
    for resource in resources {
      for holder in holders(of: resource) where holder != robot.rawValue {
        let index = RobotIndex(holder)
        if !found.contains(index) { found.append(index) }
      }
    }
    return found.sorted()
  }

  /// Whether a token of the robot's own is the first that holds `resource`, or it has taken that by force
  /// before: another one astray may have done so since.
  private func holds(_ robot: Int32, _ resource: Int32) -> Bool {
    guard let head = queues.head(of: resource) else { return false }
    if head.robot == robot {
      return head.leg == VisitToken.astray || head.leg <= routes[Int(robot)].released
    }
    return head.leg == VisitToken.astray
      && queues.tokens(on: resource).contains {
        $0.robot == robot && $0.leg == VisitToken.astray
      }
  }
}

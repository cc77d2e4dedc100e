import FleetModel

/// The rules of the visit queues, checked over a snapshot: tokens and claims agree; what is
/// released is owned; every wait points to an earlier append, to nobody who rests there and to
/// nobody who is held or astray; and, found the long way (Kahn 1962), nobody waits in a circle.
public struct QueueChecker: Sendable {
  public init() {}

  /// - Complexity: O(robots + legs + tokens)
  public func check(_ snapshot: QueueSnapshot) -> [Violation] {
    let index = LegIndex(snapshot)
    return marks(snapshot) + ends(snapshot) + stray(snapshot, index) + waits(snapshot, index)
      + cycles(snapshot, index)
  }

  private func marks(_ snapshot: QueueSnapshot) -> [Violation] {
    snapshot.robots.filter { robot in
      let legs = snapshot.legs[robot.legs]
      guard let first = legs.first, let last = legs.last else { return true }
      let areConsecutive = zip(legs, legs.dropFirst()).allSatisfy {
        $0.number + 1 == $1.number && $0.appended < $1.appended
      }
      return !areConsecutive || first.number != robot.visited || robot.visited > robot.acknowledged
        || robot.acknowledged > robot.released || robot.released > last.number
    }.map { .marksOutOfOrder($0.robot) }
  }

  private func ends(_ snapshot: QueueSnapshot) -> [Violation] {
    let ends = snapshot.robots.compactMap { robot in
      snapshot.legs[robot.legs].last.map { (end: $0.end, robot: robot.robot) }
    }.sorted { ($0.end, $0.robot) < ($1.end, $1.robot) }
    return zip(ends, ends.dropFirst()).compactMap { a, b in
      a.end != b.end || snapshot.contested.contains(a.end)
        ? nil : .sharedEnd(resource: a.end, a.robot, b.robot)
    }
  }

  /// Tokens without claims and claims without tokens.
  private func stray(_ snapshot: QueueSnapshot, _ index: LegIndex) -> [Violation] {
    var found: [Violation] = []
    var tokensOfLeg = [Int](repeating: 0, count: index.count)
    for queue in snapshot.queues {
      for token in snapshot.tokens[queue.tokens] {
        if let node = index.node(token), index.claims(node, queue.resource) {
          tokensOfLeg[node] += 1
        } else if !snapshot.isAstray(token, on: queue.resource) {
          found.append(.strayToken(token.robot, leg: token.leg, resource: queue.resource))
        }
      }
    }
    for astray in snapshot.obstructions {
      let token = QueueSnapshot.Token(robot: astray.robot, leg: .max)
      for resource in astray.resources
      where !snapshot.queues.contains(where: {
        $0.resource == resource && snapshot.tokens[$0.tokens].contains(token)
      }) {
        found.append(.strayToken(astray.robot, leg: .max, resource: resource))
      }
    }
    for node in 0..<index.count where tokensOfLeg[node] != index.expectedTokens(node) {
      found.append(
        .strayToken(index.robot(node), leg: index.number(node), resource: index.end(node)))
    }
    return found
  }

  private func waits(_ snapshot: QueueSnapshot, _ index: LegIndex) -> [Violation] {
    var found: [Violation] = []
    for queue in snapshot.queues where queue.tokens.count > 1 {
      for (ahead, token) in snapshot.neighbours(queue) {
        guard let node = index.node(token) else { continue }
        if snapshot.isAstray(ahead, on: queue.resource) {
          if let violation = wait(of: node, behindAstray: ahead.robot, queue, snapshot, index) {
            found.append(violation)
          }
        }
        guard let front = index.node(ahead) else { continue }
        if let violation = wait(of: node, behind: front, on: queue.resource, snapshot, index) {
          found.append(violation)
        }
      }
    }
    return found
  }

  private func wait(
    of node: Int, behind front: Int, on resource: Int32, _ snapshot: QueueSnapshot,
    _ index: LegIndex
  ) -> Violation? {
    let robot = index.robot(node)
    let leg = index.number(node)
    let other = index.robot(front)
    // A robot waits for its own legs in their order; it may stand on two cells at once.
    if other == robot { return nil }
    if index.isReleased(node) {
      return snapshot.contested.contains(resource)
        ? nil : .releasedNotOwner(robot, leg: leg, resource: resource)
    }
    guard let vacating = index.vacating(front, resource) else {
      return .waitsForRest(robot, leg: leg, resource: resource, behind: other)
    }
    if index.appended(vacating) >= index.appended(node) {
      return .waitsForLater(robot, leg: leg, resource: resource, behind: other)
    }
    return index.isHeld(front) && other != robot
      ? .waitsForHeld(robot, leg: leg, resource: resource, behind: other) : nil
  }

  /// Behind a robot astray nobody is but those that were released there before.
  private func wait(
    of node: Int, behindAstray other: RobotIndex, _ queue: QueueSnapshot.Queue,
    _ snapshot: QueueSnapshot, _ index: LegIndex
  ) -> Violation? {
    let robot = index.robot(node)
    let leg = index.number(node)
    guard index.isReleased(node) else {
      return .waitsForHeld(robot, leg: leg, resource: queue.resource, behind: other)
    }
    return robot == other || snapshot.contested.contains(queue.resource)
      ? nil : .releasedNotOwner(robot, leg: leg, resource: queue.resource)
  }

  private func cycles(_ snapshot: QueueSnapshot, _ index: LegIndex) -> [Violation] {
    var graph = WaitGraph(count: index.count)
    for node in 0..<index.count where index.hasPredecessor(node) {
      graph.wait(node, for: node - 1)
    }
    for queue in snapshot.queues where queue.tokens.count > 1 {
      for (ahead, token) in snapshot.neighbours(queue) {
        guard let node = index.node(token), !index.isReleased(node), ahead.robot != token.robot,
          let front = index.node(ahead), let vacating = index.vacating(front, queue.resource)
        else { continue }
        graph.wait(node, for: vacating)
      }
    }
    let caught = graph.nodesInCircles()
    guard !caught.isEmpty else { return [] }
    var robots: [RobotIndex] = []
    for node in caught where robots.last != index.robot(node) { robots.append(index.robot(node)) }
    return [.waitCycle(robots)]
  }
}

extension QueueSnapshot {
  /// Each token of `queue` but the first, and the one ahead of it.
  fileprivate func neighbours(
    _ queue: Queue
  ) -> Zip2Sequence<ArraySlice<Token>, ArraySlice<Token>> {
    zip(tokens[queue.tokens], tokens[queue.tokens.dropFirst()])
  }

  /// Whether `token` stands on `resource` for a robot that is where it should not be.
  fileprivate func isAstray(_ token: Token, on resource: Int32) -> Bool {
    token.leg == .max
      && obstructions.contains { $0.robot == token.robot && $0.resources.contains(resource) }
  }
}

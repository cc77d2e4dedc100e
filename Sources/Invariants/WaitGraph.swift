import FleetModel

/// The legs of a snapshot as nodes, numbered as they lie there.
struct LegIndex {
  /// Where a robot's legs lie, and the number of the first.
  private struct Stretch {
    var first = 0
    var count = 0
    var number: UInt64 = 0
  }

  private let snapshot: QueueSnapshot
  /// By robot number; without legs where absent.
  private var stretches: [Stretch]
  /// Leg -> place of its robot in `robots`.
  private var slots: [Int32] = []

  init(_ snapshot: QueueSnapshot) {
    self.snapshot = snapshot
    let highest = snapshot.robots.lazy.map(\.robot.index).max() ?? -1
    stretches = [Stretch](repeating: Stretch(), count: highest + 1)
    slots.reserveCapacity(snapshot.legs.count)
    for (slot, robot) in snapshot.robots.enumerated() where !robot.legs.isEmpty {
      stretches[robot.robot.index] = Stretch(
        first: robot.legs.lowerBound, count: robot.legs.count,
        number: snapshot.legs[robot.legs.lowerBound].number)
      slots.append(contentsOf: repeatElement(Int32(slot), count: robot.legs.count))
    }
  }

  var count: Int { snapshot.legs.count }

  func number(_ node: Int) -> UInt64 { snapshot.legs[node].number }
  func end(_ node: Int) -> Int32 { snapshot.legs[node].end }
  func appended(_ node: Int) -> UInt64 { snapshot.legs[node].appended }
  func robot(_ node: Int) -> RobotIndex { snapshot.robots[slot(node)].robot }
  func isHeld(_ node: Int) -> Bool { snapshot.robots[slot(node)].isHeld }
  func isReleased(_ node: Int) -> Bool { number(node) <= snapshot.robots[slot(node)].released }
  /// Whether its robot has a leg before it.
  func hasPredecessor(_ node: Int) -> Bool { node > 0 && slots[node - 1] == slots[node] }

  private func slot(_ node: Int) -> Int { Int(slots[node]) }

  func node(_ token: QueueSnapshot.Token) -> Int? {
    let index = token.robot.index
    guard index >= 0, index < stretches.count else { return nil }
    let stretch = stretches[index]
    guard token.leg >= stretch.number, token.leg - stretch.number < UInt64(stretch.count) else {
      return nil
    }
    return stretch.first + Int(token.leg - stretch.number)
  }

  /// Whether the leg still holds or wants `resource`: of the visited one only what is under the
  /// robot at rest is left.
  func claims(_ node: Int, _ resource: Int32) -> Bool {
    end(node) == resource || held(node).contains(resource)
  }

  func expectedTokens(_ node: Int) -> Int { held(node).count }

  private func held(_ node: Int) -> FewResources {
    hasPredecessor(node) ? snapshot.legs[node].claims : snapshot.legs[node].rest
  }

  /// The leg that takes the robot off `resource`, claimed by `node`; nil when none is planned.
  func vacating(_ node: Int, _ resource: Int32) -> Int? {
    guard end(node) == resource || snapshot.legs[node].rest.contains(resource) else { return node }
    let next = node + 1
    return next < count && hasPredecessor(next) ? next : nil
  }
}

/// Who waits for whom.
struct WaitGraph {
  /// Node -> the last one in `waiters` that waits for it, -1: none.
  private var lastWaiter: [Int32]
  private var waiters: [(node: Int32, before: Int32)] = []
  private var waits: [Int32]

  init(count: Int) {
    lastWaiter = [Int32](repeating: -1, count: count)
    waits = [Int32](repeating: 0, count: count)
  }

  mutating func wait(_ node: Int, for other: Int) {
    waiters.append((node: Int32(node), before: lastWaiter[other]))
    lastWaiter[other] = Int32(waiters.count - 1)
    waits[node] += 1
  }

  /// Kahn: takes out whoever waits for nobody, again and again; the rest waits in circles or
  /// behind one.
  func nodesInCircles() -> [Int] {
    var left = waits
    var free = left.indices.filter { left[$0] == 0 }
    while let node = free.popLast() {
      var waiter = Int(lastWaiter[node])
      while waiter >= 0 {
        let other = Int(waiters[waiter].node)
        left[other] -= 1
        if left[other] == 0 { free.append(other) }
        waiter = Int(waiters[waiter].before)
      }
    }
    return left.indices.filter { left[$0] > 0 }
  }
}

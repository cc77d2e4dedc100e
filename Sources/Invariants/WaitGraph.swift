import FleetModel

/// All legs of a snapshot in a row: robot by robot, in driving order.
struct LegIndex {
  private struct Entry {
    /// Place in `robots`.
    var slot: Int
    /// Place among the robot's legs.
    var offset: Int
    var end: Int32
    var appended: UInt64
    var isReleased: Bool
  }

  private let robots: [QueueSnapshot.Robot]
  private var entries: [Entry] = []
  /// By robot number: place in `robots`; -1 where absent.
  private var slots: [Int] = []
  /// By place in `robots`: place of its first leg in `entries`.
  private var bases: [Int] = []

  init(_ snapshot: QueueSnapshot) {
    robots = snapshot.robots
    let highest = robots.map(\.robot.index).max() ?? -1
    slots = [Int](repeating: -1, count: highest + 1)
    for (slot, robot) in robots.enumerated() {
      slots[robot.robot.index] = slot
      bases.append(entries.count)
      for (offset, leg) in robot.legs.enumerated() {
        entries.append(
          Entry(
            slot: slot, offset: offset, end: leg.end, appended: leg.appended,
            isReleased: leg.number <= robot.released))
      }
    }
  }

  var count: Int { entries.count }

  func number(_ node: Int) -> UInt64 {
    robots[entries[node].slot].legs[entries[node].offset].number
  }
  func end(_ node: Int) -> Int32 { entries[node].end }
  func appended(_ node: Int) -> UInt64 { entries[node].appended }
  func robot(_ node: Int) -> RobotIndex { robots[entries[node].slot].robot }
  func isHeld(_ node: Int) -> Bool { robots[entries[node].slot].isHeld }
  func isReleased(_ node: Int) -> Bool { entries[node].isReleased }
  func hasPredecessor(_ node: Int) -> Bool { entries[node].offset > 0 }

  func node(_ token: QueueSnapshot.Token) -> Int? {
    let index = token.robot.index
    guard index >= 0, index < slots.count, slots[index] >= 0 else { return nil }
    let base = bases[slots[index]]
    let next = slots[index] + 1
    let end = next < bases.count ? bases[next] : count
    guard base < end, token.leg >= number(base), token.leg - number(base) < UInt64(end - base)
    else { return nil }
    return base + Int(token.leg - number(base))
  }

  /// Whether the leg still holds or wants `resource`: of the visited one only what is under the
  /// robot at rest is left.
  func claims(_ node: Int, _ resource: Int32) -> Bool {
    if end(node) == resource { return true }
    let leg = leg(node)
    return entries[node].offset > 0 ? leg.claims.contains(resource) : leg.rest.contains(resource)
  }

  func expectedTokens(_ node: Int) -> Int {
    entries[node].offset > 0 ? leg(node).claims.count : leg(node).rest.count
  }

  private func leg(_ node: Int) -> QueueSnapshot.Leg {
    robots[entries[node].slot].legs[entries[node].offset]
  }

  /// The leg that takes the robot off `resource`, claimed by `node`; nil when none is planned.
  func vacating(_ node: Int, _ resource: Int32) -> Int? {
    guard end(node) == resource || leg(node).rest.contains(resource) else { return node }
    let next = node + 1
    return next < count && entries[next].slot == entries[node].slot ? next : nil
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

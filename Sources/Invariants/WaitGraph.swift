import FleetModel

/// All legs of a snapshot in a row: robot by robot, in driving order.
struct LegIndex {
  private struct Entry {
    var robot: Int
    var leg: Int
  }

  private let robots: [QueueSnapshot.Robot]
  private var entries: [Entry] = []
  /// Robot number -> place in `robots` and of its first leg in `entries`; -1 where absent.
  private var slots: [Int] = []
  private var bases: [Int] = []

  init(_ snapshot: QueueSnapshot) {
    robots = snapshot.robots
    let highest = robots.map(\.robot.index).max() ?? -1
    slots = [Int](repeating: -1, count: highest + 1)
    for (slot, robot) in robots.enumerated() {
      slots[robot.robot.index] = slot
      bases.append(entries.count)
      for leg in robot.legs.indices { entries.append(Entry(robot: slot, leg: leg)) }
    }
  }

  var count: Int { entries.count }

  func leg(_ node: Int) -> QueueSnapshot.Leg { robots[entries[node].robot].legs[entries[node].leg] }
  func robot(_ node: Int) -> RobotIndex { robots[entries[node].robot].robot }
  func isHeld(_ node: Int) -> Bool { robots[entries[node].robot].isHeld }
  func isReleased(_ node: Int) -> Bool {
    leg(node).number <= robots[entries[node].robot].released
  }
  func hasPredecessor(_ node: Int) -> Bool { entries[node].leg > 0 }

  func node(_ token: QueueSnapshot.Token) -> Int? {
    let index = token.robot.index
    guard index >= 0, index < slots.count, slots[index] >= 0 else { return nil }
    let robot = robots[slots[index]]
    guard let first = robot.legs.first, token.leg >= first.number,
      token.leg - first.number < UInt64(robot.legs.count)
    else { return nil }
    return bases[slots[index]] + Int(token.leg - first.number)
  }

  /// Whether the leg still holds or wants `resource`: of the visited one only its end is left.
  func claims(_ node: Int, _ resource: Int32) -> Bool {
    let leg = leg(node)
    return hasPredecessor(node) ? leg.claims.contains(resource) : leg.end == resource
  }

  func expectedTokens(_ node: Int) -> Int { hasPredecessor(node) ? leg(node).claims.count : 1 }

  /// The leg that takes the robot off `resource`, claimed by `node`; nil when none is planned.
  func vacating(_ node: Int, _ resource: Int32) -> Int? {
    guard leg(node).end == resource else { return node }
    let next = node + 1
    return next < count && entries[next].robot == entries[node].robot ? next : nil
  }
}

/// Who waits for whom.
struct WaitGraph {
  private var waiting: [[Int32]]
  private var waits: [Int32]

  init(count: Int) {
    waiting = [[Int32]](repeating: [], count: count)
    waits = [Int32](repeating: 0, count: count)
  }

  mutating func wait(_ node: Int, for other: Int) {
    waiting[other].append(Int32(node))
    waits[node] += 1
  }

  /// Kahn: takes out whoever waits for nobody, again and again; the rest waits in circles or
  /// behind one.
  func nodesInCircles() -> [Int] {
    var left = waits
    var free = left.indices.filter { left[$0] == 0 }
    while let node = free.popLast() {
      for other in waiting[node] {
        left[Int(other)] -= 1
        if left[Int(other)] == 0 { free.append(Int(other)) }
      }
    }
    return left.indices.filter { left[$0] > 0 }
  }
}

import FleetModel
import Grid
import MAPF
import Traffic

// Robots that stand where a long vehicle will drive next make way for it (see `Fleet+Footprints`).
extension Fleet {
  /// Cells more that a robot is led out of the way to come nearer to its goal.
  private static let detour: Int32 = 8

  /// Leads whoever comes to rest on `closed` cells out of them.
  mutating func evacuate(
    _ agents: inout [PlanningAgent], _ closed: Set<Int32>, _ ground: LongGround
  ) {
    // Loops, not closures: these would copy the whole fleet.
    var onTheirWay: [Int] = []
    var left: [Int] = []
    for i in robots.indices where closed.contains(agents[i].at) {
      if isOnItsWay(i, agents[i]) {
        onTheirWay.append(i)
        agents[i].mobility = .free
      }
      if agents[i].mobility == .free, !isLong(i) { left.append(i) }
    }
    // Whoever is nearer to the edge makes room for the others.
    while !left.isEmpty {
      var stuck: [Int] = []
      for i in left {
        guard let way = wayOut(i, agents, closed, ground, pushes: false),
          lead(i, way[...], &agents)
        else {
          stuck.append(i)
          continue
        }
      }
      if stuck.count == left.count { break }
      left = stuck
    }
    for i in left where agents[i].mobility == .free {
      guard let way = wayOut(i, agents, closed, ground, pushes: true) else { continue }
      push(i, way, &agents)
    }
    for i in onTheirWay { agents[i].mobility = .frozen }
  }

  /// Whether the robot is not planned on only because it has road enough for now: long before it
  /// has driven that, it can be told where to leave the way of a long vehicle, which then queues
  /// behind it at once.
  private func isOnItsWay(_ i: Int, _ agent: PlanningAgent) -> Bool {
    guard agent.mobility == .frozen, !isLong(i), isFree(i), !traffic.isIdle(robots[i].index)
    else { return false }
    return agent.at != robots[i].goal || robots[i].errand?.stops != true
  }

  /// Queues moves for robot `i`, as many as can be.
  private mutating func lead(
    _ i: Int, _ way: ArraySlice<Int32>, _ agents: inout [PlanningAgent]
  ) -> Bool {
    guard let classIndex = robots[i].classIndex else { return false }
    var hasMoved = false
    for move in way {
      guard queue(i, leg(move, classIndex)) else { break }
      hasMoved = true
    }
    guard hasMoved else { return false }
    agents[i].at = traffic.plannedEnd(robots[i].index)
    agents[i].mobility = .frozen
    return true
  }

  /// Everybody on the way moves up to where the next one was; the last one leaves it.
  private mutating func push(_ i: Int, _ way: [Int32], _ agents: inout [PlanningAgent]) {
    guard let classIndex = robots[i].classIndex else { return }
    var chain: [(robot: Int, offset: Int)] = [(i, 0)]
    for (offset, move) in way.enumerated() {
      let next = graphs[classIndex].moveEnd[Int(move)]
      if let other = endAt[next] { chain.append((other.index, offset + 1)) }
    }
    var end = way.count
    for (robot, offset) in chain.reversed() {
      guard lead(robot, way[offset..<end], &agents) else { return }
      end = offset
    }
  }

  /// The moves to a free cell outside of `closed`: the nearest, or one little further that is nearer to
  /// the robot's goal. Whoever is crossing before a long vehicle crosses.
  /// - Parameter pushes: past others of the same class that can be moved on; else past nobody who
  ///   rests there.
  private func wayOut(
    _ i: Int, _ agents: [PlanningAgent], _ closed: Set<Int32>, _ ground: LongGround, pushes: Bool
  ) -> [Int32]? {
    guard let classIndex = robots[i].classIndex else { return nil }
    let start = agents[i].at
    let graph = graphs[classIndex]
    var before: [Int32: (vertex: Int32, move: Int32)] = [start: (start, -1)]
    var depths: [Int32: Int32] = [start: 0]
    var queue = [start]
    var head = 0
    var best: (cost: Int32, vertex: Int32)?
    var deepest = Int32.max
    while head < queue.count, queue.count < 1000 {
      let v = queue[head]
      head += 1
      let depth = (depths[v] ?? 0) + 1
      guard depth <= deepest else { break }
      for move in graph.moves(from: v) {
        let next = graph.moveEnd[Int(move)]
        guard before[next] == nil else { continue }
        var isTaken = false
        for cell in graph.claims(of: move) {
          if ground.cover[cell] != nil || ground.walls.contains(cell) || ground.fixed.contains(cell)
          {
            isTaken = true
          } else if Int(cell) < site.graph.vertexCount, let other = endAt[cell] {
            isTaken =
              isTaken || !pushes || cell != next || agents[other.index].mobility != .free
              || robots[other.index].classIndex != classIndex
          }
        }
        if isTaken { continue }
        before[next] = (v, move)
        depths[next] = depth
        queue.append(next)
        let isPlace = places.group(at: next) != nil && next != robots[i].goal
        guard !closed.contains(next), !isPlace, endAt[next] == nil else { continue }
        deepest = min(deepest, depth + Self.detour)
        let cost = depth + 2 * air(next, robots[i].goal)
        if cost < best?.cost ?? .max { best = (cost, next) }
      }
    }
    return best.map { moves(to: $0.vertex, before) }
  }

  /// Cells from one to the other as the crow flies along the axes, no way is shorter; 0 without a goal.
  func air(_ vertex: Int32, _ goal: Int32) -> Int32 {
    guard goal >= 0 else { return 0 }
    let (a, b) = (site.graph.cells[Int(vertex)], site.graph.cells[Int(goal)])
    return abs(a.x - b.x) + abs(a.y - b.y)
  }

  private func moves(
    to end: Int32, _ before: [Int32: (vertex: Int32, move: Int32)]
  ) -> [Int32] {
    var moves: [Int32] = []
    var v = end
    while let step = before[v], step.move >= 0 {
      moves.append(step.move)
      v = step.vertex
    }
    return moves.reversed()
  }
}

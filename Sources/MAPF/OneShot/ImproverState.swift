import Determinism
import Grid

/// The plan under improvement: paths, reservations, and the buffers of one attempt.
///
/// Unsafe memory, fenced here.
struct ImproverState {
  static let groupLimit = 64
  static let memoryLimit = 1 << 30
  static let distanceLimit = 256 << 20

  let instance: GridInstance
  let agentCount: Int
  /// Whether the plan is within the limits of the tables.
  let isUsable: Bool
  let table: ReservationTable
  var search: SafeIntervalSearch
  let planes: ReservationPlanes
  var sweep: ImproverSweep
  /// Whether `sweep` searches; else `search`.
  let sweeps: Bool
  var distances: ImproverDistances
  let neighbours: UnsafeMutablePointer<Int32>
  /// `agent * horizon + time` -> vertex, filled up to the agent's last arrival.
  let paths: UnsafeMutablePointer<Int32>
  /// `index in group * horizon + time` -> vertex.
  let candidates: UnsafeMutablePointer<Int32>
  /// Agent -> when it reaches its goal for good, its loss, its distance at the start.
  var last: [Int32]
  var loss: [Int32]
  var least: [Int32]
  /// The sum of the distances: no plan has a smaller sum of loss.
  private(set) var lowerBound = 0
  /// The agents of this attempt, and a mark on each.
  var group: [Int32] = []
  var isInGroup: [Bool]

  var horizon: Int { table.horizon }

  init(_ instance: GridInstance, _ plan: GridPlan, random: UInt64) {
    self.instance = instance
    agentCount = instance.agentCount
    let vertexCount = instance.graph.vertexCount
    let length = plan.length + 8 + plan.length / 16
    isUsable =
      agentCount < Int(UInt16.max)
      && ReservationTable.bytes(vertexCount: vertexCount, length: length) <= Self.memoryLimit
    table = ReservationTable(
      vertexCount: isUsable ? vertexCount : 0, length: isUsable ? length : plan.length)
    neighbours = .allocate(capacity: 4 * vertexCount)
    for (i, u) in instance.graph.successors.enumerated() { neighbours[i] = u }
    search = SafeIntervalSearch(
      table: table, neighbours: UnsafePointer(neighbours), random: random)
    sweeps = isUsable
    planes = ReservationPlanes(instance.graph, horizon: sweeps ? table.horizon : 0)
    sweep = ImproverSweep(
      planes: planes, table: table, neighbours: UnsafePointer(neighbours), random: random &+ 1)
    distances = ImproverDistances(
      graph: instance.graph, agentCount: agentCount, memoryLimit: Self.distanceLimit)
    paths = .allocate(capacity: agentCount * table.horizon)
    candidates = .allocate(capacity: Self.groupLimit * table.horizon)
    last = Array(repeating: 0, count: agentCount)
    loss = last
    least = last
    isInGroup = Array(repeating: false, count: agentCount)
    for a in 0..<agentCount { take(plan, a) }
  }

  func deallocate() {
    table.deallocate()
    search.deallocate()
    planes.deallocate()
    sweep.deallocate()
    distances.deallocate()
    neighbours.deallocate()
    paths.deallocate()
    candidates.deallocate()
  }

  private mutating func take(_ plan: GridPlan, _ a: Int) {
    let path = paths + a * horizon
    let goal = instance.goals[a]
    for t in 0..<plan.length { path[t] = plan.vertices[t * agentCount + a] }
    precondition(path[0] == instance.starts[a], "agent \(a) starts elsewhere")
    precondition(path[plan.makespan] == goal, "agent \(a) ends elsewhere")
    var end = plan.makespan
    while end > 0, path[end - 1] == goal { end -= 1 }
    last[a] = Int32(end)
    for t in 0..<end where path[t] != goal || path[t + 1] != goal { loss[a] += 1 }
    guard isUsable else { return }
    enter(a, path, last: end)
    least[a] = Int32(distances.row(a, goal: goal)[Int(path[0])])
    lowerBound += Int(least[a])
  }

  /// The vertex of agent `a` at `time`.
  func vertex(_ a: Int, _ time: Int) -> Int32 {
    paths[a * horizon + min(time, Int(last[a]))]
  }

  func plan() -> GridPlan {
    let makespan = Int(last.max() ?? 0)
    var vertices: [Int32] = []
    vertices.reserveCapacity((makespan + 1) * agentCount)
    for t in 0...makespan {
      for a in 0..<agentCount { vertices.append(vertex(a, t)) }
    }
    return GridPlan(agentCount: agentCount, vertices: vertices)
  }

  // MARK: Attempts

  /// Nodes expanded and searches begun, or what takes as long.
  var work: Int { search.expanded + sweep.words >> 6 }

  private func enter(_ a: Int, _ path: UnsafePointer<Int32>, last: Int) {
    table.add(a, path, last: last)
    if sweeps { planes.add(path, last: last) }
  }

  private func withdraw(_ path: UnsafePointer<Int32>, last: Int) {
    table.remove(path, last: last)
    if sweeps { planes.remove(path, last: last) }
  }

  /// The cheapest path of agent `a` round all that are entered.
  private mutating func replan(
    _ a: Int, bound: Int, _ path: UnsafeMutablePointer<Int32>
  ) -> (last: Int, cost: Int)? {
    let (start, goal) = (instance.starts[a], instance.goals[a])
    if sweeps { return sweep.run(from: start, to: goal, bound: bound, path: path) }
    let row = distances.row(a, goal: goal)
    return search.run(from: start, to: goal, distance: row, bound: bound, path: path)
  }

  /// Plans the agents of `group` anew in their order; keeps that when it is not worse.
  /// - Returns: by how much the sum of loss fell.
  mutating func replanGroup() -> Int {
    var before = 0
    var leastLeft = 0
    for a in group {
      withdraw(paths + Int(a) * horizon, last: Int(last[Int(a)]))
      before += Int(loss[Int(a)])
      leastLeft += Int(least[Int(a)])
    }
    var after = 0
    var planned: [(last: Int, cost: Int)] = []
    planned.reserveCapacity(group.count)
    for (i, a) in group.enumerated() {
      let a = Int(a)
      leastLeft -= Int(least[a])
      let path = candidates + i * horizon
      guard let found = replan(a, bound: before - after - leastLeft, path)
      else { break }
      planned.append(found)
      after += found.cost
      enter(a, path, last: found.last)
    }
    guard planned.count == group.count else {
      for i in planned.indices { withdraw(candidates + i * horizon, last: planned[i].last) }
      for a in group {
        enter(Int(a), paths + Int(a) * horizon, last: Int(last[Int(a)]))
      }
      return 0
    }
    for (i, a) in group.enumerated() {
      let a = Int(a)
      last[a] = Int32(planned[i].last)
      loss[a] = Int32(planned[i].cost)
      (paths + a * horizon).update(from: candidates + i * horizon, count: planned[i].last + 1)
    }
    return before - after
  }
}

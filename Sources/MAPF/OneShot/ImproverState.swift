import Determinism
import Grid

/// The plan under improvement: paths, reservations, and the buffers of one attempt.
///
/// Unsafe memory, fenced here.
struct ImproverState {
  /// The most agents planned anew together.
  static let groupLimit = 64
  /// Bytes of the tables of reservations, and of distances.
  static let memoryLimit = 3 << 29
  static let distanceLimit = 256 << 20
  /// The most agents times cells for which distances are measured at the start.
  static let measureLimit = 50_000_000

  let instance: GridInstance
  let agentCount: Int
  /// Whether the plan is within the limits of the tables.
  let isUsable: Bool
  /// Whether `sweep` searches; else `search`.
  let sweeps: Bool
  let table: ReservationTable
  let planes: ReservationPlanes
  /// The agents that a chain has planned so far.
  let placed: ReservationPlanes
  var sweep: ImproverSweep
  var soft: ImproverSoftSweep
  var search: SafeIntervalSearch
  var distances: ImproverDistances
  /// `4 * v + direction` -> neighbour or -1.
  let neighbours: UnsafeMutablePointer<Int32>
  /// `agent * horizon + time` -> vertex, filled up to the agent's last arrival.
  let paths: UnsafeMutablePointer<Int32>
  /// `index in group * horizon + time` -> vertex.
  let candidates: UnsafeMutablePointer<Int32>
  /// Agent -> when it reaches its goal for good, its loss, and what the loss is at least.
  var last: [Int32]
  var loss: [Int32]
  private(set) var least: [Int32]
  /// No plan has a smaller sum of loss.
  private(set) var lowerBound = 0
  /// The agents of this attempt in their order, a mark on each, and what was found for them.
  var group: [Int32] = []
  var isInGroup: [Bool]
  var planned: [(last: Int, cost: Int)] = []
  /// Steps of paths entered since the start.
  var steps = 0

  var horizon: Int { table.horizon }

  /// Units of work since the start.
  var work: Int { search.expanded + (sweep.words + soft.words) >> 6 + steps >> 2 }

  /// - Parameter limit: of the bytes for reservations.
  init(
    _ instance: GridInstance, _ plan: GridPlan, distances known: [Int32]?, random: UInt64,
    limit: Int = ImproverState.memoryLimit
  ) {
    self.instance = instance
    agentCount = instance.agentCount
    let graph = instance.graph
    let length = plan.length + 8 + plan.length / 16
    isUsable =
      ReservationTable.bytes(vertexCount: graph.vertexCount, length: length) <= limit
    table = ReservationTable(
      vertexCount: isUsable ? graph.vertexCount : 0, length: isUsable ? length : plan.length)
    sweeps =
      isUsable && graph.successors == graph.predecessorsByExit
      && ReservationPlanes.bytes(graph, horizon: length) <= Self.memoryLimit / 6
    let swept = sweeps ? table.horizon : 0
    planes = ReservationPlanes(graph, horizon: swept)
    placed = ReservationPlanes(graph, horizon: swept)
    neighbours = .allocate(capacity: 4 * graph.vertexCount)
    for (i, u) in graph.successors.enumerated() { neighbours[i] = u }
    let fixed = UnsafePointer(neighbours)
    sweep = ImproverSweep(planes: planes, table: table, neighbours: fixed, random: random &+ 1)
    soft = ImproverSoftSweep(
      planes: planes, hard: placed, table: table, neighbours: fixed, random: random &+ 2)
    search = SafeIntervalSearch(table: table, neighbours: fixed, random: random)
    distances = ImproverDistances(
      graph: graph, agentCount: agentCount, memoryLimit: Self.distanceLimit)
    paths = .allocate(capacity: agentCount * table.horizon)
    candidates = .allocate(capacity: Self.groupLimit * table.horizon)
    last = Array(repeating: 0, count: agentCount)
    loss = last
    least = known ?? last
    precondition(least.count == agentCount, "\(least.count) distances, \(agentCount) agents")
    isInGroup = Array(repeating: false, count: agentCount)
    for a in 0..<agentCount {
      take(plan, a)
      if known == nil { least[a] = measure(a) }
      lowerBound += Int(least[a])
    }
  }

  func deallocate() {
    table.deallocate()
    planes.deallocate()
    placed.deallocate()
    sweep.deallocate()
    soft.deallocate()
    search.deallocate()
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
    if isUsable { enter(a, path, last: end) }
  }

  /// The distance of an agent's start to its goal; on large maps as if there were no walls.
  private mutating func measure(_ a: Int) -> Int32 {
    let (start, goal) = (instance.starts[a], instance.goals[a])
    let graph = instance.graph
    guard isUsable, agentCount * graph.vertexCount > Self.measureLimit else {
      return Int32(distances.row(a, goal: goal)[Int(start)])
    }
    let (from, to) = (graph.cells[Int(start)], graph.cells[Int(goal)])
    return abs(from.x - to.x) + abs(from.y - to.y)
  }

  /// The distances to the goal of `a`; from then on its least loss is known exactly.
  mutating func distanceRow(_ a: Int) -> UnsafePointer<UInt16> {
    let row = distances.row(a, goal: instance.goals[a])
    let exact = Int32(row[Int(instance.starts[a])])
    lowerBound += Int(exact - least[a])
    least[a] = exact
    return row
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

  /// Lets go of times at which nobody moves any more.
  func shorten() {
    guard sweeps else { return }
    let needed = Int(last.max() ?? 0) + 1
    let length = min(planes.length, needed + 8 + needed / 32)
    planes.length = length
    placed.length = length
  }
}

extension Graph {
  /// Where each vertex would be left to if every move led back as well.
  fileprivate var predecessorsByExit: [Int32] {
    var exits = [Int32](repeating: -1, count: successors.count)
    for v in 0..<vertexCount {
      for direction in Direction.allCases {
        exits[4 * v + Int(direction.rawValue)] =
          predecessors[4 * v + Int(direction.opposite.rawValue)]
      }
    }
    return exits
  }
}

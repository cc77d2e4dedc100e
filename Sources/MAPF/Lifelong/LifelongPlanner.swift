import Determinism
import Grid

/// Extends every agent's plan by at most one move per step, for ever.
///
/// All agents move at once. A step never contains a vertex conflict, a swap, two moves that share a
/// claim, a move into the cell of an agent that does not move, or a rotation. Its moves come leaders
/// before followers: appended in that order, each only enters cells whose vacating move has been
/// appended before.
///
/// Each agent follows an operation of up to three moves (`OperationKernel`), of which one step carries
/// out the first. Agents that have come no nearer to their goals for some steps, and face one another
/// in a corridor, back up by the rules of PIBT with swap instead (`StepKernel`).
///
/// The result is a function of the seed, the work and all steps so far. Copies are independent.
public struct LifelongPlanner: Sendable {
  /// What the planner has done so far.
  public struct Statistics: Sendable, Equatable {
    public var steps = 0
    /// Moves planned.
    public var moves = 0
    /// Operations and moves considered: the planner's work.
    public var candidatesTried = 0
    /// Plans improved after the first pass.
    public var improvements = 0
    /// Distance tables filled.
    public var tableFills = 0
    /// Bytes of distance tables kept.
    public var tableBytes = 0
  }

  /// Steps without coming closer to the goal after which an agent counts as stuck.
  public var stuckAfter: Int32 = 30
  /// Whether agents back up for one another in corridors.
  public var allowsSwap = true
  public private(set) var statistics = Statistics()
  /// The slots of agents that could move, have a goal, and have come no closer to it for
  /// `stuckAfter` steps; in rising order, as of the last step.
  public private(set) var stuckAgents: [Int32] = []
  /// The slots of agents that have a goal and, as things stand, no way there: it cannot be reached,
  /// or only through walls. They stay unless pushed, and count among the stuck ones no more. In
  /// rising order, as of the last step.
  public private(set) var cutOffAgents: [Int32] = []

  let moves: FlatMoves
  let firstMoves: [Int32]
  let components: MoveComponents
  /// Whether there is a way from one component to another, where that was asked.
  var reachable: [ComponentPair: Bool] = [:]
  var tables: DistanceTables
  /// nil: the graph is small enough for tables.
  var ways: Ways?
  var memory: [Memory] = []
  /// Cells of the agents that count as walls, rising; as marks by vertex; their version.
  var wallCells: [Int32] = []
  var isWall: [Bool] = []
  /// Where the walls are in this step; kept for its memory.
  var wallKeys: [UInt64] = []
  var wallVersion: Int32 = 0
  /// Tables round walls that may still be filled in this step.
  var detoursLeft = 0
  private var operations: OperationWorkspace
  /// Of the steps in which agents back up; made for the first one.
  var backing: StepWorkspace?
  private let firstRandom: UInt64
  var random: UInt64
  private var stamp: UInt32 = 0
  private var search: UInt32 = 0
  /// Slots of the step before.
  private var known = 0

  /// - Parameters:
  ///   - tableMemoryLimit: bytes of distance tables to keep; tables of the goals agents follow at
  ///     present are kept even beyond it (2 bytes a vertex and goal).
  ///   - cells: where the vertices lie; empty: not known.
  ///   - tablesUpTo: with more vertices than these, if `cells` are given, agents follow ways of their own
  ///     in place of tables; see `LifelongPlanner+Ways`.
  public init(
    graphs: [MoveGraph], seed: Seed, tableMemoryLimit: Int, cells: [Cell] = [],
    tablesUpTo: Int = 1 << 16
  ) {
    precondition(cells.isEmpty || cells.count == graphs[0].vertexCount, "a cell for each vertex")
    moves = FlatMoves(graphs)
    components = MoveComponents(moves)
    if cells.count > tablesUpTo {
      let map = WayMap(cells)
      ways = Ways(map: map, search: WaySearch(moves, map))
    }
    firstMoves = moves.firstMove
    tables = DistanceTables(moves: moves, memoryLimit: tableMemoryLimit)
    operations = OperationWorkspace(
      resourceCount: moves.resourceCount, capacity: 64, candidateLimit: Self.candidateLimit)
    firstRandom = seed.derive("lifelong order").rawValue | 1
    random = firstRandom
  }

  /// A planner of the same graphs and seed that has planned nothing. What never changes is shared, and
  /// so are the distance tables, whichever of the two fills them, on whichever thread.
  public init(sharingGraphsOf other: LifelongPlanner) {
    moves = other.moves
    components = other.components
    ways = other.ways
    firstMoves = other.firstMoves
    tables = DistanceTables(sharing: other.tables)
    operations = OperationWorkspace(
      resourceCount: moves.resourceCount, capacity: 64, candidateLimit: Self.candidateLimit)
    firstRandom = other.firstRandom
    random = firstRandom
    stuckAfter = other.stuckAfter
  }

  /// All that the steps after `forget` depend on, besides the graphs.
  public struct Remnant: Sendable, Equatable, Codable {
    var random: UInt64
    var steps: Int
    var wallVersion: Int32
  }

  /// Forgets everything of the steps so far but distances, which are the same for all.
  /// - Returns: what another planner of the same graphs needs to go on as this one (`resume`).
  public mutating func forget() -> Remnant {
    memory = []
    reachable = [:]
    for v in wallCells { isWall[Int(v)] = false }
    wallCells = []
    stuckAgents = []
    cutOffAgents = []
    operations = OperationWorkspace(
      resourceCount: moves.resourceCount, capacity: operations.capacity,
      candidateLimit: Self.candidateLimit)
    backing = nil
    (stamp, search, known) = (0, 0, 0)
    return Remnant(random: random, steps: statistics.steps, wallVersion: wallVersion)
  }

  /// Goes on where another planner forgot. Of a planner that has planned nothing yet.
  public mutating func resume(_ remnant: Remnant) {
    random = remnant.random
    statistics.steps = remnant.steps
    wallVersion = remnant.wallVersion
  }

  /// The cells driven from `v` to `goal` in `graph`, without regard to walls; nil: unreachable. On
  /// a large graph the cells as the crow flies along the axes: no way is shorter.
  public mutating func distance(graph: Int32, from v: Int32, to goal: Int32) -> UInt16? {
    guard let ways else { return tables.distance(graph: graph, from: v, to: goal) }
    guard isReachable(graph: graph, from: v, to: goal) else { return nil }
    return UInt16(min(ways.map.air(v, goal), Int32(DistanceTable.farthest)))
  }

  /// Whether agents follow ways of their own, not tables of distances to their goals.
  public var followsWays: Bool { ways != nil }

  /// Fills the table of `goal` if it is not filled yet, for who will ask for it.
  public mutating func fillTable(graph: Int32, goal: Int32) {
    _ = tables.table(graph: graph, goal: goal)
  }

  /// Plans one move at most for each agent, from `at`.
  /// - Returns: the moves, leaders before followers. Agents without one stay.
  /// - Complexity: O(agents) in practice, and one search per goal that is new.
  public mutating func step(
    _ agents: [PlanningAgent], walls: [Int32] = [], closed: [Int32] = [],
    budget: PlanningBudget = .none
  ) -> [PlannedMove] {
    var planned: [PlannedMove] = []
    step(agents, walls: walls, closed: closed, budget: budget, into: &planned)
    return planned
  }

  /// Like `step(_:walls:budget:)`, into the caller's array: with one that has been used before, and goals
  /// that are known, nothing is allocated.
  /// - Parameters:
  ///   - walls: vertices that nobody may enter besides those of agents that are walls, in any order.
  ///   - closed: vertices that nobody may enter in this step: no reason yet to go round them.
  ///   - budget: what may be spent on improving the step once every agent has been served; a unit is
  ///     one operation tried.
  public mutating func step(
    _ agents: [PlanningAgent], walls: [Int32] = [], closed: [Int32] = [],
    budget: PlanningBudget = .none, into planned: inout [PlannedMove]
  ) {
    makeRoom(for: agents.count)
    updateWalls(agents, walls)
    let share = density(agents)
    var kernel = OperationKernel<MoveGround>(
      operations, moves: moves, depth: MotionModel.fourNeighbour.depth(density: share),
      placeOf: ways.map { UnsafePointer($0.map.place) })
    kernel.tuning.revisits = 1
    kernel.fit(density: share)
    kernel.tuning.baseChainLimit = Self.baseTries
    kernel.stamp = stamp
    kernel.search = search
    for (a, agent) in agents.enumerated() { place(a, agent, &kernel) }
    let walls = closed.isEmpty ? walls : walls + closed
    // It looks farther than a window goes.
    if allowsSwap, ways == nil { kernel.tried = backUp(agents, walls, kernel) }
    kernel.standStill(agents: agents.count)
    for v in walls { kernel.markWall(v) }
    if !walls.isEmpty { kernel.hasFrozen = true }
    kernel.inherit(agents: agents.count)
    let placed = kernel.rate(agents: agents.count)
    kernel.serve(
      agents: placed, until: kernel.tried + Self.baseTries * (placed + 1), isOver: nil)
    let (end, isPast) = kernel.tried.addingReportingOverflow(budget.work)
    kernel.improve(
      agents: placed, until: isPast ? .max : end, isOver: budget.isOver, random: &random)
    leadersFirst(agents, kernel, into: &planned)
    remember(agents, kernel)
    kernel.leave(agents: agents.count)
    for v in walls { kernel.clearWall(v) }
    stamp = kernel.stamp
    search = kernel.search
    known = agents.count
    statistics.steps += 1
    statistics.moves += planned.count
    statistics.candidatesTried += kernel.tried
    statistics.improvements += kernel.improvements
    statistics.tableFills = tables.fills
    statistics.tableBytes = tables.bytes
  }

  // MARK: Before

  var operationsCapacity: Int { operations.capacity }

  /// Operations kept a list, and tried an agent at most in the first pass.
  private static let candidateLimit = 128
  private static let baseTries = 2000

  private mutating func makeRoom(for count: Int) {
    let capacity = operations.capacity
    if count > capacity {
      precondition(count <= GridLifelongPlanner.agentLimit, "\(count) agents")
      operations = OperationWorkspace(
        continuing: operations,
        capacity: min(max(count, 2 * capacity), GridLifelongPlanner.agentLimit))
    } else if !isKnownUniquelyReferenced(&operations) {
      operations = OperationWorkspace(continuing: operations, capacity: capacity)
    }
    guard memory.count < count else { return }
    while memory.count < count { memory.append(Memory()) }
    stuckAgents.reserveCapacity(count)
    cutOffAgents.reserveCapacity(count)
  }

  /// The share of the vertices that agents take.
  private func density(_ agents: [PlanningAgent]) -> Double {
    var present = 0
    for agent in agents where agent.mobility != .absent { present += 1 }
    return Double(present) / Double(max(1, moves.vertexCount))
  }

  private mutating func place(
    _ a: Int, _ agent: PlanningAgent, _ kernel: inout OperationKernel<MoveGround>
  ) {
    guard agent.mobility != .absent else {
      kernel.place(a, at: -1, heading: 0, goal: -1, .absent, isKnown: false)
      memory[a] = Memory()
      return
    }
    precondition(
      agent.at >= 0 && Int(agent.at) < moves.vertexCount && agent.graph >= 0
        && Int(agent.graph) < moves.graphCount,
      "agent \(a) at \(agent.at) in graph \(agent.graph)")
    let isSame = memory[a].graph == agent.graph
    // One that cannot be moved just now, its backlog full, keeps its goal.
    if !isSame || (agent.mobility == .free && memory[a].goal != agent.goal) {
      memory[a] = Memory(goal: agent.goal, graph: agent.graph)
    }
    if memory[a].expectedAt != agent.at {
      memory[a].best = .max
      memory[a].sinceBest = 0
    }
    if agent.mobility == .free, agent.goal >= 0 {
      if ways == nil { chooseTable(a, agent) } else { chooseWindow(a, agent) }
    }
    let values = agent.mobility == .free && agent.goal >= 0 ? memory[a].table?.values : nil
    let way = values.map { rest($0, agent.at) } ?? DistanceTable.unreachable
    let leads = way != DistanceTable.unreachable
    kernel.place(
      a, at: agent.at, heading: 0, goal: leads ? agent.goal : -1, agent.mobility,
      isKnown: a < known && isSame)
    kernel.startBase[a] = moves.rows[Int(agent.graph)]
    kernel.tables[a] = leads ? values : nil
    kernel.here[a] = way
    kernel.remaining[a] = leads ? Int32(way) : 0
    kernel.urgency[a] = OperationKernel<MoveGround>.urgency(
      priority: agent.priority, way: leads ? turn(a, way: Int32(way)) : .max)
  }

  /// The shortest way goes first, but who makes no progress draws nearer to the front; and the stuck
  /// take turns in standing back: where the ways are not biconnected, the one in front may press for
  /// ever on others that cannot give way, and hold up everybody.
  private func turn(_ a: Int, way: Int32) -> Int32 {
    let waited = memory[a].sinceBest
    if waited >= stuckAfter, (Int(waited) / 16 + a) % 2 == 0 { return 0xFFFFE }
    return max(0, way - Self.impatience * max(0, waited - Self.patience))
  }

  private static let patience: Int32 = 100
  private static let impatience: Int32 = 1

  // MARK: After

  private mutating func remember(
    _ agents: [PlanningAgent], _ kernel: OperationKernel<MoveGround>
  ) {
    stuckAgents.removeAll(keepingCapacity: true)
    cutOffAgents.removeAll(keepingCapacity: true)
    for (a, agent) in agents.enumerated() where agent.mobility != .absent {
      let next = kernel.firstEnd(a)
      memory[a].expectedAt = next
      guard agent.mobility == .free, agent.goal >= 0 else { continue }
      if next == agent.goal {
        memory[a].best = 0
        memory[a].sinceBest = 0
        continue
      }
      guard let table = kernel.tables[a] else {
        cutOffAgents.append(Int32(a))
        continue
      }
      let distance = Int32(rest(table, next))
      if distance < memory[a].best {
        memory[a].best = distance
        memory[a].sinceBest = 0
      } else {
        memory[a].sinceBest &+= memory[a].sinceBest < .max ? 1 : 0
      }
      if memory[a].sinceBest >= stuckAfter { stuckAgents.append(Int32(a)) }
    }
  }
}

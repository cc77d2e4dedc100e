import Determinism

/// Extends every agent's plan by at most one move per step, for ever.
///
/// All agents move at once. A step never contains a vertex conflict, a swap, two moves that share a
/// claim, a move into the cell of an agent that does not move, or a rotation. Its moves come leaders
/// before followers: appended in that order, each only enters cells whose vacating move has been
/// appended before.
///
/// The result is a function of the seed and of all steps so far. Copies are independent.
public struct LifelongPlanner: Sendable {
  /// What the planner has done so far.
  public struct Statistics: Sendable, Equatable {
    public var steps = 0
    /// Moves planned.
    public var moves = 0
    /// Moves considered: the planner's work.
    public var candidatesTried = 0
    /// Distance tables filled.
    public var tableFills = 0
    /// Bytes of distance tables kept.
    public var tableBytes = 0
  }

  /// What is remembered of one agent slot between steps.
  struct Memory: Sendable {
    var goal: Int32 = -1
    var graph: Int32 = -1
    /// Where the planner left it.
    var expectedAt: Int32 = -1
    /// Steps since it last reached or changed its goal.
    var elapsed: Int32 = 0
    /// The shortest distance to its goal so far, and the steps since it got there.
    var best: Int32 = .max
    var sinceBest: Int32 = 0
    /// The version of the walls its table respects; 0: none.
    var walls: Int32 = 0
    /// The version of the walls for which its way was last looked along.
    var checkedWalls: Int32 = 0
    var table: TableView?
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
  var tables: DistanceTables
  var memory: [Memory] = []
  /// Cells of the agents that count as walls, rising; as marks by vertex; their version.
  var wallCells: [Int32] = []
  var isWall: [Bool] = []
  /// Where the walls are in this step; kept for its memory.
  var wallKeys: [UInt64] = []
  var wallVersion: Int32 = 0
  /// Per graph what an agent must not pass on its way without going round the walls.
  var watches: [[Watch]] = []
  private var workspace: StepWorkspace
  private let tieBreaks: UInt64
  private var random: UInt64

  /// - Parameter tableMemoryLimit: bytes of distance tables to keep; tables of the goals agents
  ///   follow at present are kept even beyond it (2 bytes a vertex and goal).
  public init(graphs: [MoveGraph], seed: Seed, tableMemoryLimit: Int) {
    moves = FlatMoves(graphs)
    firstMoves = moves.firstMove
    tables = DistanceTables(moves: moves, memoryLimit: tableMemoryLimit)
    workspace = StepWorkspace(moves: moves, capacity: 64)
    tieBreaks = seed.derive("lifelong ties").rawValue
    random = seed.derive("lifelong order").rawValue
  }

  /// The cells driven from `v` to `goal` in `graph`, without regard to walls; nil: unreachable.
  public mutating func distance(graph: Int32, from v: Int32, to goal: Int32) -> UInt16? {
    tables.distance(graph: graph, from: v, to: goal)
  }

  /// Plans one move at most for each agent, from `at`.
  /// - Returns: the moves, leaders before followers. Agents without one stay.
  /// - Complexity: O(agents) in practice, and one search per goal that is new.
  public mutating func step(_ agents: [PlanningAgent]) -> [PlannedMove] {
    var planned: [PlannedMove] = []
    step(agents, into: &planned)
    return planned
  }

  /// Like `step(_:)`, into the caller's array: with one that has been used before, and goals that are
  /// known, nothing is allocated.
  public mutating func step(_ agents: [PlanningAgent], into planned: inout [PlannedMove]) {
    makeRoom(for: agents.count)
    updateWalls(agents)
    var kernel = workspace.kernel(agentCount: agents.count, refusesRotations: true)
    kernel.random = random
    kernel.allowsSwap = allowsSwap
    for (a, agent) in agents.enumerated() { place(a, agent, &kernel) }
    kernel.rate()
    let ordered = order(agents, kernel)
    for key in ordered {
      let a = Int(key & 0xF_FFFF)
      if kernel.next[a] == StepKernel.undecided { _ = kernel.decide(a) }
    }
    for a in 0..<agents.count where kernel.at[a] >= 0 && kernel.next[a] == StepKernel.undecided {
      _ = kernel.decide(a)
    }
    kernel.clearDemand()
    leadersFirst(agents, kernel, into: &planned)
    remember(agents, kernel)
    kernel.clear()
    random = kernel.random
    statistics.steps += 1
    statistics.moves += planned.count
    statistics.candidatesTried += kernel.tried
    statistics.tableFills = tables.fills
    statistics.tableBytes = tables.bytes
  }

  // MARK: Before

  private mutating func makeRoom(for count: Int) {
    precondition(count < 1 << 20, "\(count) agents")
    if count > workspace.capacity {
      workspace = StepWorkspace(moves: moves, capacity: max(count, 2 * workspace.capacity))
    } else if !isKnownUniquelyReferenced(&workspace) {
      workspace = StepWorkspace(moves: moves, capacity: workspace.capacity)
    }
    while memory.count < count { memory.append(Memory()) }
  }

  private mutating func place(_ a: Int, _ agent: PlanningAgent, _ kernel: inout StepKernel) {
    guard agent.mobility != .absent else {
      kernel.leaveOut(a)
      memory[a] = Memory()
      return
    }
    precondition(
      agent.at >= 0 && Int(agent.at) < moves.vertexCount && agent.graph >= 0
        && Int(agent.graph) < moves.graphCount,
      "agent \(a) at \(agent.at) in graph \(agent.graph)")
    let isFree = agent.mobility == .free
    kernel.place(a, at: agent.at, graph: agent.graph, goal: agent.goal, moves: isFree)
    if memory[a].goal != agent.goal || memory[a].graph != agent.graph {
      memory[a] = Memory(goal: agent.goal, graph: agent.graph)
    }
    if memory[a].expectedAt != agent.at {
      memory[a].best = .max
      memory[a].sinceBest = 0
    }
    guard isFree, agent.goal >= 0 else { return }
    chooseTable(a, agent)
    if let values = memory[a].table?.values { kernel.table[a] = values }
  }

  /// One key per agent that is under way, first first: priority, then time under way, then chance.
  /// Agents that rest come after all others, in any order.
  private func order(
    _ agents: [PlanningAgent], _ kernel: StepKernel
  ) -> UnsafeMutableBufferPointer<UInt64> {
    var count = 0
    for (a, agent) in agents.enumerated()
    where kernel.table[a] != nil && agent.goal != agent.at
      && kernel.next[a] == StepKernel.undecided
    {
      let rank = UInt64(511 - min(max(agent.priority, -512), 511))
      let waited = yields(a) ? 0 : UInt64(min(memory[a].elapsed, 0xF_FFFF))
      let tie = ((UInt64(a) &+ 1) &* 0x9E37_79B9_7F4A_7C15 ^ tieBreaks) &* 0xD6E8_FEB8_6659_FD93
      workspace.order[count] =
        rank << 54 | (0xF_FFFF - waited) << 34 | (tie &>> 50) << 20 | UInt64(a)
      count += 1
    }
    KeySort.sort(workspace.order, count: count)
    return UnsafeMutableBufferPointer(start: workspace.order, count: count)
  }

  /// Stuck agents take turns in standing back: where the ways are not biconnected, the one longest
  /// under way may press for ever on others that cannot give way, and hold up everybody.
  private func yields(_ a: Int) -> Bool {
    memory[a].sinceBest >= stuckAfter && (Int(memory[a].sinceBest) / 16 + a) % 2 == 0
  }

  // MARK: After

  private func leadersFirst(
    _ agents: [PlanningAgent], _ kernel: StepKernel, into planned: inout [PlannedMove]
  ) {
    let emitted: Int32 = -2
    planned.removeAll(keepingCapacity: true)
    planned.reserveCapacity(agents.count)
    for first in 0..<agents.count
    where kernel.nextMove[first] >= 0 && kernel.cursor[first] != emitted {
      var depth = 0
      var x = first
      while true {
        kernel.stack[depth] = Int32(x)
        kernel.cursor[x] = emitted
        let leader = Int(kernel.occupant[Int(kernel.next[x])])
        guard leader >= 0, kernel.nextMove[leader] >= 0, kernel.cursor[leader] != emitted else {
          break
        }
        depth += 1
        x = leader
      }
      while depth >= 0 {
        let a = Int(kernel.stack[depth])
        planned.append(
          PlannedMove(
            agent: Int32(a), move: kernel.nextMove[a] - firstMoves[Int(agents[a].graph)],
            from: kernel.at[a], to: kernel.next[a]))
        depth -= 1
      }
    }
  }

  private mutating func remember(_ agents: [PlanningAgent], _ kernel: StepKernel) {
    stuckAgents.removeAll(keepingCapacity: true)
    cutOffAgents.removeAll(keepingCapacity: true)
    for (a, agent) in agents.enumerated() where agent.mobility != .absent {
      let next = kernel.next[a]
      memory[a].expectedAt = next
      guard agent.mobility == .free, agent.goal >= 0 else { continue }
      if next == agent.goal {
        memory[a].elapsed = 0
        memory[a].best = 0
        memory[a].sinceBest = 0
        continue
      }
      if let table = memory[a].table, kernel.table[a] == nil,
        table.values[Int(agent.at)] == DistanceTable.unreachable
      {
        cutOffAgents.append(Int32(a))
        continue
      }
      memory[a].elapsed &+= memory[a].elapsed < .max ? 1 : 0
      let distance = kernel.table[a].map { Int32($0[Int(next)]) } ?? Int32.max
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

import Determinism

/// The search of one `LaCAM.solve`: a depth-first walk through configurations. Each configuration
/// keeps a tree of *constraints* (this agent takes that move), widened by one agent at a time in
/// breadth-first order; each leaf yields one successor, PIBT deciding for the agents it leaves free.
/// When all leaves of a configuration are spent, every joint move from it has been tried.
struct ConfigurationSearch {
  private(set) var expansions = 0

  private let moves: FlatMoves
  private let agents: [PlanningAgent]
  private let tables: [DistanceTable?]
  /// The slots of the agents that take part, and how many they are.
  private let free: [Int]
  private let farness: [Int32]
  private let workspace: StepWorkspace
  private var kernel: StepKernel
  private var rng: SeededGenerator

  // Nodes, one entry (or one row of `free.count` entries) each.
  private var configurations: [Int32] = []
  /// The moves by which a node was reached, numbered through all graphs; -1: stayed.
  private var reachedBy: [Int32] = []
  private var parent: [Int32] = []
  /// Steps since an agent was last on its goal, and the agents by them, longest first; equals by
  /// their distance at the start.
  private var waited: [Int32] = []
  private var order: [Int32] = []
  private var leaves: [Leaves] = []
  private var firstOfHash: [UInt64: Int32] = [:]
  private var nextOfHash: [Int32] = []

  // Constraints: agent (index in `free`) takes move; the constraint it adds to; how many there are.
  private var constraints: [Constraint] = []

  private struct Constraint {
    var agent: Int32
    var move: Int32
    var parent: Int32
    var depth: Int32
  }

  /// A queue of constraints whose successors are still to be tried.
  private struct Leaves {
    var queue: [Int32]
    var head = 0
  }

  init(
    moves: FlatMoves, agents: [PlanningAgent], tables: [DistanceTable?], walls: [Int32],
    seed: Seed, refusesRotations: Bool, allowsSwap: Bool
  ) {
    self.moves = moves
    self.agents = agents
    self.tables = tables
    let free = agents.indices.filter { agents[$0].mobility == .free }
    self.free = free
    farness = free.map { slot in
      tables[slot].map { Int32($0.values[Int(agents[slot].at)]) } ?? 0
    }
    workspace = StepWorkspace(moves: moves, capacity: max(1, agents.count))
    kernel = workspace.kernel(agentCount: agents.count, refusesRotations: refusesRotations)
    kernel.allowsSwap = allowsSwap
    kernel.random = seed.derive("lacam order").rawValue
    rng = seed.derive("lacam constraints").generator()
    for v in walls { kernel.reserved[Int(v)] = StepKernel.wall }
  }

  mutating func run(budget: Int) -> LaCAM.Outcome {
    constraints.append(Constraint(agent: -1, move: -1, parent: -1, depth: 0))
    let start = free.map { agents[$0].at }
    var open = [addNode(start, reachedBy: free.map { _ in -1 }, parent: -1)]
    while let node = open.last {
      if isGoal(node) { return .solved(plan(to: node)) }
      guard let constraint = takeLeaf(of: node) else {
        open.removeLast()
        continue
      }
      guard expansions < budget else { return .budgetExhausted }
      expansions += 1
      widen(constraint, at: node)
      guard let (configuration, taken) = successor(of: node, constraint) else { continue }
      if let known = find(configuration) {
        open.append(known)
      } else {
        open.append(addNode(configuration, reachedBy: taken, parent: node))
      }
    }
    return .unsolvable
  }

  // MARK: Nodes

  private func row(_ node: Int32) -> Range<Int> {
    Int(node) * free.count..<(Int(node) + 1) * free.count
  }

  private func isGoal(_ node: Int32) -> Bool {
    for (i, v) in configurations[row(node)].enumerated() {
      let goal = agents[free[i]].goal
      if goal >= 0 && goal != v { return false }
    }
    return true
  }

  private mutating func addNode(
    _ configuration: [Int32], reachedBy taken: [Int32], parent from: Int32
  ) -> Int32 {
    let node = Int32(parent.count)
    var row: [Int32] = []
    for (i, v) in configuration.enumerated() {
      let goal = agents[free[i]].goal
      let before = from < 0 ? 0 : waited[Int(from) * free.count + i]
      row.append(goal < 0 || goal == v ? 0 : before + 1)
    }
    configurations += configuration
    reachedBy += taken
    parent.append(from)
    waited += row
    var indices = free.indices.map(Int32.init)
    indices.sort { a, b in
      let (x, y) = (Int(a), Int(b))
      if row[x] != row[y] { return row[x] > row[y] }
      return farness[x] != farness[y] ? farness[x] > farness[y] : a < b
    }
    order += indices
    leaves.append(Leaves(queue: [0]))
    let hash = Self.hash(configuration)
    nextOfHash.append(firstOfHash[hash] ?? -1)
    firstOfHash[hash] = node
    return node
  }

  private func find(_ configuration: [Int32]) -> Int32? {
    var node = firstOfHash[Self.hash(configuration)] ?? -1
    while node >= 0 {
      if configurations[row(node)].elementsEqual(configuration) { return node }
      node = nextOfHash[Int(node)]
    }
    return nil
  }

  private static func hash(_ configuration: [Int32]) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for v in configuration {
      hash = (hash ^ UInt64(UInt32(bitPattern: v))) &* 0xD6E8_FEB8_6659_FD93
      hash ^= hash &>> 32
    }
    return hash
  }

  private func plan(to goal: Int32) -> [[PlannedMove]] {
    var steps: [[PlannedMove]] = []
    var node = goal
    while parent[Int(node)] >= 0 {
      let before = parent[Int(node)]
      var step: [PlannedMove] = []
      for i in free.indices {
        let move = reachedBy[Int(node) * free.count + i]
        guard move >= 0 else { continue }
        let slot = free[i]
        step.append(
          PlannedMove(
            agent: Int32(slot), move: move - moves.firstMove[Int(agents[slot].graph)],
            from: configurations[Int(before) * free.count + i],
            to: configurations[Int(node) * free.count + i]))
      }
      steps.append(LeadersFirst.ordered(step))
      node = before
    }
    return steps.reversed()
  }

  // MARK: Constraints

  private mutating func takeLeaf(of node: Int32) -> Int32? {
    guard leaves[Int(node)].head < leaves[Int(node)].queue.count else { return nil }
    leaves[Int(node)].head += 1
    return leaves[Int(node)].queue[leaves[Int(node)].head - 1]
  }

  /// Queues the leaves below `constraint`: the next agent in the node's order, each of its moves.
  private mutating func widen(_ constraint: Int32, at node: Int32) {
    let depth = constraints[Int(constraint)].depth
    guard Int(depth) < free.count else { return }
    let i = order[Int(node) * free.count + Int(depth)]
    let v = Int(configurations[Int(node) * free.count + Int(i)])
    let base = Int(moves.rows[Int(agents[free[Int(i)]].graph)]) + v
    var choices = Array(moves.start[base]..<moves.start[base + 1])
    choices.append(-1)
    rng.shuffle(&choices)
    for move in choices {
      leaves[Int(node)].queue.append(Int32(constraints.count))
      constraints.append(
        Constraint(agent: i, move: move, parent: constraint, depth: depth + 1))
    }
  }

  // MARK: Successors

  /// One joint move from `node` under `constraint`, nil when none was found.
  private mutating func successor(
    of node: Int32, _ constraint: Int32
  ) -> (configuration: [Int32], taken: [Int32])? {
    defer { kernel.clear() }
    var i = 0
    for (slot, agent) in agents.enumerated() {
      guard agent.mobility != .absent else {
        kernel.leaveOut(slot)
        continue
      }
      let isFree = agent.mobility == .free
      let v = isFree ? configurations[Int(node) * free.count + i] : agent.at
      kernel.place(slot, at: v, graph: agent.graph, goal: agent.goal, moves: isFree)
      kernel.table[slot] = tables[slot].map { UnsafePointer($0.values) }
      i += isFree ? 1 : 0
    }
    kernel.rate()
    let isDecided = force(constraint) && decideAll(node)
    kernel.clearDemand()
    guard isDecided else { return nil }
    return (free.map { kernel.next[$0] }, free.map { kernel.nextMove[$0] })
  }

  private mutating func decideAll(_ node: Int32) -> Bool {
    for i in order[row(node)] {
      let slot = free[Int(i)]
      if kernel.next[slot] == StepKernel.undecided, !kernel.decide(slot) { return false }
    }
    return true
  }

  /// Takes the constrained moves; false when they contradict one another.
  private mutating func force(_ constraint: Int32) -> Bool {
    var c = constraint
    while c > 0 {
      let forced = constraints[Int(c)]
      guard kernel.force(free[Int(forced.agent)], forced.move) else { return false }
      c = forced.parent
    }
    return true
  }
}

import Determinism
import Grid

// LaCAM on the plain grid: Okumura, "LaCAM: Search-Based Algorithm for Quick Multi-Agent
// Pathfinding" (AAAI 2023). Where we differ:
// - a configuration's tree of constraints is made when it is expanded for the second time: most are
//   expanded once, without constraints;
// - the kernel goes on from configuration to configuration and is loaded anew only on turning back;
// - hashes follow the agents that move.

/// The search of one `OneShotSolver`: a depth-first walk through configurations, widened by forced
/// moves where it turns back. When all constraints of a configuration are spent, every joint move
/// from it has been tried.
struct GridSearch {
  enum Outcome {
    /// The plan is in `best`.
    case solved
    case unsolvable
    case budgetExhausted
  }

  private(set) var expansions = 0
  private(set) var work = 0

  let tables: BitTables
  private let workspace: GridWorkspace
  /// On crowded maps, until most have arrived.
  private var lanes: LanePatterns?
  private(set) var kernel: GridKernel
  private var rng: SeededGenerator

  let nodes: GridNodes
  /// Agent -> its place in the order of those under way since the start.
  private let rank: [Int32]
  private var open: [Int32] = []
  private var loaded: Int32 = 0
  private var trees: [Int32: ConstraintTree] = [:]
  private var constraints: [Constraint] = []

  /// The node with the least distance still to go, and the successors generated since it was found.
  private(set) var nearest: Int32 = 0
  private var sinceNearest = 0
  private var patience = GridSearch.firstPatience
  /// The best plan so far.
  private(set) var best: Finish?

  /// After so many successors without coming nearer the rules are asked to finish, after twice as
  /// many the next time.
  private static let firstPatience = 20

  /// A whole plan.
  struct Finish {
    /// Configurations of cells, starts first.
    var rows: [Int32]
    var loss: Int
    /// Successors generated when it was found.
    var expansions: Int
  }

  /// An agent takes a cell; the constraint it adds to; how many there are.
  private struct Constraint {
    var agent: Int32
    var cell: Int32
    var parent: Int32
    var depth: Int32
  }

  /// A queue of constraints whose successors are still to be tried, and the order in which agents
  /// are constrained.
  private struct ConstraintTree {
    var order: [Int32]
    var queue: [Int32]
    var head = 0
  }

  /// Nil when `isOver`, asked every few milliseconds, ends the preparations.
  /// - Parameter tables: filled, for `graph`.
  init?(
    graph: Graph, tables: BitTables, starts: [Int32], seed: Seed, refusesRotations: Bool,
    isOver: (() -> Bool)? = nil
  ) {
    guard let ranks = GridSearch.ranks(tables, isOver) else { return nil }
    rank = ranks
    if LanePatterns.areWorthwhile(tables.grid, agentCount: starts.count) {
      guard let made = LanePatterns(graph, tables, isOver: isOver) else { return nil }
      lanes = made
    }
    workspace = GridWorkspace(tables, starts: starts)
    kernel = workspace.kernel(refusesRotations: refusesRotations)
    if let lanes { (kernel.lanes, kernel.laneStride) = (UnsafePointer(lanes.bits), lanes.stride) }
    self.tables = tables
    kernel.random = seed.derive("one-shot step").rawValue | 1
    rng = seed.derive("one-shot constraints").generator()
    nodes = GridNodes(agentCount: tables.goals.count)
    constraints.append(Constraint(agent: -1, cell: -1, parent: -1, depth: 0))
    starts.withUnsafeBufferPointer { row in
      guard let base = row.baseAddress else { return }
      kernel.load(base)
      let distance = tables.distances.reduce(0) { $0 + Int($1) }
      open.append(
        nodes.add(
          base, hash: kernel.hash, parent: -1,
          step: GridKernel.Change(growth: distance, loss: 0)))
    }
    loadActive(0)
  }

  /// Goes on until a plan is found that seems worth no more work, everything has been seen, or the
  /// budget ends.
  mutating func run(_ budget: PlanningBudget) -> Outcome {
    let limit = budget.work > Int.max - work ? Int.max : work + budget.work
    while let node = open.last {
      if loaded != node { load(node) }
      if kernel.activeCount == 0 {
        finish(at: node)
        return .solved
      }
      if let best, expansions >= 2 * best.expansions || nodes.loss[Int(node)] >= best.loss {
        return .solved
      }
      guard work < limit, budget.isOver?() != true else {
        return best == nil ? .budgetExhausted : .solved
      }
      if sinceNearest >= patience {
        sinceNearest = 0
        patience *= 2
        if lanes != nil { leaveLanes() }
        finishByRules()
      }
      if !expand(node) { open.removeLast() }
    }
    return best == nil ? .unsolvable : .solved
  }

  /// Keeps the way to `node`, where everybody is on its goal, if it is the best plan.
  private mutating func finish(at node: Int32) {
    guard nodes.loss[Int(node)] < best?.loss ?? .max else { return }
    var rows: [Int32] = []
    for step in nodes.path(to: node) {
      rows.append(
        contentsOf: UnsafeBufferPointer(start: nodes.row(step), count: kernel.agentCount))
    }
    best = Finish(rows: rows, loss: nodes.loss[Int(node)], expansions: expansions)
  }

  /// Lets the rules bring everybody home from the nearest node, and keeps the plan if it is the best.
  private mutating func finishByRules() {
    // As much as has been spent on the search so far, and not more.
    guard let plan = PushAndSwap.finish(self, limit: work / 4) else { return }
    work += plan.moves
    if plan.loss < best?.loss ?? .max {
      best = Finish(rows: plan.rows, loss: plan.loss, expansions: expansions)
    }
  }

  /// Tries one constraint of `node`; false when all are spent.
  private mutating func expand(_ node: Int32) -> Bool {
    var isPossible = true
    if nodes.isExpanded[Int(node)] {
      guard let constraint = takeConstraint(of: node) else { return false }
      isPossible = force(constraint)
    }
    nodes.isExpanded[Int(node)] = true
    expansions += 1
    work += kernel.agentCount
    guard isPossible, kernel.decideAll() else {
      kernel.cancel()
      return true
    }
    sinceNearest += 1
    let step = kernel.commit()
    if lanes != nil, 10 * kernel.activeCount < 3 * kernel.agentCount { leaveLanes() }
    let row = UnsafePointer(kernel.at)
    if let known = nodes.find(row, hash: kernel.hash) {
      loaded = -1
      open.append(known)
    } else {
      loaded = nodes.add(row, hash: kernel.hash, parent: node, step: step)
      open.append(loaded)
      if nodes.remaining[Int(loaded)] < nodes.remaining[Int(nearest)] {
        nearest = loaded
        sinceNearest = 0
      }
    }
    return true
  }

  /// When most have arrived, or it goes no further, lanes only make detours.
  private mutating func leaveLanes() {
    kernel.leaveLanes()
    lanes = nil
  }

  // MARK: Turning back

  private mutating func load(_ node: Int32) {
    kernel.load(nodes.row(node))
    loadActive(node)
    loaded = node
  }

  /// The agents not on their goals: those longest under way first, then by rank.
  private mutating func loadActive(_ node: Int32) {
    var since = [Int32](repeating: Int32(Self.memory), count: kernel.agentCount)
    var ancestor = node
    for age in 0..<Self.memory {
      let row = nodes.row(ancestor)
      for a in since.indices where since[a] > age && row[a] == kernel.goal[a] {
        since[a] = Int32(age)
      }
      ancestor = nodes.parent[Int(ancestor)]
      if ancestor < 0 { break }
    }
    let order = since.indices.filter { since[$0] > 0 }.sorted { a, b in
      if since[a] != since[b] { return since[a] > since[b] }
      return rank[a] < rank[b]
    }
    for (i, a) in order.enumerated() { kernel.active[i] = Int32(a) }
    kernel.activeCount = order.count
  }

  /// Goals far from everywhere go first: who rests there need not be moved again. A long way counts
  /// as well; it alone counts where most cells have two ways at most, for there all block the way
  /// and the order of the goals would be against that of the corridors.
  private static func ranks(_ tables: BitTables, _ isOver: (() -> Bool)?) -> [Int32]? {
    let grid = tables.grid
    let narrow = grid.cellOfVertex.reduce(0) {
      $0 + (grid.exits[Int($1)].nonzeroBitCount <= 2 ? 1 : 0)
    }
    let isMaze = 2 * narrow > grid.cellOfVertex.count
    var sums: [Int32] = []
    if !isMaze {
      guard let remoteness = BitRemoteness(grid, isOver: isOver) else { return nil }
      sums = remoteness.sums
    }
    let keys = tables.goals.indices.map { a in
      BitRemoteness.sampleCount * Int(tables.distances[a])
        + (isMaze ? 0 : 4 * Int(sums[Int(tables.goals[a])]))
    }
    var ranks = [Int32](repeating: 0, count: keys.count)
    for (i, a) in keys.indices.sorted(by: { (-keys[$0], $0) < (-keys[$1], $1) }).enumerated() {
      ranks[a] = Int32(i)
    }
    return ranks
  }

  /// How many steps back the time is known since when an agent has been under way.
  private static let memory = 100

  // MARK: Constraints

  private mutating func takeConstraint(of node: Int32) -> Int32? {
    if trees[node] == nil {
      trees[node] = ConstraintTree(order: constraintOrder(), queue: [])
      widen(0, at: node)
    }
    guard let tree = trees[node], tree.head < tree.queue.count else { return nil }
    let constraint = tree.queue[tree.head]
    trees[node]?.head += 1
    widen(constraint, at: node)
    return constraint
  }

  /// The agents under way by priority, then the others.
  private func constraintOrder() -> [Int32] {
    var order = (0..<kernel.activeCount).map { kernel.active[$0] }
    var isActive = [Bool](repeating: false, count: kernel.agentCount)
    for a in order { isActive[Int(a)] = true }
    for a in isActive.indices where !isActive[a] { order.append(Int32(a)) }
    return order
  }

  /// Queues the constraints below `constraint`: the next agent's every move.
  private mutating func widen(_ constraint: Int32, at node: Int32) {
    let depth = constraints[Int(constraint)].depth
    guard Int(depth) < kernel.agentCount, let agent = trees[node]?.order[Int(depth)] else { return }
    let here = Int(kernel.at[Int(agent)])
    var choices = [Int32(here)]
    for direction in 0..<4 where kernel.gradients.exits[here] >> UInt8(direction) & 1 == 1 {
      choices.append(Int32(Steps.neighbour(here, direction, kernel.jump)))
    }
    rng.shuffle(&choices)
    for cell in choices {
      trees[node]?.queue.append(Int32(constraints.count))
      constraints.append(
        Constraint(agent: agent, cell: cell, parent: constraint, depth: depth + 1))
    }
  }

  /// Takes the constrained moves; false when they contradict one another.
  private mutating func force(_ constraint: Int32) -> Bool {
    var c = Int(constraint)
    while c > 0 {
      guard kernel.force(Int(constraints[c].agent), constraints[c].cell) else { return false }
      c = Int(constraints[c].parent)
    }
    return true
  }
}

import Determinism

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
    /// The nodes from the start to the goal are to be had by `path()`.
    case solved
    case unsolvable
    case budgetExhausted
  }

  private(set) var expansions = 0
  private(set) var work = 0

  private let workspace: GridWorkspace
  private var kernel: GridKernel
  private var rng: SeededGenerator
  private let farness: [Int32]

  // Nodes.
  private var nodes: GridNodes
  private var open: [Int32] = []
  private var loaded: Int32 = 0
  private var trees: [Int32: ConstraintTree] = [:]
  private var constraints: [Constraint] = []
  private(set) var solution: Int32 = -1

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

  init(tables: BitTables, starts: [Int32], seed: Seed, refusesRotations: Bool) {
    workspace = GridWorkspace(tables, starts: starts)
    kernel = workspace.kernel(refusesRotations: refusesRotations)
    kernel.random = seed.derive("one-shot step").rawValue | 1
    rng = seed.derive("one-shot constraints").generator()
    farness = tables.distances
    nodes = GridNodes(agentCount: tables.goals.count)
    constraints.append(Constraint(agent: -1, cell: -1, parent: -1, depth: 0))
    starts.withUnsafeBufferPointer { row in
      guard let base = row.baseAddress else { return }
      kernel.load(base)
      open.append(nodes.add(base, hash: kernel.hash, parent: -1))
    }
    loadActive(0)
  }

  /// Goes on until the goal is found, everything has been seen, or the budget ends.
  mutating func run(_ budget: PlanningBudget) -> Outcome {
    let limit = budget.work > Int.max - work ? Int.max : work + budget.work
    while let node = open.last {
      if loaded != node { load(node) }
      if kernel.activeCount == 0 {
        solution = node
        return .solved
      }
      guard work < limit, budget.isOver?() != true else { return .budgetExhausted }
      guard expand(node) else {
        open.removeLast()
        continue
      }
    }
    return .unsolvable
  }

  /// The configurations from the start to the goal, as cells.
  func path() -> [Int32] { nodes.path(to: solution) }

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
    _ = kernel.commit()
    let row = UnsafePointer(kernel.at)
    if let known = nodes.find(row, hash: kernel.hash) {
      loaded = -1
      open.append(known)
    } else {
      loaded = nodes.add(row, hash: kernel.hash, parent: node)
      open.append(loaded)
    }
    return true
  }

  // MARK: Turning back

  private mutating func load(_ node: Int32) {
    kernel.load(nodes.row(node))
    loadActive(node)
    loaded = node
  }

  /// The agents not on their goals: those longest under way first, then the farthest.
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
      return farness[a] != farness[b] ? farness[a] > farness[b] : a < b
    }
    for (i, a) in order.enumerated() { kernel.active[i] = Int32(a) }
    kernel.activeCount = order.count
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

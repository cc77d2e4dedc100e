import Determinism
import Grid

/// Plans one step after another for many agents on the plain grid by keeping for each a plan of the
/// next ticks that collides with nobody's, and improving these plans as long as it may: a rolling
/// horizon (Li et al., "Lifelong Multi-Agent Path Finding in Large-Scale Warehouses", AAAI 2021).
///
/// What has been found stays: a step carries out the first tick, adds one at the end, and goes on
/// with the rest. Best where there is room to move; `GridLifelongPlanner` chooses.
///
/// Read `RollingKernel` (plans and who is where), `+Search` (one agent), `+Tail` (the new tick),
/// `+Improve` (many agents), `+Repair` (agents that come, go, are held or elsewhere).
public struct RollingHorizonPlanner: Sendable {
  public private(set) var statistics = GridLifelongPlanner.Statistics()
  private let graph: Graph
  private let model: MotionModel
  private let guidance: Guidance
  private let refusesRotations: Bool
  private let tuning: RollingTuning
  /// What a step on a good way costs: the scale of distances.
  private let unit: Double
  private let distances: GuidedDistances
  private var workspace: RollingWorkspace
  private var known = 0
  private var random: UInt64
  private var stamp: UInt32 = 0
  private var groupStamp: Int32 = 0
  private var newGoals: [Int32] = []
  /// Nodes expanded in the last step.
  private var lastWork = 0

  public init(
    graph: Graph, model: MotionModel, guidance: Guidance, refusesRotations: Bool,
    tuning: RollingTuning = RollingTuning(), tableMemoryLimit: Int, seed: Seed
  ) {
    precondition((2...24).contains(tuning.window), "a window of \(tuning.window) ticks")
    precondition(
      (1...RollingWorkspace.groupLimit).contains(tuning.neighbourhood),
      "a neighbourhood of \(tuning.neighbourhood)")
    self.graph = graph
    self.model = model
    self.guidance = guidance
    self.refusesRotations = refusesRotations
    self.tuning = tuning
    unit = Double(guidance.edges.min() ?? 1)
    distances = GuidedDistances(
      graph: graph, guidance: guidance, model: model, memoryLimit: tableMemoryLimit)
    workspace = RollingWorkspace(
      graph: graph, model: model, guidance: guidance, window: tuning.window, capacity: 64)
    random = seed.derive("rolling horizon").rawValue
  }

  /// Plans one step for all; `actions[i]` belongs to `agents[i]`.
  public mutating func step(
    _ agents: [GridAgent], budget: PlanningBudget, actions: inout [GridAction]
  ) {
    makeRoom(for: agents.count)
    var kernel = RollingKernel(
      workspace, view: distances.view, refusesRotations: refusesRotations)
    kernel.stamp = stamp
    kernel.groupStamp = groupStamp
    kernel.random = random
    let count = agents.count
    if known > 0 { kernel.advance(count: known) }
    place(agents, kernel)
    follow(agents, kernel)
    let present = kernel.sort(count: count)
    kernel.noteArrivals(present)
    kernel.clearLastTick(count: count)
    kernel.extend(present)
    for i in 0..<present {
      let a = Int(kernel.order[i])
      kernel.excess[a] = kernel.excess(of: a)
    }
    let expected = budget.work == .max ? lastWork : budget.work
    kernel.improve(present, tuning: tuning, budget: budget, expected: expected)
    leave(agents, kernel, into: &actions)
    known = count
    lastWork = kernel.expanded
    random = kernel.random
    stamp = kernel.stamp
    groupStamp = kernel.groupStamp
    statistics.steps += 1
    statistics.operationsTried += kernel.expanded
    statistics.improvements += kernel.improvements
    statistics.tableFills = distances.statistics.fills
    statistics.tableBytes = distances.statistics.bytes
  }

  // MARK: Before

  private mutating func makeRoom(for count: Int) {
    guard count > workspace.capacity || !isKnownUniquelyReferenced(&workspace) else { return }
    let kernel = RollingKernel(workspace, view: distances.view, refusesRotations: false)
    for a in 0..<known where kernel.followedTables[a] != nil {
      distances.release(kernel.followed[a])
    }
    workspace = RollingWorkspace(
      graph: graph, model: model, guidance: guidance, window: tuning.window,
      capacity: max(count, 2 * workspace.capacity))
    known = 0
  }

  /// Brings the plans in line with where the agents are and which of them may move.
  private func place(_ agents: [GridAgent], _ kernel: RollingKernel) {
    let headings = Int32(model.headingCount)
    var isTrue = agents.count == known
    for a in agents.count..<max(agents.count, known) {
      kernel.role[a] = RollingKernel.absent
    }
    for (a, agent) in agents.enumerated() {
      let heading = headings == 1 ? 0 : Int32(agent.heading & 3)
      let state = agent.at * headings + heading
      let was = a < known ? kernel.role[a] : RollingKernel.absent
      let role = Self.role(agent)
      kernel.role[a] = role
      kernel.spare[a] = 0
      kernel.next[a] = state
      if role == RollingKernel.absent {
        isTrue = isTrue && was == RollingKernel.absent
        continue
      }
      precondition(
        agent.at >= 0 && Int(agent.at) < graph.vertexCount, "agent \(a) at \(agent.at)")
      let follows =
        was != RollingKernel.absent && kernel.planned(a, 0) == state
        && (role == RollingKernel.free || kernel.isWaiting(a))
      kernel.spare[a] = follows ? 0 : 1
      isTrue = isTrue && follows
    }
    if !isTrue { kernel.rebuild(count: agents.count) }
    holdDoubles(agents.count, kernel)
  }

  /// Two agents in one cell (one was put there by hand): neither moves, nobody enters.
  private func holdDoubles(_ count: Int, _ kernel: RollingKernel) {
    var hasDoubles = false
    for a in 0..<count where kernel.role[a] != RollingKernel.absent {
      let other = kernel.rows[0][kernel.cell(kernel.next[a])]
      if Int(other) != a {
        hasDoubles = true
        kernel.role[a] = RollingKernel.held
        kernel.role[Int(other)] = RollingKernel.held
      }
    }
    guard hasDoubles else { return }
    for a in 0..<count where kernel.role[a] == RollingKernel.held { kernel.spare[a] = 1 }
    kernel.rebuild(count: count)
  }

  private static func role(_ agent: GridAgent) -> Int32 {
    switch agent.mobility {
    case .absent: RollingKernel.absent
    case .free: RollingKernel.free
    case .frozen, .wall: RollingKernel.held
    }
  }

  /// Follows the tables of new goals, leaves those of old ones, and weighs the agents.
  private mutating func follow(_ agents: [GridAgent], _ kernel: RollingKernel) {
    newGoals.removeAll(keepingCapacity: true)
    for (a, agent) in agents.enumerated() {
      if a >= known { kernel.followed[a] = -1 }
      let goal = agent.mobility == .free ? agent.goal : -1
      if goal >= 0, goal != kernel.followed[a] { newGoals.append(goal) }
    }
    if !newGoals.isEmpty { distances.prepare(newGoals) }
    for (a, agent) in agents.enumerated() {
      let goal = agent.mobility == .free ? agent.goal : -1
      let isNew = goal != kernel.followed[a]
      if isNew {
        if kernel.followed[a] >= 0 { distances.release(kernel.followed[a]) }
        kernel.followed[a] = goal
        kernel.age[a] = 0
      }
      if isNew { kernel.followedTables[a] = goal >= 0 ? distances.follow(goal) : nil }
      weigh(a, agent, isNew, kernel)
    }
  }

  /// Notes how far agent `a` has to go and how much its delays count. One that cannot come to its
  /// goal is treated as if it had none.
  private func weigh(_ a: Int, _ agent: GridAgent, _ isNew: Bool, _ kernel: RollingKernel) {
    let state = kernel.planned(a, 0)
    let isElsewhere = kernel.spare[a] != 0
    let before = kernel.stood[a]
    kernel.stood[a] = state
    kernel.tables[a] = nil
    kernel.goals[a] = -1
    kernel.weights[a] = 1e-3
    guard let table = kernel.followedTables[a] else { return }
    let view = distances.view
    let heading = kernel.heading(state)
    let code = table[Int(view.placeOf[Int(agent.at)])]
    guard view.reaches(code) else { return }
    if isNew || isElsewhere || kernel.age[a] == 0 {
      let way = distances.distance(to: agent.goal, from: agent.at, heading: heading)
      kernel.remaining[a] = way ?? 0
    } else {
      kernel.remaining[a] += view.difference(
        of: code, heading, from: kernel.codes[a], kernel.heading(before))
    }
    kernel.tables[a] = table
    kernel.codes[a] = code
    kernel.goals[a] = agent.goal
    kernel.age[a] &+= 1
    let steps = Double(kernel.remaining[a]) / unit + tuning.farness
    let patience = 1 + Double(kernel.age[a]) / tuning.patience
    let urgency = Double(1 &<< (max(-8, min(8, agent.priority)) + 8)) / 256
    kernel.weights[a] = 10 * patience * urgency / (steps * steps.squareRoot() * unit)
  }

  // MARK: After

  private func leave(
    _ agents: [GridAgent], _ kernel: RollingKernel, into actions: inout [GridAction]
  ) {
    if actions.count != agents.count {
      actions = Array(repeating: .wait, count: agents.count)
    }
    for a in agents.indices {
      actions[a] = kernel.role[a] == RollingKernel.absent ? .wait : kernel.action(a)
    }
  }
}

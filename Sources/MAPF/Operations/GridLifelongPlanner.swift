import Determinism
import Grid

/// Plans one step after another for many agents on the plain grid, for ever.
///
/// Each agent follows an *operation*: what it does in the next few ticks. Of the plan of operations
/// the first tick is carried out; the rest is where the next step begins.
///
/// Not copyable: it works in buffers that a copy would share.
public struct GridLifelongPlanner: ~Copyable, Sendable {
  public struct Settings: Sendable {
    public var model = MotionModel.fourNeighbour
    public var refusesRotations = false
    /// Ticks planned ahead, 1...6, in the four-neighbour model at most 5; 0: as the model needs.
    public var depth = 0
    /// How many operations a step may try for each agent, as far as that is known: with many, it pays
    /// to look farther ahead.
    public var triesPerAgent = 0
    /// The most operations an agent chooses from; 0: as the depth needs.
    public var candidateLimit = 0
    /// What moves cost; nil: all the same.
    public var guidance: Guidance?
    /// Bytes of distance tables to keep. Where whole tables of all agents' goals would be more, agents
    /// have tables of their surroundings only (not where there are one-way lanes).
    public var tableMemoryLimit = 1 << 30
    public var seed: Seed
    public var tuning = OperationTuning()

    public init(model: MotionModel = .fourNeighbour, seed: Seed) {
      self.model = model
      self.seed = seed
    }
  }

  public struct Statistics: Sendable, Equatable {
    public var steps = 0
    /// Operations tried: the planner's work.
    public var operationsTried = 0
    public var improvements = 0
    public var tableFills = 0
    /// Bytes of distance tables.
    public var tableBytes = 0
  }

  /// The most agents one planner takes: their numbers lie in 16 bits.
  public static let agentLimit = 65_534

  public private(set) var statistics = Statistics()
  let settings: Settings
  let graph: Graph
  let candidateLimit: Int
  private var workspace: OperationWorkspace
  private let distances: GuidedDistances
  private var followed: [Int32] = []
  private var remaining: [Int32] = []
  private var newGoals: [Int32] = []
  private var random: UInt64
  private var known = 0
  private var stamp: UInt32 = 0
  private var search: UInt32 = 0

  public init(graph: Graph, settings: Settings) {
    self.graph = graph
    self.settings = settings
    candidateLimit = settings.candidateLimit > 0 ? settings.candidateLimit : settings.suitedLimit
    workspace = OperationWorkspace(
      resourceCount: graph.vertexCount, successors: graph.successors, capacity: 64,
      candidateLimit: candidateLimit)
    distances = GuidedDistances(
      graph: graph,
      guidance: settings.guidance ?? .uniform(vertexCount: graph.vertexCount),
      model: settings.model, memoryLimit: settings.tableMemoryLimit)
    random = settings.seed.derive("operations").rawValue | 1
  }

  public mutating func step(
    _ agents: [GridAgent], budget: PlanningBudget, actions: inout [GridAction]
  ) {
    if agents.count > workspace.capacity {
      workspace = OperationWorkspace(continuing: workspace, capacity: agents.count)
    }
    let share = density(agents)
    var kernel = OperationKernel<PlainGrid>(
      workspace, view: distances.view, depth: settings.depth(density: share),
      turning: settings.model == .turning, refusesRotations: settings.refusesRotations)
    kernel.tuning = settings.tuning
    kernel.fit(density: share)
    kernel.stamp = stamp
    kernel.search = search
    let n = agents.count
    followGoals(agents, kernel)
    for (r, agent) in agents.enumerated() {
      kernel.place(
        r, at: agent.at, heading: agent.heading, goal: agent.goal, agent.mobility,
        isKnown: r < known)
      kernel.urgency[r] = urgency(r, agent, kernel)
    }
    kernel.standStill(agents: n)
    kernel.inherit(agents: n)
    let placed = kernel.rate(agents: n)
    kernel.serve(agents: placed, until: budget.work, isOver: budget.isOver)
    kernel.improve(agents: placed, until: budget.work, isOver: budget.isOver, random: &random)
    if actions.count != n { actions = Array(repeating: .wait, count: n) }
    for r in 0..<n { actions[r] = kernel.firstAction(r) }
    kernel.leave(agents: n)
    known = n
    stamp = kernel.stamp
    search = kernel.search
    statistics.steps += 1
    statistics.operationsTried += kernel.tried
    statistics.improvements += kernel.improvements
    statistics.tableFills = distances.statistics.fills
    statistics.tableBytes = distances.statistics.bytes
  }

  private func urgency(_ r: Int, _ agent: GridAgent, _ kernel: OperationKernel<PlainGrid>) -> Int32
  {
    guard agent.goal >= 0 else {
      return OperationKernel<PlainGrid>.urgency(priority: agent.priority, way: .max)
    }
    let tuning = settings.tuning
    let patience = max(0, kernel.sinceBest[r] - tuning.patience) * tuning.impatience
    return OperationKernel<PlainGrid>.urgency(
      priority: agent.priority, way: remaining[r] - patience)
  }

  private mutating func releaseAll() {
    for r in followed.indices where followed[r] >= 0 {
      distances.release(followed[r])
      followed[r] = -1
    }
  }

  /// The share of the vertices that agents take.
  private func density(_ agents: [GridAgent]) -> Double {
    var present = 0
    for agent in agents where agent.mobility != .absent { present += 1 }
    return Double(present) / Double(max(1, graph.vertexCount))
  }

  /// Follows the tables of new goals, leaves those of old ones, and keeps up what way is left.
  private mutating func followGoals(_ agents: [GridAgent], _ kernel: OperationKernel<PlainGrid>) {
    while followed.count < agents.count {
      followed.append(-1)
      remaining.append(0)
    }
    for r in agents.count..<max(agents.count, followed.count) where followed[r] >= 0 {
      distances.release(followed[r])
      followed[r] = -1
    }
    if distances.needsWindows(agents: agents.count) {
      releaseAll()
      distances.useWindows(agents: agents.count)
    }
    newGoals.removeAll(keepingCapacity: true)
    for (r, agent) in agents.enumerated() {
      let goal = agent.mobility == .absent ? -1 : agent.goal
      if goal >= 0 && goal != followed[r] { newGoals.append(goal) }
    }
    if !newGoals.isEmpty { distances.prepare(newGoals) }
    let view = distances.view
    let isWindowed = distances.windows != nil
    for (r, agent) in agents.enumerated() {
      let goal = agent.mobility == .absent ? -1 : agent.goal
      let heading = settings.model == .turning ? Int(agent.heading & 3) : 0
      let isNew = goal != followed[r]
      if isNew {
        if followed[r] >= 0 { distances.release(followed[r]) }
        followed[r] = goal
        kernel.tables[r] = goal >= 0 && !isWindowed ? distances.follow(goal) : nil
      }
      if isWindowed, goal >= 0 {
        kernel.tables[r] = distances.window(of: r, to: goal, at: agent.at)
      }
      // Its slot may have been released above, and the table be another's by now.
      if goal < 0 { kernel.tables[r] = nil }
      guard goal >= 0, let table = kernel.tables[r] else { continue }
      let code = table[Int(view.placeOf[Int(agent.at)])]
      let wasHere = r < known && kernel.at[r] >= 0 && kernel.expected[r] == agent.at
      if isNew || !wasHere || !view.reaches(code) {
        remaining[r] =
          (isWindowed
            ? distances.left(to: r, heading: heading)
            : distances.distance(to: goal, from: agent.at, heading: heading)) ?? 0xFFFFF
      } else {
        let before = Int(kernel.headingIndex(r))
        remaining[r] += view.difference(of: code, heading, from: kernel.here[r], before)
      }
      kernel.here[r] = code
      if isNew || remaining[r] < kernel.best[r] {
        kernel.best[r] = remaining[r]
        kernel.sinceBest[r] = 0
      } else if kernel.sinceBest[r] < 0xFFFF {
        kernel.sinceBest[r] += 1
      }
      kernel.remaining[r] = remaining[r]
    }
  }
}

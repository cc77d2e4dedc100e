import Grid

/// Plans several unit steps at once from where the agents' plans end, for executions in which an
/// action takes many ticks and robots are delayed: the executor is given road for the whole time
/// until the next plan comes, and keeps the order of passing, whatever the delays
/// (`Traffic.StepExecutor`).
///
/// Every agent has an itinerary: goals to reach one after the other. Whoever ends a step on its
/// goal makes for the next one in the following step; the last goal is kept.
///
/// Not copyable: the planner within works in buffers that a copy would share.
public struct WindowPlanner: ~Copyable, Sendable {
  /// One agent before the window.
  public struct Agent: Sendable, Hashable {
    public var pose: GridPose
    public var mobility: Mobility
    /// Higher goes first.
    public var priority: Int32
    /// What to reach, in order.
    public var goals: [Int32]

    public init(
      pose: GridPose, goals: [Int32] = [], mobility: Mobility = .free, priority: Int32 = 0
    ) {
      self.pose = pose
      self.goals = goals
      self.mobility = mobility
      self.priority = priority
    }
  }

  public let graph: Graph
  private var planner: GridLifelongPlanner
  /// The actions planned last.
  public private(set) var window: ActionWindow
  /// Agent -> goals reached within the window planned last.
  public private(set) var reached: [Int32] = []
  /// Agent -> its pose at the end of the window planned last.
  public private(set) var ends: [GridPose] = []
  private var agents: [GridAgent] = []
  private var row: [GridAction] = []

  public init(graph: Graph, settings: GridLifelongPlanner.Settings) {
    self.graph = graph
    planner = GridLifelongPlanner(graph: graph, settings: settings)
    window = ActionWindow(agentCount: 0)
  }

  /// What the planner has done so far.
  public var statistics: GridLifelongPlanner.Statistics { planner.statistics }

  /// Plans `steps` unit steps for `group`; results in `window`, `ends` and `reached`.
  /// - Parameter budget: what each step, counted from 0, may use.
  /// - Complexity: `steps` times that of the planner's step.
  public mutating func plan(
    _ group: [Agent], steps: Int, budget: (Int) -> PlanningBudget
  ) {
    start(group)
    for step in 0..<steps {
      planner.step(agents, budget: budget(step), actions: &row)
      window.append(row)
      for a in group.indices { advance(a, group[a]) }
    }
  }

  private mutating func start(_ group: [Agent]) {
    window = ActionWindow(agentCount: group.count)
    row = [GridAction](repeating: .wait, count: group.count)
    reached = [Int32](repeating: 0, count: group.count)
    ends = group.map(\.pose)
    agents = group.map {
      GridAgent(
        at: $0.pose.at, heading: $0.pose.heading, goal: -1, mobility: $0.mobility,
        priority: $0.priority)
    }
    for a in group.indices { pass(a, group[a]) }
  }

  private mutating func advance(_ a: Int, _ agent: Agent) {
    guard agent.mobility != .absent else { return }
    guard let end = ends[a].after(row[a], on: graph) else {
      preconditionFailure("agent \(a) planned into a wall at \(ends[a].at): \(row[a])")
    }
    ends[a] = end
    agents[a].at = end.at
    agents[a].heading = end.heading
    pass(a, agent)
  }

  /// Sets the goal of agent `a`, past those it stands on.
  private mutating func pass(_ a: Int, _ agent: Agent) {
    let goals = agent.goals
    while Int(reached[a]) < goals.count, goals[Int(reached[a])] == agents[a].at { reached[a] += 1 }
    agents[a].goal = goals.isEmpty ? -1 : goals[min(Int(reached[a]), goals.count - 1)]
  }
}

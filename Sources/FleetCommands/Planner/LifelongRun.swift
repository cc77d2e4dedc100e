import MAPF
import PlannerFiles

/// A lifelong run: deals out tasks, steps the planner, moves the agents, counts and measures.
struct LifelongRun: ~Copyable {
  let steps: Int
  let turning: Bool
  let refusesRotations: Bool
  private(set) var planner: GridLifelongPlanner
  private(set) var agents: [GridAgent]
  private(set) var stepsDone = 0
  private(set) var finished = 0
  /// Of each step, in nanoseconds of processor time.
  private(set) var stepTimes: [Int64] = []
  private(set) var recording: ActionRecording?
  /// Processor time of the process before the first step: loading, and what the planner prepares.
  let setupNanoseconds: Int64

  private let tasks: [Int32]
  /// Agent -> how many tasks it has taken or skipped.
  private var taken: [Int]
  private var actions: [GridAction]
  private var deadline: StepDeadline
  private var world: GridWorld

  init(
    _ instance: LifelongInstance, settings: GridLifelongPlanner.Settings, steps: Int,
    budget: StepBudget, records: Bool, isInterrupted: @escaping @Sendable () -> Bool
  ) {
    self.steps = steps
    turning = settings.model == .turning
    refusesRotations = settings.refusesRotations
    planner = GridLifelongPlanner(graph: instance.graph, settings: settings)
    agents = instance.starts.map { GridAgent(at: $0) }
    tasks = instance.tasks
    taken = Array(repeating: 0, count: agents.count)
    actions = Array(repeating: .wait, count: agents.count)
    deadline = StepDeadline(budget, isInterrupted: isInterrupted)
    world = GridWorld(
      instance.graph, model: settings.model, refusesRotations: settings.refusesRotations)
    if records {
      recording = ActionRecording(turning: turning, agentCount: agents.count, steps: steps)
    }
    stepTimes.reserveCapacity(steps)
    setupNanoseconds = ComputeClock.process
  }

  /// - Throws: a failure when the step breaks a rule, which is a fault of ours.
  mutating func step() throws(CommandFailure) {
    dealTasks()
    let begin = ComputeClock.thread
    planner.step(agents, budget: deadline.planningBudget(from: begin), actions: &actions)
    let time = ComputeClock.thread - begin
    deadline.spent(time)
    stepTimes.append(time)
    if let problem = world.apply(actions, to: &agents, step: stepsDone) {
      throw CommandFailure("internal", "the planner's step is not valid: \(problem)")
    }
    recording?.append(actions)
    for a in agents.indices where agents[a].at == agents[a].goal {
      finished += 1
      agents[a].goal = -1
    }
    stepsDone += 1
  }

  /// Agents without a goal take their next task that is not where they stand.
  private mutating func dealTasks() {
    for a in agents.indices where agents[a].goal < 0 {
      // Where all tasks are where it stands there is none for it.
      for _ in tasks.indices {
        let goal = tasks[(taken[a] * agents.count + a) % tasks.count]
        taken[a] += 1
        if goal != agents[a].at {
          agents[a].goal = goal
          break
        }
      }
    }
  }

  /// A line for people who wait.
  func progress(_ name: String) -> String {
    let average = Double(stepTimes.reduce(0, +)) / Double(max(1, stepsDone))
    return "\(name): step \(stepsDone) of \(steps) (\(100 * stepsDone / steps) %), "
      + "\(Figures.fixed(Double(finished) / Double(max(1, stepsDone)), 2)) tasks a step, "
      + "\(Figures.fixed(average / 1e6, 1)) ms a step"
  }
}

import Determinism
import MAPF

/// One run of the one-shot planner: a first plan, then improvement until the time is up.
struct PlanRun {
  /// What came of it.
  enum Outcome: String, Encodable {
    case solved
    /// There is no plan.
    case unsolvable
    /// No plan within the time.
    case outOfTime = "out_of_time"
    /// Ctrl-C before there was a plan.
    case interrupted

    /// nil: success.
    var exitStatus: Int32? {
      switch self {
      case .solved: nil
      case .outOfTime, .interrupted: 2
      case .unsolvable: 4
      }
    }
  }

  struct Result {
    var outcome: Outcome
    var plan: GridPlan?
    /// Processor time until the first plan, and its sum of loss.
    var firstNanoseconds: Int64?
    var firstLoss: Int?
    /// nil: the time was over before all distances were known.
    var lowerBounds: (sumOfLoss: Int, makespan: Int)?
    /// The agents' shortest distances; -1 where a goal cannot be reached.
    var distances: [Int32]
    var expansions: Int
    /// Whether the plan is too large for the improver's tables, so that the first is the last.
    var isTooLargeToImprove = false
    /// When planning ended.
    var processNanoseconds: Int64 = 0
    var wallNanoseconds: Int64 = 0
  }

  let instance: GridInstance
  let seed: Seed
  let stopsAtFirst: Bool
  let limit: TimeLimit
  let interrupt: InterruptFlag
  let progress: ProgressLine
  private let begin = ComputeClock.wall

  init(
    instance: GridInstance, seed: Seed, stopsAtFirst: Bool, limit: TimeLimit,
    interrupt: InterruptFlag, progress: ProgressLine
  ) {
    self.instance = instance
    self.seed = seed
    self.stopsAtFirst = stopsAtFirst
    self.limit = limit
    self.interrupt = interrupt
    self.progress = progress
  }

  /// - Throws: a failure when the plan breaks a rule, which is a fault of ours.
  func run() throws(CommandFailure) -> Result {
    var result = search()
    progress.clear()
    if let plan = result.plan, !stopsAtFirst { improve(plan, &result) }
    result.processNanoseconds = ComputeClock.process
    result.wallNanoseconds = ComputeClock.wall - begin
    if let plan = result.plan, let problem = GridPlanVerifier(instance).problem(in: plan) {
      throw CommandFailure("internal", "the plan found is not valid: \(problem)")
    }
    return result
  }

  private func search() -> Result {
    let (limit, interrupt, progress, begin) = (limit, interrupt, progress, begin)
    let count = instance.agentCount
    let budget = PlanningBudget(isOver: {
      progress.show {
        "searching a plan for \(count) agents: "
          + "\(Figures.fixed(Double(ComputeClock.wall - begin) / 1e9, 1)) s"
      }
      return interrupt.isRaised || limit.isOver
    })
    // Either may end when the time is over: the tables of large maps take as long as the search.
    var solver = OneShotSolver(instance, seed: seed, budget: budget)
    let outcome = solver.solve(budget)
    let now = ComputeClock.process
    var result = Result(
      outcome: .unsolvable,
      lowerBounds: solver.areDistancesKnown ? solver.lowerBounds : nil,
      distances: solver.distances, expansions: solver.statistics.expansions)
    switch outcome {
    case .solved(let plan):
      result.outcome = .solved
      result.plan = plan
      result.firstNanoseconds = now
      result.firstLoss = plan.sumOfLoss(goals: instance.goals)
    case .unsolvable: break
    case .budgetExhausted: result.outcome = interrupt.isRaised ? .interrupted : .outOfTime
    }
    return result
  }

  private func improve(_ plan: GridPlan, _ result: inout Result) {
    let slice: Int64 = 250_000_000
    var improver = PlanImprover(instance, plan: plan, distances: result.distances, seed: seed)
    guard improver.canImprove else {
      result.isTooLargeToImprove = true
      return
    }
    let bound = result.lowerBounds?.sumOfLoss ?? 0
    let (firstNanoseconds, firstLoss) = (result.firstNanoseconds ?? 0, result.firstLoss ?? 0)
    let (limit, interrupt) = (limit, interrupt)
    while improver.sumOfLoss > bound, !limit.isOver, !interrupt.isRaised {
      let end = limit.now + slice
      improver.improve(
        PlanningBudget(isOver: { interrupt.isRaised || limit.now >= end || limit.isOver }))
      progress.show {
        "first plan after \(Figures.fixed(firstNanoseconds.inMilliseconds, 0)) ms "
          + "(CPU), loss \(Figures.ratio(firstLoss, bound)) of the bound, now "
          + "\(Figures.ratio(improver.sumOfLoss, bound)); "
          + "\(Figures.fixed(Double(ComputeClock.wall - begin) / 1e9, 1)) s"
      }
      // It has nothing left to try.
      if limit.now < end { break }
    }
    progress.clear()
    result.plan = improver.plan
  }
}

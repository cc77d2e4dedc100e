import MAPF

/// What the planner may spend on a step.
enum StepBudget: Equatable {
  /// Units of its work.
  case work(Int)
  /// Processor time of its thread.
  case nanoseconds(Int64)
}

/// Turns a step's time into a deadline, so that the steps keep to it on average: what one step
/// takes too long, the next ones do without.
struct StepDeadline {
  private let budget: StepBudget
  /// What earlier steps took beyond their time: above all the first, which fills most tables. Paid
  /// back by at most a quarter of a step's time each.
  private var debt: Int64 = 0

  private let isInterrupted: @Sendable () -> Bool

  /// - Parameter isInterrupted: asked within a step as well, which may be long.
  init(_ budget: StepBudget, isInterrupted: @escaping @Sendable () -> Bool) {
    self.budget = budget
    self.isInterrupted = isInterrupted
  }

  /// The budget of a step that begins at `begin` of the thread's processor time.
  func planningBudget(from begin: Int64) -> PlanningBudget {
    let isInterrupted = isInterrupted
    switch budget {
    case .work(let work): return PlanningBudget(work: work, isOver: isInterrupted)
    case .nanoseconds(let time):
      let end = begin + time - min(debt, time / 4)
      return PlanningBudget(isOver: { isInterrupted() || ComputeClock.thread >= end })
    }
  }

  /// Notes how long the step took.
  mutating func spent(_ nanoseconds: Int64) {
    guard case .nanoseconds(let time) = budget else { return }
    debt = max(0, debt + nanoseconds - time)
  }
}

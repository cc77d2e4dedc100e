import CDroverPlanner
import Glibc
import MAPF

/// Reads budgets as callers give them. The core knows no clock: here the closures are made.
struct Budgets {
  private static let workPerAgent = 100
  private let defaultWork: Int
  private var given: [drover_budget] = []

  /// - Parameter agents: their number, for the default of `workPerAgent`.
  init(
    _ budgets: UnsafePointer<drover_budget>?, _ count: Int, agents: Int
  ) throws(InterfaceError) {
    defaultWork = Self.workPerAgent * agents
    guard count >= 0, count <= 1 << 16 else { throw .range("budget_count", count, "0...65536") }
    guard count > 0 else { return }
    let budgets = try required(budgets, "budgets")
    for i in 0..<count {
      try Self.check(budgets[i], i)
      given.append(budgets[i])
    }
  }

  /// One budget, its clock started now; NULL: none at all.
  static func one(
    _ budget: UnsafePointer<drover_budget>?
  ) throws(InterfaceError) -> PlanningBudget {
    guard let budget else { return PlanningBudget() }
    return try Budgets(budget, 1, agents: 0).start(step: 0)
  }

  /// The budget of `step`, its clock started now.
  func start(step: Int) -> PlanningBudget {
    guard !given.isEmpty else { return PlanningBudget(work: defaultWork) }
    let budget = given[min(step, given.count - 1)]
    let amount = budget.amount
    switch drover_budget_kind(rawValue: UInt32(bitPattern: budget.kind)) {
    case DROVER_BUDGET_CPU_MS: return Self.deadline(CLOCK_THREAD_CPUTIME_ID, amount)
    case DROVER_BUDGET_WALL_MS: return Self.deadline(CLOCK_MONOTONIC, amount)
    case DROVER_BUDGET_CALLBACK: return Self.callback(budget)
    default: return PlanningBudget(work: Int(amount))
    }
  }

  private static func check(_ budget: drover_budget, _ i: Int) throws(InterfaceError) {
    guard budget.kind >= 0, budget.kind <= 3 else {
      throw .range("budgets[\(i)].kind", budget.kind, "0...3")
    }
    guard budget.kind == 3 || budget.amount >= 0 else {
      throw .range("budgets[\(i)].amount", budget.amount, "0 and up")
    }
    guard budget.kind != 3 || budget.is_over != nil else {
      throw .null("budgets[\(i)].is_over")
    }
  }

  private static func deadline(_ clock: clockid_t, _ milliseconds: Int64) -> PlanningBudget {
    let end = now(clock).addingReportingOverflow(
      milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue)
    let limit = milliseconds > Int64.max / 1_000_000 || end.overflow ? Int64.max : end.partialValue
    return PlanningBudget { now(clock) >= limit }
  }

  private static func callback(_ budget: drover_budget) -> PlanningBudget {
    // The pointer is the caller's: it is only handed back, on the calling thread.
    nonisolated(unsafe) let context = budget.context
    let isOver = budget.is_over
    return PlanningBudget { isOver?(context) ?? 1 != 0 }
  }

  /// Nanoseconds of `clock`.
  private static func now(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// How long a planner may go on improving what it has.
///
/// Work units make a run reproducible; a deadline makes it fit a tick. The core knows no clock: the
/// shell passes `isOver`, which is asked every few hundred units of work.
public struct PlanningBudget: Sendable {
  /// The most units of work; a unit is one candidate tried or one node expanded, as each planner's
  /// documentation says.
  public var work: Int
  /// Whether the time is up; nil: only `work` counts.
  public var isOver: (@Sendable () -> Bool)?

  public init(work: Int = .max, isOver: (@Sendable () -> Bool)? = nil) {
    self.work = work
    self.isOver = isOver
  }

  /// Nothing beyond what is needed for an answer at all.
  public static let none = PlanningBudget(work: 0)
}

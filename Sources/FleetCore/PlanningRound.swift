import Determinism
import MAPF
import Synchronization

/// Begins work beside the core and returns what waits for its end; both may be called from anywhere, and
/// waiting any number of times. How is the shell's business. The core asks for a result when it is
/// due by the time that it is told. Whether it is there decides only whether the core helps while it
/// waits: what it does is the same with or without.
public typealias WorkBeside =
  @Sendable (_ work: @escaping @Sendable () -> Void) -> @Sendable () -> Void

/// A round that is computed beside the core, or at the latest when somebody waits for it.
final class PlanningRound: Sendable {
  private struct State {
    /// nil: somebody has taken it.
    var planner: LifelongPlanner?
    var result: PlanningResult?
  }

  let job: PlanningJob
  let due: Instant
  private let state: Mutex<State>
  /// Waits for the worker; nil: there is none.
  private let wait = Mutex<(@Sendable () -> Void)?>(nil)

  init(_ job: PlanningJob, _ planner: consuming LifelongPlanner, due: Instant) {
    self.job = job
    self.due = due
    state = Mutex(State(planner: planner))
  }

  func begin(_ beside: WorkBeside) {
    let ticket = Ticket(self)
    let waiting = beside { ticket.redeem() }
    wait.withLock { $0 = waiting }
  }

  /// Whether somebody else has still to compute it.
  var isBeingComputed: Bool {
    guard wait.withLock({ $0 }) != nil else { return false }
    return state.withLockIfAvailable { $0.result == nil } ?? true
  }

  /// What has come of it, once that is there.
  func finish() -> PlanningResult {
    wait.withLock { $0 }?()
    compute()
    guard let result = state.withLock({ $0.result }) else {
      preconditionFailure("a round without a planner")
    }
    return result
  }

  /// After `finish`.
  var planner: LifelongPlanner? { state.withLock { $0.planner } }

  /// The planner itself, not a copy; nobody else can have it then.
  func takePlanner() -> LifelongPlanner? { state.withLock { $0.planner.take() } }

  /// Once; whoever comes meanwhile waits.
  private func compute() {
    state.withLock { state in
      guard state.result == nil, var planner = state.planner.take() else { return }
      state.result = job.result(by: &planner)
      state.planner = planner
    }
  }

  /// What the worker holds: no reference to the round outlives the work.
  private final class Ticket: Sendable {
    private let round: Mutex<PlanningRound?>

    init(_ round: PlanningRound) { self.round = Mutex(round) }

    func redeem() {
      round.withLock { $0.take() }?.compute()
    }
  }
}

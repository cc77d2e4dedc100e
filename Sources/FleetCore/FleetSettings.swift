import Determinism
import FleetModel

/// The numbers the core goes by. The defaults suit a live server; tests and scenarios vary them.
public struct FleetSettings: Sendable {
  /// Time between two planning rounds; each extends a robot's plan by at most one leg.
  public var planningPeriod: Duration = .milliseconds(200)
  /// With more robots than these a planning round is computed beside the events, and its moves are
  /// appended at the first tick `planningLatency` after it began or later, not at once. Tasks are then
  /// dealt out with the first round that begins when it is time.
  public var planningBesideAbove = 500
  /// How long after its begin the moves of a round beside the events are appended; nil: as long as
  /// `planningPeriod`, so that one round ends where the next one begins.
  public var planningLatency: Duration?
  /// Time between two dispatch rounds.
  public var dispatchPeriod: Duration = .milliseconds(500)
  public var heartbeatPeriod: Duration = .seconds(1)
  /// Network round trip and tick, for release limits.
  public var reaction: Duration = .seconds(1)
  /// Operations a planning round may try for each robot to make the plan better.
  public var planningWork = 20
  /// A robot is planned this many cells beyond what may be released to it.
  public var planAheadCells: Int32 = 4
  /// Within this many cells of a station a robot must hold one of its bays or wait elsewhere.
  public var reservationCells: Int32 = 30
  /// A robot frozen for this long becomes a wall in the distance fields of those it blocks.
  public var wallAfter: Duration = .seconds(5)
  /// A robot that has come no nearer to its goal for so many planning rounds is stuck.
  public var stuckAfterRounds: Int32 = 75
  /// Between two searches for stuck robots, and the successors one may generate.
  public var unstickPeriod: Duration = .seconds(2)
  public var unstickBudget = 400
  /// No answer to an action this long after it should have ended: the action has failed.
  public var actionGrace: Duration = .seconds(60)
  /// A charger that has not filled a robot after this long does not work.
  public var chargePatience: Duration = .seconds(12 * 3600)
  /// A robot that cannot drive for this long hands back what it has not begun.
  public var hindrancePatience: Duration = .seconds(120)
  /// A load that no human takes within this time goes back.
  public var humanPatience: Duration = .seconds(1800)
  /// The planner's distance tables may take this many bytes; once a zone was closed or opened, those of
  /// before as many again.
  public var tableMemoryLimit = 512 << 20
  /// Ended tasks kept in memory for lists; older ones are only in the store.
  public var endedTasksKept = 20_000
  /// Between two writes of a task's progress.
  public var progressPeriod: Duration = .seconds(5)

  public init() {}
}

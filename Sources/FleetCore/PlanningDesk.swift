import Determinism
import MAPF

/// The planner: at its desk, or away with a round that is computed beside the core while events come in.
///
/// In a large fleet a round takes longer than all else between two of them. Its moves are appended when
/// it is due, as if it had taken just that long; so everything is still a function of the events.
struct PlanningDesk: Sendable {
  // Either is nil, never both. Not an enumeration: the planner is asked for distances in place.
  private var planner: LifelongPlanner?
  private var round: PlanningRound?
  /// Answers for it while it is away, and fills tables for it; made for the first round beside.
  private var standIn: LifelongPlanner?

  init(_ planner: LifelongPlanner) { self.planner = planner }

  /// Whether the planner is away.
  var isUnderWay: Bool { round != nil }

  /// Whether a round is under way whose moves are to be appended now.
  func isDue(_ now: Instant) -> Bool { round.map { $0.due <= now } ?? false }

  /// The cells driven from `v` to `goal`, as `LifelongPlanner.distance` has them.
  mutating func distance(graph: Int32, from v: Int32, to goal: Int32) -> Int32? {
    if planner != nil {
      return planner?.distance(graph: graph, from: v, to: goal).map(Int32.init)
    }
    return standIn?.distance(graph: graph, from: v, to: goal).map(Int32.init)
  }

  /// The strong component that `v` lies in, without regard to walls.
  func component(graph: Int32, of v: Int32) -> Int32 {
    let found =
      planner?.component(graph: graph, of: v) ?? standIn?.component(graph: graph, of: v)
    guard let found else { preconditionFailure("neither the planner nor a stand-in is there") }
    return found
  }

  /// Whether there is a way from `v` to `w`, without regard to walls.
  mutating func isReachable(graph: Int32, from v: Int32, to w: Int32) -> Bool {
    let found =
      planner != nil
      ? planner?.isReachable(graph: graph, from: v, to: w)
      : standIn?.isReachable(graph: graph, from: v, to: w)
    guard let found else { preconditionFailure("neither the planner nor a stand-in is there") }
    return found
  }

  /// Lets the planner do something at its desk.
  /// - Precondition: no round is under way.
  mutating func use<Result>(_ verb: (inout LifelongPlanner) -> Result) -> Result {
    guard var present = planner.take() else { preconditionFailure("the planner is away") }
    defer { planner = present }
    return verb(&present)
  }

  /// Has planner and stand-in forget all that is no function of the graphs.
  /// - Precondition: no round is under way.
  mutating func forget() -> LifelongPlanner.Remnant {
    standIn = nil
    return use { $0.forget() }
  }

  /// Sends the planner away with a round whose moves are appended at `due`.
  /// - Precondition: no round is under way.
  mutating func begin(
    _ job: PlanningJob, due: Instant, beside: WorkBeside?
  ) {
    guard let planner = planner.take() else { preconditionFailure("the planner is away") }
    if standIn == nil {
      standIn = LifelongPlanner(sharingGraphsOf: planner)
    }
    // Handed over whole: with a second reference its buffers would be copied.
    let round = PlanningRound(job, consume planner, due: due)
    if let beside { round.begin(beside) }
    self.round = round
  }

  /// Has the planner back: what its round was about, and what has come of it. nil: it was not away.
  mutating func finish() -> (job: PlanningJob, result: PlanningResult)? {
    guard var round = round.take() else { return nil }
    // Whoever waits helps.
    if var present = standIn.take() {
      round.job.fillTables(of: &present) { !round.isBeingComputed }
      standIn = present
    }
    let result = round.finish()
    // A copy of the fleet shares the round: it will need the planner as well.
    planner = isKnownUniquelyReferenced(&round) ? round.takePlanner() : round.planner
    return (round.job, result)
  }

  /// Another planner takes the desk, for other graphs; a round under way is for nothing.
  /// - Parameter closed: cells that no way may pass any more.
  /// - Returns: the planner before.
  mutating func replace(with next: LifelongPlanner, closed: Set<Int32>) -> LifelongPlanner {
    _ = finish()
    guard let before = planner else { preconditionFailure("the planner is away") }
    planner = next
    planner?.keepWays(of: before, closed: closed)
    standIn = nil
    return before
  }
}

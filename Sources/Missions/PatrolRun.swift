import Determinism
import FleetModel
import Grid
import Site

/// Checkpoints in order, again and again.
///
/// Checkpoints are numbered over all rounds: number `n` is checkpoint `n % count` of round
/// `n / count`. Without inspection they are confirmed in passing, in their order, and planned ahead
/// of the robot; with it the robot stops at each.
struct PatrolRun: MissionRun {
  /// From the site, not kept.
  private var checkpoints: [VertexID] = []
  private var inspectMilliseconds: Int64 = 0
  private let route: RouteID
  private let extent: Patrol.Extent
  /// All before this number are confirmed.
  private var confirmed: Int64 = 0
  /// All before this number lie on the planned way; at least `confirmed`. Not kept.
  private var planned: Int64 = 0
  /// Rounds that will be finished.
  private var rounds: Int64
  private var isInspecting = false
  private var isCancelling = false

  private enum CodingKeys: CodingKey {
    case route, extent, confirmed, rounds, isInspecting, isCancelling
  }

  init(_ patrol: Patrol, route: PatrolRoute) {
    self.route = patrol.route
    extent = patrol.extent
    rounds =
      switch patrol.extent {
      case .rounds(let count): Int64(count)
      case .until: 1
      }
    attach(route)
  }

  /// Takes over what the site says of the route.
  mutating func attach(_ route: PatrolRoute) {
    checkpoints = route.checkpoints
    inspectMilliseconds = route.inspectMilliseconds
    planned = confirmed
  }

  private var count: Int64 { Int64(checkpoints.count) }
  private var total: Int64 { rounds * count }
  private var inspects: Bool { inspectMilliseconds > 0 }

  private func checkpoint(_ number: Int64) -> VertexID { checkpoints[Int(number % count)] }

  mutating func nextErrand(from plannedEnd: VertexID?, now: Instant) -> Errand? {
    guard !isInspecting else { return nil }
    guard inspects else {
      guard planned < total else { return nil }
      return Errand(target: .cell(checkpoint(planned)), stops: false)
    }
    guard confirmed < total else { return nil }
    return Errand(
      target: .cell(checkpoint(confirmed)), stops: true,
      action: ErrandAction(kind: .inspect, durationMilliseconds: inspectMilliseconds))
  }

  mutating func planned(_ cell: VertexID, now: Instant) {
    guard !inspects else { return }
    // A route of one and the same cell would begin rounds without end: one round a call.
    let limit = planned + count
    while planned < min(total, limit), checkpoint(planned) == cell {
      planned += 1
      beginRound(after: planned, now: now)
    }
  }

  mutating func visited(_ cell: VertexID, now: Instant) -> [MissionEffect] {
    guard !inspects else { return [] }
    var effects: [MissionEffect] = []
    let limit = confirmed + count
    while confirmed < min(total, limit), checkpoint(confirmed) == cell {
      effects += confirm(now: now)
    }
    return effects
  }

  private mutating func confirm(now: Instant) -> [MissionEffect] {
    let effect = MissionEffect.checkpoint(
      round: Int32(clamping: confirmed / count), index: Int32(confirmed % count))
    confirmed += 1
    planned = max(planned, confirmed)
    dropRound(now: now)
    beginRound(after: confirmed, now: now)
    return confirmed == total ? [effect, .completed] : [effect]
  }

  /// A further round is begun where the last one ends before the time.
  private mutating func beginRound(after number: Int64, now: Instant) {
    if case .until(let end) = extent, number == total, now < end { rounds += 1 }
  }

  /// A round that was to follow, of which nothing is planned, is not begun after the time.
  private mutating func dropRound(now: Instant) {
    guard case .until(let end) = extent, now >= end, confirmed == total - count else { return }
    if planned == confirmed, rounds > 1 { rounds -= 1 }
  }

  mutating func replanned(_ remaining: [VertexID]) {
    guard !inspects else { return }
    let before = planned
    planned = confirmed
    for cell in remaining {
      while planned < before, checkpoint(planned) == cell { planned += 1 }
    }
  }

  mutating func arrived(now: Instant) -> [MissionEffect] { [] }

  mutating func actionStarted() { isInspecting = inspects }

  mutating func actionEnded(_ result: ActionResult, now: Instant) -> [MissionEffect] {
    isInspecting = false
    switch result {
    case .failed(let text): return [.failed(.actionFailed(text))]
    case .succeeded:
      guard confirmed < total else { return [] }
      let effects = confirm(now: now)
      return isCancelling && effects.last != .completed ? effects + [.cancelled] : effects
    case .cancelled: return isCancelling ? [.cancelled] : []
    }
  }

  mutating func cancel() -> CancelOutcome {
    guard isInspecting else { return .now }
    isCancelling = true
    return .afterAction
  }

  mutating func robotLost() {
    isInspecting = false
    planned = confirmed
  }

  var canReassign: Bool { !isCancelling }

  /// Checkpoints that are still to come, in order; at most one round.
  var remaining: [VertexID] {
    (confirmed..<min(total, confirmed + count)).map { checkpoint($0) }
  }

  /// How many are still to come.
  var remainingCount: Int64 { total - confirmed }
  var inspectionMilliseconds: Int64 { inspectMilliseconds }

  var progressPermille: Int32 {
    count == 0 ? 0 : Int32(min(1000, confirmed * 1000 / max(1, total)))
  }

  var note: String {
    guard count > 0 else { return "on route \(route)" }
    let number = min(confirmed, total - 1)
    let round =
      switch extent {
      case .rounds: "round \(number / count + 1) of \(rounds)"
      case .until: "round \(number / count + 1)"
      }
    let verb = isInspecting ? "inspecting checkpoint" : "checkpoint"
    return "\(round), \(verb) \(number % count + 1) of \(count)"
  }
}

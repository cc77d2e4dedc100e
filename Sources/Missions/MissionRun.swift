import Determinism
import FleetModel
import Grid

/// The verbs that each kind of mission answers; `Mission` keeps one and never calls it once ended.
protocol MissionRun: Sendable, Equatable, Codable {
  mutating func nextErrand(from plannedEnd: VertexID?, now: Instant) -> Errand?
  mutating func planned(_ cell: VertexID, now: Instant)
  mutating func visited(_ cell: VertexID, now: Instant) -> [MissionEffect]
  mutating func replanned(_ remaining: [VertexID])
  mutating func unreachable(_ cell: VertexID, now: Instant) -> [MissionEffect]
  mutating func arrived(now: Instant) -> [MissionEffect]
  mutating func actionStarted()
  mutating func actionEnded(_ result: ActionResult, now: Instant) -> [MissionEffect]
  mutating func release(code: String, now: Instant) throws(Refusal) -> [MissionEffect]
  mutating func cancel() -> CancelOutcome
  /// Forgets the robot; only called while `canReassign`.
  mutating func robotLost()
  var canReassign: Bool { get }
  var isLoaded: Bool { get }
  var waitsForHuman: Bool { get }
  var progressPermille: Int32 { get }
  var note: String { get }
}

extension MissionRun {
  mutating func planned(_ cell: VertexID, now: Instant) {}
  mutating func visited(_ cell: VertexID, now: Instant) -> [MissionEffect] { [] }
  mutating func replanned(_ remaining: [VertexID]) {}
  mutating func unreachable(_ cell: VertexID, now: Instant) -> [MissionEffect] { [] }
  mutating func arrived(now: Instant) -> [MissionEffect] { [] }
  mutating func actionStarted() {}
  mutating func actionEnded(_ result: ActionResult, now: Instant) -> [MissionEffect] { [] }
  mutating func release(code: String, now: Instant) throws(Refusal) -> [MissionEffect] {
    throw Refusal(.wrongState, "this task waits for no release")
  }
  mutating func cancel() -> CancelOutcome { .now }
  mutating func robotLost() {}
  var canReassign: Bool { true }
  var isLoaded: Bool { false }
  var waitsForHuman: Bool { false }

  func isEqual(to other: any MissionRun) -> Bool { other as? Self == self }
}

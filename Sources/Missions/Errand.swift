import Determinism
import FleetModel
import Grid

/// Go there, do that: what one robot is to plan towards now.
public struct Errand: Sendable, Equatable, Codable {
  public enum Target: Sendable, Equatable, Codable {
    /// A station, charger or parking place by name; one of its cells must be reserved first.
    case station(StationID)
    case cell(VertexID)
  }
  public var target: Target
  /// Whether the robot stands at the end of it: nothing is planned beyond the target until the
  /// mission was told `arrived` or `actionEnded`. Otherwise the target is passed through, and the
  /// next errand is asked for as soon as the way to it is planned.
  public var stops: Bool
  /// What it does standing there; only with `stops`. nil: nothing, call `arrived`.
  public var action: ErrandAction?

  public init(target: Target, stops: Bool, action: ErrandAction? = nil) {
    precondition(stops || action == nil, "an action needs a stop")
    self.target = target
    self.stops = stops
    self.action = action
  }
}

/// Something to do standing at an errand's end.
public struct ErrandAction: Sendable, Equatable, Codable {
  public var kind: ActionKind
  /// 0: until it is done, unlocked or cancelled.
  public var durationMilliseconds: Int64

  public init(kind: ActionKind, durationMilliseconds: Int64) {
    self.kind = kind
    self.durationMilliseconds = durationMilliseconds
  }
}

/// What became of a mission.
public enum MissionEffect: Sendable, Equatable {
  /// The load is aboard: the task can no longer change its robot.
  case loaded
  /// The load was given out where it belongs.
  case unloaded
  /// The load of a cancelled delivery was given back where it came from.
  case returned
  /// Send `.unlock` for the action that runs.
  case unlock
  /// Checkpoint `index` (from 0) of round `round` (from 0) was confirmed.
  case checkpoint(round: Int32, index: Int32)
  /// So many of the area's cells are wholly swept now.
  case swept(cells: Int32, of: Int32)
  /// The mission ended; nothing follows.
  case completed
  case failed(FailureCause)
  case cancelled
}

/// How a mission takes being cancelled.
public enum CancelOutcome: Sendable, Equatable {
  /// It has ended.
  case now
  /// An action runs: send `cancelAction`; `actionEnded` says how it goes on.
  case afterAction
  /// The load goes back to its pickup first; go on asking for errands.
  case afterReturn
}

import Determinism
import Grid

/// What an operator wants done, as submitted.
public struct TaskSpec: Sendable, Equatable, Codable {
  public var body: TaskBody
  /// 0 (whenever) ... 9 (before all else); 4 is usual.
  public var priority: Int32
  /// Only this robot may do it; nil: any capable one.
  public var robot: RobotID?

  public init(body: TaskBody, priority: Int32, robot: RobotID?) {
    self.body = body
    self.priority = priority
    self.robot = robot
  }
}

public enum TaskBody: Sendable, Equatable, Codable {
  case deliver(Delivery)
  case patrol(Patrol)
  case sweep(Sweep)
  case goTo(GoTo)

  public var kind: TaskKind {
    switch self {
    case .deliver: .deliver
    case .patrol: .patrol
    case .sweep: .sweep
    case .goTo: .goTo
    }
  }
}

public enum TaskKind: String, Sendable, Codable, CaseIterable {
  case deliver, patrol, sweep
  case goTo = "goto"

  /// The skill a robot needs for it; nil: none.
  public var skill: SkillSet? {
    switch self {
    case .deliver: .deliver
    case .patrol: .patrol
    case .sweep: .sweep
    case .goTo: nil
    }
  }
}

/// A load from one station to another.
public struct Delivery: Sendable, Equatable, Codable {
  public var pickup: StationID
  public var drop: StationID
  /// Standing time at the pickup; at least 0.
  public var loadMilliseconds: Int64
  /// Standing time at the drop; at least 0. Unused with a release code.
  public var unloadMilliseconds: Int64
  /// Somebody must give this code (`task release`) before the load is given out; nil: unattended.
  public var releaseCode: String?
  public var payloadGrams: Int32

  public init(
    pickup: StationID, drop: StationID, loadMilliseconds: Int64, unloadMilliseconds: Int64,
    releaseCode: String?, payloadGrams: Int32
  ) {
    self.pickup = pickup
    self.drop = drop
    self.loadMilliseconds = loadMilliseconds
    self.unloadMilliseconds = unloadMilliseconds
    self.releaseCode = releaseCode
    self.payloadGrams = payloadGrams
  }
}

/// A tour of a route's checkpoints, again and again.
public struct Patrol: Sendable, Equatable, Codable {
  public enum Extent: Sendable, Equatable, Codable {
    /// This many rounds; at least 1.
    case rounds(Int32)
    /// Rounds are begun until this time.
    case until(Instant)
  }
  public var route: RouteID
  public var extent: Extent
  public init(route: RouteID, extent: Extent) {
    self.route = route
    self.extent = extent
  }
}

/// Every cell of an area, once.
public struct Sweep: Sendable, Equatable, Codable {
  public var area: AreaID
  public init(area: AreaID) { self.area = area }
}

/// Drive somewhere, then be free again.
public struct GoTo: Sendable, Equatable, Codable {
  public enum Target: Sendable, Equatable, Codable {
    case station(StationID)
    case cell(Cell)
  }
  public var target: Target
  public init(target: Target) { self.target = target }
}

/// Where a task stands (docs/architecture.md). The last four are ends.
public enum TaskState: Sendable, Equatable, Codable {
  case queued
  case blocked(BlockReason)
  case assigned
  /// Sent, not acknowledged.
  case dispatched
  case underway
  case waiting(WaitReason)
  case paused
  case cancelling
  case completed
  case failed(FailureCause)
  case cancelled
  case expired

  public var isEnded: Bool {
    switch self {
    case .completed, .failed, .cancelled, .expired: true
    case .queued, .blocked, .assigned, .dispatched, .underway, .waiting, .paused, .cancelling:
      false
    }
  }

  /// The bare name, as listed and filtered.
  public var name: String {
    switch self {
    case .queued: "queued"
    case .blocked: "blocked"
    case .assigned: "assigned"
    case .dispatched: "dispatched"
    case .underway: "underway"
    case .waiting: "waiting"
    case .paused: "paused"
    case .cancelling: "cancelling"
    case .completed: "completed"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .expired: "expired"
    }
  }
}

/// Why nobody has been given a task yet.
public enum BlockReason: String, Sendable, Equatable, Codable, CaseIterable {
  case noCapableRobot, robotsBusy, robotUnavailable, energy, closed, unreachable
}

/// What a task under way waits for.
public enum WaitReason: String, Sendable, Equatable, Codable, CaseIterable {
  case humanRelease, stationOccupied, robotSilent, reopening
}

/// Why a task failed.
public enum FailureCause: Sendable, Equatable, Codable {
  /// The robot that carried the load cannot go on.
  case robotFailed(RobotID)
  case actionFailed(String)
  case unreachable
  case removed
}

extension FailureCause: CustomStringConvertible {
  public var description: String {
    switch self {
    case .robotFailed(let robot): "robot \(robot) failed with the load aboard"
    case .actionFailed(let text): "action failed: \(text)"
    case .unreachable: "the place can no longer be reached"
    case .removed: "the robot was removed"
    }
  }
}

/// A task and everything that is known of it: what `task show` prints and the store keeps.
public struct TaskRecord: Sendable, Equatable, Codable {
  public var id: TaskID
  public var key: ClientKey
  public var owner: OperatorID
  public var spec: TaskSpec
  public var state: TaskState
  public var robot: RobotID?
  public var submitted: Instant
  public var started: Instant?
  public var ended: Instant?
  /// How far it is, 0 ... 1000: stages, rounds or swept share.
  public var progressPermille: Int32
  /// What it is doing, in a few words.
  public var note: String
  /// Cells driven for it so far.
  public var drivenCells: Int64
  /// Robots that had it and gave it back.
  public var reassignments: Int32

  public init(
    id: TaskID, key: ClientKey, owner: OperatorID, spec: TaskSpec, state: TaskState,
    submitted: Instant
  ) {
    self.id = id
    self.key = key
    self.owner = owner
    self.spec = spec
    self.state = state
    self.submitted = submitted
    robot = nil
    started = nil
    ended = nil
    progressPermille = 0
    note = ""
    drivenCells = 0
    reassignments = 0
  }
}

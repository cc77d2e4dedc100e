import Determinism
import FleetModel

/// A task that no robot has yet.
public struct OpenTask: Sendable, Equatable {
  public var id: TaskID
  /// 0 ... 9.
  public var priority: Int32
  public var submitted: Instant
  /// nil: any robot can do it.
  public var skill: SkillSet?
  /// nil: any robot may do it.
  public var onlyRobot: RobotIndex?
  public var payloadGrams: Int32
  /// Vertices where it may begin; at least one, else it is unreachable.
  public var starts: [Int32]
  /// To be driven from its start on.
  public var workCells: Int64
  public var standingMilliseconds: Int64
  /// Vertices where it may end; empty: as `starts`.
  public var endVertices: [Int32]
  /// Whether a robot may hand it back half done: the battery need not last for all of it.
  public var isDivisible: Bool

  public init(
    id: TaskID, priority: Int32, submitted: Instant, skill: SkillSet?, onlyRobot: RobotIndex?,
    payloadGrams: Int32, starts: [Int32], workCells: Int64, standingMilliseconds: Int64,
    endVertices: [Int32], isDivisible: Bool
  ) {
    self.id = id
    self.priority = priority
    self.submitted = submitted
    self.skill = skill
    self.onlyRobot = onlyRobot
    self.payloadGrams = payloadGrams
    self.starts = starts
    self.workCells = workCells
    self.standingMilliseconds = standingMilliseconds
    self.endVertices = endVertices
    self.isDivisible = isDivisible
  }
}

/// A robot that takes tasks, free or not.
public struct Candidate: Sendable, Equatable {
  public var robot: RobotIndex
  /// Position in the site's classes; robots of a class have the same energy model and speed.
  public var classIndex: Int
  /// Where it is, or will be when it is free.
  public var vertex: Int32
  public var skills: SkillSet
  public var payloadGrams: Int32
  public var energy: EnergyModel
  /// 0 ... 1000.
  public var energyPermille: Int32
  /// More than 0.
  public var speedMillimetresPerSecond: Int32
  /// 0: idle. nil: busy, nobody knows for how long.
  public var availableInMilliseconds: Int64?

  public init(
    robot: RobotIndex, classIndex: Int, vertex: Int32, skills: SkillSet, payloadGrams: Int32,
    energy: EnergyModel, energyPermille: Int32, speedMillimetresPerSecond: Int32,
    availableInMilliseconds: Int64?
  ) {
    precondition(speedMillimetresPerSecond > 0, "\(robot) has no speed")
    self.robot = robot
    self.classIndex = classIndex
    self.vertex = vertex
    self.skills = skills
    self.payloadGrams = payloadGrams
    self.energy = energy
    self.energyPermille = energyPermille
    self.speedMillimetresPerSecond = speedMillimetresPerSecond
    self.availableInMilliseconds = availableInMilliseconds
  }
}

/// Who gets what.
public struct DispatchOutcome: Sendable, Equatable {
  public struct Assignment: Sendable, Equatable {
    public var task: TaskID
    public var robot: RobotIndex
    /// The way to the task's start.
    public var travelCells: Int32

    public init(task: TaskID, robot: RobotIndex, travelCells: Int32) {
      self.task = task
      self.robot = robot
      self.travelCells = travelCells
    }
  }

  public struct Block: Sendable, Equatable {
    public var task: TaskID
    public var reason: BlockReason

    public init(task: TaskID, reason: BlockReason) {
      self.task = task
      self.reason = reason
    }
  }

  /// At most one a robot, to idle robots only.
  public var assignments: [Assignment]
  /// Why each of the other tasks stays open.
  public var blocked: [Block]

  public init(assignments: [Assignment] = [], blocked: [Block] = []) {
    self.assignments = assignments
    self.blocked = blocked
  }
}

/// Decides which robot does what.
public protocol Dispatcher: Sendable {
  /// Assigns open tasks to idle robots.
  /// - Parameters:
  ///   - candidates: all robots that may be given tasks, the busy ones too (for the reasons).
  ///   - travel: cells that a class drives from one vertex to another; nil: no way.
  mutating func assign(
    _ tasks: [OpenTask], to candidates: [Candidate], now: Instant,
    travel: (_ classIndex: Int, _ from: Int32, _ to: Int32) -> Int32?
  ) -> DispatchOutcome
}

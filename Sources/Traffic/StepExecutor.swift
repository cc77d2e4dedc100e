import FleetModel
import Grid
import MAPF

/// Executes unit-step plans of robots whose actions take many ticks and which are delayed at any
/// time: says, tick by tick, who may go on (GO) and who must not (STOP).
///
/// It is `Traffic` with a clock of ticks. A step into a cell is a leg that claims it; turns claim
/// nothing. Windows of a plan are appended leaders before followers; a robot may start a step when
/// its leg is released, that is when all earlier visitors have left the cell, and reports free
/// cells. So the order of passing stays as planned, nobody ever meets anybody, and everything
/// appended can finish, whatever the delays (docs/traffic.md). This is the temporal plan graph of
/// Ma, Kumar, Koenig ("Multi-Agent Path Finding with Delay Probabilities", AAAI 2017) with visit
/// tokens; rotations are refused, which in that graph would be cycles.
///
/// Beyond `Traffic`, for robots that all move alike (`Settings.followsInLine`): a robot may already
/// roll into the cell that the one before it in the queue is leaving in the very same direction,
/// as long as that one is ahead by more ticks. It keeps a gap even if the other stops at once.
///
/// How to read this: here the state, joining and questions; then `+Append`, `+Ticks`, `+Forecast`.
public struct StepExecutor: Sendable {
  public struct Settings: Sendable, Hashable {
    /// Ticks from the start of an action to its end, undelayed.
    public var ticksPerAction: Int32
    /// Whether a robot may roll after one that leaves in the same direction.
    public var followsInLine: Bool

    public init(ticksPerAction: Int32, followsInLine: Bool = true) {
      self.ticksPerAction = ticksPerAction
      self.followsInLine = followsInLine
    }
  }

  /// One robot's word at the start of a tick.
  public struct Report: Sendable, Hashable {
    /// Where it stands, or stood when the action it is in began.
    public var pose: GridPose
    /// Ticks done of the action it is in; 0: between actions.
    public var ticksDone: Int32
    /// It was held up in the last tick.
    public var isDelayed: Bool

    public init(pose: GridPose, ticksDone: Int32 = 0, isDelayed: Bool = false) {
      self.pose = pose
      self.ticksDone = ticksDone
      self.isDelayed = isDelayed
    }
  }

  /// A report that does not follow from what was planned.
  public enum ReportError: Error, Equatable, Sendable {
    case robotCount(expected: Int, found: Int)
    case ticks(robot: Int, found: Int32, limit: Int32)
    /// Neither where it was nor where its next action leads.
    case offPlan(robot: Int, expected: GridPose, found: GridPose)
    /// It entered a cell that was not its own.
    case baseViolation(robot: Int, cell: Int32)
    /// Its ticks fell, jumped, rose without GO, or began an action anew before the last had ended.
    case progress(robot: Int, wasTold: Bool, before: Int32, found: Int32)
    /// It ended an action without GO, or `before` ticks into it, which is too early.
    case early(robot: Int, wasTold: Bool, before: Int32, limit: Int32)
  }

  public struct Statistics: Sendable, Hashable {
    public var ticks = 0
    /// Actions queued; finished; taken back by forecasts.
    public var appended = 0
    public var finished = 0
    public var takenBack = 0
    /// Robots whose window was cut short because a step would have led into a rotation or onto a
    /// robot at rest.
    public var refusals = 0
    /// Robots told to stop with an action before them, summed over ticks.
    public var stops = 0
  }

  public let graph: Graph
  public let settings: Settings
  public internal(set) var statistics = Statistics()
  var traffic: Traffic
  /// Actions not yet finished, the one under way first.
  var queue: ActionQueues
  var reports: [Report]
  /// Robot -> its pose once all that is queued is done.
  var ends: [GridPose]
  var delays: DelayMemory
  /// Robots told to go since their last word: what they do now is not taken back.
  var told: [Bool]
  /// Robots whose word says that they have entered a cell; empty between calls.
  var entered: [Int32] = []

  /// - Precondition: poses on vertices of `graph`, no two on one cell; at least 1 tick an action.
  public init(graph: Graph, settings: Settings, starts: [GridPose]) {
    precondition(settings.ticksPerAction >= 1, "\(settings.ticksPerAction) ticks an action")
    self.graph = graph
    self.settings = settings
    traffic = Traffic(resourceCount: graph.vertexCount)
    queue = ActionQueues(robotCount: starts.count)
    reports = starts.map { Report(pose: $0) }
    ends = starts
    delays = DelayMemory(robotCount: starts.count)
    told = [Bool](repeating: false, count: starts.count)
    for (r, pose) in starts.enumerated() {
      let outcome = traffic.join(
        RobotIndex(Int32(r)), at: pose.at, order: 1, limit: ReleaseLimit(cells: 1))
      guard case .joined = outcome else { preconditionFailure("robot \(r) on another at \(pose)") }
    }
  }

  public var robotCount: Int { reports.count }

  /// Where each robot's plan ends: what the next window must start from.
  public var plannedEnds: [GridPose] { ends }

  /// What `robot` has still to do, the action under way first; waits are not kept.
  public func pending(_ robot: Int) -> [GridAction] { queue.actions(of: robot) }

  /// Whether `robot` has nothing left to do.
  public func isIdle(_ robot: Int) -> Bool { queue.count[robot] == 0 }
}

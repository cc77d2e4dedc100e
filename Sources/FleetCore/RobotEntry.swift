import Determinism
import FleetModel
import Missions
import Traffic

/// One robot as the fleet knows it. Session, freshness and mode are separate facts and stay so.
struct RobotEntry: Sendable, Codable {
  /// Where the robot is, as far as traffic is concerned.
  enum Presence: Sendable, Equatable, Codable {
    /// Claims no cell: it has never said where it is, or stands off the map.
    case absent
    /// Claims its promised cells, but has not answered since the server or its session began.
    case unconfirmed
    case present
  }

  /// What it is to do.
  enum Job: Sendable, Equatable, Codable {
    case idle
    case task(TaskID)
    /// On the way to, or at, this charger.
    case charge(StationID)

    var task: TaskID? {
      if case .task(let id) = self { id } else { nil }
    }
  }

  /// A robot that was to pass before it, and when that is tried again.
  struct Passing: Sendable, Codable {
    var robot: RobotIndex
    var again: Instant
  }

  /// Events of it that are missing while later ones come.
  struct Gap: Sendable, Codable {
    var since: Instant
    /// Reports that began after it.
    var reports = 0
  }

  struct FailedCharger: Sendable, Codable {
    var id: StationID
    var until: Instant
  }

  let id: RobotID
  let index: RobotIndex

  // What it says of itself.
  var factsheet: Factsheet?
  /// Where it looks, as told with where it is last; thousandths of a degree clockwise from north.
  var heading: Int32?
  /// Position in the site's classes; nil: no factsheet, or of a class unknown here.
  var classIndex: Int?
  var session = SessionStatus.never
  var sessionEpoch: UInt64 = 0
  /// The session is younger than this run of the server.
  var sessionBeganHere = false
  var state: RobotState?
  /// As last told, in this session or an earlier one.
  var mode = RobotMode.automatic
  var energyPermille: Int32 = 1000

  // The two message streams.
  var control: ControlStream?
  /// The number of the last query in it, nil: none; and when it was sent, or the session began.
  var lastQuery: UInt64?
  /// The road ahead of it that is none of ours, which it was asked to give up.
  @Seldom var foreign: ForeignRoad? = nil
  var queried = Instant.zero
  /// The highest event of this session that has been handled.
  var eventsHandled: UInt64 = 0
  /// Some are missing; nil: none.
  @Seldom var gap: Gap? = nil
  /// The highest event that the robot has been told is committed.
  var eventsConfirmed: UInt64 = 0
  /// When the oldest handled, unconfirmed event came.
  var confirmDue: Instant?

  // Watches.
  var link: RobotLink
  var watch = StandstillWatch()
  var pace = PaceWatch()
  /// The ends of the last two legs that it has visited, the last one first.
  var lastEnds = FewResources()
  var freshness = Freshness.lost
  /// Since when it cannot be moved; nil: it can.
  var frozenSince: Instant?
  /// States in a row that put it on cells it does not own.
  var strayStates = 0
  /// It is where nobody gave it road, and has not said, standing, where that is.
  @Seldom var containment: Containment? = nil
  /// Who drives it by hand, or is about to; and what the robot was sent of that last.
  @Seldom var lease: TeleoperationLease? = nil
  @Seldom var slice: SentSlice? = nil
  /// Who was told to have had road where it is astray, last.
  var rivals: [RobotIndex] = []
  /// Anything came from it last, or it was given that long to be heard.
  var heardAt: Instant
  /// Its credentials are gone, but it may still be on the map: it keeps its cells until cleared.
  var isRevoked = false
  /// It was removed: its name is free, and its slot nobody's.
  var isForgotten = false

  /// Robots that were to pass before it while it was late, and when that is tried again.
  var passed: [Passing] = []
  var progress: Progress

  // What the operator said.
  var integration = IntegrationLevel.utilised
  var paused = false
  /// Sent to a parking place to stay there.
  var parked = false

  // Work.
  var presence = Presence.absent
  var offMapReason = ""
  var order: UInt64 = 0
  /// Of this order; nil: it has what was promised to it.
  @Seldom var givenBack: GivenBack? = nil
  /// Where it said that it stands when its order began there.
  @Seldom var settledAt: Point? = nil
  var job = Job.idle
  /// The errand it is planned towards now.
  var errand: Errand?
  /// The vertex it is planned towards, -1: none.
  var goal: Int32 = -1
  /// It drives aside for another long vehicle before it goes on to its goal.
  @Seldom var givesWay: GivingWay? = nil
  var shutIn: ShutIn?
  /// The goal must be looked at again before it is planned on.
  var goalDirty = true
  /// So many cells may be planned before its goal is looked at again; 0: none of them ask for it.
  var cellsToGoalLook: Int32 = 0
  /// No bay of its errand's station can be reached: a zone is closed.
  var isCutOff = false
  /// The group of places it queues for.
  var queuedGroup: Int?
  @Seldom var action: RunningAction? = nil
  var actionCount: UInt64 = 0
  /// How often in a row an action was told anew that it had not begun.
  var actionRetries = 0
  /// The control messages that carried the action last, and the last trim.
  var actionMessage: UInt64 = 0
  var trimMessage: UInt64 = 0
  /// Releases that it has refused since it drove a leg last, or connected.
  var refusedReleases = 0
  /// Since when an answer to a trim is awaited.
  var trimAsked: Instant?
  /// Since when it has not been able to drive, by no operator's order.
  var hinderedSince: Instant?
  /// A charger that failed it, and until when it is not tried again.
  @Seldom var failedCharger: FailedCharger? = nil
  /// Must be written to the store with this batch.
  var isDirty = false

  /// The server it has heard of last, as it told; 0: it told nothing.
  var obeyedEpoch: UInt64 { state?.serverEpoch ?? 0 }
  var isMoving: Bool { (state?.speedMillimetresPerSecond ?? 0) != 0 }

  init(id: RobotID, index: RobotIndex, now: Instant) {
    self.id = id
    self.index = index
    link = RobotLink(now: now)
    heardAt = now
    progress = Progress(since: now)
  }
}

// Asked and told with every leg. All of these are mutating: others would be given a copy of the entry,
// which is large.
extension RobotEntry {
  /// Whether it only passes through where its mission leads it: it stops nowhere there.
  mutating func passesThrough() -> Bool {
    if case .task = job { errand?.stops != true } else { false }
  }

  /// A leg of so many cells was planned for it: whether its goal must be looked at again.
  mutating func planned(cells: Int, to end: Int32) {
    // On a way that is passed through, every cell may change what is best next.
    if end == goal || errand?.stops == false { goalDirty = true }
    guard cellsToGoalLook > 0 else { return }
    cellsToGoalLook -= Int32(cells)
    if cellsToGoalLook <= 0 { goalDirty = true }
  }

  /// It was planned to come to rest at `end`, where its plan had led before.
  mutating func stays(at end: Int32) {
    if end == goal || cellsToGoalLook > 0 { goalDirty = true }
  }
}

/// An action a robot was told to do and has not ended.
public struct RunningAction: Sendable, Equatable, Codable {
  public let action: RobotAction
  /// The task it is for; nil: charging.
  public let task: TaskID?
  public let sent: Instant
  public internal(set) var started: Instant?
  /// When its end has been waited for long enough; put later when the robot could not be heard.
  public internal(set) var due: Instant
  /// Told to stop it: no human came, or the task was cancelled.
  public internal(set) var isCancelling: Bool
  /// The release code was given.
  public internal(set) var isUnlocked: Bool
}

/// Road that it has told to have no more, before its word could be taken.
public struct GivenBack: Sendable, Equatable, Codable {
  public let order: UInt64
  /// The last leg that it kept.
  public let through: UInt64
}

/// A route that a robot has and must not drive.
struct ForeignRoad: Sendable, Equatable, Codable {
  /// As it told it when it was asked to give up what lies ahead, and when that was.
  let route: RoutePosition
  let asked: Instant
  /// When it was to drop it where it stands, last.
  var dropAsked: Instant?
}

/// What is kept of a robot over a restart.
public struct StoredRobot: Sendable, Equatable, Codable {
  public var id: RobotID
  public var factsheet: Factsheet?
  public var sessionEpoch: UInt64
  public var eventsHandled: UInt64
  public var integration: IntegrationLevel
  public var paused: Bool
  public var parked: Bool
  public var energyPermille: Int32
  public var action: RunningAction?
  public var actionCount: UInt64
  public var order: UInt64
  /// The road that was promised to it; nil: it is not on the map.
  public var promise: Promise?
  /// Cells blocked because it may be on them against its route; nil: none.
  public var obstruction: [Int32]?
  /// Who drove it by hand; nil: nobody.
  public var lease: TeleoperationLease?
  /// What of `promise` it has told to have no more; nil: nothing.
  public var givenBack: GivenBack?
}

extension RobotEntry {
  /// What is kept of it, with its road and the cells that are blocked for it.
  func stored(promise: Promise?, obstruction: [Int32]?) -> StoredRobot {
    StoredRobot(
      id: id, factsheet: factsheet, sessionEpoch: sessionEpoch, eventsHandled: eventsHandled,
      integration: integration, paused: paused, parked: parked, energyPermille: energyPermille,
      action: action, actionCount: actionCount, order: order, promise: promise,
      obstruction: obstruction, lease: lease, givenBack: givenBack)
  }
}

extension Array {
  /// nil in place of an empty array.
  var nonEmpty: [Element]? { isEmpty ? nil : self }
}

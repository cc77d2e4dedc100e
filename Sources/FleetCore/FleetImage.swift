import Determinism
import FleetDispatch
import FleetModel
import Grid
import MAPF
import Missions
import Site
import Traffic

/// All that a fleet's further course depends on besides its site, settings, seed and epoch, and the
/// events to come.
///
/// What the planner remembers of steps past is not in it, nor what missions do not keep over a
/// restart: `rebase` lets the fleet itself forget these, so that it and whoever is made of the image
/// go on alike, effect by effect.
public struct FleetImage: Sendable, Codable {
  struct Enrolment: Sendable, Codable {
    var robot: RobotID
    var index: RobotIndex
  }

  struct Timers: Sendable, Codable {
    var heartbeat: Timer
    var planning: Timer
    var dispatch: Timer
    var housekeeping: Timer
    var waits: Timer
    var unstick: Timer
    var reorder: Timer
  }

  var robots: [RobotEntry]
  var enrolled: [Enrolment]
  var tasks: TaskBook
  var places: PlaceBook.Claims
  var traffic: Traffic
  var planner: LifelongPlanner.Remnant
  var waitingSkills: SkillSet
  var robotsWaitForChargers: Bool
  var closedZones: [Bool]
  /// Vertices, and whose plan ends there.
  var ends: [Int32]
  var endRobots: [RobotIndex]
  var replies: ReplyMemory
  var statistics: FleetStatistics
  var routeCells: [Int64]
  var isTransportUp: Bool
  var now: Instant
  var heartbeats: UInt64
  var timers: Timers
  var unstickCount: Int
  var lastAction: UInt64
  var lastLease: UInt64
}

extension Fleet {
  /// An image of the fleet between two events; from here on it goes on as one made of the image does.
  ///
  /// Plans that are appended stay; what is forgotten are the planner's tries at better ones, how long
  /// it has watched who makes no progress, and where a sweep wanted to go next. Once in some minutes
  /// that costs next to nothing.
  /// - Complexity: O(robots + open tasks); nothing large is copied until one of the two changes it.
  public mutating func rebase() -> FleetImage {
    precondition(
      changes.isEmpty && outbox.isEmpty && dirtyTasks.isEmpty && robotsToStore.isEmpty,
      "an image within an event")
    for id in tasks.openOrder {
      let site = self.site
      _ = tasks.update(id) { $0.mission.rebase(site: site) }
    }
    // A round under way is for nothing, and so is what it was to deal out or search; the next one is not
    // far, but a search is not tried again at once.
    _ = planning.finish()
    let remnant = planning.forget()
    parkingReach = [:]
    beginAnew()
    let ends = endAt.entries
    return FleetImage(
      robots: robots,
      enrolled: robotByID.sorted { $0.key < $1.key }.map {
        FleetImage.Enrolment(robot: $0.key, index: $0.value)
      },
      tasks: tasks, places: places.claims, traffic: traffic, planner: remnant,
      waitingSkills: waitingSkills, robotsWaitForChargers: robotsWaitForChargers,
      closedZones: closedZones, ends: ends.map(\.key), endRobots: ends.map(\.value),
      replies: replies, statistics: statistics, routeCells: routeCells,
      isTransportUp: isTransportUp, now: now, heartbeats: heartbeats,
      timers: FleetImage.Timers(
        heartbeat: heartbeatTimer, planning: planningTimer, dispatch: dispatchTimer,
        housekeeping: housekeepingTimer, waits: waitsTimer, unstick: unstickTimer,
        reorder: reorderTimer),
      unstickCount: unstickCount, lastAction: lastAction, lastLease: lastLease)
  }

  /// The fleet of an image.
  /// - Parameters:
  ///   - settings, serverEpoch, seed: those of the fleet that it is of.
  ///   - site: the same site.
  public init(
    site: Site, settings: FleetSettings = FleetSettings(), serverEpoch: UInt64, seed: Seed,
    image: FleetImage
  ) {
    self.init(site: site, settings: settings, serverEpoch: serverEpoch, seed: seed)
    closedZones = image.closedZones
    if closedZones != closedInGraphs { rebuildGraphs() }
    robots = image.robots
    for enrolment in image.enrolled { robotByID[enrolment.robot] = enrolment.index }
    tasks = image.tasks
    for id in tasks.openOrder { _ = tasks.update(id) { $0.mission.restore(site: site) } }
    places.take(image.places)
    traffic = image.traffic
    planning.use { $0.resume(image.planner) }
    waitingSkills = image.waitingSkills
    robotsWaitForChargers = image.robotsWaitForChargers
    for (vertex, robot) in zip(image.ends, image.endRobots) { endAt[vertex] = robot }
    replies = image.replies
    statistics = image.statistics
    routeCells = image.routeCells
    isTransportUp = image.isTransportUp
    now = image.now
    heartbeats = image.heartbeats
    heartbeatTimer = image.timers.heartbeat
    planningTimer = image.timers.planning
    dispatchTimer = image.timers.dispatch
    housekeepingTimer = image.timers.housekeeping
    waitsTimer = image.timers.waits
    unstickTimer = image.timers.unstick
    reorderTimer = image.timers.reorder
    unstickCount = image.unstickCount
    lastAction = image.lastAction
    lastLease = image.lastLease
    beginAnew()
  }

  /// What the image's fleet and the one it is of do alike: missions hear what is planned of their
  /// ways, and the dispatcher tries every task again.
  private mutating func beginAnew() {
    dispatcher = Self.dispatcher(of: site)
    for id in tasks.openOrder { _ = tasks.update(id) { $0.estimate = nil } }
    for i in robots.indices { missionReplanned(i) }
  }
}

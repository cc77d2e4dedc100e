import Determinism
import FleetModel
import Grid
import MAPF
import Traffic

/// When a robot last came on with what it has to do.
struct Progress: Sendable, Codable {
  /// Its order and the leg it has visited in it.
  var order: UInt64 = 0
  var visited: UInt64 = 0
  var since: Instant
  /// When the region round what holds it up was last searched.
  var searched: Instant?
  /// It was told that it cannot move.
  var isReported = false
  /// Whom somebody must carry away before it can come on.
  var carry: Carry?

  struct Carry: Sendable, Codable {
    var robot: RobotIndex
    /// When that was last said.
    var told: Instant
  }
}

// The watch over everybody's progress (docs/traffic.md, liveness). Queues cannot deadlock; what can
// go wrong is that somebody's way is never planned, or that a robot everybody waits for never
// drives. Whoever wants to drive and has not come on for a minute has its wait chain followed to
// its end, and the region round that robot is searched at once; after three minutes the one at
// the end is named, and the task goes to another robot where that can be. A robot that stands where it
// can drive nowhere is told to be carried to a road.
extension Fleet {
  static let stalledAfter = Duration.seconds(60)
  static let cannotMoveAfter = Duration.seconds(180)
  private static let searchAgainAfter = Duration.seconds(15)

  /// Looks at one robot's progress. - Complexity: O(1) while it comes on
  mutating func watchProgress(_ i: Int) {
    guard wantsToDrive(i) || hasNowhereToGo(i) else {
      robots[i].progress = Progress(since: now)
      return
    }
    let mark = traffic.position(of: robots[i].index)
    if mark.order != robots[i].progress.order || mark.visited != robots[i].progress.visited {
      if robots[i].progress.isReported {
        notice(.robotChanged, robot: i, "\(robots[i].id) has come on again")
      }
      robots[i].progress = Progress(order: mark.order, visited: mark.visited, since: now)
    }
    guard now - robots[i].progress.since >= Self.cannotMoveAfter, !robots[i].progress.isReported
    else { return }
    let seconds = (now - robots[i].progress.since).components.seconds
    let last = holdUp(i)
    let cause: String
    if robots[i].goal < 0 {
      guard isMarooned(i) else {
        robots[i].progress.since = now
        return
      }
      robots[i].progress.carry = Progress.Carry(robot: robots[i].index, told: now)
      cause = marooned(i)
    } else {
      cause =
        last == i
        ? "no way is found for it" : "it waits for \(robots[last].id) (\(activity(last)))"
    }
    robots[i].progress.isReported = true
    statistics.cannotMove += 1
    incident(i, "\(robots[i].id) has not come on for \(seconds) s: \(cause)")
    if let task = robots[i].job.task, tasks.open[task]?.mission.canReassign == true {
      leaveTask(i, failing: nil)
    }
  }

  /// Whether the robot could drive and is not where it is to go.
  private func wantsToDrive(_ i: Int) -> Bool {
    guard mayDrive(i), robots[i].freshness == .fresh, robots[i].action == nil,
      robots[i].goal >= 0
    else { return false }
    return traffic.visitedEnd(robots[i].index) != robots[i].goal
  }

  /// Whether the robot could drive, and there is no place for it to drive to.
  private func hasNowhereToGo(_ i: Int) -> Bool {
    guard mayDrive(i), robots[i].freshness == .fresh, robots[i].action == nil,
      robots[i].goal < 0, robots[i].isCutOff || robots[i].job == .idle
    else { return false }
    return places.group(at: traffic.plannedEnd(robots[i].index)) == nil
  }

  /// Whether the robot can drive to no place at all from where its plan ends.
  /// - Complexity: O(places) where it is so
  private mutating func isMarooned(_ i: Int) -> Bool {
    let at = traffic.plannedEnd(robots[i].index)
    for group in places.groups.indices {
      for vertex in places.groups[group].vertices where distance(i, from: at, to: vertex) != nil {
        return false
      }
    }
    return true
  }

  func marooned(_ i: Int) -> String {
    let cell = site.graph.cell(of: VertexID(traffic.plannedEnd(robots[i].index)))
    let zones = closedZones.contains(true) ? "a closed zone is opened (`drover zone list`) or " : ""
    return "it can drive to no place from \(cell): it stands there until \(zones)it is carried away"
  }

  /// The robots that somebody must carry away, for their own sake or for those whom they shut in.
  /// - Complexity: O(robots)
  public var robotsToCarry: [RobotID] {
    var found: Set<RobotIndex> = []
    for i in robots.indices {
      guard let carry = robots[i].progress.carry,
        robots[carry.robot.index].progress.carry != nil
      else { continue }
      found.insert(carry.robot)
    }
    return found.sorted { $0.rawValue < $1.rawValue }.map { robots[$0.index].id }
  }

  func isStalled(_ i: Int) -> Bool {
    wantsToDrive(i) && now - robots[i].progress.since >= Self.stalledAfter
  }

  /// The robot at the end of the chain of those that `i` waits for: the one that must come on first.
  func holdUp(_ i: Int) -> Int {
    if let last = traffic.waitChain(robots[i].index).last { return last.index }
    return i
  }

  /// The robot round which a region is to be searched out of turn; nil: everybody comes on.
  mutating func stalledAgent(_ agents: [PlanningAgent]) -> Int32? {
    for i in robots.indices where isStalled(i) {
      if let before = robots[i].progress.searched, now - before < Self.searchAgainAfter {
        continue
      }
      robots[i].progress.searched = now
      let last = holdUp(i)
      if agents[last].mobility == .free { return Int32(last) }
      if agents[i].mobility == .free { return Int32(i) }
    }
    return nil
  }
}

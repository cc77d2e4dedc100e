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
  /// What for; nil: it has nothing to wait for.
  var wait: Wait?

  enum Wait: Sendable, Codable {
    case toDrive
    /// For a place that it could drive to.
    case aimless
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
    let wait: Progress.Wait? =
      wantsToDrive(i) ? .toDrive : hasNowhereToGo(i) ? .aimless : nil
    guard let wait else {
      robots[i].progress = Progress(since: now)
      return
    }
    let mark = traffic.position(of: robots[i].index)
    let hasComeOn =
      mark.order != robots[i].progress.order || mark.visited != robots[i].progress.visited
    if hasComeOn || wait != robots[i].progress.wait {
      if hasComeOn, robots[i].progress.isReported {
        notice(.robotChanged, robot: i, "\(robots[i].id) has come on again")
      }
      robots[i].progress = Progress(
        order: mark.order, visited: mark.visited, since: now, wait: wait)
    }
    guard now - robots[i].progress.since >= Self.cannotMoveAfter, !robots[i].progress.isReported
    else { return }
    let cause: String
    if wait == .aimless {
      guard isMarooned(i) else {
        robots[i].progress.since = now
        return
      }
      cause = marooned(i)
    } else {
      let last = holdUp(i)
      cause =
        last == i
        ? "no way is found for it" : "it waits for \(robots[last].id) (\(activity(last)))"
    }
    robots[i].progress.isReported = true
    statistics.cannotMove += 1
    let seconds = (now - robots[i].progress.since).components.seconds
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

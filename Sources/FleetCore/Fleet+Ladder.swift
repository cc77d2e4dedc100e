import Determinism
import FleetModel
import Traffic

// The ladder of a delay (docs/traffic.md, rule 7): nothing under 5 s; then the robot counts as late
// and others may pass before it; after 30 s its road is withdrawn and others are planned round it.
// One that drives, but takes much longer than its class, climbs the same ladder (`Fleet+Pace`).
extension Fleet {
  /// Between two rounds of reordering; how many pairs one looks at; and when the same pair is looked
  /// at again, after it has changed places and after it could not.
  private static let reorderPeriod = Duration.seconds(2)
  private static let pairsARound = 8
  private static let passAgainAfter = Duration.seconds(30)
  private static let tryAgainAfter = Duration.seconds(6)
  private static let passersOfSlow = 3

  /// Lets robots that wait where a late one has only queued go before it.
  mutating func reorderLate() {
    guard reorderTimer.fires(now, every: Self.reorderPeriod) else { return }
    var left = Self.pairsARound
    for i in robots.indices where isDelayed(i) && left > 0 {
      guard robots[i].presence == .present else { continue }
      robots[i].passed.removeAll { now >= $0.again }
      for other in traffic.waiting(forUnreleasedOf: robots[i].index) where left > 0 {
        // A slow one must come on, too.
        guard robots[i].watch.lateSince != nil || robots[i].passed.count < Self.passersOfSlow
        else { break }
        // A slow one may pass who stands.
        guard robots[i].watch.lateSince != nil || !isSlow(other.index),
          !robots[i].passed.contains(where: { $0.robot == other })
        else { continue }
        left -= 1
        let hasPassed = letPass(other, before: i)
        let again = now + (hasPassed ? Self.passAgainAfter : Self.tryAgainAfter)
        robots[i].passed.append(RobotEntry.Passing(robot: other, again: again))
      }
    }
  }

  private mutating func letPass(_ other: RobotIndex, before late: Int) -> Bool {
    guard case .done = traffic.letPass(other, before: robots[late].index) else { return false }
    statistics.reorders += 1
    notice(
      .robotChanged, robot: other.index,
      "\(robots[other.index].id) passes before \(robots[late].id), which "
        + (robots[late].watch.lateSince == nil ? "is slow" : "stands still"))
    return true
  }

  private func isDelayed(_ i: Int) -> Bool { robots[i].watch.lateSince != nil || isSlow(i) }

  /// How long the robot has stood still with road ahead, once that is longer than it should be.
  func lateness(_ i: Int) -> Duration? {
    robots[i].watch.lateSince.map { now - $0 }
  }
}

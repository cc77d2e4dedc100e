import Determinism
import FleetModel
import Traffic

// Giving away the cells of a robot that is gone (docs/traffic.md, rule 6). Ownership never ends by a
// timeout: somebody must have looked, and the robot must have had time to come to rest.
extension Fleet {
  /// Beyond silence, stopping and the robot's own watchdog.
  private static let clearingMargin = Duration.seconds(5)

  /// An operator has seen that the robot is not on the road any more.
  mutating func clearRobot(_ i: Int, confirmed: Bool) -> Refusal? {
    let id = robots[i].id
    guard isOnMap(i) || robots[i].isRevoked else {
      return Refusal(.wrongState, "\(id) is not on the map: it holds no cells")
    }
    guard confirmed else {
      return Refusal(
        .invalid, "clearing \(id) gives its cells to others, wherever it is",
        hint: "look whether it is gone, then say so: `drover robot clear \(id) --confirmed`")
    }
    if let refusal = refusalToClear(i) { return refusal }
    takeOffTheMap(i, failing: .robotFailed(id))
    statistics.cleared += 1
    notice(.robotChanged, robot: i, "\(id) was taken off the map by an operator")
    if robots[i].isRevoked { forget(i) }
    return nil
  }

  /// Whether the robot holds or blocks any cell.
  func isOnMap(_ i: Int) -> Bool {
    robots[i].presence != .absent || !traffic.obstruction(of: robots[i].index).isEmpty
  }

  /// Why its cells cannot be given away yet; nil: they can.
  func refusalToClear(_ i: Int) -> Refusal? {
    let id = robots[i].id
    if let text = handText(i) {
      return Refusal(.wrongState, "\(id) is in somebody's hands: \(text)")
    }
    if robots[i].freshness == .lost {
      let left = silenceToClear(i) - (now - robots[i].heardAt)
      guard left > .zero else { return nil }
      let seconds = left.components.seconds + 1
      return Refusal(
        .wrongState, "\(id) may still be rolling out",
        hint: "it has surely stopped in \(seconds) s")
    }
    // It stands for sure when it has confirmed that its driver has let go.
    if isInHand(i), robots[i].control?.isEmpty != true {
      return Refusal(
        .wrongState, "\(id) was driven by hand and may still move",
        hint: "try again when it has answered, or has been silent for long")
    }
    let isStanding = robots[i].state?.speedMillimetresPerSecond == 0
    let isAstray = robots[i].containment != nil || robots[i].presence == .absent
    if isAstray, isStanding { return nil }
    return Refusal(
      .wrongState, "\(id) was heard less than 30 s ago",
      hint: "switch it off, or pause it: `drover robot pause \(id)`")
  }

  /// After so long without a word it stands: it counts as lost, its watchdog has noticed that
  /// nobody is there, and it has braked.
  private func silenceToClear(_ i: Int) -> Duration {
    let vehicle = robots[i].factsheet?.vehicle
    let speed = Int64(vehicle?.speedMillimetresPerSecond ?? 15_000)
    let braking = Int64(max(1, vehicle?.brakingMillimetresPerSecond2 ?? 500))
    let timeout = Int64(robots[i].factsheet?.heartbeatTimeoutMilliseconds ?? 10_000)
    return RobotLink.lostAfter + .milliseconds(timeout + 1000 * speed / braking)
      + Self.clearingMargin
  }

  mutating func takeOffTheMap(_ i: Int, failing cause: FailureCause) {
    leaveTask(i, failing: cause)
    robots[i].action = nil
    robots[i].containment = nil
    robots[i].givesWay = nil
    robots[i].shutIn = nil
    robots[i].progress = Progress(since: now)
    robots[i].lease = nil
    robots[i].strayStates = 0
    robots[i].watch = StandstillWatch()
    robots[i].pace = PaceWatch()
    apply(traffic.leave(robots[i].index))
    robots[i].presence = .absent
    robots[i].offMapReason = ""
    robots[i].job = .idle
    forgetGoal(i)
    robots[i].isDirty = true
  }
}

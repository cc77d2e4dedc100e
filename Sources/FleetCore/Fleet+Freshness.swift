import Determinism
import FleetModel
import Grid
import MAPF
import Site
import Traffic

// Whether a robot is heard, drives, and drives where it should (docs/traffic.md, rules 6 to 8).
extension Fleet {
  /// After a gap everybody has as long as ever to be heard again.
  mutating func transport(isUp: Bool) {
    isTransportUp = isUp
    guard isUp else { return }
    for i in robots.indices where robots[i].freshness != .lost {
      robots[i].link = RobotLink(now: now)
      robots[i].watch = StandstillWatch()
      robots[i].pace.drives(false, now: now)
      waitLonger(i)
      updateHeld(i)
    }
  }

  /// The robot was heard of.
  mutating func heard(_ i: Int) {
    robots[i].heardAt = now
    let isMoving = robots[i].isMoving
    for effect in robots[i].link.heard(isMoving: isMoving, now: now) { apply(effect, i) }
    if robots[i].freshness != .fresh { setFreshness(i, .fresh) }
  }

  mutating func apply(_ effect: RobotLink.Effect, _ i: Int) {
    switch effect {
    case .restored: setFreshness(i, .fresh)
    case .suspect: setFreshness(i, .suspect)
    case .lost: setFreshness(i, .lost)
    }
  }

  private mutating func setFreshness(_ i: Int, _ freshness: Freshness) {
    guard robots[i].freshness != freshness else { return }
    robots[i].freshness = freshness
    updateHeld(i)
    switch freshness {
    case .fresh:
      waitLonger(i)
      notice(.robotChanged, robot: i, "\(robots[i].id) is heard again")
    case .suspect: notice(.robotChanged, robot: i, "\(robots[i].id) is silent")
    case .lost:
      endLease(i, "it is lost")
      incident(i, "\(robots[i].id) is lost: nothing heard for too long; its cells stay blocked")
      leaveTask(i, failing: nil)
    }
  }

  /// Tells traffic whether the robot will drive what it is given, and takes its road back if not.
  mutating func updateHeld(_ i: Int) {
    guard robots[i].presence != .absent else { return }
    let may = mayDrive(i)
    apply(traffic.setHeld(robots[i].index, !may))
    if may { robots[i].goalDirty = true } else { giveUpPlace(i) }
  }

  /// Nobody waits for a place, or in a queue, because of a robot that does not drive.
  private mutating func giveUpPlace(_ i: Int) {
    leaveQueue(i)
    if case .charge = robots[i].job, robots[i].action == nil {
      robots[i].job = .idle
      forgetGoal(i)
    }
    if let held = places.place(heldBy: robots[i].index),
      held != traffic.plannedEnd(robots[i].index)
    {
      places.letGo(robots[i].index)
    }
    robots[i].goalDirty = true
  }

  /// Whether the robot drives what is released to it, for all we know. Silence alone does not
  /// stop it: a silent robot keeps its road until it is lost.
  func mayDrive(_ i: Int) -> Bool {
    robots[i].presence == .present && robots[i].freshness != .lost && robots[i].mode == .automatic
      && !robots[i].paused && !robots[i].watch.isStuck && robots[i].classIndex != nil
      && robots[i].integration.isRouted && robots[i].containment == nil
      && robots[i].lease == nil
      && !robots[i].isRevoked
  }

  mutating func modeChanged(_ i: Int) {
    updateHeld(i)
    if robots[i].mode == .fault { leaveTask(i, failing: nil) }
  }

  // MARK: Standing still

  /// Lets the watch see what the robot does now.
  mutating func watchStandstill(_ i: Int, hasMoved: Bool = false) {
    guard robots[i].presence == .present, let state = robots[i].state else { return }
    let isMoving = hasMoved || state.speedMillimetresPerSecond != 0
    let meant = robots[i].action == nil && !robots[i].paused && robots[i].mode == .automatic
    let effects = robots[i].watch.observe(
      isMoving: isMoving, hasRoadAhead: meant && traffic.hasRoadAhead(robots[i].index), now: now)
    for effect in effects { apply(effect, i) }
  }

  mutating func apply(_ effect: StandstillWatch.Effect, _ i: Int) {
    switch effect {
    case .retime:
      notice(.robotChanged, robot: i, "\(robots[i].id) stands still with road ahead of it")
    case .withdraw:
      statistics.standstills += 1
      // Half a minute was long enough: others are planned round it at once.
      robots[i].frozenSince = now - settings.wallAfter
      incident(i, "\(robots[i].id) does not move: others are planned round it")
      updateHeld(i)
    case .moving:
      notice(.robotChanged, robot: i, "\(robots[i].id) moves again")
      updateHeld(i)
    }
  }
}

extension IntegrationLevel {
  /// Whether the robot is planned for at all.
  var isRouted: Bool {
    switch self {
    case .utilised, .respected: true
    case .ignored, .noticed: false
    }
  }
}

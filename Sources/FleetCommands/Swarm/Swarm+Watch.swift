import Determinism
import FleetModel
import Invariants
import MQTTTransport
import VirtualRobot

// What is looked at from outside, what goes wrong on purpose, and the figures.
extension Swarm {
  /// So many details are kept of each kind.
  private static let detailsKept = 10

  /// Looks for overlapping outlines, and for robots that could not stop in time.
  func checkPoses() {
    outlines.removeAll(keepingCapacity: true)
    for index in members.indices {
      outlines.append(members[index].robot.outline(as: RobotIndex(Int32(index))))
      if !members[index].robot.keepsWithinRelease { report.overruns += 1 }
    }
    report.collisionChecks += 1
    for violation in checker.check(outlines) {
      report.status.collisions += 1
      guard report.collisionDetails.count < Self.detailsKept else { continue }
      report.collisionDetails.append(describe(violation))
    }
  }

  private func describe(_ violation: Violation) -> String {
    let seconds = (now - started).inSeconds
    guard case .overlap(let a, let p, let b, let q) = violation else { return "\(violation)" }
    let names = [a, b].map { members[$0.index].robot.settings.id.text }
    return "after \(seconds) s: \(names[0]) at (\(p.x), \(p.y)) mm and \(names[1]) "
      + "at (\(q.x), \(q.y)) mm overlap"
  }

  /// Once a virtual second: obstacles and lost links.
  func makeFaults() {
    let faults = settings.faults
    guard faults.stopsPerHour > 0 || faults.linkLossesPerHour > 0 else { return }
    for index in members.indices {
      if chance.chance(faults.stopsPerHour / 3600) {
        report.stops += 1
        let duration = Duration.seconds(chance.next(in: faults.stopSeconds))
        say(members[index].robot.inject(.stop(for: duration), now: now), index)
      }
      if chance.chance(faults.linkLossesPerHour / 3600) {
        loseLink(index, for: .seconds(chance.next(in: faults.linkLossSeconds)))
      }
    }
  }

  private func loseLink(_ index: Int, for duration: Duration) {
    let connection = members[index].connection
    guard loop.isConnected(connection) else { return }
    do throws(TransportError) {
      try loop.abort(connection, reconnectAfter: clock.realDuration(duration))
      report.linkLosses += 1
      disconnected(index)
    } catch { note(error.description) }
  }

  func note(_ problem: String) {
    guard report.problems.count < Self.detailsKept, !report.problems.contains(problem) else {
      return
    }
    report.problems.append(problem)
  }

  func makeStatus() -> SwarmStatus {
    var status = report.status
    status.robots = members.count
    status.connected = 0
    status.moving = 0
    status.held = 0
    status.outOfOrder = 0
    var driven = 0.0
    for member in members {
      if member.robot.isConnected { status.connected += 1 }
      if !member.robot.isStanding { status.moving += 1 }
      if member.robot.isHeld { status.held += 1 }
      if member.robot.mode != .automatic { status.outOfOrder += 1 }
      driven += member.robot.drivenMillimetres
    }
    status.drivenMetres = driven / 1000
    status.virtualSeconds = (now - started).inSeconds
    return status
  }
}

extension VirtualRobot {
  /// Where its outline truly is.
  fileprivate func outline(as robot: RobotIndex) -> Outline {
    let pose = pose
    return Outline(
      robot: robot, position: Point(x: Int64(pose.x.rounded()), y: Int64(pose.y.rounded())),
      headingMillidegrees: Int32((pose.headingDegrees * 1000).rounded()) % 360_000,
      lengthMillimetres: lengthMillimetres, widthMillimetres: widthMillimetres)
  }
}

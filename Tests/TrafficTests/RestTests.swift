import FleetModel
import Foundation
import Invariants
import Testing

@testable import Traffic

/// Robots that stand inside a junction, whose mutex is resource 15: cells 1 and 2.
@Suite struct RestTests {
  private let through = PlannedLeg(path: [1, 2, 3], claims: [1, 2, 3, 15], speedLimit: 0)
  private let back = PlannedLeg(path: [2, 1, 0], claims: [2, 1, 0, 15], speedLimit: 0)

  /// a stands on cell 2, in the junction; b before it on 0.
  private func blocked() -> Traffic {
    var traffic = Traffic(resourceCount: 16)
    _ = traffic.join(a, at: 2, under: [15], order: 1, limit: far)
    _ = traffic.join(b, at: 0, order: 1, limit: far)
    return traffic
  }

  @Test func aRobotThatStandsInAJunctionHoldsItsMutex() {
    let traffic = blocked()
    #expect(traffic.owner(of: 15) == a)
    #expect(traffic.ownedCells(a) == [2, 15])
    #expect(traffic.refusal(of: through, for: b) == .restsThere(resource: 2, robot: a))
    let round = PlannedLeg(path: [1, 4], claims: [1, 4, 15], speedLimit: 0)
    #expect(traffic.refusal(of: round, for: b) == .restsThere(resource: 15, robot: a))
    #expect(traffic.violations == [])
  }

  @Test func itGivesTheMutexBackOnceItHasLeft() {
    var traffic = blocked()
    #expect(
      traffic.append(a, PlannedLeg(path: [1, 5], claims: [1, 5, 15], speedLimit: 0)) == nil)
    #expect(traffic.append(b, through) == nil)
    #expect(traffic.releasedThrough(a, b) == [1, 0])
    #expect(traffic.violations == [])
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(b) == [1])
    #expect(traffic.ownedCells(a) == [5])
    #expect(traffic.violations == [])
  }

  @Test func aCutPlanTakesWhoWaitsForTheMutexWithIt() {
    var traffic = blocked()
    _ = traffic.append(a, PlannedLeg(path: [1, 5], claims: [1, 5, 15], speedLimit: 0))
    _ = traffic.append(b, PlannedLeg(path: [1, 4], claims: [1, 4, 15], speedLimit: 0))
    #expect(traffic.setHeld(a, true).map(\.robot) == [a, b])
    #expect(traffic.violations == [])
  }

  @Test func theMutexIsHeldAgainAfterARestart() {
    let traffic = blocked()
    var restarted = Traffic(resourceCount: 16)
    for robot in traffic.presentRobots {
      restarted.restore(robot, promise: traffic.promise(of: robot), limit: far)
    }
    #expect(restarted.owner(of: 15) == a)
    #expect(restarted.violations == [])
  }

  @Test func ofTwoThatStandInAJunctionOneHoldsItAndBothGetOut() {
    var traffic = blocked()
    #expect(
      traffic.join(c, at: 1, under: [15], order: 1, limit: far) == .joined(withdrawn: []))
    #expect(traffic.owner(of: 15) == a)
    #expect(traffic.append(a, PlannedLeg(path: [3], claims: [3, 15], speedLimit: 0)) == nil)
    let out = PlannedLeg(path: [6], claims: [6, 15], speedLimit: 0)
    #expect(traffic.append(c, out) == nil)
    #expect(traffic.releasedThrough(a, c) == [1, 0])
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(c) == [1])
    #expect(traffic.violations == [])
  }

  @Test func aRobotPutIntoAJunctionStopsWhoDrivesThroughIt() {
    var traffic = Traffic.standing(0)
    let leg = PlannedLeg(path: [1, 2, 3], claims: [1, 2, 3, 15], speedLimit: 0)
    _ = traffic.append(a, leg)
    _ = traffic.release()
    guard
      case .contested(let with, _) = traffic.join(
        b, at: 4, under: [15], order: 1, limit: far)
    else {
      Issue.record("not contested")
      return
    }
    #expect(with == [a])
    traffic.visit(a, 1)
    #expect(!traffic.isContested(b))
    #expect(traffic.owner(of: 15) == b)
  }

  @Test func aRobotBetweenCellsDrivesOnToEither() {
    for end: Int32 in [2, 3] {
      var traffic = Traffic(resourceCount: 16)
      _ = traffic.join(a, at: 1, under: [2], order: 1, limit: far)
      _ = traffic.join(b, at: 5, order: 1, limit: far)
      #expect(traffic.ownedCells(a) == [1, 2])
      let leg = end == 2 ? PlannedLeg(to: 2) : PlannedLeg(to: 3)
      #expect(traffic.append(a, leg) == nil)
      // Somebody follows to the cell that it leaves.
      if end == 3 { #expect(traffic.append(b, PlannedLeg(to: 2)) == nil) }
      #expect(traffic.violations == [])
      #expect(traffic.releasedThrough(a, b) == [1, 0])
      #expect(traffic.violations == [])
      var restarted = Traffic(resourceCount: 16)
      restarted.restore(a, promise: traffic.promise(of: a), limit: far)
      #expect(restarted.violations == [])
      for var world in [traffic, restarted] {
        world.visit(a, 1)
        #expect(world.ownedCells(a) == [end])
        #expect(world.owner(of: end) == a && world.owner(of: 1) == nil)
        #expect(world.violations == [])
      }
    }
  }

  @Test func promisesOfBeforeAreRead() throws {
    let old = Data(#"{"path":[1,2],"claims":[1,2,15],"speedLimit":7}"#.utf8)
    let leg = PlannedLeg(path: [1, 2], claims: [1, 2, 15], speedLimit: 7)
    #expect(try JSONDecoder().decode(PlannedLeg.self, from: old) == leg)
    var resting = leg
    resting.rest = [2, 15]
    let again = try JSONDecoder().decode(
      PlannedLeg.self, from: try JSONEncoder().encode(resting))
    #expect(again == resting)
  }
}

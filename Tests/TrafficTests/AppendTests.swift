import FleetModel
import Testing

@testable import Traffic

@Suite struct AppendTests {
  @Test func nobodyQueuesBehindARobotAtRest() {
    var traffic = Traffic.standing(1, 2)
    #expect(traffic.plan(a, 2) == .restsThere(resource: 2, robot: b))
    #expect(traffic.backlogCells(a) == 0)
  }

  @Test func nobodyQueuesBehindAPlannedRest() {
    var traffic = Traffic.standing(1, 9)
    traffic.plan(b, 8, 7)
    #expect(traffic.plan(a, 8) == nil)
    #expect(traffic.plan(a, 7) == .restsThere(resource: 7, robot: b))
    #expect(traffic.plannedEnd(a) == 8)
  }

  @Test func followersAreTakenAfterTheirLeader() {
    var traffic = Traffic.standing(1, 2)
    #expect(traffic.plan(b, 3) == nil)
    #expect(traffic.plan(a, 2) == nil)
    #expect(traffic.releasedThrough(a, b) == [0, 1])
    traffic.visit(b, 1)
    #expect(traffic.releasedThrough(a, b) == [1, 1])
  }

  @Test func swapsAreRefused() {
    var traffic = Traffic.standing(1, 2)
    #expect(traffic.plan(a, 2) != nil)
    #expect(traffic.plan(b, 1) != nil)
  }

  @Test func rotationsAreRefusedWhoeverComesFirst() {
    let cells: [Int32] = [0, 1, 2]
    for first in 0..<3 {
      var traffic = Traffic.standing(0, 1, 2)
      for offset in 0..<3 {
        let robot = (first + offset) % 3
        let next = cells[(robot + 1) % 3]
        #expect(traffic.plan(RobotIndex(Int32(robot)), next) != nil)
      }
      #expect(traffic.violations == [])
    }
  }

  @Test func rotationsWithAGapAreTaken() {
    // Three robots on a circle of four cells, cell 3 free.
    var traffic = Traffic.standing(0, 1, 2)
    #expect(traffic.plan(c, 3) == nil)
    #expect(traffic.plan(b, 2) == nil)
    #expect(traffic.plan(a, 1) == nil)
    #expect(traffic.plan(c, 0) == nil)
  }

  @Test func throughCellsAndMutexesAreVacatedByTheirOwnLeg() {
    // Robot 0 crosses 11 and mutex 15 to 12; robot 1 may queue on both at once, not on 12.
    var traffic = Traffic.standing(10, 1)
    #expect(
      traffic.append(a, PlannedLeg(path: [11, 12], claims: [11, 12, 15], speedLimit: 0)) == nil)
    #expect(
      traffic.append(b, PlannedLeg(path: [11, 2], claims: [11, 2, 15], speedLimit: 0)) == nil)
    #expect(traffic.plan(b, 12) == .restsThere(resource: 12, robot: a))
    #expect(traffic.violations == [])
  }

  @Test func malformedLegsAreRefused() {
    var traffic = Traffic.standing(1)
    let bad = [
      PlannedLeg(path: [], claims: [], speedLimit: 0),
      PlannedLeg(path: [2], claims: [2, 2], speedLimit: 0),
      PlannedLeg(path: [2], claims: [3], speedLimit: 0),
      PlannedLeg(path: [20], claims: [20], speedLimit: 0),
      PlannedLeg(path: [-1], claims: [-1], speedLimit: 0),
      PlannedLeg(to: 1),
    ]
    for leg in bad { #expect(traffic.append(a, leg) == .malformed) }
    #expect(traffic.append(b, PlannedLeg(to: 2)) == .absent)
  }

  @Test func nobodyQueuesBehindAHeldRobot() {
    var traffic = Traffic.standing(1, 5)
    traffic.plan(b, 6, 7)
    _ = traffic.release()
    traffic.setHeld(b, true)
    #expect(traffic.plan(a, 5) == .behindFrozen(resource: 5, robot: b))
    #expect(traffic.plan(b, 8) == .frozen)
    traffic.setHeld(b, false)
    #expect(traffic.plan(a, 5) == nil)
  }

  @Test func aRobotMayComeBackToACellItLeft() {
    var traffic = Traffic.standing(1, 9)
    #expect(traffic.plan(a, 2, 1, 2) == nil)
    #expect(traffic.releasedThrough(a) == [1])
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(a) == [2])
    #expect(traffic.violations == [])
  }
}

import Determinism
import FleetModel
import Testing

@testable import Traffic

@Suite struct ReleaseTests {
  @Test func limitsAreTheOnesOfTheDesign() throws {
    for (speed, cells) in [(1500, 4), (3000, 7), (5000, 13)] as [(Int32, Int32)] {
      let limit = ReleaseLimit.of(
        try vehicle(speed: speed, braking: 1500), cellMillimetres: 1000)
      #expect(limit.cells == cells)
    }
    let slow = ReleaseLimit.of(
      try vehicle(speed: 1500, braking: 1500), cellMillimetres: 2000, reaction: .seconds(1))
    #expect(slow.cells == 3)
  }

  @Test func visitsCannotOvertakeOneAnother() {
    // Robot 0 goes 1 - 2 - 1, robot 1 passes over 1 between the two visits.
    var traffic = Traffic.standing(1, 0)
    traffic.plan(a, 2)
    traffic.plan(b, 1, 11)
    traffic.plan(a, 1)
    #expect(traffic.queue(of: 1) == [a, b, a])
    #expect(traffic.releasedThrough(a, b) == [1, 0])
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(a, b) == [1, 2])
    #expect(traffic.owner(of: 1) == b)
    traffic.visit(b, 1)
    #expect(traffic.releasedThrough(a, b) == [1, 2])
    traffic.visit(b, 2)
    #expect(traffic.releasedThrough(a, b) == [2, 2])
    #expect(traffic.violations == [])
  }

  @Test func releaseStopsAtTheLimitAndGoesOnWithVisits() {
    var traffic = Traffic.standing(0, limit: ReleaseLimit(cells: 3))
    traffic.plan(a, 1, 2, 3, 4, 5)
    #expect(traffic.releasedThrough(a) == [3])
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(a) == [4])
    #expect(traffic.releasedCells(a) == [2, 3, 4])
    #expect(traffic.plannedCells(a) == [2, 3, 4, 5])
    #expect(traffic.backlogCells(a) == 4)
  }

  @Test func theNextLegIsReleasedWhateverItsLength() {
    var traffic = Traffic.standing(0, limit: ReleaseLimit(cells: 3))
    let long: [Int32] = [1, 2, 3, 4, 5, 6]
    _ = traffic.append(a, PlannedLeg(path: long, claims: long, speedLimit: 0))
    traffic.plan(a, 7, 8, 9)
    #expect(traffic.releasedThrough(a) == [3])
    var other = Traffic.standing(0, limit: ReleaseLimit(cells: 3))
    other.plan(a, 10)
    _ = other.append(a, PlannedLeg(path: long, claims: long, speedLimit: 0))
    #expect(other.releasedThrough(a) == [1])
    other.visit(a, 1)
    #expect(other.releasedThrough(a) == [2])
  }

  @Test func aCrossingIsReleasedWhollyOrNotAtAll() {
    // Mutex 15 stands for the junction; both crossings need it.
    var traffic = Traffic.standing(0, 10)
    _ = traffic.append(a, PlannedLeg(path: [1, 2], claims: [1, 2, 15], speedLimit: 0))
    traffic.plan(a, 3)
    _ = traffic.append(b, PlannedLeg(path: [11, 12], claims: [11, 12, 15], speedLimit: 0))
    #expect(traffic.releasedThrough(a, b) == [2, 0])
    #expect(traffic.owner(of: 11) == b)
    #expect(traffic.ownedCells(b) == [10])
    #expect(traffic.blockers(of: b) == [.init(resource: 15, robot: a)])
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(a, b) == [2, 1])
    #expect(traffic.owner(of: 2) == a)
    #expect(traffic.owner(of: 1) == nil)
    #expect(traffic.violations == [])
  }

  @Test func releasesSayWhatIsNewAndCountUpdates() {
    var traffic = Traffic.standing(0, limit: ReleaseLimit(cells: 2))
    traffic.plan(a, 1, 2, 3)
    #expect(
      traffic.release() == [
        Release(
          robot: a, order: 1, update: 1, firstLeg: 1,
          legs: [PlannedLeg(to: 1), PlannedLeg(to: 2)], releasedThrough: 2)
      ])
    #expect(traffic.release() == [])
    traffic.visit(a, 2)
    #expect(
      traffic.release() == [
        Release(
          robot: a, order: 1, update: 2, firstLeg: 3, legs: [PlannedLeg(to: 3)],
          releasedThrough: 3)
      ])
  }

  @Test func releasesComeOldestAppendFirst() {
    var traffic = Traffic.standing(0, 5, 10)
    traffic.plan(c, 11)
    traffic.plan(a, 1)
    traffic.plan(b, 6)
    #expect(traffic.release().map(\.robot) == [c, a, b])
  }

  @Test func heldRobotsGetNoRoadAndNobodyWaitsForThem() {
    var traffic = Traffic.standing(0, 9)
    traffic.plan(a, 1, 2)
    traffic.plan(b, 0)
    let withdrawn = traffic.setHeld(a, true)
    #expect(withdrawn.map(\.robot) == [a, b])
    #expect(traffic.releasedThrough(a, b) == [0, 0])
    #expect(traffic.setHeld(a, true) == [])
    traffic.setHeld(a, false)
    traffic.plan(a, 1)
    #expect(traffic.releasedThrough(a) == [1])
  }

  @Test func waitChainsEndWhereSomebodyDrives() {
    // 2 waits for 1, 1 for 0, 0 drives.
    var traffic = Traffic.standing(3, 2, 1)
    traffic.plan(a, 4)
    traffic.plan(b, 3)
    traffic.plan(c, 2)
    _ = traffic.release()
    #expect(traffic.waitChain(c) == [b, a])
    #expect(traffic.waitChain(a) == [])
    #expect(traffic.blockers(of: c) == [.init(resource: 2, robot: b)])
  }
}

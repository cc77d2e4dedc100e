import Determinism
import FleetModel
import Invariants
import Testing

@testable import Traffic

/// Vehicles three cells long on a ring of cells that is driven eastwards; the centre is the number of
/// the cell, one more before and one behind.
@Suite struct LongVehicleTests {
  private static let ring: Int32 = 24

  private static func around(_ centre: Int32) -> [Int32] {
    [0, 1, -1].map { (centre + $0 + ring) % ring }
  }

  private static func leg(to centre: Int32) -> PlannedLeg {
    let cell = (centre + ring) % ring
    return PlannedLeg(
      path: [cell], claims: around(cell), speedLimit: 0, rest: around(cell), heading: 0)
  }

  private static func long(_ centre: Int32) -> Traffic {
    var traffic = Traffic(resourceCount: Int(ring))
    _ = traffic.join(
      a, at: centre, under: Array(around(centre).dropFirst()), heading: 0, order: 1, limit: far)
    return traffic
  }

  @Test func holdsAllThatIsUnderIt() {
    var traffic = Self.long(5)
    #expect(traffic.ownedCells(a).sorted() == [4, 5, 6])
    #expect(traffic.plannedRest(a).heading == 0)
    #expect(traffic.append(a, Self.leg(to: 6)) == nil)
    #expect(traffic.releasedThrough(a) == [1])
    #expect(Set(traffic.ownedCells(a)) == [4, 5, 6, 7])
    traffic.visit(a, 1)
    #expect(traffic.ownedCells(a).sorted() == [5, 6, 7])
    #expect(traffic.owner(of: 4) == nil)
    #expect(traffic.violations == [])
  }

  @Test func nobodyWaitsForACellThatStaysUnderIt() {
    var traffic = Self.long(5)
    _ = traffic.join(b, at: 3, order: 1, limit: far)
    #expect(traffic.plan(b, 4) == .restsThere(resource: 4, robot: a))
    #expect(traffic.append(a, Self.leg(to: 6)) == nil)
    #expect(traffic.plan(b, 4) == nil)
    #expect(traffic.plan(b, 5) == .restsThere(resource: 5, robot: a))
    #expect(traffic.releasedThrough(a, b) == [1, 0])
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(b) == [1])
    #expect(traffic.violations == [])
  }

  @Test func itWaitsForWhoeverStandsBeforeIt() {
    var traffic = Self.long(5)
    _ = traffic.join(b, at: 7, order: 1, limit: far)
    #expect(traffic.append(a, Self.leg(to: 6)) == .restsThere(resource: 7, robot: b))
    traffic.plan(b, 8, 9)
    #expect(traffic.append(a, Self.leg(to: 6)) == nil)
    #expect(traffic.releasedThrough(a, b) == [0, 2])
    traffic.visit(b, 1)
    #expect(traffic.releasedThrough(a) == [1])
    #expect(traffic.violations == [])
  }

  @Test func severalLegsOverOneCellAreReleasedTogether() {
    var traffic = Self.long(5)
    for centre in Int32(6)...9 { #expect(traffic.append(a, Self.leg(to: centre)) == nil) }
    #expect(traffic.releasedThrough(a) == [4])
    traffic.visit(a, 2)
    #expect(Set(traffic.ownedCells(a)) == [6, 7, 8, 9, 10])
    #expect(traffic.violations == [])
  }

  @Test func aCutTakesWhoWaitsBehindItsTail() {
    var traffic = Self.long(5)
    _ = traffic.join(b, at: 3, order: 1, limit: far)
    _ = traffic.append(a, Self.leg(to: 6))
    _ = traffic.plan(b, 4)
    #expect(traffic.setHeld(a, true).map(\.robot) == [a, b])
    #expect(traffic.ownedCells(a).sorted() == [4, 5, 6])
    #expect(traffic.violations == [])
  }

  @Test func aTrimLeavesWhatIsUnderItsNewEnd() {
    var traffic = Self.long(5)
    for centre in Int32(6)...8 { _ = traffic.append(a, Self.leg(to: centre)) }
    _ = traffic.release()
    _ = traffic.requestTrim(a)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 1)
    #expect(Set(traffic.ownedCells(a)) == [4, 5, 6, 7])
    #expect(traffic.owner(of: 8) == nil)
    #expect(traffic.violations == [])
  }

  @Test func itsPromiseIsItsOwnAfterARestart() {
    var traffic = Self.long(5)
    for centre in Int32(6)...7 { _ = traffic.append(a, Self.leg(to: centre)) }
    _ = traffic.release()
    traffic.visit(a, 1)
    var restarted = Traffic(resourceCount: Int(Self.ring))
    restarted.restore(a, promise: traffic.promise(of: a), limit: far)
    #expect(Set(restarted.ownedCells(a)) == [5, 6, 7, 8])
    #expect(restarted.plannedRest(a).heading == 0)
    #expect(restarted.violations == [])
    restarted.visit(a, 2)
    #expect(restarted.ownedCells(a).sorted() == [6, 7, 8])
    #expect(restarted.violations == [])
  }

  @Test func malformedLegsAreRefused() {
    var traffic = Self.long(5)
    var leg = Self.leg(to: 6)
    leg.rest = [6, 5, 7, 9]
    #expect(traffic.append(a, leg) == .malformed)
    leg = Self.leg(to: 6)
    leg.claims = FewResources(Array(leg.claims) + [6])
    #expect(traffic.append(a, leg) == .malformed)
  }

  /// Long and short ones drive round, are held, trimmed and let go in any order: the queues stay in
  /// order, nobody owns what is under another, and all that are free come on in the end.
  @Test func roundTheRingInAnyOrder() {
    for seed in UInt64(1)...60 {
      var random = Seed(seed).generator()
      var traffic = Traffic(resourceCount: Int(Self.ring))
      var centres: [Int32] = [1, 7, 13, 16, 18, 21]
      let isLong = [true, true, false, false, false, false]
      for (index, centre) in centres.enumerated() {
        let under = isLong[index] ? Array(Self.around(centre).dropFirst()) : []
        _ = traffic.join(
          RobotIndex(Int32(index)), at: centre, under: under, heading: isLong[index] ? 0 : nil,
          order: 1, limit: ReleaseLimit(cells: 4))
      }
      var driven = [0, 0, 0, 0, 0, 0]
      for step in 0..<600 {
        let index = random.next(below: centres.count)
        let robot = RobotIndex(Int32(index))
        switch random.next(below: step < 500 ? 8 : 6) {
        case 0...2:
          let next = (traffic.plannedEnd(robot) + 1) % Self.ring
          _ = traffic.append(robot, isLong[index] ? Self.leg(to: next) : PlannedLeg(to: next))
        case 3: _ = traffic.release()
        case 4, 5:
          let position = traffic.position(of: robot)
          if position.visited < position.through {
            traffic.visit(robot, position.visited + 1)
            driven[index] += 1
          }
        case 6: _ = traffic.setHeld(robot, !traffic.isHeld(robot))
        default:
          if let request = traffic.requestTrim(robot).request {
            _ = traffic.trimmed(
              robot, order: 1, update: request.update, through: request.through + 1)
          }
        }
        if step == 500 { for held in traffic.presentRobots { _ = traffic.setHeld(held, false) } }
        #expect(traffic.violations == [], "seed \(seed), step \(step)")
        centres[index] = traffic.visitedEnd(robot)
        var under: [Int32] = []
        for (other, centre) in centres.enumerated() {
          under += isLong[other] ? Self.around(centre) : [centre]
        }
        #expect(Set(under).count == under.count, "seed \(seed), step \(step): \(centres)")
      }
      #expect(driven.reduce(0, +) > 30, "seed \(seed): \(driven)")
    }
  }
}

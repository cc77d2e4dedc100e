import Determinism
import FleetModel
import Testing

@testable import Traffic

/// Who waits behind a late robot may change places with it, or nothing has happened.
@Suite struct ReorderTests {
  /// a on 0 may drive to 1, where it stands late, and has queued 2 and 3; b on 10 wants over 2 to 11.
  private func late() -> Traffic {
    var traffic = Traffic.standing(0, 10, limit: ReleaseLimit(cells: 1))
    traffic.plan(a, 1, 2, 3)
    traffic.plan(b, 2, 11)
    _ = traffic.release()
    return traffic
  }

  @Test func whoCanPassPasses() {
    var traffic = late()
    #expect(traffic.releasedThrough(a, b) == [1, 0])
    #expect(traffic.waiting(forUnreleasedOf: a) == [b])
    #expect(traffic.letPass(b, before: a) == .done(legs: 2))
    #expect(traffic.violations == [])
    #expect(traffic.releasedThrough(a, b) == [1, 1])
    traffic.visit(b, 1)
    _ = traffic.release()
    traffic.visit(b, 2)
    traffic.visit(a, 1)
    #expect(traffic.releasedThrough(a, b) == [2, 2])
    #expect(traffic.waiting(forUnreleasedOf: a) == [])
  }

  @Test func whoWouldDriveIntoTheLateOneDoesNot() {
    var traffic = Traffic.standing(0, 10, limit: ReleaseLimit(cells: 1))
    traffic.plan(a, 1, 2, 3)
    traffic.plan(b, 2, 1)
    _ = traffic.release()
    let before = traffic.snapshotForInvariants()
    #expect(traffic.letPass(b, before: a) == .refused)
    #expect(traffic.snapshotForInvariants() == before)
  }

  @Test func whoFollowsTheOneThatPassesIsTakenAlong() {
    var traffic = late()
    _ = traffic.join(c, at: 12, order: 1, limit: far)
    traffic.plan(c, 10)
    #expect(traffic.letPass(b, before: a) == .done(legs: 2))
    #expect(traffic.violations == [])
    #expect(traffic.position(of: c).through == 0 && !traffic.isIdle(c))
  }

  @Test func frozenRobotsAndLongQueuesAreLeftAlone() {
    var traffic = late()
    #expect(traffic.letPass(b, before: a, limit: 1) == .refused)
    #expect(traffic.letPass(a, before: a) == .refused)
    #expect(traffic.letPass(c, before: a) == .refused)
    _ = traffic.setHeld(b, true)
    #expect(traffic.letPass(b, before: a) == .refused)
  }

  /// In the toy world, with every fault on: whatever the state, reordering breaks nothing, a
  /// refusal changes nothing, and in the end everybody arrives.
  @Test(arguments: UInt64(1)...8)
  func nothingIsBrokenByReordering(seed: UInt64) {
    var world = ToyWorld(seed: seed, robots: 16)
    var rng = Seed(seed).derive("reorder").generator()
    var tried = 0
    var done = 0
    for _ in 0..<1500 where world.violations.isEmpty {
      if world.now % 3 == 0 { world.plan() }
      world.misbehave()
      world.recover()
      let waits = world.traffic.presentRobots.flatMap { late in
        world.traffic.waiting(forUnreleasedOf: late).map { (late: late, other: $0) }
      }
      if !waits.isEmpty {
        let pair = waits[rng.next(below: waits.count)]
        let before = world.traffic.snapshotForInvariants()
        tried += 1
        switch world.traffic.letPass(pair.other, before: pair.late) {
        case .refused: #expect(world.traffic.snapshotForInvariants() == before, "seed \(seed)")
        case .done:
          done += 1
          #expect(world.traffic.violations == [], "seed \(seed)")
        }
      }
      world.step()
    }
    #expect(world.violations == [], "seed \(seed)")
    #expect(tried >= 300 && done >= 10, "seed \(seed): \(done) of \(tried)")
    #expect(drain(&world), "seed \(seed): somebody never arrives")
  }

  private func drain(_ world: inout ToyWorld) -> Bool {
    world.faults.isOn = false
    for _ in 0..<3000 {
      for index in world.robots.indices where !world.robots[index].isPlaced {
        world.enter(index)
      }
      world.recover()
      world.step()
      if world.traffic.presentRobots.allSatisfy(world.traffic.isIdle) { return true }
    }
    return false
  }
}

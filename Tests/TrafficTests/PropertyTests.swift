import Testing

@testable import Traffic

@Suite struct PropertyTests {
  /// 2,000 steps of faults with every check on, then all is healed and everybody must finish what
  /// was planned.
  @Test(arguments: UInt64(1)...50)
  func nothingIsBrokenAndEverybodyDrains(seed: UInt64) {
    var world = ToyWorld(seed: seed)
    for _ in 0..<2000 where world.violations.isEmpty {
      if world.now % 3 == 0 { world.plan() }
      world.misbehave()
      world.recover()
      world.step()
    }
    #expect(world.violations == [], "seed \(seed)")
    #expect(world.visits > 500 && world.refusals > 100, "seed \(seed): nothing happened")
    #expect(drain(&world), "seed \(seed): somebody never arrives")
    #expect(world.violations == [], "seed \(seed), drain")
  }

  @Test func contestsAndStaysDoHappenInTheToyWorld() {
    var (contests, stays) = (0, 0)
    for seed in UInt64(1)...5 {
      var world = ToyWorld(seed: seed)
      for _ in 0..<1000 {
        if world.now % 3 == 0 { world.plan() }
        world.misbehave()
        world.recover()
        world.step()
      }
      contests += world.contests
      stays += world.stays
    }
    #expect(contests > 0 && stays > 0)
  }

  private func drain(_ world: inout ToyWorld) -> Bool {
    world.faults.isOn = false
    for index in world.robots.indices where !world.robots[index].isPlaced { world.enter(index) }
    for _ in 0..<3000 {
      world.recover()
      world.step()
      for index in world.robots.indices where !world.robots[index].isPlaced {
        world.enter(index)
      }
      if world.traffic.presentRobots.allSatisfy(world.traffic.isIdle) { return true }
    }
    return false
  }
}

import Determinism
import FleetModel
import Testing

@testable import VirtualRobot

@Suite struct KinematicsTests {
  @Test func passesReleasedLegsInFreeFlowTime() {
    var rig = Rig()
    rig.send(Rig.route(row(0...20)))
    // 20 m at 2 m/s with 1 m/s²: 2 s up, 2 s down over 4 m, 16 m at 2 m/s.
    rig.run(11.99)
    #expect(rig.visited == Array(1...19))
    rig.run(0.02)
    #expect(rig.visited == Array(1...20))
    #expect(rig.robot.isStanding)
    #expect(rig.robot.truePosition == Rig.point(20, 0))
  }

  @Test func passesWithoutStoppingWhenReleasedInTime() {
    var rig = Rig()
    rig.send(Rig.route(row(0...20), through: 4))
    for update in 2...17 as ClosedRange<UInt64> {
      while rig.robot.route.visited < update - 1 { rig.run(0.05) }
      rig.send(
        .route(
          RouteUpdate(
            order: 1, update: update, start: Rig.point(20, 0), firstLeg: 21, legs: [],
            releasedThrough: update + 3)))
    }
    while !rig.robot.isStanding { rig.run(0.05) }
    #expect(rig.robot.truePosition == Rig.point(20, 0))
    let elapsed = (rig.now - Instant(microseconds: 1_000_000_000)).inSeconds
    #expect(elapsed >= 12 && elapsed < 12.06)
  }

  @Test func turnsOnTheSpotWhereTheClassNeedsIt() {
    var rig = Rig()
    rig.send(Rig.route([(0, 0), (1, 0), (1, 1)]))
    // 1 m from rest to rest at 1 m/s² takes 2 s; twice, and a turn of 2 s.
    rig.run(5.99)
    #expect(!rig.robot.isStanding)
    rig.run(0.02)
    #expect(rig.robot.isStanding)
    #expect(rig.robot.pose.headingDegrees == 180)
  }

  @Test func turnsFirstWhenItLooksElsewhere() {
    var rig = Rig(heading: 270_000)
    rig.send(Rig.route(row(0...1)))
    rig.run(2)
    #expect(rig.robot.pose.headingDegrees == 180)
    rig.run(1.99)
    #expect(rig.robot.pose.x < 501)
    rig.run(2.02)
    #expect(rig.visited == [1])
  }

  @Test func drivesRoundCornersWhereTheClassNeedsNoTurn() {
    var vehicle = Rig.courier
    vehicle.quarterTurnMilliseconds = 0
    var rig = Rig(vehicle: vehicle)
    rig.send(Rig.route([(0, 0), (1, 0), (1, 1)]))
    var slowest = Double.infinity
    rig.run(1)
    while rig.robot.route.visited < 2 {
      if rig.robot.pose.y < 1000 {
        slowest = min(slowest, rig.robot.pose.speedMillimetresPerSecond)
      }
      rig.run(0.01, step: 0.01)
    }
    #expect(slowest > 400 && slowest <= 1000)
    #expect((rig.now - Instant(microseconds: 1_000_000_000)).inSeconds < 4)
  }

  @Test func keepsSpeedLimitsOfLegs() {
    var rig = Rig()
    let legs = (1...12).map { x in
      RouteLeg(
        points: [Rig.point(Int64(x), 0)],
        speedLimitMillimetresPerSecond: (5...7).contains(x) ? 500 : 0)
    }
    rig.send(
      .route(
        RouteUpdate(
          order: 1, update: 1, start: Rig.point(0, 0), firstLeg: 1, legs: legs,
          releasedThrough: 12)))
    var top = 0.0
    while !rig.robot.isStanding || rig.robot.route.visited == 0 {
      rig.run(0.01, step: 0.01)
      let pose = rig.robot.pose
      top = max(top, pose.speedMillimetresPerSecond)
      if pose.x > 4501 && pose.x < 7499 {
        #expect(pose.speedMillimetresPerSecond <= 500.001, "at \(pose.x)")
      }
    }
    #expect(top > 1900)
  }

  @Test func stepsMakeNoDifference() {
    for seed in 1...40 as ClosedRange<UInt64> { compareSteps(seed) }
  }

  private func compareSteps(_ seed: UInt64) {
    var coarse = Rig(seed: seed)
    var fine = Rig(seed: seed)
    var random = Seed(seed).derive("walk").generator()
    let cells = walk(30, &random)
    coarse.send(Rig.route(cells))
    fine.send(Rig.route(cells))
    coarse.run(90, step: 1)
    fine.run(90, step: 0.013)
    #expect(coarse.robot.pose == fine.robot.pose, "seed \(seed)")
    #expect(coarse.visited == fine.visited, "seed \(seed)")
  }

  @Test func movesNoFasterThanItSays() {
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = Seed(seed).derive("walk").generator()
      var rig = Rig(seed: seed)
      rig.send(Rig.route(walk(30, &random)))
      var before = rig.robot.pose
      for _ in 0..<9000 {
        rig.run(0.01, step: 0.01)
        let pose = rig.robot.pose
        let moved = abs(pose.x - before.x) + abs(pose.y - before.y)
        let speed = max(before.speedMillimetresPerSecond, pose.speedMillimetresPerSecond)
        #expect(moved <= (speed + 10) * 0.01 + 0.001, "seed \(seed)")
        #expect(abs(pose.speedMillimetresPerSecond - before.speedMillimetresPerSecond) <= 10.01)
        before = pose
      }
      #expect(rig.robot.route.visited == 30, "seed \(seed)")
    }
  }

  @Test func neverDrivesBeyondWhatItAcknowledged() {
    for seed in 1...300 as ClosedRange<UInt64> { driveAtRandom(seed) }
  }

  private func driveAtRandom(_ seed: UInt64) {
    var random = Seed(seed).derive("test").generator()
    var vehicle = Rig.courier
    vehicle.speedMillimetresPerSecond = Int32(random.next(in: 500...6000))
    vehicle.accelerationMillimetresPerSecond2 = Int32(random.next(in: 300...3000))
    vehicle.brakingMillimetresPerSecond2 = Int32(random.next(in: 300...3000))
    if random.chance(0.5) { vehicle.quarterTurnMilliseconds = 0 }
    var rig = Rig(vehicle: vehicle, seed: seed)
    var driver = RandomServer(rig: rig, random: random)
    for _ in 0..<100 {
      driver.act()
      rig = driver.rig
      let ends = driver.ends
      let through = Int(rig.robot.route.through)
      let here = driver.progress(rig.robot.truePosition)
      #expect(here <= Double(ends[through]) + 1, "seed \(seed)")
      let left = rig.robot.releasedDistanceMillimetres
      #expect(
        rig.robot.stoppingDistanceMillimetres <= left + 0.01,
        "seed \(seed): speed \(rig.robot.pose.speedMillimetresPerSecond), \(left) mm left")
    }
    driver.finish()
    #expect(driver.rig.robot.isStanding, "seed \(seed)")
    #expect(driver.rig.robot.truePosition == driver.rig.robot.routeEnd, "seed \(seed)")
    #expect(driver.rig.visited == driver.rig.visited.sorted(), "seed \(seed)")
  }
}

/// A walk over free cells that seldom turns back.
func walk(_ count: Int, _ random: inout SeededGenerator) -> [(Int64, Int64)] {
  var cells: [(Int64, Int64)] = [(0, 0)]
  var (dx, dy): (Int64, Int64) = (1, 0)
  for _ in 0..<count {
    if random.chance(0.25) { (dx, dy) = random.chance(0.5) ? (dy, dx) : (-dy, -dx) }
    cells.append((cells[cells.count - 1].0 + dx, cells[cells.count - 1].1 + dy))
  }
  return cells
}

/// A server that releases, trims, pauses, stops at random along one endless row.
struct RandomServer {
  var rig: Rig
  var random: SeededGenerator
  private var update: UInt64 = 0
  private var lastLeg: UInt64 = 0
  /// Distance along the way at each leg's end.
  var ends: [Int64] = [0]

  init(rig: Rig, random: SeededGenerator) {
    self.rig = rig
    self.random = random
  }

  func progress(_ place: Point) -> Double { Double(place.x - 500) }

  mutating func act() {
    switch random.next(below: 10) {
    case 0...3: release()
    case 4: trim()
    case 5: rig.send(random.chance(0.5) ? .pause : .resume)
    case 6: rig.send(random.chance(0.3) ? .stop : .resume)
    case 7 where random.chance(0.3):
      let fault =
        random.chance(0.5)
        ? RobotFault.stop(for: .seconds(1)) : .slow(permille: 400, for: .seconds(2))
      rig.said += rig.robot.inject(fault, now: rig.now)
    default: break
    }
    rig.run(random.nextUnit() * 1.5, step: 0.037)
  }

  mutating func finish() {
    rig.send(.resume)
    release(all: true)
    for _ in 0..<100 where rig.robot.truePosition != rig.robot.routeEnd || !rig.robot.isStanding {
      rig.run(5, step: 5)
    }
  }

  private mutating func release(all: Bool = false) {
    update += 1
    let count = random.next(below: 6)
    let start = Int64(lastLeg)
    let cells = row(start...start + Int64(count))
    let through = rig.robot.route.through
    let known = lastLeg + UInt64(count)
    let released = all ? known : through + UInt64(random.next(below: Int(known - through) + 1))
    rig.send(
      Rig.route(update: update, firstLeg: lastLeg + 1, cells, through: released))
    lastLeg = known
    ends = (0...Int64(lastLeg)).map { $0 * Rig.cell }
    #expect(rig.robot.route.through == released)
  }

  private mutating func trim() {
    guard rig.robot.route.order > 0 else { return }
    let route = rig.robot.route
    let visited = Int(route.visited)
    let wanted = UInt64(random.next(in: visited...Int(lastLeg)))
    update += 1
    let outputs = rig.send(.trim(order: 1, update: update, through: wanted))
    for case .trimmed(_, update, let through) in Rig.events(outputs) {
      #expect(through >= wanted && through <= lastLeg)
      lastLeg = through
    }
    ends = (0...Int64(lastLeg)).map { $0 * Rig.cell }
    #expect(rig.robot.routeEnd == Rig.point(Int64(lastLeg), 0))
  }
}

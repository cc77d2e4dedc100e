import Determinism
import FleetModel
import Grid
import Testing

@testable import FleetDispatch

/// An open field, 100 cells wide: vertex = 100 y + x, cells of 1 m.
private let width: Int32 = 100
private let field = (0..<10_000 as Range<Int32>).map { Cell(x: $0 % width, y: $0 / width) }

private func byAir(_ a: Int32, _ b: Int32) -> Int32 {
  abs(field[Int(a)].x - field[Int(b)].x) + abs(field[Int(a)].y - field[Int(b)].y)
}

private func task(
  _ number: Int, at start: Int32, priority: Int32 = 4, submitted: Int64 = 0,
  skill: SkillSet? = .deliver, only: Int32? = nil, payload: Int32 = 0, work: Int64 = 0,
  divisible: Bool = false
) throws -> OpenTask {
  OpenTask(
    id: try TaskID("task-\(number)"), priority: priority,
    submitted: Instant(microseconds: submitted * 1_000_000), skill: skill,
    onlyRobot: only.map { RobotIndex($0) }, payloadGrams: payload, starts: [start],
    workCells: work, standingMilliseconds: 0, endVertices: [start], isDivisible: divisible)
}

/// 100 Wh, 100 Wh/km: a tenth of a percent a metre.
private func robot(
  _ number: Int32, at vertex: Int32, speed: Int32 = 1000, skills: SkillSet = .deliver,
  payload: Int32 = 1000, permille: Int32 = 1000, free availableIn: Int64? = 0,
  class classIndex: Int = 0
) -> Candidate {
  Candidate(
    robot: RobotIndex(number), classIndex: classIndex, vertex: vertex, skills: skills,
    payloadGrams: payload,
    energy: EnergyModel(
      capacityMilliwattHours: 100_000, drivingMilliwattHoursPerKilometre: 100_000,
      standingMilliwatts: 0, chargingMilliwatts: 100_000),
    energyPermille: permille, speedMillimetresPerSecond: speed,
    availableInMilliseconds: availableIn)
}

private func run(
  _ tasks: [OpenTask], _ robots: [Candidate], now: Int64 = 0, chargers: [Int32] = [],
  travel: (Int, Int32, Int32) -> Int32? = { byAir($1, $2) }
) -> DispatchOutcome {
  var dispatcher = GreedyDispatcher(cells: field, chargers: chargers, cellMillimetres: 1000)
  return dispatcher.assign(
    tasks, to: robots, now: Instant(microseconds: now * 1_000_000), travel: travel)
}

private func pairs(_ outcome: DispatchOutcome) -> [String] {
  outcome.assignments.map { "\($0.task)>\($0.robot.rawValue)" }
}

private func reasons(_ outcome: DispatchOutcome) -> [BlockReason] { outcome.blocked.map(\.reason) }

struct GreedyDispatcherTests {
  @Test func takesTheRobotThatIsThereFirst() throws {
    let outcome = run([try task(1, at: 50)], [robot(0, at: 0), robot(1, at: 40), robot(2, at: 99)])
    #expect(
      outcome.assignments == [
        .init(task: try TaskID("task-1"), robot: RobotIndex(1), travelCells: 10)
      ])
    // Three times as fast from three times as far, less a metre.
    let fast = [robot(0, at: 40), robot(1, at: 79, speed: 3000, class: 1)]
    #expect(pairs(run([try task(1, at: 50)], fast)) == ["task-1>1"])
  }

  @Test func realTravelDecidesNotTheCrow() throws {
    let outcome = run([try task(1, at: 50)], [robot(0, at: 45), robot(1, at: 70)]) { _, from, to in
      from == 45 ? 300 : byAir(from, to)
    }
    #expect(pairs(outcome) == ["task-1>1"])
    #expect(outcome.assignments.first?.travelCells == 20)
  }

  @Test func everyRobotAtMostOnceByPriorityThenAge() throws {
    let tasks = try [
      task(1, at: 0, submitted: 10), task(2, at: 0, submitted: 5),
      task(3, at: 0, priority: 5, submitted: 20), task(4, at: 0, submitted: 5),
    ]
    let outcome = run(tasks, [robot(0, at: 1), robot(1, at: 2), robot(2, at: 3)])
    #expect(pairs(outcome) == ["task-3>0", "task-2>1", "task-4>2"])
    #expect(outcome.blocked == [.init(task: try TaskID("task-1"), reason: .robotsBusy)])
  }

  @Test func anOldTaskOfLowPriorityWinsInTheEnd() throws {
    let old = try task(1, at: 0, priority: 0, submitted: 0)
    for seconds in stride(from: Int64(0), to: 7200, by: 60) {
      let fresh = try task(2, at: 0, priority: 9, submitted: seconds)
      let winner = pairs(run([fresh, old], [robot(0, at: 1)], now: seconds))
      #expect(winner == [seconds > 5400 ? "task-1>0" : seconds == 5400 ? "task-1>0" : "task-2>0"])
    }
  }

  @Test func skillsPayloadAndNamedRobotsAreRespected() throws {
    let robots = [
      robot(0, at: 0, skills: .sweep), robot(1, at: 5, skills: [.deliver, .patrol], payload: 10),
    ]
    #expect(pairs(run([try task(1, at: 0, skill: .sweep)], robots)) == ["task-1>0"])
    #expect(pairs(run([try task(1, at: 0, skill: .patrol)], robots)) == ["task-1>1"])
    #expect(pairs(run([try task(1, at: 0, skill: nil)], robots)) == ["task-1>0"])
    #expect(pairs(run([try task(1, at: 0, skill: nil, only: 1)], robots)) == ["task-1>1"])
    #expect(reasons(run([try task(1, at: 0, payload: 11)], robots)) == [.noCapableRobot])
    #expect(reasons(run([try task(1, at: 0, skill: .sweep, only: 1)], robots)) == [.noCapableRobot])
    #expect(reasons(run([try task(1, at: 0, only: 7)], robots)) == [.robotUnavailable])
    #expect(reasons(run([try task(1, at: 0)], [])) == [.noCapableRobot])
    // Strong and skilled, but not the same robot.
    let apart = [
      robot(0, at: 0, skills: .sweep, payload: 99), robot(1, at: 0, skills: .deliver, payload: 1),
    ]
    #expect(reasons(run([try task(1, at: 0, payload: 50)], apart)) == [.noCapableRobot])
  }

  @Test func busyRobotsBlock() throws {
    #expect(reasons(run([try task(1, at: 0)], [robot(0, at: 0, free: nil)])) == [.robotsBusy])
  }

  @Test func isHeldForARobotThatIsSoonMuchCloser() throws {
    let robots = [robot(0, at: 99), robot(1, at: 1, free: 5000)]
    let held = run([try task(1, at: 0)], robots)
    #expect(held.assignments.isEmpty && reasons(held) == [.robotsBusy])
    // A second task does not wait for the robot that is held.
    let two = try [task(1, at: 0), task(2, at: 0)]
    #expect(pairs(run(two, robots)) == ["task-2>0"])
    // Patience ends.
    #expect(pairs(run([try task(1, at: 0)], robots, now: 60)) == ["task-1>0"])
    // Not worth it.
    let near = [robot(0, at: 12), robot(1, at: 1, free: 5000)]
    #expect(pairs(run([try task(1, at: 0)], near)) == ["task-1>0"])
  }

  @Test func batteryMustLastForTravelWorkAndTheWayToACharger() throws {
    // 100 cells away, 200 of work, 300 to the charger, 100 per mille of reserve.
    let job = try task(1, at: 99, work: 200)
    for (permille, lasts) in [(699, false), (700, true)] as [(Int32, Bool)] {
      let outcome = run(
        [job], [robot(0, at: 0, permille: permille)], chargers: [99 + 3 * 100]
      ) { _, from, to in from == 0 ? 100 : 300 }
      #expect(pairs(outcome) == (lasts ? ["task-1>0"] : []))
      #expect(reasons(outcome) == (lasts ? [] : [.energy]))
    }
    // A fuller robot further away does it.
    let robots = [robot(0, at: 98, permille: 250), robot(1, at: 0, permille: 900)]
    #expect(pairs(run([job], robots)) == ["task-1>1"])
  }

  @Test func divisibleWorkNeedsOnlyAShareOfTheBattery() throws {
    let long = try task(1, at: 0, work: 100_000)
    #expect(reasons(run([long], [robot(0, at: 0)])) == [.energy])
    let parts = try task(1, at: 0, work: 100_000, divisible: true)
    #expect(pairs(run([parts], [robot(0, at: 0, permille: 350)])) == ["task-1>0"])
    #expect(reasons(run([parts], [robot(0, at: 0, permille: 349)])) == [.energy])
  }

  @Test func shutInRobotsDoNotBlockATask() throws {
    let robots = (0..<8 as Range<Int32>).map { robot($0, at: $0) }
    let outcome = run([try task(1, at: 0)], robots) { _, from, to in
      from < 7 ? nil : byAir(from, to)
    }
    #expect(pairs(outcome) == ["task-1>7"])
    #expect(reasons(run([try task(1, at: 0)], robots) { _, _, _ in nil }) == [.unreachable])
    var nowhere = try task(1, at: 0)
    nowhere.starts = []
    #expect(reasons(run([nowhere], robots)) == [.unreachable])
  }

  @Test func classesThatCannotReachAreSkipped() throws {
    let robots =
      (0..<50 as Range<Int32>).map { robot($0, at: $0) } + [robot(50, at: 9999, class: 1)]
    let outcome = run([try task(1, at: 0)], robots) { $0 == 0 ? nil : byAir($1, $2) }
    #expect(pairs(outcome) == ["task-1>50"])
  }

  @Test func aTaskOutOfReachIsTriedAgainAfterAWhile() throws {
    var dispatcher = GreedyDispatcher(cells: field, chargers: [], cellMillimetres: 1000)
    let tasks = [try task(1, at: 50)]
    var lookups = 0
    var results: [[BlockReason]] = []
    for tick in 0..<8 as Range<Int64> {
      let outcome = dispatcher.assign(
        tasks, to: [robot(0, at: 0)], now: Instant(microseconds: tick * 1_000_000)
      ) { _, from, to in
        lookups += 1
        return tick < 2 ? nil : byAir(from, to)
      }
      results.append(reasons(outcome))
    }
    #expect(results == [[BlockReason]](repeating: [.unreachable], count: 5) + [[], [], []])
    #expect(lookups == 4)
  }

  @Test func manyTasksOutOfReachDoNotHoldUpTheOthersForLong() throws {
    var dispatcher = GreedyDispatcher(cells: field, chargers: [], cellMillimetres: 1000)
    let tasks = try (0..<500).map { try task($0, at: 0) } + [task(999, at: 1, priority: 0)]
    let robots = (0..<50 as Range<Int32>).map { robot($0, at: 5000 + $0) }
    for tick in 0..<20 as Range<Int64> {
      var lookups = 0
      let outcome = dispatcher.assign(
        tasks, to: robots, now: Instant(microseconds: tick * 100_000)
      ) { _, _, to in
        lookups += 1
        return to == 0 ? nil : 9
      }
      #expect(lookups <= 1010)
      if !outcome.assignments.isEmpty {
        #expect(outcome.assignments.map(\.task.text) == ["task-999"] && tick == 4)
        return
      }
    }
    Issue.record("task 999 was never assigned")
  }

  @Test func theOrderOfCandidatesAndTasksDoesNotMatter() throws {
    for seed in 0..<30 as Range<UInt64> {
      var rng = Seed(seed).derive("dispatch").generator()
      var tasks = try (0..<40).map {
        try task(
          $0, at: Int32(rng.next(below: 10_000)), priority: Int32(rng.next(below: 10)),
          submitted: Int64(rng.next(below: 3)))
      }
      var robots = (0..<30 as Range<Int32>).map {
        robot($0, at: Int32(rng.next(below: 10_000)))
      }
      let first = run(tasks, robots)
      rng.shuffle(&tasks)
      let second = run(tasks, robots)
      #expect(first == second, "seed \(seed)")
      #expect(Set(first.assignments.map(\.robot)).count == 30, "seed \(seed)")
      #expect(first.assignments.count + first.blocked.count == 40, "seed \(seed)")
      rng.shuffle(&robots)
      #expect(run(tasks, robots).assignments.count == 30, "seed \(seed)")
    }
  }

  /// Of robots in heaps and alone, busy and slow, and tasks with one place or several to begin at, on the
  /// field or beside all robots.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func looksAtRobotsInTheOrderOfTheirTimes(_ number: UInt64) throws {
    var random = Seed(number).generator()
    let heap = Int32(random.next(in: 0...9_000))
    let robots = (0..<Int32(random.next(in: 0...300))).map { i -> Candidate in
      let vertex = i % 3 == 0 ? heap + i : Int32(random.next(in: 0...9_999))
      let free = [nil, 0, 0, 0, 20_000, 500_000][random.next(in: 0...5)] as Int64?
      let classIndex = random.next(in: 0...2)
      return robot(
        i, at: vertex, speed: [500, 1000, 3000][classIndex],
        permille: Int32(random.next(in: 100...1000)), free: free, class: classIndex)
    }
    var round = DispatchRound(
      candidates: robots, cells: field, cellMillimetres: 1000, settings: .init())
    var taken: Set<Int> = []
    for count in 1...5 {
      var job = try task(count, at: 0)
      job.starts = (0..<count).map { _ in Int32(random.next(in: 0...9_999)) }
      let starts = job.starts.map { field[Int($0)] }
      round.begin(job, starts: starts)
      let expected = robots.indices.compactMap { i -> (time: Int64, i: Int)? in
        let air = job.starts.map { byAir($0, robots[i].vertex) }.min() ?? 0
        // 100 Wh, 100 Wh/km, a tenth of it kept.
        guard let wait = robots[i].availableInMilliseconds, !taken.contains(i),
          robots[i].energyPermille - 100 >= air
        else { return nil }
        return (wait + round.milliseconds(i, cells: Int64(air)), i)
      }.sorted { $0 < $1 }
      #expect(round.isEmpty() == expected.isEmpty)
      var found: [(time: Int64, i: Int)] = []
      while let option = round.next() { found.append((option.time, option.candidate)) }
      #expect(found.map(\.i) == expected.prefix(256).map(\.i))
      #expect(found.map(\.time) == expected.prefix(256).map(\.time))
      for option in expected.prefix(3) {
        round.take(option.i)
        taken.insert(option.i)
      }
    }
  }

  @Test func looksUpFewTravelTimes() throws {
    var rng = Seed(1).derive("lookups").generator()
    let tasks = try (0..<500).map { try task($0, at: Int32(rng.next(below: 10_000))) }
    let robots = (0..<200 as Range<Int32>).map { robot($0, at: Int32(rng.next(below: 10_000))) }
    var lookups = 0
    let outcome = run(tasks, robots, chargers: [0, 99, 9900]) { _, from, to in
      lookups += 1
      return byAir(from, to) * 5 / 4
    }
    #expect(outcome.assignments.count == 200)
    #expect(lookups <= 200 * 7, "\(lookups) lookups")
  }
}

struct ChargingPolicyTests {
  private let policy = ChargingPolicy()

  private func decide(
    _ permille: Int32, charging: Bool = false, work: Bool = true, free: Bool = true,
    others: Bool = false
  ) -> ChargingDecision {
    policy.decide(
      energyPermille: permille, isCharging: charging, hasWork: work, chargerIsFree: free,
      othersWait: others)
  }

  @Test func chargesBelowAQuarter() {
    #expect(decide(249) == .charge && decide(249, free: false) == .charge)
    #expect(decide(250) == .stay)
  }

  @Test func topsUpWhenIdleAndAChargerIsFree() {
    #expect(decide(699, work: false) == .charge)
    #expect(decide(700, work: false) == .stay)
    #expect(decide(699, work: false, free: false) == .stay)
  }

  @Test func comesBackWhenFullOrEarlierForWorkOrOthers() {
    #expect(decide(900, charging: true, work: false) == .leave)
    #expect(decide(899, charging: true, work: false) == .stay)
    #expect(decide(600, charging: true) == .leave)
    #expect(decide(600, charging: true, work: false, others: true) == .leave)
    #expect(decide(599, charging: true, others: true) == .stay)
  }

  @Test func neverGoesBackAndForth() {
    for permille in 0...1000 as ClosedRange<Int32> {
      for work in [false, true] {
        let left = decide(permille, charging: true, work: work) == .leave
        #expect(!left || decide(permille, work: work) == .stay, "\(permille)")
      }
    }
  }

  @Test func handsTasksBackBelowTwelvePercent() {
    #expect(policy.mustCharge(energyPermille: 119) && !policy.mustCharge(energyPermille: 120))
    #expect(policy.takesTasks(energyPermille: 250, isCharging: false))
    #expect(!policy.takesTasks(energyPermille: 250, isCharging: true))
  }
}

struct EnergyBudgetTests {
  private let budget = EnergyBudget(
    model: EnergyModel(
      capacityMilliwattHours: 1_000_000, drivingMilliwattHoursPerKilometre: 50_000,
      standingMilliwatts: 36_000, chargingMilliwatts: 1),
    cellMillimetres: 2000, speedMillimetresPerSecond: 1000)

  @Test func countsDrivingAndStanding() {
    #expect(budget.milliseconds(cells: 500) == 1_000_000)
    // 1 km: 50 Wh, and 1,000 s at 36 W: 10 Wh.
    #expect(budget.microwattHours(cells: 500, standingMilliseconds: 0) == 60_000_000)
    #expect(budget.microwattHours(cells: 0, standingMilliseconds: 3_600_000) == 36_000_000)
    #expect(budget.microwattHours(atPermille: 500, reservePermille: 100) == 400_000_000)
  }

  @Test func doesNotOverflow() {
    let huge = EnergyBudget(
      model: EnergyModel(
        capacityMilliwattHours: 1, drivingMilliwattHoursPerKilometre: 1_000_000_000,
        standingMilliwatts: 1_000_000_000, chargingMilliwatts: 1),
      cellMillimetres: 100_000, speedMillimetresPerSecond: 1)
    #expect(
      huge.microwattHours(cells: 1_000_000_000, standingMilliseconds: 86_400_000) == Int64.max)
  }
}

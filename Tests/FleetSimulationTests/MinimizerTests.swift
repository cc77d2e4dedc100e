import Determinism
import FleetModel
import FleetSimulation
import Testing

private func faults(_ count: Int) -> [Fault] {
  (0..<count).map { i in
    Fault(
      after: .seconds(i), FaultKind.allCases[i % 5], robot: i % 40, lasting: .seconds(10))
  }
}

/// Whether a case has the two faults that only together, among enough robots and for long enough, fail.
private func fails(_ small: Minimizer.Case) -> Bool {
  let robots = Set(small.faults.map { "\($0.after.inSeconds)" })
  return robots.isSuperset(of: ["17.0", "58.0"]) && small.robots >= 23
    && small.duration >= .seconds(61)
}

private func minimized(budget: Int) -> Minimizer {
  let start = Minimizer.Case(faults: faults(100), robots: 40, duration: .seconds(180))
  var minimizer = Minimizer(start, budget: budget)
  minimizer.run { cases in cases.firstIndex(where: fails) }
  return minimizer
}

@Test func aMinimizerFindsTheSmallestFailingCase() throws {
  let minimizer = minimized(budget: 1000)
  #expect(minimizer.best.faults.map(\.after) == [.seconds(17), .seconds(58)])
  #expect(minimizer.best.robots == 23)
  #expect(minimizer.best.duration == .seconds(61))
  #expect(minimizer.runs < 200)
}

@Test func aMinimizerStaysWithinItsBudgetAndFailing() throws {
  for budget in [0, 1, 7, 30] {
    let minimizer = minimized(budget: budget)
    #expect(minimizer.runs <= budget)
    #expect(fails(minimizer.best))
  }
}

@Test func whatWasFoundStaysWhenMinimizingIsInterrupted() {
  struct Stop: Error {}
  let start = Minimizer.Case(faults: faults(100), robots: 40, duration: .seconds(180))
  var minimizer = Minimizer(start, budget: 1000)
  var runs = 0
  #expect(throws: Stop.self) {
    try minimizer.run { cases in
      runs += 1
      if runs > 8 { throw Stop() }
      return cases.firstIndex(where: fails)
    }
  }
  #expect(minimizer.best.faults.count < 100)
  #expect(fails(minimizer.best))
}

@Test func aKnownTimeOfFailureIsTriedFirst() throws {
  var tried: [Duration] = []
  let start = Minimizer.Case(faults: faults(100), robots: 40, duration: .seconds(180))
  var minimizer = Minimizer(start, budget: 1)
  minimizer.run(failsAt: .seconds(70)) { cases in
    tried += cases.map(\.duration)
    return cases.firstIndex(where: fails)
  }
  #expect(tried == [.seconds(70)])
  #expect(minimizer.best.duration == .seconds(70))
  #expect(minimizer.best.faults.allSatisfy { $0.after + $0.lasting <= .seconds(70) })
}

// MARK: Scenarios written down

private let full = """
  name: "a \\"quoted\\" name"
  site: campus
  seed: 42
  robots: {courier: 3, guard: 1}
  duration_s: 90.5
  warmup_s: 10
  drain_s: 700
  demand: {per_hour: 120.5, kinds: {deliver: 3, patrol: 1}}
  tasks: {load_s: [1.5, 2], unload_s: 3, payload_g: 700, with_code: 0.25, human_s: 4, rounds: 2,
    priority: [2, 5]}
  network: {delay_ms: 11, jitter_ms: 12, loss: 0.013, duplication: 0.00002, reordering: 0.1,
    redelivery_ms: 900, keep_alive_s: 7}
  vehicles: {energy: [0.31, 0.9], heartbeat_timeout_ms: 4000}
  faults:
    chaos: 0.5
    stops: {per_robot_hour: 3.5, for_s: [1, 2.5]}
    server_crashes: {per_hour: 9, for_s: 4}
    list: [{at_s: 3.25, kind: strays, robot: 2, x: -300, y: 20}, {at_s: 0, kind: server_crashes, event: 9}]
  gates: {failed_tasks_max: 2, refused_tasks_max: 3, busy_share_min: 0.5, travel_ratio_max: 2.5,
    speedup_min: 3, tasks_min: {deliver: 4}}
  fleet: {tick_ms: 50, planning_ms: 250, dispatch_ms: 600, reaction_ms: 900, plan_ahead_cells: 30,
    beside_above: 40, planning_latency_ms: 300}
  """

@Test func aScenarioIsWrittenAndReadAgain() throws {
  let scenario = try ScenarioFile.parse(full, file: "x.yaml")
  #expect(try ScenarioFile.parse(scenario.yaml, file: "y.yaml") == scenario)
  #expect(scenario.seed == 42)
  let plain = try ScenarioFile.parse("site: campus\nduration_s: 60\n", file: "x.yaml")
  #expect(try ScenarioFile.parse(plain.yaml, file: "y.yaml") == plain)
}

@Test func aRunWrittenOutIsTheSameRun() throws {
  var scenario = Scenario(
    name: "c", site: "campus", robots: .count(6), duration: .seconds(20), drainLimit: .seconds(5))
  scenario.faults.chaos = 4
  let site = try shippedSite("campus")
  let concrete = try scenario.concrete(on: site, seed: 5)
  #expect(!concrete.faults.list.isEmpty && concrete.faults.chaos == 0)
  var again = try ScenarioFile.parse(concrete.yaml, file: "z.yaml")
  func hash(_ scenario: Scenario) throws -> String {
    var run = try Simulation(scenario, site: site, seed: 5)
    run.run(until: .seconds(30))
    return run.report(wallSeconds: 1).eventLogHash
  }
  let expected = try hash(scenario)
  #expect(try hash(again) == expected)

  let small = Minimizer.Case(
    faults: Array(concrete.faults.list.prefix(1)), robots: 3, duration: .seconds(7))
  again = try concrete.cut(to: small, on: site)
  #expect(again.robots == .count(3) && again.duration == .seconds(7))
  #expect(try again.minimizerCase(on: site) == small)
}

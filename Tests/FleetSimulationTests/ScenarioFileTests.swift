import FleetModel
import Testing

@testable import FleetSimulation

private let least = "site: campus\nduration_s: 60\n"

@Test func leastScenarioTakesDefaults() throws {
  let scenario = try ScenarioFile.parse(least, file: "some/small.yaml")
  #expect(scenario.name == "small")
  #expect(scenario.site == "campus")
  #expect(scenario.robots == .ofSite)
  #expect(scenario.duration == .seconds(60))
  #expect(scenario.demand.volume == .keepBusy(0.95))
  #expect(scenario.gates == GateLimits())
}

@Test func everyKeyIsRead() throws {
  let scenario = try ScenarioFile.parse(
    """
    name: all
    site: harbour
    robots: {carrier: 3, guard: 2}
    duration_s: 120
    warmup_s: 10
    drain_s: 300
    demand: {per_hour: 60, kinds: {deliver: 3, goto: 1}}
    tasks: {load_s: [1, 2], unload_s: 3, payload_g: [10, 20], with_code: 0.5, human_s: [1, 2],
      rounds: [1, 3], priority: [2, 6]}
    network: {delay_ms: 10, jitter_ms: 20, loss: 0.1, duplication: 0.2, reordering: 0.3, redelivery_ms: 500,
      keep_alive_s: 5}
    vehicles: {energy: [0.5, 0.9], heartbeat_timeout_ms: 4000}
    faults: {stops: {per_robot_hour: 2, for_s: [1, 2]}, server_crashes: {per_hour: 1, for_s: 3},
      chaos: 0.5, list: [{at_s: 2.5, kind: slow_downs, robot: 3, for_s: 9, amount: 200},
      {kind: server_crashes, event: 77, amount: -1, for_s: 0.5, x: -3, y: 20}]}
    gates: {failed_tasks_max: 1, refused_tasks_max: 2, busy_share_min: 0.5, travel_ratio_max: 1.5,
      tasks_min: {deliver: 4}, tasks_per_hour_min: 7.5, speedup_min: 60, speedup_demand_min: 50}
    fleet: {tick_ms: 50, planning_ms: 100, dispatch_ms: 200, reaction_ms: 800,
      plan_ahead_cells: 6}
    """, file: "x.yaml")
  #expect(scenario.name == "all")
  #expect(
    scenario.robots
      == .perClass([
        .init(vehicle: try ClassID("carrier"), count: 3),
        .init(vehicle: try ClassID("guard"), count: 2),
      ]))
  #expect(scenario.demand.volume == .perHour(60))
  #expect(scenario.demand.weights == [3, 0, 0, 1])
  #expect(scenario.tasks.loadMilliseconds == 1000...2000)
  #expect(scenario.tasks.unloadMilliseconds == 3000...3000)
  #expect(scenario.network.keepAliveMilliseconds == 5000)
  #expect(scenario.vehicles.energyPermille == 500...900)
  #expect(scenario.network.reordering == 0.3)
  #expect(scenario.faults.rates[.stops]?.milliseconds == 1000...2000)
  #expect(scenario.faults.rates[.serverCrashes]?.milliseconds == 3000...3000)
  #expect(scenario.faults.chaos == 0.5)
  #expect(
    scenario.faults.list == [
      Fault(
        after: .milliseconds(2500), .slowDowns, robot: 3, lasting: .seconds(9), amount: 200),
      Fault(
        after: .zero, .serverCrashes, lasting: .milliseconds(500), amount: -1, x: -3, y: 20,
        event: 77),
    ])
  #expect(scenario.gates.speedupDemandMin == 50)
  #expect(scenario.gates.tasksPerHourMin == 7.5)
  #expect(scenario.gates.tasksMin == [4, 0, 0, 0])
  #expect(scenario.fleet.tickPeriod == .milliseconds(50))
}

/// What is wrong, the line it is on, and what the error must name.
private let broken: [(yaml: String, line: Int?, names: String)] = [
  ("", 1, "empty"),
  ("duration_s: 60\n", 1, "\"site\" is missing"),
  ("site: campus\n", 1, "\"duration_s\" is missing"),
  ("- a\n", 1, "expected a mapping"),
  (least + "colour: red\n", 3, "unknown key \"colour\""),
  (least + "site: harbour\n", nil, "\"site\" is given twice"),
  ("site: campus\nduration_s: soon\n", 2, "expected a number, found \"soon\""),
  ("site: campus\nduration_s: 0\n", 2, "0 is out of range"),
  ("site: []\nduration_s: 9\n", 1, "expected a text"),
  (least + "robots: 0\n", 3, "0 is out of range"),
  (least + "robots: many\n", 3, "expected a whole number, found \"many\""),
  (least + "robots: {courier: -1}\n", 3, "-1 is out of range"),
  (least + "robots: {courier: 0}\n", 3, "at least one robot"),
  (least + "robots: {\"a b\": 1}\n", 3, "\"a b\" is no valid id"),
  (least + "warmup_s: 60\n", 3, "shorter than the duration"),
  (least + "demand: {}\n", 3, "\"keep_busy\" and \"per_hour\" is needed"),
  (least + "demand: {keep_busy: 1.5}\n", 3, "1.5 is out of range"),
  (least + "demand: {keep_busy: 1, per_hour: 2}\n", 3, "cannot both be given"),
  (least + "demand:\n  keep_busy: 1\n  kinds: {fly: 1}\n", 5, "unknown key \"fly\""),
  (least + "demand:\n  keep_busy: 1\n  kinds: {goto: 0}\n", 5, "weight above 0"),
  (least + "tasks: {load_s: [3, 1]}\n", 3, "above the highest"),
  (least + "tasks: {load_s: [1, 2, 3]}\n", 3, "a list of 3"),
  (least + "network:\n  loss: 2\n", 4, "network.loss: 2 is out of range"),
  (least + "network: fast\n", 3, "expected a mapping, found \"fast\""),
  (least + "faults: {stops: {for_s: 1}}\n", 3, "\"per_robot_hour\" is missing"),
  (least + "faults: {stops: {per_robot_hour: 1}}\n", 3, "\"for_s\" is missing"),
  (least + "faults: {server_crashes: {per_robot_hour: 1, for_s: 1}}\n", 3, "unknown key"),
  (least + "faults: {list: {}}\n", 3, "expected a list"),
  (least + "faults: {list: [{kind: fire}]}\n", 3, "unknown fault \"fire\""),
  (least + "faults: {list: [{kind: stops}]}\n", 3, "needs the key \"robot\""),
  (least + "faults: {list: [{kind: server_cuts, robot: 1}]}\n", 3, "is of no robot"),
  (least + "gates: {collisions: 3}\n", 3, "unknown key \"collisions\""),
  (least + "gates: {tasks_min: {deliver: few}}\n", 3, "found \"few\""),
  (least + "fleet: {tick_ms: 1}\n", 3, "1 is out of range"),
  (least + "name: [\n", nil, "is no YAML"),
]

@Test(arguments: broken.indices) func brokenScenarioNamesLineAndValue(_ index: Int) {
  let (yaml, line, names) = broken[index]
  let error = #expect(throws: ScenarioError.self) {
    try ScenarioFile.parse(yaml, file: "broken.yaml")
  }
  #expect(error?.file == "broken.yaml")
  #expect(error?.text.contains(names) == true, "\(String(describing: error))")
  if let line { #expect(error?.line == line) }
}

@Test func missingFileIsNamed() {
  let error = #expect(throws: ScenarioError.self) { try ScenarioFile.load("/no/such.yaml") }
  #expect(error?.description == "/no/such.yaml: no such file")
}

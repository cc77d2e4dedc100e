import FleetModel
import Site
import Testing

@testable import FleetSimulation

private func scenario(_ site: String, robots: Int, seconds: Int) -> Scenario {
  var scenario = Scenario(
    name: "test", site: site, robots: .count(robots), duration: .seconds(seconds),
    drainLimit: .seconds(1500))
  scenario.network.loss = 0.01
  scenario.network.duplication = 0.005
  scenario.faults.rates[.stops] = .init(perHour: 4, milliseconds: 1000...10_000)
  scenario.faults.rates[.linkLosses] = .init(perHour: 4, milliseconds: 1000...40_000)
  scenario.tasks.withCode = 0.2
  scenario.gates.failedTasksMax = 0
  scenario.gates.refusedTasksMax = 0
  return scenario
}

private func run(_ scenario: Scenario, seed: UInt64) throws -> RunReport {
  var simulation = try Simulation(scenario, site: try shippedSite(scenario.site), seed: seed)
  simulation.run(until: .seconds(100_000))
  return simulation.report(wallSeconds: 0)
}

@Test(arguments: ["campus", "harbour", "oldtown"]) func fleetWorksAndComesToRest(
  _ name: String
) throws {
  let report = try run(scenario(name, robots: 12, seconds: 120), seed: 1)
  let told = "\(report.violations) \(report.explanations) \(report.refusals)"
  #expect(report.passed, "\(report.gates.filter { !$0.passed }) \(told)")
  #expect(report.undecodable == 0)
  for count in report.tasks {
    #expect(count.completed > 0, "\(count.kind)")
    #expect(count.completed == count.submitted)
  }
  #expect(report.travelRatio >= 1)
}

/// Vehicles of 15 x 3 m and sidewalk robots on the same ground.
@Test func longVehiclesAndSmallOnesShareTheYard() throws {
  var scenario = scenario("yard", robots: 0, seconds: 120)
  scenario.robots = .perClass([
    .init(vehicle: try ClassID("carrier"), count: 3),
    .init(vehicle: try ClassID("sidewalk"), count: 12),
  ])
  scenario.drainLimit = .seconds(3000)
  let report = try run(scenario, seed: 1)
  let told = "\(report.violations) \(report.explanations) \(report.refusals)"
  #expect(report.passed, "\(report.gates.filter { !$0.passed }) \(told)")
}

@Test func sameSeedGivesTheSameRun() throws {
  let scenario = scenario("campus", robots: 6, seconds: 20)
  let first = try run(scenario, seed: 5)
  #expect(try run(scenario, seed: 5) == first)
  #expect(try run(scenario, seed: 6).eventLogHash != first.eventLogHash)
}

@Test func tooManyRobotsAreRefused() throws {
  let scenario = scenario("campus", robots: 5000, seconds: 10)
  #expect(throws: SimulationError.self) {
    _ = try Simulation(scenario, site: try shippedSite("campus"), seed: 1)
  }
}

@Test func unknownClassIsRefused() throws {
  var scenario = scenario("campus", robots: 1, seconds: 10)
  scenario.robots = .perClass([.init(vehicle: try ClassID("tank"), count: 1)])
  let error = #expect(throws: SimulationError.self) {
    _ = try Simulation(scenario, site: try shippedSite("campus"), seed: 1)
  }
  #expect(error?.description.contains("no class \"tank\"") == true)
}

@Test func freeFlowTimeIsThatOfALoneVehicle() throws {
  let site = try shippedSite("oldtown")
  var flow = FreeFlow(site)
  let from = site.parking[0].vertex.rawValue
  let to = site.stations[0].bays[0].rawValue
  let found = flow.time(classIndex: 0, from: from, to: to)
  let time = try #require(found)
  // Faster than its top speed it cannot be, slower than a fifth of it it should not.
  let a = site.graph.cells[Int(from)]
  let b = site.graph.cells[Int(to)]
  let least =
    Double(abs(a.x - b.x) + abs(a.y - b.y)) * Double(site.cellMillimetres)
    / Double(site.classes[0].speedMillimetresPerSecond)
  #expect(time.inSeconds > least)
  #expect(time.inSeconds < 5 * least + 60)
  let none = flow.time(classIndex: 0, from: from, to: from)
  #expect(none == .zero)
}

@Test func runStoppedInTheMiddleDoesNotPass() throws {
  var simulation = try Simulation(
    scenario("campus", robots: 5, seconds: 60), site: try shippedSite("campus"), seed: 1)
  simulation.run(until: .seconds(20))
  let report = simulation.report(wallSeconds: 0)
  #expect(!report.finished)
  #expect(!report.passed)
  #expect(report.simulatedSeconds == 20)
}

/// Planning rounds computed on another thread, and not, are the same run, and it keeps all rules.
@Test(arguments: [1, 2]) func planningBesideIsAFunctionOfTheSeedAsWell(_ seed: UInt64) throws {
  var scenario = scenario("campus", robots: 12, seconds: 60)
  scenario.faults.chaos = 1
  scenario.drainLimit = .seconds(900)
  func hash(beside: Int, threads: Bool) throws -> String {
    scenario.fleet.planningBesideAbove = beside
    var simulation = try Simulation(scenario, site: try shippedSite("campus"), seed: seed)
    while simulation.phase != .ended {
      if !threads { simulation.server.fleet.workBeside = nil }
      simulation.runOne()
    }
    let report = simulation.report(wallSeconds: 1)
    #expect(report.passed, "seed \(seed): \(report.violations) \(report.explanations)")
    return report.eventLogHash
  }
  let beside = try hash(beside: 0, threads: true)
  #expect(try hash(beside: 0, threads: false) == beside)
  #expect(try hash(beside: 500, threads: true) != beside)
}

import FleetModel
import Site
import Testing

@testable import FleetSimulation

private func scenario(robots: Int = 4, seconds: Int = 40) -> Scenario {
  var scenario = Scenario(
    name: "small", site: "campus", robots: .count(robots), duration: .seconds(seconds),
    drainLimit: .seconds(1500))
  scenario.demand.volume = .keepBusy(1)
  scenario.demand.weights = [1, 0, 0, 1]
  scenario.tasks.loadMilliseconds = 1000...5000
  scenario.tasks.unloadMilliseconds = 1000...5000
  scenario.gates.failedTasksMax = 0
  return scenario
}

private func run(
  _ scenario: Scenario, on site: Site, seed: UInt64 = 1
) throws -> (report: RunReport, events: Int64) {
  var simulation = try Simulation(scenario, site: site, seed: seed)
  simulation.run(until: .seconds(100_000))
  return (simulation.report(wallSeconds: 0), simulation.server.events)
}

private func expectPass(_ report: RunReport, _ what: String) {
  let failed = report.gates.filter { !$0.passed }
  #expect(report.passed, "\(what): \(failed) \(report.violations) \(report.explanations)")
}

@Test(arguments: [-1, 0, 1, 2]) func crashAtManyEventsLosesNothing(_ sends: Int) throws {
  let site = try shippedSite("campus")
  let events = try run(scenario(), on: site).events
  for event in stride(from: 3 + Int64(sends), to: min(events, 4000), by: 991) {
    var scenario = scenario()
    scenario.faults.list = [
      Fault(
        after: .zero, .serverCrashes, lasting: .milliseconds(700 + event % 9000), amount: sends,
        x: event % 2 == 0 ? -90_000 : 0, y: Int(event % 3) * 4000, event: event)
    ]
    let report = try run(scenario, on: site).report
    #expect(report.faults == [.serverCrashes: 1])
    expectPass(report, "crash at event \(event) after \(sends) messages")
  }
}

/// Each kind does what it says: it happens, and everything comes to its end afterwards.
@Test(arguments: [
  Fault(after: .seconds(12), .brokerLosses, lasting: .seconds(6)),
  Fault(after: .seconds(12), .brokerLosses, lasting: .seconds(1), amount: 1),
  Fault(after: .seconds(12), .serverCuts, lasting: .seconds(8)),
  Fault(after: .seconds(12), .staleServers, lasting: .seconds(20)),
  Fault(after: .seconds(12), .serverCrashes, lasting: .seconds(8), amount: 1, y: 12_000),
  Fault(after: .seconds(12), .fullDisks, lasting: .seconds(8)),
  Fault(after: .seconds(12), .obstacles, lasting: .seconds(8), amount: 1234),
  Fault(after: .seconds(12), .ghosts, amount: 7),
  Fault(after: .seconds(12), .zoneClosures, lasting: .seconds(8), amount: 5),
  Fault(after: .seconds(12), .deadChargers, lasting: .seconds(8), amount: 1),
  Fault(after: .seconds(12), .orderStorms, amount: 6),
  Fault(after: .seconds(12), .interventions, lasting: .seconds(8), amount: 0),
  Fault(after: .seconds(12), .interventions, lasting: .seconds(8), amount: 1),
  Fault(after: .seconds(12), .interventions, lasting: .seconds(8), amount: 2),
  Fault(after: .seconds(12), .interventions, lasting: .seconds(8), amount: 3),
  Fault(after: .seconds(12), .interventions, lasting: .seconds(8), amount: 4),
]) func siteFaultIsOvercome(_ fault: Fault) throws {
  var scenario = scenario()
  let site = try shippedSite("campus")
  scenario.faults.list = [fault]
  let report = try run(scenario, on: site).report
  #expect(report.faults == [fault.kind: 1])
  expectPass(report, "\(fault)")
}

@Test(arguments: [
  Fault(after: .seconds(12), .slowDowns, lasting: .seconds(20), amount: 100),
  Fault(after: .seconds(12), .emergencyStops, lasting: .seconds(20)),
  Fault(after: .seconds(12), .drainedBatteries, lasting: .seconds(20)),
  Fault(after: .seconds(12), .partitions, lasting: .seconds(5), amount: 1),
  Fault(after: .seconds(12), .partitions, lasting: .seconds(5), amount: 2),
  Fault(after: .seconds(12), .partitions, lasting: .seconds(28), amount: 3),
  Fault(after: .seconds(3), .reboots, lasting: .seconds(10)),
  Fault(after: .seconds(8), .oldRoutes, lasting: .seconds(3), amount: 2000),
  Fault(after: .seconds(8), .oldRoutes, lasting: .seconds(20), amount: 9000),
  Fault(after: .seconds(12), .overruns, amount: 2000),
  Fault(after: .seconds(12), .overruns, amount: 900),
  Fault(after: .seconds(12), .strays, x: 700, y: -900),
  Fault(after: .seconds(12), .handMoves, amount: 11),
  Fault(after: .seconds(12), .handMoves, amount: 12, x: 800),
  Fault(after: .seconds(12), .teleoperations, lasting: .seconds(20), amount: 10),
  Fault(after: .seconds(12), .teleoperations, lasting: .seconds(20), amount: 17, x: 800),
  Fault(after: .seconds(12), .mislocations, lasting: .seconds(15), x: 4000, y: 300),
  Fault(after: .seconds(12), .drifts, lasting: .seconds(15), x: 300),
  Fault(after: .seconds(12), .replays, amount: 20),
  Fault(after: .seconds(12), .garbage, amount: 8),
  Fault(after: .seconds(10), .clockSkews, robot: 1, lasting: .seconds(20), amount: 2000),
]) func robotFaultIsOvercome(_ fault: Fault) throws {
  var scenario = scenario()
  scenario.faults.list = (0..<4).map { robot in
    var fault = fault
    fault.robot = robot
    return fault
  }
  let report = try run(scenario, on: try shippedSite("campus")).report
  #expect((report.faults[fault.kind] ?? 0) >= 4)
  #expect((report.undecodable > 0) == (fault.kind == .garbage))
  expectPass(report, "\(fault)")
}

/// A robot that is taken away for good is cleared, and nobody waits for it.
@Test func departedRobotIsCleared() throws {
  var scenario = scenario()
  scenario.gates.failedTasksMax = 1
  scenario.faults.list = [Fault(after: .seconds(20), .departures, robot: 2)]
  var simulation = try Simulation(scenario, site: try shippedSite("campus"), seed: 1)
  simulation.run(until: .seconds(100_000))
  expectPass(simulation.report(wallSeconds: 0), "departure")
  #expect(simulation.server.fleet.fleetStatistics().cleared == 1)
}

@Test func speedIsThatOfTheDemandToo() throws {
  var simulation = try Simulation(
    scenario(robots: 2, seconds: 10), site: try shippedSite("campus"), seed: 1)
  simulation.run(until: .seconds(100_000))
  let report = simulation.report(wallSeconds: 10, demandWallSeconds: 5)
  #expect(report.speedupDemand == 2)
  #expect(report.robotHours == 2 * report.simulatedSeconds / 3600)
}

/// Something on the road: who comes near stops before it, and nobody is hurt.
@Test func robotsStopBeforeObstacles() throws {
  let site = try shippedSite("campus")
  var scenario = scenario(robots: 12, seconds: 60)
  let all = (0..<200).map { cell in
    Fault(after: .seconds(10), .obstacles, lasting: .seconds(30), amount: cell * 17)
  }
  scenario.faults.list = all
  var simulation = try Simulation(scenario, site: site, seed: 1)
  simulation.run(until: .seconds(100_000))
  #expect(simulation.rogues.interventions > 0)
  expectPass(simulation.report(wallSeconds: 0), "obstacles")
}

@Test func chaosIsTheSameForTheSameSeed() throws {
  var scenario = scenario(robots: 8, seconds: 60)
  scenario.faults.chaos = 4
  let site = try shippedSite("campus")
  for seed in UInt64(1)...3 {
    let first = try run(scenario, on: site, seed: seed).report
    #expect(!first.faults.isEmpty)
    #expect(try run(scenario, on: site, seed: seed).report == first)
  }
}

/// The server that was replaced goes on sending: robots hear it, and it changes nothing.
@Test func robotsHeedNoServerThatWasReplaced() throws {
  var scenario = scenario(robots: 6)
  scenario.faults.list = [Fault(after: .seconds(10), .staleServers, lasting: .seconds(25))]
  var simulation = try Simulation(scenario, site: try shippedSite("campus"), seed: 2)
  simulation.run(until: .seconds(14))
  #expect(simulation.stale != nil && simulation.server.epoch == 2)
  #expect(simulation.stale?.commands == 0)
  simulation.run(until: .seconds(30))
  #expect((simulation.stale?.commands ?? 0) > 5, "it goes on commanding")
  simulation.run(until: .seconds(100_000))
  #expect(simulation.stale == nil)
  expectPass(simulation.report(wallSeconds: 0), "a replaced server")
}

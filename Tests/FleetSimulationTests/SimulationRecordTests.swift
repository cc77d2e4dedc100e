import Determinism
import FleetModel
import Site
import Testing

@testable import FleetSimulation

private func scenario() -> Scenario {
  var scenario = Scenario(
    name: "steps", site: "campus", robots: .count(6), duration: .seconds(20),
    drainLimit: .seconds(900))
  scenario.network.loss = 0.01
  scenario.faults.list = [
    Fault(after: .seconds(5), .stops, robot: 2, lasting: .seconds(4)),
    Fault(after: .seconds(9), .serverCrashes, lasting: .seconds(1)),
  ]
  return scenario
}

@Test func aRunToldInStepsIsTheSameRun() throws {
  let site = try shippedSite("campus")
  var whole = try Simulation(scenario(), site: site, seed: 3)
  whole.run(until: whole.longest)
  var told = try Simulation(scenario(), site: site, seed: 3)
  told.keepSteps()
  var (inputs, effects, world): (Int, Int, [String]) = (0, 0, [])
  var last = Duration.zero
  while true {
    let steps = told.nextSteps(until: told.longest)
    if steps.isEmpty { break }
    for step in steps {
      #expect(step.at >= last)
      last = step.at
      effects += step.effects.count
      switch step.cause {
      case .input: inputs += 1
      case .world(let text, _): world.append(text)
      case .violation(let text): Issue.record("\(text)")
      }
    }
  }
  #expect(told.phase == .ended)
  #expect(told.eventLogHash == whole.eventLogHash)
  #expect(inputs > 1000 && effects > 500)
  let stopped = try #require(told.robots.dropFirst(2).first?.id)
  #expect(world.contains { $0.hasPrefix("stops of \(stopped): ") })
  #expect(world.contains("server dies"))
  #expect(world.contains("server starts, epoch 2"))
  #expect(world.contains("demand and faults are over"))
}

@Test func stepsEndWhereTheyShall() throws {
  var simulation = try Simulation(scenario(), site: try shippedSite("campus"), seed: 3)
  simulation.keepSteps()
  var last = Duration.zero
  while true {
    let steps = simulation.nextSteps(until: .seconds(7))
    guard let step = steps.last else { break }
    last = step.at
  }
  #expect(last > .milliseconds(6800) && last <= .seconds(7))
}

@Test func aRecordedRunIsItsScenarioSiteAndSeed() throws {
  let record = SimulationRecord(
    scenario(), seed: 3, site: [.init(name: "site.yaml", text: "id: x")], build: "test",
    hash: "00ff")
  let bytes = try record.bytes()
  #expect(SimulationRecord.isOne(bytes) && !SimulationRecord.isOne(Array("DINC1".utf8)))
  let copy = try SimulationRecord(bytes: bytes)
  #expect(copy == record)
  var read = try ScenarioFile.parse(copy.scenario, file: "steps.yaml")
  var written = scenario()
  // Both runs are the same to their last message.
  read.duration = .seconds(12)
  written.duration = .seconds(12)
  let site = try shippedSite("campus")
  var (a, b) = (
    try Simulation(read, site: site, seed: 3), try Simulation(written, site: site, seed: 3)
  )
  a.run(until: .seconds(12))
  b.run(until: .seconds(12))
  #expect(a.eventLogHash == b.eventLogHash)
  for cut in 0..<bytes.count {
    #expect(throws: (any Error).self) { try SimulationRecord(bytes: Array(bytes.prefix(cut))) }
  }
}

import Determinism
import Foundation
import Testing

@testable import FleetSimulation

private let hour = Duration.seconds(3600)

private func draw(
  seed: UInt64 = 1, robots: Int = 10, _ change: (inout Scenario.Faults) -> Void
) -> [Fault] {
  var faults = Scenario.Faults()
  change(&faults)
  return FaultPlan.draw(faults, robots: robots, duration: hour, seed: Seed(seed))
}

@Test func faultsComeAtTheirRateAndEndInTime() {
  let faults = draw(robots: 50) {
    $0.rates[.stops] = .init(perHour: 6, milliseconds: 1000...5000)
  }
  #expect((220...380).contains(faults.count))
  for (a, b) in zip(faults, faults.dropFirst()) { #expect(a.after <= b.after) }
  for fault in faults {
    #expect(fault.kind == .stops)
    #expect(fault.robot.map { (0..<50).contains($0) } == true)
    #expect(fault.after + fault.lasting <= hour)
  }
}

@Test func aRateOfTheSiteDoesNotGrowWithItsRobots() {
  let faults = draw(robots: 500) {
    $0.rates[.serverCrashes] = .init(perHour: 60, milliseconds: 1000...5000)
  }
  #expect((30...90).contains(faults.count))
  #expect(faults.allSatisfy { $0.robot == nil })
}

@Test func anotherRateMovesNoOtherFault() {
  let alone = draw(seed: 5) { $0.rates[.stops] = .init(perHour: 2, milliseconds: 1000...5000) }
  let both = draw(seed: 5) {
    $0.rates[.stops] = .init(perHour: 2, milliseconds: 1000...5000)
    $0.rates[.linkLosses] = .init(perHour: 9, milliseconds: 1000...5000)
  }
  #expect(both.filter { $0.kind == .stops } == alone)
  #expect(both.count > alone.count)
}

@Test func chaosTakesAnotherHalfOfTheKindsWithEachSeed() {
  var seen: [FaultKind: Int] = [:]
  for seed in UInt64(1)...60 {
    let kinds = Set(draw(seed: seed, robots: 100) { $0.chaos = 1 }.map(\.kind))
    #expect(kinds.count < FaultKind.allCases.count)
    for kind in kinds { seen[kind, default: 0] += 1 }
  }
  for kind in FaultKind.allCases { #expect((12...48).contains(seen[kind] ?? 0), "\(kind)") }
}

@Test func aRateThatIsGivenMovesNoneOfChaosOthers() {
  let all = draw(seed: 3) { $0.chaos = 1 }
  let less = draw(seed: 3) {
    $0.chaos = 1
    $0.rates[.stops] = .init(perHour: 0, milliseconds: 1...1)
  }
  #expect(less == all.filter { $0.kind != .stops })
}

@Test func aListedFaultIsTakenAsItIs() {
  let fault = Fault(after: .seconds(9), .stops, robot: 2, lasting: .seconds(5))
  #expect(draw { $0.list = [fault] } == [fault])
}

@Test func faultsAreWrittenDownAndReadAgain() throws {
  let faults = draw(robots: 100) { $0.chaos = 1 }
  #expect(!faults.isEmpty)
  let data = try JSONEncoder().encode(faults)
  #expect(try JSONDecoder().decode([Fault].self, from: data) == faults)
  let list = faults.map { "  - " + $0.yaml }.joined(separator: "\n")
  let text = "site: campus\nduration_s: 60\nfaults:\n list:\n" + list + "\n"
  #expect(try ScenarioFile.parse(text, file: "x.yaml").faults.list == faults)
}

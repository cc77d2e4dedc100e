import Determinism
import FleetCore
import FleetRecords
import Site
import Testing

@testable import FleetSimulation

/// A copy of the server's core, by way of the bytes of an image.
private func copy(_ simulation: inout Simulation) throws -> Fleet {
  let bytes = try RecordCodec().encode(simulation.server.fleet.rebase())
  let original = simulation.server.fleet
  let seed = Seed(simulation.seed).derive("fleet")
  let epoch = original.serverEpoch
  return Fleet(
    site: simulation.site, settings: original.settings, serverEpoch: epoch,
    seed: epoch == 1 ? seed : seed.derive("run", Int(epoch)),
    image: try RecordCodec().decode(FleetImage.self, from: bytes))
}

@Suite struct FleetImageTests {
  /// Both are told the same from then on, and must want the same: under faults of every kind, with
  /// tasks of every kind, again and again.
  @Test(arguments: [1, 2], [500, 0])
  func theFleetOfAnImageGoesOnAsTheOneItIsOf(_ seed: UInt64, _ besideAbove: Int) throws {
    var scenario = Scenario(
      name: "image", site: "campus", robots: .count(8), duration: .seconds(60),
      drainLimit: .seconds(600))
    scenario.faults.chaos = 1
    // Its planning rounds on another thread; those of the image's fleet are computed when they are due.
    scenario.fleet.planningBesideAbove = besideAbove
    var simulation = try Simulation(scenario, site: try shippedSite("campus"), seed: seed)
    simulation.keepSteps()
    var (compared, effects, copies) = (0, 0, 0)
    for second in stride(from: 4, through: 70, by: 6) {
      while !simulation.nextSteps(until: .seconds(second)).isEmpty {}
      guard simulation.server.isUp, simulation.phase != .ended else { continue }
      var twin = try copy(&simulation)
      copies += 1
      run: while true {
        let offset = simulation.server.clockOffset
        let steps = simulation.nextSteps(until: .seconds(second + 5))
        if steps.isEmpty { break }
        for step in steps {
          switch step.cause {
          case .input(let event):
            let now = simulation.start + step.at + offset
            let wanted = twin.handle(event, now: now)
            compared += 1
            effects += wanted.count
            guard wanted != step.effects else { continue }
            Issue.record("seed \(seed), \(step.at.inSeconds) s, \(event)")
            return
          case .world(let what, _): if what == "server dies" { break run }
          case .violation: break
          }
        }
      }
    }
    #expect(copies >= 8 && compared > 1000 && effects > 300, "\(copies) \(compared) \(effects)")
  }
}

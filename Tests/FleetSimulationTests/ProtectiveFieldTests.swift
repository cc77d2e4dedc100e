import Determinism
import FleetModel
import Invariants
import Testing

@testable import FleetSimulation
@testable import VirtualRobot

/// What robots look at, and that they stay off what they see there.
@Suite struct ProtectiveFieldTests {
  /// At (10 m, 10 m), looking east, 2 m long and 1 m wide.
  private let vehicle = Outline(
    robot: RobotIndex(0), position: Point(x: 10_000, y: 10_000), headingMillidegrees: 90_000,
    lengthMillimetres: 2000, widthMillimetres: 1000)

  private func thing(_ x: Int64, _ y: Int64) -> Outline {
    Outline(
      robot: RobotIndex(-1), position: Point(x: x, y: y), headingMillidegrees: 0,
      lengthMillimetres: 100, widthMillimetres: 100)
  }

  private func isSeen(_ x: Int64, _ y: Int64, _ way: [WayAhead], sides: Int32 = 0) -> Bool {
    ProtectiveField.areas(vehicle, way, sides: sides).contains { $0.overlaps(thing(x, y)) }
  }

  @Test func fieldFollowsTheWayRoundACorner() {
    let way = [
      WayAhead(
        x: 10_000, y: 10_000, headingDegrees: 90, directionDegrees: 90, length: 3000,
        isTurn: false),
      WayAhead(
        x: 13_000, y: 10_000, headingDegrees: 180, directionDegrees: 180, length: 4000,
        isTurn: false),
    ]
    #expect(isSeen(13_900, 10_000, way))
    #expect(isSeen(13_000, 14_900, way))
    #expect(!isSeen(13_000, 15_100, way))
    #expect(!isSeen(15_000, 10_000, way))
    #expect(!isSeen(13_000, 8900, way))
  }

  @Test func turnNeedsTheCircleAroundTheVehicle() {
    let turn = [
      WayAhead(
        x: 10_000, y: 10_000, headingDegrees: 180, directionDegrees: 180, length: 0, isTurn: true)
    ]
    #expect(isSeen(10_000, 11_000, turn))
    #expect(!isSeen(10_000, 11_400, turn))
    #expect(!isSeen(12_000, 10_000, turn))
  }

  @Test func roguesLookToTheSidesOfWhatIsBeforeThem() {
    let way = [
      WayAhead(
        x: 10_000, y: 10_000, headingDegrees: 90, directionDegrees: 90, length: 1000,
        isTurn: false)
    ]
    #expect(isSeen(11_500, 11_000, way, sides: 1200))
    #expect(!isSeen(11_500, 11_000, way))
    // Who stands beside it does not keep it from driving away.
    #expect(!isSeen(10_000, 10_700, way, sides: 1200))
  }

  @Test func manoeuvresAreLookedAtWhereTheyLead() {
    let way = [
      WayAhead(
        x: 10_000, y: 10_000, headingDegrees: 90, directionDegrees: 180, length: 500,
        isTurn: false)
    ]
    #expect(isSeen(10_000, 11_500, way))
    #expect(!isSeen(13_000, 10_000, way))
  }

  /// A robot that stops, waits, starts and looks again would be at the thing after some times.
  @Test func nobodyCreepsUpToWhatStandsInItsWay() throws {
    let site = try shippedSite("campus")
    var scenario = Scenario(
      name: "obstacles", site: "campus", robots: .count(40), duration: .seconds(90))
    scenario.faults.list = (0..<150).map { n in
      Fault(
        after: .milliseconds(5000 + 200 * n), .obstacles, lasting: .seconds(60),
        amount: n * 6151)
    }
    var simulation = try Simulation(scenario, site: site, seed: 1)
    var stops = 0
    for step in 1...900 {
      simulation.run(until: .milliseconds(100 * step))
      let things = simulation.rogues.obstacles.map(\.area)
      for i in simulation.robots.indices {
        let outline = OrientedRectangle(simulation.outline(i))
        #expect(!things.contains { $0.overlaps(outline) }, "robot \(i) at step \(step)")
      }
      stops = simulation.rogues.interventions
    }
    #expect(stops > 0)
  }
}

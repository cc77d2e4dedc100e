import FleetModel
import Grid
import Testing

@testable import Invariants

/// A vehicle of 4.8 x 0.8 m on a field of 12 x 12 cells of one metre.
@Suite struct LongOwnershipTests {
  private let a = RobotIndex(0)
  private let b = RobotIndex(1)

  private func checker() throws -> OwnershipChecker {
    let map = GridMap(width: 12, height: 12, passable: [Bool](repeating: true, count: 144))
    return OwnershipChecker(
      graph: Graph(map), cellMillimetres: 1000,
      vehicles: [try vehicle(length: 4800, width: 800), try vehicle(length: 600, width: 500)])
  }

  private func vehicle(length: Int32, width: Int32) throws -> VehicleClass {
    VehicleClass(
      id: try ClassID("bar"), lengthMillimetres: length, widthMillimetres: width,
      errorMillimetres: 50, speedMillimetresPerSecond: 1000,
      accelerationMillimetresPerSecond2: 1000, brakingMillimetresPerSecond2: 1000,
      quarterTurnMilliseconds: 1000, sweepWidthMillimetres: 0, payloadGrams: 0,
      energy: EnergyModel(
        capacityMilliwattHours: 1, drivingMilliwattHoursPerKilometre: 0, standingMilliwatts: 0,
        chargingMilliwatts: 0), skills: [])
  }

  private func centre(_ x: Int32, _ y: Int32) -> Point {
    Point(x: Int64(x) * 1000 + 500, y: Int64(y) * 1000 + 500)
  }

  private func route(_ points: [Point], leg: UInt64 = 1) -> RouteUpdate {
    RouteUpdate(
      order: 1, update: 1, start: centre(5, 5), firstLeg: leg,
      legs: [RouteLeg(points: points, speedLimitMillimetresPerSecond: 0)], releasedThrough: leg)
  }

  private func outline(_ point: Point, heading: Int32) -> Outline {
    Outline(
      robot: a, position: point, headingMillidegrees: heading, lengthMillimetres: 4800,
      widthMillimetres: 800)
  }

  private func owned(_ checker: OwnershipChecker) -> Set<Cell> {
    Set(
      (0..<144).map { VertexID($0) }.filter { checker.owns(a, $0) }.map {
        checker.graph.cell(of: $0)
      })
  }

  private func row(_ x: ClosedRange<Int32>, _ y: Int32) -> Set<Cell> {
    Set(x.map { Cell(x: $0, y: y) })
  }

  @Test func ownsAllThatIsUnderIt() throws {
    var checker = try checker()
    #expect(checker.placed(a, at: centre(5, 5), heading: 90_000) == [])
    #expect(owned(checker) == row(3...7, 5))
    #expect(checker.check(outline(centre(5, 5), heading: 90_000)) == [])
    #expect(!checker.check(outline(centre(5, 5), heading: 45_000)).isEmpty)
  }

  @Test func drivingOwnsTheNextCellUntilTheTailHasLeft() throws {
    var checker = try checker()
    _ = checker.placed(a, at: centre(5, 5), heading: 90_000)
    #expect(checker.sent(a, route([centre(6, 5)])) == [])
    #expect(owned(checker) == row(3...8, 5))
    #expect(checker.check(outline(Point(x: 6000, y: 5500), heading: 90_000)) == [])
    _ = checker.committed(a, .visited(order: 1, leg: 1))
    #expect(owned(checker) == row(4...8, 5))
  }

  @Test func aTurnOwnsEveryAngleOfIt() throws {
    var checker = try checker()
    _ = checker.placed(a, at: centre(5, 5), heading: 90_000)
    #expect(checker.sent(a, route([centre(5, 6)])) == [])
    for degrees in Int32(90)...180 {
      #expect(checker.check(outline(centre(5, 5), heading: degrees * 1000)) == [], "\(degrees)")
    }
    #expect(!checker.check(outline(centre(5, 5), heading: 45_000)).isEmpty)
    _ = checker.committed(a, .visited(order: 1, leg: 1))
    #expect(owned(checker) == Set((4...8).map { Cell(x: 5, y: $0) }))
  }

  @Test func itTurnsWhereItsOrderStarts() throws {
    var (middle, beside) = (try checker(), try checker())
    _ = middle.placed(a, at: centre(5, 5), heading: 90_000)
    _ = beside.placed(a, at: Point(x: 5150, y: 5500), heading: 90_000)
    let under = owned(beside)
    #expect(under == row(2...7, 5))
    #expect(middle.sent(a, route([centre(5, 6)])) == [])
    #expect(beside.sent(a, route([centre(5, 6)])) == [])
    #expect(owned(beside) == owned(middle).union(under))
  }

  @Test func anotherOnWhatItSweepsIsAViolation() throws {
    var checker = try checker()
    _ = checker.placed(a, at: centre(5, 5), heading: 90_000)
    _ = checker.placed(b, at: centre(6, 6))
    #expect(!checker.sent(a, route([centre(5, 6)])).isEmpty)
  }
}

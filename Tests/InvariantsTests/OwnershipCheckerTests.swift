import FleetModel
import Grid
import Testing

@testable import Invariants

/// A row of ten cells of one metre with a second row below; cell (9, 1) is blocked.
@Suite struct OwnershipCheckerTests {
  private let a = RobotIndex(0)
  private let b = RobotIndex(1)

  private func checker() -> OwnershipChecker {
    var passable = [Bool](repeating: true, count: 20)
    passable[19] = false
    let graph = Graph(GridMap(width: 10, height: 2, passable: passable))
    return OwnershipChecker(graph: graph, cellMillimetres: 1000)
  }

  private func centre(_ x: Int32, _ y: Int32 = 0) -> Point {
    Point(x: Int64(x) * 1000 + 500, y: Int64(y) * 1000 + 500)
  }

  private func route(
    _ cells: [Int32], from first: UInt64 = 1, order: UInt64 = 1, through: UInt64? = nil,
    update: UInt64 = 1
  ) -> RouteUpdate {
    RouteUpdate(
      order: order, update: update, start: centre(0), firstLeg: first,
      legs: cells.map { RouteLeg(points: [centre($0)], speedLimitMillimetresPerSecond: 0) },
      releasedThrough: through ?? first + UInt64(cells.count) - 1)
  }

  /// a stands on 0 and may drive to 3.
  private func driving() -> OwnershipChecker {
    var checker = checker()
    #expect(checker.placed(a, at: centre(0)) == [])
    #expect(checker.sent(a, route([1, 2, 3])) == [])
    return checker
  }

  private func outline(_ robot: RobotIndex, _ point: Point, heading: Int32 = 90_000) -> Outline {
    Outline(
      robot: robot, position: point, headingMillidegrees: heading, lengthMillimetres: 800,
      widthMillimetres: 600)
  }

  private func owned(_ checker: OwnershipChecker, _ robot: RobotIndex) -> [Int32] {
    (0..<19).map { VertexID($0) }.filter { checker.owns(robot, $0) }.map(\.rawValue)
  }

  @Test func releasesOwnAndVisitsFree() {
    var checker = driving()
    #expect(owned(checker, a) == [0, 1, 2, 3])
    #expect(checker.committed(a, .visited(order: 1, leg: 2)) == [])
    #expect(owned(checker, a) == [2, 3])
    #expect(checker.committed(a, .visited(order: 1, leg: 1)) == [])
    #expect(checker.committed(a, .trimmed(order: 1, update: 1, through: 2)) == [])
    #expect(owned(checker, a) == [2])
    #expect(checker.sent(a, route([3], from: 3)) == [])
    #expect(owned(checker, a) == [2, 3])
  }

  @Test func aLateTrimTakesNothingThatWasReleasedSince() {
    var checker = driving()
    let trimmed = RobotEvent.trimmed(order: 1, update: 1, through: 2)
    #expect(checker.committed(a, trimmed) == [])
    #expect(checker.sent(a, route([3, 4], from: 3, update: 2)) == [])
    #expect(checker.committed(a, trimmed) == [])
    #expect(owned(checker, a) == [0, 1, 2, 3, 4])
    #expect(checker.committed(a, .trimmed(order: 1, update: 2, through: 3)) == [])
    #expect(owned(checker, a) == [0, 1, 2, 3])
  }

  @Test func robotPutBetweenCellsOwnsAllUnderItUntilItHasDriven() {
    var checker = checker()
    let between = Point(x: 4900, y: 500)
    #expect(checker.placed(a, at: between, reach: 400) == [])
    #expect(owned(checker, a) == [4, 5])
    #expect(checker.check(outline(a, between)) == [])
    #expect(checker.sent(a, route([3])) == [])
    #expect(owned(checker, a) == [3, 4, 5])
    #expect(checker.committed(a, .visited(order: 1, leg: 1)) == [])
    #expect(owned(checker, a) == [3])
  }

  @Test func contestIsKnownWhileItLasts() {
    var checker = driving()
    #expect(!checker.isContested(a))
    _ = checker.placed(b, at: centre(2))
    #expect(checker.isContested(a) && checker.isContested(b))
    _ = checker.committed(a, .visited(order: 1, leg: 3))
    #expect(!checker.isContested(a) && !checker.isContested(b))
  }

  @Test func wordsThatTellNothingOfTheRoadNeedNoRobotOnTheMap() {
    var checker = checker()
    #expect(checker.committed(a, .incident(kind: .other, text: "x")) == [])
    #expect(checker.committed(a, .visited(order: 1, leg: 1)) == [.absent(a)])
  }

  @Test func repeatedReleasesChangeNothing() {
    var checker = driving()
    #expect(checker.sent(a, route([1, 2, 3])) == [])
    #expect(checker.sent(a, route([1])) == [])
    #expect(owned(checker, a) == [0, 1, 2, 3])
  }

  @Test func unreleasedLegsAreNotOwned() {
    var checker = checker()
    _ = checker.placed(a, at: centre(0))
    _ = checker.sent(a, route([1, 2, 3], through: 1))
    #expect(owned(checker, a) == [0, 1])
    #expect(checker.sent(a, route([4], from: 4, through: 3)) == [])
    #expect(owned(checker, a) == [0, 1, 2, 3])
  }

  @Test func releasesOverAnothersCellAreFound() {
    var checker = driving()
    _ = checker.placed(b, at: centre(4))
    #expect(
      checker.sent(b, route([3]))
        == [.doubleOwner(cell: Cell(x: 3, y: 0), owner: a, released: b)])
  }

  @Test func freeingTooEarlyIsFound() {
    var checker = driving()
    _ = checker.committed(a, .visited(order: 1, leg: 1))
    _ = checker.placed(b, at: centre(0, 1))
    #expect(checker.sent(b, route([0])) == [])
    #expect(checker.sent(b, route([1], from: 2)).count == 1)
  }

  @Test func forcedClaimsAreNoViolation() {
    var checker = driving()
    #expect(checker.placed(b, at: centre(2)) == [])
    #expect(checker.check(outline(b, centre(2))) == [])
    #expect(checker.check(outline(a, centre(2))) == [])
    _ = checker.committed(a, .trimmed(order: 1, update: 1, through: 1))
    #expect(owned(checker, a) == [0, 1])
    #expect(owned(checker, b) == [2])
  }

  @Test func anOrderThatBeginsWrongHasNotBegun() {
    var checker = driving()
    #expect(checker.committed(a, .visited(order: 1, leg: 3)) == [])
    #expect(
      checker.sent(a, route([4], from: 5, order: 2))
        == [.brokenRelease(a, order: 2, firstLeg: 5, after: 0)])
    // The old one goes on.
    #expect(checker.sent(a, route([4], from: 4, update: 2)) == [])
    #expect(owned(checker, a) == [3, 4])
  }

  @Test func brokenReleasesAreFound() {
    var gap = driving()
    #expect(
      gap.sent(a, route([5], from: 5))
        == [.brokenRelease(a, order: 1, firstLeg: 5, after: 3)])
    var jump = driving()
    #expect(jump.sent(a, route([5], from: 4)) == [.disconnected(a, order: 1, leg: 4)])
    var off = driving()
    #expect(off.sent(a, route([40], from: 4)) == [.disconnected(a, order: 1, leg: 4)])
    var past = driving()
    #expect(
      past.sent(a, route([4], from: 4, through: 5))
        == [.brokenRelease(a, order: 1, firstLeg: 4, after: 3)])
    var back = driving()
    #expect(
      back.sent(a, route([4], from: 4, through: 2))
        == [.revoked(a, order: 1, through: 2, before: 3)])
    var early = driving()
    #expect(
      early.sent(a, route([1], order: 2)) == [.revoked(a, order: 1, through: 0, before: 3)])
    #expect(early.sent(b, route([1])) == [.absent(b)])
  }

  @Test func aNewOrderStartsWhereTheLastOneEnds() {
    var checker = driving()
    _ = checker.committed(a, .visited(order: 1, leg: 3))
    #expect(checker.sent(a, route([4], order: 2)) == [])
    #expect(owned(checker, a) == [3, 4])
  }

  @Test func reportsPastTheReleaseAreFound() {
    let wrong = Violation.pastRelease(a, order: 1, leg: 4, released: 3)
    var visit = driving()
    #expect(visit.committed(a, .visited(order: 1, leg: 4)) == [wrong])
    var acknowledgement = driving()
    #expect(
      acknowledgement.committed(a, .acknowledged(order: 1, update: 1, through: 4)) == [wrong])
    #expect(
      driving().checkStopping(
        a, position: centre(0), speedMillimetresPerSecond: 0, brakingMillimetresPerSecond2: 1000,
        route: RoutePosition(order: 1, update: 1, visited: 0, through: 4)) == [wrong])
  }

  @Test func outlinesOutsideOwnedCellsAreFound() {
    let checker = driving()
    #expect(checker.check(outline(a, centre(0))) == [])
    #expect(checker.check(outline(a, Point(x: 3000, y: 500))) == [])
    #expect(
      checker.check(outline(a, Point(x: 3900, y: 500)))
        == [
          .outsideOwned(a, at: Point(x: 3900, y: 500), cell: Cell(x: 4, y: 0))
        ])
    #expect(
      checker.check(outline(a, Point(x: 1500, y: 800)))
        == [
          .outsideOwned(a, at: Point(x: 1500, y: 800), cell: Cell(x: 1, y: 1))
        ])
    #expect(checker.check(outline(b, centre(0))) == [.absent(b)])
  }

  @Test func turnedOutlinesReachAsFarAsTheirCorners() {
    let checker = driving()
    // 45 degrees: the half diagonal of 800 x 600 mm is 500 mm; a long van's corner stands out.
    #expect(checker.check(outline(a, centre(1), heading: 45_000)) == [])
    var long = outline(a, centre(1), heading: 45_000)
    long.lengthMillimetres = 1200
    #expect(!checker.check(long).isEmpty)
  }

  @Test func wallsAreFound() {
    var checker = checker()
    _ = checker.placed(a, at: centre(8, 1))
    #expect(
      checker.check(outline(a, Point(x: 8800, y: 1500)))
        == [.offRoad(a, at: Point(x: 8800, y: 1500), cell: Cell(x: 9, y: 1))])
    #expect(checker.placed(b, at: centre(9, 1)).count == 1)
  }

  @Test func tooFastToStopIsFound() {
    let checker = driving()
    func found(_ speed: Int32, through: UInt64, x: Int64) -> [Violation] {
      checker.checkStopping(
        a, position: Point(x: x, y: 500), speedMillimetresPerSecond: speed,
        brakingMillimetresPerSecond2: 1000,
        route: RoutePosition(order: 1, update: 1, visited: 1, through: through))
    }
    // 2 m/s needs 2 m; from x = 1.5 m the end of leg 3 is 2 m away, that of leg 2 one.
    #expect(found(2000, through: 3, x: 1500) == [])
    #expect(
      found(2000, through: 3, x: 1600)
        == [.cannotStop(a, brakingMillimetres: 2000, leftMillimetres: 1900)])
    #expect(found(2000, through: 2, x: 1500).count == 1)
  }

  @Test func presenceGivesBackWhatTheRobotDoesNotHave() {
    var checker = driving()
    let known = RoutePosition(order: 1, update: 1, visited: 1, through: 2)
    #expect(
      checker.committed(
        a, .present(position: centre(1), route: known, standing: true, serverEpoch: 1, answering: 0)
      ) == [])
    #expect(owned(checker, a) == [1, 2])
    #expect(
      checker.committed(
        a, .present(position: centre(7), route: .none, standing: true, serverEpoch: 1, answering: 0)
      ) == [])
    #expect(owned(checker, a) == [7])
    checker.left(a)
    #expect(owned(checker, a) == [])
  }
}

import FleetModel
import Testing

@testable import Invariants

private let a = RobotIndex(0)

/// Zone 0 is x from 10,000 mm on, zone 1 y from 10,000 mm on.
@Suite struct RouteSequenceCheckerTests {
  private var checker = RouteSequenceChecker(robots: 1, zones: 2) { point, closed in
    (closed[0] && point.x >= 10_000) || (closed[1] && point.y >= 10_000)
  }

  private func update(
    _ number: UInt64, order: UInt64 = 1, first: UInt64 = 1, to xs: [Int64] = [1000],
    through: UInt64? = nil
  ) -> RouteUpdate {
    RouteUpdate(
      order: order, update: number, start: Point(x: 0, y: 0), firstLeg: first,
      legs: xs.map {
        RouteLeg(points: [Point(x: $0, y: 0)], speedLimitMillimetresPerSecond: 0)
      },
      releasedThrough: through ?? first + UInt64(xs.count) - 1)
  }

  @Test mutating func updatesOneByOneAndAgainAreFine() {
    for number: UInt64 in 1...4 { #expect(checker.sent(a, update(number)).isEmpty) }
    #expect(checker.sent(a, update(2)).isEmpty)
    #expect(checker.sent(a, update(1, order: 2)).isEmpty)
  }

  @Test mutating func anUpdateThatIsLeftOutIsTold() {
    _ = checker.sent(a, update(1))
    #expect(
      checker.sent(a, update(3)) == [.updateSkipped(a, order: 1, update: 3, after: 1)])
  }

  @Test mutating func aNewOrderBeginsWithItsFirstUpdate() {
    _ = checker.sent(a, update(1))
    #expect(
      checker.sent(a, update(2, order: 2)) == [.updateSkipped(a, order: 2, update: 2, after: 0)])
  }

  @Test mutating func whatWasDurableAndNeverSentIsUnknownAfterAStart() {
    _ = checker.sent(a, update(1))
    checker.serverStarted()
    #expect(checker.sent(a, update(4)).isEmpty)
    #expect(!checker.sent(a, update(6)).isEmpty)
  }

  @Test mutating func anOlderOrderIsTold() {
    _ = checker.sent(a, update(1, order: 5))
    #expect(checker.sent(a, update(1, order: 4)) == [.orderWentBack(a, order: 4, after: 5)])
  }

  @Test mutating func legsAreVisitedOneAfterTheOther() {
    #expect(checker.committed(a, .visited(order: 1, leg: 7)).isEmpty)
    #expect(checker.committed(a, .visited(order: 1, leg: 8)).isEmpty)
    #expect(
      checker.committed(a, .visited(order: 1, leg: 10))
        == [.visitSkipped(a, order: 1, leg: 10, after: 8)])
    #expect(
      checker.committed(a, .visited(order: 1, leg: 10))
        == [.visitSkipped(a, order: 1, leg: 10, after: 10)])
    #expect(checker.committed(a, .visited(order: 2, leg: 1)).isEmpty)
  }

  @Test mutating func aStartedServerHearsAgainWhatTheLastOneLost() {
    _ = checker.committed(a, .visited(order: 1, leg: 8))
    checker.serverStarted()
    #expect(checker.committed(a, .visited(order: 1, leg: 6)).isEmpty)
    #expect(!checker.committed(a, .visited(order: 1, leg: 8)).isEmpty)
  }

  @Test mutating func roadIntoAClosedZoneIsTold() {
    checker.zone(0, isClosed: true)
    #expect(checker.sent(a, update(1, to: [8000, 9000])).isEmpty)
    let update = update(2, first: 3, to: [9500, 10_500])
    #expect(
      checker.sent(a, update)
        == [.releasedIntoClosed(a, order: 1, leg: 4, at: Point(x: 10_500, y: 0))])
  }

  @Test mutating func whoeverIsInAClosedZoneDrivesOut() {
    checker.zone(0, isClosed: true)
    var out = update(1, to: [11_000, 10_000, 9000])
    out.start = Point(x: 12_000, y: 0)
    #expect(checker.sent(a, out).isEmpty)
    var again = update(2, first: 4, to: [10_000])
    again.start = Point(x: 9000, y: 0)
    #expect(checker.sent(a, again).count == 1)
  }

  @Test mutating func whatIsOnlyQueuedOrWasReleasedBeforeIsNoEntry() {
    #expect(checker.sent(a, update(1, to: [9000, 11_000])).isEmpty)
    checker.zone(0, isClosed: true)
    #expect(checker.sent(a, update(1, to: [9000, 11_000])).isEmpty, "sent again")
    #expect(checker.sent(a, update(2, first: 3, to: [9000, 12_000], through: 3)).isEmpty)
    checker.zone(0, isClosed: false)
    #expect(checker.sent(a, update(3, first: 5, to: [13_000])).isEmpty)
  }

  @Test mutating func roadThatWasGivenBackIsReleasedAnew() {
    _ = checker.sent(a, update(1, to: [9000, 11_000]))
    _ = checker.committed(a, .trimmed(order: 1, update: 1, through: 1))
    checker.zone(0, isClosed: true)
    #expect(!checker.sent(a, update(2, first: 2, to: [11_000])).isEmpty)
  }
}

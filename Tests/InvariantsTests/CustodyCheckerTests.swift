import FleetModel
import Testing

@testable import Invariants

private let (a, b) = (RobotIndex(0), RobotIndex(1))

@Suite struct CustodyCheckerTests {
  private var checker = CustodyChecker(robots: 2)
  private let one: TaskID
  private let two: TaskID

  init() throws {
    one = try TaskID("t1")
    two = try TaskID("t2")
  }

  @Test mutating func aParcelThatIsCarriedAndGivenOutIsFine() {
    #expect(checker.loaded(one, by: a).isEmpty)
    for _ in 0..<5 { #expect(checker.check([true, false]).isEmpty) }
    checker.unloaded(one, by: a)
    checker.ended(one, as: .completed)
    for _ in 0..<5 { #expect(checker.check([false, false]).isEmpty) }
    #expect(checker.loaded(two, by: a).isEmpty)
    #expect(checker.violationsAtEnd().isEmpty)
  }

  @Test mutating func twoParcelsOnOneRobotAreTold() {
    _ = checker.loaded(one, by: a)
    #expect(checker.loaded(two, by: a) == [.parcelLost(two, .twoAboard)])
    #expect(checker.loaded(two, by: b).isEmpty)
  }

  @Test mutating func aParcelThatIsNotWhereItShouldBeIsToldOnce() {
    _ = checker.loaded(one, by: b)
    let found = (0..<6).flatMap { _ in checker.check([true, false]) }
    #expect(found == [.parcelLost(one, .notAboard)])
  }

  @Test mutating func aCancelledParcelIsBroughtBack() {
    _ = checker.loaded(one, by: a)
    checker.ended(one, as: .cancelled)
    #expect(checker.violationsAtEnd() == [.parcelLost(one, .stillAboard)])
    checker.unloaded(one, by: a)
    #expect(checker.violationsAtEnd().isEmpty)
  }

  @Test mutating func whatLeftWithItsRobotIsNobodysFault() {
    _ = checker.loaded(one, by: a)
    checker.emptied(a)
    checker.ended(one, as: .cancelled)
    #expect(checker.check([false, false]).isEmpty && checker.violationsAtEnd().isEmpty)
  }
}

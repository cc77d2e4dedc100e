import FleetModel
import Testing

@testable import FleetCore

/// The table of docs/recovery.md: one test a row, one expectation a cell.
@Suite struct ReconciliationTests {
  typealias Rule = ReconcileRule
  typealias Word = ReconcileRule.Word
  typealias Verdict = ReconcileRule.Verdict

  /// Order 3, update 5, driven through leg 10, released through 14, and once through 16.
  static let promised = Rule.Promised(
    position: RoutePosition(order: 3, update: 5, visited: 10, through: 14), furthest: 16)

  private func word(
    _ order: UInt64, update: UInt64 = 0, visited: UInt64 = 0, through: UInt64 = 0,
    onRoad: Bool = true, standing: Bool = true, own: Bool = true
  ) -> Word {
    Word(
      route: RoutePosition(order: order, update: update, visited: visited, through: through),
      isStanding: standing, isOnRoad: onRoad, isOnOwnRoad: own, isCurrent: true)
  }

  /// The verdicts where nothing is known, where the word is awaited, and where nobody asked.
  private func row(_ word: Word) -> [Verdict] {
    [.absent, .awaiting(Self.promised), .present(Self.promised)].map {
      Rule.verdict(word, $0)
    }
  }

  @Test func ourOrderButItRefusesWhatGoesOnFromThere() {
    var refusing = word(3, update: 5, visited: 12, through: 12)
    refusing.refusesReleases = true
    #expect(Array(row(refusing)[1...]) == [.settle, .nothing])
    refusing.route.through = 14
    #expect(Array(row(refusing)[1...]) == [.agree, .nothing])
  }

  @Test func noOrderOnTheRoad() {
    #expect(row(word(0)) == [.settle, .settle, .ask])
    #expect(row(word(0, own: false)) == [.settle, .settle, .ask])
  }

  @Test func noOrderOffTheRoad() {
    #expect(row(word(0, onRoad: false, own: false)) == [.obstruct, .obstruct, .ask])
  }

  @Test func noOrderMovedByHand() {
    #expect(row(word(0, standing: false)) == [.wait, .wait, .ask])
    #expect(
      row(word(0, standing: false, own: false))
        == [.wait, .contain(.offRoute), .contain(.offRoute)])
  }

  @Test func ourOrderWithAllThatWasSent() {
    let all = word(3, update: 5, visited: 10, through: 14, standing: false)
    #expect(Array(row(all)[1...]) == [.agree, .nothing])
  }

  @Test func ourOrderWithLessThanWasSent() {
    let less = word(3, update: 4, visited: 10, through: 12, standing: false)
    #expect(Array(row(less)[1...]) == [.agree, .nothing])
  }

  @Test func ourOrderAsOfBeforeItRestarted() {
    // Its memory lacks updates, but nothing that it has driven.
    let older = word(3, update: 2, visited: 10, through: 12)
    #expect(Array(row(older)[1...]) == [.agree, .nothing])
    let atItsEnd = word(3, update: 2, visited: 10, through: 10)
    #expect(Array(row(atItsEnd)[1...]) == [.agree, .nothing])
  }

  @Test func ourOrderWithLessDrivenThanItHasTold() {
    // What it believes to lie ahead lies behind it, and may be somebody else's by now.
    #expect(
      Array(row(word(3, update: 2, visited: 7, through: 7))[1...]) == [.settle, .nothing])
    #expect(
      Array(row(word(3, update: 2, visited: 7, through: 12))[1...]) == [.trimForeign, .nothing])
    let driving = word(3, update: 2, visited: 7, through: 12, standing: false)
    #expect(Array(row(driving)[1...]) == [.contain(.baseViolation), .nothing])
  }

  @Test func ourOrderWithNothingAheadElsewhereThanAtItsEnd() {
    // It has driven on and forgotten that: its place is the only thing to go by.
    var lost = word(3, update: 2, visited: 11, through: 11)
    lost.isOffItsEnd = true
    #expect(Array(row(lost)[1...]) == [.settle, .nothing])
    var driving = word(3, update: 5, visited: 11, through: 14, standing: false)
    driving.isOffItsEnd = true
    #expect(Array(row(driving)[1...]) == [.agree, .nothing])
  }

  @Test func ourOrderWithAnUpdateThatIsNotInTheStore() {
    let newer = { (standing: Bool, visited: UInt64) in
      self.word(3, update: 6, visited: visited, through: 14, standing: standing)
    }
    #expect(Array(row(newer(true, 14))[1...]) == [.settle, .ask])
    #expect(Array(row(newer(true, 11))[1...]) == [.trimForeign, .ask])
    #expect(Array(row(newer(false, 11))[1...]) == [.contain(.baseViolation), .ask])
  }

  @Test func ourOrderPastTheRelease() {
    let past = word(3, update: 5, visited: 12, through: 17, standing: false)
    #expect(Array(row(past)[1...]) == [.contain(.baseViolation), .contain(.baseViolation)])
    let stopped = word(3, update: 5, visited: 17, through: 17)
    #expect(Array(row(stopped)[1...]) == [.settle, .contain(.baseViolation)])
    // What was trimmed since is known to an answer, but not yet to an unasked word.
    let trimmed = word(3, update: 5, visited: 12, through: 16, standing: false)
    #expect(Array(row(trimmed)[1...]) == [.contain(.baseViolation), .nothing])
  }

  @Test func ourOrderBesideItsRoad() {
    let beside = word(3, update: 5, visited: 12, through: 12, own: false)
    #expect(Array(row(beside)[1...]) == [.settle, .ask])
    let driving = word(3, update: 5, visited: 12, through: 14, standing: false, own: false)
    #expect(Array(row(driving)[1...]) == [.contain(.offRoute), .contain(.offRoute)])
  }

  @Test func ourOrderALittlePastItsEnd() {
    // It has overrun, and reaches into the next cell or stands on it, which it would give back.
    var over = word(3, update: 5, visited: 12, through: 12)
    over.isOffItsEnd = true
    #expect(Array(row(over)[1...]) == [.settle, .nothing])
    // On its way between two cells it owns both.
    var between = word(3, update: 5, visited: 12, through: 13)
    between.isOffItsEnd = true
    #expect(Array(row(between)[1...]) == [.agree, .nothing])
  }

  @Test func anOlderOrderThatIsDone() {
    let done = word(2, update: 9, visited: 4, through: 4)
    #expect(row(done) == [.settle, .settle, .nothing])
  }

  @Test func anOlderOrderWithRoadAhead() {
    let ahead = word(2, update: 9, visited: 4, through: 6)
    #expect(row(ahead) == [.trimForeign, .trimForeign, .nothing])
    let driving = word(2, update: 9, visited: 4, through: 6, standing: false, own: false)
    #expect(row(driving) == [.wait, .contain(.offRoute), .contain(.offRoute)])
  }

  @Test func aHigherOrderThanAnyOfOurs() {
    #expect(row(word(8, visited: 4, through: 4)) == [.settle, .settle, .ask])
    #expect(row(word(8, visited: 4, through: 6)) == [.trimForeign, .trimForeign, .ask])
  }

  @Test func anOrderNumberThatLeavesNoRoom() {
    let huge = word(.max, update: .max, visited: .max, through: .max)
    #expect(row(huge) == [.refuse, .refuse, .ask])
  }

  @Test func wordsThatMayKnowTooLittleAreIgnored() {
    for onRoad in [false, true] {
      for standing in [false, true] {
        for own in [false, true] {
          for order: UInt64 in [0, 2, 3, 4] {
            var late = word(order, onRoad: onRoad, standing: standing, own: own)
            late.isCurrent = false
            #expect(Rule.verdict(late, .absent) == .ignore)
            #expect(Rule.verdict(late, .awaiting(Self.promised)) == .ignore)
          }
        }
      }
    }
  }

  @Test func anAnswerOfBeforeTheFirstReleaseSaysNothingNew() {
    var late = word(0)
    late.isCurrent = false
    #expect(Rule.verdict(late, .present(Self.promised)) == .nothing)
    let fresh = Rule.Promised(
      position: RoutePosition(order: 3, update: 0, visited: 0, through: 0), furthest: 0)
    #expect(Rule.verdict(word(0), .present(fresh)) == .nothing)
  }

  @Test func onlyWhatWasPromisedIsAgreedTo() {
    // Whatever is agreed to, traffic takes: the order is the same and nothing is past its release.
    for order: UInt64 in 2...4 {
      for update: UInt64 in 4...6 {
        for visited: UInt64 in 8...18 {
          for through in visited...18 {
            let word = word(order, update: update, visited: visited, through: through)
            guard Rule.verdict(word, .awaiting(Self.promised)) == .agree else { continue }
            #expect(order == 3 && update <= 5 && through <= 14)
          }
        }
      }
    }
  }
}

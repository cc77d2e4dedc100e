import Testing

@testable import Traffic

@Suite struct CellQueuesTests {
  private let a0 = VisitToken(robot: 0, leg: 0)
  private let b0 = VisitToken(robot: 1, leg: 0)
  private let a2 = VisitToken(robot: 0, leg: 2)

  @Test func tokensComeInTheOrderOfPushes() {
    var queues = CellQueues(resourceCount: 2)
    for token in [a0, b0, a2] { queues.push(token, on: 1) }
    #expect(queues.tokens(on: 1) == [a0, b0, a2])
    #expect(queues.tokens(on: 0) == [])
    #expect(queues.head(of: 1) == a0)
    #expect(queues.tokens(behind: a0, on: 1) == [b0, a2])
  }

  @Test func removalSaysWhetherTheHeadChanged() {
    var queues = CellQueues(resourceCount: 1)
    for token in [a0, b0, a2] { queues.push(token, on: 0) }
    #expect(queues.remove(b0, from: 0) == .behindHead)
    #expect(queues.remove(b0, from: 0) == .absent)
    #expect(queues.remove(a0, from: 0) == .headChanged)
    #expect(queues.remove(a2, from: 0) == .headChanged)
    queues.push(b0, on: 0)
    #expect(queues.tokens(on: 0) == [b0])
  }

  @Test func forcedClaimsComeFirst() {
    var queues = CellQueues(resourceCount: 1)
    queues.pushFront(a0, on: 0)
    queues.pushFront(b0, on: 0)
    queues.push(a2, on: 0)
    #expect(queues.tokens(on: 0) == [b0, a0, a2])
  }

  @Test func ringKeepsNumbersWhileItGrowsAndTurns() {
    var ring = LegRing()
    ring.restart(at: 7)
    for i in 0..<100 {
      ring.append(QueuedLeg(plan: PlannedLeg(to: Int32(i)), appended: UInt64(i)))
      if i % 3 == 2 { ring.removeFirst() }
    }
    #expect(ring.first == 7 + 33)
    #expect(ring.last == 106)
    #expect((ring.first...ring.last).allSatisfy { ring[$0].plan.end == Int32($0 - 7) })
    ring.removeLast()
    #expect(ring.last == 105)
  }
}

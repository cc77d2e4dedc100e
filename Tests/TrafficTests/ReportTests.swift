import FleetModel
import Testing

@testable import Traffic

@Suite struct ReportTests {
  private func driving() -> Traffic {
    var traffic = Traffic.standing(0)
    traffic.plan(a, 1, 2, 3)
    _ = traffic.release()
    traffic.plan(a, 4)
    return traffic
  }

  @Test func visitsAreCumulative() {
    var traffic = driving()
    #expect(
      traffic.visited(a, order: 1, leg: 2)
        == .advanced(first: 1, legs: [PlannedLeg(to: 1), PlannedLeg(to: 2)]))
    #expect((0...4).map { traffic.owner(of: $0) } == [nil, nil, a, a, a])
    #expect(traffic.visitedEnd(a) == 2)
  }

  @Test func lateAndDoubledReportsChangeNothing() {
    var traffic = driving()
    _ = traffic.visited(a, order: 1, leg: 2)
    let before = traffic.snapshotForInvariants()
    #expect(traffic.visited(a, order: 1, leg: 2) == .unchanged)
    #expect(traffic.visited(a, order: 1, leg: 1) == .unchanged)
    #expect(traffic.visited(a, order: 0, leg: 3) == .unchanged)
    #expect(traffic.acknowledged(a, order: 1, update: 1, through: 1) == nil)
    #expect(traffic.snapshotForInvariants() == before)
  }

  @Test func reportsPastTheReleaseAreRefused() {
    var traffic = driving()
    let before = traffic.snapshotForInvariants()
    #expect(
      traffic.visited(a, order: 1, leg: 4) == .refused(.baseViolation(released: 3, found: 4)))
    #expect(
      traffic.acknowledged(a, order: 1, update: 1, through: 4)
        == .baseViolation(released: 3, found: 4))
    #expect(
      traffic.visited(a, order: 2, leg: 1) == .refused(.unknownOrder(known: 1, found: 2)))
    #expect(traffic.visited(b, order: 1, leg: 1) == .refused(.absent))
    #expect(traffic.snapshotForInvariants() == before)
  }

  @Test func acknowledgementsGoUpOnly() {
    var traffic = driving()
    _ = traffic.acknowledged(a, order: 1, update: 1, through: 3)
    _ = traffic.acknowledged(a, order: 1, update: 1, through: 2)
    #expect(traffic.promise(of: a).acknowledged == 3)
  }

  @Test func promisesComeBackAfterARestart() {
    var traffic = driving()
    _ = traffic.acknowledged(a, order: 1, update: 1, through: 2)
    _ = traffic.visited(a, order: 1, leg: 1)
    let promise = traffic.promise(of: a)
    var restarted = Traffic(resourceCount: 20)
    #expect(restarted.restore(a, promise: promise, limit: far) == .joined(withdrawn: []))
    #expect(restarted.promise(of: a) == promise)
    #expect((0...4).map { restarted.owner(of: $0) } == [nil, a, a, a, nil])
    #expect(restarted.isHeld(a))
    #expect(restarted.violations == [])
  }

  @Test func reconcilingGivesBackWhatNeverArrived() {
    var traffic = driving()
    var restarted = Traffic(resourceCount: 20)
    _ = traffic.release()
    restarted.restore(a, promise: traffic.promise(of: a), limit: far)
    let position = RoutePosition(order: 1, update: 0, visited: 0, through: 0)
    #expect(
      restarted.reconcile(a, position: position)
        == .agreed(
          visited: .unchanged,
          withdrawn: [
            Withdrawal(robot: a, legs: (1...4).map { PlannedLeg(to: $0) }, newEnd: 0)
          ], trim: nil))
    restarted.setHeld(a, false)
    restarted.plan(a, 7)
    #expect(restarted.release().map(\.update) == [1])
    #expect(restarted.acknowledged(a, order: 1, update: 1, through: 1) == nil)
  }

  @Test func reconcilingTakesTheRobotsProgress() {
    var traffic = driving()
    let position = RoutePosition(order: 1, update: 1, visited: 2, through: 3)
    let outcome = traffic.reconcile(a, position: position)
    guard case .agreed(.advanced(first: 1, _), let withdrawn, _) = outcome else {
      Issue.record("not agreed: \(outcome)")
      return
    }
    #expect(withdrawn == [Withdrawal(robot: a, legs: [PlannedLeg(to: 4)], newEnd: 3)])
    #expect(
      traffic.reconcile(a, position: .none) == .otherOrder(known: 1, found: 0))
    let lying = RoutePosition(order: 1, update: 1, visited: 2, through: 9)
    #expect(
      traffic.reconcile(a, position: lying) == .refused(.baseViolation(released: 3, found: 9)))
  }

  @Test func trimsAskedOfAnAwaitedRobotAreSentWhenItIsPresent() {
    var traffic = driving()
    _ = traffic.awaitPresence(of: a)
    #expect(traffic.requestTrim(a).request == nil)
    #expect(traffic.awaitsTrim(a))
    let position = RoutePosition(order: 1, update: 1, visited: 1, through: 3)
    guard case .agreed(_, _, let trim) = traffic.reconcile(a, position: position) else {
      Issue.record("not agreed")
      return
    }
    #expect(trim == TrimRequest(robot: a, order: 1, update: 1, through: 1))
    _ = traffic.trimmed(a, order: 1, update: 1, through: 2)
    #expect(traffic.ownedCells(a) == [1, 2])
  }

  @Test func acknowledgementsFromBeforeARestartAreHarmless() {
    // Seed 37 of the toy world: trimmed to 2, reconciled, restarted, then the old word came again.
    var traffic = driving()
    _ = traffic.requestTrim(a)
    _ = traffic.trimmed(a, order: 1, update: 1, through: 2)
    var restarted = Traffic(resourceCount: 20)
    restarted.restore(a, promise: traffic.promise(of: a), limit: far)
    #expect(restarted.acknowledged(a, order: 1, update: 1, through: 3) == nil)
    #expect(restarted.promise(of: a).acknowledged == 0)
  }

  @Test func nothingIsReleasedToAnAwaitedRobot() {
    var traffic = driving()
    _ = traffic.visited(a, order: 1, leg: 1)
    _ = traffic.awaitPresence(of: a)
    traffic.setHeld(a, false)
    #expect(traffic.plan(a, 4) == .frozen)
    #expect(traffic.release() == [])
    _ = traffic.reconcile(a, position: traffic.position(of: a))
    #expect(traffic.plan(a, 4) == nil)
    #expect(traffic.release().map(\.releasedThrough) == [4])
  }
}

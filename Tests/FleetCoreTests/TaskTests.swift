import Determinism
import FleetModel
import Grid
import Testing

@testable import FleetCore

/// A task's life: it is done once, and ends once.
@Suite struct TaskTests {
  static let town = ["a.....b", ".......", "P.P.P.C"]

  private func isLoaded(_ yard: Yard, _ task: TaskID) -> Bool {
    yard.fleet.tasks.open[task]?.mission.isLoaded == true
  }

  @Test func aDeliveryIsDone() throws {
    var yard = try Yard(Self.town)
    try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.done == ["r1 1 succeeded", "r1 2 succeeded"])
    #expect(yard.incidents == [])
    #expect(yard.fleet.tasks.counts.first?.completed == 1)
    try yard.run(20)
    #expect(
      yard.fleet.places.groups.filter { $0.kind == .parking }.contains { group in
        yard.place(yard.fleet.robots[0].id).map { cell in
          group.vertices.contains { yard.site.graph.cells[Int($0)] == cell }
        } == true
      }, "it has parked")
  }

  @Test func sameKeyAnswersTheSameTask() throws {
    var yard = try Yard(Self.town)
    try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    #expect(try yard.submit(try delivery()) == task)
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(try yard.submit(try delivery()) == task, "also when it has ended")
    let other = try yard.ask(
      .submitTask(
        key: try ClientKey("k1"),
        spec: TaskSpec(body: try delivery("b", "a"), priority: 4, robot: nil)))
    guard case .refused(let refusal) = other else { return #expect(Bool(false), "\(other)") }
    #expect(refusal.code == .keyConflict)
  }

  @Test func aRedeliveredRequestIsDoneOnce() throws {
    var yard = try Yard(Self.town)
    try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery(code: "1234"))
    try yard.run(60) { $0.state(task) == "waiting" }
    for _ in 0..<9 { try yard.ask(.releaseTask(task, code: "0"), number: 100) }
    try yard.ask(.pauseTask(task), number: 101)
    try yard.ask(.releaseTask(task, code: "0"), number: 100)
    #expect(try yard.ask(.releaseTask(task, code: "1234"), number: 102) == .done, "not locked")
  }

  @Test func lostRobotGivesItsTaskBackBeforeLoading() throws {
    var yard = try Yard(Self.town)
    let first = try yard.add("r1", 2, 1)
    let task = try yard.submit(try delivery())
    try yard.run(1)
    let second = try yard.add("r2", 6, 1)
    #expect(yard.record(task)?.robot == first)
    try yard.cut(first)
    try yard.run(35) { $0.record(task)?.robot == second }
    #expect(yard.record(task)?.robot == second)
    #expect(yard.record(task)?.reassignments == 1)
  }

  @Test func aLoadedTaskWaitsForItsRobot() throws {
    var yard = try Yard(Self.town)
    let first = try yard.add("r1", 1, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { isLoaded($0, task) }
    try yard.add("r2", 6, 1)
    try yard.cut(first)
    try yard.run(200)
    #expect(yard.record(task)?.robot == first)
    #expect(yard.record(task)?.state == .waiting(.robotSilent))
    try yard.connect(first)
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func theTaskOfARemovedRobotFailsOnceItIsLoaded() throws {
    var yard = try Yard(Self.town)
    let first = try yard.add("r1", 1, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { isLoaded($0, task) }
    try yard.handle(.removed(first))
    #expect(yard.record(task)?.state == .failed(.removed))
  }

  @Test func aTaskForARemovedRobotGoesToNoOther() throws {
    var yard = try Yard(Self.town)
    let first = try yard.add("r1", 1, 1)
    try yard.ask(.pauseRobot(first))
    try yard.add("r2", 5, 1)
    let task = try yard.submit(try delivery(), robot: first)
    try yard.run(2)
    #expect(yard.state(task) == "blocked")
    try yard.handle(.removed(first))
    try yard.run(2)
    #expect(yard.record(task)?.state == .failed(.removed))
  }

  @Test func cancelledBeforeLoadingItEndsAtOnce() throws {
    var yard = try Yard(Self.town)
    try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    try yard.run(1)
    #expect(try yard.ask(.cancelTask(task)) == .done)
    #expect(yard.state(task) == "cancelled")
    #expect(yard.fleet.robots[0].job == .idle)
    guard case .refused = try yard.ask(.cancelTask(task)) else {
      return #expect(Bool(false), "cancelled twice")
    }
  }

  @Test func cancelledWithTheLoadAboardItGoesBack() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { isLoaded($0, task) }
    try yard.run(1)
    #expect(try yard.ask(.cancelTask(task)) == .done)
    #expect(yard.state(task) == "cancelling")
    try yard.run(60) { $0.state(task) == "cancelled" }
    #expect(yard.state(task) == "cancelled")
    #expect(yard.robots[id]?.isLoaded == false)
    #expect(yard.place(id) == Cell(x: 0, y: 0))
  }

  @Test func aCodeGivenLateStillHandsOver() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery(code: "1234"))
    try yard.run(60) { $0.record(task)?.state == .waiting(.humanRelease) }
    // Longer than any other action may take.
    try yard.run(200)
    #expect(yard.record(task)?.state == .waiting(.humanRelease))
    // The answer of the robot takes longer than a look at its deadlines.
    try yard.cut(id, will: false)
    #expect(try yard.ask(.releaseTask(task, code: "1234")) == .done)
    try yard.run(2)
    #expect(yard.fleet.robots[0].action?.isCancelling == false)
    try yard.connect(id)
    try yard.run(10) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func aLateCancelOfAHandOverWaitsForTheRobot() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery(code: "1234"))
    try yard.run(60) { $0.record(task)?.state == .waiting(.humanRelease) }
    try yard.run(150)
    try yard.cut(id, will: false)
    try yard.ask(.cancelTask(task))
    try yard.run(2)
    #expect(yard.state(task) == "cancelling")
    try yard.connect(id)
    try yard.run(60) { $0.state(task) == "cancelled" }
    #expect(yard.state(task) == "cancelled")
  }

  @Test func nobodyComesAndTheLoadGoesBack() throws {
    var yard = try Yard(Self.town)
    yard.fleet = Fleet(site: yard.site, settings: Self.hasty, serverEpoch: 1, seed: Seed(1))
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery(code: "1234"))
    try yard.run(120) { $0.state(task) == "cancelled" }
    #expect(yard.state(task) == "cancelled")
    #expect(yard.robots[id]?.isLoaded == false)
    #expect(yard.place(id) == Cell(x: 0, y: 0))
  }

  private static var hasty: FleetSettings {
    var settings = FleetSettings()
    settings.humanPatience = .seconds(20)
    return settings
  }

  @Test func aPausedTaskThatIsGivenBackIsWritten() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    try yard.run(1)
    try yard.ask(.pauseTask(task))
    try yard.cut(id)
    try yard.run(35)
    let stored = try #require(try yard.shelf.load().tasks.first)
    #expect(stored.record.state == .paused && stored.record.robot == nil)
    try yard.connect(id)
    try yard.ask(.resumeTask(task))
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func aRefusedActionFailsAtOnce() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    try yard.run(60) { $0.fleet.robots[0].action != nil }
    let number = yard.fleet.robots[0].actionMessage
    try say(.refused(number: number, reason: .notSupported), of: id, &yard)
    #expect(yard.state(task) == "failed")
  }

  /// r1 has arrived for its delivery; what it was told to do there was lost on the way.
  private func toldInVain() throws -> (yard: Yard, id: RobotID, task: TaskID) {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let task = try yard.submit(try delivery())
    yard.losesActions = true
    try yard.run(60) { $0.fleet.robots[0].action != nil }
    return (yard, id, task)
  }

  /// A robot says that an action has failed which it had not begun: a hand took it away from there.
  /// Nothing is lost by that; but who says so again and again is not believed for ever.
  @Test(arguments: [1, 3, 4]) func whatHasNotBegunIsDoneAgain(times: Int) throws {
    let (told, id, task) = try toldInVain()
    var yard = told
    for n in 1...times {
      try yard.run(60) { $0.fleet.robots[0].action != nil }
      let action = try #require(yard.fleet.robots[0].action)
      #expect(action.action.id == UInt64(n) && action.started == nil)
      let failed = ActionResult.failed(text: "moved by hand")
      try say(.actionEnded(action: action.action.id, result: failed), of: id, &yard)
    }
    guard times <= 3 else { return #expect(yard.state(task) == "failed") }
    #expect(yard.state(task) != "failed")
    yard.losesActions = false
    try yard.connect(id)
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  /// A robot that refuses an action, being driven by hand, may have it from an earlier message: it is done
  /// again when the robot has said what has become of it.
  @Test func aRefusedActionIsTakenBackBeforeItIsToldAgain() throws {
    let (told, id, task) = try toldInVain()
    var yard = told
    let number = yard.fleet.robots[0].actionMessage
    try say(.refused(number: number, reason: .wrongMode), of: id, &yard)
    #expect(yard.fleet.robots[0].action?.isCancelling == true)
    #expect(yard.sent.contains { $0.message.command == .cancelAction(action: 1) })
    try yard.run(2)
    #expect(yard.fleet.robots[0].action?.action.id == 1)
    try say(.actionEnded(action: 1, result: .cancelled), of: id, &yard)
    try yard.run(1)
    #expect(yard.fleet.robots[0].action?.action.id == 2)
    #expect(yard.state(task) != "failed")
  }

  @Test func whatHasBegunAndFailsIsNotDoneAgain() throws {
    let (told, id, task) = try toldInVain()
    var yard = told
    try say(.actionStarted(action: 1), of: id, &yard)
    try say(.actionEnded(action: 1, result: .failed(text: "jammed")), of: id, &yard)
    #expect(yard.state(task) == "failed")
  }

  /// The fleet hears the next event of a robot in its first session.
  private func say(_ event: RobotEvent, of id: RobotID, _ yard: inout Yard) throws {
    let next = (yard.fleet.robots.first { $0.id == id }?.eventsHandled ?? 0) + 1
    try yard.handle(
      .report(
        id, RobotReport(sessionEpoch: 1, events: [NumberedEvent(number: next, event: event)])))
  }

  @Test func aRobotThatCannotDriveHandsBackWhatItHasNotBegun() throws {
    var yard = try Yard(Self.town)
    let first = try yard.add("r1", 2, 1)
    let task = try yard.submit(try delivery())
    try yard.run(1)
    let second = try yard.add("r2", 6, 1)
    var state = try #require(yard.fleet.robots[0].state)
    state.number += 1000
    state.mode = .maintenance
    state.speedMillimetresPerSecond = 0
    for _ in 0..<70 where yard.record(task)?.robot == first {
      state.number += 1
      try yard.handle(.state(first, state))
      try yard.run(2)
    }
    #expect(yard.record(task)?.robot == second)
  }

  @Test func aParkedRobotGetsNoTasksUntilItIsResumed() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    try yard.run(1)
    try yard.ask(.parkRobot(id))
    #expect(try yard.shelf.load().robots.first?.parked == true, "durable before the reply")
    let task = try yard.submit(try delivery())
    try yard.run(5)
    #expect(yard.state(task) == "blocked")
    try yard.ask(.resumeRobot(id))
    try yard.run(60) { $0.state(task) == "completed" }
    #expect(yard.state(task) == "completed")
  }

  @Test func actionIdsDoNotComeAgainForARobotThatIsEnrolledAgain() throws {
    var yard = try Yard(Self.town)
    let id = try yard.add("r1", 3, 1)
    let first = try yard.submit(try delivery())
    try yard.run(60) { $0.state(first) == "completed" }
    try yard.cut(id)
    try yard.handle(.removed(id))
    try yard.handle(.enrolled(id))
    try yard.connect(id)
    try yard.run(3)
    let second = try yard.submit(try delivery(), key: "k2")
    try yard.run(60) { $0.state(second) == "completed" }
    #expect(yard.done.count == 4, "\(yard.done)")
  }

  @Test func everyTaskEndsExactlyOnce() throws {
    var yard = try Yard(["a.....b", ".......", ".......", "P.P.P.C"])
    for (n, x) in [1, 3, 5].enumerated() { try yard.add("r\(n)", Int64(x), 1) }
    var tasks: [TaskID] = []
    for n in 0..<10 {
      tasks.append(
        try yard.submit(
          n % 2 == 0 ? try delivery() : try delivery("b", "a"), key: "k\(n)"))
    }
    try yard.run(400) { yard in tasks.allSatisfy { yard.state($0) == "completed" } }
    #expect(tasks.allSatisfy { yard.state($0) == "completed" })
    let ends = yard.notices.filter { $0.text.contains("is completed") }
    #expect(ends.count == 10)
    #expect(yard.done.count == 20)
  }
}

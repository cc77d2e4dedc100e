import Determinism
import FleetModel
import Foundation
import Missions
import Site
import SiteFiles
import Testing

@testable import FleetCore
@testable import FleetServer

/// What a new run makes of what an older one has left.
struct TakeoverTests {
  private let site: Site
  private let robot: RobotID
  private let owner: OperatorID

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    site = try SiteFile.load(root.appendingPathComponent("Maps/campus").path)
    robot = try RobotID("courier-1")
    owner = try OperatorID("ann")
  }

  private func time(_ seconds: Int64) -> Instant { Instant(microseconds: seconds * 1_000_000) }

  private func spec(to station: String) throws -> TaskSpec {
    TaskSpec(
      body: .goTo(GoTo(target: .station(try StationID(station)))), priority: 4, robot: nil)
  }

  private func record(_ number: Int, _ state: TaskState, at seconds: Int64) throws -> TaskRecord {
    TaskRecord(
      id: try TaskID("t\(number)"), key: try ClientKey("k\(number)"), owner: owner,
      spec: try spec(to: "arts"), state: state, submitted: time(seconds))
  }

  private func fleet(_ stored: StoredFleet, at seconds: Int64) -> Fleet {
    Takeover(
      stored,
      by: Takeover.Heir(
        site: site, settings: FleetSettings(), seed: Seed(1), epoch: 2, robots: [robot],
        now: time(seconds))
    ).fleet
  }

  private func ask(_ fleet: inout Fleet, _ number: UInt64, _ command: OperatorCommand) throws
    -> OperatorReply?
  {
    let request = OperatorRequest(client: try ClientID("c"), number: number, body: command)
    for case .reply(_, _, _, let reply) in fleet.handle(.request(owner, request), now: time(1)) {
      return reply
    }
    return nil
  }

  /// Written at 5,000 s by the clock of then; now it is 1,000 s.
  @Test func whatLiesAheadOfAClockThatWasSetBackIsTakenForNow() throws {
    var task = try record(1, .queued, at: 5_000)
    task.started = time(5_001)
    let action = RunningAction(
      action: RobotAction(id: 9, kind: .charge, durationMilliseconds: 0), task: nil,
      sent: time(5_000),
      started: time(5_002), due: time(5_060), isCancelling: false, isUnlocked: false)
    let stored = StoredRobot(
      id: robot, factsheet: nil, sessionEpoch: 3, eventsHandled: 4, integration: .utilised,
      paused: false, parked: false, energyPermille: 500, action: action, actionCount: 9, order: 0,
      promise: nil)
    let mission = Mission(task: task.id, spec: task.spec, site: site)
    let fleet = fleet(
      StoredFleet(
        tasks: [StoredTask(record: task, mission: mission)], robots: [stored], closedZones: []),
      at: 1_000)
    #expect(fleet.tasks.record(task.id)?.submitted == time(1_000))
    #expect(fleet.tasks.record(task.id)?.started == time(1_000))
    let restored = try #require(fleet.robots.first?.action)
    #expect(restored.sent == time(1_000) && restored.started == time(1_000))
    #expect(restored.due == time(1_060), "waited for no longer than it was going to be")
  }

  @Test func whatLiesBehindTheClockIsKept() throws {
    let task = try record(1, .queued, at: 400)
    let mission = Mission(task: task.id, spec: task.spec, site: site)
    let fleet = fleet(
      StoredFleet(
        tasks: [StoredTask(record: task, mission: mission)], robots: [], closedZones: []),
      at: 1_000)
    #expect(fleet.tasks.record(task.id)?.submitted == time(400))
  }

  /// A key means its task for ever, also when that was not restored.
  @Test func aRecalledTaskAnswersForItsKey() throws {
    var totals = FleetStatistics.KindCount(kind: .goTo)
    totals.completed = 70_000
    var fleet = fleet(
      StoredFleet(
        tasks: [StoredTask(record: try record(70_000, .completed, at: 10), mission: nil)],
        robots: [], closedZones: [], endedTotals: [totals]), at: 1_000)
    let old = try record(3, .completed, at: 5)
    #expect(!fleet.holdsTask(old.key) && !fleet.holdsTask(old.id))
    #expect(fleet.handle(.recalled(old), now: time(1_000)).isEmpty)
    #expect(fleet.holdsTask(old.key) && fleet.holdsTask(old.id))
    guard case .task(let told) = try ask(&fleet, 1, .submitTask(key: old.key, spec: old.spec))
    else {
      Issue.record("no task")
      return
    }
    #expect(told.id == old.id && told.state == .completed)
    let other = try ask(&fleet, 2, .submitTask(key: old.key, spec: try spec(to: "library")))
    guard case .refused(let refusal) = other else {
      Issue.record("\(String(describing: other))")
      return
    }
    #expect(refusal.code == .keyConflict)
    #expect(fleet.endedTotals.first { $0.kind == .goTo }?.completed == 70_000)
  }
}

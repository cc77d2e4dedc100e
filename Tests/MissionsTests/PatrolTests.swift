import Determinism
import FleetModel
import Foundation
import Grid
import Site
import Testing

@testable import Missions

struct PatrolTests {
  private func tour(_ extent: Patrol.Extent) throws -> TaskBody {
    .patrol(Patrol(route: try RouteID("tour"), extent: extent))
  }

  private func drive(_ mission: inout Mission, _ cells: [Int32], now: Instant = .zero)
    -> [MissionEffect]
  {
    for cell in cells { mission.planned(VertexID(cell), now: now) }
    return cells.flatMap { mission.visited(VertexID($0), now: now) }
  }

  @Test func confirmsCheckpointsInPassingInOrder() throws {
    let site = try Drawn.site(["1.2.3"])
    var mission = try mission(tour(.rounds(2)), site)
    equal(
      mission.assign(vehicle: site.classes[0], at: VertexID(0), site: site, now: .zero),
      [.checkpoint(round: 0, index: 0)])
    equal(
      mission.nextErrand(from: VertexID(0), now: .zero),
      Errand(target: .cell(VertexID(2)), stops: false))
    mission.planned(VertexID(1), now: .zero)
    mission.planned(VertexID(2), now: .zero)
    equal(mission.nextErrand(from: VertexID(2), now: .zero)?.target, .cell(VertexID(4)))
    equal(mission.visited(VertexID(1), now: .zero), [])
    equal(mission.visited(VertexID(2), now: .zero), [.checkpoint(round: 0, index: 1)])
    #expect(mission.note == "round 1 of 2, checkpoint 3 of 3")
    equal(drive(&mission, [3, 4]), [.checkpoint(round: 0, index: 2)])
    // Passing 3 on the way back to 1 does not count.
    equal(drive(&mission, [3, 2, 1, 0]), [.checkpoint(round: 1, index: 0)])
    equal(
      drive(&mission, [1, 2, 3, 4]),
      [.checkpoint(round: 1, index: 1), .checkpoint(round: 1, index: 2), .completed])
    #expect(mission.isComplete)
  }

  @Test func inspectsStandingAtEach() throws {
    let site = try Drawn.site(["1.2"], inspectMilliseconds: 3000)
    var mission = try mission(tour(.rounds(1)), site)
    let errand = Errand(
      target: .cell(VertexID(0)), stops: true,
      action: ErrandAction(kind: .inspect, durationMilliseconds: 3000))
    equal(mission.nextErrand(from: VertexID(0), now: .zero), errand)
    equal(drive(&mission, [0]), [])
    mission.actionStarted()
    equal(mission.nextErrand(from: VertexID(0), now: .zero), nil)
    #expect(mission.note == "round 1 of 1, inspecting checkpoint 1 of 2")
    equal(mission.actionEnded(.cancelled, now: .zero), [])
    equal(mission.nextErrand(from: VertexID(0), now: .zero), errand)
    mission.actionStarted()
    equal(mission.actionEnded(.succeeded, now: .zero), [.checkpoint(round: 0, index: 0)])
    #expect(mission.progressPermille == 500)
    mission.actionStarted()
    equal(
      mission.actionEnded(.succeeded, now: .zero), [.checkpoint(round: 0, index: 1), .completed])
  }

  @Test func aRoundBegunBeforeTheTimeIsFinished() throws {
    let site = try Drawn.site(["1.2"])
    var mission = try mission(tour(.until(.seconds(100))), site)
    equal(drive(&mission, [0, 1, 2], now: .seconds(10)).count, 2)
    equal(mission.nextErrand(from: VertexID(2), now: .seconds(10)) == nil, false)
    equal(drive(&mission, [1, 0], now: .seconds(99)), [.checkpoint(round: 1, index: 0)])
    equal(mission.nextErrand(from: VertexID(0), now: .seconds(101)) == nil, false)
    equal(
      drive(&mission, [1, 2], now: .seconds(101)), [.checkpoint(round: 1, index: 1), .completed])
  }

  @Test func noRoundIsBegunAfterTheTime() throws {
    let site = try Drawn.site(["1.2"])
    var mission = try mission(tour(.until(.seconds(100))), site)
    for cell in [0, 1, 2] as [Int32] { mission.planned(VertexID(cell), now: .seconds(100)) }
    equal(mission.nextErrand(from: VertexID(2), now: .seconds(100)), nil)
    for cell in [0, 1] as [Int32] { _ = mission.visited(VertexID(cell), now: .seconds(105)) }
    equal(
      mission.visited(VertexID(2), now: .seconds(106)),
      [.checkpoint(round: 0, index: 1), .completed])
  }

  @Test func aRoundThatWasOnlyMeantToFollowIsDropped() throws {
    let site = try Drawn.site(["1.2"])
    var mission = try mission(tour(.until(.seconds(100))), site)
    // Planned before the time, driven after it; nothing of a second round is planned.
    equal(drive(&mission, [0], now: .seconds(10)).count, 1)
    for cell in [1, 2] as [Int32] { mission.planned(VertexID(cell), now: .seconds(99)) }
    _ = mission.visited(VertexID(1), now: .seconds(100))
    equal(
      mission.visited(VertexID(2), now: .seconds(101)),
      [.checkpoint(round: 0, index: 1), .completed])
  }

  @Test func withdrawnCheckpointsArePlannedAgain() throws {
    let site = try Drawn.site(["1.2.3"])
    var mission = try mission(tour(.rounds(1)), site)
    for cell in 0...4 as ClosedRange<Int32> { mission.planned(VertexID(cell), now: .zero) }
    equal(mission.nextErrand(from: VertexID(4), now: .zero), nil)
    mission.replanned([VertexID(0), VertexID(1), VertexID(2), VertexID(3)])
    equal(mission.nextErrand(from: VertexID(3), now: .zero)?.target, .cell(VertexID(4)))
    mission.replanned([])
    equal(mission.nextErrand(from: VertexID(3), now: .zero)?.target, .cell(VertexID(0)))
  }

  @Test func nextRobotGoesOnWhereTheLastStopped() throws {
    let site = try Drawn.site(["1.2.3"])
    var mission = try mission(tour(.rounds(2)), site)
    _ = drive(&mission, [0, 1, 2, 3])
    #expect(mission.canReassign)
    equal(mission.robotLost(), true)
    equal(mission.assign(vehicle: site.classes[0], at: VertexID(0), site: site, now: .zero), [])
    equal(mission.nextErrand(from: VertexID(0), now: .zero)?.target, .cell(VertexID(4)))
    let data = try JSONEncoder().encode(mission)
    var copy = try JSONDecoder().decode(Mission.self, from: data)
    equal(copy.restore(site: site), [])
    equal(copy.nextErrand(from: VertexID(0), now: .zero)?.target, .cell(VertexID(4)))
  }

  @Test func cancelWaitsForARunningInspection() throws {
    let site = try Drawn.site(["1.2"], inspectMilliseconds: 3000)
    var mission = try mission(tour(.rounds(1)), site)
    mission.actionStarted()
    equal(mission.cancel(), .afterAction)
    equal(
      mission.actionEnded(.succeeded, now: .zero), [.checkpoint(round: 0, index: 0), .cancelled])
    var other = try Missions.Mission(task: TaskID("t"), spec: spec(tour(.rounds(1))), site: site)
    equal(other.cancel(), .now)
  }

  /// Random ways with withdrawals, losses and restarts confirm every checkpoint once, in order.
  @Test func everyCheckpointOnceInOrderWhateverHappens() throws {
    for seed in 0..<60 as Range<UInt64> {
      var rng = Seed(seed).derive("patrol").generator()
      let site = try Drawn.site(
        ["1...2", ".#.#.", "4...3", ".###.", "5...."],
        inspectMilliseconds: rng.chance(0.3) ? 1000 : 0)
      let rounds = Int32(rng.next(in: 1...4))
      var walker = Walker(
        mission: try mission(tour(.rounds(rounds)), site), site: site, at: VertexID(6))
      walker.walk(limit: 40_000, using: &rng)
      let expected = (0..<rounds).flatMap { round in
        (0..<5 as Range<Int32>).map { MissionEffect.checkpoint(round: round, index: $0) }
      }
      #expect(walker.mission.isComplete, "seed \(seed)")
      #expect(walker.effects == expected + [.completed], "seed \(seed)")
    }
  }
}

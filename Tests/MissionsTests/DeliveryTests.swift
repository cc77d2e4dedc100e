import Determinism
import FleetModel
import Foundation
import Grid
import Site
import Testing

@testable import Missions

struct DeliveryTests {
  private let site: Site
  private let dockA: Errand.Target
  private let dockB: Errand.Target

  init() throws {
    site = try Drawn.site(["a....b"])
    dockA = .station(try StationID("dock-a"))
    dockB = .station(try StationID("dock-b"))
  }

  private func start(code: String? = nil) throws -> Mission {
    try mission(.deliver(delivery(code: code)), site)
  }

  private func loaded(code: String? = nil) throws -> Mission {
    var mission = try start(code: code)
    mission.actionStarted()
    equal(mission.actionEnded(.succeeded, now: .zero), [.loaded])
    return mission
  }

  @Test func loadsThenUnloads() throws {
    var mission = try start()
    equal(
      mission.nextErrand(from: nil, now: .zero),
      Errand(
        target: dockA, stops: true,
        action: ErrandAction(kind: .load, durationMilliseconds: 5000)))
    #expect(mission.note == "driving to dock-a to load")
    mission.actionStarted()
    equal(mission.nextErrand(from: nil, now: .zero), nil)
    #expect(mission.note == "loading at dock-a")
    #expect(!mission.isLoaded)
    equal(mission.actionEnded(.succeeded, now: .zero), [.loaded])
    #expect(mission.isLoaded && mission.progressPermille == 500)
    equal(
      mission.nextErrand(from: nil, now: .zero),
      Errand(
        target: dockB, stops: true,
        action: ErrandAction(kind: .unload, durationMilliseconds: 7000)))
    mission.actionStarted()
    equal(mission.actionEnded(.succeeded, now: .zero), [.unloaded, .completed])
    #expect(mission.isComplete && mission.progressPermille == 1000)
    equal(mission.nextErrand(from: nil, now: .zero), nil)
    equal(mission.actionEnded(.succeeded, now: .zero), [])
  }

  @Test func endOfAnActionCountsWithoutItsStart() throws {
    var mission = try start()
    equal(mission.actionEnded(.succeeded, now: .zero), [.loaded])
    equal(mission.actionEnded(.succeeded, now: .zero), [.unloaded, .completed])
  }

  @Test func withACodeItIsHandedOverToAHuman() throws {
    var mission = try loaded(code: "4711")
    equal(mission.nextErrand(from: nil, now: .zero)?.action?.kind, .handOver)
    equal(mission.nextErrand(from: nil, now: .zero)?.action?.durationMilliseconds, 0)
    #expect(throws: Refusal.self) { try mission.release(code: "4711", now: .zero) }
    mission.actionStarted()
    #expect(mission.waitsForHuman)
    #expect(mission.note == "waiting at dock-b for its release code")
    try equal(mission.release(code: "4711", now: .zero), [.unlock])
    #expect(!mission.waitsForHuman)
    equal(mission.actionEnded(.succeeded, now: .zero), [.unloaded, .completed])
  }

  @Test func fiveWrongCodesLockForFiveMinutes() throws {
    var mission = try loaded(code: "4711")
    mission.actionStarted()
    for (i, code) in ["", "4710", "471", "47111", "x"].enumerated() {
      let refusal = #expect(throws: Refusal.self) {
        try mission.release(code: code, now: .seconds(Int64(i)))
      }
      #expect(refusal?.code == .wrongCode)
      if i == 3 { #expect(refusal?.hint.hasPrefix("1 try left") == true) }
    }
    let locked = #expect(throws: Refusal.self) {
      try mission.release(code: "4711", now: .seconds(303))
    }
    #expect(locked?.hint == "try again in 1 s")
    try equal(mission.release(code: "4711", now: .seconds(304)), [.unlock])
  }

  @Test func releaseWithoutACodeIsRefused() throws {
    var mission = try loaded()
    let refusal = #expect(throws: Refusal.self) { try mission.release(code: "1", now: .zero) }
    #expect(refusal?.code == .wrongState)
  }

  @Test func cancelBeforeLoadingEndsAtOnce() throws {
    var mission = try start()
    equal(mission.cancel(), .now)
    #expect(mission.end == .cancelled)
    equal(mission.nextErrand(from: nil, now: .zero), nil)
  }

  @Test func cancelWhileLoadingEndsWithTheAction() throws {
    var mission = try start()
    mission.actionStarted()
    equal(mission.cancel(), .afterAction)
    equal(mission.actionEnded(.cancelled, now: .zero), [.cancelled])
  }

  @Test func cancelTooLateForLoadingBringsTheLoadBack() throws {
    var mission = try start()
    mission.actionStarted()
    equal(mission.cancel(), .afterAction)
    equal(mission.actionEnded(.succeeded, now: .zero), [.loaded])
    try bringsBack(&mission)
  }

  @Test func cancelOnTheWayBringsTheLoadBack() throws {
    var mission = try loaded()
    equal(mission.cancel(), .afterReturn)
    equal(mission.cancel(), .afterReturn)
    #expect(mission.note == "returning the load to dock-a")
    try bringsBack(&mission)
  }

  @Test func cancelWhileWaitingForAHumanBringsTheLoadBack() throws {
    var mission = try loaded(code: "1")
    mission.actionStarted()
    equal(mission.cancel(), .afterAction)
    equal(mission.actionEnded(.cancelled, now: .zero), [])
    try bringsBack(&mission)
  }

  @Test func cancelTooLateForTheHandOverCompletes() throws {
    var mission = try loaded(code: "1")
    mission.actionStarted()
    equal(mission.cancel(), .afterAction)
    equal(mission.actionEnded(.succeeded, now: .zero), [.unloaded, .completed])
  }

  private func bringsBack(_ mission: inout Mission) throws {
    let errand = mission.nextErrand(from: nil, now: .zero)
    #expect(errand?.target == dockA && errand?.action?.kind == .unload)
    mission.actionStarted()
    equal(mission.actionEnded(.cancelled, now: .zero), [], "an interrupted action is repeated")
    equal(mission.nextErrand(from: nil, now: .zero), errand)
    mission.actionStarted()
    equal(mission.actionEnded(.succeeded, now: .zero), [.returned, .cancelled])
    #expect(mission.end == .cancelled)
  }

  @Test func failedActionFailsTheTask() throws {
    var mission = try loaded()
    mission.actionStarted()
    equal(
      mission.actionEnded(.failed(text: "flap stuck"), now: .zero),
      [.failed(.actionFailed("flap stuck"))])
    #expect(mission.end == .failed(.actionFailed("flap stuck")))
  }

  @Test func robotMayChangeUntilLoading() throws {
    var mission = try start()
    #expect(mission.canReassign)
    equal(mission.robotLost(), true)
    mission.actionStarted()
    #expect(!mission.canReassign)
    equal(mission.robotLost(), false)
    _ = mission.actionEnded(.succeeded, now: .zero)
    #expect(!mission.canReassign)
    equal(mission.robotLost(), false)
  }

  @Test func survivesARestartInEveryStage() throws {
    var mission = try start(code: "77")
    for _ in 0..<4 {
      let data = try JSONEncoder().encode(mission)
      var copy = try JSONDecoder().decode(Mission.self, from: data)
      equal(copy.restore(site: site), [])
      #expect(copy == mission)
      if mission.nextErrand(from: nil, now: .zero) != nil {
        mission.actionStarted()
      } else {
        _ = mission.actionEnded(.succeeded, now: .zero)
      }
    }
    #expect(mission.isComplete)
  }

  @Test func restoreFailsWhereThePlaceIsGone() throws {
    var mission = try start()
    equal(mission.restore(site: try Drawn.site(["a..c"])), [.failed(.unreachable)])
    #expect(mission.end == .failed(.unreachable))
  }

  /// Any order of cancels, losses and results: at most one load, one unload or return, one end.
  @Test func loadsAndUnloadsAtMostOnceWhateverHappens() throws {
    for seed in 0..<500 as Range<UInt64> {
      var rng = Seed(seed).derive("delivery").generator()
      var mission = try start(code: rng.chance(0.5) ? "1" : nil)
      var effects: [MissionEffect] = []
      for _ in 0..<40 {
        switch rng.next(below: 10) {
        case 0...2: mission.actionStarted()
        case 3...5: effects += mission.actionEnded(.succeeded, now: .zero)
        case 6: effects += mission.actionEnded(.cancelled, now: .zero)
        case 7: if rng.chance(0.3) { _ = mission.cancel() }
        case 8: _ = mission.robotLost()
        default: if let e = try? mission.release(code: "1", now: .zero) { effects += e }
        }
      }
      let loads = effects.count { $0 == .loaded }
      let outs = effects.count { $0 == .unloaded || $0 == .returned }
      #expect(loads <= 1 && outs <= loads, "seed \(seed)")
      if mission.isComplete { #expect(loads == 1 && effects.contains(.unloaded), "seed \(seed)") }
      #expect(effects.count { $0 == .completed || $0 == .cancelled } <= 1, "seed \(seed)")
    }
  }
}

import Determinism
import FleetModel
import Grid
import Site
import Testing

@testable import Missions

struct CheckTests {
  private let site: Site

  init() throws {
    site = try Drawn.site(
      ["a.b.1.2", ".#..~~n", "......^"],
      extraRoutes: [
        SitePlan.Route(
          id: RouteID("spot"), title: "", checkpoints: [Cell(x: 0, y: 1)], inspectMilliseconds: 0),
        SitePlan.Route(
          id: RouteID("box"), title: "", checkpoints: [Cell(x: 6, y: 1)], inspectMilliseconds: 0),
      ])
  }

  private func refusal(_ body: TaskBody, priority: Int32 = 4) -> Refusal? {
    do throws(Refusal) {
      try Mission.check(spec(body, priority: priority), site: site, now: .seconds(10))
      return nil
    } catch { return error }
  }

  private func refusal(_ change: (inout Delivery) throws -> Void) throws -> Refusal? {
    var value = try delivery()
    try change(&value)
    return refusal(.deliver(value))
  }

  @Test func goodTasksPass() throws {
    #expect(try refusal { _ in } == nil)
    #expect(refusal(.patrol(Patrol(route: try RouteID("tour"), extent: .rounds(3)))) == nil)
    #expect(
      refusal(.patrol(Patrol(route: try RouteID("tour"), extent: .until(.seconds(11))))) == nil)
    #expect(refusal(.sweep(Sweep(area: try AreaID("square")))) == nil)
    #expect(refusal(.goTo(GoTo(target: .station(try StationID("dock-a"))))) == nil)
    #expect(refusal(.goTo(GoTo(target: .cell(Cell(x: 1, y: 0))))) == nil)
  }

  @Test func unknownNamesAreRefusedWithTheNearestKnownOnes() throws {
    let station = try refusal { $0.pickup = try StationID("dokc-a") }
    #expect(station?.code == .unknownStation)
    #expect(station?.message == "there is no station dokc-a (pickup)")
    #expect(station?.hint == "did you mean dock-a?" || station?.hint.contains("dock-a") == true)
    let far = try refusal { $0.drop = try StationID("warehouse-north") }
    #expect(far?.hint == "known stations: dock-a, dock-b")
    let route = refusal(.patrol(Patrol(route: try RouteID("tuor"), extent: .rounds(1))))
    #expect(route?.code == .unknownRoute && route?.hint == "did you mean tour?")
    let area = refusal(.sweep(Sweep(area: try AreaID("squares"))))
    #expect(area?.code == .unknownArea && area?.hint == "did you mean square?")
    let place = refusal(.goTo(GoTo(target: .station(try StationID("Dock-B")))))
    #expect(place?.code == .unknownStation && place?.hint.contains("dock-b") == true)
  }

  @Test func numbersOutOfRangeAreRefused() throws {
    #expect(try refusal { $0.drop = $0.pickup }?.code == .invalid)
    #expect(try refusal { $0.loadMilliseconds = -1 }?.code == .invalid)
    #expect(try refusal { $0.unloadMilliseconds = 86_400_001 }?.code == .invalid)
    #expect(try refusal { $0.payloadGrams = -1 }?.code == .invalid)
    #expect(try refusal { $0.payloadGrams = 50_001 }?.code == .noCapableRobot)
    #expect(try refusal { $0.releaseCode = "" }?.code == .invalid)
    #expect(try refusal { $0.releaseCode = String(repeating: "1", count: 33) }?.code == .invalid)
    let tour = try RouteID("tour")
    #expect(refusal(.patrol(Patrol(route: tour, extent: .rounds(0))))?.code == .invalid)
    #expect(refusal(.patrol(Patrol(route: tour, extent: .until(.seconds(10)))))?.code == .invalid)
    let body = TaskBody.patrol(Patrol(route: tour, extent: .rounds(1)))
    #expect(refusal(body, priority: 10)?.code == .invalid)
    #expect(refusal(body, priority: -1)?.code == .invalid)
  }

  @Test func placesWhereNobodyMayStopAreRefused() throws {
    #expect(refusal(.goTo(GoTo(target: .cell(Cell(x: 6, y: 1)))))?.code == .unreachable)
    #expect(
      refusal(.patrol(Patrol(route: try RouteID("box"), extent: .rounds(1))))?.code
        == .unreachable)
  }

  @Test func endlessRoundsOnOneCellAreRefused() throws {
    let spot = try RouteID("spot")
    #expect(refusal(.patrol(Patrol(route: spot, extent: .until(.seconds(99)))))?.code == .invalid)
    #expect(refusal(.patrol(Patrol(route: spot, extent: .rounds(2)))) == nil)
  }

  @Test func cellsAreRefusedWithOneThatWorks() throws {
    let blocked = refusal(.goTo(GoTo(target: .cell(Cell(x: 1, y: 1)))))
    #expect(blocked?.code == .unreachable)
    #expect(blocked?.hint == "the nearest cell to stand on is (1, 0)")
    let off = refusal(.goTo(GoTo(target: .cell(Cell(x: 7, y: 0)))))
    #expect(off?.code == .invalid && off?.hint == "give 0 to 6, 0 to 2")
    let taken = refusal(.goTo(GoTo(target: .cell(Cell(x: 0, y: 0)))))
    #expect(taken?.hint == "send the robot to dock-a")
  }

  @Test func goToEndsOnArrival() throws {
    var mission = try mission(.goTo(GoTo(target: .cell(Cell(x: 1, y: 0)))), site)
    equal(
      mission.nextErrand(from: nil, now: .zero),
      Errand(target: .cell(VertexID(1)), stops: true))
    #expect(mission.note == "driving to (1, 0)")
    equal(mission.arrived(now: .zero), [.completed])
  }

  @Test func estimatesWhatIsLeft() throws {
    let byAir = { (a: VertexID, b: VertexID) -> Int32? in
      let a = site.graph.cell(of: a)
      let b = site.graph.cell(of: b)
      return abs(a.x - b.x) + abs(a.y - b.y)
    }
    let delivery = try mission(.deliver(delivery()), site)
    #expect(
      delivery.estimate(site: site, distance: byAir)
        == WorkEstimate(
          starts: [VertexID(0)], cells: 2, standingMilliseconds: 12_000, ends: [VertexID(2)],
          isDivisible: false))
    #expect(delivery.estimate(site: site) { _, _ in nil } == nil)
    let body = TaskBody.patrol(Patrol(route: try RouteID("tour"), extent: .rounds(3)))
    let patrol = try mission(body, site)
    #expect(patrol.estimate(site: site, distance: byAir)?.cells == 12)
    let sweep = try mission(.sweep(Sweep(area: AreaID("square"))), site)
    let work = sweep.estimate(site: site, distance: byAir)
    #expect(work?.cells == 2 && work?.starts.count == 2 && work?.isDivisible == true)
  }
}

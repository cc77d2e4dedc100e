import Determinism
import FleetModel
import Foundation
import Grid
import Site
import Testing

@testable import Missions

struct SweepTests {
  private func sweep(_ site: Site) throws -> Mission {
    try mission(.sweep(Sweep(area: AreaID("square"))), site)
  }

  private func rectangle(_ width: Int, _ height: Int) throws -> Site {
    try Drawn.site([String](repeating: String(repeating: "~", count: width), count: height))
  }

  /// Every cell of the area was reported swept, once, and the end came last.
  private func expectFullSweep(
    _ walker: Walker, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = Int32(walker.site.areas[0].cells.count)
    let expected = (1...count).map { MissionEffect.swept(cells: $0, of: count) } + [.completed]
    #expect(walker.effects == expected, comment, sourceLocation: sourceLocation)
  }

  @Test func sendsToTheNearEndThenToTheFarEnd() throws {
    let site = try rectangle(5, 3)
    var mission = try sweep(site)
    equal(
      mission.assign(vehicle: site.classes[0], at: VertexID(0), site: site, now: .zero),
      [.swept(cells: 1, of: 15)])
    equal(
      mission.nextErrand(from: VertexID(0), now: .zero),
      Errand(target: .cell(VertexID(1)), stops: false))
    mission.planned(VertexID(1), now: .zero)
    equal(mission.nextErrand(from: VertexID(1), now: .zero)?.target, .cell(VertexID(4)))
    for cell in [2, 3, 4] as [Int32] { mission.planned(VertexID(cell), now: .zero) }
    equal(mission.nextErrand(from: VertexID(4), now: .zero)?.target, .cell(VertexID(9)))
    mission.planned(VertexID(9), now: .zero)
    equal(mission.nextErrand(from: VertexID(9), now: .zero)?.target, .cell(VertexID(5)))
    equal(mission.visited(VertexID(1), now: .zero), [.swept(cells: 2, of: 15)])
    equal(mission.visited(VertexID(0), now: .zero), [])
    #expect(mission.progressPermille == 133 && mission.note == "swept 13 %")
  }

  @Test func sweepsARectangleWithoutDrivingACellTwice() throws {
    for (width, height) in [(30, 20), (20, 30), (1, 40), (40, 1), (2, 2), (1, 1)] {
      let site = try rectangle(width, height)
      var rng = Seed(1).generator()
      var walker = Walker(mission: try sweep(site), site: site, at: VertexID(0))
      walker.makePerfect()
      walker.walk(limit: 100_000, using: &rng)
      expectFullSweep(walker, "\(width) x \(height)")
      #expect(walker.steps == width * height - 1, "\(width) x \(height)")
      #expect(walker.turns <= 2 * min(width, height), "\(width) x \(height)")
    }
  }

  @Test(arguments: [
    // A cross of streets; a square with a block of houses; a ring; a disc; two squares apart.
    ["##~~##", "##~~##", "~~~~~~", "~~~~~~", "##~~##", "##~~##"],
    ["~~~~~~~~", "~~~~~~~~", "~~##~~~~", "~~##~~~~", "~~~~~~~~", "~~~~~~~~"],
    ["~~~~~~~", "~#####~", "~#####~", "~#####~", "~~~~~~~"],
    ["##~~~##", "#~~~~~#", "~~~~~~~", "~~~~~~~", "~~~~~~~", "#~~~~~#", "##~~~##"],
    ["~~~..~~~", "~~~..~~~", "~~~..~~~"],
    ["~#~#~#~", "~~~~~~~", "~#~#~#~", "~#~#~#~"],
  ])
  func sweepsOddShapesWithLittleWaste(rows: [String]) throws {
    let site = try Drawn.site(rows)
    var rng = Seed(1).generator()
    var walker = Walker(mission: try sweep(site), site: site, at: site.areas[0].cells[0])
    walker.makePerfect()
    walker.walk(limit: 10_000, using: &rng)
    expectFullSweep(walker, "\(rows)")
    #expect(walker.steps * 10 <= site.areas[0].cells.count * 17, "\(walker.steps) steps \(rows)")
  }

  @Test func mixesOrientationsWhereStreetsCross() throws {
    let wide = 40
    let rows = (0..<wide).map { y in
      String((0..<wide).map { x in abs(2 * x - 39) < 6 || abs(2 * y - 39) < 6 ? "~" : "#" })
    }
    let site = try Drawn.site(rows)
    let tour = SweepTour(area: site.areas[0].cells, graph: site.graph)
    #expect(tour.strips.count <= 20, "\(tour.strips.count) strips")
  }

  @Test func everyCellBelongsToOneStraightStrip() throws {
    for seed in 0..<50 as Range<UInt64> {
      var rng = Seed(seed).derive("tour").generator()
      let site = try Drawn.random(15, 12, free: 0.8, using: &rng)
      let tour = SweepTour(area: site.areas[0].cells, graph: site.graph)
      #expect(tour.members.sorted() == (0..<Int32(tour.count)).map { $0 }, "seed \(seed)")
      #expect(tour.regions.map(\.count).reduce(0, +) == tour.strips.count, "seed \(seed)")
      for strip in tour.strips {
        let cells = tour.members[strip.members].map { tour.cells[Int($0)] }
        for (a, b) in zip(cells, cells.dropFirst()) {
          let isRow = cells[0].y == cells[1].y
          #expect(isRow ? a.moved(.east) == b : a.moved(.south) == b, "seed \(seed)")
        }
      }
    }
  }

  /// Strays, withdrawals, losses and restarts on random areas: all is swept in the end.
  @Test func everySweepEndsWithAllCellsSweptWhateverHappens() throws {
    for seed in 0..<120 as Range<UInt64> {
      var rng = Seed(seed).derive("sweep").generator()
      let site = try Drawn.random(
        rng.next(in: 3...16), rng.next(in: 3...16), free: 0.6 + 0.4 * rng.nextUnit(), using: &rng)
      var walker = Walker(mission: try sweep(site), site: site, at: site.areas[0].cells[0])
      walker.strays = 0.4 * rng.nextUnit()
      walker.withdraws = 0.1 * rng.nextUnit()
      walker.walk(limit: 200_000, using: &rng)
      expectFullSweep(walker, "seed \(seed)")
    }
  }

  /// One step in ten goes astray: the machine comes back to its line and leaves little over.
  @Test func strayingCostsLittle() throws {
    let site = try rectangle(40, 40)
    var rng = Seed(5).derive("straying").generator()
    var walker = Walker(mission: try sweep(site), site: site, at: VertexID(0))
    walker.makePerfect()
    walker.strays = 0.1
    walker.walk(limit: 100_000, using: &rng)
    expectFullSweep(walker, "straying")
    #expect(walker.steps <= 1600 * 13 / 10, "\(walker.steps) steps")
  }

  @Test func aStrayedRobotComesBackIntoItsStrip() throws {
    let site = try rectangle(9, 4)
    var mission = try sweep(site)
    _ = mission.assign(vehicle: site.classes[0], at: VertexID(0), site: site, now: .zero)
    _ = mission.nextErrand(from: VertexID(0), now: .zero)
    for cell in [1, 2, 3] as [Int32] { mission.planned(VertexID(cell), now: .zero) }
    equal(mission.nextErrand(from: VertexID(3), now: .zero)?.target, .cell(VertexID(8)))
    for cell in [12, 13] as [Int32] { mission.planned(VertexID(cell), now: .zero) }
    equal(mission.nextErrand(from: VertexID(13), now: .zero)?.target, .cell(VertexID(4)))
    mission.planned(VertexID(4), now: .zero)
    equal(mission.nextErrand(from: VertexID(4), now: .zero)?.target, .cell(VertexID(8)))
  }

  /// Several legs were planned at once, to the far end and no farther: it does not stay there.
  @Test func aPlanThatEndsAtTheFarEndIsLedOn() throws {
    let site = try Drawn.site(["..~~.."])
    var mission = try sweep(site)
    let narrow = vehicle("narrow", sweepWidth: 500)
    _ = mission.assign(vehicle: narrow, at: VertexID(0), site: site, now: .zero)
    equal(mission.nextErrand(from: VertexID(0), now: .zero)?.target, .cell(VertexID(2)))
    for cell in [1, 2, 3] as [Int32] { mission.planned(VertexID(cell), now: .zero) }
    equal(mission.nextErrand(from: VertexID(3), now: .zero)?.target, .cell(VertexID(2)))
    equal(mission.nextErrand(from: VertexID(3), now: .zero)?.target, .cell(VertexID(2)))
  }

  @Test func narrowMachinePassesMoreOften() throws {
    for seed in 0..<20 as Range<UInt64> {
      var rng = Seed(seed).derive("narrow").generator()
      let site = try Drawn.random(6, 5, free: 0.8, using: &rng)
      var mission = try sweep(site)
      let start = site.areas[0].cells[0]
      _ = mission.assign(
        vehicle: vehicle("narrow", sweepWidth: 400), at: start, site: site, now: .zero)
      var walker = Walker(mission: mission, site: site, at: start)
      walker.vehicle = vehicle("narrow", sweepWidth: 400)
      _ = walker.mission.assign(vehicle: walker.vehicle, at: start, site: site, now: .zero)
      walker.effects = []
      walker.walk(limit: 100_000, using: &rng)
      let count = site.areas[0].cells.count
      #expect(walker.mission.isComplete, "seed \(seed)")
      #expect(walker.steps >= 3 * count - 4, "seed \(seed)")
    }
  }

  @Test func aSingleCellThatNeedsTwoPassesIsLeftAndEnteredAgain() throws {
    let site = try Drawn.site(["~."])
    var mission = try sweep(site)
    let narrow = vehicle("narrow", sweepWidth: 500)
    equal(mission.assign(vehicle: narrow, at: VertexID(0), site: site, now: .zero), [])
    equal(mission.nextErrand(from: VertexID(0), now: .zero)?.target, .cell(VertexID(1)))
    mission.planned(VertexID(1), now: .zero)
    equal(mission.nextErrand(from: VertexID(1), now: .zero)?.target, .cell(VertexID(0)))
    mission.planned(VertexID(0), now: .zero)
    equal(mission.nextErrand(from: VertexID(0), now: .zero), nil)
    _ = mission.visited(VertexID(1), now: .zero)
    equal(mission.visited(VertexID(0), now: .zero), [.swept(cells: 1, of: 1), .completed])
  }

  @Test func keepsTheShareAcrossMachinesOfOtherWidths() throws {
    let site = try rectangle(4, 1)
    var mission = try sweep(site)
    _ = mission.assign(vehicle: site.classes[0], at: VertexID(0), site: site, now: .zero)
    _ = mission.visited(VertexID(1), now: .zero)
    #expect(mission.progressPermille == 500)
    equal(mission.robotLost(), true)
    let narrow = vehicle("narrow", sweepWidth: 500)
    _ = mission.assign(vehicle: narrow, at: VertexID(1), site: site, now: .zero)
    #expect(mission.progressPermille == 500)
    _ = mission.visited(VertexID(2), now: .zero)
    #expect(mission.progressPermille == 625)
    _ = mission.assign(vehicle: site.classes[0], at: VertexID(1), site: site, now: .zero)
    #expect(mission.progressPermille == 500)
  }

  /// Or else no robot could be given the task: it would have no place to begin.
  @Test func cellsOutOfReachOfALostRobotAreItsSuccessors() throws {
    let site = try rectangle(4, 1)
    var mission = try sweep(site)
    _ = mission.assign(vehicle: site.classes[0], at: VertexID(0), site: site, now: .zero)
    while let errand = mission.nextErrand(from: VertexID(0), now: .zero),
      case .cell(let cell) = errand.target
    { _ = mission.unreachable(cell, now: .zero) }
    let distance: (VertexID, VertexID) -> Int32? = { _, _ in 1 }
    #expect(mission.estimate(site: site, distance: distance) == nil)
    equal(mission.robotLost(), true)
    #expect(mission.estimate(site: site, distance: distance)?.starts.isEmpty == false)
  }

  @Test func cellsOutOfReachAreTriedAgainLater() throws {
    for seed in 0..<20 as Range<UInt64> {
      var rng = Seed(seed).derive("closed").generator()
      let site = try rectangle(12, 8)
      var walker = Walker(mission: try sweep(site), site: site, at: VertexID(0))
      let closed = Set((48..<72 as Range<Int32>).map { VertexID($0) })
      walker.setBlocked(closed)
      walker.walk(limit: 220, using: &rng)
      #expect(walker.mission.end == nil, "seed \(seed)")
      walker.setBlocked([])
      walker.walk(limit: 50_000, using: &rng)
      expectFullSweep(walker, "seed \(seed)")
    }
  }

  @Test func cellsSetAsideAreComeBackToWhenTheLastOfTheOthersWasSwept() throws {
    let site = try rectangle(4, 1)
    var mission = try sweep(site)
    _ = mission.assign(vehicle: site.classes[0], at: VertexID(0), site: site, now: .zero)
    let first = mission.nextErrand(from: VertexID(1), now: .zero)
    guard case .cell(let aside) = first?.target else {
      Issue.record("no first cell")
      return
    }
    equal(mission.unreachable(aside, now: .zero), [])
    for cell in (0..<4 as Range<Int32>).map({ VertexID($0) }) where cell != aside {
      mission.planned(cell, now: .zero)
      _ = mission.visited(cell, now: .zero)
    }
    equal(mission.nextErrand(from: VertexID(1), now: .zero), nil)
    let later = mission.nextErrand(from: VertexID(1), now: .zero + .seconds(60))
    #expect(later?.target == .cell(aside))
  }

  @Test func cellsOutOfReachForGoodFailTheTaskWithTheRestSwept() throws {
    let site = try Drawn.site(["~~~~~~~#~~"])
    var rng = Seed(3).generator()
    var walker = Walker(mission: try sweep(site), site: site, at: VertexID(0))
    walker.makePerfect()
    walker.walk(limit: 10_000, using: &rng)
    #expect(walker.mission.end == .failed(.unreachable))
    #expect(walker.mission.progressPermille == 7000 / 9)
    #expect(walker.mission.note.hasPrefix("the place can no longer be reached (swept 77 %"))
    // Five rounds without a cell, thirty seconds apart.
    #expect(walker.now > .seconds(100) && walker.now < .seconds(300))
  }

  @Test func noStopCellsNeedNotBeSwept() throws {
    let site = try Drawn.site(["~~^~~"])
    var rng = Seed(1).generator()
    var walker = Walker(mission: try sweep(site), site: site, at: VertexID(0))
    walker.makePerfect()
    walker.walk(limit: 100, using: &rng)
    #expect(walker.mission.isComplete)
    #expect(walker.effects.last == .completed)
  }

  @Test func followsOneWayLanes() throws {
    // Rows alternate in direction with a two-way rim.
    let rows = [String](repeating: String(repeating: "~", count: 10), count: 6)
    let lanes = (1..<5 as Range<Int32>).map { y in
      y % 2 == 0 ? [Cell(x: 1, y: y), Cell(x: 8, y: y)] : [Cell(x: 8, y: y), Cell(x: 1, y: y)]
    }
    let site = try Drawn.site(rows, lanes: lanes)
    var rng = Seed(1).generator()
    var walker = Walker(mission: try sweep(site), site: site, at: VertexID(0))
    walker.makePerfect()
    walker.walk(limit: 10_000, using: &rng)
    expectFullSweep(walker, "lanes")
    #expect(walker.steps <= 90, "\(walker.steps) steps")
  }

  @Test func ledgerIsKeptInOneBitACell() throws {
    let site = try rectangle(64, 64)
    var mission = try sweep(site)
    for cell in 0..<2048 as Range<Int32> { _ = mission.visited(VertexID(cell), now: .zero) }
    let data = try JSONEncoder().encode(mission)
    #expect(data.count < 2200, "\(data.count) bytes")
    var copy = try JSONDecoder().decode(Mission.self, from: data)
    equal(copy.restore(site: site), [])
    #expect(copy.progressPermille == 500)
    for cell in 2048..<4096 as Range<Int32> { _ = copy.visited(VertexID(cell), now: .zero) }
    #expect(copy.isComplete)
  }

  @Test func areaOfAnotherSizeIsSweptAnew() throws {
    var mission = try sweep(rectangle(4, 4))
    _ = mission.visited(VertexID(0), now: .zero)
    equal(mission.restore(site: try rectangle(5, 4)), [])
    #expect(mission.progressPermille == 0)
  }
}

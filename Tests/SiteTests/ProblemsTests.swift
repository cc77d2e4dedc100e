import FleetModel
import Grid
import Site
import Testing

@Suite struct ProblemsTests {
  /// A ring two cells wide with pockets.
  static let ring = """
    #S##P#
    ......
    ......
    ..##..
    ......
    ......
    ##C#P#
    """

  @Test func aRingWithPocketsIsWellFormed() throws {
    var town = try TownFixture(Self.ring)
    town.plan.robots = [RobotGroup(vehicle: try ClassID("van"), count: 2)]
    #expect(try town.problems() == [])
  }

  /// With 100 mm of error the van covers 1.5 m from corner to corner.
  @Test func aVehicleThatTurnsBeyondItsCellHasNoUseForPockets() throws {
    var town = try TownFixture(Self.ring)
    town.plan.cellMillimetres = 1400
    let found = try town.problems()
    #expect(
      found.contains {
        $0.hasPrefix("error: ") && $0.contains("class van finds no way")
      }, "\(found)")
  }

  /// A vehicle three cells long on a ring of lanes, round which it drives with room to turn.
  private func yard() throws -> TownFixture {
    var town = try TownFixture(
      """
      ..........
      ..........
      ..........
      ...###....
      ...###....
      ...###....
      ..........
      ..........
      ..........
      """)
    town.plan.cellMillimetres = 1000
    town.plan.classes[0].lengthMillimetres = 2600
    town.plan.classes[0].widthMillimetres = 800
    town.plan.classes[0].errorMillimetres = 50
    town.plan.classes[0].quarterTurnMilliseconds = 3000
    town.plan.lanes = [
      SitePlan.Lane([
        Cell(x: 2, y: 2), Cell(x: 7, y: 2), Cell(x: 7, y: 6), Cell(x: 2, y: 6), Cell(x: 2, y: 2),
      ])
    ]
    return town
  }

  @Test func aLongVehicleKeepsToLanesAndTurnsAtTheirCorners() throws {
    let town = try yard()
    #expect(try town.problems().filter { $0.hasPrefix("error: class") } == [])
    let site = try town.site()
    let lane = try #require(site.graph.vertex(at: Cell(x: 4, y: 2)))
    let beside = try #require(site.graph.vertex(at: Cell(x: 4, y: 1)))
    #expect(site.isLong(class: 0))
    #expect(site.canRest(on: lane, class: 0))
    #expect(!site.canRest(on: beside, class: 0))
    #expect(site.startHeading(at: lane, class: 0) == .east)
  }

  @Test func aLongVehicleSaysHowFastItTurns() throws {
    var town = try yard()
    town.plan.classes[0].quarterTurnMilliseconds = 0
    #expect(try town.problems().contains { $0.contains("it needs quarter_turn_ms") })
  }

  @Test func aNarrowBrushIsWarnedOf() throws {
    var town = try TownFixture(Self.ring)
    town.plan.classes[0].sweepWidthMillimetres = 1500
    #expect(
      try town.problems() == [
        "warning: class van sweeps 1500 mm of a cell of 2000 mm: one pass leaves a strip"
      ])
  }

  @Test func aStationThatDividesTheWayIsAnError() throws {
    let town = try TownFixture("...S..")
    #expect(
      try town.problems().first
        == "error: class van: with stations, chargers and parking places taken out, there is no way "
        + "between the rest and (4, 0), (5, 0), or none back")
  }

  @Test func aOneWayTrapIsAnError() throws {
    var town = try TownFixture(
      """
      ...#..
      ......
      ...#..
      """)
    town.plan.lanes = [SitePlan.Lane([Cell(x: 2, y: 1), Cell(x: 3, y: 1), Cell(x: 4, y: 1)])]
    #expect(try town.problems().count { $0.hasPrefix("error") } == 1)
  }

  @Test func aPlaceBehindAnotherIsAnError() throws {
    let town = try TownFixture(
      """
      ..#
      ..P
      ##P
      """)
    #expect(
      try town.problems().first
        == "error: parking place \"lot-2\": class van finds no way to (2, 2) that avoids other places"
    )
  }

  @Test func aBayOnACrossingIsAnError() throws {
    var town = try TownFixture(Self.ring)
    var zone = SitePlan.Zone(id: try ZoneID("fire-lane"), cells: [Cell(x: 1, y: 0)])
    zone.noStop = true
    town.plan.zones = [zone]
    #expect(
      try town.problems() == [
        "error: station \"station-1\": (1, 0) lies in a no-stop or exclusive zone"
      ])
  }

  @Test func parkingMustSufficeForAllAndForEachClass() throws {
    var town = try TownFixture(Self.ring)
    town.plan.classes.append(try TownFixture.vehicle("bus"))
    town.plan.robots = [
      RobotGroup(vehicle: try ClassID("van"), count: 1),
      RobotGroup(vehicle: try ClassID("bus"), count: 2),
    ]
    var zone = SitePlan.Zone(id: try ZoneID("vans"), cells: [Cell(x: 4, y: 0), Cell(x: 2, y: 6)])
    zone.classes = [try ClassID("van")]
    town.plan.zones = [zone]
    #expect(
      try town.problems() == [
        "error: 2 parking places for 3 robots",
        "error: class bus: 1 parking places that it may enter for 2 robots",
        "error: class bus: no charger that it may enter",
      ])
  }

  @Test func workNobodyCanReachIsAnError() throws {
    var town = try TownFixture(
      """
      #S####
      ......
      ....++
      """)
    town.plan.classes = [try TownFixture.vehicle("guard", skills: .patrol)]
    town.plan.routes = [
      SitePlan.Route(
        id: try RouteID("round"), title: "", checkpoints: [Cell(x: 4, y: 2), Cell(x: 1, y: 0)],
        inspectMilliseconds: 0)
    ]
    town.plan.areas = [
      SitePlan.Area(id: try AreaID("yard"), title: "", cells: [Cell(x: 0, y: 2)])
    ]
    #expect(
      try town.problems() == [
        "error: route \"round\": checkpoint (4, 2) lies in a no-stop or exclusive zone",
        "error: route \"round\": checkpoint (1, 0) is a station's bay, a charger or a parking place",
        "error: area \"yard\": cell (0, 2) is out of reach of every class with the skill sweep",
        "warning: there are stations, but no class has the skill deliver",
      ])
  }

  @Test func aCheckpointOnALaneIsWarnedOf() throws {
    var town = try TownFixture(Self.ring)
    town.plan.lanes = [SitePlan.Lane([Cell(x: 0, y: 1), Cell(x: 5, y: 1)])]
    town.plan.routes = [
      SitePlan.Route(
        id: try RouteID("round"), title: "", checkpoints: [Cell(x: 2, y: 1)],
        inspectMilliseconds: 0)
    ]
    #expect(
      try town.problems() == [
        "warning: route \"round\": a guard at checkpoint (2, 1) blocks a lane; give it a lay-by"
      ])
  }

  @Test func singleFileBothWaysIsWarnedOf() throws {
    let town = try TownFixture(
      """
      ..####..
      ........
      ..####..
      """)
    #expect(
      try town.problems() == [
        "warning: class van: single file driven both ways, where robots meet head-on: (3, 1), (4, 1)"
      ])
  }

  @Test func aLaneTooShortToRestOnIsWarnedOf() throws {
    var town = try TownFixture(
      """
      .++.++.
      .#####.
      .......
      """)
    town.plan.lanes = [
      SitePlan.Lane([Cell(x: 6, y: 2), Cell(x: 6, y: 0), Cell(x: 0, y: 0), Cell(x: 0, y: 2)]),
      SitePlan.Lane([Cell(x: 0, y: 2), Cell(x: 6, y: 2)]),
    ]
    #expect(
      try town.problems() == [
        "warning: class van: only one cell to rest on between no-stop zones: (3, 0)"
      ])
  }
}

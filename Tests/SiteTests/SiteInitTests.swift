import FleetModel
import Grid
import MAPF
import Site
import Testing

@Suite struct SiteInitTests {
  private func exits(_ site: Site, _ x: Int32, _ y: Int32) -> [Direction] {
    guard let vertex = site.graph.vertex(at: Cell(x: x, y: y)) else { return [] }
    return Direction.allCases.filter { site.graph.successor(of: vertex, $0) != nil }
  }

  @Test func lanesAreLeftAlongThemOrIntoWhatIsNoLane() throws {
    var town = try TownFixture(
      """
      .S..
      ....
      ....
      """)
    town.plan.lanes = [
      SitePlan.Lane([Cell(x: 3, y: 1), Cell(x: 0, y: 1)]),
      SitePlan.Lane([Cell(x: 0, y: 2), Cell(x: 3, y: 2), Cell(x: 3, y: 1)]),
    ]
    let site = try town.site()
    #expect(exits(site, 2, 1) == [.north, .west])
    #expect(exits(site, 2, 2) == [.east])
    #expect(exits(site, 3, 2) == [.north])
    #expect(exits(site, 1, 0) == [.east, .west, .south])
  }

  @Test func exitsOfSeveralZonesAreWhatAllAllow() throws {
    var town = try TownFixture("...\n...\n...")
    var a = SitePlan.Zone(id: try ZoneID("a"), cells: [Cell(x: 1, y: 1)])
    a.exits = [.east, .north]
    var b = SitePlan.Zone(id: try ZoneID("b"), cells: [Cell(x: 1, y: 1), Cell(x: 1, y: 1)])
    b.exits = [.north, .west]
    town.plan.zones = [a, b]
    let site = try town.site()
    #expect(exits(site, 1, 1) == [.north])
    #expect(site.zones[1].cells.count == 1)
  }

  @Test func theLowestSpeedLimitHolds() throws {
    var town = try TownFixture("...")
    for (name, limit) in [("a", Int32(900)), ("b", 700)] {
      var zone = SitePlan.Zone(id: try ZoneID(name), cells: [Cell(x: 1, y: 0)])
      zone.speedLimitMillimetresPerSecond = limit
      town.plan.zones.append(zone)
    }
    let site = try town.site()
    #expect((0..<3).map { site.speedLimit(at: VertexID($0)) } == [0, 700, 0])
    #expect(site.zoneIndices(at: VertexID(1)) == [0, 1])
  }

  @Test func pointsAndCellsMatch() throws {
    let site = try TownFixture(".#\n..").site()
    let corner = try #require(site.graph.vertex(at: Cell(x: 1, y: 1)))
    #expect(site.centre(of: corner) == Point(x: 3000, y: 3000))
    #expect(site.vertex(containing: Point(x: 2000, y: 3999)) == corner)
    #expect(site.vertex(containing: Point(x: 2000, y: 1999)) == nil)
    #expect(site.vertex(containing: Point(x: -1, y: 3000)) == nil)
    #expect(site.vertex(containing: Point(x: 4000, y: 3000)) == nil)
  }

  @Test func placesAreFoundByNameAndByCell() throws {
    let site = try TownFixture("S.C.P").site()
    #expect(site.place(named: try StationID("station-1"))?.vertices == [VertexID(0)])
    #expect(site.place(at: VertexID(2))?.id.text == "charger-1")
    #expect(site.place(at: VertexID(1)) == nil)
    #expect(site.station(named: try StationID("lot-1")) == nil)
    #expect(site.parkingPlace(named: try StationID("lot-1"))?.vertex == VertexID(4))
    #expect(site.place(named: try StationID("nowhere")) == nil)
  }

  @Test func closedAndForbiddenCellsAreNotInTheMoves() throws {
    var town = try TownFixture(".....")
    town.plan.classes.append(try TownFixture.vehicle("bus"))
    town.plan.classes.append(try TownFixture.vehicle("cab"))
    var vans = SitePlan.Zone(id: try ZoneID("vans"), cells: [Cell(x: 1, y: 0)])
    vans.classes = [try ClassID("van"), try ClassID("cab")]
    var works = SitePlan.Zone(id: try ZoneID("works"), cells: [Cell(x: 3, y: 0)])
    works.closedAtStart = true
    town.plan.zones = [vans, works]
    let site = try town.site()
    #expect(site.closedAtStart == [false, true])
    func resting(_ closed: [Bool]) -> [String] {
      site.moveGraphs(closed: closed).map { graph in
        (0..<5).map { graph.isResting($0) ? "x" : "-" }.joined()
      }
    }
    #expect(resting([false, false]) == ["xxxxx", "x-xxx", "xxxxx"])
    #expect(resting(site.closedAtStart) == ["xxx-x", "x-x-x", "xxx-x"])
  }

  @Test func theFleetStartsOnParkingPlacesItMayEnter() throws {
    var town = try TownFixture("PPPPPP\n......")
    town.plan.classes.append(try TownFixture.vehicle("bus"))
    town.plan.robots = [
      RobotGroup(vehicle: try ClassID("van"), count: 2),
      RobotGroup(vehicle: try ClassID("bus"), count: 1),
    ]
    var vans = SitePlan.Zone(id: try ZoneID("vans"), cells: [Cell(x: 2, y: 0)])
    vans.classes = [try ClassID("van")]
    town.plan.zones = [vans]
    let site = try town.site()
    #expect(site.fleet().map(\.classIndex) == [0, 1, 0])
    #expect(site.fleet().map(\.place.id.text) == ["lot-1", "lot-5", "lot-3"])
    #expect(site.fleet(ofSize: 6).count { $0.classIndex == 1 } == 2)
    #expect(Set(site.fleet(ofSize: 9).map(\.place.id)).count == 6)
  }

  @Test func aPlanThatMakesNoSenseNamesItsEntry() throws {
    var town = try TownFixture("S.#")
    town.plan.chargers = [SitePlan.Spot(id: try StationID("plug"), cell: Cell(x: 2, y: 0))]
    #expect(
      throws: SiteDefect(
        section: .chargers, index: 0, text: "charger \"plug\": cell (2, 0) is blocked on the map")
    ) { try town.site() }
    town.plan.chargers = [SitePlan.Spot(id: try StationID("station-1"), cell: Cell(x: 1, y: 0))]
    #expect(throws: SiteDefect.self) { try town.site() }
    town.plan.chargers = []
    town.plan.classes = []
    #expect(throws: SiteDefect.self) { try town.site() }
  }
}

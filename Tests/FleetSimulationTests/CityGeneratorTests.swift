import Determinism
import FleetModel
import Grid
import Site
import Testing

@testable import FleetSimulation

@Suite struct CityGeneratorTests {
  @Test func aCityIsAsLargeAsAskedForAndTheSameEachTime() throws {
    let city = CityGenerator(cells: 8000, seed: 3)
    let site = try Site(try city.plan())
    #expect((8000..<11_000).contains(site.graph.vertexCount))
    let again = try Site(try city.plan())
    #expect(site.parking == again.parking && site.graph.cells == again.graph.cells)
    let other = try Site(try CityGenerator(cells: 8000, seed: 4).plan())
    #expect(site.parking != other.parking)
    #expect(!site.stations.isEmpty && !site.chargers.isEmpty)
  }

  @Test func everyPlaceOfACityCanBeReachedAndLeft() throws {
    let site = try Site(try CityGenerator(cells: 5000, seed: 1).plan())
    #expect(site.problems().filter { $0.severity == .error }.isEmpty)
  }

  @Test func aScenarioMakesItsSite() throws {
    let scenario = try ScenarioFile.parse(
      "site: {generate: city, cells: 6000, seed: 9}\nrobots: 20\nduration_s: 20\n",
      file: "city.yaml")
    #expect(CityGenerator(scenario.site) == CityGenerator(cells: 6000, seed: 9))
    let again = try ScenarioFile.parse(scenario.yaml, file: "city.yaml")
    #expect(again.site == scenario.site)
    let site = try SimulationSite.load(scenario.site, beside: "city.yaml")
    #expect(site.site.id.text == "city-6000-9")
    #expect(throws: ScenarioError.self) {
      try ScenarioFile.parse("site: {generate: moon, cells: 6000}\nduration_s: 20\n", file: "x")
    }
  }

  private func robots(of all: WestToEast, near x: Int64, _ far: Int64) -> [Int] {
    var found: [Int] = []
    all.near(Point(x: x, y: 0), far) { found.append($0) }
    return found
  }

  @Test func nobodyWhoIsNearIsOverlooked() {
    let places: [(x: Int64, y: Int64)] = [(40, 0), (10, -10), (25, 10), (20, 11), (20, -11)]
    let all = WestToEast(
      places.enumerated().map { (place: Point(x: $0.element.x, y: $0.element.y), robot: $0.offset) }
    )
    #expect(robots(of: all, near: 20, 10) == [1, 2])
    #expect(robots(of: all, near: 100, 10).isEmpty)
  }

  /// In whatever way they come past one another, they are in order as if sorted afresh.
  @Test func whoComesPastOthersIsFound() {
    var random = Seed(3).generator()
    var places = (0..<60).map { _ in Int64(random.next(in: 0...500)) }
    func sorted() -> WestToEast {
      WestToEast(places.enumerated().map { (place: Point(x: $0.element, y: 0), robot: $0.offset) })
    }
    var all = sorted()
    for _ in 0..<40 {
      for i in places.indices { places[i] += Int64(random.next(in: -30...30)) }
      places[random.next(in: 0...59)] = -1000
      all.update { Point(x: places[$0], y: 0) }
      #expect(robots(of: all, near: 0, 10_000) == robots(of: sorted(), near: 0, 10_000))
    }
  }
}

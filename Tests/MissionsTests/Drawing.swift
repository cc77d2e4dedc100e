import Determinism
import FleetModel
import Grid
import Site
import Testing

@testable import Missions

/// A site drawn in letters: `#` blocked, `a` ... `h` the only bay of the station of that name, `1`
/// ... `9` checkpoints of route `tour` in order, `~` area `square`, `n` no-stop, `^` area too.
enum Drawn {
  /// One area of all free cells that are connected with the first.
  static func random(
    _ width: Int, _ height: Int, free: Double, using rng: inout SeededGenerator
  ) throws -> Site {
    var rows = (0..<height).map { _ in (0..<width).map { _ in rng.chance(free) } }
    rows[0][0] = true
    var isSeen = rows.map { $0.map { _ in false } }
    isSeen[0][0] = true
    var queue = [(0, 0)]
    while let (x, y) = queue.popLast() {
      for (a, b) in [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
      where a >= 0 && b >= 0 && a < width && b < height && rows[b][a] && !isSeen[b][a] {
        isSeen[b][a] = true
        queue.append((a, b))
      }
    }
    return try site(isSeen.map { String($0.map { $0 ? "~" : "#" }) })
  }

  static func site(
    _ rows: [String], inspectMilliseconds: Int64 = 0, lanes: [[Cell]] = [],
    extraRoutes: [SitePlan.Route] = []
  ) throws -> Site {
    let width = Int32(rows[0].utf8.count)
    let cells = rows.flatMap { Array($0.utf8) }
    func places(_ letters: ClosedRange<UInt8>) -> [(letter: UInt8, cell: Cell)] {
      cells.enumerated().filter { letters.contains($0.element) }.map {
        ($0.element, Cell(x: Int32($0.offset) % width, y: Int32($0.offset) / width))
      }
    }
    func char(_ c: Character) -> UInt8 { c.asciiValue ?? 0 }
    let map = GridMap(
      width: width, height: Int32(rows.count), passable: cells.map { $0 != char("#") })
    var plan = SitePlan(id: try SiteID("test"), title: "", map: map, cellMillimetres: 1000)
    plan.classes = [vehicle("cart", sweepWidth: 1000)]
    plan.stations = try places(char("a")...char("h")).map {
      SitePlan.Station(
        id: try StationID("dock-\(Character(UnicodeScalar($0.letter)))"), title: "", bays: [$0.cell]
      )
    }
    let checkpoints = places(char("1")...char("9")).sorted { $0.letter < $1.letter }.map(\.cell)
    if !checkpoints.isEmpty {
      plan.routes.append(
        SitePlan.Route(
          id: try RouteID("tour"), title: "", checkpoints: checkpoints,
          inspectMilliseconds: inspectMilliseconds))
    }
    plan.routes += extraRoutes
    let area = places(char("~")...char("~")) + places(char("^")...char("^"))
    if !area.isEmpty {
      plan.areas = [SitePlan.Area(id: try AreaID("square"), title: "", cells: area.map(\.cell))]
    }
    var zone = SitePlan.Zone(id: try ZoneID("box"), cells: [])
    zone.cells = (places(char("n")...char("n")) + places(char("^")...char("^"))).map(\.cell)
    zone.noStop = true
    if !zone.cells.isEmpty { plan.zones = [zone] }
    plan.lanes = lanes.map { SitePlan.Lane($0) }
    return try Site(plan)
  }
}

func vehicle(_ id: String, sweepWidth: Int32) -> VehicleClass {
  guard let classID = try? ClassID(id) else { preconditionFailure(id) }
  return VehicleClass(
    id: classID, lengthMillimetres: 800, widthMillimetres: 600, errorMillimetres: 50,
    speedMillimetresPerSecond: 1500, accelerationMillimetresPerSecond2: 800,
    brakingMillimetresPerSecond2: 1500, quarterTurnMilliseconds: 2000,
    sweepWidthMillimetres: sweepWidth, payloadGrams: 50_000,
    energy: EnergyModel(
      capacityMilliwattHours: 1_000_000, drivingMilliwattHoursPerKilometre: 40_000,
      standingMilliwatts: 30_000, chargingMilliwatts: 1_000_000),
    skills: [.deliver, .patrol, .sweep])
}

func spec(_ body: TaskBody, priority: Int32 = 4) -> TaskSpec {
  TaskSpec(body: body, priority: priority, robot: nil)
}

func delivery(_ pickup: String = "dock-a", _ drop: String = "dock-b", code: String? = nil) throws
  -> Delivery
{
  Delivery(
    pickup: try StationID(pickup), drop: try StationID(drop), loadMilliseconds: 5000,
    unloadMilliseconds: 7000, releaseCode: code, payloadGrams: 1000)
}

func mission(_ body: TaskBody, _ site: Site) throws -> Mission {
  try Mission.check(spec(body), site: site, now: .zero)
  return Mission(task: try TaskID("task-1"), spec: spec(body), site: site)
}

extension Instant {
  static func seconds(_ value: Int64) -> Instant { Instant(microseconds: value * 1_000_000) }
}

/// `#expect(a == b)` for what changes something on the way.
func equal<T: Equatable>(
  _ a: T, _ b: T, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a == b, comment, sourceLocation: sourceLocation)
}

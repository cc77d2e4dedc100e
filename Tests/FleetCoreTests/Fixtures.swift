import FleetModel
import Foundation
import Grid
import Site

@testable import FleetCore

/// A site drawn in letters: `.` way, `#` blocked, `a` ... `h` the bays of the station of that name,
/// `C` charger, `P` parking place, `1` ... `9` checkpoints of route `tour`, `z` and `Z` zone `gate`
/// (`Z`: a bay of station `z` in it), `~` area `square`.
func drawn(
  _ rows: [String], inspectMilliseconds: Int64 = 0, classes: [VehicleClass]? = nil
) throws -> Site {
  let letters = rows.map(Array.init)
  let map = GridMap(
    width: Int32(letters[0].count), height: Int32(rows.count),
    passable: letters.joined().map { $0 != "#" })
  var plan = SitePlan(id: try SiteID("yard"), title: "", map: map, cellMillimetres: 1000)
  plan.classes = try classes ?? [cart()]
  var bays: [Character: [Cell]] = [:]
  var gate: [Cell] = []
  var stops: [(Character, Cell)] = []
  var square: [Cell] = []
  for (y, row) in letters.enumerated() {
    for (x, letter) in row.enumerated() {
      let cell = Cell(x: Int32(x), y: Int32(y))
      switch letter {
      case "a"..."h": bays[letter, default: []].append(cell)
      case "C":
        let id = try StationID("charger-\(plan.chargers.count + 1)")
        plan.chargers.append(SitePlan.Spot(id: id, cell: cell))
      case "P":
        let id = try StationID("lot-\(plan.parking.count + 1)")
        plan.parking.append(SitePlan.Spot(id: id, cell: cell))
      case "1"..."9": stops.append((letter, cell))
      case "z": gate.append(cell)
      case "Z":
        gate.append(cell)
        bays["z", default: []].append(cell)
      case "~": square.append(cell)
      default: break
      }
    }
  }
  plan.stations = try bays.sorted { $0.key < $1.key }.map {
    SitePlan.Station(id: try StationID(String($0.key)), title: "", bays: $0.value)
  }
  if !gate.isEmpty { plan.zones = [SitePlan.Zone(id: try ZoneID("gate"), cells: gate)] }
  if !stops.isEmpty {
    plan.routes = [
      SitePlan.Route(
        id: try RouteID("tour"), title: "",
        checkpoints: stops.sorted { $0.0 < $1.0 }.map(\.1), inspectMilliseconds: inspectMilliseconds
      )
    ]
  }
  if !square.isEmpty {
    plan.areas = [SitePlan.Area(id: try AreaID("square"), title: "", cells: square)]
  }
  return try Site(plan)
}

func cart() throws -> VehicleClass {
  VehicleClass(
    id: try ClassID("cart"), lengthMillimetres: 700, widthMillimetres: 500, errorMillimetres: 20,
    speedMillimetresPerSecond: 2000, accelerationMillimetresPerSecond2: 2000,
    brakingMillimetresPerSecond2: 2000, quarterTurnMilliseconds: 500,
    sweepWidthMillimetres: 1000, payloadGrams: 50_000,
    energy: EnergyModel(
      capacityMilliwattHours: 1_000_000, drivingMilliwattHoursPerKilometre: 20_000,
      standingMilliwatts: 20_000, chargingMilliwatts: 20_000_000),
    skills: [.deliver, .patrol, .sweep])
}

/// Three cells long and one wide; it turns on three by three.
func truck() throws -> VehicleClass {
  VehicleClass(
    id: try ClassID("truck"), lengthMillimetres: 2600, widthMillimetres: 800, errorMillimetres: 50,
    speedMillimetresPerSecond: 2000, accelerationMillimetresPerSecond2: 1000,
    brakingMillimetresPerSecond2: 2000, quarterTurnMilliseconds: 2000,
    sweepWidthMillimetres: 1000, payloadGrams: 50_000,
    energy: EnergyModel(
      capacityMilliwattHours: 10_000_000, drivingMilliwattHoursPerKilometre: 20_000,
      standingMilliwatts: 20_000, chargingMilliwatts: 20_000_000),
    skills: [.deliver])
}

func sheet(_ vehicle: VehicleClass) -> Factsheet {
  Factsheet(
    vendor: "test", model: "m", serial: "1", vehicle: vehicle, heartbeatTimeoutMilliseconds: 3000)
}

/// What a store would hold: every `.persist` of a batch or none, through JSON.
struct Shelf {
  var tasks: [String: Data] = [:]
  var robots: [String: Data] = [:]
  var zones: [(zone: ZoneID, closed: Bool)] = []
  private let encoder = JSONEncoder()

  mutating func commit(_ batch: [FleetEffect]) throws {
    for case .persist(let change) in batch {
      switch change {
      case .task(let task): tasks[task.value.record.id.text] = try encoder.encode(task.value)
      case .robot(let robot): robots[robot.value.id.text] = try encoder.encode(robot.value)
      case .robotRemoved(let robot): robots[robot.text] = nil
      case .zone(let zone, let closed):
        zones.removeAll { $0.zone == zone }
        zones.append((zone, closed))
      case .audit: break
      }
    }
  }

  func load() throws -> StoredFleet {
    let decoder = JSONDecoder()
    return StoredFleet(
      tasks: try tasks.sorted { $0.key < $1.key }.map {
        try decoder.decode(StoredTask.self, from: $0.value)
      },
      robots: try robots.sorted { $0.key < $1.key }.map {
        try decoder.decode(StoredRobot.self, from: $0.value)
      }, closedZones: zones)
  }
}

func point(_ x: Int64, _ y: Int64) -> Point { Point(x: x * 1000 + 500, y: y * 1000 + 500) }

func delivery(
  _ pickup: String = "a", _ drop: String = "b", code: String? = nil
) throws -> TaskBody {
  .deliver(
    Delivery(
      pickup: try StationID(pickup), drop: try StationID(drop), loadMilliseconds: 2000,
      unloadMilliseconds: 2000, releaseCode: code, payloadGrams: 1000))
}

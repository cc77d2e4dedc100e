import FleetModel
import Grid
import Site

/// Small sites drawn in ASCII: `.` way, `#` blocked, `S` station, `C` charger, `P` parking place,
/// `+` no-stop zone.
struct TownFixture {
  var plan: SitePlan

  init(_ drawing: String, cellMillimetres: Int32 = 2000) throws {
    let rows = drawing.split(separator: "\n").map(Array.init)
    let passable = rows.joined().map { $0 != "#" }
    plan = SitePlan(
      id: try SiteID("town"), title: "Town",
      map: GridMap(width: Int32(rows[0].count), height: Int32(rows.count), passable: passable),
      cellMillimetres: cellMillimetres)
    plan.classes = [try Self.vehicle("van")]
    var crossing: [Cell] = []
    for (y, row) in rows.enumerated() {
      for (x, letter) in row.enumerated() {
        let cell = Cell(x: Int32(x), y: Int32(y))
        switch letter {
        case "S":
          let id = try StationID("station-\(plan.stations.count + 1)")
          plan.stations.append(SitePlan.Station(id: id, title: id.text, bays: [cell]))
        case "C":
          let id = try StationID("charger-\(plan.chargers.count + 1)")
          plan.chargers.append(SitePlan.Spot(id: id, cell: cell))
        case "P":
          let id = try StationID("lot-\(plan.parking.count + 1)")
          plan.parking.append(SitePlan.Spot(id: id, cell: cell))
        case "+": crossing.append(cell)
        default: break
        }
      }
    }
    guard !crossing.isEmpty else { return }
    var zone = SitePlan.Zone(id: try ZoneID("crossing"), cells: crossing)
    zone.noStop = true
    plan.zones = [zone]
  }

  static func vehicle(_ id: String, skills: SkillSet = [.deliver, .patrol, .sweep]) throws
    -> VehicleClass
  {
    VehicleClass(
      id: try ClassID(id), lengthMillimetres: 1000, widthMillimetres: 700, errorMillimetres: 100,
      speedMillimetresPerSecond: 2000, accelerationMillimetresPerSecond2: 1000,
      brakingMillimetresPerSecond2: 1200, quarterTurnMilliseconds: 1000,
      sweepWidthMillimetres: 2000, payloadGrams: 40_000,
      energy: EnergyModel(
        capacityMilliwattHours: 500_000, drivingMilliwattHoursPerKilometre: 20_000,
        standingMilliwatts: 40_000, chargingMilliwatts: 800_000),
      skills: skills)
  }

  func site() throws -> Site { try Site(plan) }

  /// The texts of the problems, severity first.
  func problems() throws -> [String] { try site().problems().map(\.description) }
}

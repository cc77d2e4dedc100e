import Determinism
import FleetModel
import Grid
import Site

/// A city made up by rule, for runs on sites that are too large to ship.
///
/// Streets of two one-way lanes, driven on the right, cross every 24 cells; nobody stops on a
/// crossing. Along the kerbs lie pockets of one cell: parking places, stations of two bays, chargers.
/// Which block has which, and where, follows from the seed. The same text gives the same city.
public struct CityGenerator: Sendable, Equatable {
  /// Road cells, about.
  public let cells: Int
  public let seed: UInt64

  /// From the begin of a street to that of the next one.
  static let block: Int32 = 24
  /// Road cells of a block: its share of two streets, and its pockets.
  private static let cellsPerBlock = 4 * Int(block) - 4 + pocketsPerBlock
  private static let parkingPerBlock = 2
  private static let pocketsPerBlock = 4

  public init(cells: Int, seed: UInt64) {
    self.cells = cells
    self.seed = seed
  }

  /// Reads what a scenario says of its site: `{generate: city, cells: 800000, seed: 1}`; nil: it
  /// names a site.
  init?(_ text: String) {
    guard text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
    var values: [String: String] = [:]
    for entry in text.dropFirst().dropLast().split(separator: ",") {
      let parts = entry.split(separator: ":").map { $0.filter { $0 != " " } }
      guard parts.count == 2 else { return nil }
      values[parts[0]] = parts[1]
    }
    guard values["generate"] == "city", let cells = values["cells"].flatMap({ Int($0) }),
      let seed = UInt64(values["seed"] ?? "1"), Self.possible.contains(cells)
    else { return nil }
    self.init(cells: cells, seed: seed)
  }

  /// How large a city may be.
  static let possible = 2_000...5_000_000

  /// As a scenario says it.
  var text: String { "{generate: city, cells: \(cells), seed: \(seed)}" }

  // MARK: The plan

  /// Blocks along each side of the city.
  private var side: Int32 {
    var side: Int32 = 1
    while Int(side * side) * Self.cellsPerBlock < cells { side += 1 }
    return side
  }

  /// The city in cells and names.
  public func plan() throws(IdentifierError) -> SitePlan {
    let side = self.side
    let width = side * Self.block + 2
    var passable = [Bool](repeating: false, count: Int(width * width))
    for line in 0...side {
      for along in 0..<width {
        for lane in line * Self.block...line * Self.block + 1 {
          passable[Int(lane * width + along)] = true
          passable[Int(along * width + lane)] = true
        }
      }
    }
    let pockets = pockets(side)
    for block in pockets {
      for cell in block { passable[Int(cell.y * width + cell.x)] = true }
    }
    var plan = SitePlan(
      id: try SiteID("city-\(cells)-\(seed)"), title: "Made-up city",
      map: GridMap(width: width, height: width, passable: passable), cellMillimetres: 2000)
    plan.classes = [try Self.courier()]
    plan.robots = [RobotGroup(vehicle: plan.classes[0].id, count: max(1, pockets.count))]
    plan.lanes = lanes(side, width)
    try addCrossings(side, to: &plan)
    try addPlaces(pockets, to: &plan)
    return plan
  }

  /// The four pockets of each block, one at each of its sides.
  private func pockets(_ side: Int32) -> [[Cell]] {
    var random = Seed(seed).derive("city pockets").generator()
    var all: [[Cell]] = []
    for row in 0..<side {
      for column in 0..<side {
        let (left, top) = (column * Self.block, row * Self.block)
        // A cell on each side, away from the corners.
        func along() -> Int32 { Int32(random.next(in: 5...Int(Self.block) - 4)) }
        let last = Self.block - 1
        all.append([
          Cell(x: left + 2, y: top + along()), Cell(x: left + last, y: top + along()),
          Cell(x: left + along(), y: top + 2), Cell(x: left + along(), y: top + last),
        ])
      }
    }
    return all
  }

  /// On the right of each street: eastward and southward cars keep to the south and the west.
  private func lanes(_ side: Int32, _ width: Int32) -> [SitePlan.Lane] {
    var lanes: [SitePlan.Lane] = []
    for line in 0...side {
      let at = line * Self.block
      let end = width - 1
      lanes.append(SitePlan.Lane([Cell(x: end, y: at), Cell(x: 0, y: at)]))
      lanes.append(SitePlan.Lane([Cell(x: 0, y: at + 1), Cell(x: end, y: at + 1)]))
      lanes.append(SitePlan.Lane([Cell(x: at, y: 0), Cell(x: at, y: end)]))
      lanes.append(SitePlan.Lane([Cell(x: at + 1, y: end), Cell(x: at + 1, y: 0)]))
    }
    return lanes
  }

  private func addCrossings(_ side: Int32, to plan: inout SitePlan) throws(IdentifierError) {
    for row in 0...side {
      for column in 0...side {
        let (x, y) = (column * Self.block, row * Self.block)
        var zone = SitePlan.Zone(
          id: try ZoneID("crossing-\(column)-\(row)"),
          cells: [
            Cell(x: x, y: y), Cell(x: x + 1, y: y), Cell(x: x, y: y + 1), Cell(x: x + 1, y: y + 1),
          ])
        zone.noStop = true
        plan.zones.append(zone)
      }
    }
  }

  /// Two parking places a block; of the rest every third block has a station of two bays, every
  /// fourth of the others two chargers, and the others have parking places.
  private func addPlaces(_ pockets: [[Cell]], to plan: inout SitePlan) throws(IdentifierError) {
    var random = Seed(seed).derive("city places").generator()
    for (block, cells) in pockets.enumerated() {
      for (k, cell) in cells.prefix(Self.parkingPerBlock).enumerated() {
        plan.parking.append(SitePlan.Spot(id: try StationID("park-\(block)-\(k)"), cell: cell))
      }
      let rest = Array(cells.dropFirst(Self.parkingPerBlock))
      switch random.next(in: 0...11) {
      case 0...3:
        plan.stations.append(
          SitePlan.Station(id: try StationID("door-\(block)"), title: "Door \(block)", bays: rest))
      case 4...5:
        for (k, cell) in rest.enumerated() {
          plan.chargers.append(SitePlan.Spot(id: try StationID("power-\(block)-\(k)"), cell: cell))
        }
      default:
        for (k, cell) in rest.enumerated() {
          plan.parking.append(
            SitePlan.Spot(id: try StationID("park-\(block)-\(k + 2)"), cell: cell))
        }
      }
    }
  }

  private static func courier() throws(IdentifierError) -> VehicleClass {
    VehicleClass(
      id: try ClassID("courier"), lengthMillimetres: 1000, widthMillimetres: 700,
      errorMillimetres: 120, speedMillimetresPerSecond: 2200,
      accelerationMillimetresPerSecond2: 1000, brakingMillimetresPerSecond2: 1200,
      quarterTurnMilliseconds: 1200, sweepWidthMillimetres: 0, payloadGrams: 40_000,
      energy: EnergyModel(
        capacityMilliwattHours: 1_000_000, drivingMilliwattHoursPerKilometre: 18_000,
        standingMilliwatts: 40_000, chargingMilliwatts: 1_000_000),
      skills: [.deliver])
  }
}

import FleetModel
import Grid
import Site
import Yams

/// Makes a `Site` of the YAML of a `site.yaml`.
struct SiteReader {
  private static let keys = [
    "id", "title", "map", "cell_mm", "origin", "classes", "robots", "stations", "chargers",
    "parking", "lanes", "zones", "routes", "areas",
  ]
  let raster: TerrainMap
  private let fields: YAMLFields
  /// Where the entries of each list stand, for what `Site.init` finds.
  private var marks: [SiteDefect.Section: [YAMLValue]] = [:]

  init(root: YAMLValue, raster: TerrainMap) throws(SiteError) {
    fields = try root.fields(Self.keys)
    self.raster = raster
  }

  /// The map's file name, relative to the YAML's folder.
  static func mapName(_ root: YAMLValue) throws(SiteError) -> String {
    let fields = try root.fields(keys)
    if let value = fields.optional("map") { return try value.text() }
    return try fields.required("id").text() + ".map"
  }

  func site() throws(SiteError) -> Site {
    var reader = self
    let plan = try reader.plan()
    do { return try Site(plan) } catch { throw reader.place(error) }
  }

  private func place(_ defect: SiteDefect) -> SiteError {
    guard let entries = marks[defect.section], defect.index < entries.count else {
      return fields.whole.fail(defect.text)
    }
    var entry = entries[defect.index]
    entry.owner = ""
    entry.key = ""
    return entry.fail(defect.text)
  }

  private mutating func plan() throws(SiteError) -> SitePlan {
    let id: SiteID = try fields.required("id").identifier()
    var plan = SitePlan(
      id: id, title: try fields.optional("title")?.text() ?? id.text, map: raster.map,
      cellMillimetres: try fields.required("cell_mm").integer32(in: 100...100_000))
    plan.terrain = raster.terrain
    if let origin = fields.optional("origin") { plan.origin = try readOrigin(origin) }
    for value in try entries("classes", .classes) { plan.classes.append(try readClass(value)) }
    plan.robots = try readRobots()
    for value in try entries("stations", .stations) {
      plan.stations.append(try readStation(value))
    }
    for value in try entries("chargers") {
      plan.chargers += try readSpots(value, "charger", .chargers)
    }
    for value in try entries("parking") {
      plan.parking += try readSpots(value, "parking place", .parking)
    }
    for value in try entries("lanes", .lanes) { plan.lanes.append(try readLane(value)) }
    for value in try entries("zones", .zones) { plan.zones.append(try readZone(value)) }
    for value in try entries("routes", .routes) { plan.routes.append(try readRoute(value)) }
    for value in try entries("areas", .areas) { plan.areas.append(try readArea(value)) }
    return plan
  }

  /// The entries of a list at the top; none when the key is missing.
  private mutating func entries(
    _ key: String, _ section: SiteDefect.Section? = nil
  ) throws(SiteError) -> [YAMLValue] {
    guard let value = fields.optional(key) else { return [] }
    let entries = try value.list("entries")
    if let section { marks[section] = entries }
    return entries
  }

  private mutating func readRobots() throws(SiteError) -> [RobotGroup] {
    guard let value = fields.optional("robots") else { return [] }
    var groups: [RobotGroup] = []
    var places: [YAMLValue] = []
    for (name, count) in try value.anyFields().values {
      let id: ClassID
      do { id = try ClassID(name.text) } catch {
        throw SiteError(
          file: count.file, line: name.line, column: name.column,
          text: "robots: \(error.description)")
      }
      groups.append(RobotGroup(vehicle: id, count: Int(try count.integer32(in: 0...100_000))))
      places.append(count)
    }
    marks[.robots] = places
    return groups
  }

  private mutating func readSpots(
    _ value: YAMLValue, _ kind: String, _ section: SiteDefect.Section
  ) throws(SiteError) -> [SitePlan.Spot] {
    let (plain, cellKeys) = (["id", "cell"], ["cells", "rects", "line"])
    let fields = try value.fields(plain + ["prefix"] + cellKeys)
    guard let prefix = fields.optional("prefix") else {
      let id: StationID = try fields.required("id").identifier()
      let cell = try cell(fields.owned(by: "\(kind) \"\(id)\"").required("cell"))
      marks[section, default: []].append(value)
      return [SitePlan.Spot(id: id, cell: cell)]
    }
    let start: StationID = try prefix.identifier()
    let owned = fields.owned(by: "\(kind)s \"\(start)\"")
    if let extra = owned.optional("id") ?? owned.optional("cell") {
      throw extra.fail("goes with a single \(kind); with \"prefix\" give cells, rects or line")
    }
    var spots: [SitePlan.Spot] = []
    for cell in try cells(owned, skippingBlocked: false) {
      let text = "\(start)-\(spots.count + 1)"
      do { spots.append(SitePlan.Spot(id: try StationID(text), cell: cell)) } catch {
        throw prefix.fail(error.description)
      }
      marks[section, default: []].append(value)
    }
    return spots
  }
}

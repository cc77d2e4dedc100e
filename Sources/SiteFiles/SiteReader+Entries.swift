import FleetModel
import Grid
import Site

extension SiteReader {
  func readOrigin(_ value: YAMLValue) throws(SiteError) -> GeographicOrigin {
    let fields = try value.fields(["latitude", "longitude", "bearing"]).owned(by: "origin")
    let bearing = try fields.optional("bearing")?.scaled(by: 1000, in: 0...359.999) ?? 0
    return GeographicOrigin(
      latitudeNanodegrees: try fields.required("latitude").scaled(by: 1e9, in: -90...90),
      longitudeNanodegrees: try fields.required("longitude").scaled(by: 1e9, in: -180...180),
      bearingMillidegrees: Int32(bearing))
  }

  func readClass(_ value: YAMLValue) throws(SiteError) -> VehicleClass {
    let raw = try value.fields([
      "id", "length_mm", "width_mm", "error_mm", "speed_mm_per_s", "acceleration_mm_per_s2",
      "braking_mm_per_s2", "quarter_turn_ms", "sweep_width_mm", "payload_g", "battery_wh",
      "driving_wh_per_km", "standing_w", "charging_w", "skills",
    ])
    let id: ClassID = try raw.required("id").identifier()
    let fields = raw.owned(by: "class \"\(id)\"")
    return VehicleClass(
      id: id,
      lengthMillimetres: try number(fields, "length_mm", 1...100_000),
      widthMillimetres: try number(fields, "width_mm", 1...100_000),
      errorMillimetres: try number(fields, "error_mm", 0...10_000),
      speedMillimetresPerSecond: try number(fields, "speed_mm_per_s", 1...15_000),
      accelerationMillimetresPerSecond2: try number(fields, "acceleration_mm_per_s2", 1...20_000),
      brakingMillimetresPerSecond2: try number(fields, "braking_mm_per_s2", 1...20_000),
      quarterTurnMilliseconds: try number(fields, "quarter_turn_ms", 0...600_000, or: 0),
      sweepWidthMillimetres: try number(fields, "sweep_width_mm", 0...100_000, or: 0),
      payloadGrams: try number(fields, "payload_g", 0...1_000_000_000, or: 0),
      energy: try readEnergy(fields), skills: try readSkills(fields.required("skills")))
  }

  private func readEnergy(_ fields: YAMLFields) throws(SiteError) -> EnergyModel {
    EnergyModel(
      capacityMilliwattHours: try fields.required("battery_wh").scaled(by: 1000, in: 0.001...1e9),
      drivingMilliwattHoursPerKilometre: try fields.required("driving_wh_per_km")
        .scaled(by: 1000, in: 0...1e6),
      standingMilliwatts: try fields.required("standing_w").scaled(by: 1000, in: 0...1e6),
      chargingMilliwatts: try fields.required("charging_w").scaled(by: 1000, in: 0.001...1e9))
  }

  private func readSkills(_ value: YAMLValue) throws(SiteError) -> SkillSet {
    var skills: SkillSet = []
    for item in try value.list("skills") {
      let name = try item.text()
      guard let skill = SkillSet.named.first(where: { $0.name == name })?.skill else {
        let known = SkillSet.named.map(\.name).joined(separator: ", ")
        throw item.fail("unknown skill \"\(name)\"; known are \(known)")
      }
      skills.formUnion(skill)
    }
    return skills
  }

  private func number(
    _ fields: YAMLFields, _ key: String, _ range: ClosedRange<Int32>, or missing: Int32? = nil
  ) throws(SiteError) -> Int32 {
    if let missing, fields.optional(key) == nil { return missing }
    return try fields.required(key).integer32(in: range)
  }

  func readStation(_ value: YAMLValue) throws(SiteError) -> SitePlan.Station {
    let raw = try value.fields(["id", "title", "bays"])
    let id: StationID = try raw.required("id").identifier()
    let fields = raw.owned(by: "station \"\(id)\"")
    return SitePlan.Station(
      id: id, title: try fields.optional("title")?.text() ?? id.text,
      bays: try cellList(try fields.required("bays")))
  }

  func readLane(_ value: YAMLValue) throws(SiteError) -> SitePlan.Lane {
    var value = value
    value.owner = "lane"
    value.key = ""
    return SitePlan.Lane(try cellList(value))
  }

  func readZone(_ value: YAMLValue) throws(SiteError) -> SitePlan.Zone {
    let raw = try value.fields([
      "id", "cells", "rects", "line", "speed_limit_mm_per_s", "classes", "exits", "no_stop",
      "exclusive", "capacity", "closed",
    ])
    let id: ZoneID = try raw.required("id").identifier()
    let fields = raw.owned(by: "zone \"\(id)\"")
    var zone = SitePlan.Zone(id: id, cells: try cells(fields, skippingBlocked: true))
    zone.speedLimitMillimetresPerSecond =
      try fields.optional("speed_limit_mm_per_s")?.integer32(in: 1...15_000)
    if let list = fields.optional("classes") {
      var classes: [ClassID] = []
      for item in try list.list("class ids") { classes.append(try item.identifier()) }
      zone.classes = classes
    }
    if let list = fields.optional("exits") { zone.exits = try readExits(list) }
    zone.noStop = try fields.optional("no_stop")?.boolean() ?? false
    zone.exclusive = try fields.optional("exclusive")?.boolean() ?? false
    if let capacity = fields.optional("capacity") {
      zone.capacity = Int(try capacity.integer32(in: 1...100_000))
    }
    zone.closedAtStart = try fields.optional("closed")?.boolean() ?? false
    return zone
  }

  private func readExits(_ value: YAMLValue) throws(SiteError) -> DirectionSet {
    var exits: DirectionSet = []
    for item in try value.list("directions") {
      switch try item.text() {
      case "east": exits.formUnion(.east)
      case "north": exits.formUnion(.north)
      case "west": exits.formUnion(.west)
      case "south": exits.formUnion(.south)
      default:
        throw item.fail("unknown direction \(item.shown); known are east, north, west, south")
      }
    }
    return exits
  }

  func readRoute(_ value: YAMLValue) throws(SiteError) -> SitePlan.Route {
    let raw = try value.fields(["id", "title", "checkpoints", "inspect_ms"])
    let id: RouteID = try raw.required("id").identifier()
    let fields = raw.owned(by: "route \"\(id)\"")
    let inspect = try fields.optional("inspect_ms")?.integer32(in: 0...86_400_000) ?? 0
    return SitePlan.Route(
      id: id, title: try fields.optional("title")?.text() ?? id.text,
      checkpoints: try cellList(try fields.required("checkpoints")),
      inspectMilliseconds: Int64(inspect))
  }

  func readArea(_ value: YAMLValue) throws(SiteError) -> SitePlan.Area {
    let raw = try value.fields(["id", "title", "cells", "rects", "line"])
    let id: AreaID = try raw.required("id").identifier()
    let fields = raw.owned(by: "area \"\(id)\"")
    return SitePlan.Area(
      id: id, title: try fields.optional("title")?.text() ?? id.text,
      cells: try cells(fields, skippingBlocked: true))
  }
}

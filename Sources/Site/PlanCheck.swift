import FleetModel
import Grid

/// Finds the first thing in a plan that makes no sense.
struct PlanCheck {
  private let plan: SitePlan

  init(_ plan: SitePlan) { self.plan = plan }

  func run() throws(SiteDefect) {
    try checkSite()
    try checkClasses()
    try checkRobots()
    try checkPlaces()
    try checkLanes()
    try checkZones()
    try checkRoutes()
    try checkAreas()
  }

  private func checkSite() throws(SiteDefect) {
    guard (100...100_000).contains(plan.cellMillimetres) else {
      throw defect(.site, 0, "cells of \(plan.cellMillimetres) mm; 100 to 100000 are possible")
    }
    guard plan.terrain.isEmpty || plan.terrain.count == plan.map.passable.count else {
      throw defect(
        .site, 0,
        "\(plan.terrain.count) cells of terrain for the map's "
          + "\(plan.map.passable.count)")
    }
    if plan.classes.isEmpty { throw defect(.site, 0, "a site needs at least one vehicle class") }
  }

  private func checkClasses() throws(SiteDefect) {
    var seen: Set<ClassID> = []
    for (i, vehicle) in plan.classes.enumerated() {
      guard seen.insert(vehicle.id).inserted else {
        throw defect(.classes, i, "class \"\(vehicle.id)\" is defined twice")
      }
      for (name, value, range) in Self.ranges(of: vehicle) where !range.contains(value) {
        throw defect(
          .classes, i,
          "class \"\(vehicle.id)\": \(name) is \(value); "
            + "\(range.lowerBound) to \(range.upperBound) are possible")
      }
    }
  }

  private static func ranges(
    of vehicle: VehicleClass
  ) -> [(name: String, value: Int64, range: ClosedRange<Int64>)] {
    [
      ("length_mm", Int64(vehicle.lengthMillimetres), 1...100_000),
      ("width_mm", Int64(vehicle.widthMillimetres), 1...100_000),
      ("error_mm", Int64(vehicle.errorMillimetres), 0...10_000),
      ("speed_mm_per_s", Int64(vehicle.speedMillimetresPerSecond), 1...15_000),
      ("acceleration_mm_per_s2", Int64(vehicle.accelerationMillimetresPerSecond2), 1...20_000),
      ("braking_mm_per_s2", Int64(vehicle.brakingMillimetresPerSecond2), 1...20_000),
      ("quarter_turn_ms", Int64(vehicle.quarterTurnMilliseconds), 0...600_000),
      ("sweep_width_mm", Int64(vehicle.sweepWidthMillimetres), 0...100_000),
      ("payload_g", Int64(vehicle.payloadGrams), 0...1_000_000_000),
      ("battery_mwh", vehicle.energy.capacityMilliwattHours, 1...1_000_000_000_000),
      ("driving_mwh_per_km", vehicle.energy.drivingMilliwattHoursPerKilometre, 0...1_000_000_000),
      ("standing_mw", vehicle.energy.standingMilliwatts, 0...1_000_000_000),
      ("charging_mw", vehicle.energy.chargingMilliwatts, 1...1_000_000_000_000),
    ]
  }

  private func checkRobots() throws(SiteDefect) {
    var seen: Set<ClassID> = []
    for (i, group) in plan.robots.enumerated() {
      guard plan.classes.contains(where: { $0.id == group.vehicle }) else {
        throw defect(.robots, i, "robots of class \"\(group.vehicle)\", which is not defined")
      }
      guard seen.insert(group.vehicle).inserted else {
        throw defect(.robots, i, "robots of class \"\(group.vehicle)\" are counted twice")
      }
      guard (0...100_000).contains(group.count) else {
        throw defect(
          .robots, i,
          "\(group.count) robots of class \"\(group.vehicle)\"; "
            + "0 to 100000 are possible")
      }
    }
  }

  private func checkPlaces() throws(SiteDefect) {
    var names: Set<StationID> = []
    var owners: [Cell: String] = [:]
    for (i, station) in plan.stations.enumerated() {
      let name = "station \"\(station.id)\""
      if station.bays.isEmpty { throw defect(.stations, i, "\(name) has no bay") }
      try checkPlace(.stations, i, name, station.id, station.bays, &names, &owners)
    }
    for (i, spot) in plan.chargers.enumerated() {
      try checkPlace(
        .chargers, i, "charger \"\(spot.id)\"", spot.id, [spot.cell], &names, &owners)
    }
    for (i, spot) in plan.parking.enumerated() {
      try checkPlace(
        .parking, i, "parking place \"\(spot.id)\"", spot.id, [spot.cell], &names, &owners)
    }
  }

  private func checkPlace(
    _ section: SiteDefect.Section, _ i: Int, _ name: String, _ id: StationID, _ cells: [Cell],
    _ names: inout Set<StationID>, _ owners: inout [Cell: String]
  ) throws(SiteDefect) {
    guard names.insert(id).inserted else {
      throw defect(
        section, i,
        "the name \"\(id)\" is used twice; stations, chargers and parking places share one space "
          + "of names")
    }
    for cell in cells {
      try checkCell(cell, section, i, name)
      if let owner = owners[cell] {
        throw defect(section, i, "\(name): cell \(cell) belongs to \(owner) already")
      }
      owners[cell] = name
    }
  }

  private func checkLanes() throws(SiteDefect) {
    for (i, lane) in plan.lanes.enumerated() {
      guard lane.points.count >= 2 else {
        throw defect(.lanes, i, "a lane needs at least two points")
      }
      for (from, to) in zip(lane.points, lane.points.dropFirst())
      where (from.x == to.x) == (from.y == to.y) {
        throw defect(
          .lanes, i, "lane from \(from) to \(to): neighbouring points must share a row or a column")
      }
      for point in lane.points { try checkCell(point, .lanes, i, "lane from \(lane.points[0])") }
      for cell in lane.cells { try checkCell(cell, .lanes, i, "lane from \(lane.points[0])") }
    }
  }

  private func checkZones() throws(SiteDefect) {
    var seen: Set<ZoneID> = []
    for (i, zone) in plan.zones.enumerated() {
      let name = "zone \"\(zone.id)\""
      guard seen.insert(zone.id).inserted else {
        throw defect(.zones, i, "\(name) is defined twice")
      }
      if zone.cells.isEmpty { throw defect(.zones, i, "\(name) has no cells") }
      for cell in zone.cells { try checkCell(cell, .zones, i, name) }
      if let limit = zone.speedLimitMillimetresPerSecond, !(1...15_000).contains(limit) {
        throw defect(
          .zones, i, "\(name): speed_limit_mm_per_s is \(limit); 1 to 15000 are possible")
      }
      if let capacity = zone.capacity, capacity < 1 {
        throw defect(.zones, i, "\(name): capacity is \(capacity); at least 1 is possible")
      }
      for id in zone.classes ?? [] where !plan.classes.contains(where: { $0.id == id }) {
        throw defect(.zones, i, "\(name): class \"\(id)\" is not defined")
      }
    }
  }

  private func checkRoutes() throws(SiteDefect) {
    var seen: Set<RouteID> = []
    for (i, route) in plan.routes.enumerated() {
      let name = "route \"\(route.id)\""
      guard seen.insert(route.id).inserted else {
        throw defect(.routes, i, "\(name) is defined twice")
      }
      if route.checkpoints.isEmpty { throw defect(.routes, i, "\(name) has no checkpoints") }
      for cell in route.checkpoints { try checkCell(cell, .routes, i, name) }
      guard (0...86_400_000).contains(route.inspectMilliseconds) else {
        throw defect(
          .routes, i,
          "\(name): inspect_ms is \(route.inspectMilliseconds); 0 to 86400000 are possible")
      }
    }
  }

  private func checkAreas() throws(SiteDefect) {
    var seen: Set<AreaID> = []
    for (i, area) in plan.areas.enumerated() {
      let name = "area \"\(area.id)\""
      guard seen.insert(area.id).inserted else {
        throw defect(.areas, i, "\(name) is defined twice")
      }
      if area.cells.isEmpty { throw defect(.areas, i, "\(name) has no cells") }
      for cell in area.cells { try checkCell(cell, .areas, i, name) }
    }
  }

  private func checkCell(
    _ cell: Cell, _ section: SiteDefect.Section, _ i: Int, _ name: String
  ) throws(SiteDefect) {
    guard plan.map.contains(cell) else {
      throw defect(
        section, i,
        "\(name): cell \(cell) is off the map (\(plan.map.width) x \(plan.map.height))")
    }
    guard plan.map.isPassable(cell) else {
      throw defect(section, i, "\(name): cell \(cell) is blocked on the map")
    }
  }

  private func defect(_ section: SiteDefect.Section, _ index: Int, _ text: String) -> SiteDefect {
    SiteDefect(section: section, index: index, text: text)
  }
}

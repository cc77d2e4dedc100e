import FleetModel
import Grid

extension Site {
  /// Makes sense of a plan.
  /// - Throws: the first `SiteDefect`: an id that is not unique, a cell that is blocked, off the map
  ///   or taken by another place, a name that is not known, a number out of its range.
  public init(_ plan: SitePlan) throws(SiteDefect) {
    try PlanCheck(plan).run()
    let shape = Graph(plan.map)
    let lanes = plan.lanes.map { $0.cells }
    let exits = Exits(plan: plan, lanes: lanes, shape: shape)
    let graph = Graph(plan.map) { exits.allowed(at: $0) }
    let vertices = { (cells: [Cell]) in cells.compactMap { graph.vertex(at: $0) } }
    let sorted = { (cells: [Cell]) in Self.sortedUnique(vertices(cells)) }

    id = plan.id
    title = plan.title
    map = plan.map
    terrain =
      plan.terrain.isEmpty ? plan.map.passable.map { $0 ? .paved : .building } : plan.terrain
    self.graph = graph
    cellMillimetres = plan.cellMillimetres
    origin = plan.origin
    classes = plan.classes
    robots = plan.robots
    stations = plan.stations.map { Station(id: $0.id, title: $0.title, bays: vertices($0.bays)) }
    chargers = plan.chargers.flatMap { spot in
      vertices([spot.cell]).map { Charger(id: spot.id, vertex: $0) }
    }
    parking = plan.parking.flatMap { spot in
      vertices([spot.cell]).map { ParkingPlace(id: spot.id, vertex: $0) }
    }
    zones = plan.zones.map { Zone($0, cells: sorted($0.cells)) }
    routes = plan.routes.map {
      PatrolRoute(
        id: $0.id, title: $0.title, checkpoints: vertices($0.checkpoints),
        inspectMilliseconds: $0.inspectMilliseconds)
    }
    areas = plan.areas.map { SweepArea(id: $0.id, title: $0.title, cells: sorted($0.cells)) }
    self.lanes = lanes.map(vertices)
    var index = SiteIndex(vertexCount: graph.vertexCount, zones: zones, lanes: self.lanes)
    index.enter(
      classes: classes, stations: stations, chargers: chargers, parking: parking, zones: zones,
      routes: routes, areas: areas)
    self.index = index
    self.index.poses = classes.indices.map { poseGraph(ofClass: $0) { _ in false } }
  }

  private static func sortedUnique(_ vertices: [VertexID]) -> [VertexID] {
    var result: [VertexID] = []
    for vertex in vertices.sorted() where result.last != vertex { result.append(vertex) }
    return result
  }
}

extension Zone {
  init(_ plan: SitePlan.Zone, cells: [VertexID]) {
    id = plan.id
    self.cells = cells
    speedLimitMillimetresPerSecond = plan.speedLimitMillimetresPerSecond
    classes = plan.classes
    exits = plan.exits
    noStop = plan.noStop
    exclusive = plan.exclusive
    capacity = plan.capacity
    closedAtStart = plan.closedAtStart
  }
}

extension SiteIndex {
  mutating func enter(
    classes: [VehicleClass], stations: [Station], chargers: [Charger], parking: [ParkingPlace],
    zones: [Zone], routes: [PatrolRoute], areas: [SweepArea]
  ) {
    for (i, vehicle) in classes.enumerated() { self.classes[vehicle.id] = i }
    for (i, station) in stations.enumerated() {
      places[station.id] = .station(i)
      for bay in station.bays { placeAt[bay] = .station(i) }
    }
    for (i, charger) in chargers.enumerated() {
      places[charger.id] = .charger(i)
      placeAt[charger.vertex] = .charger(i)
    }
    for (i, place) in parking.enumerated() {
      places[place.id] = .parking(i)
      placeAt[place.vertex] = .parking(i)
    }
    for (i, zone) in zones.enumerated() { self.zones[zone.id] = i }
    for (i, route) in routes.enumerated() { self.routes[route.id] = i }
    for (i, area) in areas.enumerated() { self.areas[area.id] = i }
  }
}

extension SitePlan.Lane {
  /// Cell by cell from the first point to the last.
  public var cells: [Cell] {
    guard var cell = points.first else { return [] }
    var result = [cell]
    for point in points.dropFirst() {
      while cell != point {
        cell.x += (point.x - cell.x).signum()
        cell.y += (point.y - cell.y).signum()
        result.append(cell)
      }
    }
    return result
  }
}

/// The directions in which each cell may be left, from lanes and zones.
private struct Exits {
  private let width: Int32
  private var along: [DirectionSet]
  private var isLane: [Bool]
  private var zoned: [DirectionSet]

  init(plan: SitePlan, lanes: [[Cell]], shape: Graph) {
    width = plan.map.width
    let count = plan.map.passable.count
    along = [DirectionSet](repeating: [], count: count)
    isLane = [Bool](repeating: false, count: count)
    zoned = [DirectionSet](repeating: .all, count: count)
    for lane in lanes {
      for cell in lane { isLane[raster(cell)] = true }
      for (from, to) in zip(lane, lane.dropFirst()) {
        for direction in Direction.allCases where from.moved(direction) == to {
          along[raster(from)].formUnion(DirectionSet(direction))
        }
      }
    }
    for zone in plan.zones {
      guard let exits = zone.exits else { continue }
      for cell in zone.cells { zoned[raster(cell)].formIntersection(exits) }
    }
    addSideways(shape)
  }

  private mutating func addSideways(_ shape: Graph) {
    for cell in shape.cells where isLane[raster(cell)] {
      for direction in Direction.allCases {
        let next = cell.moved(direction)
        guard shape.vertex(at: next) != nil, !isLane[raster(next)] else { continue }
        along[raster(cell)].formUnion(DirectionSet(direction))
      }
    }
  }

  func allowed(at cell: Cell) -> DirectionSet {
    let i = raster(cell)
    return isLane[i] ? zoned[i].intersection(along[i]) : zoned[i]
  }

  private func raster(_ cell: Cell) -> Int { Int(cell.y) * Int(width) + Int(cell.x) }
}

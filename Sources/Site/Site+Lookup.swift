import Determinism
import FleetModel
import Grid

extension Site {
  /// The position of class `id` in `classes`.
  public func classIndex(of id: ClassID) -> Int? { index.classes[id] }

  /// The station, charger or parking place of this name.
  public func place(named id: StationID) -> Place? { index.places[id].map(place) }

  /// The station, charger or parking place that `vertex` belongs to.
  public func place(at vertex: VertexID) -> Place? { index.placeAt[vertex].map(place) }

  /// The station of this name; nil for chargers and parking places.
  public func station(named id: StationID) -> Station? {
    if case .station(let station) = place(named: id) { station } else { nil }
  }

  /// The charger of this name.
  public func charger(named id: StationID) -> Charger? {
    if case .charger(let charger) = place(named: id) { charger } else { nil }
  }

  /// The parking place of this name.
  public func parkingPlace(named id: StationID) -> ParkingPlace? {
    if case .parking(let place) = place(named: id) { place } else { nil }
  }

  /// The position of zone `id` in `zones`.
  public func zoneIndex(of id: ZoneID) -> Int? { index.zones[id] }

  public func zone(named id: ZoneID) -> Zone? { index.zones[id].map { zones[$0] } }

  public func route(named id: RouteID) -> PatrolRoute? { index.routes[id].map { routes[$0] } }

  public func area(named id: AreaID) -> SweepArea? { index.areas[id].map { areas[$0] } }

  /// Positions in `zones` of those that contain `vertex`, ascending.
  public func zoneIndices(at vertex: VertexID) -> [Int] {
    let range = Int(index.zoneStart[vertex.index])..<Int(index.zoneStart[vertex.index + 1])
    return index.zoneList[range].map(Int.init)
  }

  /// Whether robots may drive through `vertex` but never rest on it (no-stop and exclusive zones).
  public func isNoStop(_ vertex: VertexID) -> Bool { index.noStop[vertex.index] }

  /// The lowest speed limit at `vertex` in mm/s; 0: none.
  public func speedLimit(at vertex: VertexID) -> Int32 { index.speedLimits[vertex.index] }

  /// Changes with the passable cells, their size, the exclusive zones and the site's name: a mark of what vertex numbers
  /// and places mean. - Complexity: O(raster)
  public var mapFingerprint: String {
    var hash = StableHash()
    hash.combine(bytes: id.text.utf8)
    hash.combine(Int64(map.width))
    hash.combine(Int64(map.height))
    hash.combine(Int64(cellMillimetres))
    for passable in map.passable { hash.combine(byte: passable ? 1 : 0) }
    // Mutexes are numbered behind the vertices, in the order of the exclusive zones.
    for zone in zones where zone.exclusive {
      hash.combine(UInt64(zone.cells.count))
      for cell in zone.cells { hash.combine(Int64(cell.rawValue)) }
    }
    return String(hash.value, radix: 16)
  }

  /// The centre of `vertex` in the site's frame.
  public func centre(of vertex: VertexID) -> Point {
    let cell = graph.cell(of: vertex)
    let size = Int64(cellMillimetres)
    return Point(x: Int64(cell.x) * size + size / 2, y: Int64(cell.y) * size + size / 2)
  }

  /// The passable cell in which `point` lies; nil: blocked or off the map. A cell owns its north
  /// and west edges.
  public func vertex(containing point: Point) -> VertexID? {
    guard point.x >= 0, point.y >= 0 else { return nil }
    let x = point.x / Int64(cellMillimetres)
    let y = point.y / Int64(cellMillimetres)
    guard x < Int64(map.width), y < Int64(map.height) else { return nil }
    return graph.vertex(at: Cell(x: Int32(x), y: Int32(y)))
  }

  private func place(_ position: PlaceIndex) -> Place {
    switch position {
    case .station(let i): .station(stations[i])
    case .charger(let i): .charger(chargers[i])
    case .parking(let i): .parking(parking[i])
    }
  }
}

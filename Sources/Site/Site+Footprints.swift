import FleetModel
import Grid
import MAPF

// Vehicles longer or wider than a cell. Where a site has lanes their centres keep to them, and to
// places; what they cover on the way is said by their footprint.
extension Site {
  /// The cells that a class covers; nil: it fits a cell whichever way it turns.
  public func footprint(ofClass classIndex: Int) -> Footprint? {
    let vehicle = classes[classIndex]
    let fits = Footprint.fitsCell(
      lengthMillimetres: vehicle.lengthMillimetres, widthMillimetres: vehicle.widthMillimetres,
      errorMillimetres: vehicle.errorMillimetres, cellMillimetres: cellMillimetres)
    guard !fits else { return nil }
    return Footprint(
      lengthMillimetres: vehicle.lengthMillimetres, widthMillimetres: vehicle.widthMillimetres,
      errorMillimetres: vehicle.errorMillimetres, cellMillimetres: cellMillimetres)
  }

  /// Whether a class is longer or wider than a cell.
  public func isLong(class classIndex: Int) -> Bool { index.poses[classIndex] != nil }

  /// Whether a vehicle of a class may come to rest with its centre on `vertex`, looking somewhere,
  /// closures not regarded.
  public func canRest(on vertex: VertexID, class classIndex: Int) -> Bool {
    mayEnter(vertex, class: classIndex)
      && index.poses[classIndex]?.canRest(on: vertex.rawValue) ?? true
  }

  /// Where vehicles of a class look that start on `vertex`: from where they can drive on. Nil where
  /// that does not matter, or there is none.
  public func startHeading(at vertex: VertexID, class classIndex: Int) -> Direction? {
    guard let poses = index.poses[classIndex] else { return nil }
    let resting = Direction.allCases.filter {
      poses.isResting(PoseGraph.pose(vertex.rawValue, $0))
    }
    return resting.first {
      poses.end(of: .forward, from: PoseGraph.pose(vertex.rawValue, $0)) != nil
    }
      ?? resting.first
  }

  /// The poses and moves of a class while the zones marked in `closed` are closed; nil: the class fits
  /// a cell.
  /// - Complexity: O(vertices times the cells it covers)
  public func poseGraph(forClass classIndex: Int, closed: [Bool]) -> PoseGraph? {
    if !closed.contains(true) { return index.poses[classIndex] }
    return poseGraph(ofClass: classIndex) { isClosed($0, closed: closed) }
  }

  func poseGraph(ofClass classIndex: Int, isClosed: (VertexID) -> Bool) -> PoseGraph? {
    guard let footprint = footprint(ofClass: classIndex) else { return nil }
    return PoseGraph(
      graph: graph, footprint: footprint,
      allowed: { mayEnter($0, class: classIndex) && !isClosed($0) },
      centre: { lanes.isEmpty || index.isLane[$0.index] || index.placeAt[$0] != nil },
      noStop: { isNoStop($0) }, mutexes: zones.filter(\.exclusive).map(\.cells))
  }

  // MARK: Problems

  /// Cells under long vehicles that stand at stations, chargers and parking places.
  func coveredByLongVehicles() -> Set<Int32> {
    var covered: Set<Int32> = []
    for classIndex in classes.indices where isLong(class: classIndex) {
      for place in allPlaces {
        for vertex in place.vertices { covered.formUnion(cells(under: classIndex, at: vertex)) }
      }
    }
    return covered
  }

  /// What a long vehicle may cover that rests on `vertex`; nothing where it cannot.
  func cells(under classIndex: Int, at vertex: VertexID) -> [Int32] {
    guard let poses = index.poses[classIndex] else { return [] }
    return Direction.allCases.map { PoseGraph.pose(vertex.rawValue, $0) }
      .filter { poses.isResting($0) }.flatMap { poses.rest($0) }
  }

  func footprintProblems(_ covered: Set<Int32>) -> [SiteProblem] {
    guard !covered.isEmpty || classes.indices.contains(where: { isLong(class: $0) }) else {
      return []
    }
    var found: [SiteProblem] = []
    for classIndex in classes.indices where isLong(class: classIndex) {
      let vehicle = classes[classIndex]
      let size = "\(vehicle.lengthMillimetres) x \(vehicle.widthMillimetres) mm"
      let isAtRest = (0..<Int32(graph.vertexCount)).contains {
        canRest(on: VertexID($0), class: classIndex)
      }
      if !isAtRest {
        found.append(
          problem(
            .error,
            "class \(vehicle.id): \(size) with \(vehicle.errorMillimetres) mm of error to each side "
              + "finds no place to rest on cells of \(cellMillimetres) mm"))
      } else if vehicle.quarterTurnMilliseconds == 0 {
        found.append(
          problem(
            .error,
            "class \(vehicle.id): \(size) is more than a cell, and such vehicles turn on the spot: "
              + "it needs quarter_turn_ms"))
      }
    }
    return found + sharedPlaces()
  }

  /// Places on which a long vehicle would stand on another place, too.
  private func sharedPlaces() -> [SiteProblem] {
    var found: [SiteProblem] = []
    for classIndex in classes.indices where isLong(class: classIndex) {
      var owner: [Int32: VertexID] = [:]
      for vertex in allPlaces.flatMap(\.vertices) {
        for cell in Set(cells(under: classIndex, at: vertex)).sorted() {
          let other = owner[cell] ?? (place(at: VertexID(cell)) == nil ? vertex : VertexID(cell))
          owner[cell] = vertex
          guard other != vertex, found.last?.cells.contains(graph.cell(of: vertex)) != true else {
            continue
          }
          found.append(
            problem(
              .error,
              "class \(classes[classIndex].id) at \(graph.cell(of: vertex)) stands on the place of "
                + "\(graph.cell(of: other)) as well", [vertex, other]))
        }
      }
    }
    return found
  }

  var allPlaces: [Place] {
    stations.map(Place.station) + chargers.map(Place.charger) + parking.map(Place.parking)
  }

}

extension Direction {
  /// Thousandths of a degree clockwise from north.
  public var millidegrees: Int32 {
    switch self {
    case .north: 0
    case .east: 90_000
    case .south: 180_000
    case .west: 270_000
    }
  }
}

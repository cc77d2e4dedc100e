import FleetModel
import Grid

extension Site {
  /// What hinders traffic here, errors first; a site without errors is well-formed: for
  /// each class, with all stations, chargers and parking places taken out, every resting
  /// cell can be reached from every other, every place from there and back, and there is parking
  /// for every robot. Zones that are closed at start count as open.
  /// - Complexity: O(classes * vertices)
  public func problems() -> [SiteProblem] {
    let covered = coveredByLongVehicles()
    let roads = classes.indices.map { index in
      isLong(class: index)
        ? ClassRoads(self, longClass: index) : ClassRoads(self, class: index, covered: covered)
    }
    let found =
      sizeProblems() + footprintProblems(covered) + connectionProblems(roads) + placeProblems(roads)
      + fleetProblems(roads)
      + workProblems(roads) + laneProblems(roads)
    return found.filter { $0.severity == .error } + found.filter { $0.severity == .warning }
  }

  func problem(
    _ severity: SiteProblem.Severity, _ text: String, _ vertices: [VertexID] = []
  ) -> SiteProblem {
    let cells = vertices.map { graph.cell(of: $0) }.sorted()
    return SiteProblem(severity: severity, text: text, cells: cells)
  }

  /// The first three cells in words.
  func shown(_ vertices: [VertexID]) -> String {
    let first = vertices.prefix(3).map { "\(graph.cell(of: $0))" }.joined(separator: ", ")
    return vertices.count > 3 ? "\(first) and \(vertices.count - 3) more" : first
  }

  private func sizeProblems() -> [SiteProblem] {
    classes.flatMap { vehicle -> [SiteProblem] in
      var found: [SiteProblem] = []
      if vehicle.skills.contains(.sweep), vehicle.sweepWidthMillimetres < cellMillimetres {
        found.append(
          problem(
            .warning,
            "class \(vehicle.id) sweeps \(vehicle.sweepWidthMillimetres) mm of a cell of "
              + "\(cellMillimetres) mm: one pass leaves a strip"))
      }
      return found
    }
  }

  private func connectionProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    // Long vehicles come to places through streets that lead nowhere else.
    roads.filter { $0.ways == nil }.flatMap { roads -> [SiteProblem] in
      let name = classes[roads.classIndex].id
      let lost = roads.road.indices.lazy.filter { roads.road[$0] && !roads.inMain[$0] }
        .map { VertexID(Int32($0)) }
      let resting = lost.filter { !isNoStop($0) }
      let through = lost.filter { isNoStop($0) }
      var found: [SiteProblem] = []
      if !resting.isEmpty {
        found.append(
          problem(
            .error,
            "class \(name): with stations, chargers and parking places taken out, there is no way "
              + "between the rest and \(shown(Array(resting))), or none back", Array(resting)))
      }
      if !through.isEmpty {
        found.append(
          problem(
            .warning,
            "class \(name): no-stop cells that lead nowhere: \(shown(Array(through)))",
            Array(through)))
      }
      return found
    }
  }

  private var places: [Place] {
    stations.map(Place.station) + chargers.map(Place.charger) + parking.map(Place.parking)
  }

  private func placeProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    var found: [SiteProblem] = []
    for place in places {
      for vertex in place.vertices {
        let cell = graph.cell(of: vertex)
        if isNoStop(vertex) {
          found.append(
            problem(
              .error, "\(place.kindAndName): \(cell) lies in a no-stop or exclusive zone", [vertex])
          )
        }
        for roads in roads where roads.allowed[vertex.index] {
          let (there, back) = roads.reaches(place: vertex, in: graph)
          guard !there || !back else { continue }
          found.append(
            problem(
              .error,
              "\(place.kindAndName): class \(classes[roads.classIndex].id) finds no way "
                + "\(there ? "back from" : "to") \(cell) that avoids other places", [vertex]))
        }
      }
    }
    return found
  }

  /// Parking and chargers for the stated robots.
  private func fleetProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    var found: [SiteProblem] = []
    let total = robots.reduce(0) { $0 + $1.count }
    if total > parking.count {
      found.append(problem(.error, "\(parking.count) parking places for \(total) robots"))
    }
    for group in robots where group.count > 0 {
      guard let classIndex = classIndex(of: group.vehicle) else { continue }
      let allowed = roads[classIndex].allowed
      let open = parking.count { allowed[$0.vertex.index] }
      if open < group.count {
        found.append(
          problem(
            .error,
            "class \(group.vehicle): \(open) parking places that it may enter for "
              + "\(group.count) robots"))
      }
      if !chargers.contains(where: { allowed[$0.vertex.index] }) {
        found.append(problem(.error, "class \(group.vehicle): no charger that it may enter"))
      }
      let resting = roads[classIndex].inMain.indices.count {
        roads[classIndex].inMain[$0] && !isNoStop(VertexID(Int32($0)))
      }
      if 2 * total > resting {
        found.append(
          problem(
            .warning,
            "class \(group.vehicle): only \(resting) cells to rest on the way for \(total) robots"))
      }
    }
    return found
  }
}

extension Place {
  var kindAndName: String {
    switch self {
    case .station: "station \"\(id)\""
    case .charger: "charger \"\(id)\""
    case .parking: "parking place \"\(id)\""
    }
  }
}

import FleetModel
import Grid

extension Site {
  /// Whether somebody can do the work that the site offers.
  func workProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    deliveryProblems(roads) + patrolProblems(roads) + sweepProblems(roads)
  }

  private func having(_ skill: SkillSet, _ roads: [ClassRoads]) -> [ClassRoads] {
    roads.filter { classes[$0.classIndex].skills.contains(skill) }
  }

  private func deliveryProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    let able = having(.deliver, roads)
    if !stations.isEmpty && able.isEmpty {
      return [problem(.warning, "there are stations, but no class has the skill deliver")]
    }
    return stations.compactMap { station in
      let open = station.bays.contains { bay in able.contains { $0.allowed[bay.index] } }
      guard !open, !able.isEmpty else { return nil }
      return problem(
        .error, "station \"\(station.id)\": no class with the skill deliver may enter a bay",
        station.bays)
    }
  }

  private func patrolProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    let able = having(.patrol, roads)
    return routes.flatMap { route in
      cellProblems(
        "route \"\(route.id)\": checkpoint", route.checkpoints, skill: "patrol", able)
        + route.checkpoints.compactMap { blockedWay(at: $0, of: route, able) }
    }
  }

  private func sweepProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    let able = having(.sweep, roads)
    return areas.flatMap { area in
      cellProblems("area \"\(area.id)\": cell", area.cells, skill: "sweep", able)
    }
  }

  private func cellProblems(
    _ start: String, _ cells: [VertexID], skill: String, _ able: [ClassRoads]
  ) -> [SiteProblem] {
    let kinds: [(text: String, isHit: (VertexID) -> Bool)] = [
      ("lies in a no-stop or exclusive zone", { isNoStop($0) }),
      ("is a station's bay, a charger or a parking place", { place(at: $0) != nil }),
      (
        "is out of reach of every class with the skill \(skill)",
        { vertex in
          !isNoStop(vertex) && place(at: vertex) == nil
            && !able.contains { $0.isReachable(vertex, in: self) }
        }
      ),
    ]
    return kinds.compactMap { kind in
      let hits = cells.filter(kind.isHit)
      return hits.isEmpty ? nil : problem(.error, "\(start) \(shown(hits)) \(kind.text)", hits)
    }
  }

  /// A checkpoint on a lane, or one that is the only way from or to a neighbour.
  private func blockedWay(
    at checkpoint: VertexID, of route: PatrolRoute, _ able: [ClassRoads]
  ) -> SiteProblem? {
    let onLane = index.isLane[checkpoint.index]
    let blocks = able.contains { roads in
      roads.isReachable(checkpoint, in: self) && isOnlyWay(checkpoint, roads)
    }
    guard onLane || blocks else { return nil }
    return problem(
      .warning,
      "route \"\(route.id)\": a guard at checkpoint \(graph.cell(of: checkpoint)) blocks "
        + (onLane ? "a lane; give it a lay-by" : "the only way"), [checkpoint])
  }

  private func isOnlyWay(_ vertex: VertexID, _ roads: ClassRoads) -> Bool {
    let range = 4 * vertex.index..<4 * vertex.index + 4
    let leads = { (v: Int32, table: [Int32]) in
      table[4 * Int(v)..<4 * Int(v) + 4]
        .contains { $0 >= 0 && $0 != vertex.rawValue && roads.inMain[Int($0)] }
    }
    let before = graph.predecessors[range].filter { $0 >= 0 && roads.inMain[Int($0)] }
    let after = graph.successors[range].filter { $0 >= 0 && roads.inMain[Int($0)] }
    return before.contains { !leads($0, graph.successors) }
      || after.contains { !leads($0, graph.predecessors) }
  }
}

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

  /// A checkpoint where a standing guard makes the others go a long way round.
  private func blockedWay(
    at checkpoint: VertexID, of route: PatrolRoute, _ able: [ClassRoads]
  ) -> SiteProblem? {
    let limit = 40
    for roads in able where roads.isReachable(checkpoint, in: self) {
      let range = 4 * checkpoint.index..<4 * checkpoint.index + 4
      let isMain = { (v: Int32) in v >= 0 && roads.inMain[Int(v)] }
      let ends = graph.successors[range].filter(isMain)
      for start in graph.predecessors[range].filter(isMain) {
        let near = reach(from: start, within: limit, avoiding: checkpoint.rawValue, roads)
        if ends.allSatisfy({ near.contains($0) }) { continue }
        return problem(
          .warning,
          "route \"\(route.id)\": a guard at \(graph.cell(of: checkpoint)) blocks the way; the "
            + "detour is more than \(limit) cells", [checkpoint])
      }
    }
    return nil
  }

  private func reach(
    from start: Int32, within limit: Int, avoiding wall: Int32, _ roads: ClassRoads
  ) -> Set<Int32> {
    var seen: Set<Int32> = [start]
    var ring = [start]
    for _ in 0..<limit {
      var next: [Int32] = []
      for v in ring {
        for w in graph.successors[4 * Int(v)..<4 * Int(v) + 4]
        where w >= 0 && w != wall && roads.inMain[Int(w)] && seen.insert(w).inserted {
          next.append(w)
        }
      }
      ring = next
    }
    return seen
  }
}

import FleetModel
import Grid

extension Site {
  /// Shapes of road on which robots get into each other's way for good.
  func laneProblems(_ roads: [ClassRoads]) -> [SiteProblem] {
    roads.filter { $0.ways == nil }.flatMap { roads in
      shortLaneProblems(roads) + singleFileProblems(roads)
    }
  }

  /// Single cells to rest on between no-stop cells: too short a loop keeps no cell free.
  private func shortLaneProblems(_ roads: ClassRoads) -> [SiteProblem] {
    let short = resting(roads).filter { v in
      let before = neighbours(v, graph.predecessors, roads)
      let after = neighbours(v, graph.successors, roads)
      return !before.isEmpty && !after.isEmpty && (before + after).allSatisfy { isNoStop($0) }
    }
    guard !short.isEmpty else { return [] }
    return [
      problem(
        .warning,
        "class \(classes[roads.classIndex].id): only one cell to rest on between no-stop zones: "
          + shown(short), short)
    ]
  }

  /// Runs of at least three cells in single file that are driven both ways.
  private func singleFileProblems(_ roads: ClassRoads) -> [SiteProblem] {
    let narrow = Set(
      resting(roads).filter { v in
        let after = neighbours(v, graph.successors, roads)
        return after.count == 2 && neighbours(v, graph.predecessors, roads) == after
      })
    let middle = narrow.sorted().filter { v in
      neighbours(v, graph.successors, roads).allSatisfy { narrow.contains($0) }
    }
    guard !middle.isEmpty else { return [] }
    return [
      problem(
        .warning,
        "class \(classes[roads.classIndex].id): single file driven both ways, where robots meet "
          + "head-on: \(shown(middle))", middle)
    ]
  }

  private func resting(_ roads: ClassRoads) -> [VertexID] {
    roads.inMain.indices.lazy.map { VertexID(Int32($0)) }
      .filter { roads.inMain[$0.index] && !isNoStop($0) }
  }

  private func neighbours(
    _ v: VertexID, _ table: [Int32], _ roads: ClassRoads
  ) -> [VertexID] {
    table[4 * v.index..<4 * v.index + 4]
      .filter { $0 >= 0 && roads.inMain[Int($0)] }.map { VertexID($0) }.sorted()
  }
}

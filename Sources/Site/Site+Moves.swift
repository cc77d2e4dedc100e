import FleetModel
import Grid
import MAPF

extension Site {
  /// Whether zones let class `classIndex` onto `vertex`, closures not regarded.
  public func mayEnter(_ vertex: VertexID, class classIndex: Int) -> Bool {
    let id = classes[classIndex].id
    let range = Int(index.zoneStart[vertex.index])..<Int(index.zoneStart[vertex.index + 1])
    for z in index.zoneList[range] {
      if let allowed = zones[Int(z)].classes, !allowed.contains(id) { return false }
    }
    return true
  }

  /// Whether `vertex` lies in a zone that is closed. - Parameter closed: one entry a zone.
  public func isClosed(_ vertex: VertexID, closed: [Bool]) -> Bool {
    let range = Int(index.zoneStart[vertex.index])..<Int(index.zoneStart[vertex.index + 1])
    return index.zoneList[range].contains { closed[Int($0)] }
  }

  /// The closures with which the site opens, one entry a zone.
  public var closedAtStart: [Bool] { zones.map(\.closedAtStart) }

  /// The moves that each class can make while the zones marked in `closed` are closed; classes that may
  /// use the same cells share theirs. Of a class longer than a cell: between the cells on which its
  /// centre may come to rest, whatever it must turn for that (see `poseGraph`).
  /// - Parameter closed: one entry a zone.
  /// - Complexity: O(vertices) a class
  public func moveGraphs(closed: [Bool]) -> [MoveGraph] {
    var known: [(usable: [Bool], graph: MoveGraph)] = []
    return classes.indices.map { classIndex in
      let usable = usable(class: classIndex, closed: closed)
      if let same = known.first(where: { $0.usable == usable }) { return same.graph }
      let graph = MoveGraph(
        graph: graph, allowed: { usable[$0.index] }, noStop: { isNoStop($0) },
        mutexes: zones.filter(\.exclusive).map(\.cells))
      known.append((usable, graph))
      return graph
    }
  }

  /// Vertex -> whether a class may be there.
  private func usable(class classIndex: Int, closed: [Bool]) -> [Bool] {
    precondition(closed.count == zones.count, "\(closed.count) closures, \(zones.count) zones")
    return (0..<Int32(graph.vertexCount)).map {
      let vertex = VertexID($0)
      return canRest(on: vertex, class: classIndex) && !isClosed(vertex, closed: closed)
    }
  }
}

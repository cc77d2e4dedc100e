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

  /// The moves that class `forClass` can make while the zones marked in `closed` are closed. Of a
  /// class longer than a cell: between the cells on which its centre may come to rest, whatever
  /// it must turn for that (see `poseGraph`).
  /// - Parameter closed: one entry a zone.
  /// - Complexity: O(vertices)
  public func moveGraph(forClass classIndex: Int, closed: [Bool]) -> MoveGraph {
    precondition(closed.count == zones.count, "\(closed.count) closures, \(zones.count) zones")
    return MoveGraph(
      graph: graph,
      allowed: { canRest(on: $0, class: classIndex) && !isClosed($0, closed: closed) },
      noStop: { isNoStop($0) },
      mutexes: zones.filter(\.exclusive).map(\.cells))
  }
}

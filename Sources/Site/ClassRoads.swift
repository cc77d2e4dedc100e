import Grid
import MAPF

/// Where one class can drive for good: the largest part of its cells, places taken out, from each
/// cell of which it can reach each other.
struct ClassRoads {
  let classIndex: Int
  /// One entry a vertex: whether the class may enter it.
  let allowed: [Bool]
  /// One entry a vertex: whether it is allowed and no place.
  let road: [Bool]
  /// One entry a vertex: whether it belongs to the largest part.
  let inMain: [Bool]
  /// Of a class longer than a cell: place's vertex -> whether there is a way there, and one back.
  let ways: [Int32: (there: Bool, back: Bool)]?

  /// - Parameter covered: cells that long vehicles cover which stand at a place of theirs.
  init(_ site: Site, class classIndex: Int, covered: Set<Int32> = []) {
    self.classIndex = classIndex
    let vertices = (0..<Int32(site.graph.vertexCount)).map(VertexID.init)
    let allowed = vertices.map { site.mayEnter($0, class: classIndex) }
    let road = vertices.map {
      allowed[$0.index] && site.place(at: $0) == nil && !covered.contains($0.rawValue)
    }
    let parts = StrongComponents(Roads(graph: site.graph, usable: road))
    var sizes = [Int](repeating: 0, count: parts.count)
    for v in vertices where road[v.index] && !site.isNoStop(v) {
      sizes[Int(parts.component[v.index])] += 1
    }
    let main = sizes.indices.max { sizes[$0] < sizes[$1] } ?? -1
    inMain = parts.component.map { $0 >= 0 && Int($0) == main }
    self.allowed = allowed
    self.road = road
    ways = nil
  }

  /// A class of vehicles longer than a cell: by its poses.
  init(_ site: Site, longClass classIndex: Int) {
    let roads = PoseRoads(site, class: classIndex)
    self.classIndex = classIndex
    let vertices = (0..<Int32(site.graph.vertexCount)).map(VertexID.init)
    let allowed = vertices.map { site.canRest(on: $0, class: classIndex) }
    self.allowed = allowed
    road = vertices.map { allowed[$0.index] && site.place(at: $0) == nil }
    inMain = vertices.map { v in
      Direction.allCases.contains { roads.inMain[Int(PoseGraph.pose(v.rawValue, $0))] }
    }
    ways = roads.ways
  }

  /// Whether the class can rest on `vertex` and come from and go to everywhere.
  func isReachable(_ vertex: VertexID, in site: Site) -> Bool {
    inMain[vertex.index] && !site.isNoStop(vertex)
  }

  /// Whether the class can come to `place` from the road and go back.
  func reaches(place vertex: VertexID, in graph: Graph) -> (there: Bool, back: Bool) {
    if let ways { return ways[vertex.rawValue] ?? (false, false) }
    let range = 4 * vertex.index..<4 * vertex.index + 4
    let isMain = { (v: Int32) in v >= 0 && inMain[Int(v)] }
    return (
      graph.predecessors[range].contains(where: isMain),
      graph.successors[range].contains(where: isMain)
    )
  }
}

/// The usable cells of a graph, four edges each.
private struct Roads: ComponentGraph {
  let graph: Graph
  let usable: [Bool]

  var vertexCount: Int { graph.vertexCount }

  func contains(_ v: Int32) -> Bool { usable[Int(v)] }

  func edges(from v: Int32) -> Range<Int32> { 4 * v..<4 * v + 4 }

  func end(of edge: Int32) -> Int32 {
    let w = graph.successors[Int(edge)]
    return w >= 0 && usable[Int(w)] ? w : -1
  }
}

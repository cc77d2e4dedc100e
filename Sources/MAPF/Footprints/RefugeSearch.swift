import Grid

/// Whether long vehicles can still get out of one another's way: each in turn, with all others
/// standing, to a place where it may stay.
///
/// This is the safe state of the banker's algorithm (Dijkstra, "Een algorithme ter voorkoming van de
/// dodelijke omarming", EWD 108, 1965): as long as every step leaves one, the first of the order can
/// always go. Where several refuges are free each takes the nearest, so that an order may be
/// missed but none is made up.
public struct RefugeSearch: Sendable {
  /// One vehicle as planned so far.
  public struct Vehicle: Sendable, Equatable {
    /// The number of its pose graph.
    public var graph: Int
    /// nil: it does not move, or nobody knows how it stands.
    public var pose: Int32?
    /// The cells under it.
    public var rest: [Int32]

    public init(graph: Int, pose: Int32?, rest: [Int32]) {
      self.graph = graph
      self.pose = pose
      self.rest = rest
    }
  }

  private let graphs: [PoseGraph?]
  /// By graph: whether a vertex is a refuge.
  private let isRefuge: [[Bool]]
  /// By graph, `3 * pose + move` -> the cells swept that were not under the vehicle before.
  private var entered: [[Int32: [Int32]]]
  /// Vehicles and walls on a cell.
  private var load: [Int16]
  private var visited: [UInt32]
  private var stamp: UInt32 = 0
  private var queue: [Int32] = []
  /// Where each pose in the queue was come from: its place there.
  private var before: [Int32] = []

  /// - Parameters:
  ///   - graphs: by number; nil where there are no such vehicles.
  ///   - refuges: by number, the vertices on which a vehicle may stay.
  public init(graphs: [PoseGraph?], refuges: [[Int32]]) {
    self.graphs = graphs
    let vertices = graphs.lazy.compactMap { $0?.graph.vertexCount }.first ?? 0
    isRefuge = refuges.map { list in
      var marks = [Bool](repeating: false, count: vertices)
      for vertex in list { marks[Int(vertex)] = true }
      return marks
    }
    entered = graphs.map { _ in [:] }
    load = [Int16](repeating: 0, count: vertices)
    visited = [UInt32](repeating: 0, count: 4 * vertices)
  }

  /// The vehicles that stand in no refuge and could get to none, rising.
  /// - Parameter walls: cells that nobody drives over.
  /// - Complexity: O(poses that can be reached) a vehicle in each round of the order; the cells of a
  ///   move are found once
  public mutating func stranded(_ vehicles: [Vehicle], walls: Set<Int32> = []) -> [Int] {
    put(walls, 1)
    for vehicle in vehicles { put(vehicle.rest, 1) }
    var settled: [[Int32]] = []
    var left = vehicles.indices.filter { !isHome(vehicles[$0]) }
    var hasChanged = true
    while hasChanged, !left.isEmpty {
      hasChanged = false
      left.removeAll { v in
        put(vehicles[v].rest, -1)
        let number = vehicles[v].graph
        let marks = isRefuge[number]
        let isMarked = { (pose: Int32, _: PoseGraph) in
          marks[Int(PoseGraph.vertex(pose))]
        }
        guard let end = nearest(vehicles[v], where: isMarked), let graph = graphs[number] else {
          put(vehicles[v].rest, 1)
          return false
        }
        settled.append(graph.rest(end))
        put(settled[settled.count - 1], 1)
        hasChanged = true
        return true
      }
    }
    let isLeft = Set(left)
    for v in vehicles.indices where isHome(vehicles[v]) || isLeft.contains(v) {
      put(vehicles[v].rest, -1)
    }
    for rest in settled { put(rest, -1) }
    put(walls, -1)
    return left
  }

  /// The way to the nearest of some refuges with all others standing, pose by pose, the vehicle's own
  /// first; empty: it gets to none.
  /// - Parameters:
  ///   - walls: cells that nobody drives over.
  ///   - shunned: cells that it must not stay on, however it looks.
  ///   - chosen: the refuges that it may stay in.
  /// - Complexity: O(poses that can be reached)
  public mutating func refuge(
    for vehicle: Vehicle, others: [Vehicle], walls: Set<Int32>, shunned: Set<Int32>,
    among chosen: Set<Int32>
  ) -> [Int32] {
    put(walls, 1)
    for other in others { put(other.rest, 1) }
    let found = nearest(vehicle) { end, graph in
      let vertex = PoseGraph.vertex(end)
      // Nobody says how it will look there.
      return chosen.contains(vertex)
        && Direction.allCases.allSatisfy {
          let pose = PoseGraph.pose(vertex, $0)
          return !graph.isResting(pose) || shunned.isDisjoint(with: graph.rest(pose))
        }
    }
    for other in others { put(other.rest, -1) }
    put(walls, -1)
    guard found != nil else { return [] }
    var way: [Int32] = []
    var place = queue.count - 1
    while place >= 0 {
      way.append(queue[place])
      place = Int(before[place])
    }
    return way.reversed()
  }

  private func isHome(_ vehicle: Vehicle) -> Bool {
    guard let pose = vehicle.pose else { return true }
    return isRefuge[vehicle.graph][Int(PoseGraph.vertex(pose))]
  }

  private mutating func put(_ cells: some Sequence<Int32>, _ change: Int16) {
    for cell in cells where Int(cell) < load.count { load[Int(cell)] += change }
  }

  /// The nearest pose, by moves over what is free, that is as wished; it is the last in the queue.
  private mutating func nearest(
    _ vehicle: Vehicle, where isFine: (Int32, PoseGraph) -> Bool
  ) -> Int32? {
    guard let start = vehicle.pose, let graph = graphs[vehicle.graph] else { return nil }
    stamp &+= 1
    if stamp == 0 {
      for pose in visited.indices { visited[pose] = 0 }
      stamp = 1
    }
    queue.removeAll(keepingCapacity: true)
    before.removeAll(keepingCapacity: true)
    queue.append(start)
    before.append(-1)
    visited[Int(start)] = stamp
    var head = 0
    while head < queue.count {
      let pose = queue[head]
      head += 1
      for move in PoseMove.allCases {
        guard let end = graph.end(of: move, from: pose), visited[Int(end)] != stamp,
          isFree(graph, vehicle.graph, move, pose)
        else { continue }
        visited[Int(end)] = stamp
        queue.append(end)
        before.append(Int32(head - 1))
        if isFine(end, graph) { return end }
      }
    }
    return nil
  }

  private mutating func isFree(
    _ graph: PoseGraph, _ number: Int, _ move: PoseMove, _ pose: Int32
  ) -> Bool {
    let key = 3 * pose + Int32(move.rawValue)
    if let known = entered[number][key] { return known.allSatisfy { load[Int($0)] == 0 } }
    let under = Set(graph.rest(pose))
    var seen: Set<Int32> = []
    let cells = graph.swept(by: move, from: pose).filter {
      Int($0) < load.count && !under.contains($0) && seen.insert($0).inserted
    }
    entered[number][key] = cells
    return cells.allSatisfy { load[Int($0)] == 0 }
  }
}

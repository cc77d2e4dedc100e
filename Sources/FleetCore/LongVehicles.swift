import Grid
import MAPF
import Site

/// What is known of the classes of vehicles that are longer or wider than a cell.
struct LongVehicles: Sendable {
  /// By class; nil where it fits a cell.
  var tables: [PoseDistances?]
  let isUsed: Bool
  /// Whether they can get out of one another's way.
  var refuges: RefugeSearch

  init(site: Site, closed: [Bool]) {
    tables = site.classes.indices.map { index in
      guard let graph = site.poseGraph(forClass: index, closed: closed) else { return nil }
      // A turn is as good as the way that could be driven in its time.
      let vehicle = site.classes[index]
      let way =
        Int(vehicle.speedMillimetresPerSecond) * Int(vehicle.quarterTurnMilliseconds) / 1000
      return PoseDistances(graph, turnCost: min(100, way / Int(site.cellMillimetres)))
    }
    isUsed = tables.contains { $0 != nil }
    let places =
      site.stations.flatMap(\.bays) + site.chargers.map(\.vertex) + site.parking.map(\.vertex)
    refuges = RefugeSearch(
      graphs: tables.map { $0?.graph },
      refuges: tables.map { $0 == nil ? [] : places.map(\.rawValue) })
  }
}

/// A pose of one of them.
struct LongPose: Equatable {
  var vertex: Int32
  var heading: Direction
  var number: Int32 { PoseGraph.pose(vertex, heading) }
}

/// Who is where, as planned so far in a round.
struct LongGround {
  /// Cell -> the long vehicle that comes to rest on it.
  var cover: [Int32: Int] = [:]
  /// Cells of robots that will not move soon.
  var fixed: Set<Int32> = []
  /// The next leg of the one that has waited longest: others do not come to rest there.
  var wanted: Set<Int32> = []
  /// What long vehicles are planned round, if they can be.
  var walls: Set<Int32> = []
  /// All of them as planned so far, and robot -> its place there.
  var vehicles: [RefugeSearch.Vehicle] = []
  var slots: [Int: Int] = [:]
  /// Those that could get to no refuge; nil: not looked at yet.
  var stranded: Set<Int>?
}

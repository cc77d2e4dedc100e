import FleetModel
import Grid
import MAPF

/// Which list, and where in it.
enum PlaceIndex: Sendable {
  case station(Int), charger(Int), parking(Int)
}

/// Ways from names and vertices to the entries of a site. Only looked up, never iterated.
struct SiteIndex: Sendable {
  var classes: [ClassID: Int] = [:]
  var places: [StationID: PlaceIndex] = [:]
  var zones: [ZoneID: Int] = [:]
  var routes: [RouteID: Int] = [:]
  var areas: [AreaID: Int] = [:]
  var placeAt: [VertexID: PlaceIndex] = [:]
  /// Zones of vertex `v`: `zoneList[zoneStart[v] ..< zoneStart[v + 1]]`, ascending.
  var zoneStart: [Int32]
  var zoneList: [Int32]
  /// mm/s a vertex; 0: none.
  var speedLimits: [Int32]
  var noStop: [Bool]
  var isLane: [Bool]
  /// Class -> its resting poses with all zones open; nil where it fits a cell.
  var poses: [PoseGraph?] = []

  init(vertexCount: Int, zones: [Zone], lanes: [[VertexID]]) {
    isLane = [Bool](repeating: false, count: vertexCount)
    for lane in lanes {
      for vertex in lane { isLane[vertex.index] = true }
    }
    zoneStart = [Int32](repeating: 0, count: vertexCount + 1)
    speedLimits = [Int32](repeating: 0, count: vertexCount)
    noStop = [Bool](repeating: false, count: vertexCount)
    for zone in zones {
      for vertex in zone.cells { zoneStart[vertex.index + 1] += 1 }
    }
    for v in 0..<vertexCount { zoneStart[v + 1] += zoneStart[v] }
    zoneList = [Int32](repeating: 0, count: Int(zoneStart[vertexCount]))
    var next = zoneStart
    for (z, zone) in zones.enumerated() {
      for vertex in zone.cells {
        zoneList[Int(next[vertex.index])] = Int32(z)
        next[vertex.index] += 1
        if zone.noStop || zone.exclusive { noStop[vertex.index] = true }
        if let limit = zone.speedLimitMillimetresPerSecond {
          let old = speedLimits[vertex.index]
          speedLimits[vertex.index] = old == 0 ? limit : min(old, limit)
        }
      }
    }
  }
}

import CDroverPlanner
import Grid

/// A map and its graph; immutable, so any number of calls may read it at once.
final class MapObject: HandleObject, @unchecked Sendable {
  let map: GridMap
  let graph: Graph

  init(_ map: GridMap) {
    self.map = map
    graph = Graph(map)
  }
}

extension Graph {
  /// The vertex of a cell number as callers count them.
  func vertex(ofCell cell: Int32, _ name: @autoclosure () -> String) throws(InterfaceError) -> Int32
  {
    guard cell >= 0, Int(cell) < vertexAtRaster.count else {
      throw .range(name(), cell, "0...\(vertexAtRaster.count - 1)")
    }
    let vertex = vertexAtRaster[Int(cell)]
    guard vertex >= 0 else {
      throw InterfaceError(DROVER_CONFLICT, "\(name()) is \(cell), which is blocked")
    }
    return vertex
  }

  /// The cell number of a vertex.
  func cellNumber(of vertex: Int32) -> Int32 {
    let cell = cells[Int(vertex)]
    return cell.y * width + cell.x
  }
}

@_cdecl("drover_planner_version")
public func droverPlannerVersion() -> UInt32 { UInt32(DROVER_PLANNER_VERSION) }

@_cdecl("drover_map_create")
public func droverMapCreate(
  _ width: Int32, _ height: Int32, _ passable: UnsafePointer<UInt8>?, _ count: Int,
  _ map: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_map_create", error) { () throws(InterfaceError) in
    let passable = try required(passable, "passable")
    let slot = try required(map, "map")
    guard width > 0, width <= 1 << 20 else { throw .range("width", width, "1...\(1 << 20)") }
    guard height > 0, height <= 1 << 20 else { throw .range("height", height, "1...\(1 << 20)") }
    let cells = Int(width) * Int(height)
    guard cells <= GridMap.cellLimit else {
      throw .range("width * height", cells, "1...\(GridMap.cellLimit)")
    }
    guard count == cells else { throw .size("count", expected: cells, found: count) }
    var row = [Bool](repeating: false, count: cells)
    for i in 0..<cells {
      guard passable[i] <= 1 else { throw .range("passable[\(i)]", passable[i], "0...1") }
      row[i] = passable[i] == 1
    }
    slot.pointee = Handles.add(MapObject(GridMap(width: width, height: height, passable: row)))
  }
}

@_cdecl("drover_map_parse")
public func droverMapParse(
  _ text: UnsafePointer<CChar>?, _ length: Int, _ map: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_map_parse", error) { () throws(InterfaceError) in
    let text = try required(text, "text")
    let slot = try required(map, "map")
    guard length >= 0, length <= 1 << 30 else { throw .range("length", length, "0...\(1 << 30)") }
    let bytes = [UInt8](UnsafeRawBufferPointer(start: text, count: length))
    do throws(MapError) {
      slot.pointee = Handles.add(MapObject(try GridMap(parsing: bytes)))
    } catch {
      throw InterfaceError(DROVER_UNREADABLE, "\(error)")
    }
  }
}

@_cdecl("drover_map_size")
public func droverMapSize(
  _ map: OpaquePointer?, _ width: UnsafeMutablePointer<Int32>?,
  _ height: UnsafeMutablePointer<Int32>?, _ passable: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_map_size", map, MapObject.self, error, isShared: true) { map in
    width?.pointee = map.map.width
    height?.pointee = map.map.height
    passable?.pointee = Int32(map.graph.vertexCount)
  }
}

@_cdecl("drover_map_destroy")
public func droverMapDestroy(
  _ map: OpaquePointer?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  end("drover_map_destroy", map, MapObject.self, error)
}

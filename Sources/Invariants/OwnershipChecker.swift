import Determinism
import FleetModel
import Grid

/// Who owns which cell, rebuilt purely from messages: releases as they are sent, reports as they
/// are committed. It knows nothing of queues; where it and the server disagree, one is wrong.
///
/// A robot owns where it stands, and the path of every leg released to it, until it reports the
/// end of a leg (it then owns that end and what lies ahead), answers a trim, or says where it is.
/// A cell that a robot reports to stand in is its own, whoever else owns it: such a cell is
/// contested and no violation, but a *release* over another's cell always is one.
///
/// `present` of a robot is taken as `Traffic.reconcile` does: what lies beyond its own word is
/// given back.
public struct OwnershipChecker: Sendable {
  let graph: Graph
  let cellMillimetres: Int64
  /// Rounding that outlines and stopping distances are forgiven.
  let toleranceMillimetres: Int64
  var tracks: [OwnershipTrack?] = []
  private var owners: [Int32]
  /// Further owners of contested cells.
  private var others: [Int32: [RobotIndex]] = [:]
  /// By robot; vehicles that fit a cell need none.
  let vehicles: [VehicleClass]

  /// - Parameter vehicles: by robot; without them everybody fits a cell.
  public init(
    graph: Graph, cellMillimetres: Int32, vehicles: [VehicleClass] = [],
    toleranceMillimetres: Int32 = 5
  ) {
    self.vehicles = vehicles
    self.graph = graph
    self.cellMillimetres = Int64(cellMillimetres)
    self.toleranceMillimetres = Int64(toleranceMillimetres)
    owners = [Int32](repeating: -1, count: graph.vertexCount)
  }

  /// Whether `robot` owns `vertex`. - Complexity: O(1)
  public func owns(_ robot: RobotIndex, _ vertex: VertexID) -> Bool {
    owners[vertex.index] == robot.rawValue
      || others[vertex.rawValue].map { $0.contains(robot) } ?? false
  }

  func isOwned(_ vertex: VertexID, byAnotherThan robot: RobotIndex) -> Bool {
    let owner = owners[vertex.index]
    return owner >= 0 && owner != robot.rawValue
      || others[vertex.rawValue].map { $0.contains { $0 != robot } } ?? false
  }

  /// Whether another robot owns a cell that `robot` owns.
  public func isContested(_ robot: RobotIndex) -> Bool {
    others.contains { cell, heirs in
      owners[Int(cell)] == robot.rawValue || heirs.contains(robot)
    }
  }

  /// The server took a robot's word that it stands at `position` without a route: it joined, or
  /// everything it held before was given back.
  /// - Parameters:
  ///   - heading: where it says it looks.
  ///   - reach: no part of its outline is further from where it really stands.
  ///   - error: nor does it really stand further from `position` than this.
  public mutating func placed(
    _ robot: RobotIndex, at position: Point, heading: Int32? = nil, reach: Int64 = 0,
    error: Int64 = 0
  ) -> [Violation] {
    left(robot)
    while tracks.count <= robot.index { tracks.append(nil) }
    guard let vertex = vertex(at: position) else {
      return [.offRoad(robot, at: position, cell: cell(at: position))]
    }
    var under = beside(vertex, position, reach: reach, error: error)
    if let vehicle = longVehicle(robot) {
      under = cells(under: vehicle, at: position, vertex, heading: heading ?? 0)
    } else if let heading, robot.index < vehicles.count, !under.isEmpty {
      // It does not turn before it is on the middle of its cell, and on its way there it covers
      // nothing that a straight box around it does not reach into now.
      under = cells(inBoxOf: vehicles[robot.index], at: position, heading: heading)
    }
    tracks[robot.index] = OwnershipTrack(
      standing: vertex.rawValue, under: under, at: position, heading: heading ?? 0)
    for cell in [vertex.rawValue] + under { _ = own(robot, cell) }
    return []
  }

  /// Where the robot's road lies, to have it fetched; nothing is read.
  public func withMemory(ofRobot i: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    tracks.withMemory(of: i, body)
  }

  /// Where the map tells of the cell under a place, to have it fetched; nothing is read.
  public func withMemory(ofCellAt place: Point, _ body: (UnsafeRawBufferPointer) -> Void) {
    let cell = cell(at: place)
    guard cell.x >= 0, cell.y >= 0, cell.x < graph.width, cell.y < graph.height else { return }
    graph.vertexAtRaster.withMemory(of: Int(cell.y) * Int(graph.width) + Int(cell.x), body)
  }

  /// Where the owner of the cell under a place stands, to have it fetched.
  public func withMemory(ofOwnerAt place: Point, _ body: (UnsafeRawBufferPointer) -> Void) {
    guard let vertex = vertex(at: place) else { return }
    owners.withMemory(of: vertex.index, body)
  }

  /// The robot was removed: it owns nothing.
  public mutating func left(_ robot: RobotIndex) {
    guard robot.index < tracks.count, let track = tracks[robot.index] else { return }
    tracks[robot.index] = nil
    for cell in track.heldCells { disown(robot, cell) }
  }

  /// A route is sent to `robot`, for the first time or again.
  public mutating func sent(_ robot: RobotIndex, _ update: RouteUpdate) -> [Violation] {
    guard robot.index < tracks.count, var track = tracks[robot.index] else {
      return [.absent(robot)]
    }
    if update.order < track.order { return [] }
    if update.order > track.order, let violation = track.begin(update.order, robot: robot) {
      return [violation]
    }
    if let violation = track.check(update, robot: robot) { return [violation] }
    // Taken out: with a second reference its legs would be copied.
    tracks[robot.index] = nil
    track.noteSent(update.update)
    var found: [Violation] = []
    for (offset, leg) in update.legs.enumerated() {
      let number = update.firstLeg + UInt64(offset)
      guard number > track.last else { continue }
      let vehicle = longVehicle(robot)
      guard let vertices = vertices(leg), track.isContinued(by: vertices, on: graph),
        vehicle == nil || number > 1 || vertex(at: update.start)?.rawValue == track.endVertex
      else {
        found.append(.disconnected(robot, order: update.order, leg: number))
        break
      }
      // It drives to where its order starts, under its outline all the way, before it turns.
      var start = track.end
      if number == 1 { start.point = update.start }
      let covered = vehicle.map { swept(by: $0, from: start, along: leg.points) }
      track.append(vertices, points: leg.points, swept: covered)
    }
    for vertex in track.release(through: update.releasedThrough) {
      if let owner = own(robot, vertex) {
        found.append(.doubleOwner(cell: graph.cells[Int(vertex)], owner: owner, released: robot))
      }
    }
    tracks[robot.index] = track
    return found
  }

  /// An event of `robot` is committed by the server.
  public mutating func committed(_ robot: RobotIndex, _ event: RobotEvent) -> [Violation] {
    if case .present(let position, let route, _, _, _, let heading) = event {
      return present(robot, at: position, heading: heading, route)
    }
    switch event {
    case .present, .visited, .trimmed, .acknowledged: break
    // They tell nothing of its road, and a robot that has not joined may say them.
    case .refused, .incident, .actionStarted, .actionEnded: return []
    }
    guard robot.index < tracks.count, var track = tracks[robot.index].take() else {
      return [.absent(robot)]
    }
    var freed: [Int32] = []
    var found: [Violation] = []
    switch event {
    case .visited(let order, let leg) where order == track.order && leg > track.visited:
      found = pastRelease(robot, track, leg)
      freed = track.visit(min(leg, track.released))
    // A late answer tells nothing of road that was released since.
    case .trimmed(let order, let update, let through)
    where order == track.order && update >= track.update:
      freed = track.trim(to: through)
    case .acknowledged(let order, _, let through) where order == track.order:
      // Late ones may name what was trimmed since.
      found = through > track.everReleased ? pastRelease(robot, track, through) : []
    default: break
    }
    tracks[robot.index] = track
    for vertex in freed { disown(robot, vertex) }
    return found
  }

  private mutating func present(
    _ robot: RobotIndex, at position: Point, heading: Int32?, _ route: RoutePosition
  ) -> [Violation] {
    guard route.order > 0, robot.index < tracks.count,
      tracks[robot.index]?.order == route.order, var track = tracks[robot.index].take()
    else { return placed(robot, at: position, heading: heading) }
    track.noteTold(route.update)
    let furthest = max(route.visited, route.through)
    let found = pastRelease(robot, track, furthest)
    var freed = track.visit(min(max(route.visited, track.visited), track.released))
    freed += track.trim(to: furthest)
    tracks[robot.index] = track
    for vertex in freed { disown(robot, vertex) }
    return found
  }

  func pastRelease(
    _ robot: RobotIndex, _ track: OwnershipTrack, _ leg: UInt64
  ) -> [Violation] {
    guard leg > track.released else { return [] }
    return [.pastRelease(robot, order: track.order, leg: leg, released: track.released)]
  }

  // MARK: Places

  func cell(at point: Point) -> Cell {
    Cell(
      x: Int32(clamping: floorDivide(point.x, cellMillimetres)),
      y: Int32(clamping: floorDivide(point.y, cellMillimetres)))
  }

  /// Cells that a vehicle may cover at `place`, `vertex` left out: none where it stands on the
  /// middle of that, for all it knows.
  private func beside(
    _ vertex: VertexID, _ place: Point, reach: Int64, error: Int64
  ) -> [Int32] {
    let here = graph.cells[vertex.index]
    func off(_ value: Int64, _ cell: Int32) -> Int64 {
      let low = Int64(cell) * cellMillimetres
      return max(low - value, value - low - cellMillimetres, 0)
    }
    let middle = cellMillimetres / 2
    let away = max(
      abs(place.x - Int64(here.x) * cellMillimetres - middle),
      abs(place.y - Int64(here.y) * cellMillimetres - middle))
    guard away > error else { return [] }
    var found: [Int32] = []
    for y in here.y - 1...here.y + 1 {
      for x in here.x - 1...here.x + 1 {
        guard let near = graph.vertex(at: Cell(x: x, y: y)), near != vertex else { continue }
        let dx = off(place.x, x)
        let dy = off(place.y, y)
        if dx * dx + dy * dy < (reach + error) * (reach + error) { found.append(near.rawValue) }
      }
    }
    return found
  }

  func vertex(at point: Point) -> VertexID? { graph.vertex(at: cell(at: point)) }

  private func vertices(_ leg: RouteLeg) -> FewResources? {
    if leg.points.count == 1 {
      return vertex(at: leg.points[0]).map { FewResources($0.rawValue) }
    }
    var found: [Int32] = []
    for point in leg.points {
      guard let vertex = vertex(at: point) else { return nil }
      found.append(vertex.rawValue)
    }
    return found.isEmpty ? nil : FewResources(found)
  }

  // MARK: Owners

  /// Adds an owner; the other robot that owned the cell already, if any.
  private mutating func own(_ robot: RobotIndex, _ vertex: Int32) -> RobotIndex? {
    let owner = owners[Int(vertex)]
    if owner == robot.rawValue { return nil }
    guard owner >= 0 else {
      owners[Int(vertex)] = robot.rawValue
      return nil
    }
    others[vertex, default: []].append(robot)
    return RobotIndex(owner)
  }

  private mutating func disown(_ robot: RobotIndex, _ vertex: Int32) {
    if robot.index < tracks.count, let track = tracks[robot.index], track.holds(vertex) { return }
    if owners[Int(vertex)] == robot.rawValue {
      var heirs = others.removeValue(forKey: vertex) ?? []
      owners[Int(vertex)] = heirs.isEmpty ? -1 : heirs.removeFirst().rawValue
      if !heirs.isEmpty { others[vertex] = heirs }
    } else if var rest = others[vertex] {
      rest.removeAll { $0 == robot }
      others[vertex] = rest.isEmpty ? nil : rest
    }
  }
}

import FleetModel
import Grid

/// What a vehicle longer than a cell covers on a leg.
struct SweptCells {
  var cells: [Int32]
  /// At its end.
  var rest: [Int32]
  var heading: Int32
}

// Vehicles longer or wider than a cell: what they cover, from their outlines laid over the cells, each
// turn looked at every half degree. Nothing of the core's geometry is used.
extension OwnershipChecker {
  private static let turnStep: Int32 = 500

  /// The vehicle of a robot that does not turn within a cell.
  func longVehicle(_ robot: RobotIndex) -> VehicleClass? {
    guard robot.index < vehicles.count else { return nil }
    let vehicle = vehicles[robot.index]
    let length = Double(vehicle.lengthMillimetres)
    let width = Double(vehicle.widthMillimetres)
    let diagonal = (length * length + width * width).squareRoot()
    let free = Double(cellMillimetres) - 2 * Double(vehicle.errorMillimetres)
    return diagonal > free ? vehicle : nil
  }

  /// What it covers that stands at `position`, and drives to the middle of its cell from there.
  func cells(
    under vehicle: VehicleClass, at position: Point, _ vertex: VertexID, heading: Int32
  ) -> [Int32] {
    let cell = graph.cells[vertex.index]
    let half = cellMillimetres / 2
    let middle = Point(
      x: Int64(cell.x) * cellMillimetres + half, y: Int64(cell.y) * cellMillimetres + half)
    // Nearly straight is straight: its error covers the rest.
    let quarter = (heading + 45_000) / 90_000 % 4 * 90_000
    let off = abs(heading - quarter)
    let straight = min(off, 360_000 - off) <= 1000 ? quarter : heading
    var found: [Int32] = []
    for part in Int64(0)...4 {
      let place = Point(
        x: position.x + (middle.x - position.x) * part / 4,
        y: position.y + (middle.y - position.y) * part / 4)
      add(vehicle, at: place, heading: straight, to: &found)
    }
    return unique(found)
  }

  /// Cells that a straight box around it reaches into, where it stands no farther from `position`
  /// than its error.
  func cells(inBoxOf vehicle: VehicleClass, at position: Point, heading: Int32) -> [Int32] {
    let outline = Outline(
      robot: RobotIndex(0), position: position, headingMillidegrees: heading,
      lengthMillimetres: vehicle.lengthMillimetres, widthMillimetres: vehicle.widthMillimetres)
    let reach = OrientedRectangle(outline).reach
    let east = Int64(reach.x.rounded(.up)) + Int64(vehicle.errorMillimetres)
    let south = Int64(reach.y.rounded(.up)) + Int64(vehicle.errorMillimetres)
    let first = cell(at: Point(x: position.x - east, y: position.y - south))
    let last = cell(at: Point(x: position.x + east, y: position.y + south))
    var found: [Int32] = []
    for y in first.y...last.y {
      for x in first.x...last.x {
        if let vertex = graph.vertex(at: Cell(x: x, y: y)) { found.append(vertex.rawValue) }
      }
    }
    return found
  }

  /// What it covers on the way through `points`: at each corner it turns on the spot.
  func swept(
    by vehicle: VehicleClass, from start: (point: Point, heading: Int32), along points: FewPoints
  ) -> SweptCells {
    var found: [Int32] = []
    var (place, heading) = start
    for point in points where point != place {
      let next = Self.heading(from: place, to: point)
      var turn = next - heading
      if turn > 180_000 { turn -= 360_000 }
      if turn < -180_000 { turn += 360_000 }
      let steps = abs(turn) / Self.turnStep + 1
      for step in 0...steps where turn != 0 {
        let looking = heading + Int32(Int64(turn) * Int64(step) / Int64(steps))
        add(vehicle, at: place, heading: (looking + 360_000) % 360_000, to: &found)
      }
      heading = next
      let length = max(abs(point.x - place.x), abs(point.y - place.y))
      var outline = grown(vehicle, at: place, heading: heading)
      outline = outline.driven(Int32(clamping: length))
      add(outline, to: &found)
      place = point
    }
    var rest: [Int32] = []
    add(vehicle, at: place, heading: heading, to: &rest)
    return SweptCells(cells: unique(found + rest), rest: unique(rest), heading: heading)
  }

  private static func heading(from a: Point, to b: Point) -> Int32 {
    if abs(b.x - a.x) >= abs(b.y - a.y) { return b.x > a.x ? 90_000 : 270_000 }
    return b.y > a.y ? 180_000 : 0
  }

  private func grown(_ vehicle: VehicleClass, at place: Point, heading: Int32) -> Outline {
    Outline(
      robot: RobotIndex(0), position: place, headingMillidegrees: heading,
      lengthMillimetres: vehicle.lengthMillimetres + 2 * vehicle.errorMillimetres,
      widthMillimetres: vehicle.widthMillimetres + 2 * vehicle.errorMillimetres)
  }

  private func add(
    _ vehicle: VehicleClass, at place: Point, heading: Int32, to found: inout [Int32]
  ) {
    add(grown(vehicle, at: place, heading: heading), to: &found)
  }

  private func add(_ outline: Outline, to found: inout [Int32]) {
    visitCells(under: outline) { _, vertex in
      if let vertex { found.append(vertex.rawValue) }
    }
  }

  private func unique(_ cells: [Int32]) -> [Int32] { Set(cells).sorted() }
}

import FleetModel
import Grid

extension OwnershipChecker {
  /// The true outline of a robot lies inside the cells that it owns.
  /// - Complexity: O(cells under the outline)
  public func check(_ outline: Outline) -> [Violation] {
    let robot = outline.robot
    guard robot.index < tracks.count, tracks[robot.index] != nil else { return [.absent(robot)] }
    var found: [Violation] = []
    visitCells(under: outline) { cell, vertex in
      if let vertex, owns(robot, vertex) { return }
      found.append(
        vertex == nil
          ? .offRoad(robot, at: outline.position, cell: cell)
          : .outsideOwned(robot, at: outline.position, cell: cell))
    }
    return found
  }

  /// Whether nobody but its robot owns a cell under an outline.
  /// - Complexity: O(cells under the outline)
  public func isFreeOfOthers(_ outline: Outline) -> Bool {
    var isFree = true
    visitCells(under: outline) { _, vertex in
      if let vertex, isOwned(vertex, byAnotherThan: outline.robot) { isFree = false }
    }
    return isFree
  }

  @inline(__always)
  func visitCells(under outline: Outline, _ body: (Cell, VertexID?) -> Void) {
    let rectangle = OrientedRectangle(outline, shrunkBy: Double(toleranceMillimetres))
    let reach = rectangle.reach
    let half = Double(cellMillimetres) / 2
    let low = cell(
      at: Point(x: Int64(rectangle.x - reach.x), y: Int64(rectangle.y - reach.y)))
    let high = cell(
      at: Point(x: Int64(rectangle.x + reach.x), y: Int64(rectangle.y + reach.y)))
    for y in low.y...high.y {
      for x in low.x...high.x {
        let square = OrientedRectangle(
          centreX: (Double(x) * 2 + 1) * half, centreY: (Double(y) * 2 + 1) * half, half: half)
        guard rectangle.overlaps(square) else { continue }
        body(Cell(x: x, y: y), graph.vertex(at: Cell(x: x, y: y)))
      }
    }
  }

  /// The robot can stop before the end of what it has acknowledged, and has acknowledged no more
  /// than was released to it.
  /// - Parameter route: its true progress; `through` is what it means to drive.
  /// - Complexity: O(1)
  public func checkStopping(
    _ robot: RobotIndex, position: Point, speedMillimetresPerSecond: Int32,
    brakingMillimetresPerSecond2: Int32, route: RoutePosition
  ) -> [Violation] {
    // Tracks are looked at in place: they are many, and copies are dear.
    guard robot.index < tracks.count, tracks[robot.index] != nil else { return [.absent(robot)] }
    guard let order = tracks[robot.index]?.order, route.order == order, order > 0 else { return [] }
    if let released = tracks[robot.index]?.released, route.through > released {
      return [.pastRelease(robot, order: order, leg: route.through, released: released)]
    }
    let speed = Int64(speedMillimetresPerSecond)
    let braking = speed * speed / (2 * Int64(max(1, brakingMillimetresPerSecond2)))
    // Most robots have far more road than they need, in whole legs.
    if let sure = tracks[robot.index]?.millimetresLeft(
      visited: route.visited, through: route.through), braking <= sure
    {
      return []
    }
    // No road along the axes is shorter than the two differences.
    if let end = tracks[robot.index]?.end(ofLeg: route.through),
      braking <= abs(end.x - position.x) + abs(end.y - position.y)
    {
      return []
    }
    guard
      let left = tracks[robot.index]?.millimetresLeft(
        from: position, visited: route.visited, through: route.through)
    else { return [] }
    return braking <= left + toleranceMillimetres
      ? [] : [.cannotStop(robot, brakingMillimetres: braking, leftMillimetres: left)]
  }
}

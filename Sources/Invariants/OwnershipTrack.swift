import FleetModel
import Grid

/// One robot's road as the messages tell it.
struct OwnershipTrack: Sendable {
  struct Leg: Sendable {
    var vertices: FewResources
    /// The end of the leg before, the cells between, and its own end.
    var start: Point
    var between: [Point] = []
    var end: Point
    /// Driven length from the order's start to this leg's end.
    var millimetres: Int64
    /// All cells that the vehicle covers on it, and those on which it then rests.
    var covered: FewResources
    var rest: FewResources
    /// At its end, thousandths of a degree clockwise from north; of vehicles longer than a cell.
    var heading: Int32 = 0
  }

  private(set) var order: UInt64 = 0
  /// `legs[first]` is the visited one; numbers go on from `visited`. Those before it are over: they go
  /// when there are many, for all that come after them must move.
  private var legs: [Leg]
  private var first = 0
  private static let firstKept = 32
  /// No leg of the order, as far as it is known, is shorter; 0 while there is none.
  private var shortest: Int64 = 0
  private(set) var visited: UInt64 = 0
  private(set) var released: UInt64 = 0
  /// The last route update sent in this order that the robot can have.
  private(set) var update: UInt64 = 0
  /// The highest leg ever released on this order.
  private(set) var everReleased: UInt64 = 0

  /// Cells under the robot beside its own, where it was put between cells; until it has driven.
  private(set) var under: [Int32]

  init(standing vertex: Int32, under: [Int32] = [], at point: Point, heading: Int32 = 0) {
    self.under = under
    legs = [
      Leg(
        vertices: FewResources(vertex), start: point, end: point, millimetres: 0,
        covered: FewResources(vertex), rest: FewResources(vertex), heading: heading)
    ]
  }

  /// Where the road that is known so far ends.
  var end: (point: Point, heading: Int32) {
    (legs[legs.count - 1].end, legs[legs.count - 1].heading)
  }

  /// The highest leg known.
  var last: UInt64 { visited + UInt64(legs.count - first) - 1 }

  /// Where the robot stands, and what is released ahead.
  var heldCells: [Int32] {
    var cells = Array(legs[first].rest) + under
    for leg in releasedLegs { cells += leg.covered }
    return cells
  }

  func holds(_ vertex: Int32) -> Bool {
    if legs[first].rest.contains(vertex) || under.contains(vertex) { return true }
    for leg in releasedLegs where leg.covered.contains(vertex) { return true }
    return false
  }

  /// What lies ahead and is released.
  private var releasedLegs: ArraySlice<Leg> { legs[first + 1..<place(released) + 1] }

  /// Where leg `number` lies, from `visited` to `last`.
  private func place(_ number: UInt64) -> Int { first + Int(number - visited) }

  /// At least so much road is left to the end of leg `through`, when the robot is on the way to the end of
  /// leg `visited + 1`.
  func millimetresLeft(visited: UInt64, through: UInt64) -> Int64 {
    through > visited + 1 ? Int64(clamping: through - visited - 1) * shortest : 0
  }

  /// Where leg `number` ends; nil when the leg is not known.
  func end(ofLeg number: UInt64) -> Point? {
    number >= visited && number <= last ? legs[place(number)].end : nil
  }

  /// Road left from `position`, on the way to the end of leg `visited + 1`, to the end of leg
  /// `through`; nil when the leg is not known.
  func millimetresLeft(from position: Point, visited: UInt64, through: UInt64) -> Int64? {
    guard visited >= self.visited, through <= last, through >= visited else { return nil }
    let index = place(min(visited + 1, through))
    let beyond = legs[place(through)].millimetres - legs[index].millimetres
    return beyond + legs[index].millimetresLeft(from: position)
  }

  /// Where its last leg ends.
  var endVertex: Int32? { legs[legs.count - 1].vertices.last }

  /// A new order starts where the last one's released road ends.
  mutating func begin(_ order: UInt64, robot: RobotIndex) -> Violation? {
    guard visited == released else {
      return .revoked(robot, order: self.order, through: visited, before: released)
    }
    legs.removeLast(legs.count - 1 - first)
    legs[first].millimetres = 0
    shortest = 0
    self.order = order
    visited = 0
    released = 0
    everReleased = 0
    update = 0
    return nil
  }

  mutating func noteSent(_ number: UInt64) { update = max(update, number) }

  /// It counts on from the update that it says it has.
  mutating func noteTold(_ number: UInt64) { update = min(update, number) }

  func check(_ update: RouteUpdate, robot: RobotIndex) -> Violation? {
    let end = update.firstLeg + UInt64(update.legs.count)
    let isRepeated = end <= last + 1 && update.releasedThrough <= released
    if isRepeated { return nil }
    guard update.firstLeg >= 1, update.firstLeg <= last + 1, update.releasedThrough < end else {
      return .brokenRelease(robot, order: order, firstLeg: update.firstLeg, after: last)
    }
    guard update.releasedThrough >= released else {
      return .revoked(
        robot, order: order, through: update.releasedThrough, before: released)
    }
    return nil
  }

  /// Whether `vertices` go on from the last leg's end, neighbour by neighbour.
  func isContinued(by vertices: FewResources, on graph: Graph) -> Bool {
    guard var from = legs[legs.count - 1].vertices.last else { return false }
    for vertex in vertices {
      let exits = Int(from) * 4
      guard graph.successors[exits..<exits + 4].contains(vertex) else { return false }
      from = vertex
    }
    return true
  }

  /// - Parameter swept: of a vehicle longer than a cell, what it covers on the leg and at its end.
  mutating func append(
    _ vertices: FewResources, points: FewPoints, swept: SweptCells? = nil
  ) {
    var length = legs[legs.count - 1].millimetres
    var from = legs[legs.count - 1].end
    for point in points {
      length += abs(point.x - from.x) + abs(point.y - from.y)
      from = point
    }
    let own = length - legs[legs.count - 1].millimetres
    shortest = last == 0 ? own : min(shortest, own)
    legs.append(
      Leg(
        vertices: vertices, start: legs[legs.count - 1].end, between: Array(points.dropLast()),
        end: from, millimetres: length,
        covered: swept.map { FewResources($0.cells) } ?? vertices,
        rest: swept.map { FewResources($0.rest) } ?? FewResources(vertices[vertices.count - 1]),
        heading: swept?.heading ?? 0))
  }

  /// - Returns: the vertices released by this.
  mutating func release(through: UInt64) -> [Int32] {
    let reached = min(through, last)
    guard reached > released else { return [] }
    let new = legs[place(released) + 1...place(reached)]
    released = reached
    everReleased = max(everReleased, released)
    return new.flatMap(\.covered)
  }

  /// - Parameter leg: at most `released`.
  /// - Returns: vertices that may be free now.
  mutating func visit(_ leg: UInt64) -> [Int32] {
    guard leg > visited else { return [] }
    let done = place(leg)
    var freed: [Int32] = []
    for leg in legs[first...done] {
      freed += leg.covered
      freed += leg.rest
    }
    freed += under
    under = []
    first = done
    visited = leg
    if first >= Self.firstKept {
      legs.removeFirst(first)
      first = 0
    }
    return freed
  }

  /// Forgets legs after `through`, at least the visited one.
  /// - Returns: vertices that may be free now.
  mutating func trim(to through: UInt64) -> [Int32] {
    let kept = max(visited, through)
    guard kept < last else { return [] }
    let beyond = place(kept) + 1
    let freed = legs[beyond...].flatMap(\.covered)
    legs.removeLast(legs.count - beyond)
    released = min(released, kept)
    return freed
  }
}

extension OwnershipTrack.Leg {
  /// Road left from `position` to the end, along the stretch on which it lies: a junction's leg may
  /// turn back beside itself.
  fileprivate func millimetresLeft(from position: Point) -> Int64 {
    var left = abs(end.x - position.x) + abs(end.y - position.y)
    var nearest = Int64.max
    var after: Int64 = 0
    var b = end
    for i in stride(from: between.count - 1, through: -1, by: -1) {
      let a = i < 0 ? start : between[i]
      let off = Self.outside(position.x, a.x, b.x) + Self.outside(position.y, a.y, b.y)
      if off < nearest {
        nearest = off
        left = after + abs(b.x - position.x) + abs(b.y - position.y)
      }
      after += abs(b.x - a.x) + abs(b.y - a.y)
      b = a
    }
    return left
  }

  /// How far `value` lies outside the stretch from `a` to `b`.
  private static func outside(_ value: Int64, _ a: Int64, _ b: Int64) -> Int64 {
    max(0, max(min(a, b) - value, value - max(a, b)))
  }
}

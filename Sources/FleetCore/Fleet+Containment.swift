import Determinism
import FleetModel
import Grid
import MAPF
import Site
import Traffic

/// A robot that is where nobody gave it road.
struct Containment: Sendable, Equatable, Codable {
  enum Cause: Sendable, Equatable, Codable, CaseIterable {
    /// Beside every cell that was promised to it.
    case offRoute
    /// It drives, or says that it has driven, past what was released to it.
    case baseViolation
    /// An operator drives it by hand.
    case teleoperated
  }

  var cause: Cause
  var since: Instant
}

// Robots astray (docs/traffic.md, rule 8): nobody gets near one until it has said, standing, where
// it is, or an operator has taken it off the map.
extension Fleet {
  /// What a state says of where the robot is against what is its own.
  enum Bearing: Equatable {
    /// Told before a report that was handled already: it says nothing.
    case stale
    case onRoad
    /// Beside its road by no more than its localisation may be wrong, or a little past its end.
    case doubtful
    case beside
    case violation
  }

  func bearing(_ i: Int, _ state: RobotState) -> Bearing {
    let robot = robots[i].index
    let known = traffic.position(of: robot)
    if state.route.order == known.order {
      if state.route.visited < known.visited { return .stale }
      if max(state.route.visited, state.route.through) > traffic.furthestReleased(robot) {
        return .violation
      }
      if hasOverrun(i, state) { return .doubtful }
    } else if state.route.order < known.order, known.visited == 0, robots[i].presence == .present,
      !traffic.hasRoadAhead(robot), hasOverrun(i, state)
    {
      // It was given no road yet since it was taken up where it stood.
      return .doubtful
    }
    if let vertex = site.vertex(containing: state.position), !isLong(i),
      traffic.owner(of: vertex.rawValue) == robot
    {
      return .onRoad
    }
    guard isAstray(i, state.position) else { return .onRoad }
    return isBesideOwnRoad(i, state.position) ? .doubtful : .beside
  }

  /// Whether the robot stands at the end of its road, and on cells beyond it.
  private func hasOverrun(_ i: Int, _ state: RobotState) -> Bool {
    guard state.speedMillimetresPerSecond == 0, state.route.visited == state.route.through else {
      return false
    }
    // It stands where it has said before, and its localisation wavers.
    if state.route.visited == 0 || state.route.order < robots[i].order,
      let place = robots[i].settledAt, isNear(i, place, state.position)
    {
      return false
    }
    let covered = outline(i, at: state.position, heading: state.headingMillidegrees)
    guard isLong(i) || covered.count > 1 else { return false }
    let own = traffic.ownedCells(robots[i].index)
    return !covered.allSatisfy(own.contains)
  }

  /// Whether both may be told of the same place.
  private func isNear(_ i: Int, _ a: Point, _ b: Point) -> Bool {
    let error = 2 * Int64(robots[i].factsheet?.vehicle.errorMillimetres ?? 0)
    return max(abs(a.x - b.x), abs(a.y - b.y)) <= error
  }

  /// Whether some own cell is no further from `position` than the localisation may be wrong.
  private func isBesideOwnRoad(_ i: Int, _ position: Point) -> Bool {
    let error = Int64(robots[i].factsheet?.vehicle.errorMillimetres ?? 0)
    for cell in ownRoad(i) where Int(cell) < site.graph.vertexCount {
      if isWithin(error, of: position, site.graph.cells[Int(cell)]) { return true }
    }
    return false
  }

  /// A state told where the robot is.
  mutating func sighted(_ i: Int) {
    guard let state = robots[i].state, robots[i].integration != .ignored else { return }
    if isInHand(i) { return block(i, handReach(i, state)) }
    guard robots[i].presence != .absent else { return strangerSighted(i, state) }
    switch bearing(i, state) {
    case .stale: break
    case .onRoad: robots[i].strayStates = 0
    case .doubtful where robots[i].strayStates == 0: robots[i].strayStates = 1
    case .doubtful, .beside:
      robots[i].strayStates += 1
      contain(i, .offRoute)
    case .violation: contain(i, .baseViolation)
    }
  }

  /// One that has not joined is in the way all the same, wherever it is.
  private mutating func strangerSighted(_ i: Int, _ state: RobotState) {
    guard robots[i].factsheet != nil else { return }
    block(i, reach(i, state))
  }

  /// Nobody gets near robot `i` from now on: it gets no road and is told to stop, the cells it may
  /// come to are taken by force, and whoever drives close by is asked to stop.
  mutating func contain(_ i: Int, _ cause: Containment.Cause) {
    if robots[i].containment == nil {
      robots[i].containment = Containment(cause: cause, since: now)
      statistics.contained += 1
      incident(i, "\(robots[i].id) \(text(i, cause)): nobody is let near it until it stands")
      updateHeld(i)
      send(i, .stop)
      askPresence(i)
    }
    if let state = robots[i].state { block(i, reach(i, state)) }
  }

  func text(_ i: Int, _ cause: Containment.Cause) -> String {
    let cell = robots[i].state.flatMap { site.vertex(containing: $0.position) }
    let place = cell.map { " at \(site.graph.cell(of: $0))" } ?? ""
    return switch cause {
    case .offRoute: "is off its road\(place)"
    case .baseViolation: "drives past what was released to it\(place)"
    case .teleoperated: "was driven by hand\(place) and has not said where it stands"
    }
  }

  /// The robot is where it should be again: it stands on a cell of its own, or goes on.
  mutating func endContainment(_ i: Int) {
    robots[i].strayStates = 0
    robots[i].offMapReason = ""
    robots[i].rivals = []
    traffic.endObstruction(robots[i].index)
    guard robots[i].containment != nil else { return }
    robots[i].containment = nil
    robots[i].isDirty = true
    if !robots[i].paused { send(i, .resume) }
    notice(.robotChanged, robot: i, "\(robots[i].id) is on its own road again")
  }

  /// The robot stands, by its own word, where it cannot join: what is under it is blocked, and no
  /// more than that.
  mutating func standAstray(_ i: Int, _ position: Point) {
    if isInHand(i), robots[i].lease == nil { robots[i].containment?.cause = .offRoute }
    traffic.endObstruction(robots[i].index)
    block(i, outline(i, at: position, heading: robots[i].heading))
  }

  /// Takes `cells` by force for robot `i`.
  mutating func block(_ i: Int, _ cells: [Int32]) {
    let robot = robots[i].index
    switch traffic.obstruct(robot, cells) {
    case .unchanged: return
    case .clear(let withdrawn): apply(withdrawn)
    case .contested(let others, let withdrawn):
      let names = others.map { robots[$0.index].id.text }.joined(separator: ", ")
      if robots[i].rivals != others {
        incident(i, "\(robots[i].id) is where road was released to \(names)")
      }
      robots[i].rivals = others
      apply(withdrawn)
    }
    robots[i].isDirty = true
    for other in traffic.holders(of: around(cells), but: robot) { trim(other.index) }
  }

  /// What robots astray may be on is no way for others.
  func obstructedCells() -> [Int32] {
    var cells: [Int32] = []
    for i in robots.indices {
      for cell in traffic.obstruction(of: robots[i].index)
      where Int(cell) < site.graph.vertexCount && endAt[cell] == nil { cells.append(cell) }
    }
    return cells
  }

  // MARK: Cells

  /// Where the robot is or comes to before it stands, if it brakes a second from now.
  private func reach(_ i: Int, _ state: RobotState) -> [Int32] {
    let speed = abs(Int64(state.speedMillimetresPerSecond))
    guard speed > 0, let vehicle = robots[i].factsheet?.vehicle else {
      // It may be turning.
      return outline(i, at: state.position, heading: isLong(i) ? state.headingMillidegrees : nil)
    }
    let braking = 2 * Int64(max(1, vehicle.brakingMillimetresPerSecond2))
    let stretch = speed + speed * speed / braking
    let ahead = HeadingVector(millidegrees: state.headingMillidegrees)
    var cells = outline(i, at: state.position, heading: state.headingMillidegrees)
    let step = max(1, Int64(site.cellMillimetres) / 2)
    var driven: Int64 = 0
    while driven < stretch {
      driven = min(driven + step, stretch)
      let place = Point(
        x: state.position.x + ahead.east * driven / 1000,
        y: state.position.y - ahead.north * driven / 1000)
      // It may steer: the further on, the wider.
      cells += vertices(within: radius(i) + driven / 4, of: place)
    }
    return unique(cells)
  }

  /// All cells that the robot may cover when it is driven by hand no further than so far.
  func disc(_ i: Int, round place: Point, beyond distance: Int64) -> [Int32] {
    vertices(within: radius(i) + distance, of: place)
  }

  /// The cells under the robot standing at `position`, and on its way from there to the middle of its
  /// cell: one where it is there for all it knows.
  /// - Parameter heading: where it looks; nil: anywhere.
  func outline(_ i: Int, at position: Point, heading: Int32?) -> [Int32] {
    if isLong(i) {
      return longOutline(i, at: position, heading: heading)
        ?? vertices(within: radius(i) + Int64(site.cellMillimetres), of: position)
    }
    if let vertex = site.vertex(containing: position) {
      let centre = site.centre(of: vertex)
      let off = max(abs(centre.x - position.x), abs(centre.y - position.y))
      let error = Int64(robots[i].factsheet?.vehicle.errorMillimetres ?? 0)
      if off <= error { return [vertex.rawValue] }
    }
    guard let heading, let vehicle = robots[i].factsheet?.vehicle else {
      return vertices(within: radius(i), of: position)
    }
    let ahead = HeadingVector(millidegrees: heading)
    let (length, width) = (Int64(vehicle.lengthMillimetres), Int64(vehicle.widthMillimetres))
    // The vector is right within two thousandths.
    let slack = Int64(vehicle.errorMillimetres) + (length + width) / 500 + 1
    return vertices(
      around: position, east: (length * abs(ahead.east) + width * abs(ahead.north)) / 2000 + slack,
      south: (length * abs(ahead.north) + width * abs(ahead.east)) / 2000 + slack)
  }

  /// The road's cells that a straight box around `place` reaches into.
  private func vertices(around place: Point, east: Int64, south: Int64) -> [Int32] {
    let size = Int64(site.cellMillimetres)
    var found: [Int32] = []
    for y in (place.y - south).floored(by: size)...(place.y + south).floored(by: size) {
      for x in (place.x - east).floored(by: size)...(place.x + east).floored(by: size) {
        let cell = Cell(x: Int32(clamping: x), y: Int32(clamping: y))
        if let vertex = site.graph.vertex(at: cell) { found.append(vertex.rawValue) }
      }
    }
    return found
  }

  /// Half the outline's diagonal and the localisation's error, rounded up.
  private func radius(_ i: Int) -> Int64 {
    guard let vehicle = robots[i].factsheet?.vehicle else {
      return Int64(site.cellMillimetres) / 2
    }
    // Half the diagonal is at most the longer half and half the shorter one.
    let long = Int64(max(vehicle.lengthMillimetres, vehicle.widthMillimetres))
    let short = Int64(min(vehicle.lengthMillimetres, vehicle.widthMillimetres))
    return long / 2 + short / 4 + Int64(vehicle.errorMillimetres) + 1
  }

  /// The road's cells that come within `distance` millimetres of `place`.
  private func vertices(within distance: Int64, of place: Point) -> [Int32] {
    let size = Int64(site.cellMillimetres)
    var found: [Int32] = []
    var y = (place.y - distance).floored(by: size)
    while y <= (place.y + distance).floored(by: size) {
      var x = (place.x - distance).floored(by: size)
      while x <= (place.x + distance).floored(by: size) {
        let cell = Cell(x: Int32(clamping: x), y: Int32(clamping: y))
        if let vertex = site.graph.vertex(at: cell), isWithin(distance, of: place, cell) {
          found.append(vertex.rawValue)
        }
        x += 1
      }
      y += 1
    }
    return found
  }

  private func isWithin(_ distance: Int64, of place: Point, _ cell: Cell) -> Bool {
    let size = Int64(site.cellMillimetres)
    let left = Int64(cell.x) * size
    let top = Int64(cell.y) * size
    let dx = max(left - place.x, place.x - left - size, 0)
    let dy = max(top - place.y, place.y - top - size, 0)
    return dx * dx + dy * dy <= distance * distance
  }

  /// `cells` and all that are at most two steps from them.
  private func around(_ cells: [Int32]) -> [Int32] {
    var found: [Int32] = []
    for vertex in cells where Int(vertex) < site.graph.vertexCount {
      let cell = site.graph.cells[Int(vertex)]
      for dy in Int32(-2)...2 {
        for dx in -(2 - abs(dy))...(2 - abs(dy)) {
          if let near = site.graph.vertex(at: Cell(x: cell.x + dx, y: cell.y + dy)) {
            found.append(near.rawValue)
          }
        }
      }
    }
    return unique(found)
  }

  private func unique(_ cells: [Int32]) -> [Int32] {
    var seen: Set<Int32> = []
    return cells.filter { seen.insert($0).inserted }
  }
}

/// A heading as thousandths east and north, without a table of sines: Bhaskara's approximation (7th
/// century) is right within two thousandths.
private struct HeadingVector {
  let east: Int64
  let north: Int64

  init(millidegrees: Int32) {
    let heading = Int64(millidegrees)
    east = Self.sine(heading)
    north = Self.sine(heading + 90_000)
  }

  private static func sine(_ millidegrees: Int64) -> Int64 {
    let turn = ((millidegrees % 360_000) + 360_000) % 360_000
    let half = turn % 180_000 / 1000
    let product = half * (180 - half)
    let value = 4000 * product / (40_500 - product)
    return turn < 180_000 ? value : -value
  }
}

extension Int64 {
  fileprivate func floored(by size: Int64) -> Int64 {
    self >= 0 ? self / size : -((-self + size - 1) / size)
  }
}

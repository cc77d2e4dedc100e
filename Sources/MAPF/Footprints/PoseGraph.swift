import Grid

/// What a move of a long vehicle is: it drives straight on, or turns by a quarter on the spot and
/// then drives straight on.
public enum PoseMove: UInt8, CaseIterable, Sendable {
  case forward = 0
  case left = 1
  case right = 2

  /// Where a vehicle looks after the move that looked to `heading`.
  @inlinable public func heading(after heading: Direction) -> Direction {
    // Counterclockwise from east: to the left is one more.
    let turn: UInt8 =
      switch self {
      case .forward: 0
      case .left: 1
      case .right: 3
      }
    return Direction.allCases[Int((heading.rawValue + turn) % 4)]
  }
}

/// The resting poses and moves of one class of vehicles that are longer or wider than a cell.
///
/// A *pose* is a vertex and a heading, numbered `4 * vertex + heading`. A vehicle rests in a pose when
/// every cell under it is allowed to its class and in no no-stop area and no mutex. A move leads to
/// the first pose to rest in, one cell on or across a no-stop area, and sweeps cells that are all
/// allowed or under the vehicle already. Resources are numbered as in `MoveGraph`.
///
/// Where the vehicle's centre may be is said apart: on a site with lanes long vehicles keep to them.
public struct PoseGraph: Sendable {
  /// The most cells of one move.
  private static let longestMove = 64

  public let footprint: Footprint
  public let graph: Graph
  private let allowed: [Bool]
  private let open: [Bool]
  private let centre: [Bool]
  private let membership: MutexMembership
  private let resting: [Bool]
  /// `3 * pose + move` -> the pose it ends in, -1: none; of poses with their centre allowed.
  private var ends: [Int32]

  public var poseCount: Int { 4 * graph.vertexCount }

  @inlinable public static func pose(_ vertex: Int32, _ heading: Direction) -> Int32 {
    4 * vertex + Int32(heading.rawValue)
  }

  @inlinable public static func vertex(_ pose: Int32) -> Int32 { pose / 4 }

  @inlinable public static func heading(_ pose: Int32) -> Direction {
    Direction.allCases[Int(pose % 4)]
  }

  /// - Parameters:
  ///   - allowed: the cells that the class may cover at all.
  ///   - centre: those on which its centre may be.
  ///   - noStop: the cells that nobody may rest on.
  ///   - mutexes: groups of cells that take one vehicle at a time.
  /// - Complexity: O(poses with an allowed centre, times the cells that a move sweeps)
  public init(
    graph: Graph, footprint: Footprint, allowed: (VertexID) -> Bool = { _ in true },
    centre: (VertexID) -> Bool = { _ in true }, noStop: (VertexID) -> Bool = { _ in false },
    mutexes groups: [[VertexID]] = []
  ) {
    self.graph = graph
    self.footprint = footprint
    membership = MutexMembership(groups, vertexCount: graph.vertexCount)
    let vertices = (0..<Int32(graph.vertexCount)).map(VertexID.init)
    let usable = vertices.map(allowed)
    self.allowed = usable
    let membership = self.membership
    let open = vertices.map {
      usable[$0.index] && !noStop($0) && membership.of($0.rawValue).isEmpty
    }
    self.open = open
    let centre = vertices.map { usable[$0.index] && centre($0) }
    self.centre = centre
    var resting = [Bool](repeating: false, count: 4 * graph.vertexCount)
    for v in vertices where centre[v.index] {
      for heading in Direction.allCases {
        resting[Int(Self.pose(v.rawValue, heading))] = Self.isCovered(
          footprint.resting(heading), from: graph.cells[v.index], graph
        ) { open[Int($0)] }
      }
    }
    self.resting = resting
    ends = []
    var ends = [Int32](repeating: -1, count: 3 * resting.count)
    for v in vertices where centre[v.index] {
      for heading in Direction.allCases {
        let pose = Self.pose(v.rawValue, heading)
        for move in PoseMove.allCases {
          ends[3 * Int(pose) + Int(move.rawValue)] = search(pose, move)?.end ?? -1
        }
      }
    }
    self.ends = ends
  }

  /// Whether a vehicle may rest in `pose`.
  public func isResting(_ pose: Int32) -> Bool { resting[Int(pose)] }

  /// Whether a vehicle may rest on `vertex`, looking somewhere.
  public func canRest(on vertex: Int32) -> Bool {
    resting[4 * Int(vertex)..<4 * Int(vertex) + 4].contains(true)
  }

  /// Where `move` from `pose` ends; nil: it cannot be made.
  public func end(of move: PoseMove, from pose: Int32) -> Int32? {
    guard centre[Int(Self.vertex(pose))] else { return search(pose, move)?.end }
    let end = ends[3 * Int(pose) + Int(move.rawValue)]
    return end < 0 ? nil : end
  }

  /// Whether some move leads away from `pose`.
  public func hasMove(from pose: Int32) -> Bool {
    PoseMove.allCases.contains { end(of: $0, from: pose) != nil }
  }

  /// The cells under a vehicle in `pose`, that of its centre first, walls left out.
  public func rest(_ pose: Int32) -> [Int32] {
    let own = Self.vertex(pose)
    return [own]
      + cells(footprint.resting(Self.heading(pose)), from: own).filter { $0 != own }
  }

  /// The mutexes of cells.
  public func mutexes(of cells: [Int32]) -> [Int32] {
    var found: [Int32] = []
    if membership.resources.isEmpty { return found }
    for cell in cells {
      for mutex in membership.of(cell) where !found.contains(mutex) { found.append(mutex) }
    }
    return found
  }

  /// The vertices of a move's path in driving order, the end included.
  public func path(of move: PoseMove, from pose: Int32) -> [Int32] {
    search(pose, move)?.path ?? []
  }

  /// All cells that a move sweeps from when it has begun to turn until it rests, and the mutexes on
  /// the way, each once. Cells under the vehicle at its start are among them.
  public func swept(by move: PoseMove, from pose: Int32) -> [Int32] {
    guard let found = search(pose, move) else { return [] }
    guard found.path.count > 1 else { return found.swept + mutexes(of: found.swept) }
    var seen: Set<Int32> = []
    var all: [Int32] = []
    for cell in found.swept where seen.insert(cell).inserted { all.append(cell) }
    return all + mutexes(of: all)
  }

  /// Whether a move sweeps any of the marked cells.
  func sweeps(_ isMarked: [Bool], by move: PoseMove, from pose: Int32) -> Bool {
    search(pose, move)?.swept.contains { isMarked[Int($0)] } ?? false
  }

  /// The cells of `offsets` about `vertex`, walls left out.
  public func cells(_ offsets: [Footprint.Offset], from vertex: Int32) -> [Int32] {
    let cell = graph.cells[Int(vertex)]
    return offsets.compactMap {
      graph.vertex(at: Cell(x: cell.x + $0.dx, y: cell.y + $0.dy))?.rawValue
    }
  }

  // MARK: Search

  private func search(
    _ pose: Int32, _ move: PoseMove
  ) -> (end: Int32, path: [Int32], swept: [Int32])? {
    let from = Self.heading(pose)
    let heading = move.heading(after: from)
    let start = Self.vertex(pose)
    let own = resting[Int(pose)] ? [] : Set(rest(pose))
    var swept: [Int32] = []
    func sweep(_ offsets: [Footprint.Offset], _ vertex: Int32) -> Bool {
      let cell = graph.cells[Int(vertex)]
      for offset in offsets {
        let place = Cell(x: cell.x + offset.dx, y: cell.y + offset.dy)
        guard let v = graph.vertex(at: place)?.rawValue else {
          // Standing in a wall it may leave it.
          if own.isEmpty { return false }
          let here = Footprint.Offset(
            dx: place.x - graph.cells[Int(start)].x, dy: place.y - graph.cells[Int(start)].y)
          guard footprint.resting(from).contains(here) else { return false }
          continue
        }
        guard allowed[Int(v)] || own.contains(v) else { return false }
        swept.append(v)
      }
      return true
    }
    var path: [Int32] = []
    var vertex = start
    while path.count < Self.longestMove {
      guard let next = graph.successor(of: VertexID(vertex), heading)?.rawValue,
        centre[Int(next)],
        sweep(
          path.isEmpty
            ? footprint.leaving(from: from, to: heading) : footprint.driving(heading), vertex)
      else { return nil }
      path.append(next)
      vertex = next
      let end = Self.pose(vertex, heading)
      if resting[Int(end)] { return (end, path, swept) }
    }
    return nil
  }

  private static func isCovered(
    _ offsets: [Footprint.Offset], from cell: Cell, _ graph: Graph, _ isFine: (Int32) -> Bool
  ) -> Bool {
    offsets.allSatisfy { offset in
      let place = Cell(x: cell.x + offset.dx, y: cell.y + offset.dy)
      return graph.vertex(at: place).map { isFine($0.rawValue) } ?? false
    }
  }
}

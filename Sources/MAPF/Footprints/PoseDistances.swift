import Grid

/// How far poses are from places, on a pose graph: Dijkstra (1959) backwards from the goal in buckets
/// of whole costs (Dial 1969). Tables are kept by goal.
public struct PoseDistances: Sendable {
  public static let unreachable = UInt16.max
  /// Tables kept; one has two bytes a pose.
  private static let tablesKept = 256

  public let graph: PoseGraph
  /// What a quarter turn costs, in cells.
  private let turnCost: Int
  /// Pose -> the moves that end there, by `3 * from + move`.
  private let start: [Int32]
  private let moves: [Int32]
  private let cells: [UInt8]
  private var tables: [Int32: [UInt16]] = [:]
  private var roundWalls: [Int32: [UInt16]] = [:]
  private var walls: Set<Int32> = []

  /// - Complexity: O(poses)
  public init(_ graph: PoseGraph, turnCost: Int) {
    self.graph = graph
    self.turnCost = turnCost
    var start = [Int32](repeating: 0, count: graph.poseCount + 1)
    var pairs: [(end: Int32, move: Int32, cells: UInt8)] = []
    for pose in 0..<Int32(graph.poseCount) {
      for move in PoseMove.allCases {
        guard let end = graph.end(of: move, from: pose), graph.isResting(pose) else { continue }
        start[Int(end) + 1] += 1
        pairs.append(
          (end, 3 * pose + Int32(move.rawValue), UInt8(Self.cells(graph, from: pose, to: end))))
      }
    }
    pairs.sort { ($0.end, $0.move) < ($1.end, $1.move) }
    for pose in 0..<graph.poseCount { start[pose + 1] += start[pose] }
    self.start = start
    moves = pairs.map(\.move)
    cells = pairs.map(\.cells)
  }

  /// What a move costs.
  public func cost(of move: PoseMove, from pose: Int32, to end: Int32) -> Int {
    Self.cells(graph, from: pose, to: end) + (move == .forward ? 0 : turnCost)
  }

  /// The cells that a move drives.
  private static func cells(_ graph: PoseGraph, from pose: Int32, to end: Int32) -> Int {
    let a = graph.graph.cells[Int(PoseGraph.vertex(pose))]
    let b = graph.graph.cells[Int(PoseGraph.vertex(end))]
    return Int(abs(a.x - b.x) + abs(a.y - b.y))
  }

  /// The move that leads on best by `values`; nil: none leads on.
  public func best(from pose: Int32, _ values: [UInt16]) -> (move: PoseMove, end: Int32)? {
    var found: (move: PoseMove, end: Int32)?
    var least = Int.max
    for move in PoseMove.allCases {
      guard let end = graph.end(of: move, from: pose), values[Int(end)] != Self.unreachable else {
        continue
      }
      let value = Int(values[Int(end)]) + cost(of: move, from: pose, to: end)
      if value < least {
        least = value
        found = (move, end)
      }
    }
    return found
  }

  /// By pose, the cost to rest on `goal`, looking anywhere.
  /// - Complexity: O(1) for a goal that is known, else O(poses)
  public mutating func table(goal: Int32) -> [UInt16] {
    if let known = tables[goal] { return known }
    if tables.count >= Self.tablesKept { tables.removeAll() }
    let made = fill(goal, walls: [])
    tables[goal] = made
    return made
  }

  /// The same without moves over `walls`, the goal's own cells left out.
  public mutating func table(goal: Int32, walls: Set<Int32>) -> [UInt16] {
    if walls != self.walls {
      roundWalls.removeAll()
      self.walls = walls
    }
    if let known = roundWalls[goal] { return known }
    let made = fill(goal, walls: walls)
    roundWalls[goal] = made
    return made
  }

  private func fill(_ goal: Int32, walls: Set<Int32>) -> [UInt16] {
    var isWall = [Bool](repeating: false, count: graph.graph.vertexCount)
    for wall in walls where Int(wall) < isWall.count { isWall[Int(wall)] = true }
    let isNear = near(walls)
    var values = [UInt16](repeating: Self.unreachable, count: graph.poseCount)
    var buckets: [[Int32]] = [[]]
    for heading in Direction.allCases {
      let pose = PoseGraph.pose(goal, heading)
      guard graph.isResting(pose) else { continue }
      values[Int(pose)] = 0
      buckets[0].append(pose)
    }
    var cost = 0
    while cost < buckets.count {
      var index = 0
      while index < buckets[cost].count {
        let pose = buckets[cost][index]
        index += 1
        guard Int(values[Int(pose)]) == cost else { continue }
        for entry in Int(start[Int(pose)])..<Int(start[Int(pose) + 1]) {
          let from = moves[entry] / 3
          guard let move = PoseMove(rawValue: UInt8(moves[entry] % 3)) else { continue }
          let value = cost + Int(cells[entry]) + (move == .forward ? 0 : turnCost)
          guard value < Int(values[Int(from)]), value < Int(Self.unreachable),
            walls.isEmpty || cells[entry] == 1 && !isNear[Int(PoseGraph.vertex(from))]
              || !graph.sweeps(isWall, by: move, from: from)
          else { continue }
          values[Int(from)] = UInt16(value)
          while buckets.count <= value { buckets.append([]) }
          buckets[value].append(from)
        }
      }
      buckets[cost] = []
      cost += 1
    }
    return values
  }

  /// The vertices from which a move to the next cell may sweep a wall: those in a square round one.
  private func near(_ walls: Set<Int32>) -> [Bool] {
    var isNear = [Bool](repeating: false, count: graph.graph.vertexCount)
    guard !walls.isEmpty else { return isNear }
    let reach =
      Int32((graph.footprint.radius / Double(graph.footprint.cellMillimetres)).rounded(.up)) + 2
    var columns: Set<Cell> = []
    for wall in walls where Int(wall) < isNear.count {
      let cell = graph.graph.cells[Int(wall)]
      for x in cell.x - reach...cell.x + reach { columns.insert(Cell(x: x, y: cell.y)) }
    }
    for cell in columns {
      for y in cell.y - reach...cell.y + reach {
        if let vertex = graph.graph.vertex(at: Cell(x: cell.x, y: y)) {
          isNear[vertex.index] = true
        }
      }
    }
    return isNear
  }
}

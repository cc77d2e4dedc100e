import Determinism
import Grid
import Testing

@testable import MAPF

@Suite struct BitTablesTests {
  /// Distances to `goal`, -1 where there is no way: the plain search the tables must agree with.
  private func distances(_ graph: Graph, to goal: Int32) -> [Int32] {
    var distance = [Int32](repeating: -1, count: graph.vertexCount)
    distance[Int(goal)] = 0
    var queue = [goal]
    var head = 0
    while head < queue.count {
      let v = Int(queue[head])
      head += 1
      for w in graph.successors[4 * v..<4 * v + 4] where w >= 0 && distance[Int(w)] < 0 {
        distance[Int(w)] = distance[v] + 1
        queue.append(w)
      }
    }
    return distance
  }

  /// What the tables of `goals` say wrongly, for the agents' starts and every cell.
  private func faults(
    _ graph: Graph, goals: [Int32], starts: [Int32], tables: BitTables
  ) -> Int {
    var faults = 0
    for (index, goal) in goals.enumerated() {
      let distance = distances(graph, to: goal)
      if distance[Int(starts[index])] != tables.distances[index] { faults += 1 }
      for v in 0..<graph.vertexCount where distance[v] >= 0 {
        let found = tables.gradients.nearer(
          tables.grid.cellOfVertex[v], index: index, goal: tables.goals[index])
        var expected: UInt8 = 0
        for direction in 0..<4 {
          let w = graph.successors[4 * v + direction]
          if w >= 0, distance[Int(w)] < distance[v] { expected |= 1 << UInt8(direction) }
        }
        faults += found == expected ? 0 : 1
      }
    }
    return faults
  }

  private func check(_ map: GridMap, seed: UInt64) throws {
    let graph = Graph(map)
    guard graph.vertexCount > 0 else { return }
    var rng = Seed(seed).derive("goals").generator()
    let goals = (0..<11).map { _ in Int32(rng.next(below: graph.vertexCount)) }
    let starts = (0..<11).map { _ in Int32(rng.next(below: graph.vertexCount)) }
    let grid = try #require(BitGrid(graph))
    let tables = BitTables(
      grid, goals: goals.map { grid.cellOfVertex[Int($0)] },
      starts: starts.map { grid.cellOfVertex[Int($0)] })
    #expect(tables.fill())
    #expect(faults(graph, goals: goals, starts: starts, tables: tables) == 0, "seed \(seed)")
  }

  @Test func randomGridsInManyPartsHaveTheGradientsOfAPlainSearch() throws {
    for seed in 0..<120 {
      var rng = Seed(UInt64(seed)).derive("map").generator()
      let (width, height) = (1 + rng.next(below: 40), 1 + rng.next(below: 40))
      let open = 0.4 + 0.6 * rng.nextUnit()
      let passable = (0..<width * height).map { _ in rng.chance(open) }
      try check(
        GridMap(width: Int32(width), height: Int32(height), passable: passable),
        seed: UInt64(seed))
    }
  }

  @Test func mazesHaveTheGradientsOfAPlainSearch() throws {
    for seed in 0..<20 {
      var rng = Seed(UInt64(seed)).derive("maze").generator()
      let map = maze(columns: 2 + rng.next(below: 16), rows: 2 + rng.next(below: 16), using: &rng)
      try check(map, seed: UInt64(seed))
    }
  }

  @Test func aWayBackAndForthIsSearchedInsteadOfSwept() throws {
    // A snake of 20 bends: each takes a sweep's pass of its own.
    var rows: [String] = []
    for i in 0..<20 {
      rows.append(String(repeating: ".", count: 31))
      rows.append(
        i % 2 == 0
          ? String(repeating: "#", count: 30) + "." : "." + String(repeating: "#", count: 30))
    }
    let drawing = Drawing(rows.joined(separator: "\n"))
    let grid = try #require(BitGrid(drawing.graph))
    let goals: [Int32] = [0]
    let starts = [Int32(drawing.graph.vertexCount - 1)]
    let tables = BitTables(
      grid, goals: goals.map { grid.cellOfVertex[Int($0)] },
      starts: starts.map { grid.cellOfVertex[Int($0)] })
    #expect(tables.fill())
    #expect(faults(drawing.graph, goals: goals, starts: starts, tables: tables) == 0)
  }

  /// A map of 400 x 400 cells is asked about within a table.
  @Test(arguments: [false, true])
  func fillingStopsWithinATable(isSnake: Bool) throws {
    let width = 400
    var passable = [Bool](repeating: true, count: width * width)
    if isSnake {
      for y in stride(from: 1, to: width, by: 2) {
        for x in 0..<width { passable[y * width + x] = x == (y % 4 == 1 ? width - 1 : 0) }
      }
    }
    let grid = try #require(
      BitGrid(Graph(GridMap(width: Int32(width), height: Int32(width), passable: passable))))
    let tables = BitTables(grid, goals: [0], starts: [160])
    var asked = 0
    #expect(
      !tables.fill {
        asked += 1
        return true
      })
    #expect(asked == 1 && !tables.isFilled && tables.distances == [-1])
    #expect(tables.fill() && tables.isFilled)
    #expect(tables.distances == [10] && tables.filledBySweeps == (isSnake ? 0 : 1))
  }

  @Test func oneWayCellsAreRefused() {
    let drawing = Drawing("...\n...") { $0.x == 1 ? .east : .all }
    #expect(BitGrid(drawing.graph) == nil)
  }
}

/// A perfect maze of `columns` by `rows` rooms.
func maze(columns: Int, rows: Int, using rng: inout SeededGenerator) -> GridMap {
  let (width, height) = (2 * columns - 1, 2 * rows - 1)
  var passable = [Bool](repeating: false, count: width * height)
  passable[0] = true
  var stack = [(0, 0)]
  while let (x, y) = stack.last {
    var ways = [(2, 0), (-2, 0), (0, 2), (0, -2)]
    rng.shuffle(&ways)
    let way = ways.first { dx, dy in
      let (nx, ny) = (x + dx, y + dy)
      return nx >= 0 && ny >= 0 && nx < width && ny < height && !passable[ny * width + nx]
    }
    guard let (dx, dy) = way else {
      stack.removeLast()
      continue
    }
    passable[(y + dy / 2) * width + x + dx / 2] = true
    passable[(y + dy) * width + x + dx] = true
    stack.append((x + dx, y + dy))
  }
  return GridMap(width: Int32(width), height: Int32(height), passable: passable)
}

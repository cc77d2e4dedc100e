import Determinism
import Grid
import Testing

@testable import MAPF

/// A town of one-way streets whose crossings nobody may rest on, drawn from a seed.
private func moves(_ seed: UInt64) -> FlatMoves {
  var rng = Seed(seed).generator()
  let side: Int32 = 40
  var passable: [Bool] = []
  for y in 0..<side {
    for x in 0..<side { passable.append(x % 5 == 0 || y % 5 == 0 || rng.chance(0.2)) }
  }
  let map = GridMap(width: side, height: side, passable: passable)
  let graph = Graph(map) { cell in
    if cell.x % 5 == 0, cell.y % 5 != 0 { return cell.x % 10 == 0 ? [.north, .east] : .all }
    if cell.y % 5 == 0, cell.x % 5 != 0 { return cell.y % 10 == 0 ? [.east, .south] : .all }
    return .all
  }
  func isCrossing(_ v: VertexID) -> Bool {
    let cell = graph.cells[v.index]
    return cell.x % 5 == 0 && cell.y % 5 == 0
  }
  let all = MoveGraph(graph: graph)
  let streets = MoveGraph(graph: graph, noStop: isCrossing)
  return FlatMoves([all, streets, all])
}

@Suite struct DistanceSearchTests {
  /// By relaxing all moves until nothing changes.
  private func distances(
    _ moves: FlatMoves, _ graph: Int32, to goal: Int32, round blocked: [Bool]
  ) -> [UInt16] {
    var values = [Int](repeating: .max, count: moves.vertexCount)
    values[Int(goal)] = 0
    var changes = !blocked[Int(goal)]
    while changes {
      changes = false
      for v in 0..<Int32(moves.vertexCount) {
        for m in moves.range(graph: graph, from: v)
        where values[Int(moves.end[m])] < .max
          && !moves.claimsVertex(of: m, where: { blocked[$0] })
        {
          let far = values[Int(moves.end[m])] + Int(moves.cost[m] & FlatMoves.costMask)
          if far < values[Int(v)] { (values[Int(v)], changes) = (far, true) }
        }
      }
    }
    return values.map { $0 == .max ? DistanceTable.unreachable : UInt16($0) }
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func aSearchFindsWhatRelaxingAllMovesFinds(seed: UInt64) {
    let moves = moves(seed)
    #expect(moves.maxCost > 1)
    // One search for all of them: it leaves nothing behind.
    let search = DistanceSearch(moves)
    let table = DistanceTable(count: moves.vertexCount)
    var rng = Seed(seed).derive("goals").generator()
    let open = [Bool](repeating: false, count: moves.vertexCount)
    for graph in Int32(0)..<2 {
      for _ in 0..<4 {
        let goal = Int32(rng.next(below: moves.vertexCount))
        var blocked = open.map { _ in rng.chance(0.1) }
        blocked[Int(goal)] = rng.chance(0.2)
        for walls in [nil, blocked] {
          search.fill(table, graph: graph, goal: goal, blocked: walls)
          let found = Array(UnsafeBufferPointer(start: table.values, count: table.count))
          #expect(found == distances(moves, graph, to: goal, round: walls ?? open))
          #expect(!table.isCutOff)
        }
      }
    }
  }

  /// Moves of one and of four cells by turns.
  @Test func longWaysAreCutOffInASearchByDistanceToo() {
    let count: Int32 = 66_500
    let line = GridMap(
      width: count, height: 1, passable: [Bool](repeating: true, count: Int(count)))
    let moves = FlatMoves([
      MoveGraph(graph: Graph(line), noStop: { (1...3).contains($0.rawValue % 5) })
    ])
    #expect(moves.maxCost == 4)
    let table = DistanceTable(count: moves.vertexCount)
    DistanceSearch(moves).fill(table, graph: 0, goal: 0, blocked: nil)
    #expect(table.isCutOff)
    #expect(table.values[60_000] == 60_000 && table.values[65_530] == 65_530)
    #expect(table.values[65_534] == DistanceTable.farthest)
    #expect(table.values[66_495] == DistanceTable.farthest)
  }
}

@Suite struct DistanceRepairTests {
  @Test(arguments: UInt64(0)..<12)
  func repairedTablesAreThoseOfAWholeSearch(seed: UInt64) {
    let moves = moves(seed)
    let search = DistanceSearch(moves)
    let repair = DistanceRepair(moves)
    var rng = Seed(seed).derive("walls").generator()
    let base = DistanceTable(count: moves.vertexCount)
    let whole = DistanceTable(count: moves.vertexCount)
    let repaired = DistanceTable(count: moves.vertexCount)
    let gaps = GapSearch(moves)
    var (changed, shutOff) = (0, 0)
    for round in 0..<30 {
      let graph = Int32(round % moves.graphCount)
      let goal = Int32(rng.next(below: moves.vertexCount))
      var blocked = [Bool](repeating: false, count: moves.vertexCount)
      // Walls in any order, some twice, and one that is none.
      var walls = [goal]
      for _ in 0..<rng.next(below: 60) {
        let wall = Int32(rng.next(below: moves.vertexCount))
        walls.append(wall)
        if wall != goal { blocked[Int(wall)] = true }
      }
      search.fill(base, graph: graph, goal: goal, blocked: nil)
      search.fill(whole, graph: graph, goal: goal, blocked: blocked)
      blocked.withUnsafeBufferPointer {
        repair.fill(repaired, base: base, graph: graph, walls: walls, blocked: $0)
      }
      for v in 0..<moves.vertexCount where v % 7 == round % 7 {
        let isShutOff = blocked.withUnsafeBufferPointer {
          gaps.isShutOff(graph: graph, from: Int32(v), to: goal, blocked: $0)
        }
        if isShutOff {
          shutOff += 1
          #expect(whole.values[v] == DistanceTable.unreachable, "seed \(seed), vertex \(v)")
        }
      }
      for v in 0..<moves.vertexCount {
        #expect(repaired.values[v] == whole.values[v], "seed \(seed), goal \(goal), vertex \(v)")
        if whole.values[v] != base.values[v] { changed += 1 }
      }
    }
    #expect(shutOff > 0, "walls leave no way to somewhere")
    #expect(changed > 0 && repair.repaired >= changed)
    #expect(repair.repaired < 30 * moves.vertexCount / 2)
  }

  @Test func equalGraphsShareTheirTables() {
    let moves = moves(0)
    #expect(moves.distinct == [0, 1, 0])
    var tables = DistanceTables(moves: moves, memoryLimit: 1 << 20)
    for graph in Int32(0)..<3 { _ = tables.table(graph: graph, goal: 7) }
    #expect(tables.fills == 2)
  }
}

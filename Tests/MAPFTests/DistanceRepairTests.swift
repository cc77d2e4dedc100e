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

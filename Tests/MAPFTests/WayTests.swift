import Determinism
import Grid
import Testing

@testable import MAPF

/// A map of one-way streets and squares, drawn from a seed.
private func town(_ seed: UInt64) -> (graph: Graph, moves: MoveGraph) {
  var rng = Seed(seed).generator()
  let side = 90
  var passable = [Bool](repeating: false, count: side * side)
  for y in 0..<side {
    for x in 0..<side {
      passable[y * side + x] = x % 6 == 0 || y % 6 == 0 || rng.chance(0.1)
    }
  }
  let map = GridMap(width: Int32(side), height: Int32(side), passable: passable)
  let graph = Graph(map) { cell in
    // Streets one way or the other, as on a chessboard; crossings and squares any way.
    if cell.x % 6 == 0, cell.y % 6 != 0 {
      return cell.x % 12 == 0 ? [.north, .east] : [.south, .west]
    }
    if cell.y % 6 == 0, cell.x % 6 != 0 {
      return cell.y % 12 == 0 ? [.east, .south] : [.west, .north]
    }
    return .all
  }
  return (graph, MoveGraph(graph: graph))
}

@Suite struct WayTests {
  @Test func aWayIsDrivenMoveByMoveAndHardlyLongerThanTheShortest() {
    for seed in UInt64(0)..<6 {
      let (graph, moveGraph) = town(seed)
      let moves = FlatMoves([moveGraph])
      let search = WaySearch(moves, WayMap(graph.cells))
      var tables = DistanceTables(moves: moves, memoryLimit: 1 << 20)
      var rng = Seed(seed).derive("ends").generator()
      for _ in 0..<20 {
        let from = Int32(rng.next(below: graph.vertexCount))
        let to = Int32(rng.next(below: graph.vertexCount))
        let shortest = tables.distance(graph: 0, from: from, to: to)
        let way = search.find(graph: 0, from: from, to: to, blocked: nil)
        #expect((way == nil) == (shortest == nil), "seed \(seed)")
        guard let way, let shortest else { continue }
        #expect(way.vertices.first == from && way.vertices.last == to)
        #expect(way.rest[0] >= shortest && Int(way.rest[0]) <= Int(shortest) * 9 / 8)
        for (v, w) in zip(way.vertices, way.vertices.dropFirst()) {
          #expect(moveGraph.move(from: v, to: w) != nil)
        }
      }
    }
  }

  @Test func aWindowPromisesNoWayThatIsNotThere() {
    for seed in UInt64(0)..<6 {
      let (graph, moveGraph) = town(seed)
      let moves = FlatMoves([moveGraph])
      let map = WayMap(graph.cells)
      let search = WaySearch(moves, map)
      var tables = DistanceTables(moves: moves, memoryLimit: 1 << 20)
      var rng = Seed(seed).derive("ends").generator()
      for _ in 0..<10 {
        let from = Int32(rng.next(below: graph.vertexCount))
        let to = Int32(rng.next(below: graph.vertexCount))
        guard let way = search.find(graph: 0, from: from, to: to, blocked: nil) else { continue }
        let window = search.window(graph: 0, along: way, round: from, blocked: nil)
        let table = tables.table(graph: 0, goal: to)
        #expect(window.values[Int(map.place[Int(from)])] <= way.rest[0])
        for v in 0..<Int32(graph.vertexCount) where map.spread(v, from) < 31 {
          let value = window.values[Int(map.place[Int(v)])]
          #expect(value >= table.values[Int(v)])
          guard value != DistanceTable.unreachable, v != to else { continue }
          // Some move leads on by as much as it costs, unless it leaves the window.
          let next = moveGraph.moves(from: v).map { moveGraph.moveEnd[Int($0)] }
          let leadsOn = next.contains {
            map.spread($0, from) >= 31 || window.values[Int(map.place[Int($0)])] == value - 1
          }
          #expect(leadsOn || way.vertices.contains(v), "seed \(seed), vertex \(v)")
        }
      }
    }
  }

  @Test func agentsWithWindowsComeToTheirGoalsAsThoseWithTablesDo() {
    var withTables = 0
    var withWindows = 0
    for seed in UInt64(0)..<4 {
      withTables += arrivals(seed, tablesUpTo: .max)
      withWindows += arrivals(seed, tablesUpTo: 0)
    }
    #expect(withTables > 100 && withWindows * 10 >= withTables * 9, "\(withWindows), \(withTables)")
  }

  /// How many of some dozens of agents come to their goals with some streets barred.
  private func arrivals(_ seed: UInt64, tablesUpTo: Int) -> Int {
    let (graph, moveGraph) = town(seed)
    var planner = LifelongPlanner(
      graphs: [moveGraph], seed: Seed(seed), tableMemoryLimit: 1 << 20, cells: graph.cells,
      tablesUpTo: tablesUpTo)
    planner.allowsSwap = false
    let verifier = PlanVerifier(graph: graph, moveGraphs: [moveGraph])
    var rng = Seed(seed).derive("agents").generator()
    var vertices = (0..<Int32(graph.vertexCount)).map { $0 }
    rng.shuffle(&vertices)
    var agents: [PlanningAgent] = []
    for k in stride(from: 0, to: 120, by: 2) {
      let (from, to) = (vertices[k], vertices[k + 1])
      guard planner.isReachable(graph: 0, from: from, to: to) else { continue }
      agents.append(PlanningAgent(at: from, goal: to))
    }
    let walls = Array(vertices[200..<212])
    var arrived: Set<Int> = []
    for _ in 0..<600 where arrived.count < agents.count {
      let moves = planner.step(agents, walls: walls)
      #expect(verifier.problems(moves: moves, agents: agents) == [])
      PlanVerifier.apply(moves, to: &agents)
      for (a, agent) in agents.enumerated() where agent.at == agent.goal { arrived.insert(a) }
    }
    return arrived.count
  }

  @Test func farDistancesAreAsTheCrowFlies() {
    let drawing = Drawing("a..\n##.\nb..")
    var planner = LifelongPlanner(
      graphs: [drawing.moves()], seed: Seed(1), tableMemoryLimit: 1 << 20,
      cells: drawing.graph.cells, tablesUpTo: 0)
    let distance = planner.distance(graph: 0, from: drawing["a"], to: drawing["b"])
    let isReachable = planner.isReachable(graph: 0, from: drawing["a"], to: drawing["b"])
    #expect(distance == 2 && isReachable)
    let apart = Drawing("a#b")
    planner = LifelongPlanner(
      graphs: [apart.moves()], seed: Seed(1), tableMemoryLimit: 1 << 20,
      cells: apart.graph.cells, tablesUpTo: 0)
    let none = planner.distance(graph: 0, from: apart["a"], to: apart["b"])
    #expect(none == nil)
  }
}

import Determinism
import Grid
import MAPF
import Testing

@Suite struct GuidedDistancesTests {
  @Test func tablesEqualAPlainSearchOnRandomGrids() {
    for seed in 0..<120 {
      var rng = Seed(UInt64(seed)).generator()
      let graph = Self.randomGraph(&rng)
      guard graph.vertexCount > 0 else { continue }
      let model: MotionModel = rng.chance(0.5) ? .turning : .fourNeighbour
      let guidance = Self.randomGuidance(graph, model, &rng)
      let tables = GuidedDistances(
        graph: graph, guidance: guidance, model: model, memoryLimit: 1 << 20)
      let goals = (0..<1 + rng.next(below: 20)).map { _ in
        Int32(rng.next(below: graph.vertexCount))
      }
      if rng.chance(0.8) { tables.prepare(goals) }
      for goal in goals.prefix(3) {
        let table = tables.follow(goal)
        let plain = plainDistances(graph, guidance, model, goal: Int(goal))
        #expect(
          disagreements(tables.view, table, graph, plain, model, &rng) == 0, "seed \(seed)")
        tables.release(goal)
      }
    }
  }

  @Test func absoluteDistancesAreFoundByWalking() {
    for seed in 0..<60 {
      var rng = Seed(UInt64(seed)).generator()
      let graph = Self.randomGraph(&rng, oneWay: 0)
      guard graph.vertexCount > 0 else { continue }
      let model: MotionModel = rng.chance(0.5) ? .turning : .fourNeighbour
      let guidance = Self.randomGuidance(graph, model, &rng)
      let tables = GuidedDistances(
        graph: graph, guidance: guidance, model: model, memoryLimit: 1 << 20)
      let goal = Int32(rng.next(below: graph.vertexCount))
      let plain = plainDistances(graph, guidance, model, goal: Int(goal))
      for v in 0..<graph.vertexCount {
        let heading = model == .turning ? rng.next(below: 4) : 0
        let expected = plain[v * model.headingCount + heading]
        let found = tables.distance(to: goal, from: Int32(v), heading: heading)
        #expect(found == expected.map(Int32.init), "seed \(seed)")
      }
    }
  }

  @Test func goalsPreparedTogetherAreAllKept() {
    let graph = Graph(GridMap(width: 8, height: 8, passable: Array(repeating: true, count: 64)))
    let tables = GuidedDistances(
      graph: graph, guidance: .uniform(vertexCount: 64), model: .turning, memoryLimit: 4 * 128)
    tables.prepare((0..<30).map { Int32($0) } + [3, 3])
    #expect(tables.statistics.fills == 30)
    for goal in 0..<30 { _ = tables.follow(Int32(goal)) }
    #expect(tables.statistics.fills == 30)
  }

  @Test func longWaysAreSearchedOneByOne() {
    // A snake of 400 cells, every edge of weight 200: far beyond what lanes hold.
    let (width, height) = (21, 39)
    let map = GridMap(
      width: Int32(width), height: Int32(height),
      passable: (0..<width * height).map { i in
        let (x, y) = (i % width, i / width)
        return y % 2 == 0 || x == (y % 4 == 1 ? width - 1 : 0)
      })
    let graph = Graph(map)
    for model in [MotionModel.fourNeighbour, .turning] {
      let guidance = Guidance.uniform(vertexCount: graph.vertexCount, edge: 200)
      let tables = GuidedDistances(
        graph: graph, guidance: guidance, model: model, memoryLimit: 1 << 20)
      tables.prepare([0, 1, Int32(graph.vertexCount) - 1])
      let plain = plainDistances(graph, guidance, model, goal: 0)
      let v = graph.vertexCount - 1
      let found = tables.distance(to: 0, from: Int32(v))
      #expect(found == plain[v * model.headingCount].map(Int32.init))
    }
  }

  @Test func aFollowedTableStaysBeyondTheLimit() {
    let graph = Graph(GridMap(width: 8, height: 8, passable: Array(repeating: true, count: 64)))
    let tables = GuidedDistances(
      graph: graph, guidance: .uniform(vertexCount: 64), model: .fourNeighbour,
      memoryLimit: 8 * 128)
    let first = tables.follow(0)
    for goal in 1..<20 {
      _ = tables.follow(Int32(goal))
      tables.release(Int32(goal))
    }
    #expect(tables.follow(0) == first)
    #expect(tables.statistics.fills == 20)
    #expect(tables.statistics.hits == 1)
    // Half of the limit is for tables that nobody follows any more.
    #expect(tables.statistics.bytes == 4 * 128)
    for goal in 30..<40 { _ = tables.follow(Int32(goal)) }
    #expect(tables.statistics.bytes == 11 * 128)
  }

  static func randomGraph(_ rng: inout SeededGenerator, oneWay: Double = 0.1) -> Graph {
    let (width, height) = (1 + rng.next(below: 30), 1 + rng.next(below: 16))
    let blocked = rng.nextUnit() * 0.5
    let map = GridMap(
      width: Int32(width), height: Int32(height),
      passable: (0..<width * height).map { _ in !rng.chance(blocked) })
    let exits = (0..<width * height).map { _ in
      rng.chance(oneWay) ? DirectionSet(rawValue: UInt8(rng.next(below: 16))) : .all
    }
    return Graph(map) { exits[Int($0.y) * width + Int($0.x)] }
  }

  static func randomGuidance(
    _ graph: Graph, _ model: MotionModel, _ rng: inout SeededGenerator
  ) -> Guidance {
    let turn = UInt8(1 + rng.next(below: 3))
    let kinds = [1, 2, Int(Guidance.edgeLimit(model: model, turn: turn))]
    let largest = kinds[rng.next(below: kinds.count)]
    return Guidance(
      edges: (0..<4 * graph.vertexCount).map { _ in UInt8(1 + rng.next(below: largest)) },
      turn: turn)
  }
}

/// Differences between random states that the view tells otherwise than the plain distances do.
func disagreements(
  _ view: GuidedView, _ table: UnsafePointer<UInt16>, _ graph: Graph, _ plain: [Int?],
  _ model: MotionModel, _ rng: inout SeededGenerator
) -> Int {
  var count = 0
  let headings = model.headingCount
  for a in 0..<plain.count {
    // Another state near by, or any.
    let b = rng.chance(0.5) ? rng.next(below: plain.count) : min(plain.count - 1, a + headings)
    let codes = (table[Int(view.placeOf[a / headings])], table[Int(view.placeOf[b / headings])])
    if view.reaches(codes.0) != (plain[a] != nil) { count += 1 }
    guard let da = plain[a], let db = plain[b] else { continue }
    // Bases, not states, are compared modulo: stay clear of the edge by two turns twice.
    guard abs(da - db) <= Int(view.reach) - 12 else { continue }
    if Int(view.difference(of: codes.1, b % headings, from: codes.0, a % headings)) != db - da {
      count += 1
    }
  }
  return count
}

/// Bellman's relaxation until nothing changes, over `vertex * headings + heading`.
func plainDistances(
  _ graph: Graph, _ guidance: Guidance, _ model: MotionModel, goal: Int
) -> [Int?] {
  let headings = model.headingCount
  var distance = [Int?](repeating: nil, count: graph.vertexCount * headings)
  for heading in 0..<headings { distance[goal * headings + heading] = 0 }
  var hasChanged = true
  while hasChanged {
    hasChanged = false
    for state in distance.indices {
      let (v, heading) = (state / headings, state % headings)
      var ways: [(Int, Int)] = []
      for direction in 0..<4 where headings == 1 || direction == heading {
        let next = Int(graph.successors[4 * v + direction])
        if next >= 0 {
          ways.append((next * headings + heading, Int(guidance.edges[4 * v + direction])))
        }
      }
      if headings == 4 {
        ways.append((v * 4 + (heading + 1) % 4, Int(guidance.turn)))
        ways.append((v * 4 + (heading + 3) % 4, Int(guidance.turn)))
      }
      for (end, cost) in ways {
        guard let rest = distance[end] else { continue }
        if distance[state].map({ $0 > rest + cost }) ?? true {
          distance[state] = rest + cost
          hasChanged = true
        }
      }
    }
  }
  return distance
}

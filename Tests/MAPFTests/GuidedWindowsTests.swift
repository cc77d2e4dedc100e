import Determinism
import Grid
import Testing

@testable import MAPF

/// Tables of surroundings, for maps whose whole tables do not fit.
@Suite struct GuidedWindowsTests {
  @Test(arguments: [MotionModel.fourNeighbour, .turning])
  func whoeverGoesDownItsWindowsArrives(model: MotionModel) {
    for seed in 0..<6 {
      var rng = Seed(UInt64(seed)).generator()
      let graph = seed % 3 == 0 ? Self.maze(&rng) : Self.rocks(&rng, share: 0.1 * Double(seed % 3))
      let guidance =
        seed % 2 == 0
        ? Guidance.uniform(vertexCount: graph.vertexCount)
        : Guidance.lanes(for: graph, easy: 2, hard: 4, turn: 2)
      let whole = GuidedDistances(
        graph: graph, guidance: guidance, model: model, memoryLimit: 1 << 28)
      let near = GuidedDistances(
        graph: graph, guidance: guidance, model: model, memoryLimit: 1 << 20)
      near.useWindows(agents: 2)
      for r in 0..<2 {
        let start = Int32(rng.next(below: graph.vertexCount))
        let goal = Int32(rng.next(below: graph.vertexCount))
        let shortest = whole.distance(to: goal, from: start)
        let walked = walk(near, r, graph, guidance, model, from: start, to: goal)
        #expect((walked == nil) == (shortest == nil), "seed \(seed)")
        guard let walked, let shortest else { continue }
        #expect(walked >= shortest, "seed \(seed)")
        #expect(walked <= shortest + shortest / 4 + 40, "seed \(seed)")
      }
    }
  }

  /// Follows the steepest way down; the cost of what was walked, nil when there is no way.
  private func walk(
    _ tables: GuidedDistances, _ r: Int, _ graph: Graph, _ guidance: Guidance,
    _ model: MotionModel, from start: Int32, to goal: Int32
  ) -> Int32? {
    var (v, h) = (Int(start), 0)
    var cost: Int32 = 0
    for _ in 0..<20_000 {
      if v == Int(goal) { return cost }
      let table = tables.window(of: r, to: goal, at: Int32(v))
      guard tables.left(to: r, heading: h) != nil else { return nil }
      let here = table[Int(tables.view.placeOf[v])]
      var best: (fall: Int32, v: Int, h: Int, cost: Int32)?
      func consider(_ end: Int, _ heading: Int, _ price: Int32) {
        let code = table[Int(tables.view.placeOf[end])]
        let fall = tables.view.difference(of: code, heading, from: here, h) + price
        if best.map({ fall < $0.fall }) ?? true { best = (fall, end, heading, price) }
      }
      let isTurning = model == .turning
      for d in isTurning ? [h] : Array(0..<4) where graph.successors[4 * v + d] >= 0 {
        consider(Int(graph.successors[4 * v + d]), h, Int32(guidance.edges[4 * v + d]))
      }
      if isTurning {
        for turned in [(h + 1) & 3, (h + 3) & 3] { consider(v, turned, Int32(guidance.turn)) }
      }
      // Bounds are never below what a step on costs.
      guard let next = best, next.fall <= 0 else {
        Issue.record("no way down from \(v), \(h)")
        return nil
      }
      (v, h) = (next.v, next.h)
      cost += next.cost
    }
    Issue.record("still on the way from \(start) to \(goal)")
    return nil
  }

  @Test func whatIsLeftIsExactInTheWindowOfTheGoal() {
    var rng = Seed(5).generator()
    let graph = Self.rocks(&rng, share: 0.15)
    let guidance = Guidance.uniform(vertexCount: graph.vertexCount)
    for model in [MotionModel.fourNeighbour, .turning] {
      let tables = GuidedDistances(
        graph: graph, guidance: guidance, model: model, memoryLimit: 1 << 20)
      let whole = GuidedDistances(
        graph: graph, guidance: guidance, model: model, memoryLimit: 1 << 28)
      tables.useWindows(agents: 1)
      let goal = Int32(graph.vertexCount / 2)
      for v in [goal, goal + 1, goal + 7] {
        _ = tables.window(of: 0, to: goal, at: v)
        for heading in 0..<model.headingCount {
          #expect(
            tables.left(to: 0, heading: heading)
              == whole.distance(to: goal, from: v, heading: heading))
        }
      }
    }
  }

  @Test func memoryStaysWithinTheLimit() {
    var rng = Seed(3).generator()
    let graph = Self.rocks(&rng, share: 0.1, side: 180)
    let tables = GuidedDistances(
      graph: graph, guidance: .uniform(vertexCount: graph.vertexCount), model: .turning,
      memoryLimit: 500_000)
    #expect(tables.needsWindows(agents: 20))
    #expect(!tables.needsWindows(agents: 5))
    tables.useWindows(agents: 20)
    var isReached = 0
    for round in 0..<6 {
      let goals = (0..<20).map { _ in Int32(rng.next(below: graph.vertexCount)) }
      tables.prepare(goals)
      for r in 0..<20 {
        _ = tables.window(of: r, to: goals[r], at: Int32(rng.next(below: graph.vertexCount)))
        isReached += tables.left(to: r) == nil ? 0 : 1
      }
      #expect(tables.statistics.bytes <= 500_000, "round \(round)")
    }
    #expect(isReached > 100)
  }

  @Test func agentsOnALargeMapReachTheirGoalsInLittleMemory() {
    var rng = Seed(9).generator()
    let graph = Self.rocks(&rng, share: 0.1, side: 180)
    var settings = GridLifelongPlanner.Settings(model: .turning, seed: Seed(1))
    settings.tableMemoryLimit = 600_000
    var planner = GridLifelongPlanner(graph: graph, settings: settings)
    var agents = (0..<20).map { r in
      GridAgent(at: Int32(r * 1_000), goal: Int32(rng.next(below: graph.vertexCount)))
    }
    var actions: [GridAction] = []
    var reached = 0
    for _ in 0..<450 {
      planner.step(agents, budget: PlanningBudget(work: 500), actions: &actions)
      for r in agents.indices {
        let pose = GridPose(at: agents[r].at, heading: agents[r].heading)
        guard let next = pose.after(actions[r], on: graph) else {
          Issue.record("agent \(r) into a wall")
          return
        }
        (agents[r].at, agents[r].heading) = (next.at, next.heading)
        if next.at == agents[r].goal {
          reached += 1
          agents[r].goal = -1
        }
      }
      #expect(Set(agents.map(\.at)).count == agents.count)
    }
    #expect(reached >= 17)
    #expect(planner.statistics.tableBytes <= 600_000)
  }

  /// Rocks of several cells on an open field.
  static func rocks(_ rng: inout SeededGenerator, share: Double, side: Int = 130) -> Graph {
    var passable = Array(repeating: true, count: side * side)
    var left = Int(share * Double(side * side))
    while left > 0 {
      let (w, h) = (1 + rng.next(below: 12), 1 + rng.next(below: 12))
      let (x, y) = (rng.next(below: side - w), rng.next(below: side - h))
      for i in 0..<w * h { passable[(y + i / w) * side + x + i % w] = false }
      left -= w * h
    }
    return Graph(GridMap(width: Int32(side), height: Int32(side), passable: passable))
  }

  /// A maze of ways one cell wide without rings, walls in between: depth-first.
  static func maze(_ rng: inout SeededGenerator, side: Int = 111) -> Graph {
    var passable = Array(repeating: false, count: side * side)
    var stack = [side + 1]
    passable[side + 1] = true
    while let at = stack.last {
      let ways = [-2, 2, -2 * side, 2 * side].filter { way in
        let (x, y) = ((at + way) % side, (at + way) / side)
        return at + way > 0 && x > 0 && x < side - 1 && y > 0 && y < side - 1
          && abs(x - at % side) + abs(y - at / side) == 2 && !passable[at + way]
      }
      guard !ways.isEmpty else {
        stack.removeLast()
        continue
      }
      let way = ways[rng.next(below: ways.count)]
      passable[at + way / 2] = true
      passable[at + way] = true
      stack.append(at + way)
    }
    return Graph(GridMap(width: Int32(side), height: Int32(side), passable: passable))
  }
}

import Determinism
import Grid
import Testing

@testable import MAPF

/// Steps until every free agent has been on its goal once, or the limit.
private struct Drill {
  var agents: [PlanningAgent]
  var planner: LifelongPlanner
  let verifier: PlanVerifier
  var problems: [PlanVerifier.Problem] = []
  var reached: Set<Int32> = []

  init(_ drawing: Drawing, _ agents: [PlanningAgent], seed: UInt64 = 1, mutex: Bool = false) {
    let moves = drawing.moves(mutex: mutex)
    self.agents = agents
    planner = LifelongPlanner(graphs: [moves], seed: Seed(seed), tableMemoryLimit: 1 << 20)
    verifier = PlanVerifier(graph: drawing.graph, moveGraphs: [moves])
  }

  mutating func step() {
    let moves = planner.step(agents)
    problems += verifier.problems(moves: moves, agents: agents)
    PlanVerifier.apply(moves, to: &agents)
    for (a, agent) in agents.enumerated() where agent.at == agent.goal {
      reached.insert(Int32(a))
    }
  }

  mutating func run(_ limit: Int) -> Int? {
    let wanted = agents.filter { $0.goal >= 0 && $0.mobility == .free }.count
    for steps in 0...limit {
      if reached.count >= wanted { return steps }
      step()
    }
    return nil
  }
}

@Suite struct LivenessTests {
  @Test func twoAgentsSwapInACorridorWithOnePassingPlace() {
    let drawing = Drawing("a.......b\n####p####")
    var drill = Drill(
      drawing,
      [
        PlanningAgent(at: drawing["a"], goal: drawing["b"]),
        PlanningAgent(at: drawing["b"], goal: drawing["a"]),
      ])
    #expect(drill.run(60) != nil)
    #expect(drill.problems == [])
  }

  @Test func everyAgentReachesItsGoalOnceOnABiconnectedGraph() {
    for seed in 0..<20 {
      let open = Drawing("........\n........\n..####..\n..####..\n........\n........")
      var rng = Seed(UInt64(seed)).generator()
      var starts = (0..<Int32(open.graph.vertexCount)).map { $0 }
      var goals = starts
      rng.shuffle(&starts)
      rng.shuffle(&goals)
      let count = open.graph.vertexCount * 3 / 5
      let agents = (0..<count).map { PlanningAgent(at: starts[$0], goal: goals[$0]) }
      var drill = Drill(open, agents, seed: UInt64(seed))
      #expect(drill.run(400) != nil, "seed \(seed)")
      #expect(drill.problems == [])
    }
  }

  @Test func higherPriorityGoesFirst() {
    let drawing = Drawing("amb\n#g#")
    for first in 0..<2 {
      var agents = ["a", "b"].map {
        PlanningAgent(at: drawing[Character($0)], goal: drawing["g"])
      }
      agents[first].priority = 1
      var drill = Drill(drawing, agents)
      drill.step()
      #expect(drill.agents[first].at == drawing["m"])
    }
  }

  @Test func aWallOnTheWayIsGoneRound() {
    // The wall bars the only short way; the way round first leads away from the goal.
    let drawing = Drawing("#.....#\n#.###.#\na..w..b\n#.###.#\n#.....#")
    var drill = Drill(
      drawing,
      [
        PlanningAgent(at: drawing["a"], goal: drawing["b"]),
        PlanningAgent(at: drawing["w"], mobility: .wall),
      ])
    #expect(drill.run(12) == 10)
    #expect(drill.problems == [])
  }

  @Test func wallsWithoutAgentsAreGoneRoundAndNeverEntered() {
    let drawing = Drawing("#.....#\n#.###.#\na..w..b\n#.###.#\n#.....#")
    for swap in [false, true] {
      var planner = LifelongPlanner(
        graphs: [drawing.moves()], seed: Seed(1), tableMemoryLimit: 1 << 20)
      planner.allowsSwap = swap
      var agents = [
        PlanningAgent(at: drawing["a"], goal: drawing["b"]),
        PlanningAgent(at: drawing["b"], goal: drawing["a"]),
      ]
      var arrived: Set<Int> = []
      for _ in 0..<60 {
        PlanVerifier.apply(planner.step(agents, walls: [drawing["w"]]), to: &agents)
        for (a, agent) in agents.enumerated() {
          #expect(agent.at != drawing["w"])
          if agent.at == agent.goal { arrived.insert(a) }
        }
      }
      #expect(arrived == [0, 1], "swap: \(swap)")
      // The wall has gone: the short way is open again.
      agents[0].goal = agents[0].at == drawing["a"] ? drawing["b"] : drawing["a"]
      agents[1].mobility = .absent
      for _ in 0..<6 { PlanVerifier.apply(planner.step(agents), to: &agents) }
      #expect(agents[0].at == agents[0].goal)
    }
  }

  @Test func aFrozenAgentOnTheWayIsWaitedFor() {
    let drawing = Drawing("#.....#\n#.###.#\na..w..b\n#.###.#\n#.....#")
    var drill = Drill(
      drawing,
      [
        PlanningAgent(at: drawing["a"], goal: drawing["b"]),
        PlanningAgent(at: drawing["w"], mobility: .frozen),
      ])
    #expect(drill.run(40) == nil)
    #expect(drill.planner.stuckAgents == [0])
    drill.agents[1].mobility = .wall
    #expect(drill.run(20) != nil)
    #expect(drill.problems == [])
  }

  @Test func manyAgentsPassAWallOnAnOpenField() {
    let drawing = Drawing(
      (0..<9).map { y in
        String((0..<15).map { x in x == 7 && (2...6).contains(y) ? "w" : "." })
      }.joined(separator: "\n"))
    let walls = drawing.marks.indices.filter { drawing.marks[$0] == "w" }.map(Int32.init)
    let west = (0..<9).map { Int32($0 * 15) }
    let agents =
      walls.map { PlanningAgent(at: $0, mobility: .wall) }
      + west.map { PlanningAgent(at: $0, goal: $0 + 14) }
      + west.map { PlanningAgent(at: $0 + 13, goal: $0 + 1) }
    var drill = Drill(drawing, agents)
    #expect(drill.run(80) != nil)
    #expect(drill.problems == [])
  }

  @Test func anIdleAgentIsPushedOutOfTheWay() {
    let drawing = Drawing("a.i.b\n####.")
    var drill = Drill(
      drawing,
      [
        PlanningAgent(at: drawing["a"], goal: drawing["b"]),
        PlanningAgent(at: drawing["i"]),
      ])
    #expect(drill.run(20) != nil)
    #expect(drill.problems == [])
  }

  @Test func anUnreachableGoalKeepsTheAgentAtRestAndIsReported() {
    let drawing = Drawing("a..#b")
    var drill = Drill(drawing, [PlanningAgent(at: drawing["a"], goal: drawing["b"])])
    for _ in 0..<40 { drill.step() }
    #expect(drill.agents[0].at == drawing["a"])
    #expect(drill.planner.cutOffAgents == [0])
    #expect(drill.planner.stuckAgents == [])
  }

  @Test func twoAgentsPutInOneCellBlockIt() {
    let drawing = Drawing("a.b")
    var drill = Drill(
      drawing,
      [
        PlanningAgent(at: drawing["a"], goal: drawing["b"]),
        PlanningAgent(at: drawing["a"], goal: drawing["b"]),
      ])
    drill.step()
    #expect(drill.agents.map(\.at) == [drawing["a"], drawing["a"]])
  }

  @Test func anAgentPutIntoAJunctionLeavesIt() {
    let drawing = Drawing("#.#\n.x.\n#g#")
    var drill = Drill(
      drawing, [PlanningAgent(at: drawing["x"], goal: drawing["g"])], mutex: true)
    #expect(drill.run(1) == 1)
    #expect(drill.problems == [])
  }

  @Test func severalAgentsMakeWayForOneThatCrossesAJunction() {
    // Two without a goal have been put into the junction; either can leave it to the side.
    let drawing = Drawing("##..##\na.xx.b\n##..##")
    for mutex in [false, true] {
      let inside = drawing.marks.indices.filter { drawing.marks[$0] == "x" }.map(Int32.init)
      var drill = Drill(
        drawing,
        [PlanningAgent(at: drawing["a"], goal: drawing["b"])]
          + inside.map { PlanningAgent(at: $0) },
        mutex: mutex)
      #expect(drill.run(8) != nil, "mutex: \(mutex)")
      #expect(drill.problems == [])
    }
  }

  @Test func aRegionSearchFreesWhatPushingAloneCannot() {
    let drawing = Drawing("a.....b\n###p###")
    var agents = [
      PlanningAgent(at: drawing["a"], goal: drawing["b"]),
      PlanningAgent(at: drawing["b"], goal: drawing["a"]),
    ]
    var drill = Drill(drawing, agents)
    drill.planner.allowsSwap = false
    while drill.planner.stuckAgents.isEmpty { drill.step() }
    #expect(drill.reached.isEmpty)
    agents = drill.agents
    for stuck in drill.planner.stuckAgents.prefix(1) {
      guard
        case .solved(let plan) = drill.planner.solveRegion(
          around: stuck, agents: agents, budget: 10_000)
      else {
        Issue.record("no plan")
        return
      }
      let goalless = agents.map { PlanningAgent(at: $0.at) }
      #expect(drill.verifier.problems(in: plan, of: goalless) == [])
      for step in plan { PlanVerifier.apply(step, to: &drill.agents) }
    }
    #expect(drill.run(40) != nil)
    #expect(drill.problems == [])
  }

  /// Only `c` is stuck; it must back into the arm with the others passing. Without their wishes the
  /// search generates 29,000 successors and more, with them at most 140 in twenty seeds.
  @Test func aRegionSearchLetsTheOthersGoTheirOwnWay() {
    let drawing = Drawing(".###\ncba.\nd###\n.###\n.###\n.###")
    func vertex(_ x: Int32, _ y: Int32) -> Int32 { y == 0 ? 0 : y == 1 ? 1 + x : 3 + y }
    let agents = [
      PlanningAgent(at: drawing["a"], goal: vertex(0, 2)),
      PlanningAgent(at: drawing["b"], goal: vertex(0, 3)),
      PlanningAgent(at: drawing["d"], goal: vertex(0, 4)),
      PlanningAgent(at: drawing["c"], goal: vertex(0, 5)),
    ]
    var drill = Drill(drawing, agents)
    guard
      case .solved(let plan) = drill.planner.solveRegion(
        around: 3, agents: agents, budget: 3_000)
    else {
      Issue.record("no plan")
      return
    }
    for step in plan { PlanVerifier.apply(step, to: &drill.agents) }
    #expect(drill.agents[3].at == agents[3].goal)
  }

  @Test func aRegionSearchLeavesStandingAgentsAlone() {
    let drawing = Drawing("a..f..b")
    let agents = [
      PlanningAgent(at: drawing["a"], goal: drawing["b"]),
      PlanningAgent(at: drawing["f"], mobility: .frozen),
    ]
    var drill = Drill(drawing, agents)
    // It may come as near as the frozen agent lets it.
    guard
      case .solved(let plan) = drill.planner.solveRegion(
        around: 0, agents: agents, budget: 10_000)
    else {
      Issue.record("no plan")
      return
    }
    for step in plan { PlanVerifier.apply(step, to: &drill.agents) }
    #expect(drill.agents[0].at == drawing["f"] - 1)
    #expect(
      drill.planner.solveRegion(around: 0, agents: drill.agents, budget: 10_000) == .unsolvable)
  }
}

/// A town of one-way streets, some of them barred by vehicles that have broken down.
@Suite struct OneWayTownTests {
  private static func isStreet(_ x: Int32) -> Bool { x % 6 < 2 }

  private static func town(blocks: Int32) -> Graph {
    let size = 6 * blocks + 2
    let passable = (0..<size * size).map { isStreet($0 % size) || isStreet($0 / size) }
    let map = GridMap(width: size, height: size, passable: passable)
    return Graph(map) { cell in
      switch (isStreet(cell.x), isStreet(cell.y)) {
      case (true, true): .all
      case (true, false): cell.x % 6 == 0 ? .south : .north
      default: cell.y % 6 == 0 ? .west : .east
      }
    }
  }

  @Test(arguments: 0..<3) func brokenVehiclesInOneWayLanesDoNotJamTheTown(seed: Int) {
    let graph = Self.town(blocks: 6)
    let isJunction = graph.cells.map { Self.isStreet($0.x) && Self.isStreet($0.y) }
    let moves = MoveGraph(graph: graph, noStop: { isJunction[$0.index] })
    let verifier = PlanVerifier(graph: graph, moveGraphs: [moves])
    var planner = LifelongPlanner(
      graphs: [moves], seed: Seed(UInt64(seed)), tableMemoryLimit: 1 << 24)
    var rng = Seed(UInt64(seed)).derive("town").generator()
    var cells = (0..<Int32(graph.vertexCount)).filter { moves.isResting($0) }
    rng.shuffle(&cells)
    // Broken vehicles stand at the far ends of lanes, so that nobody starts behind one.
    let isLaneStart = cells.filter { moves.backLength(to: $0) > 1 }
    var agents = isLaneStart.prefix(4).map { PlanningAgent(at: $0, mobility: .wall) }
    agents += cells.filter { !isLaneStart.prefix(4).contains($0) }.prefix(60).map {
      PlanningAgent(at: $0)
    }
    let barred = Set(isLaneStart.prefix(4))
    var arrivals = 0
    var late = 0
    for step in 0..<400 {
      for a in agents.indices
      where agents[a].mobility == .free && agents[a].goal == agents[a].at
        || agents[a].goal < 0
      {
        arrivals += agents[a].goal >= 0 ? 1 : 0
        late += agents[a].goal >= 0 && step >= 300 ? 1 : 0
        var goal = cells[rng.next(below: cells.count)]
        while barred.contains(goal) { goal = cells[rng.next(below: cells.count)] }
        agents[a].goal = agents[a].mobility == .free ? goal : -1
      }
      let step = planner.step(agents)
      #expect(verifier.problems(moves: step, agents: agents) == [])
      PlanVerifier.apply(step, to: &agents)
    }
    // Who waits for a goal in a barred lane waits; the town goes on.
    #expect(late * 5 > arrivals, "seed \(seed): \(late) of \(arrivals) arrivals at the end")
  }
}

extension MoveGraph {
  /// The length of the longest move into `v`.
  fileprivate func backLength(to v: Int32) -> Int {
    moveEnd.indices.filter { moveEnd[$0] == v }.map { Int(moveCost[$0]) }.max() ?? 0
  }
}

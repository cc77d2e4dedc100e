import Determinism
import Grid
import Testing

@testable import MAPF

/// Whether a plan exists, by breadth-first search over all joint moves.
private func hasPlan(
  _ agents: [PlanningAgent], _ moves: MoveGraph, _ verifier: PlanVerifier
) -> Bool {
  var seen: Set<[Int32]> = [agents.map(\.at)]
  var queue = [agents]
  var head = 0
  while head < queue.count {
    let now = queue[head]
    head += 1
    if now.allSatisfy({ $0.goal < 0 || $0.goal == $0.at }) { return true }
    var joint: [[PlannedMove]] = [[]]
    for (a, agent) in now.enumerated() where agent.mobility == .free {
      joint = joint.flatMap { some in
        [some]
          + moves.moves(from: agent.at).map {
            some + [
              PlannedMove(
                agent: Int32(a), move: $0, from: agent.at, to: moves.moveEnd[Int($0)])
            ]
          }
      }
    }
    for step in joint {
      var after = now
      PlanVerifier.apply(step, to: &after)
      guard !seen.contains(after.map(\.at)) else { continue }
      let problems = verifier.problems(
        moves: LeadersFirst.ordered(step), agents: now)
      guard problems.isEmpty else { continue }
      seen.insert(after.map(\.at))
      queue.append(after)
    }
  }
  return false
}

@Suite struct LaCAMTests {
  @Test func agreesWithExhaustiveSearchOnSmallGrids() {
    let drawings = ["...\n...", "....\n.#..", ".....\n##.##", "..\n..", "...x..\n##.x.#"]
    var counts = (solved: 0, unsolvable: 0)
    for (number, text) in drawings.enumerated() {
      let drawing = Drawing(text)
      for rotations in [false, true] {
        let moves = drawing.moves()
        let verifier = PlanVerifier(
          graph: drawing.graph, moveGraphs: [moves], refusesRotations: !rotations)
        let cells = (0..<Int32(moves.vertexCount)).filter { moves.isResting($0) }
        for seed in 0..<12 {
          var rng = Seed(UInt64(seed)).derive("instance", number).generator()
          var starts = cells
          var goals = cells
          rng.shuffle(&starts)
          rng.shuffle(&goals)
          let count = min(2 + seed % 3, cells.count)
          var agents = (0..<count).map { PlanningAgent(at: starts[$0], goal: goals[$0]) }
          if seed % 5 == 4 { agents[0].goal = -1 }
          if seed % 6 == 5 {
            agents[1].mobility = .frozen
            agents[1].goal = -1
          }
          var planner = LaCAM(
            graphs: [moves], seed: Seed(7), refusesRotations: !rotations)
          let note = "drawing \(number), seed \(seed), rotations \(rotations)"
          switch planner.solve(agents, budget: 2_000_000) {
          case .solved(let plan):
            counts.solved += 1
            #expect(verifier.problems(in: plan, of: agents) == [], "\(note)")
          case .unsolvable:
            counts.unsolvable += 1
            #expect(!hasPlan(agents, moves, verifier), "\(note)")
          case .budgetExhausted: Issue.record("budget exhausted: \(note)")
          }
        }
      }
    }
    #expect(counts.solved > 20 && counts.unsolvable > 10, "\(counts)")
  }

  @Test func swapsTwoAgentsInACorridorWithOnePassingPlace() {
    let drawing = Drawing("a.....b\n###p###")
    let moves = drawing.moves()
    let agents = [
      PlanningAgent(at: drawing["a"], goal: drawing["b"]),
      PlanningAgent(at: drawing["b"], goal: drawing["a"]),
    ]
    var planner = LaCAM(graphs: [moves], seed: Seed(1))
    guard case .solved(let plan) = planner.solve(agents, budget: 100_000) else {
      Issue.record("no plan")
      return
    }
    let verifier = PlanVerifier(graph: drawing.graph, moveGraphs: [moves])
    #expect(verifier.problems(in: plan, of: agents) == [])
  }

  @Test func saysWhenTheBudgetEnds() {
    let drawing = Drawing("a.....b\n###p###")
    let agents = [
      PlanningAgent(at: drawing["a"], goal: drawing["b"]),
      PlanningAgent(at: drawing["b"], goal: drawing["a"]),
    ]
    var planner = LaCAM(graphs: [drawing.moves()], seed: Seed(1))
    #expect(planner.solve(agents, budget: 3) == .budgetExhausted)
    #expect(planner.expansions == 3)
  }

  @Test func sharedGoalsAndWalledGoalsAreUnsolvable() {
    let drawing = Drawing("a.w.b")
    var planner = LaCAM(graphs: [drawing.moves()], seed: Seed(1))
    let same = [
      PlanningAgent(at: drawing["a"], goal: drawing["w"]),
      PlanningAgent(at: drawing["b"], goal: drawing["w"]),
    ]
    #expect(planner.solve(same, budget: 1000) == .unsolvable)
    let barred = [PlanningAgent(at: drawing["a"], goal: drawing["b"])]
    #expect(planner.solve(barred, walls: [drawing["w"]], budget: 1000) == .unsolvable)
    #expect(planner.expansions == 0)
  }

  @Test func rotationIsUsedOnlyWhereAllowed() {
    let drawing = Drawing("ab\ndc")
    let moves = drawing.moves()
    let agents = ["a", "b", "c", "d"].map { PlanningAgent(at: drawing[Character($0)]) }
    var turned = agents
    for i in 0..<4 { turned[i].goal = agents[(i + 1) % 4].at }
    var refusing = LaCAM(graphs: [moves], seed: Seed(1))
    #expect(refusing.solve(turned, budget: 10_000) == .unsolvable)
    var allowing = LaCAM(graphs: [moves], seed: Seed(1), refusesRotations: false)
    guard case .solved(let plan) = allowing.solve(turned, budget: 10_000) else {
      Issue.record("no plan")
      return
    }
    #expect(plan.count == 1)
  }
}

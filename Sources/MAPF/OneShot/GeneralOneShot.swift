import Determinism
import Grid

/// `OneShotSolver` on graphs whose moves are not those of the bare raster: `LaCAM` on a move graph.
///
/// `LaCAM` cannot be interrupted, so it is asked with ever greater budgets, each double the last.
struct GeneralOneShot {
  /// Agent -> the distance from its start to its goal, -1 where there is no way.
  let distances: [Int32]
  private(set) var expansions = 0
  private(set) var work = 0
  private var lacam: LaCAM
  private let agents: [PlanningAgent]
  private var budgetAtOnce = 256

  init(_ instance: GridInstance, seed: Seed, refusesRotations: Bool) {
    distances = GeneralOneShot.distances(instance)
    lacam = LaCAM(
      graphs: [MoveGraph(graph: instance.graph)], seed: seed, refusesRotations: refusesRotations)
    agents = zip(instance.starts, instance.goals).map { PlanningAgent(at: $0, goal: $1) }
  }

  mutating func solve(_ budget: PlanningBudget) -> OneShotSolver.Outcome {
    var left = budget.work / max(1, agents.count)
    while left > 0, budget.isOver?() != true {
      let outcome = lacam.solve(agents, budget: min(budgetAtOnce, left))
      expansions += lacam.expansions
      work += lacam.expansions * agents.count
      switch outcome {
      case .solved(let steps): return .solved(plan(steps))
      case .unsolvable: return .unsolvable
      case .budgetExhausted:
        left -= min(budgetAtOnce, left)
        budgetAtOnce *= 2
      }
    }
    return .budgetExhausted
  }

  private func plan(_ steps: [[PlannedMove]]) -> GridPlan {
    var row = agents.map(\.at)
    var vertices = row
    vertices.reserveCapacity((steps.count + 1) * row.count)
    for step in steps {
      for move in step { row[Int(move.agent)] = move.to }
      vertices += row
    }
    return GridPlan(agentCount: agents.count, vertices: vertices)
  }

  private static func distances(_ instance: GridInstance) -> [Int32] {
    let graph = instance.graph
    return zip(instance.starts, instance.goals).map { start, goal in
      var distance = [Int32](repeating: -1, count: graph.vertexCount)
      distance[Int(goal)] = 0
      var queue = [goal]
      var head = 0
      while head < queue.count, distance[Int(start)] < 0 {
        let v = Int(queue[head])
        head += 1
        for u in graph.predecessors[4 * v..<4 * v + 4] where u >= 0 && distance[Int(u)] < 0 {
          distance[Int(u)] = distance[v] + 1
          queue.append(u)
        }
      }
      return distance[Int(start)]
    }
  }
}

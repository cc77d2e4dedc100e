import Determinism
import Grid
import MAPF

/// A warehouse of aisles: `blocks` of 10 by 2 shelves, two cells of aisle between them.
func warehouse(columns: Int, rows: Int) -> Graph {
  let width = 2 + columns * 12
  let height = 2 + rows * 4
  var passable = [Bool](repeating: true, count: width * height)
  for row in 0..<rows {
    for column in 0..<columns {
      for y in 0..<2 {
        for x in 0..<10 { passable[(2 + row * 4 + y) * width + 2 + column * 12 + x] = false }
      }
    }
  }
  return Graph(GridMap(width: Int32(width), height: Int32(height), passable: passable))
}

/// Agents on distinct cells with random goals, which they get anew whenever they are there.
struct LifelongRun {
  private var planner: LifelongPlanner
  private var agents: [PlanningAgent] = []
  private var chance: SeededGenerator
  private let vertexCount: Int
  private(set) var finished = 0

  init(_ graph: Graph, agentCount: Int, seed: UInt64) {
    let moves = MoveGraph(graph: graph)
    chance = Seed(seed).derive("benchmark").generator()
    planner = LifelongPlanner(graphs: [moves], seed: Seed(seed), tableMemoryLimit: 2 << 30)
    vertexCount = graph.vertexCount
    var cells = (0..<Int32(graph.vertexCount)).map { $0 }
    chance.shuffle(&cells)
    for cell in cells.prefix(agentCount) { agents.append(PlanningAgent(at: cell)) }
  }

  mutating func step() {
    for a in agents.indices where agents[a].goal < 0 || agents[a].goal == agents[a].at {
      if agents[a].goal >= 0 { finished += 1 }
      agents[a].goal = Int32(chance.next(below: vertexCount))
    }
    for move in planner.step(agents) { agents[Int(move.agent)].at = move.to }
  }
}

func planningFigures() -> [Figure] {
  var figures: [Figure] = []
  for (agents, columns, rows, steps) in [
    (200, 20, 40, 200), (1000, 20, 40, 200), (5000, 40, 70, 60),
  ] {
    let graph = warehouse(columns: columns, rows: rows)
    var run = LifelongRun(graph, agentCount: agents, seed: 1)
    let first = Stopwatch.seconds { run.step() }
    let rest = Stopwatch.seconds { for _ in 0..<steps { run.step() } }
    let name = "PIBT step, \(agents) agents, \(graph.vertexCount) cells"
    figures.append(Figure(name: name, value: rest / Double(steps) * 1000, unit: "ms"))
    figures.append(Figure(name: "  first step with all tables", value: first * 1000, unit: "ms"))
    figures.append(
      Figure(name: "  goals reached a step", value: Double(run.finished) / Double(steps), unit: ""))
  }
  return figures
}

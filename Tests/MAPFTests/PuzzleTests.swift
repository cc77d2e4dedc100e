import Determinism
import Foundation
import Grid
import Testing

@testable import MAPF

/// `shared/data/puzzles` beside any folder above this file, or where `DROVER_PUZZLES` says.
private let puzzles: String? = {
  let isThere = FileManager.default.fileExists(atPath:)
  if let named = ProcessInfo.processInfo.environment["DROVER_PUZZLES"] { return named }
  var folder = URL(fileURLWithPath: #filePath)
  while folder.path != "/" {
    folder.deleteLastPathComponent()
    let candidate = folder.appendingPathComponent("shared/data/puzzles").path
    if isThere(candidate) { return candidate }
  }
  return nil
}()

@Suite(.enabled(if: puzzles != nil, "no benchmark puzzles: set DROVER_PUZZLES to their folder"))
struct PuzzleTests {
  private func load(_ name: String) throws -> (Graph, [PlanningAgent]) {
    func bytes(_ path: String) throws -> [UInt8] {
      try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }
    let puzzles = try #require(puzzles)
    let graph = Graph(try GridMap(parsing: bytes("\(puzzles)/\(name).map")))
    let scenario = try Scenario(parsing: bytes("\(puzzles)/\(name).scen"))
    let agents = try scenario.entries.map { entry in
      PlanningAgent(
        at: try #require(graph.vertex(at: entry.start)).rawValue,
        goal: try #require(graph.vertex(at: entry.goal)).rawValue)
    }
    return (graph, agents)
  }

  @Test(arguments: ["corners", "tree", "tunnel"])
  func theSearchSolvesThePuzzle(name: String) throws {
    let (graph, agents) = try load(name)
    let moves = MoveGraph(graph: graph)
    var planner = LaCAM(graphs: [moves], seed: Seed(1))
    guard case .solved(let plan) = planner.solve(agents, budget: 100_000) else {
      Issue.record("\(name) is not solved")
      return
    }
    let verifier = PlanVerifier(graph: graph, moveGraphs: [moves])
    #expect(verifier.problems(in: plan, of: agents) == [])
  }

  @Test(arguments: ["corners", "tree", "tunnel"])
  func lifelongStepsWithRegionSearchesBringEveryAgentToItsGoalOnce(name: String) throws {
    let (graph, start) = try load(name)
    var agents = start
    let moves = MoveGraph(graph: graph)
    var planner = LifelongPlanner(graphs: [moves], seed: Seed(1), tableMemoryLimit: 1 << 20)
    var reached: Set<Int> = []
    for _ in 0..<400 where reached.count < agents.count {
      PlanVerifier.apply(planner.step(agents), to: &agents)
      for (a, agent) in agents.enumerated() where agent.at == agent.goal { reached.insert(a) }
      guard let stuck = planner.stuckAgents.first else { continue }
      guard
        case .solved(let plan) = planner.solveRegion(
          around: stuck, agents: agents, budget: 10_000)
      else { continue }
      for step in plan {
        PlanVerifier.apply(step, to: &agents)
        for (a, agent) in agents.enumerated() where agent.at == agent.goal { reached.insert(a) }
      }
    }
    #expect(reached.count == agents.count)
  }
}

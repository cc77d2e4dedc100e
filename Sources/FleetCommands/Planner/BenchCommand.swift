import ArgumentParser
import Determinism
import Grid
import MAPF
import PlannerFiles

/// `drover bench`: the planner alone, on benchmark files.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Run the planner alone on benchmark files.",
    discussion: "One-shot planning is `drover plan`; `make bench` runs a table of benchmarks.",
    subcommands: [LifelongCommand.self, ScenarioCommand.self, GuidanceCommand.self])
}

/// `drover bench scenario`
struct ScenarioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario",
    abstract: "Draw a random scenario: starts and goals for a map.",
    discussion: """
      No start and no goal is drawn twice, and every goal can be reached from its agent's start. The \
      same map, number and seed draw the same scenario.

      EXAMPLES
        drover bench scenario maze-128-128-1.map --agents 1000 --seed 1 --output maze.scen
        drover plan maze-128-128-1.map maze.scen --time-limit 60
      """)

  @Argument(help: "The map.", completion: .file(extensions: ["map"])) var map: String
  @Option(help: "How many agents.") var agents: Int
  @Option(help: "Seed of the draw.") var seed: UInt64 = 0
  @Option(
    help: ArgumentHelp("Write the scenario there (default: standard output).", valueName: "file"))
  var output: String?

  func validate() throws {
    if agents < 1 { throw ValidationError("--agents must be at least 1") }
  }

  func run() throws {
    let graph = try PlannerInput.read { () throws(PlannerFileError) in
      Graph(try PlannerFile.map(map))
    }
    guard let instance = RandomInstance.draw(graph, agentCount: agents, seed: Seed(seed)) else {
      throw CommandFailure(
        "file", "\(map) has \(graph.vertexCount) passable cells, too few for \(agents) agents")
    }
    try PlannerInput.write(ScenarioText.bytes(instance, map: PlannerInput.name(map)), to: output)
  }
}

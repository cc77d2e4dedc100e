import ArgumentParser
import Determinism
import MAPF
import PlannerFiles

/// `drover plan`: one-shot planning of benchmark instances (docs/planner.md).
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Plan agents from the starts to the goals of a benchmark file, once.",
    discussion: """
      MAP is a .map of the MovingAI benchmarks, SCEN a .scen whose first lines are the agents. A plan \
      is searched, then improved until the time is up; sum of loss counts every step an agent does \
      not rest on its goal. `drover bench scenario` draws random instances.

      EXAMPLES
        drover plan room.map room-random-1.scen --agents 1000 --output plan.txt
        drover plan room.map room-random-1.scen --agents 1000 --first --json
        drover plan room.map room-random-1.scen --time-limit 60 --cpu-clock --seed 7

      EXIT CODES
        0   solved
        1   a file cannot be used
        2   no plan within the time, or interrupted before there was one
        4   there is no plan: some goal cannot be reached, or all configurations have been seen
        64  wrong usage
      """)

  @Argument(help: "The map.", completion: .file(extensions: ["map"])) var map: String
  @Argument(help: "The scenario.", completion: .file(extensions: ["scen"])) var scenario: String

  @Option(help: "Take so many lines of the scenario (default: all).") var agents: Int?
  @Option(help: "Seed of the planner.") var seed: UInt64 = 0
  @Option(help: ArgumentHelp("Seconds to plan, loading included.", valueName: "seconds"))
  var timeLimit: Double = 10
  @Flag(help: "Stop at the first plan.") var first = false
  @Flag(help: "Let the limit be processor time of this process instead of time that passes.")
  var cpuClock = false
  @Option(
    help: ArgumentHelp(
      "Write the plan there, in the text format of the LaCAM family.", valueName: "file"))
  var output: String?
  @OptionGroup var format: OutputOptions
  @Flag(help: "Print no progress.") var quiet = false

  func validate() throws {
    if let agents, agents < 1 { throw ValidationError("--agents must be at least 1") }
    guard timeLimit > 0, timeLimit.isFinite else {
      throw ValidationError("--time-limit must be more than 0 seconds")
    }
  }

  func run() throws {
    let limit = TimeLimit(seconds: timeLimit, isCPU: cpuClock)
    let interrupt = InterruptFlag()
    let instance = try PlannerInput.read { () throws(PlannerFileError) in
      try OneShotFiles.load(map: map, scenario: scenario, agentCount: agents)
    }
    let run = PlanRun(
      instance: instance, seed: Seed(seed), stopsAtFirst: first, limit: limit,
      interrupt: interrupt,
      progress: ProgressLine(isShown: !quiet && Terminal.width(of: 2) != nil))
    let result = try run.run()
    let report = PlanReport(
      result, instance: instance, map: map, scenario: scenario, seed: seed)
    if let output {
      try PlannerInput.write(report.file(instance, result.plan).bytes, to: output)
    }
    try format.print(report) { report.lines }
    if let status = result.outcome.exitStatus { throw ExitCode(status) }
  }
}

/// Files of the planner's commands, with errors as commands tell them.
enum PlannerInput {
  static func read<Value>(
    _ body: () throws(PlannerFileError) -> Value
  ) throws(CommandFailure) -> Value {
    do throws(PlannerFileError) { return try body() } catch {
      throw CommandFailure("file", error.description)
    }
  }

  /// Writes a file, or to standard output without a path.
  static func write(_ bytes: [UInt8], to path: String?) throws(CommandFailure) {
    guard let path else {
      return CommandContext.current.write(String(decoding: bytes, as: UTF8.self))
    }
    try read { () throws(PlannerFileError) in try PlannerFile.write(bytes, to: path) }
  }

  /// The last part of a path.
  static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}

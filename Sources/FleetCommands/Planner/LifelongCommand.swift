import ArgumentParser
import Determinism
import MAPF
import PlannerFiles

/// `drover bench lifelong`
struct LifelongCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lifelong",
    abstract: "Let agents take task after task for a number of steps, and count.",
    discussion: """
      The instances of the EPIBT paper: a map, agents (id,row,column) and tasks (one goal a line, row \
      times width plus column), both with a line of headings. Agent r's k-th task is line k times the \
      number of agents plus r, counted round; one that asks for the cell it stands on is skipped.

      Without a budget a step has 100 units of work an agent. --work is reproducible; \
      --budget-ms is processor time for a whole step, distance tables included.

      EXAMPLES
        drover bench lifelong --map map.txt --agents agents_3.csv --tasks tasks_one.csv --steps 400
        drover bench lifelong --map map.txt --agents agents_3.csv --tasks tasks_one.csv --steps 400 \
      --turning --budget-ms 25 --output run.json --json

      EXIT CODES
        0   all steps done
        1   a file cannot be used, or the run was interrupted: its figures are of the steps done
        64  wrong usage
      """)

  @Option(help: "The map.", completion: .file()) var map: String
  @Option(help: "Where the agents start.", completion: .file(extensions: ["csv"]))
  var agents: String
  @Option(help: "The goals.", completion: .file(extensions: ["csv"])) var tasks: String
  @Option(help: "How many steps.") var steps: Int
  @Flag(help: "Agents turn: forward, a quarter turn, or wait; all look east at first.")
  var turning = false
  @Option(help: ArgumentHelp("Processor time a step, in milliseconds.", valueName: "ms"))
  var budgetMs: Double?
  @Option(help: "Work a step, in units of the planner (operations tried).") var work: Int?
  @Option(
    help: ArgumentHelp(
      """
      Weights of edges that direct the traffic (docs/planner.md): a file, auto for lanes made from \
      the map, or none.
      """, valueName: "file|auto|none"), completion: .file())
  var guidance = "auto"
  @Option(help: "Whether three or more agents may move round a cycle: allowed or refused.")
  var rotations = RotationRule.allowed
  @Option(help: "Seed of the planner.") var seed: UInt64 = 0
  @Option(
    help: ArgumentHelp("Write every agent's actions there, as JSON.", valueName: "file"))
  var output: String?
  @OptionGroup var format: OutputOptions
  @Flag(help: "Print no progress.") var quiet = false

  func validate() throws {
    guard (1...10_000_000).contains(steps) else {
      throw ValidationError("--steps goes from 1 to 10000000")
    }
    if budgetMs != nil, work != nil {
      throw ValidationError("give --budget-ms or --work, not both")
    }
    if let budgetMs, !(budgetMs > 0 && budgetMs <= 1e6) {
      throw ValidationError("--budget-ms must be more than 0 and at most 1000000")
    }
    if let work, work < 0 { throw ValidationError("--work must not be negative") }
  }

  func run() throws {
    let interrupt = InterruptFlag()
    let instance = try PlannerInput.read { () throws(PlannerFileError) in
      try LifelongFiles.load(map: map, agents: agents, tasks: tasks)
    }
    var settings = GridLifelongPlanner.Settings(
      model: turning ? .turning : .fourNeighbour, seed: Seed(seed))
    settings.refusesRotations = rotations == .refused
    settings.triesPerAgent = triesPerAgent(of: instance.starts.count)
    settings.guidance = try guidance(for: instance, model: settings.model)
    var run = LifelongRun(
      instance, settings: settings, steps: steps, budget: budget(agentCount: instance.starts.count),
      records: output != nil, isInterrupted: { interrupt.isRaised })
    let progress = ProgressLine(isShown: !quiet && Terminal.width(of: 2) != nil)
    let name = PlannerInput.name(map)
    while run.stepsDone < steps, !interrupt.isRaised {
      try run.step()
      progress.show { run.progress(name) }
    }
    progress.clear()
    let report = LifelongReport(run, isComplete: run.stepsDone == steps, seed: seed)
    if let output, let recording = run.recording {
      try PlannerInput.write(recording.bytes, to: output)
    }
    try format.print(report) { report.lines }
    if run.stepsDone < steps { throw ExitCode(1) }
  }

  private func guidance(for instance: LifelongInstance, model: MotionModel) throws -> Guidance? {
    switch guidance {
    case "none": nil
    case "auto":
      .automatic(for: instance.graph, model: model, agentCount: instance.starts.count)
    default:
      try PlannerInput.read { () throws(PlannerFileError) in
        try GuidanceFile.load(guidance, for: instance.graph, model: model)
      }
    }
  }

  /// A millisecond is about ten thousand tries.
  private func triesPerAgent(of agentCount: Int) -> Int {
    (work ?? budgetMs.map { Int($0 * 10_000) } ?? 0) / max(1, agentCount)
  }

  private func budget(agentCount: Int) -> StepBudget {
    if let work { return .work(work) }
    return budgetMs.map { .nanoseconds(Int64($0 * 1e6)) } ?? .work(100 * agentCount)
  }
}

/// `--rotations`
enum RotationRule: String, ExpressibleByArgument, CaseIterable {
  case allowed
  case refused
}

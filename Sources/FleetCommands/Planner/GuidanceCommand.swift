import ArgumentParser
import Determinism
import Grid
import MAPF
import PlannerFiles

/// `drover bench guidance`
struct GuidanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guidance",
    abstract: "Make or learn a guidance for a map.",
    discussion: """
      Without --learn, neighbouring streets of the map are given opposite directions: a move along \
      the lane costs --easy, against it --hard. With --learn, the planner plays rounds of 300 steps \
      with --agents agents and random goals; moves against the stream, to crowded cells and after \
      long waits get dearer, and the guidance of the best round is written. Nothing is forbidden; weights only direct.

      EXAMPLES
        drover bench guidance map.txt --easy 2 --hard 20 --output lanes.txt
        drover bench guidance map.txt --learn 16 --agents 400 --output learned.txt
        drover bench lifelong --map map.txt --agents agents_3.csv --tasks tasks_one.csv --steps 400 \
      --guidance learned.txt
      """)

  @Argument(help: "The map.", completion: .file()) var map: String
  @Option(help: "Weight of a move along the lane.") var easy: UInt8 = 2
  @Option(help: "Weight of a move against it.") var hard: UInt8 = 20
  @Option(help: "Weight of a quarter turn, where agents turn.") var turn: UInt8 = 1
  @Option(help: ArgumentHelp("Learn, in so many rounds.", valueName: "rounds")) var learn: Int?
  @Option(help: "How many agents to learn with.") var agents: Int?
  @Flag(help: "For agents that turn.") var turning = false
  @Option(help: "Work of the planner in a step while learning, in operations tried.")
  var work = 200_000
  @Option(
    help: ArgumentHelp(
      "What a move against a full stream costs more, in easy moves.", valueName: "factor"))
  var contraflow = GuidanceTrainer.Law().contraflow
  @Option(
    help: ArgumentHelp(
      "What a move costs more for each agent that enters its end in a step.", valueName: "factor"))
  var crowding = GuidanceTrainer.Law().crowding
  @Option(
    help: ArgumentHelp(
      "What a move costs more for each step that agents wait before it.", valueName: "factor"))
  var delay = GuidanceTrainer.Law().delay
  @Option(
    help: ArgumentHelp(
      """
      Search for these factors, too: so many laws learn in turns, and the rounds go to the better \
      ones. Give --learn some twenty rounds for each.
      """, valueName: "count"))
  var laws = 1
  @Option(help: "Seed of the goals and the planner.") var seed: UInt64 = 0
  @Option(help: ArgumentHelp("Write it there (default: standard output).", valueName: "file"))
  var output: String?
  @Flag(help: "Print no progress.") var quiet = false

  func validate() throws {
    guard (1...Guidance.turnLimit).contains(turn) else {
      throw ValidationError("--turn goes from 1 to \(Guidance.turnLimit)")
    }
    if easy < 1 || hard < easy {
      throw ValidationError("--easy must be at least 1, --hard no less")
    }
    if let learn, !(1...1000).contains(learn) {
      throw ValidationError("--learn goes from 1 to 1000")
    }
    let limit = Guidance.edgeLimit(model: turning ? .turning : .fourNeighbour, turn: turn)
    if hard > limit { throw ValidationError("--hard goes up to \(limit) here") }
    if let agents, !(1...GridLifelongPlanner.agentLimit).contains(agents) {
      throw ValidationError("--agents goes from 1 to \(GridLifelongPlanner.agentLimit)")
    }
    if (learn == nil) != (agents == nil) {
      throw ValidationError("--learn and --agents go together")
    }
    if !(1...100).contains(laws) { throw ValidationError("--laws goes from 1 to 100") }
    if work < 0 { throw ValidationError("--work must not be negative") }
    for (name, factor) in [("contraflow", contraflow), ("crowding", crowding), ("delay", delay)]
    where !(factor >= 0 && factor <= 1000) {
      throw ValidationError("--\(name) goes from 0 to 1000")
    }
  }

  func run() throws {
    let interrupt = InterruptFlag()
    let graph = try PlannerInput.read { () throws(PlannerFileError) in
      Graph(try PlannerFile.map(map))
    }
    let guidance: Guidance
    if let learn, let agents {
      guidance = try learned(on: graph, rounds: learn, agents: agents, interrupt)
    } else {
      guidance = .lanes(for: graph, easy: easy, hard: hard, turn: turn)
    }
    try PlannerInput.write(Array(guidance.text(for: graph).utf8), to: output)
  }

  private func learned(
    on graph: Graph, rounds: Int, agents: Int, _ interrupt: InterruptFlag
  ) throws -> Guidance {
    guard agents > 0, agents < graph.vertexCount else {
      throw CommandFailure(
        "file", "\(map) has \(graph.vertexCount) passable cells: --agents must be below that")
    }
    var settings = GuidanceTrainer.Settings(agentCount: agents)
    settings.model = turning ? .turning : .fourNeighbour
    settings.work = work
    settings.law.contraflow = contraflow
    settings.law.crowding = crowding
    settings.law.delay = delay
    let progress = ProgressLine(isShown: !quiet && Terminal.width(of: 2) != nil)
    func show(_ round: Int, _ last: Double, _ best: Double) {
      progress.show { "round \(round) of \(rounds): \(last) goals a step, best \(best)" }
    }
    defer { progress.clear() }
    guard laws > 1 else {
      var trainer = GuidanceTrainer(graph: graph, settings: settings, seed: Seed(seed))
      while trainer.round < rounds, !interrupt.isRaised {
        let last = trainer.playRound()
        show(trainer.round, last, trainer.throughput)
      }
      return trainer.guidance
    }
    var search = GuidanceSearch(graph: graph, settings: settings, size: laws, seed: Seed(seed))
    while search.round < rounds, !interrupt.isRaised {
      let last = search.playRound()
      show(search.round, last, search.throughput)
    }
    return search.guidance
  }
}

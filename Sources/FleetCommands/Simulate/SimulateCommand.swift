import ArgumentParser
import CLinux
import FleetSimulation
import Foundation
import Glibc
import SiteFiles

/// `drover simulate`: whole fleets in virtual time, judged by gates (docs/simulator.md).
public struct SimulateCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run scenarios in virtual time and judge them by their gates.",
    discussion: """
      A scenario names a site, a fleet, demand, faults and gates. The same seed gives the same run, \
      in every process: compare event_log_hash.

      Several runs are made each in a process of its own, --jobs at a time: one that crashes is a \
      failed run, and the sweep goes on. Each failed run is told with the command that repeats it.

      EXAMPLES
        drover simulate Simulator/Scenarios/campus-30.yaml --seed 7
        drover simulate Simulator/Scenarios/chaos-*.yaml --seeds 1..200 --jobs 2
        drover simulate Simulator/Scenarios/*.yaml --seeds 1..5 --output results
        drover simulate Simulator/Scenarios/chaos-campus-100.yaml --seed 7 --minimize

      EXIT CODES
        0   all gates of all runs passed
        1   a gate failed, a run was interrupted, or a file cannot be used
      """)

  @Argument(help: "Scenario files.", completion: .file(extensions: ["yaml"]))
  var scenarios: [String]

  @Option(help: "Seed of the run; without it the scenario's own, or a fresh one that is printed.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Run every seed from A to B.", valueName: "A..B"))
  var seeds: SeedRange?

  @Option(help: ArgumentHelp("So many runs at a time.", valueName: "N"))
  var jobs = 1

  @Flag(help: "End at the first failed run, and a single run at its first violation.")
  var stopAtFirst = false

  @Flag(
    help: """
      Shrink a failing run (one scenario, one seed) to fewer faults and robots and less time, and \
      write it as a scenario into the --output folder, or here.
      """)
  var minimize = false

  @Option(help: ArgumentHelp("Make at most so many runs to minimize.", valueName: "N"))
  var minimizeRuns = 200

  @Flag(help: "Print JSON on standard output: one object, or a list for several runs.")
  var json = false

  @Option(help: ArgumentHelp("Write summary.json and junit.xml there.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Write a replay of the run (one scenario, one seed) as an HTML file: no server, no other file.",
      valueName: "file"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Write the run (one scenario, one seed) into a file for `drover replay`.", valueName: "file"))
  var record: String?

  @Option(help: ArgumentHelp("Simulate so long instead.", valueName: "seconds"))
  var duration: Double?

  @Flag(help: "Print no progress.")
  var quiet = false

  /// The run is one of a sweep: it ends with it.
  @Flag(help: .hidden)
  var ofSweep = false

  public init() {}

  public func validate() throws {
    if seed != nil, seeds != nil { throw ValidationError("give --seed or --seeds, not both") }
    if let duration, !(duration.isFinite && duration >= 1 && duration <= 864_000) {
      throw ValidationError("--duration must be 1 to 864000 seconds")
    }
    if minimize, scenarios.count != 1 || chosenSeedCount != 1 {
      throw ValidationError("--minimize takes one scenario and one seed")
    }
    if html != nil, minimize || scenarios.count != 1 || chosenSeedCount != 1 {
      throw ValidationError("--html takes one scenario and one seed")
    }
    if record != nil, minimize || scenarios.count != 1 || chosenSeedCount != 1 {
      throw ValidationError("--record takes one scenario and one seed")
    }
    if minimize, json { throw ValidationError("--minimize prints no JSON") }
    if !(1...100_000).contains(minimizeRuns) {
      throw ValidationError("--minimize-runs must be 1 to 100000")
    }
    if !(1...256).contains(jobs) { throw ValidationError("--jobs must be 1 to 256") }
    if scenarios.isEmpty { throw ValidationError("give at least one scenario file") }
  }

  public func run() throws {
    if ofSweep, linux_signal_on_parent_death(SIGKILL) != 0 { throw ExitCode(1) }
    let loaded = try scenarios.map(load)
    let signals = InterruptFlag()
    if minimize { return try shrink(loaded, until: signals) }
    let reports: [ReportJSON]
    if let (path, scenario, site) = loaded.first, loaded.count == 1, chosenSeedCount == 1 {
      let run = SimulationRun(
        path: path, scenario: scenario, site: site, seed: firstSeed(scenario), options: options,
        stopsAtViolation: stopAtFirst, html: html, record: record, printsText: !json,
        showsProgress: !quiet && Terminal.width(of: 2) != nil)
      reports = [ReportJSON(try run.run(until: signals))]
    } else {
      reports = try sweep(loaded, until: signals)
    }
    if json { CommandContext.current.print(try ReportJSON.text(reports)) }
    if let output { try ReportFiles.write(reports, to: output) }
    guard reports.allSatisfy(\.passed), !signals.isRaised else { throw ExitCode(1) }
  }

  /// Seed by seed, so that each scenario soon shows what is wrong with it.
  private func sweep(
    _ loaded: [(String, Scenario, SimulationSite)], until signals: InterruptFlag
  ) throws(CommandFailure) -> [ReportJSON] {
    let context = CommandContext.current
    let runs = (0..<chosenSeedCount).flatMap { turn in
      loaded.map { path, scenario, site in
        SweepJob(
          path: path, scenario: scenario.name, site: site.site.id.text,
          seed: firstSeed(scenario) + UInt64(turn), options: options)
      }
    }
    let sweep = SeedSweep(
      jobs: runs, parallel: jobs, stopsAtFirst: stopAtFirst, arguments: childArguments,
      executable: try SweepChild.ownExecutable())
    let width = quiet ? nil : Terminal.width(of: 2)
    let clear = width == nil ? "" : "\r\u{1B}[K"
    var progress = SweepProgress(total: runs.count)
    let reports = try sweep.run(until: signals) { job, report in
      let lines = progress.add(job, report)
      if !clear.isEmpty { context.writeError(clear) }
      // JSON has standard output to itself.
      for line in lines where !json || !report.passed {
        if json { context.printError(line) } else { context.print(line) }
      }
    } turned: {
      if let width, let bar = progress.bar(width: width) { context.writeError(bar) }
    }
    if !clear.isEmpty { context.writeError(clear) }
    for line in progress.summary(reports) {
      if json { context.printError(line) } else { context.print(line) }
    }
    return reports
  }

  private func shrink(
    _ loaded: [(String, Scenario, SimulationSite)], until signals: InterruptFlag
  ) throws {
    for (path, scenario, site) in loaded {
      do {
        let run = MinimizeRun(
          path: path, scenario: scenario, site: site, seed: firstSeed(scenario), parallel: jobs,
          budget: minimizeRuns, folder: output ?? ".", executable: try SweepChild.ownExecutable(),
          showsProgress: !quiet && Terminal.width(of: 2) != nil)
        _ = try run.run(until: signals)
      } catch let error as SimulationError {
        throw CommandFailure("scenario", "\(path): \(error)")
      }
    }
  }

  private func childArguments(_ job: SweepJob) -> [String] {
    var arguments = ["simulate", job.path, "--seed", "\(job.seed)"]
    arguments += ["--json", "--quiet", "--of-sweep"]
    if stopAtFirst { arguments.append("--stop-at-first") }
    if let duration { arguments += ["--duration", Gate.shown(duration)] }
    return arguments
  }

  /// The options that change what is simulated, as they are to be repeated.
  private var options: String {
    duration.map { " --duration \(Gate.shown($0))" } ?? ""
  }

  private var chosenSeedCount: Int { seeds?.range.count ?? 1 }

  /// As asked for, else the scenario's own, else a fresh one.
  private func firstSeed(_ scenario: Scenario) -> UInt64 {
    seeds?.range.lowerBound ?? seed ?? scenario.seed ?? UInt64.random(in: 1...999_999)
  }

  private func load(_ path: String) throws -> (String, Scenario, SimulationSite) {
    do {
      var scenario = try ScenarioFile.load(path)
      if let duration {
        scenario.duration = .milliseconds(Int64((duration * 1000).rounded()))
        scenario.warmup = min(scenario.warmup, scenario.duration / 2)
      }
      return (path, scenario, try SimulationSite.load(scenario.site, beside: path))
    } catch let error as ScenarioError {
      throw CommandFailure("file", error.description)
    } catch let error as SiteError {
      throw CommandFailure("file", error.description)
    }
  }
}

/// `A..B`, or one seed.
struct SeedRange: ExpressibleByArgument {
  let range: ClosedRange<UInt64>

  init?(argument: String) {
    let parts = argument.components(separatedBy: "..")
    guard (1...2).contains(parts.count), let low = UInt64(parts[0]),
      let high = UInt64(parts[parts.count - 1]), low <= high, high - low < 100_000
    else { return nil }
    range = low...high
  }
}

import ArgumentParser
import FleetSimulation
import Foundation
import SiteFiles

/// `drover simulate`: whole fleets in virtual time, judged by gates (docs/simulator.md).
public struct SimulateCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run scenarios in virtual time and judge them by their gates.",
    discussion: """
      A scenario names a site, a fleet, demand, faults and gates. The same seed gives the same run, \
      in every process: compare event_log_hash.

      EXAMPLES
        drover simulate Simulator/Scenarios/campus-30.yaml --seed 7
        drover simulate Simulator/Scenarios/*.yaml --seeds 1..5 --output results

      EXIT CODES
        0   all gates of all runs passed
        1   a gate failed, a run was interrupted, or a file cannot be used
      """)

  @Argument(help: "Scenario files.", completion: .file(extensions: ["yaml"]))
  var scenarios: [String]

  @Option(help: "Seed of the run; without it a fresh one is drawn and printed.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Run every seed from A to B.", valueName: "A..B"))
  var seeds: SeedRange?

  @Flag(help: "Print JSON on standard output: one object, or a list for several runs.")
  var json = false

  @Option(help: ArgumentHelp("Write summary.json and junit.xml there.", valueName: "folder"))
  var output: String?

  @Option(help: ArgumentHelp("Simulate so long instead.", valueName: "seconds"))
  var duration: Double?

  @Flag(help: "Print no progress.")
  var quiet = false

  public init() {}

  public func validate() throws {
    if seed != nil, seeds != nil { throw ValidationError("give --seed or --seeds, not both") }
    if let duration, !(duration.isFinite && duration >= 1 && duration <= 864_000) {
      throw ValidationError("--duration must be 1 to 864000 seconds")
    }
    if scenarios.isEmpty { throw ValidationError("give at least one scenario file") }
  }

  public func run() throws {
    let loaded = try scenarios.map(load)
    var reports: [RunReport] = []
    let signals = InterruptFlag()
    runs: for (path, scenario, site) in loaded {
      for seed in chosenSeeds {
        let run = SimulationRun(
          path: path, scenario: scenario, site: site, seed: seed, options: options,
          printsText: !json, showsProgress: !quiet && Terminal.width(of: 2) != nil)
        reports.append(try run.run(until: signals))
        if signals.isRaised { break runs }
      }
    }
    if json { CommandContext.current.print(try ReportJSON.text(reports)) }
    if let output { try ReportFiles.write(reports, to: output) }
    if !json, reports.count > 1 { printSummary(reports) }
    guard reports.allSatisfy(\.passed) else { throw ExitCode(1) }
  }

  /// The options that change what is simulated, as they are to be repeated.
  private var options: String {
    duration.map { " --duration \(Gate.shown($0))" } ?? ""
  }

  private var chosenSeeds: [UInt64] {
    if let seeds { return Array(seeds.range) }
    return [seed ?? UInt64.random(in: 1...999_999)]
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

  private func printSummary(_ reports: [RunReport]) {
    let failed = reports.count { !$0.passed }
    CommandContext.current.print(
      "\(reports.count) runs, \(reports.count - failed) passed, \(failed) failed")
  }
}

/// `A..B`
struct SeedRange: ExpressibleByArgument {
  let range: ClosedRange<UInt64>

  init?(argument: String) {
    let parts = argument.components(separatedBy: "..")
    guard parts.count == 2, let low = UInt64(parts[0]), let high = UInt64(parts[1]), low <= high,
      high - low < 100_000
    else { return nil }
    range = low...high
  }
}

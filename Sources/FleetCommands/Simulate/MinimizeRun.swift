import Determinism
import FleetSimulation
import Foundation

/// `--minimize`: shrinks a failing run, each try in a process of its own, and writes what is left
/// as a scenario.
struct MinimizeRun {
  /// The scenario file, as it was given.
  let path: String
  let scenario: Scenario
  let site: SimulationSite
  let seed: UInt64
  let parallel: Int
  let budget: Int
  /// Where the scenario is written.
  let folder: String
  let executable: String
  let showsProgress: Bool

  /// Ctrl-C: what has been found so far is written.
  private struct Interrupted: Error {}

  /// - Returns: the file that was written.
  func run(until interrupt: InterruptFlag) throws -> String {
    let context = CommandContext.current
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-minimize-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { remove(scratch) }
    let whole = try scenario.concrete(on: site.site, seed: seed)
    let start = try whole.minimizerCase(on: site.site)
    let reports = try reports(of: [start], whole, scratch, interrupt)
    guard let original = reports.first, !interrupt.isRaised else {
      throw CommandFailure("interrupted", "interrupted before the run was made again")
    }
    guard let failure = Failure(original) else {
      throw CommandFailure("scenario", "\(path) passes with seed \(seed): nothing to minimize")
    }
    context.print("failure: \(failure.text)")
    var minimizer = Minimizer(start, budget: budget)
    let progress = ProgressLine(isShown: showsProgress)
    do {
      try minimizer.run(failsAt: failure.shownBy) { cases in
        for begin in stride(from: 0, to: cases.count, by: parallel) {
          let part = Array(cases[begin..<min(begin + parallel, cases.count)])
          let found = try self.reports(of: part, whole, scratch, interrupt)
          guard !interrupt.isRaised else { throw Interrupted() }
          progress.show { "minimizing: \(Self.size(part[0]))" }
          let first = found.firstIndex { Failure($0)?.signature == failure.signature }
          guard let first else { continue }
          progress.clear()
          context.print("fails still: \(Self.size(part[first]))")
          return begin + first
        }
        return nil
      }
    } catch is Interrupted {
      context.printError("interrupted: this is the smallest failing run so far")
    }
    progress.clear()
    return try write(minimizer, whole, start, failure)
  }

  private func remove(_ folder: URL) {
    do { try FileManager.default.removeItem(at: folder) } catch {
      CommandContext.current.printError("cannot remove \(folder.path)")
    }
  }

  /// Makes the runs side by side.
  private func reports(
    of cases: [Minimizer.Case], _ whole: Scenario, _ scratch: URL, _ interrupt: InterruptFlag
  ) throws -> [ReportJSON] {
    var jobs: [SweepJob] = []
    for (i, small) in cases.enumerated() {
      var cut = try whole.cut(to: small, on: site.site)
      cut.site = site.path
      let file = scratch.appendingPathComponent("\(i).yaml")
      try Data(cut.yaml.utf8).write(to: file)
      jobs.append(
        SweepJob(
          path: file.path, scenario: cut.name, site: site.site.id.text, seed: seed, options: ""))
    }
    let sweep = SeedSweep(
      jobs: jobs, parallel: parallel, stopsAtFirst: false,
      arguments: { job in
        [
          "simulate", job.path, "--seed", "\(job.seed)", "--json", "--quiet", "--of-sweep",
          "--stop-at-first",
        ]
      }, executable: executable)
    return try sweep.run(until: interrupt) { _, _ in
    } turned: {
    }
  }

  private func write(
    _ minimizer: Minimizer, _ whole: Scenario, _ start: Minimizer.Case, _ failure: Failure
  ) throws -> String {
    var small = try whole.cut(to: minimizer.best, on: site.site)
    small.name = "\(scenario.name)-seed-\(seed)"
    // What a run is to achieve says nothing of a cut one.
    small.gates.busyShareMin = nil
    small.gates.tasksPerHourMin = nil
    small.gates.travelRatioMax = nil
    small.gates.tasksMin = GateLimits().tasksMin
    small.gates.speedupMin = nil
    small.gates.speedupDemandMin = nil
    let text = """
      # Cut from \(scenario.name), seed \(seed), by \(minimizer.runs) runs: from \(Self.size(start)).
      # It failed with: \(failure.text)

      """
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let file = (folder as NSString).appendingPathComponent("\(small.name).yaml")
    try Data((text + small.yaml).utf8).write(to: URL(fileURLWithPath: file))
    let context = CommandContext.current
    context.print("minimized from \(Self.size(start))")
    context.print("to \(Self.size(minimizer.best)), in \(minimizer.runs) runs: \(file)")
    context.print("replay: drover simulate \(file)")
    return file
  }

  private static func size(_ small: Minimizer.Case) -> String {
    "\(small.faults.count) faults, \(small.robots) robots, "
      + "\(Gate.shown(small.duration.inSeconds)) s"
  }
}

/// What a run failed with.
struct Failure: Equatable {
  /// For people.
  let text: String
  /// The same for two failures of one kind: numbers and names that differ from run to run are out.
  let signature: String
  /// When it had shown itself, if that is known; a little later, so that a run so long shows it.
  let shownBy: Duration?

  /// nil: the run has passed, or was interrupted.
  init?(_ report: ReportJSON) {
    if let crash = report.crash {
      (text, signature, shownBy) = (crash, "crash " + Self.plain(crash), nil)
    } else if let violation = report.violations.first {
      let parts = violation.components(separatedBy: " s: ")
      let time = Double(parts[0].dropFirst("at ".count))
      text = violation
      signature = Self.plain(parts.dropFirst().joined(separator: " s: "))
      shownBy = time.map { .seconds(Int64($0.rounded(.up)) + 1) }
    } else if report.finished, let gate = report.gates.first(where: { !$0.passed }) {
      text = SweepProgress.reason(report)
      signature = "gate " + gate.name
      shownBy = nil
    } else {
      return nil
    }
  }

  /// Without digits, and without the names that hold some (`courier-12`).
  private static func plain(_ text: String) -> String {
    text.split(separator: " ").filter { word in
      !word.contains { $0.isNumber }
    }.joined(separator: " ")
  }
}

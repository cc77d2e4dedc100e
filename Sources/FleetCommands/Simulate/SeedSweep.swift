import Foundation
import Glibc

/// A run that a sweep is to make.
struct SweepJob: Sendable, Equatable {
  /// The scenario file, as it was given.
  let path: String
  let scenario: String
  let site: String
  let seed: UInt64
  /// Options that change what is simulated, with a leading space.
  let options: String

  /// The command that makes the run by itself.
  var replay: String { "drover simulate \(path) --seed \(seed)\(options)" }
}

/// Many runs, each in a process of its own, so many at a time: a run that traps ends nothing but
/// itself. Which runs there are and what comes of each does not depend on how many run at a time.
struct SeedSweep {
  let jobs: [SweepJob]
  let parallel: Int
  /// No further run is begun after one that fails.
  let stopsAtFirst: Bool
  /// Makes the process of a run; it prints its report as JSON on standard output.
  let arguments: (SweepJob) -> [String]
  let executable: String

  private struct Running {
    let index: Int
    let child: SweepChild
  }

  /// Makes the runs, those that were begun at least.
  /// - Parameters:
  ///   - told: each report as soon as it is there.
  ///   - turned: several times a second.
  /// - Returns: the reports in the jobs' order.
  func run(
    until interrupt: InterruptFlag, told: (SweepJob, ReportJSON) -> Void, turned: () -> Void
  ) throws(CommandFailure) -> [ReportJSON] {
    var reports = [ReportJSON?](repeating: nil, count: jobs.count)
    var running: [Running] = []
    var next = 0
    var isStopping = false
    var interruptedAt: ContinuousClock.Instant?
    let clock = ContinuousClock()
    while !running.isEmpty || (next < jobs.count && !isStopping) {
      if interrupt.isRaised, interruptedAt == nil {
        isStopping = true
        interruptedAt = clock.now
        for run in running { run.child.interrupt() }
      }
      if let at = interruptedAt, clock.now - at > .seconds(10) {
        for run in running { run.child.kill() }
      }
      while !isStopping, running.count < parallel, next < jobs.count {
        running.append(
          Running(
            index: next, child: try SweepChild(executable, arguments(jobs[next]))))
        next += 1
      }
      // Those that are killed below have told nothing: they are none of them.
      let ended = running.filter { !$0.child.isRunning }
      for run in ended {
        let report = run.child.report(of: jobs[run.index])
        reports[run.index] = report
        told(jobs[run.index], report)
        if stopsAtFirst, !report.passed, !isStopping {
          isStopping = true
          for other in running where other.index != run.index { other.child.kill() }
        }
      }
      running.removeAll { reports[$0.index] != nil }
      if isStopping, interruptedAt == nil {
        // What was killed has told nothing.
        for run in running { run.child.wait() }
        running = []
      }
      turned()
      if !running.isEmpty { Thread.sleep(forTimeInterval: 0.02) }
    }
    return reports.compactMap { $0 }
  }
}

/// A process that makes one run.
final class SweepChild {
  private let process = Process()
  private let folder: URL

  init(_ executable: String, _ arguments: [String]) throws(CommandFailure) {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-run-\(UUID().uuidString)", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      process.executableURL = URL(fileURLWithPath: executable)
      process.arguments = arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try Self.file(folder.appendingPathComponent("out"))
      process.standardError = try Self.file(folder.appendingPathComponent("err"))
      try process.run()
    } catch {
      throw CommandFailure("file", "cannot start \(executable): \(error.localizedDescription)")
    }
  }

  deinit {
    do { try FileManager.default.removeItem(at: folder) } catch {
      CommandContext.current.printError("cannot remove \(folder.path)")
    }
  }

  /// The program that runs.
  static func ownExecutable() throws(CommandFailure) -> String {
    do {
      return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    } catch {
      throw CommandFailure("file", "cannot find this program: \(error.localizedDescription)")
    }
  }

  private static func file(_ url: URL) throws -> FileHandle {
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }

  var isRunning: Bool { process.isRunning }
  func interrupt() { process.interrupt() }
  func kill() {
    if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
  }
  func wait() { process.waitUntilExit() }

  /// What the ended process has told of its run; without a word it has crashed.
  func report(of job: SweepJob) -> ReportJSON {
    do {
      return try ReportJSON.read(Data(contentsOf: folder.appendingPathComponent("out")))
    } catch {
      return ReportJSON(job, crash: crash)
    }
  }

  private var crash: String {
    let how =
      process.terminationReason == .uncaughtSignal
      ? "ended by signal \(process.terminationStatus)"
      : "ended with code \(process.terminationStatus) and without a report"
    let said: String
    do {
      let text = try String(contentsOf: folder.appendingPathComponent("err"), encoding: .utf8)
      said =
        text.split(separator: "\n").first { $0.contains("Fatal error") || $0.contains("rror:") }
        .map { ": \($0.prefix(300))" } ?? ""
    } catch {
      said = ""
    }
    return how + said
  }
}

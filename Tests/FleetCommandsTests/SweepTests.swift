import Foundation
import Testing

@testable import FleetCommands

/// Sweeps of a shell that plays the runs.
@Suite struct SweepTests {
  private static func job(_ seed: UInt64) -> SweepJob {
    SweepJob(path: "chaos.yaml", scenario: "chaos", site: "yard", seed: seed, options: " --x 1")
  }

  private static func passing(_ job: SweepJob) throws -> String {
    var report = ReportJSON(job, crash: "")
    report.crash = nil
    report.finished = true
    report.passed = true
    report.robotHours = 1.5
    report.faults = ["slow_downs": 3]
    return try JSONText.encode(report)
  }

  /// Seeds whose third is without rest crash, each in its own way.
  private func sweep(
    _ count: UInt64, parallel: Int, stopsAtFirst: Bool = false
  ) throws -> (reports: [ReportJSON], progress: SweepProgress, lines: [String]) {
    let jobs = (1...count).map(Self.job)
    let texts = try jobs.map(Self.passing)
    let sweep = SeedSweep(
      jobs: jobs, parallel: parallel, stopsAtFirst: stopsAtFirst,
      arguments: { job in
        switch job.seed {
        case 3: ["-c", "echo 'x.swift:1: Fatal error: odd' >&2; kill -ILL $$"]
        case 6: ["-c", "exit 7"]
        case 9: ["-c", "exec sleep 1000"]
        default: ["-c", "cat <<'END'\n\(texts[Int(job.seed) - 1])\nEND"]
        }
      }, executable: "/bin/sh")
    var progress = SweepProgress(total: jobs.count)
    var lines: [String] = []
    let reports = try sweep.run(until: InterruptFlag()) { job, report in
      lines += progress.add(job, report)
    } turned: {
    }
    return (reports, progress, lines)
  }

  @Test func aRunThatCrashesIsAFailedRunAndTheSweepGoesOn() throws {
    let (reports, progress, lines) = try sweep(8, parallel: 3)
    #expect(reports.map(\.seed) == Array(1...8))
    #expect(reports.filter { !$0.passed }.map(\.seed) == [3, 6])
    #expect(reports[2].crash == "ended by signal 4: x.swift:1: Fatal error: odd")
    #expect(reports[5].crash == "ended with code 7 and without a report")
    #expect(progress.done == 8 && progress.robotHours == 9)
    #expect(reports[0].faults == ["slow_downs": 3])
    #expect(lines.contains("      replay: drover simulate chaos.yaml --seed 3 --x 1"))
    let summary = progress.summary(reports)
    #expect(summary[1].hasPrefix("8 runs, 6 passed, 2 failed; 9.0 simulated robot-hours in "))
    #expect(
      summary[2] == "18 faults, 0 collisions, 0 invariant violations, 0 lost or doubled tasks")
    #expect(Set(summary.suffix(2)) == ["  \(Self.job(3).replay)", "  \(Self.job(6).replay)"])
  }

  @Test func theReportsDoNotDependOnHowManyRunAtATime() throws {
    let one = try sweep(7, parallel: 1).reports
    let many = try sweep(7, parallel: 7).reports
    #expect(try JSONText.encode(one) == JSONText.encode(many))
  }

  @Test func aSweepThatStopsAtTheFirstFailureKillsWhatRuns() throws {
    let (reports, progress, _) = try sweep(9, parallel: 9, stopsAtFirst: true)
    #expect(reports.contains { !$0.passed && $0.seed != 9 })
    #expect(!reports.contains { $0.seed == 9 })
    #expect(progress.summary(reports)[1].contains(" runs of 9, "))
    let alone = try sweep(8, parallel: 1, stopsAtFirst: true).reports
    #expect(alone.map(\.seed) == [1, 2, 3])
  }

  @Test func theBarTellsHowFarItIs() {
    #expect(
      SweepProgress.bar(
        done: 50, total: 200, failed: 1, robotHours: 12.5, elapsed: 100, width: 100)
        == "[#####---------------] 50/200 done, 1 failed, 12.5 robot-hours, 5 min 0 s left")
    #expect(
      SweepProgress.bar(done: 0, total: 3, failed: 0, robotHours: 0, elapsed: 4, width: 30).count
        == 29)
  }

  @Test func aFailureIsTheSameWhateverItsNumbers() throws {
    var report = ReportJSON(Self.job(1), crash: "")
    report.crash = nil
    report.violations = [
      "at 12.3 s: robot 7 at (1, 2) mm reaches into cell (3, 4), which it does not own"
    ]
    let first = try #require(Failure(report))
    #expect(first.shownBy == .seconds(14))
    report.violations = [
      "at 99.0 s: robot 1 at (8, 8) mm reaches into cell (9, 9), which it does not own"
    ]
    #expect(Failure(report)?.signature == first.signature)
    report.violations = ["at 99.0 s: robots 1 at (8, 8) mm and 2 at (9, 9) mm overlap"]
    #expect(Failure(report)?.signature != first.signature)
    report.violations = []
    report.finished = true
    #expect(Failure(report) == nil)
    report.crash = "ended by signal 4"
    #expect(Failure(report)?.signature == "crash ended by signal")
  }

  @Test(arguments: [("3..7", UInt64(3)...7), ("33", 33...33), ("0..0", 0...0)])
  func seedsAreARangeOrOne(text: String, range: ClosedRange<UInt64>) {
    #expect(SeedRange(argument: text)?.range == range)
  }

  @Test(arguments: ["", "7..3", "1..", "..4", "1..2..3", "a", "-1", "1..200000"])
  func otherSeedsAreNone(text: String) {
    #expect(SeedRange(argument: text) == nil)
  }

  @Test func wrongUsesAreRefused() {
    let file = "s.yaml"
    for wrong in [
      [file, "--jobs", "0"], [file, file, "--minimize"], [file, "--seeds", "1..2", "--minimize"],
      [file, "--minimize", "--json"], [file, "--minimize-runs", "0"],
    ] {
      #expect(throws: (any Error).self, "\(wrong)") { try SimulateCommand.parse(wrong) }
    }
  }
}

import FleetSimulation
import Foundation

/// What a sweep tells while it runs, and at its end.
struct SweepProgress {
  private let total: Int
  private let began = ContinuousClock().now
  private var shown: ContinuousClock.Instant?
  private(set) var done = 0
  private(set) var failed: [SweepJob] = []
  private(set) var robotHours = 0.0

  init(total: Int) { self.total = total }

  /// Counts a run, and tells of it.
  mutating func add(_ job: SweepJob, _ report: ReportJSON) -> [String] {
    done += 1
    robotHours += report.robotHours
    let run = "\(report.scenario) seed \(report.seed)"
    let figures =
      "\(Self.fixed(report.robotHours, 1)) robot-hours in \(Self.fixed(report.wallSeconds, 1)) s"
    if report.passed { return ["pass  \(run)  \(figures)"] }
    if report.isInterrupted { return ["stop  \(run)  \(figures)  interrupted"] }
    failed.append(job)
    var lines = ["FAIL  \(run)  \(figures)  \(Self.reason(report))"]
    lines += report.violations.prefix(2).map { "      \($0)" }
    if report.violations.isEmpty {
      lines += report.explanations.prefix(2).map { "      why: \($0)" }
    }
    return lines + ["      replay: \(job.replay)"]
  }

  /// Why a run has failed, in short.
  static func reason(_ report: ReportJSON) -> String {
    if let crash = report.crash { return crash }
    // Of a run that was stopped, only what it had found by then says anything.
    let found = ["collisions", "invariant_violations", "lost_or_doubled_tasks"]
    let gates = report.gates.filter { !$0.passed && (report.finished || found.contains($0.name)) }
      .map { "\($0.name) \(Gate.shown($0.value)) (\($0.limit))" }
    if !gates.isEmpty { return gates.joined(separator: ", ") }
    return report.finished ? "failed" : "interrupted"
  }

  /// The bar, at most four times a second; nil: not yet.
  mutating func bar(width: Int) -> String? {
    let now = ContinuousClock().now
    if let shown, now - shown < .milliseconds(250) { return nil }
    shown = now
    return "\r\u{1B}[K"
      + Self.bar(
        done: done, total: total, failed: failed.count, robotHours: robotHours,
        elapsed: (now - began).inSeconds, width: width)
  }

  /// `[#####---------------] 50/200 done, 1 failed, 12.5 robot-hours, 3 min 20 s left`, cut to
  /// `width` columns.
  static func bar(
    done: Int, total: Int, failed: Int, robotHours: Double, elapsed: Double, width: Int
  ) -> String {
    let filled = total > 0 ? 20 * done / total : 0
    let left = done > 0 ? elapsed / Double(done) * Double(total - done) : nil
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
    let text =
      "[\(bar)] \(done)/\(total) done, \(failed) failed, \(fixed(robotHours, 1)) robot-hours, "
      + (left.map { "\(time($0)) left" } ?? "\(time(elapsed)) so far")
    return String(text.prefix(max(1, width - 1)))
  }

  /// The last lines of a sweep.
  func summary(_ reports: [ReportJSON]) -> [String] {
    let passed = reports.count { $0.passed }
    let stopped = reports.count { $0.isInterrupted }
    let faults = reports.reduce(0) { $0 + $1.faults.values.reduce(0, +) }
    let wall = (ContinuousClock().now - began).inSeconds
    let left = reports.count < total ? " of \(total)" : ""
    var lines = [
      "",
      "\(reports.count) runs\(left), \(passed) passed, \(failed.count) failed\(stopped > 0 ? ", \(stopped) interrupted" : ""); "
        + "\(Self.fixed(robotHours, 1)) simulated robot-hours in \(Self.time(wall))",
      "\(faults) faults, \(sum(reports, \.collisions)) collisions, "
        + "\(sum(reports, \.invariantViolations)) invariant violations, "
        + "\(sum(reports, \.lostOrDoubledTasks)) lost or doubled tasks",
    ]
    if !failed.isEmpty { lines.append("failed:") }
    lines += failed.map { "  \($0.replay)" }
    return lines
  }

  private func sum(_ reports: [ReportJSON], _ field: KeyPath<ReportJSON, Int>) -> Int {
    reports.reduce(0) { $0 + $1[keyPath: field] }
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// `45 s`, `3 min 20 s`, `2 h 5 min`.
  private static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

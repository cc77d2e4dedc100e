import FleetSimulation
import Foundation

/// A run's outcome for people.
struct ReportText {
  private let report: RunReport

  init(_ report: RunReport) { self.report = report }

  func lines(width: Int?) -> [String] {
    var lines = ["", summary, travel]
    lines.append(
      "\(report.messages) messages, \(report.messagesLost) lost, \(report.incidents) incidents, "
        + "event log \(report.eventLogHash)")
    lines.append("")
    lines += tasks.lines(width: width)
    lines.append("")
    lines += gates.lines(width: width)
    lines += findings
    lines.append("")
    lines.append(verdict)
    return lines
  }

  private var summary: String {
    "\(report.robots) robots, \(fixed(report.simulatedSeconds, 0)) s simulated in "
      + "\(fixed(report.wallSeconds, 1)) s (\(fixed(report.speedup, 0)) times real time), drained in "
      + "\(fixed(report.drainSeconds, 0)) s"
  }

  private var travel: String {
    "busy \(fixed(100 * report.busyShare, 1)) %, \(fixed(report.tasksPerHour, 0)) tasks an hour, "
      + "median route \(report.medianRouteCells) cells, "
      + "travel ratio \(fixed(report.travelRatio, 2)) (median \(fixed(report.travelRatioMedian, 2)), "
      + "p95 \(fixed(report.travelRatioP95, 2)))"
  }

  private var tasks: Table {
    Table(
      [
        Table.Column("TASKS"), Table.Column("SUBMITTED", right: true),
        Table.Column("COMPLETED", right: true), Table.Column("FAILED", right: true),
        Table.Column("CANCELLED", right: true), Table.Column("OPEN", right: true),
      ],
      rows: report.tasks.map { count in
        [
          count.kind.rawValue, "\(count.submitted)", "\(count.completed)", "\(count.failed)",
          "\(count.cancelled)", "\(count.open)",
        ]
      })
  }

  private var gates: Table {
    Table(
      [
        Table.Column("GATE"), Table.Column("LIMIT", right: true),
        Table.Column("VALUE", right: true), Table.Column(""),
      ],
      rows: report.gates.map { gate in
        [gate.name, gate.limit, Self.shown(gate.value), gate.passed ? "pass" : "FAIL"]
      })
  }

  private var findings: [String] {
    let found = report.violations + report.refusals.map { "refused: \($0)" }
    guard !found.isEmpty || !report.explanations.isEmpty else { return [] }
    return [""] + found.prefix(20)
      + report.explanations.prefix(20).map { "why: \($0)" }
  }

  private var verdict: String {
    if report.passed { return "passed" }
    return report.finished ? "FAILED" : "INTERRUPTED: not a full run"
  }

  private static func shown(_ value: Double) -> String {
    value == value.rounded() ? Gate.shown(value) : String(format: "%.3f", value)
  }

  private func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}

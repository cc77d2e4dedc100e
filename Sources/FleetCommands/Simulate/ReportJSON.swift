import FleetModel
import FleetSimulation
import Foundation

/// A run's outcome for machines: `--json` and `summary.json`.
struct ReportJSON: Codable {
  struct Count: Codable {
    var submitted: Int64
    var completed: Int64
    var failed: Int64
    var cancelled: Int64
    var open: Int64
  }

  var scenario: String
  var site: String
  var seed: UInt64
  var build: String
  var robots: Int
  /// How the process of the run ended when it told nothing more.
  var crash: String?
  var finished: Bool
  var simulatedSeconds: Double
  var robotHours: Double
  var wallSeconds: Double
  var speedup: Double
  /// While there was demand: in the drain that follows hardly anybody drives.
  var speedupDemand: Double
  var drainSeconds: Double
  var tasks: [String: Count]
  var refusedTasks: Int
  var busyShare: Double
  var tasksPerHour: Double
  var medianRouteCells: Int64
  var travelRatio: Double
  var travelRatioMedian: Double
  var travelRatioP95: Double
  var collisions: Int
  var invariantViolations: Int
  var lostOrDoubledTasks: Int
  var unparkedAfterDrain: Int
  var movedWhenHealing: Int
  var incidents: Int
  var messages: Int64
  var messagesLost: Int64
  var faults: [String: Int]
  var eventLogHash: String
  var violations: [String]
  var incidentTexts: [String]
  var refusals: [String]
  var explanations: [String]
  var gates: [Gate]
  var passed: Bool

  init(_ report: RunReport) {
    scenario = report.scenario
    site = report.site
    seed = report.seed
    build = SimulationRun.build
    robots = report.robots
    finished = report.finished
    simulatedSeconds = report.simulatedSeconds
    robotHours = Double(report.robots) * report.simulatedSeconds / 3600
    wallSeconds = report.wallSeconds
    speedup = report.speedup
    speedupDemand = report.speedupDemand
    drainSeconds = report.drainSeconds
    tasks = [:]
    for count in report.tasks {
      tasks[count.kind.rawValue] = Count(
        submitted: count.submitted, completed: count.completed, failed: count.failed,
        cancelled: count.cancelled, open: count.open)
    }
    refusedTasks = report.refusedTasks
    busyShare = report.busyShare
    tasksPerHour = report.tasksPerHour
    medianRouteCells = report.medianRouteCells
    travelRatio = report.travelRatio
    travelRatioMedian = report.travelRatioMedian
    travelRatioP95 = report.travelRatioP95
    collisions = report.collisions
    invariantViolations = report.invariantViolations
    lostOrDoubledTasks = report.lostOrDoubledTasks
    unparkedAfterDrain = report.unparkedAfterDrain
    movedWhenHealing = report.movedWhenHealing
    incidents = report.incidents
    messages = report.messages
    messagesLost = report.messagesLost
    faults = [:]
    for (kind, count) in report.faults { faults[kind.rawValue] = count }
    eventLogHash = report.eventLogHash
    violations = report.violations
    incidentTexts = report.incidentTexts
    refusals = report.refusals
    explanations = report.explanations
    gates = report.gates
    passed = report.passed
  }

  /// Ended from outside, and nothing wrong so far.
  var isInterrupted: Bool { crash == nil && !finished && violations.isEmpty }

  /// A run whose process has ended without a report.
  init(_ job: SweepJob, crash: String) {
    scenario = job.scenario
    site = job.site
    seed = job.seed
    build = SimulationRun.build
    robots = 0
    self.crash = crash
    finished = false
    (simulatedSeconds, robotHours, wallSeconds, speedup, drainSeconds) = (0, 0, 0, 0, 0)
    speedupDemand = 0
    tasks = [:]
    (refusedTasks, busyShare, tasksPerHour, medianRouteCells) = (0, 0, 0, 0)
    (travelRatio, travelRatioMedian, travelRatioP95) = (0, 0, 0)
    (collisions, invariantViolations, lostOrDoubledTasks) = (0, 0, 0)
    (unparkedAfterDrain, movedWhenHealing, incidents) = (0, 0, 0)
    (messages, messagesLost) = (0, 0)
    faults = [:]
    eventLogHash = ""
    (violations, incidentTexts, refusals, explanations) = ([], [], [], [])
    gates = []
    passed = false
  }

  /// Reads what `text` made of one run.
  static func read(_ data: Data) throws -> ReportJSON {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(ReportJSON.self, from: data)
  }

  /// One run as an object, several as a list.
  static func text(_ reports: [ReportJSON]) throws(CommandFailure) -> String {
    if let only = reports.first, reports.count == 1 { return try JSONText.encode(only) }
    return try JSONText.encode(reports)
  }
}

/// `summary.json` and `junit.xml` in a folder.
enum ReportFiles {
  static func write(_ reports: [ReportJSON], to folder: String) throws(CommandFailure) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      let url = URL(fileURLWithPath: folder, isDirectory: true)
      let json = try ReportJSON.text(reports) + "\n"
      try Data(json.utf8).write(to: url.appendingPathComponent("summary.json"))
      try Data(junit(reports).utf8).write(to: url.appendingPathComponent("junit.xml"))
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure("file", "cannot write to \(folder): \(error.localizedDescription)")
    }
  }

  /// A suite for each run, a case for each gate.
  static func junit(_ reports: [ReportJSON]) -> String {
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"drover simulate\">",
    ]
    for report in reports {
      let failures = report.gates.count { !$0.passed }
      let errors = report.finished ? 0 : 1
      let name = escaped("\(report.scenario), seed \(report.seed)")
      lines.append(
        "  <testsuite name=\"\(name)\" tests=\"\(report.gates.count + errors)\" "
          + "failures=\"\(failures)\" errors=\"\(errors)\" time=\"\(report.wallSeconds)\">")
      for gate in report.gates { lines += testCase(gate, report) }
      if errors > 0 {
        lines.append("    <testcase classname=\"\(name)\" name=\"finished\">")
        lines.append(
          "      <error message=\"\(escaped(report.crash ?? "the run was interrupted"))\"/>")
        lines.append("    </testcase>")
      }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>", ""]).joined(separator: "\n")
  }

  private static func testCase(_ gate: Gate, _ report: ReportJSON) -> [String] {
    let opening =
      "    <testcase classname=\"\(escaped(report.scenario))\" name=\"\(escaped(gate.name))\""
    if gate.passed { return [opening + "/>"] }
    let message = escaped("\(gate.value), must be \(gate.limit)")
    return [
      opening + ">",
      "      <failure message=\"\(message)\">"
        + escaped(report.violations.joined(separator: "\n")) + "</failure>",
      "    </testcase>",
    ]
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}

import FleetModel
import Testing

@testable import FleetSimulation

private func report() -> RunReport {
  RunReport(
    scenario: "s", site: "campus", seed: 1, robots: 2, finished: true, simulatedSeconds: 60,
    wallSeconds: 1, drainSeconds: 5,
    tasks: TaskKind.allCases.map {
      RunReport.KindCount(
        kind: $0, submitted: 3, completed: 3, failed: 0, cancelled: 0, open: 0)
    },
    refusedTasks: 0, busyShare: 0.9, medianRouteCells: 40, travelRatio: 1.2,
    travelRatioMedian: 1.1, travelRatioP95: 1.5, collisions: 0, invariantViolations: 0,
    lostOrDoubledTasks: 0,
    unparkedAfterDrain: 0, incidents: 0, messages: 10, messagesLost: 0, undecodable: 0,
    eventLogHash: "", faults: [:], violations: [], incidentTexts: [], refusals: [], explanations: []
  )
}

private func failing(_ limits: GateLimits, _ report: RunReport) -> [String] {
  limits.judge(report).filter { !$0.passed }.map(\.name)
}

@Test func cleanRunPasses() { #expect(failing(GateLimits(), report()).isEmpty) }

@Test func safetyIsAlwaysJudged() {
  var bad = report()
  bad.collisions = 1
  bad.invariantViolations = 2
  bad.unparkedAfterDrain = 1
  bad.tasks[2].open = 1
  #expect(
    failing(GateLimits(), bad)
      == ["collisions", "invariant_violations", "open_after_drain", "unparked_after_drain"])
}

@Test func limitsAreInclusive() {
  var limits = GateLimits()
  limits.busyShareMin = 0.9
  limits.travelRatioMax = 1.2
  limits.tasksMin = [3, 3, 3, 3]
  limits.failedTasksMax = 0
  limits.refusedTasksMax = 0
  limits.speedupMin = 60
  #expect(failing(limits, report()).isEmpty)
  var bad = report()
  bad.busyShare = 0.89
  bad.travelRatio = 1.21
  bad.tasks[0].completed = 2
  bad.tasks[1].failed = 1
  bad.refusedTasks = 1
  bad.wallSeconds = 2
  #expect(
    failing(limits, bad) == [
      "failed_tasks", "refused_tasks", "busy_share", "travel_ratio", "completed_deliver", "speedup",
    ])
}

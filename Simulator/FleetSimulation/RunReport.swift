import FleetModel

/// What came of a run: everything that `summary.json` tells.
public struct RunReport: Sendable, Equatable {
  public struct KindCount: Sendable, Equatable {
    public var kind: TaskKind
    public var submitted: Int64
    public var completed: Int64
    public var failed: Int64
    public var cancelled: Int64
    public var open: Int64
  }

  public var scenario: String
  public var site: String
  public var seed: UInt64
  public var robots: Int
  /// Whether the run came to its end: not interrupted.
  public var finished: Bool
  public var simulatedSeconds: Double
  public var wallSeconds: Double
  /// Real time until the drain began; 0: not known.
  public var demandWallSeconds: Double = 0
  /// Simulated time until the drain began.
  public var demandSeconds: Double = 0
  /// How long the drain took.
  public var drainSeconds: Double
  public var tasks: [KindCount]
  public var refusedTasks: Int
  /// Share of robots that had a task or were charging, from warm-up to drain.
  public var busyShare: Double
  /// Tasks completed each hour, from warm-up to drain.
  public var tasksPerHour: Double = 0
  public var medianRouteCells: Int64
  /// Time for ways, all in all, by the time for them on an empty site.
  public var travelRatio: Double
  public var travelRatioMedian: Double
  public var travelRatioP95: Double
  public var collisions: Int
  public var invariantViolations: Int
  /// Of these, tasks and parcels that were lost or doubled.
  public var lostOrDoubledTasks: Int
  public var unparkedAfterDrain: Int
  /// Robots that people had to move by hand when the faults were over.
  public var movedWhenHealing = 0
  public var incidents: Int
  public var messages: Int64
  public var messagesLost: Int64
  public var undecodable: Int
  public var eventLogHash: String
  /// How often each kind of fault has happened.
  public var faults: [FaultKind: Int]
  /// The first ones, in words.
  public var violations: [String]
  public var incidentTexts: [String]
  public var refusals: [String]
  /// Why tasks are open and robots not parked at the end, in the core's own words.
  public var explanations: [String]
  public var gates: [Gate] = []

  public var passed: Bool { finished && gates.allSatisfy(\.passed) }
  /// Simulated time by real time.
  public var speedup: Double { wallSeconds > 0 ? simulatedSeconds / wallSeconds : 0 }
  /// The same while there was demand: in the drain nearly nobody drives.
  public var speedupDemand: Double {
    demandWallSeconds > 0 ? demandSeconds / demandWallSeconds : 0
  }
  /// Hours of simulated time, summed over the robots.
  public var robotHours: Double { Double(robots) * simulatedSeconds / 3600 }
}

extension Simulation {
  /// What came of the run so far, judged by the scenario's gates.
  /// - Parameters:
  ///   - wallSeconds: the real time it took, on the caller's clock.
  ///   - demandWallSeconds: of this, until `phase` was no longer `.demand`; 0: not measured.
  public func report(wallSeconds: Double, demandWallSeconds: Double = 0) -> RunReport {
    let statistics = server.fleet.fleetStatistics()
    var report = RunReport(
      scenario: scenario.name, site: site.id.text, seed: seed, robots: robots.count,
      finished: phase == .ended, simulatedSeconds: elapsed.inSeconds, wallSeconds: wallSeconds,
      drainSeconds: max(0, (elapsed - scenario.duration).inSeconds),
      tasks: statistics.tasks.map { count in
        RunReport.KindCount(
          kind: count.kind,
          submitted: count.completed + count.failed + count.cancelled + count.open,
          completed: count.completed, failed: count.failed, cancelled: count.cancelled,
          open: count.open)
      },
      refusedTasks: desk.refused,
      busyShare: busySamples.all > 0 ? Double(busySamples.busy) / Double(busySamples.all) : 0,
      medianRouteCells: statistics.medianRouteCells, travelRatio: meter.ratio,
      travelRatioMedian: meter.percentile(0.5), travelRatioP95: meter.percentile(0.95),
      collisions: world.collisions, invariantViolations: world.violationCount,
      lostOrDoubledTasks: world.taskViolationCount,
      unparkedAfterDrain: unparked, incidents: incidentCount, messages: eventLog.count,
      messagesLost: network.lost, undecodable: codecErrors,
      eventLogHash: eventLogHash,
      faults: counts,
      violations: world.violations, incidentTexts: incidents, refusals: desk.refusals,
      explanations: explanations)
    report.movedWhenHealing = movedWhenHealing
    report.demandWallSeconds = demandWallSeconds
    report.demandSeconds = min(elapsed, scenario.duration).inSeconds
    let counted = report.demandSeconds - scenario.warmup.inSeconds
    report.tasksPerHour = counted > 0 ? Double(completedInDemand) / counted * 3600 : 0
    report.gates = scenario.gates.judge(report)
    return report
  }
}

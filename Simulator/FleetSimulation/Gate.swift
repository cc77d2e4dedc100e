import FleetModel

/// What a run must show. Collisions, violations, tasks open and robots not parked after the drain
/// must always be 0.
public struct GateLimits: Sendable, Equatable {
  public var failedTasksMax: Int?
  public var refusedTasksMax: Int?
  public var busyShareMin: Double?
  public var travelRatioMax: Double?
  /// Completed tasks by `TaskKind.allCases`.
  public var tasksMin: [Int] = TaskKind.allCases.map { _ in 0 }
  public var tasksPerHourMin: Double?
  /// Depends on the machine: only for runs that measure.
  public var speedupMin: Double?
  /// The same, while there is demand.
  public var speedupDemandMin: Double?
  public init() {}
}

/// One thing a run had to show, and whether it did.
public struct Gate: Sendable, Equatable, Codable {
  public var name: String
  /// With its direction: `<= 0`, `>= 0.9`.
  public var limit: String
  public var value: Double
  public var passed: Bool

  static func most(_ name: String, _ limit: Double, _ value: Double) -> Gate {
    Gate(name: name, limit: "<= \(shown(limit))", value: value, passed: value <= limit)
  }

  static func least(_ name: String, _ limit: Double, _ value: Double) -> Gate {
    Gate(name: name, limit: ">= \(shown(limit))", value: value, passed: value >= limit)
  }

  /// Whole numbers without a fraction.
  public static func shown(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
  }
}

extension GateLimits {
  /// Judges `report`.
  func judge(_ report: RunReport) -> [Gate] {
    var gates = [
      Gate.most("collisions", 0, Double(report.collisions)),
      Gate.most("invariant_violations", 0, Double(report.invariantViolations)),
      Gate.most("lost_or_doubled_tasks", 0, Double(report.lostOrDoubledTasks)),
      Gate.most("open_after_drain", 0, Double(report.tasks.reduce(0) { $0 + $1.open })),
      Gate.most("unparked_after_drain", 0, Double(report.unparkedAfterDrain)),
    ]
    let failed = report.tasks.reduce(0) { $0 + $1.failed }
    if let limit = failedTasksMax {
      gates.append(.most("failed_tasks", Double(limit), Double(failed)))
    }
    if let limit = refusedTasksMax {
      gates.append(.most("refused_tasks", Double(limit), Double(report.refusedTasks)))
    }
    if let limit = busyShareMin { gates.append(.least("busy_share", limit, report.busyShare)) }
    if let limit = tasksPerHourMin {
      gates.append(.least("tasks_per_hour", limit, report.tasksPerHour))
    }
    if let limit = travelRatioMax { gates.append(.most("travel_ratio", limit, report.travelRatio)) }
    for (count, limit) in zip(report.tasks, tasksMin) where limit > 0 {
      gates.append(
        .least("completed_\(count.kind.rawValue)", Double(limit), Double(count.completed)))
    }
    if let limit = speedupMin { gates.append(.least("speedup", limit, report.speedup)) }
    if let limit = speedupDemandMin {
      gates.append(.least("speedup_demand", limit, report.speedupDemand))
    }
    return gates
  }
}

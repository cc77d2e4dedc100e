import Determinism
import FleetModel
import Site

extension Scenario {
  /// The same run with everything written out that chance would choose before it: each fault in
  /// `faults.list`, the network as drawn, the number of robots. The event log's hash is the same.
  /// - Throws: `SimulationError` when the scenario does not fit the site.
  public func concrete(on site: Site, seed: UInt64) throws(SimulationError) -> Scenario {
    let count = try robots.placed(on: site).count
    let root = Seed(seed)
    var concrete = self
    concrete.seed = seed
    if faults.chaos > 0 { concrete.network = network.drawn(root.derive("network kind")) }
    concrete.faults = Faults()
    concrete.faults.list = FaultPlan.draw(
      faults, robots: count, duration: duration, seed: root.derive("faults"))
    return concrete
  }

  /// What a minimiser may cut of a concrete scenario.
  public func minimizerCase(on site: Site) throws(SimulationError) -> Minimizer.Case {
    Minimizer.Case(
      faults: faults.list, robots: try robots.placed(on: site).count, duration: duration)
  }

  /// This scenario, cut to `small`.
  public func cut(to small: Minimizer.Case, on site: Site) throws(SimulationError) -> Scenario {
    var cut = self
    if try robots.placed(on: site).count != small.robots { cut.robots = .count(small.robots) }
    cut.faults.list = small.faults
    cut.duration = small.duration
    cut.warmup = min(warmup, small.duration / 2)
    return cut
  }

  /// The scenario as a file that `ScenarioFile` reads as the same scenario.
  public var yaml: String {
    var lines = ["name: \(Self.quoted(name))", "site: \(Self.quoted(site))"]
    if let seed { lines.append("seed: \(seed)") }
    switch robots {
    case .ofSite: break
    case .count(let count): lines.append("robots: \(count)")
    case .perClass(let counts):
      let list = counts.map { "\($0.vehicle): \($0.count)" }.joined(separator: ", ")
      lines.append("robots: {\(list)}")
    }
    lines.append("duration_s: \(duration.inSeconds)")
    lines.append("warmup_s: \(warmup.inSeconds)")
    lines.append("drain_s: \(drainLimit.inSeconds)")
    lines += demandLines + taskLines + networkLines
    let energy = vehicles.energyPermille
    lines.append(
      "vehicles: {energy: \(Self.range(energy, by: 1000)), "
        + "heartbeat_timeout_ms: \(vehicles.heartbeatTimeoutMilliseconds)}")
    lines += faultLines + gateLines + fleetLines
    return lines.joined(separator: "\n") + "\n"
  }

  private var demandLines: [String] {
    let volume =
      switch demand.volume {
      case .keepBusy(let share): "keep_busy: \(share)"
      case .perHour(let rate): "per_hour: \(rate)"
      }
    let kinds = zip(TaskKind.allCases, demand.weights).map { "\($0.rawValue): \($1)" }
    return ["demand: {\(volume), kinds: {\(kinds.joined(separator: ", "))}}"]
  }

  private var taskLines: [String] {
    [
      "tasks:", "  load_s: \(Self.range(tasks.loadMilliseconds, by: 1000))",
      "  unload_s: \(Self.range(tasks.unloadMilliseconds, by: 1000))",
      "  payload_g: \(Self.range(tasks.payloadGrams, by: 1))", "  with_code: \(tasks.withCode)",
      "  human_s: \(Self.range(tasks.humanMilliseconds, by: 1000))",
      "  rounds: \(Self.range(tasks.patrolRounds, by: 1))",
      "  priority: \(Self.range(tasks.priority, by: 1))",
    ]
  }

  private var networkLines: [String] {
    [
      "network:", "  delay_ms: \(network.delayMilliseconds)",
      "  jitter_ms: \(network.jitterMilliseconds)", "  loss: \(network.loss)",
      "  duplication: \(network.duplication)", "  reordering: \(network.reordering)",
      "  redelivery_ms: \(network.redeliveryMilliseconds)",
      "  keep_alive_s: \(network.keepAliveMilliseconds / 1000)",
    ]
  }

  private var faultLines: [String] {
    var lines: [String] = []
    if faults.chaos > 0 { lines.append("  chaos: \(faults.chaos)") }
    for kind in FaultKind.allCases {
      guard let rate = faults.rates[kind] else { continue }
      let key = kind.isOfRobots ? "per_robot_hour" : "per_hour"
      lines.append(
        "  \(kind.rawValue): {\(key): \(rate.perHour), "
          + "for_s: \(Self.range(rate.milliseconds, by: 1000))}")
    }
    if !faults.list.isEmpty {
      lines.append("  list:")
      lines += faults.list.map { "    - \($0.yaml)" }
    }
    return lines.isEmpty ? [] : ["faults:"] + lines
  }

  private var gateLines: [String] {
    var parts: [String] = []
    if let limit = gates.failedTasksMax { parts.append("failed_tasks_max: \(limit)") }
    if let limit = gates.refusedTasksMax { parts.append("refused_tasks_max: \(limit)") }
    if let limit = gates.busyShareMin { parts.append("busy_share_min: \(limit)") }
    if let limit = gates.tasksPerHourMin { parts.append("tasks_per_hour_min: \(limit)") }
    if let limit = gates.travelRatioMax { parts.append("travel_ratio_max: \(limit)") }
    let minima = zip(TaskKind.allCases, gates.tasksMin).filter { $1 > 0 }
      .map { "\($0.rawValue): \($1)" }
    if !minima.isEmpty { parts.append("tasks_min: {\(minima.joined(separator: ", "))}") }
    if let limit = gates.speedupMin { parts.append("speedup_min: \(limit)") }
    if let limit = gates.speedupDemandMin { parts.append("speedup_demand_min: \(limit)") }
    return parts.isEmpty ? [] : ["gates: {\(parts.joined(separator: ", "))}"]
  }

  private var fleetLines: [String] {
    var parts = ["tick_ms: \(Self.milliseconds(fleet.tickPeriod))"]
    if let v = fleet.planningPeriod { parts.append("planning_ms: \(Self.milliseconds(v))") }
    if let v = fleet.dispatchPeriod { parts.append("dispatch_ms: \(Self.milliseconds(v))") }
    if let v = fleet.reaction { parts.append("reaction_ms: \(Self.milliseconds(v))") }
    if let v = fleet.planAheadCells { parts.append("plan_ahead_cells: \(v)") }
    if let v = fleet.planningBesideAbove { parts.append("beside_above: \(v)") }
    if let v = fleet.planningLatency {
      parts.append("planning_latency_ms: \(Self.milliseconds(v))")
    }
    return ["fleet: {\(parts.joined(separator: ", "))}"]
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    duration.wholeMicroseconds / 1000
  }

  private static func range(_ range: ClosedRange<Int>, by scale: Int) -> String {
    func shown(_ value: Int) -> String {
      scale == 1 ? "\(value)" : "\(Double(value) / Double(scale))"
    }
    return "[\(shown(range.lowerBound)), \(shown(range.upperBound))]"
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.map { character in
      character == "\\" || character == "\"" ? "\\\(character)" : "\(character)"
    }
    return "\"" + escaped.joined() + "\""
  }
}

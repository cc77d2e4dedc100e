import Foundation
import FleetModel
import Yams

/// Reads scenarios.
public enum ScenarioFile {
  /// - Parameter path: a YAML file.
  /// - Throws: `ScenarioError` with file, line and value.
  public static func load(_ path: String) throws(ScenarioError) -> Scenario {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      let missing = !FileManager.default.fileExists(atPath: path)
      throw ScenarioError(
        file: path,
        text: missing ? "no such file" : "cannot be read: \(error.localizedDescription)")
    }
    guard let text = String(bytes: data, encoding: .utf8) else {
      throw ScenarioError(file: path, text: "is not UTF-8 text")
    }
    return try parse(text, file: path)
  }

  /// Reads a scenario from its text; `file` names it in errors and, bare, in reports.
  public static func parse(_ text: String, file: String) throws(ScenarioError) -> Scenario {
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch { throw ScenarioError(yaml: error, file) }
    guard let node else { throw ScenarioError(file: file, line: 1, text: "the file is empty") }
    let name = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
    return try ScenarioReader(ScenarioValue(node: node, file: file, path: ""), name: name)
      .scenario()
  }
}

extension ScenarioError {
  init(yaml error: any Error, _ file: String) {
    guard let error = error as? YamlError else {
      self.init(file: file, text: "is no YAML: \(error)")
      return
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(file: file, line: mark.line, text: "is no YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.sorted().joined(separator: "\", \"")
      self.init(file: file, line: context.mark.line, text: "the key \"\(keys)\" is given twice")
    case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      self.init(file: file, text: "is no YAML: \(error)")
    }
  }
}

/// Makes a `Scenario` of YAML.
struct ScenarioReader {
  private static let keys = [
    "name", "site", "seed", "robots", "duration_s", "warmup_s", "drain_s", "demand", "tasks",
    "network",
    "vehicles", "faults", "gates", "fleet",
  ]
  private static let day = 0.0...86_400
  private let root: ScenarioValue
  private let fields: [String: ScenarioValue]
  private let name: String

  init(_ root: ScenarioValue, name: String) throws(ScenarioError) {
    self.root = root
    self.name = name
    fields = try root.fields(Self.keys)
  }

  func scenario() throws(ScenarioError) -> Scenario {
    var scenario = Scenario(
      name: try fields["name"]?.text() ?? name, site: try siteText(),
      robots: try robots(), duration: try required("duration_s").seconds(in: 1...864_000))
    if let value = fields["seed"] { scenario.seed = UInt64(try value.integer(in: 0...Int.max)) }
    if let value = fields["warmup_s"] { scenario.warmup = try value.seconds(in: Self.day) }
    if let value = fields["drain_s"] { scenario.drainLimit = try value.seconds(in: Self.day) }
    guard scenario.warmup < scenario.duration else {
      throw (fields["warmup_s"] ?? root).fail("must be shorter than the duration")
    }
    if let value = fields["demand"] { scenario.demand = try demand(value) }
    if let value = fields["tasks"] { scenario.tasks = try tasks(value) }
    if let value = fields["network"] { scenario.network = try network(value) }
    if let value = fields["vehicles"] { scenario.vehicles = try vehicles(value) }
    if let value = fields["faults"] { scenario.faults = try faults(value) }
    if let value = fields["gates"] { scenario.gates = try gates(value) }
    if let value = fields["fleet"] { scenario.fleet = try fleet(value) }
    return scenario
  }

  /// A site's name or path, or how one is to be made.
  private func siteText() throws(ScenarioError) -> String {
    let value = try required("site")
    guard value.isMapping else { return try value.text() }
    let fields = try value.fields(["generate", "cells", "seed"])
    guard let kind = fields["generate"], let cells = fields["cells"] else {
      throw value.fail("expected a site's name, or the keys \"generate\" and \"cells\"")
    }
    guard try kind.text() == "city" else { throw kind.fail("only a \"city\" can be made") }
    let seed = try fields["seed"]?.integer(in: 0...Int.max) ?? 1
    return CityGenerator(
      cells: try cells.integer(in: CityGenerator.possible), seed: UInt64(seed)
    ).text
  }

  private func required(_ key: String) throws(ScenarioError) -> ScenarioValue {
    guard let value = fields[key] else { throw root.fail("the key \"\(key)\" is missing") }
    return value
  }

  private func robots() throws(ScenarioError) -> Scenario.Robots {
    guard let value = fields["robots"] else { return .ofSite }
    guard value.isMapping else { return .count(try value.integer(in: 1...20_000)) }
    var counts: [Scenario.ClassCount] = []
    for (key, _, entry) in try value.entries() {
      let vehicle: ClassID
      do { vehicle = try ClassID(key) } catch { throw entry.fail(error.description) }
      counts.append(
        Scenario.ClassCount(vehicle: vehicle, count: try entry.integer(in: 0...20_000)))
    }
    guard counts.contains(where: { $0.count > 0 }) else {
      throw value.fail("there must be at least one robot")
    }
    return .perClass(counts)
  }

  private func demand(_ value: ScenarioValue) throws(ScenarioError) -> Scenario.Demand {
    let fields = try value.fields(["keep_busy", "per_hour", "kinds"])
    var demand = Scenario.Demand()
    switch (fields["keep_busy"], fields["per_hour"]) {
    case (let share?, nil): demand.volume = .keepBusy(try share.number(in: 0...1))
    case (nil, let rate?): demand.volume = .perHour(try rate.number(in: 0...1_000_000))
    case (nil, nil): throw value.fail("one of \"keep_busy\" and \"per_hour\" is needed")
    case (_?, _?): throw value.fail("\"keep_busy\" and \"per_hour\" cannot both be given")
    }
    if let kinds = fields["kinds"] {
      let weights = try kinds.fields(TaskKind.allCases.map(\.rawValue))
      demand.weights = try each(TaskKind.allCases) { kind throws(ScenarioError) in
        try weights[kind.rawValue]?.integer(in: 0...1000) ?? 0
      }
      guard demand.weights.contains(where: { $0 > 0 }) else {
        throw kinds.fail("at least one kind must have a weight above 0")
      }
    }
    return demand
  }

  private func tasks(_ value: ScenarioValue) throws(ScenarioError) -> Scenario.TaskParameters {
    let fields = try value.fields([
      "load_s", "unload_s", "payload_g", "with_code", "human_s", "rounds", "priority",
    ])
    var tasks = Scenario.TaskParameters()
    if let v = fields["load_s"] { tasks.loadMilliseconds = try v.range(in: 0...3600, scale: 1000) }
    if let v = fields["unload_s"] {
      tasks.unloadMilliseconds = try v.range(in: 0...3600, scale: 1000)
    }
    if let v = fields["payload_g"] { tasks.payloadGrams = try v.range(in: 0...100_000_000) }
    if let v = fields["with_code"] { tasks.withCode = try v.number(in: 0...1) }
    if let v = fields["human_s"] {
      tasks.humanMilliseconds = try v.range(in: 0...3600, scale: 1000)
    }
    if let v = fields["rounds"] { tasks.patrolRounds = try v.range(in: 1...1000) }
    if let v = fields["priority"] { tasks.priority = try v.range(in: 0...9) }
    return tasks
  }

  private func network(_ value: ScenarioValue) throws(ScenarioError) -> NetworkSettings {
    let fields = try value.fields([
      "delay_ms", "jitter_ms", "loss", "duplication", "reordering", "redelivery_ms",
      "keep_alive_s",
    ])
    var network = NetworkSettings()
    if let v = fields["delay_ms"] { network.delayMilliseconds = try v.integer(in: 0...60_000) }
    if let v = fields["jitter_ms"] { network.jitterMilliseconds = try v.integer(in: 0...60_000) }
    if let v = fields["loss"] { network.loss = try v.number(in: 0...0.9) }
    if let v = fields["duplication"] { network.duplication = try v.number(in: 0...0.9) }
    if let v = fields["reordering"] { network.reordering = try v.number(in: 0...0.9) }
    if let v = fields["redelivery_ms"] {
      network.redeliveryMilliseconds = try v.integer(in: 1...60_000)
    }
    if let v = fields["keep_alive_s"] {
      network.keepAliveMilliseconds = try v.integer(in: 1...3600) * 1000
    }
    return network
  }

  private func vehicles(_ value: ScenarioValue) throws(ScenarioError) -> Scenario.VehicleSettings {
    let fields = try value.fields(["energy", "heartbeat_timeout_ms"])
    var vehicles = Scenario.VehicleSettings()
    if let v = fields["energy"] { vehicles.energyPermille = try v.range(in: 0...1, scale: 1000) }
    if let v = fields["heartbeat_timeout_ms"] {
      vehicles.heartbeatTimeoutMilliseconds = Int32(try v.integer(in: 1000...600_000))
    }
    return vehicles
  }

  private func gates(_ value: ScenarioValue) throws(ScenarioError) -> GateLimits {
    let fields = try value.fields([
      "failed_tasks_max", "refused_tasks_max", "busy_share_min", "travel_ratio_max", "tasks_min",
      "tasks_per_hour_min", "speedup_min", "speedup_demand_min",
    ])
    var gates = GateLimits()
    let many = 0...1_000_000_000
    if let v = fields["failed_tasks_max"] { gates.failedTasksMax = try v.integer(in: many) }
    if let v = fields["refused_tasks_max"] { gates.refusedTasksMax = try v.integer(in: many) }
    if let v = fields["busy_share_min"] { gates.busyShareMin = try v.number(in: 0...1) }
    if let v = fields["travel_ratio_max"] { gates.travelRatioMax = try v.number(in: 1...1000) }
    if let v = fields["tasks_per_hour_min"] {
      gates.tasksPerHourMin = try v.number(in: 0...1_000_000)
    }
    if let v = fields["speedup_min"] { gates.speedupMin = try v.number(in: 0...1_000_000) }
    if let v = fields["speedup_demand_min"] {
      gates.speedupDemandMin = try v.number(in: 0...1_000_000)
    }
    if let v = fields["tasks_min"] {
      let minima = try v.fields(TaskKind.allCases.map(\.rawValue))
      gates.tasksMin = try each(TaskKind.allCases) { kind throws(ScenarioError) in
        try minima[kind.rawValue]?.integer(in: many) ?? 0
      }
    }
    return gates
  }

  private func fleet(_ value: ScenarioValue) throws(ScenarioError) -> Scenario.FleetOverrides {
    let fields = try value.fields([
      "tick_ms", "planning_ms", "dispatch_ms", "reaction_ms", "plan_ahead_cells", "beside_above",
      "planning_latency_ms",
    ])
    var fleet = Scenario.FleetOverrides()
    if let v = fields["tick_ms"] { fleet.tickPeriod = try milliseconds(v) }
    if let v = fields["planning_ms"] { fleet.planningPeriod = try milliseconds(v) }
    if let v = fields["dispatch_ms"] { fleet.dispatchPeriod = try milliseconds(v) }
    if let v = fields["reaction_ms"] { fleet.reaction = try milliseconds(v) }
    if let v = fields["plan_ahead_cells"] {
      fleet.planAheadCells = Int32(try v.integer(in: 1...1000))
    }
    if let v = fields["beside_above"] {
      fleet.planningBesideAbove = try v.integer(in: 0...1_000_000)
    }
    if let v = fields["planning_latency_ms"] { fleet.planningLatency = try milliseconds(v) }
    return fleet
  }

  private func milliseconds(_ value: ScenarioValue) throws(ScenarioError) -> Duration {
    .milliseconds(try value.integer(in: 10...60_000))
  }

  func each<T, R>(
    _ values: [T], _ body: (T) throws(ScenarioError) -> R
  ) throws(ScenarioError) -> [R] {
    var results: [R] = []
    for value in values { results.append(try body(value)) }
    return results
  }
}

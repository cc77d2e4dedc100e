import Determinism
import FleetModel
import FleetSimulation
import Foundation

/// A simulated run, made again and told step by step.
struct SimulatedReplay {
  let file: String
  let record: SimulationRecord
  let robot: RobotID?
  /// Since the start; nil: from there, and to the end.
  let from: Duration?
  let until: Duration?
  let isShown: Bool
  var keys: StepKeys?

  struct Outcome: Encodable {
    var file: String
    var build: String
    var seed: UInt64
    var inputs: Int
    var violations: Int
    /// Nil: it was left before its end.
    var eventLogHash: String?
    var recordedHash: String?
    /// What the core says at the end of the robot that was asked for.
    var explanation: [String]?
  }

  mutating func run() throws(CommandFailure) -> Outcome {
    var simulation = try begin()
    var outcome = Outcome(
      file: file, build: record.build, seed: record.seed, inputs: 0, violations: 0,
      eventLogHash: nil, recordedHash: record.eventLogHash, explanation: nil)
    if let robot, !simulation.hasRobot(robot) {
      throw CommandFailure("robot", "\(file): there is no robot \(robot) in this run")
    }
    simulation.keepSteps()
    let context = CommandContext.current
    let end = until ?? simulation.longest
    run: while true {
      let steps = simulation.nextSteps(until: end)
      for step in steps {
        switch step.cause {
        case .input: outcome.inputs += 1
        case .violation: outcome.violations += 1
        case .world: break
        }
        guard isShown, step.at >= from ?? .zero else { continue }
        let lines = ReplayText.lines(of: step, robot: robot)
        guard !lines.isEmpty else { continue }
        for line in lines { context.print(line) }
        if keys?.wait() == .leave { break run }
      }
      if steps.isEmpty { break }
    }
    if let robot { outcome.explanation = simulation.explanation(of: robot) }
    if simulation.phase == .ended { outcome.eventLogHash = simulation.eventLogHash }
    return outcome
  }

  private func begin() throws(CommandFailure) -> Simulation {
    do {
      let scenario = try ScenarioFile.parse(record.scenario, file: file)
      let site =
        record.site.isEmpty
        ? try SimulationSite.load(scenario.site, beside: file).site
        : try ReplaySite.make(record.site.map { ($0.name, $0.text) })
      return try Simulation(scenario, site: site, seed: record.seed)
    } catch { throw CommandFailure("recording", "\(file): \(error)") }
  }
}

extension SimulatedReplay.Outcome {
  /// Whether the run was the one that was recorded, as far as it was made.
  var agrees: Bool {
    guard let eventLogHash, let recordedHash else { return true }
    return eventLogHash == recordedHash
  }

  var lines: [String] {
    var lines = ReplayText.why(explanation)
    lines.append("seed \(seed), \(inputs) inputs, \(violations) violations")
    switch (eventLogHash, recordedHash) {
    case (let hash?, let recorded?):
      lines.append(
        hash == recorded
          ? "event_log_hash \(hash), as recorded"
          : "event_log_hash \(hash), but \(recorded) was recorded: it is another run")
    case (let hash?, nil): lines.append("event_log_hash \(hash)")
    case (nil, _): break
    }
    if build != DroverCommand.version {
      lines.append("recorded by drover \(build); this is \(DroverCommand.version)")
    }
    return lines
  }
}

import Determinism
import FleetCore
import FleetModel
import FleetServer
import FleetSimulation

/// Steps of a replay as lines.
enum ReplayText {
  /// Longer ones are cut, but where one robot is asked for: a snapshot or a list of tasks is a screen
  /// of its own.
  private static let longest = 240

  /// - Parameter robot: only what it said and was told; nil: everything but idle ticks.
  static func lines(of step: FlightReplay.Step, robot: RobotID?) -> [String] {
    shown(lines(at: step.time.iso8601, step.input, step.effects, robot), robot)
  }

  /// The same of a simulated run, with what happened beside the core.
  static func lines(of step: SimulationStep, robot: RobotID?) -> [String] {
    shown(whole(step, robot), robot)
  }

  /// Why the robot that was asked for is where it is when the replay stops.
  static func why(_ explanation: [String]?) -> [String] {
    explanation.map { ["why: " + $0.joined(separator: "; ")] } ?? []
  }

  private static func whole(_ step: SimulationStep, _ robot: RobotID?) -> [String] {
    let time = seconds(step.at)
    switch step.cause {
    case .input(let event): return lines(at: time, event, step.effects, robot)
    case .world(let what, let whose):
      let effects = step.effects.filter { robot == nil || Self.robot(of: $0) == robot }
      guard robot == nil || whose == nil || whose == robot else { return [] }
      return ["\(time)  * \(what)"] + effects.map { "    -> \(text($0))" }
    case .violation(let text): return ["\(time)  ! \(text)"]
    }
  }

  private static func lines(
    at time: String, _ input: FleetEvent, _ effects: [FleetEffect], _ robot: RobotID?
  ) -> [String] {
    let effects = effects.filter { robot == nil || Self.robot(of: $0) == robot }
    let isAbout = robot == nil || Self.robot(of: input) == robot
    if case .tick = input, effects.isEmpty { return [] }
    guard isAbout || !effects.isEmpty else { return [] }
    return ["\(time)  \(text(input))"] + effects.map { "    -> \(text($0))" }
  }

  /// `   12.345678 s`, in a column.
  private static func seconds(_ duration: Duration) -> String {
    let micros = duration.wholeMicroseconds
    let fraction = "\(1_000_000 + micros % 1_000_000)".dropFirst()
    let text = "\(micros / 1_000_000).\(fraction)"
    return String(repeating: " ", count: max(0, 11 - text.count)) + text + " s"
  }

  private static func text(_ event: FleetEvent) -> String {
    switch event {
    case .tick: "tick"
    case .connection(let robot, let message): "\(robot) \(plain(message))"
    case .factsheet(let robot, let sheet): "\(robot) is a \(sheet.vehicle.id) (\(sheet.model))"
    case .state(let robot, let state): "\(robot) state \(plain(state))"
    case .report(let robot, let report): "\(robot) reports \(plain(report))"
    case .request(let user, let request): "\(user) asks \(plain(request.body))"
    case .recalled(let task): "\(task.id) is recalled"
    case .transport(let isUp): isUp ? "connected to the broker" : "no broker"
    case .enrolled(let robot): "\(robot) is enrolled"
    case .removed(let robot): "\(robot) is removed"
    }
  }

  private static func text(_ effect: FleetEffect) -> String {
    switch effect {
    case .persist(.task(let task)):
      "store \(task.value.record.id) \(plain(task.value.record.state))"
    case .persist(.robot(let robot)):
      "store \(robot.value.id)"
        + (robot.value.promise.map {
          " order \($0.order) update \($0.update) legs \($0.visited)...\($0.released)"
        } ?? "")
    case .persist(let change): "store \(plain(change))"
    case .send(let robot, let message): "to \(robot): \(plain(message))"
    case .heartbeat(let beat): "heartbeat \(beat.number)"
    case .reply(let user, _, let number, let reply): "reply \(number) to \(user): \(plain(reply))"
    case .notice(let notice): "notice: \(notice.text)"
    case .superseded(let epoch): "superseded by epoch \(epoch)"
    }
  }

  private static func robot(of event: FleetEvent) -> RobotID? {
    switch event {
    case .connection(let robot, _), .factsheet(let robot, _), .state(let robot, _),
      .report(let robot, _), .enrolled(let robot), .removed(let robot):
      robot
    case .tick, .request, .recalled, .transport: nil
    }
  }

  private static func robot(of effect: FleetEffect) -> RobotID? {
    switch effect {
    case .send(let robot, _), .persist(.robotRemoved(let robot)): robot
    case .persist(.robot(let robot)): robot.value.id
    case .persist(.task(let task)): task.value.record.robot
    case .notice(let notice): notice.robot
    case .persist(.zone), .persist(.audit), .heartbeat, .reply, .superseded: nil
    }
  }

  /// Swift's own words for a value, without the names of modules.
  private static func plain(_ value: some Any) -> String {
    "\(value)".replacing("FleetModel.", with: "").replacing("FleetCore.", with: "")
      .replacing("Determinism.", with: "")
  }

  private static func shown(_ lines: [String], _ robot: RobotID?) -> [String] {
    guard robot == nil else { return lines }
    return lines.map { $0.count <= longest ? $0 : $0.prefix(longest - 2) + " …" }
  }
}

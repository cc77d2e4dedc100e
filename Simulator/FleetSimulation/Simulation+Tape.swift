import Determinism
import FleetCore
import FleetModel

/// One thing that happened in a run, for whoever goes through it step by step.
public struct SimulationStep: Sendable {
  public enum Cause: Sendable, Equatable {
    /// What the core was told. It takes times by its server's clock; `at` is the world's.
    case input(FleetEvent)
    /// What the core was not told: a fault, a process that dies or starts.
    case world(String, robot: RobotID?)
    /// What a checker found.
    case violation(String)
  }

  /// Since the start of the run.
  public var at: Duration
  public var cause: Cause
  /// What the core made of it. Of a batch in which the server dies only a part is carried out.
  public var effects: [FleetEffect]
}

// A run told step by step. Keeping steps changes nothing in the run.
extension Simulation {
  /// From now on `nextSteps` has something to tell.
  public mutating func keepSteps() { tape = [] }

  /// Lets the run go on until something is to be told, and tells it.
  /// - Returns: nothing once `end`, since the start, or the end of the run is reached.
  public mutating func nextSteps(until end: Duration) -> [SimulationStep] {
    precondition(tape != nil, "keepSteps comes first")
    let limit = start + end
    while phase != .ended, tape?.isEmpty == true, let next = queue.nextTime, next <= limit {
      runOne()
      let found = world.violations
      for text in found.dropFirst(violationsTold) { takeDown(.violation(text)) }
      violationsTold = found.count
    }
    defer { tape = [] }
    return tape ?? []
  }

  mutating func takeDown(
    _ cause: @autoclosure () -> SimulationStep.Cause, _ effects: [FleetEffect] = []
  ) {
    guard tape != nil else { return }
    let step = SimulationStep(at: elapsed, cause: cause(), effects: effects)
    tape?.append(step)
  }

  /// Everything that the core is told goes through here.
  mutating func feed(_ event: FleetEvent) -> [FleetEffect] {
    let effects = server.fleet.handle(event, now: serverTime)
    takeDown(.input(event), effects)
    feedStale(event)
    return effects
  }

  mutating func takeDown(_ fault: Fault, isOver: Bool) {
    guard tape != nil else { return }
    let robot = fault.robot.map { robots[$0].id }
    let who = robot.map { " of \($0)" } ?? ""
    let what = isOver ? " is over" : ": \(fault.yaml)"
    takeDown(.world("\(fault.kind.rawValue)\(who)\(what)", robot: robot))
  }
}

import Determinism
import FleetModel
import Grid

/// Drive somewhere, stand there, done.
struct GoToRun: MissionRun {
  private let target: Errand.Target
  /// For people.
  private let name: String

  init(target: Errand.Target, name: String) {
    self.target = target
    self.name = name
  }

  mutating func nextErrand(from plannedEnd: VertexID?, now: Instant) -> Errand? {
    Errand(target: target, stops: true)
  }

  mutating func arrived(now: Instant) -> [MissionEffect] { [.completed] }

  var progressPermille: Int32 { 0 }
  var note: String { "driving to \(name)" }
}

import Determinism
import FleetModel
import Grid

/// A task as `--json` prints it.
struct TaskJSON: Encodable {
  struct Deliver: Encodable {
    var from: String
    var to: String
    var loadSeconds: Double
    var unloadSeconds: Double
    var needsCode: Bool
    var payloadGrams: Int32
  }
  struct Patrol: Encodable {
    var route: String
    var rounds: Int32?
    var until: String?
  }
  struct Sweep: Encodable { var area: String }
  struct GoTo: Encodable {
    var station: String?
    var cell: [Int32]?
  }

  var id: String
  var key: String
  var owner: String
  var kind: String
  var state: String
  /// Of blocked, waiting and failed ones.
  var reason: String?
  var ended: Bool
  var robot: String?
  var onlyRobot: String?
  var priority: Int32
  var progress: Double
  var note: String
  var submittedAt: String
  var startedAt: String?
  var endedAt: String?
  var drivenCells: Int64
  var reassignments: Int32
  var deliver: Deliver?
  var patrol: Patrol?
  var sweep: Sweep?
  var goto: GoTo?

  init(_ task: TaskRecord) {
    id = task.id.text
    key = task.key.text
    owner = task.owner.text
    kind = task.spec.body.kind.rawValue
    state = task.state.name
    reason = task.state.reason
    ended = task.state.isEnded
    robot = task.robot?.text
    onlyRobot = task.spec.robot?.text
    priority = task.spec.priority
    progress = Double(task.progressPermille) / 1000
    note = task.note
    submittedAt = task.submitted.iso8601
    startedAt = task.started?.iso8601
    endedAt = task.ended?.iso8601
    drivenCells = task.drivenCells
    reassignments = task.reassignments
    setBody(task.spec.body)
  }

  private mutating func setBody(_ body: TaskBody) {
    switch body {
    case .deliver(let it):
      deliver = Deliver(
        from: it.pickup.text, to: it.drop.text, loadSeconds: Double(it.loadMilliseconds) / 1000,
        unloadSeconds: Double(it.unloadMilliseconds) / 1000, needsCode: it.releaseCode != nil,
        payloadGrams: it.payloadGrams)
    case .patrol(let it):
      switch it.extent {
      case .rounds(let rounds): patrol = Patrol(route: it.route.text, rounds: rounds)
      case .until(let time): patrol = Patrol(route: it.route.text, until: time.iso8601)
      }
    case .sweep(let it): sweep = Sweep(area: it.area.text)
    case .goTo(let it):
      switch it.target {
      case .station(let station): goto = GoTo(station: station.text)
      case .cell(let cell): goto = GoTo(cell: [cell.x, cell.y])
      }
    }
  }
}

extension TaskState {
  /// What it is blocked by, waits for, or failed of; for programs and people alike.
  var reason: String? {
    switch self {
    case .blocked(let reason): reason.rawValue
    case .waiting(let reason): reason.rawValue
    case .failed(let cause): cause.description
    case .queued, .assigned, .dispatched, .underway, .paused, .cancelling, .completed, .cancelled,
      .expired:
      nil
    }
  }
}

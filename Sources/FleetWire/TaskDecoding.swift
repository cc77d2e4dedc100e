import CFleetProto
import Determinism
import FleetModel
import Grid

// Tasks, out of C structs (fleet.proto).

extension Reader {
  func taskSpec(_ m: UnsafeMutablePointer<Drover__V1__TaskSpec>) throws(WireError) -> TaskSpec {
    TaskSpec(
      body: try taskBody(m), priority: try check(m.pointee.priority, 0...9, "priority"),
      robot: try optionalID(m.pointee.robot, "robot"))
  }

  private func taskBody(
    _ m: UnsafeMutablePointer<Drover__V1__TaskSpec>
  ) throws(WireError) -> TaskBody {
    switch m.pointee.body_case {
    case DROVER__V1__TASK_SPEC__BODY_DELIVER:
      .deliver(try part("Delivery").delivery(require(m.pointee.deliver, "deliver")))
    case DROVER__V1__TASK_SPEC__BODY_PATROL:
      .patrol(try part("Patrol").patrol(require(m.pointee.patrol, "patrol")))
    case DROVER__V1__TASK_SPEC__BODY_SWEEP:
      .sweep(
        Sweep(area: try part("Sweep").id(require(m.pointee.sweep, "sweep").pointee.area, "area")))
    case DROVER__V1__TASK_SPEC__BODY_GO_TO:
      .goTo(try part("GoTo").goTo(require(m.pointee.go_to, "go_to")))
    default: throw .missing(message: message, field: "body")
    }
  }

  private func delivery(
    _ m: UnsafeMutablePointer<Drover__V1__Delivery>
  ) throws(WireError) -> Delivery {
    Delivery(
      pickup: try id(m.pointee.pickup, "pickup"), drop: try id(m.pointee.drop, "drop"),
      loadMilliseconds: try check(m.pointee.load_ms, WireLimits.waits, "load_ms"),
      unloadMilliseconds: try check(m.pointee.unload_ms, WireLimits.waits, "unload_ms"),
      releaseCode: m.pointee.release_case == DROVER__V1__DELIVERY__RELEASE_RELEASE_CODE
        ? try text(m.pointee.release_code, WireLimits.codeBytes, "release_code") : nil,
      payloadGrams: try check(m.pointee.payload_g, WireLimits.grams, "payload_g"))
  }

  private func patrol(_ m: UnsafeMutablePointer<Drover__V1__Patrol>) throws(WireError) -> Patrol {
    let route: RouteID = try id(m.pointee.route, "route")
    switch m.pointee.extent_case {
    case DROVER__V1__PATROL__EXTENT_ROUNDS:
      let rounds = try check(m.pointee.rounds, 1...1_000_000, "rounds")
      return Patrol(route: route, extent: .rounds(rounds))
    case DROVER__V1__PATROL__EXTENT_UNTIL_US:
      return Patrol(route: route, extent: .until(Instant(microseconds: m.pointee.until_us)))
    default: throw .missing(message: message, field: "extent")
    }
  }

  private func goTo(_ m: UnsafeMutablePointer<Drover__V1__GoTo>) throws(WireError) -> GoTo {
    switch m.pointee.target_case {
    case DROVER__V1__GO_TO__TARGET_STATION:
      GoTo(target: .station(try id(m.pointee.station, "station")))
    case DROVER__V1__GO_TO__TARGET_CELL:
      GoTo(target: .cell(try part("Cell").cell(require(m.pointee.cell, "cell"))))
    default: throw .missing(message: message, field: "target")
    }
  }

  func cell(_ m: UnsafeMutablePointer<Drover__V1__Cell>) throws(WireError) -> Cell {
    Cell(
      x: try check(m.pointee.x, WireLimits.cells, "x"),
      y: try check(m.pointee.y, WireLimits.cells, "y"))
  }

  func taskRecord(
    _ m: UnsafeMutablePointer<Drover__V1__TaskRecord>
  ) throws(WireError) -> TaskRecord {
    var record = TaskRecord(
      id: try id(m.pointee.id, "id"), key: try id(m.pointee.key, "key"),
      owner: try id(m.pointee.owner, "owner"),
      spec: try part("TaskSpec").taskSpec(require(m.pointee.spec, "spec")),
      state: try part("TaskState").taskState(require(m.pointee.state, "state")),
      submitted: Instant(microseconds: m.pointee.submitted_us))
    record.robot = try optionalID(m.pointee.robot, "robot")
    if m.pointee.started_case == DROVER__V1__TASK_RECORD__STARTED_STARTED_US {
      record.started = Instant(microseconds: m.pointee.started_us)
    }
    if m.pointee.ended_case == DROVER__V1__TASK_RECORD__ENDED_ENDED_US {
      record.ended = Instant(microseconds: m.pointee.ended_us)
    }
    record.progressPermille = try check(
      m.pointee.progress_permille, WireLimits.permille, "progress_permille")
    record.note = try text(m.pointee.note, WireLimits.serverTextBytes, "note")
    record.drivenCells = try check(m.pointee.driven_cells, WireLimits.counts, "driven_cells")
    record.reassignments = try check(
      m.pointee.reassignments, WireLimits.counts32, "reassignments")
    return record
  }

  private func taskState(
    _ m: UnsafeMutablePointer<Drover__V1__TaskState>
  ) throws(WireError) -> TaskState {
    switch m.pointee.state_case {
    case DROVER__V1__TASK_STATE__STATE_QUEUED: .queued
    case DROVER__V1__TASK_STATE__STATE_BLOCKED: .blocked(try value(m.pointee.blocked, "blocked"))
    case DROVER__V1__TASK_STATE__STATE_ASSIGNED: .assigned
    case DROVER__V1__TASK_STATE__STATE_DISPATCHED: .dispatched
    case DROVER__V1__TASK_STATE__STATE_UNDERWAY: .underway
    case DROVER__V1__TASK_STATE__STATE_WAITING: .waiting(try value(m.pointee.waiting, "waiting"))
    case DROVER__V1__TASK_STATE__STATE_PAUSED: .paused
    case DROVER__V1__TASK_STATE__STATE_CANCELLING: .cancelling
    case DROVER__V1__TASK_STATE__STATE_COMPLETED: .completed
    case DROVER__V1__TASK_STATE__STATE_FAILED:
      .failed(try part("FailureCause").failure(require(m.pointee.failed, "failed")))
    case DROVER__V1__TASK_STATE__STATE_CANCELLED: .cancelled
    case DROVER__V1__TASK_STATE__STATE_EXPIRED: .expired
    default: throw .missing(message: message, field: "state")
    }
  }

  private func failure(
    _ m: UnsafeMutablePointer<Drover__V1__FailureCause>
  ) throws(WireError) -> FailureCause {
    switch m.pointee.cause_case {
    case DROVER__V1__FAILURE_CAUSE__CAUSE_ROBOT_FAILED:
      .robotFailed(try id(m.pointee.robot_failed, "robot_failed"))
    case DROVER__V1__FAILURE_CAUSE__CAUSE_ACTION_FAILED:
      .actionFailed(try text(m.pointee.action_failed, WireLimits.robotTextBytes, "action_failed"))
    case DROVER__V1__FAILURE_CAUSE__CAUSE_UNREACHABLE: .unreachable
    case DROVER__V1__FAILURE_CAUSE__CAUSE_REMOVED: .removed
    default: throw .missing(message: message, field: "cause")
    }
  }
}

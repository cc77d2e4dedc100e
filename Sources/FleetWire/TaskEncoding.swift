import CFleetProto
import Determinism
import FleetModel
import Grid

// Tasks, into C structs (fleet.proto).

extension Builder {
  func taskSpec(_ value: TaskSpec) -> UnsafeMutablePointer<Drover__V1__TaskSpec> {
    let m = message(drover__v1__task_spec__init)
    m.pointee.priority = value.priority
    m.pointee.robot = optionalID(value.robot)
    switch value.body {
    case .deliver(let delivery):
      m.pointee.body_case = DROVER__V1__TASK_SPEC__BODY_DELIVER
      m.pointee.deliver = self.delivery(delivery)
    case .patrol(let patrol):
      m.pointee.body_case = DROVER__V1__TASK_SPEC__BODY_PATROL
      m.pointee.patrol = self.patrol(patrol)
    case .sweep(let sweep):
      m.pointee.body_case = DROVER__V1__TASK_SPEC__BODY_SWEEP
      m.pointee.sweep = message(drover__v1__sweep__init)
      m.pointee.sweep.pointee.area = id(sweep.area)
    case .goTo(let goTo):
      m.pointee.body_case = DROVER__V1__TASK_SPEC__BODY_GO_TO
      m.pointee.go_to = self.goTo(goTo)
    }
    return m
  }

  private func delivery(_ value: Delivery) -> UnsafeMutablePointer<Drover__V1__Delivery> {
    let m = message(drover__v1__delivery__init)
    m.pointee.pickup = id(value.pickup)
    m.pointee.drop = id(value.drop)
    m.pointee.load_ms = value.loadMilliseconds
    m.pointee.unload_ms = value.unloadMilliseconds
    m.pointee.payload_g = value.payloadGrams
    if let code = value.releaseCode {
      m.pointee.release_case = DROVER__V1__DELIVERY__RELEASE_RELEASE_CODE
      m.pointee.release_code = text(code, WireLimits.codeBytes)
    }
    return m
  }

  private func patrol(_ value: Patrol) -> UnsafeMutablePointer<Drover__V1__Patrol> {
    let m = message(drover__v1__patrol__init)
    m.pointee.route = id(value.route)
    switch value.extent {
    case .rounds(let rounds):
      m.pointee.extent_case = DROVER__V1__PATROL__EXTENT_ROUNDS
      m.pointee.rounds = rounds
    case .until(let time):
      m.pointee.extent_case = DROVER__V1__PATROL__EXTENT_UNTIL_US
      m.pointee.until_us = time.microseconds
    }
    return m
  }

  private func goTo(_ value: GoTo) -> UnsafeMutablePointer<Drover__V1__GoTo> {
    let m = message(drover__v1__go_to__init)
    switch value.target {
    case .station(let station):
      m.pointee.target_case = DROVER__V1__GO_TO__TARGET_STATION
      m.pointee.station = id(station)
    case .cell(let cell):
      m.pointee.target_case = DROVER__V1__GO_TO__TARGET_CELL
      m.pointee.cell = self.cell(cell)
    }
    return m
  }

  func cell(_ value: Cell) -> UnsafeMutablePointer<Drover__V1__Cell> {
    let m = message(drover__v1__cell__init)
    m.pointee.x = value.x
    m.pointee.y = value.y
    return m
  }

  func taskRecord(_ value: TaskRecord) -> UnsafeMutablePointer<Drover__V1__TaskRecord> {
    let m = message(drover__v1__task_record__init)
    m.pointee.id = id(value.id)
    m.pointee.key = id(value.key)
    m.pointee.owner = id(value.owner)
    m.pointee.spec = taskSpec(value.spec)
    m.pointee.state = taskState(value.state)
    m.pointee.robot = optionalID(value.robot)
    m.pointee.submitted_us = value.submitted.microseconds
    if let started = value.started {
      m.pointee.started_case = DROVER__V1__TASK_RECORD__STARTED_STARTED_US
      m.pointee.started_us = started.microseconds
    }
    if let ended = value.ended {
      m.pointee.ended_case = DROVER__V1__TASK_RECORD__ENDED_ENDED_US
      m.pointee.ended_us = ended.microseconds
    }
    m.pointee.progress_permille = value.progressPermille
    m.pointee.note = text(value.note, WireLimits.serverTextBytes)
    m.pointee.driven_cells = value.drivenCells
    m.pointee.reassignments = value.reassignments
    return m
  }

  private func taskState(_ value: TaskState) -> UnsafeMutablePointer<Drover__V1__TaskState> {
    let m = message(drover__v1__task_state__init)
    switch value {
    case .blocked(let reason):
      m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_BLOCKED
      m.pointee.blocked = reason.code
      return m
    case .waiting(let reason):
      m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_WAITING
      m.pointee.waiting = reason.code
      return m
    case .failed(let cause):
      m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_FAILED
      m.pointee.failed = failure(cause)
      return m
    case .queued: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_QUEUED
    case .assigned: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_ASSIGNED
    case .dispatched: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_DISPATCHED
    case .underway: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_UNDERWAY
    case .paused: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_PAUSED
    case .cancelling: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_CANCELLING
    case .completed: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_COMPLETED
    case .cancelled: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_CANCELLED
    case .expired: m.pointee.state_case = DROVER__V1__TASK_STATE__STATE_EXPIRED
    }
    // All the plain states share the place of one pointer to `Empty`.
    m.pointee.queued = empty()
    return m
  }

  private func failure(
    _ value: FailureCause
  ) -> UnsafeMutablePointer<Drover__V1__FailureCause> {
    let m = message(drover__v1__failure_cause__init)
    switch value {
    case .robotFailed(let robot):
      m.pointee.cause_case = DROVER__V1__FAILURE_CAUSE__CAUSE_ROBOT_FAILED
      m.pointee.robot_failed = id(robot)
    case .actionFailed(let words):
      m.pointee.cause_case = DROVER__V1__FAILURE_CAUSE__CAUSE_ACTION_FAILED
      m.pointee.action_failed = text(words, WireLimits.robotTextBytes)
    case .unreachable:
      m.pointee.cause_case = DROVER__V1__FAILURE_CAUSE__CAUSE_UNREACHABLE
      m.pointee.unreachable = empty()
    case .removed:
      m.pointee.cause_case = DROVER__V1__FAILURE_CAUSE__CAUSE_REMOVED
      m.pointee.removed = empty()
    }
    return m
  }

  /// nil is the empty text.
  func optionalID<Tag>(_ value: Identifier<Tag>?) -> UnsafeMutablePointer<CChar> {
    text(value?.text ?? "", 64)
  }
}

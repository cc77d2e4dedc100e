import CFleetProto
import FleetModel

// What the server says to robots, into C structs (control.proto).

extension Builder {
  func heartbeat(_ value: Heartbeat) -> UnsafeMutablePointer<Drover__V1__Heartbeat> {
    let m = message(drover__v1__heartbeat__init)
    m.pointee.server_epoch = value.serverEpoch
    m.pointee.number = value.number
    m.pointee.time_us = value.timeMicroseconds
    return m
  }

  func control(_ value: ControlMessage) -> UnsafeMutablePointer<Drover__V1__ControlMessage> {
    let m = message(drover__v1__control_message__init)
    m.pointee.server_epoch = value.serverEpoch
    m.pointee.session_epoch = value.sessionEpoch
    m.pointee.number = value.number
    m.pointee.committed_event = value.committedEvent
    switch value.command {
    case .route(let update):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_ROUTE
      m.pointee.route = route(update)
    case .trim(let order, let update, let through):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_TRIM
      m.pointee.trim = message(drover__v1__trim__init)
      m.pointee.trim.pointee.order = order
      m.pointee.trim.pointee.update = update
      m.pointee.trim.pointee.through = through
    case .action(let action):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_ACTION
      m.pointee.action = message(drover__v1__robot_action__init)
      m.pointee.action.pointee.id = action.id
      m.pointee.action.pointee.kind = action.kind.code
      m.pointee.action.pointee.duration_ms = action.durationMilliseconds
    case .cancelAction(let action):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_CANCEL_ACTION
      m.pointee.cancel_action = message(drover__v1__cancel_action__init)
      m.pointee.cancel_action.pointee.action = action
    case .pause:
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_PAUSE
      m.pointee.pause = message(drover__v1__pause__init)
    case .resume:
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_RESUME
      m.pointee.resume = message(drover__v1__resume__init)
    case .stop:
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_STOP
      m.pointee.stop = message(drover__v1__stop__init)
    case .query:
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_QUERY
      m.pointee.query = message(drover__v1__query__init)
    case .confirm(let order, let update):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_CONFIRM
      m.pointee.confirm = message(drover__v1__confirm__init)
      m.pointee.confirm.pointee.order = order
      m.pointee.confirm.pointee.update = update
    case .unlock(let action):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_UNLOCK
      m.pointee.unlock = message(drover__v1__unlock__init)
      m.pointee.unlock.pointee.action = action
    case .signal(let light, let horn):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_SIGNAL
      m.pointee.signal = message(drover__v1__signal__init)
      m.pointee.signal.pointee.light = UInt32(light)
      m.pointee.signal.pointee.horn = UInt32(horn)
    case .acknowledgeEvents:
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_ACKNOWLEDGE_EVENTS
      m.pointee.acknowledge_events = message(drover__v1__acknowledge_events__init)
    case .teleoperate(let slice):
      m.pointee.command_case = DROVER__V1__CONTROL_MESSAGE__COMMAND_TELEOPERATION_LEASE
      m.pointee.teleoperation_lease = message(drover__v1__teleoperation_lease__init)
      m.pointee.teleoperation_lease.pointee.lease = slice.lease
      m.pointee.teleoperation_lease.pointee.operator_id = optionalID(slice.driver)
      m.pointee.teleoperation_lease.pointee.duration_ms = slice.durationMilliseconds
      m.pointee.teleoperation_lease.pointee.speed_limit_mm_per_s =
        slice.speedLimitMillimetresPerSecond
    }
    return m
  }

  private func route(_ value: RouteUpdate) -> UnsafeMutablePointer<Drover__V1__RouteUpdate> {
    let m = message(drover__v1__route_update__init)
    m.pointee.order = value.order
    m.pointee.update = value.update
    m.pointee.start_x_mm = value.start.x
    m.pointee.start_y_mm = value.start.y
    m.pointee.first_leg = value.firstLeg
    m.pointee.n_legs = value.legs.count
    m.pointee.legs = list(value.legs, leg)
    m.pointee.released_through = value.releasedThrough
    return m
  }

  private func leg(_ value: RouteLeg) -> UnsafeMutablePointer<Drover__V1__RouteLeg> {
    let m = message(drover__v1__route_leg__init)
    let points = space(2 * value.points.count, of: Int64.self)
    for (i, point) in value.points.enumerated() {
      points[2 * i] = point.x
      points[2 * i + 1] = point.y
    }
    m.pointee.n_points_mm = 2 * value.points.count
    m.pointee.points_mm = points
    m.pointee.speed_limit_mm_per_s = value.speedLimitMillimetresPerSecond
    return m
  }
}

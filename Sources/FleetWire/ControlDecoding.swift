import CFleetProto
import FleetModel

// What the server says to robots, out of C structs (control.proto).

extension Reader {
  func heartbeat(_ m: UnsafeMutablePointer<Drover__V1__Heartbeat>) throws(WireError) -> Heartbeat {
    Heartbeat(
      serverEpoch: try fromOne(m.pointee.server_epoch, "server_epoch"),
      number: try counter(m.pointee.number, "number"),
      timeMicroseconds: m.pointee.time_us)
  }

  func control(
    _ m: UnsafeMutablePointer<Drover__V1__ControlMessage>
  ) throws(WireError) -> ControlMessage {
    ControlMessage(
      serverEpoch: try fromOne(m.pointee.server_epoch, "server_epoch"),
      sessionEpoch: try fromOne(m.pointee.session_epoch, "session_epoch"),
      number: try fromOne(m.pointee.number, "number"),
      committedEvent: try counter(m.pointee.committed_event, "committed_event"),
      command: try command(m))
  }

  private func command(
    _ m: UnsafeMutablePointer<Drover__V1__ControlMessage>
  ) throws(WireError) -> ControlCommand {
    switch m.pointee.command_case {
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_ROUTE:
      .route(try part("RouteUpdate").route(require(m.pointee.route, "route")))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_TRIM:
      try part("Trim").trim(require(m.pointee.trim, "trim"))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_ACTION:
      .action(try part("RobotAction").action(require(m.pointee.action, "action")))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_CANCEL_ACTION:
      .cancelAction(
        action: try part("CancelAction").fromOne(
          require(m.pointee.cancel_action, "cancel_action").pointee.action, "action"))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_PAUSE: .pause
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_RESUME: .resume
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_STOP: .stop
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_QUERY: .query
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_CONFIRM:
      try part("Confirm").confirm(require(m.pointee.confirm, "confirm"))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_UNLOCK:
      .unlock(
        action: try part("Unlock").fromOne(
          require(m.pointee.unlock, "unlock").pointee.action, "action"))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_SIGNAL:
      try part("Signal").signal(require(m.pointee.signal, "signal"))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_ACKNOWLEDGE_EVENTS: .acknowledgeEvents
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_TELEOPERATION_LEASE:
      .teleoperate(
        try part("TeleoperationLease").slice(
          require(m.pointee.teleoperation_lease, "teleoperation_lease")))
    case DROVER__V1__CONTROL_MESSAGE__COMMAND_LOG_REQUEST:
      throw .unsupported(message: message, field: "log_request")
    default: throw .missing(message: message, field: "command")
    }
  }

  private func route(
    _ m: UnsafeMutablePointer<Drover__V1__RouteUpdate>
  ) throws(WireError) -> RouteUpdate {
    let element = part("RouteLeg")
    let update = RouteUpdate(
      order: try fromOne(m.pointee.order, "order"),
      update: try fromOne(m.pointee.update, "update"),
      start: Point(
        x: try check(m.pointee.start_x_mm, WireLimits.millimetres, "start_x_mm"),
        y: try check(m.pointee.start_y_mm, WireLimits.millimetres, "start_y_mm")),
      firstLeg: try fromOne(m.pointee.first_leg, "first_leg"),
      legs: try list(m.pointee.n_legs, m.pointee.legs, "legs", in: 0...WireLimits.legs) {
        m throws(WireError) in try element.leg(m)
      },
      releasedThrough: try counter(m.pointee.released_through, "released_through"))
    let points = update.legs.reduce(0) { $0 + $1.points.count }
    guard points <= WireLimits.pointsOfUpdate else {
      throw .badCount(message: message, field: "legs.points_mm", count: points)
    }
    return update
  }

  private func leg(_ m: UnsafeMutablePointer<Drover__V1__RouteLeg>) throws(WireError) -> RouteLeg {
    let count = m.pointee.n_points_mm
    guard count % 2 == 0, (2...2 * WireLimits.pointsOfLeg).contains(count),
      let numbers = m.pointee.points_mm
    else {
      throw .badCount(message: message, field: "points_mm", count: count)
    }
    func point(_ i: Int) throws(WireError) -> Point {
      Point(
        x: try check(numbers[2 * i], WireLimits.millimetres, "points_mm"),
        y: try check(numbers[2 * i + 1], WireLimits.millimetres, "points_mm"))
    }
    let points: FewPoints
    if count == 2 {
      points = FewPoints(try point(0))
    } else {
      var several: [Point] = []
      several.reserveCapacity(count / 2)
      for i in 0..<count / 2 { several.append(try point(i)) }
      points = FewPoints(several)
    }
    return RouteLeg(
      points: points,
      speedLimitMillimetresPerSecond: try check(
        m.pointee.speed_limit_mm_per_s, WireLimits.speeds, "speed_limit_mm_per_s"))
  }

  private func trim(
    _ m: UnsafeMutablePointer<Drover__V1__Trim>
  ) throws(WireError) -> ControlCommand {
    .trim(
      order: try fromOne(m.pointee.order, "order"), update: try fromOne(m.pointee.update, "update"),
      through: try counter(m.pointee.through, "through"))
  }

  private func action(
    _ m: UnsafeMutablePointer<Drover__V1__RobotAction>
  ) throws(WireError) -> RobotAction {
    RobotAction(
      id: try fromOne(m.pointee.id, "id"), kind: try value(m.pointee.kind, "kind"),
      durationMilliseconds: try check(m.pointee.duration_ms, WireLimits.waits, "duration_ms"))
  }

  private func confirm(
    _ m: UnsafeMutablePointer<Drover__V1__Confirm>
  ) throws(WireError) -> ControlCommand {
    .confirm(
      order: try counter(m.pointee.order, "order"), update: try counter(m.pointee.update, "update"))
  }

  private func slice(
    _ m: UnsafeMutablePointer<Drover__V1__TeleoperationLease>
  ) throws(WireError) -> TeleoperationSlice {
    TeleoperationSlice(
      lease: try fromOne(m.pointee.lease, "lease"),
      driver: try optionalID(m.pointee.operator_id, "operator_id"),
      durationMilliseconds: try check(m.pointee.duration_ms, WireLimits.waits, "duration_ms"),
      speedLimitMillimetresPerSecond: try check(
        m.pointee.speed_limit_mm_per_s, WireLimits.speeds, "speed_limit_mm_per_s"))
  }

  private func signal(
    _ m: UnsafeMutablePointer<Drover__V1__Signal>
  ) throws(WireError) -> ControlCommand {
    .signal(
      light: UInt8(try check(m.pointee.light, 0...255, "light")),
      horn: UInt8(try check(m.pointee.horn, 0...255, "horn")))
  }
}

import CFleetProto
import FleetModel

// What robots say, out of C structs (robot.proto).

extension Reader {
  func connection(
    _ m: UnsafeMutablePointer<Drover__V1__ConnectionMessage>
  ) throws(WireError) -> ConnectionMessage {
    ConnectionMessage(
      sessionEpoch: try fromOne(m.pointee.session_epoch, "session_epoch"),
      status: try value(m.pointee.status, "status"))
  }

  func factsheet(_ m: UnsafeMutablePointer<Drover__V1__Factsheet>) throws(WireError) -> Factsheet {
    Factsheet(
      vendor: try text(m.pointee.vendor, WireLimits.nameBytes, "vendor"),
      model: try text(m.pointee.model, WireLimits.nameBytes, "model"),
      serial: try text(m.pointee.serial, WireLimits.nameBytes, "serial"),
      vehicle: try part("VehicleClass").vehicleClass(require(m.pointee.vehicle, "vehicle")),
      heartbeatTimeoutMilliseconds: try check(
        m.pointee.heartbeat_timeout_ms, 100...600_000, "heartbeat_timeout_ms"))
  }

  private func vehicleClass(
    _ m: UnsafeMutablePointer<Drover__V1__VehicleClass>
  ) throws(WireError) -> VehicleClass {
    let c = m.pointee
    return VehicleClass(
      id: try id(c.id, "id"),
      lengthMillimetres: try check(c.length_mm, 1...30_000, "length_mm"),
      widthMillimetres: try check(c.width_mm, 1...10_000, "width_mm"),
      errorMillimetres: try check(c.error_mm, 0...2_000, "error_mm"),
      speedMillimetresPerSecond: try check(c.speed_mm_per_s, 1...15_000, "speed_mm_per_s"),
      accelerationMillimetresPerSecond2: try check(
        c.acceleration_mm_per_s2, 1...10_000, "acceleration_mm_per_s2"),
      brakingMillimetresPerSecond2: try check(
        c.braking_mm_per_s2, 1...20_000, "braking_mm_per_s2"),
      quarterTurnMilliseconds: try check(c.quarter_turn_ms, 0...120_000, "quarter_turn_ms"),
      sweepWidthMillimetres: try check(c.sweep_width_mm, 0...10_000, "sweep_width_mm"),
      payloadGrams: try check(c.payload_g, WireLimits.grams, "payload_g"),
      energy: try part("EnergyModel").energy(require(c.energy, "energy")),
      skills: try skills(c.n_skills, c.skills))
  }

  private func skills(
    _ count: Int, _ codes: UnsafeMutablePointer<Drover__V1__Skill>?
  ) throws(WireError) -> SkillSet {
    var skills: SkillSet = []
    guard count > 0, let codes else { return skills }
    for i in 0..<count {
      let skill: Skill = try value(codes[i], "skills")
      skills.formUnion(skill.set)
    }
    return skills
  }

  private func energy(
    _ m: UnsafeMutablePointer<Drover__V1__EnergyModel>
  ) throws(WireError) -> EnergyModel {
    EnergyModel(
      capacityMilliwattHours: try check(m.pointee.capacity_mwh, 1...1_000_000_000, "capacity_mwh"),
      drivingMilliwattHoursPerKilometre: try check(
        m.pointee.driving_mwh_per_km, WireLimits.energies, "driving_mwh_per_km"),
      standingMilliwatts: try check(m.pointee.standing_mw, WireLimits.energies, "standing_mw"),
      chargingMilliwatts: try check(m.pointee.charging_mw, WireLimits.energies, "charging_mw"))
  }

  func state(_ m: UnsafeMutablePointer<Drover__V1__RobotState>) throws(WireError) -> RobotState {
    RobotState(
      sessionEpoch: try fromOne(m.pointee.session_epoch, "session_epoch"),
      serverEpoch: try counter(m.pointee.server_epoch, "server_epoch"),
      number: try counter(m.pointee.number, "number"),
      position: try part("Point").point(require(m.pointee.position, "position")),
      headingMillidegrees: try check(
        m.pointee.heading_mdeg, WireLimits.headings, "heading_mdeg"),
      speedMillimetresPerSecond: try check(
        m.pointee.speed_mm_per_s, WireLimits.speeds, "speed_mm_per_s"),
      route: try part("RoutePosition").routePosition(m.pointee.route),
      lastControl: try counter(m.pointee.last_control, "last_control"),
      energyPermille: try check(
        m.pointee.energy_permille, WireLimits.permille, "energy_permille"),
      charging: m.pointee.charging != 0,
      mode: try value(m.pointee.mode, "mode"),
      holding: m.pointee.holding != 0,
      loaded: m.pointee.loaded != 0,
      errors: try robotErrors(m.pointee.n_errors, m.pointee.errors))
  }

  func point(_ m: UnsafeMutablePointer<Drover__V1__Point>) throws(WireError) -> Point {
    Point(
      x: try check(m.pointee.x_mm, WireLimits.millimetres, "x_mm"),
      y: try check(m.pointee.y_mm, WireLimits.millimetres, "y_mm"))
  }

  func robotErrors(
    _ count: Int, _ errors: UnsafeMutablePointer<UnsafeMutablePointer<Drover__V1__RobotError>?>?
  ) throws(WireError) -> [RobotError] {
    let element = part("RobotError")
    return try list(count, errors, "errors", in: 0...WireLimits.errors) {
      m throws(WireError) in
      let code = try element.text(m.pointee.code, WireLimits.codeBytes, "code")
      guard !code.isEmpty else { throw .missing(message: "RobotError", field: "code") }
      return RobotError(
        code: code, text: try element.text(m.pointee.text, WireLimits.robotTextBytes, "text"))
    }
  }

  private func routePosition(
    _ m: UnsafeMutablePointer<Drover__V1__RoutePosition>?
  ) throws(WireError) -> RoutePosition {
    guard let m else { return .none }
    let position = RoutePosition(
      order: try counter(m.pointee.order, "order"),
      update: try counter(m.pointee.update, "update"),
      visited: try counter(m.pointee.visited, "visited"),
      through: try counter(m.pointee.through, "through"))
    guard position.order != 0 || position == .none else {
      throw .missing(message: message, field: "order")
    }
    guard position.through >= position.visited else {
      throw .outOfRange(message: message, field: "through", value: "\(position.through)")
    }
    return position
  }

  func report(_ m: UnsafeMutablePointer<Drover__V1__RobotReport>) throws(WireError) -> RobotReport {
    let element = part("RobotEvent")
    let report = RobotReport(
      sessionEpoch: try fromOne(m.pointee.session_epoch, "session_epoch"),
      events: try list(
        m.pointee.n_events, m.pointee.events, "events", in: 1...WireLimits.events
      ) { m throws(WireError) in try element.event(m) })
    for (last, next) in zip(report.events, report.events.dropFirst())
    where next.number != last.number + 1 {
      throw .outOfRange(message: "RobotEvent", field: "number", value: "\(next.number)")
    }
    return report
  }

  private func event(
    _ m: UnsafeMutablePointer<Drover__V1__RobotEvent>
  ) throws(WireError) -> NumberedEvent {
    NumberedEvent(number: try fromOne(m.pointee.number, "number"), event: try body(m))
  }

  private func body(
    _ m: UnsafeMutablePointer<Drover__V1__RobotEvent>
  ) throws(WireError) -> RobotEvent {
    switch m.pointee.event_case {
    case DROVER__V1__ROBOT_EVENT__EVENT_PRESENT:
      try part("Present").present(require(m.pointee.present, "present"))
    case DROVER__V1__ROBOT_EVENT__EVENT_ACKNOWLEDGED:
      try part("Acknowledged").acknowledged(require(m.pointee.acknowledged, "acknowledged"))
    case DROVER__V1__ROBOT_EVENT__EVENT_VISITED:
      try part("Visited").visited(require(m.pointee.visited, "visited"))
    case DROVER__V1__ROBOT_EVENT__EVENT_TRIMMED:
      try part("Trimmed").trimmed(require(m.pointee.trimmed, "trimmed"))
    case DROVER__V1__ROBOT_EVENT__EVENT_ACTION_STARTED:
      .actionStarted(
        action: try part("ActionStarted").fromOne(
          require(m.pointee.action_started, "action_started").pointee.action, "action"))
    case DROVER__V1__ROBOT_EVENT__EVENT_ACTION_ENDED:
      try part("ActionEnded").actionEnded(require(m.pointee.action_ended, "action_ended"))
    case DROVER__V1__ROBOT_EVENT__EVENT_REFUSED:
      try part("Refused").refused(require(m.pointee.refused, "refused"))
    case DROVER__V1__ROBOT_EVENT__EVENT_INCIDENT:
      try part("Incident").incident(require(m.pointee.incident, "incident"))
    case DROVER__V1__ROBOT_EVENT__EVENT_LOG_UPLOADED:
      throw .unsupported(message: message, field: "log_uploaded")
    default: throw .missing(message: message, field: "event")
    }
  }

  private func present(
    _ m: UnsafeMutablePointer<Drover__V1__Present>
  ) throws(WireError) -> RobotEvent {
    let isSaid = m.pointee.heading_case == DROVER__V1__PRESENT__HEADING_HEADING_MDEG
    return .present(
      position: try part("Point").point(require(m.pointee.position, "position")),
      route: try part("RoutePosition").routePosition(m.pointee.route),
      standing: m.pointee.standing != 0,
      serverEpoch: try counter(m.pointee.server_epoch, "server_epoch"),
      answering: try counter(m.pointee.answering, "answering"),
      heading: isSaid
        ? try check(m.pointee.heading_mdeg, WireLimits.headings, "heading_mdeg") : nil)
  }

  private func acknowledged(
    _ m: UnsafeMutablePointer<Drover__V1__Acknowledged>
  ) throws(WireError) -> RobotEvent {
    .acknowledged(
      order: try fromOne(m.pointee.order, "order"), update: try fromOne(m.pointee.update, "update"),
      through: try counter(m.pointee.through, "through"))
  }

  private func visited(
    _ m: UnsafeMutablePointer<Drover__V1__Visited>
  ) throws(WireError) -> RobotEvent {
    .visited(order: try fromOne(m.pointee.order, "order"), leg: try fromOne(m.pointee.leg, "leg"))
  }

  private func trimmed(
    _ m: UnsafeMutablePointer<Drover__V1__Trimmed>
  ) throws(WireError) -> RobotEvent {
    .trimmed(
      order: try fromOne(m.pointee.order, "order"), update: try fromOne(m.pointee.update, "update"),
      through: try counter(m.pointee.through, "through"))
  }

  private func actionEnded(
    _ m: UnsafeMutablePointer<Drover__V1__ActionEnded>
  ) throws(WireError) -> RobotEvent {
    let action = try fromOne(m.pointee.action, "action")
    switch m.pointee.result_case {
    case DROVER__V1__ACTION_ENDED__RESULT_SUCCEEDED:
      return .actionEnded(action: action, result: .succeeded)
    case DROVER__V1__ACTION_ENDED__RESULT_FAILED:
      let words = try text(m.pointee.failed, WireLimits.robotTextBytes, "failed")
      return .actionEnded(action: action, result: .failed(text: words))
    case DROVER__V1__ACTION_ENDED__RESULT_CANCELLED:
      return .actionEnded(action: action, result: .cancelled)
    default: throw .missing(message: message, field: "result")
    }
  }

  private func refused(
    _ m: UnsafeMutablePointer<Drover__V1__Refused>
  ) throws(WireError) -> RobotEvent {
    .refused(
      number: try fromOne(m.pointee.number, "number"), reason: try value(m.pointee.reason, "reason")
    )
  }

  private func incident(
    _ m: UnsafeMutablePointer<Drover__V1__Incident>
  ) throws(WireError) -> RobotEvent {
    .incident(
      kind: try value(m.pointee.kind, "kind"),
      text: try text(m.pointee.text, WireLimits.robotTextBytes, "text"))
  }
}

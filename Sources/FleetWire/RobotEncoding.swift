import CFleetProto
import FleetModel

// What robots say, into C structs (robot.proto).

extension Builder {
  func connection(
    _ value: ConnectionMessage
  ) -> UnsafeMutablePointer<Drover__V1__ConnectionMessage> {
    let m = message(drover__v1__connection_message__init)
    m.pointee.session_epoch = value.sessionEpoch
    m.pointee.status = value.status.code
    return m
  }

  func factsheet(_ value: Factsheet) -> UnsafeMutablePointer<Drover__V1__Factsheet> {
    let m = message(drover__v1__factsheet__init)
    m.pointee.vendor = text(value.vendor, WireLimits.nameBytes)
    m.pointee.model = text(value.model, WireLimits.nameBytes)
    m.pointee.serial = text(value.serial, WireLimits.nameBytes)
    m.pointee.vehicle = vehicleClass(value.vehicle)
    m.pointee.heartbeat_timeout_ms = value.heartbeatTimeoutMilliseconds
    return m
  }

  private func vehicleClass(
    _ value: VehicleClass
  ) -> UnsafeMutablePointer<Drover__V1__VehicleClass> {
    let m = message(drover__v1__vehicle_class__init)
    m.pointee.id = id(value.id)
    m.pointee.length_mm = value.lengthMillimetres
    m.pointee.width_mm = value.widthMillimetres
    m.pointee.error_mm = value.errorMillimetres
    m.pointee.speed_mm_per_s = value.speedMillimetresPerSecond
    m.pointee.acceleration_mm_per_s2 = value.accelerationMillimetresPerSecond2
    m.pointee.braking_mm_per_s2 = value.brakingMillimetresPerSecond2
    m.pointee.quarter_turn_ms = value.quarterTurnMilliseconds
    m.pointee.sweep_width_mm = value.sweepWidthMillimetres
    m.pointee.payload_g = value.payloadGrams
    m.pointee.energy = energy(value.energy)
    let skills = Skill.allCases.filter { value.skills.contains($0.set) }
    m.pointee.n_skills = skills.count
    m.pointee.skills = space(max(skills.count, 1), of: Drover__V1__Skill.self)
    for (i, skill) in skills.enumerated() { m.pointee.skills[i] = skill.code }
    return m
  }

  private func energy(_ value: EnergyModel) -> UnsafeMutablePointer<Drover__V1__EnergyModel> {
    let m = message(drover__v1__energy_model__init)
    m.pointee.capacity_mwh = value.capacityMilliwattHours
    m.pointee.driving_mwh_per_km = value.drivingMilliwattHoursPerKilometre
    m.pointee.standing_mw = value.standingMilliwatts
    m.pointee.charging_mw = value.chargingMilliwatts
    return m
  }

  func state(_ value: RobotState) -> UnsafeMutablePointer<Drover__V1__RobotState> {
    let m = message(drover__v1__robot_state__init)
    m.pointee.session_epoch = value.sessionEpoch
    m.pointee.server_epoch = value.serverEpoch
    m.pointee.number = value.number
    m.pointee.position = point(value.position)
    m.pointee.heading_mdeg = value.headingMillidegrees
    m.pointee.speed_mm_per_s = value.speedMillimetresPerSecond
    m.pointee.route = routePosition(value.route)
    m.pointee.last_control = value.lastControl
    m.pointee.energy_permille = value.energyPermille
    m.pointee.charging = value.charging ? 1 : 0
    m.pointee.mode = value.mode.code
    m.pointee.holding = value.holding ? 1 : 0
    m.pointee.loaded = value.loaded ? 1 : 0
    m.pointee.n_errors = value.errors.count
    m.pointee.errors = list(value.errors, robotError)
    return m
  }

  func point(_ value: Point) -> UnsafeMutablePointer<Drover__V1__Point> {
    let m = message(drover__v1__point__init)
    m.pointee.x_mm = value.x
    m.pointee.y_mm = value.y
    return m
  }

  func robotError(_ value: RobotError) -> UnsafeMutablePointer<Drover__V1__RobotError> {
    let m = message(drover__v1__robot_error__init)
    m.pointee.code = text(value.code, WireLimits.codeBytes)
    m.pointee.text = text(value.text, WireLimits.robotTextBytes)
    return m
  }

  /// nil: no route.
  private func routePosition(
    _ value: RoutePosition
  ) -> UnsafeMutablePointer<Drover__V1__RoutePosition>? {
    if value == .none { return nil }
    let m = message(drover__v1__route_position__init)
    m.pointee.order = value.order
    m.pointee.update = value.update
    m.pointee.visited = value.visited
    m.pointee.through = value.through
    return m
  }

  func report(_ value: RobotReport) -> UnsafeMutablePointer<Drover__V1__RobotReport> {
    let m = message(drover__v1__robot_report__init)
    m.pointee.session_epoch = value.sessionEpoch
    m.pointee.n_events = value.events.count
    m.pointee.events = list(value.events, event)
    return m
  }

  private func event(_ value: NumberedEvent) -> UnsafeMutablePointer<Drover__V1__RobotEvent> {
    let m = message(drover__v1__robot_event__init)
    m.pointee.number = value.number
    switch value.event {
    case .present(let position, let route, let standing, let serverEpoch, let query, let heading):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_PRESENT
      m.pointee.present = message(drover__v1__present__init)
      m.pointee.present.pointee.position = point(position)
      m.pointee.present.pointee.route = routePosition(route)
      m.pointee.present.pointee.standing = standing ? 1 : 0
      m.pointee.present.pointee.server_epoch = serverEpoch
      m.pointee.present.pointee.answering = query
      if let heading {
        m.pointee.present.pointee.heading_case = DROVER__V1__PRESENT__HEADING_HEADING_MDEG
        m.pointee.present.pointee.heading_mdeg = heading
      }
    case .acknowledged(let order, let update, let through):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_ACKNOWLEDGED
      m.pointee.acknowledged = message(drover__v1__acknowledged__init)
      m.pointee.acknowledged.pointee.order = order
      m.pointee.acknowledged.pointee.update = update
      m.pointee.acknowledged.pointee.through = through
    case .visited(let order, let leg):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_VISITED
      m.pointee.visited = message(drover__v1__visited__init)
      m.pointee.visited.pointee.order = order
      m.pointee.visited.pointee.leg = leg
    case .trimmed(let order, let update, let through):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_TRIMMED
      m.pointee.trimmed = message(drover__v1__trimmed__init)
      m.pointee.trimmed.pointee.order = order
      m.pointee.trimmed.pointee.update = update
      m.pointee.trimmed.pointee.through = through
    case .actionStarted(let action):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_ACTION_STARTED
      m.pointee.action_started = message(drover__v1__action_started__init)
      m.pointee.action_started.pointee.action = action
    case .actionEnded(let action, let result):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_ACTION_ENDED
      m.pointee.action_ended = actionEnded(action, result)
    case .refused(let number, let reason):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_REFUSED
      m.pointee.refused = message(drover__v1__refused__init)
      m.pointee.refused.pointee.number = number
      m.pointee.refused.pointee.reason = reason.code
    case .incident(let kind, let words):
      m.pointee.event_case = DROVER__V1__ROBOT_EVENT__EVENT_INCIDENT
      m.pointee.incident = message(drover__v1__incident__init)
      m.pointee.incident.pointee.kind = kind.code
      m.pointee.incident.pointee.text = text(words, WireLimits.robotTextBytes)
    }
    return m
  }

  private func actionEnded(
    _ action: UInt64, _ result: ActionResult
  ) -> UnsafeMutablePointer<Drover__V1__ActionEnded> {
    let m = message(drover__v1__action_ended__init)
    m.pointee.action = action
    switch result {
    case .succeeded:
      m.pointee.result_case = DROVER__V1__ACTION_ENDED__RESULT_SUCCEEDED
      m.pointee.succeeded = empty()
    case .failed(let words):
      m.pointee.result_case = DROVER__V1__ACTION_ENDED__RESULT_FAILED
      m.pointee.failed = text(words, WireLimits.robotTextBytes)
    case .cancelled:
      m.pointee.result_case = DROVER__V1__ACTION_ENDED__RESULT_CANCELLED
      m.pointee.cancelled = empty()
    }
    return m
  }

  func empty() -> UnsafeMutablePointer<Drover__V1__Empty> { message(drover__v1__empty__init) }

  func id<Tag>(_ value: Identifier<Tag>) -> UnsafeMutablePointer<CChar> { text(value.text, 64) }
}

import CFleetProto
import FleetModel

// Requests and replies of operators, out of C structs (operator.proto).

extension Reader {
  func request(
    _ m: UnsafeMutablePointer<Drover__V1__OperatorRequest>
  ) throws(WireError) -> OperatorRequest {
    OperatorRequest(
      client: try id(m.pointee.client, "client"), number: try fromOne(m.pointee.number, "number"),
      body: try command(m))
  }

  private func command(
    _ m: UnsafeMutablePointer<Drover__V1__OperatorRequest>
  ) throws(WireError) -> OperatorCommand {
    let c = m.pointee
    return switch c.command_case {
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_SUBMIT_TASK:
      try part("SubmitTask").submitTask(require(c.submit_task, "submit_task"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_TASKS:
      .listTasks(try part("TaskFilter").taskFilter(require(c.list_tasks, "list_tasks")))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_SHOW_TASK:
      .showTask(try id(c.show_task, "show_task"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_CANCEL_TASK:
      .cancelTask(try id(c.cancel_task, "cancel_task"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_PAUSE_TASK:
      .pauseTask(try id(c.pause_task, "pause_task"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_RESUME_TASK:
      .resumeTask(try id(c.resume_task, "resume_task"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_RELEASE_TASK:
      try part("ReleaseTask").releaseTask(require(c.release_task, "release_task"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_ROBOTS: .listRobots
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_SHOW_ROBOT:
      .showRobot(try id(c.show_robot, "show_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_PAUSE_ROBOT:
      .pauseRobot(try id(c.pause_robot, "pause_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_RESUME_ROBOT:
      .resumeRobot(try id(c.resume_robot, "resume_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_STOP_ROBOT:
      .stopRobot(try id(c.stop_robot, "stop_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_PARK_ROBOT:
      .parkRobot(try id(c.park_robot, "park_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_CLEAR_ROBOT:
      try part("ClearRobot").clearRobot(require(c.clear_robot, "clear_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_SET_INTEGRATION:
      try part("SetIntegration").integration(require(c.set_integration, "set_integration"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_TELEOPERATE_ROBOT:
      try part("TeleoperateRobot").teleoperate(require(c.teleoperate_robot, "teleoperate_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_END_TELEOPERATION:
      .endTeleoperation(try id(c.end_teleoperation, "end_teleoperation"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_STATIONS: .listStations
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_ZONES: .listZones
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_CLOSE_ZONE:
      .closeZone(try id(c.close_zone, "close_zone"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_OPEN_ZONE:
      .openZone(try id(c.open_zone, "open_zone"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_EXPLAIN_ROBOT:
      .explainRobot(try id(c.explain_robot, "explain_robot"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_EXPLAIN_TASK:
      .explainTask(try id(c.explain_task, "explain_task"))
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_SNAPSHOT: .snapshot
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_STATISTICS: .statistics
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_ENROL: try enrol(c.enrol)
    case DROVER__V1__OPERATOR_REQUEST__COMMAND_REMOVE_ENROLMENT:
      try removeEnrolment(c.remove_enrolment)
    default: throw .missing(message: message, field: "command")
    }
  }

  private func submitTask(
    _ m: UnsafeMutablePointer<Drover__V1__SubmitTask>
  ) throws(WireError) -> OperatorCommand {
    .submitTask(
      key: try id(m.pointee.key, "key"),
      spec: try part("TaskSpec").taskSpec(require(m.pointee.spec, "spec")))
  }

  private func taskFilter(
    _ m: UnsafeMutablePointer<Drover__V1__TaskFilter>
  ) throws(WireError) -> TaskFilter {
    TaskFilter(
      ended: m.pointee.ended != 0,
      kind: m.pointee.kind.rawValue == 0 ? nil : try value(m.pointee.kind, "kind"),
      robot: try optionalID(m.pointee.robot, "robot"),
      limit: try check(m.pointee.limit, 1...10_000, "limit"))
  }

  private func releaseTask(
    _ m: UnsafeMutablePointer<Drover__V1__ReleaseTask>
  ) throws(WireError) -> OperatorCommand {
    .releaseTask(
      try id(m.pointee.task, "task"), code: try text(m.pointee.code, WireLimits.codeBytes, "code"))
  }

  private func clearRobot(
    _ m: UnsafeMutablePointer<Drover__V1__ClearRobot>
  ) throws(WireError) -> OperatorCommand {
    .clearRobot(try id(m.pointee.robot, "robot"), confirmed: m.pointee.confirmed != 0)
  }

  private func integration(
    _ m: UnsafeMutablePointer<Drover__V1__SetIntegration>
  ) throws(WireError) -> OperatorCommand {
    .setIntegration(try id(m.pointee.robot, "robot"), try value(m.pointee.level, "level"))
  }

  private func teleoperate(
    _ m: UnsafeMutablePointer<Drover__V1__TeleoperateRobot>
  ) throws(WireError) -> OperatorCommand {
    .teleoperateRobot(
      try id(m.pointee.robot, "robot"),
      forMilliseconds: try check(m.pointee.duration_ms, WireLimits.waits, "duration_ms"))
  }

  private func enrol(
    _ m: UnsafeMutablePointer<Drover__V1__Enrolment>?
  ) throws(WireError) -> OperatorCommand {
    let enrolment = try require(m, "enrol")
    return .enrol(
      name: try part("Enrolment").name(enrolment.pointee.name),
      role: try part("Enrolment").value(enrolment.pointee.role, "role"))
  }

  private func removeEnrolment(
    _ m: UnsafeMutablePointer<Drover__V1__Enrolment>?
  ) throws(WireError) -> OperatorCommand {
    let enrolment = try require(m, "remove_enrolment")
    return .removeEnrolment(
      name: try part("Enrolment").name(enrolment.pointee.name),
      role: try part("Enrolment").value(enrolment.pointee.role, "role"))
  }

  /// An id of a robot or an operator.
  private func name(_ text: UnsafeMutablePointer<CChar>?) throws(WireError) -> String {
    let name: Identifier<Enrolled> = try id(text, "name")
    return name.text
  }

  func reply(
    _ m: UnsafeMutablePointer<Drover__V1__OperatorReply>
  ) throws(WireError) -> NumberedReply {
    NumberedReply(number: try fromOne(m.pointee.number, "number"), reply: try replyBody(m))
  }

  private func replyBody(
    _ m: UnsafeMutablePointer<Drover__V1__OperatorReply>
  ) throws(WireError) -> OperatorReply {
    switch m.pointee.reply_case {
    case DROVER__V1__OPERATOR_REPLY__REPLY_DONE: .done
    case DROVER__V1__OPERATOR_REPLY__REPLY_TASK:
      .task(try part("TaskRecord").taskRecord(require(m.pointee.task, "task")))
    case DROVER__V1__OPERATOR_REPLY__REPLY_TASKS: .tasks(try tasks(m.pointee.tasks))
    case DROVER__V1__OPERATOR_REPLY__REPLY_ROBOTS: .robots(try robots(m.pointee.robots))
    case DROVER__V1__OPERATOR_REPLY__REPLY_STATIONS: .stations(try stations(m.pointee.stations))
    case DROVER__V1__OPERATOR_REPLY__REPLY_ZONES: .zones(try zones(m.pointee.zones))
    case DROVER__V1__OPERATOR_REPLY__REPLY_EXPLANATION:
      .explanation(try explanation(m.pointee.explanation))
    case DROVER__V1__OPERATOR_REPLY__REPLY_SNAPSHOT:
      .snapshot(try part("SnapshotView").snapshot(require(m.pointee.snapshot, "snapshot")))
    case DROVER__V1__OPERATOR_REPLY__REPLY_STATISTICS:
      .statistics(
        try part("FleetStatistics").statistics(require(m.pointee.statistics, "statistics")))
    case DROVER__V1__OPERATOR_REPLY__REPLY_CREDENTIAL:
      try part("Credential").credential(require(m.pointee.credential, "credential"))
    case DROVER__V1__OPERATOR_REPLY__REPLY_REFUSED:
      .refused(try part("Refusal").refusal(require(m.pointee.refused, "refused")))
    default: throw .missing(message: message, field: "reply")
    }
  }

  private func tasks(
    _ m: UnsafeMutablePointer<Drover__V1__TaskList>?
  ) throws(WireError) -> [TaskRecord] {
    let list = try require(m, "tasks")
    let element = part("TaskRecord")
    return try self.list(list.pointee.n_tasks, list.pointee.tasks, "tasks") {
      m throws(WireError) in try element.taskRecord(m)
    }
  }

  private func robots(
    _ m: UnsafeMutablePointer<Drover__V1__RobotList>?
  ) throws(WireError) -> [RobotView] {
    let list = try require(m, "robots")
    let element = part("RobotView")
    return try self.list(list.pointee.n_robots, list.pointee.robots, "robots") {
      m throws(WireError) in try element.robotView(m)
    }
  }

  private func stations(
    _ m: UnsafeMutablePointer<Drover__V1__StationList>?
  ) throws(WireError) -> [StationView] {
    let list = try require(m, "stations")
    let element = part("StationView")
    return try self.list(list.pointee.n_stations, list.pointee.stations, "stations") {
      m throws(WireError) in try element.stationView(m)
    }
  }

  private func zones(
    _ m: UnsafeMutablePointer<Drover__V1__ZoneList>?
  ) throws(WireError) -> [ZoneView] {
    let list = try require(m, "zones")
    let element = part("ZoneView")
    return try self.list(list.pointee.n_zones, list.pointee.zones, "zones") {
      m throws(WireError) in try element.zoneView(m)
    }
  }

  private func explanation(
    _ m: UnsafeMutablePointer<Drover__V1__Explanation>?
  ) throws(WireError) -> [String] {
    let list = try require(m, "explanation")
    let element = part("Explanation")
    return try self.list(list.pointee.n_lines, list.pointee.lines, "lines") {
      line throws(WireError) in try element.text(line, WireLimits.serverTextBytes, "lines")
    }
  }

  private func credential(
    _ m: UnsafeMutablePointer<Drover__V1__Credential>
  ) throws(WireError) -> OperatorReply {
    .credential(
      name: try name(m.pointee.name),
      password: try text(m.pointee.password, WireLimits.passwordBytes, "password"))
  }

  private func refusal(
    _ m: UnsafeMutablePointer<Drover__V1__Refusal>
  ) throws(WireError) -> Refusal {
    Refusal(
      try value(m.pointee.code, "code"),
      try text(m.pointee.message, WireLimits.serverTextBytes, "message"),
      hint: try text(m.pointee.hint, WireLimits.serverTextBytes, "hint"))
  }
}

/// The tag of a name whose role says what it names.
private enum Enrolled {}

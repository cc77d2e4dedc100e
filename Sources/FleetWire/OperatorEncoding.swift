import CFleetProto
import FleetModel

// Requests and replies of operators, into C structs (operator.proto).

extension Builder {
  func request(_ value: OperatorRequest) -> UnsafeMutablePointer<Drover__V1__OperatorRequest> {
    let m = message(drover__v1__operator_request__init)
    m.pointee.client = id(value.client)
    m.pointee.number = value.number
    switch value.body {
    case .submitTask(let key, let spec):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_SUBMIT_TASK
      m.pointee.submit_task = message(drover__v1__submit_task__init)
      m.pointee.submit_task.pointee.key = id(key)
      m.pointee.submit_task.pointee.spec = taskSpec(spec)
    case .listTasks(let filter):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_TASKS
      m.pointee.list_tasks = taskFilter(filter)
    case .showTask(let task): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_SHOW_TASK, task)
    case .cancelTask(let task): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_CANCEL_TASK, task)
    case .pauseTask(let task): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_PAUSE_TASK, task)
    case .resumeTask(let task): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_RESUME_TASK, task)
    case .releaseTask(let task, let code):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_RELEASE_TASK
      m.pointee.release_task = message(drover__v1__release_task__init)
      m.pointee.release_task.pointee.task = id(task)
      m.pointee.release_task.pointee.code = text(code, WireLimits.codeBytes)
    case .listRobots: plain(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_ROBOTS)
    case .showRobot(let robot): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_SHOW_ROBOT, robot)
    case .pauseRobot(let robot): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_PAUSE_ROBOT, robot)
    case .resumeRobot(let robot): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_RESUME_ROBOT, robot)
    case .stopRobot(let robot): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_STOP_ROBOT, robot)
    case .parkRobot(let robot): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_PARK_ROBOT, robot)
    case .clearRobot(let robot, let confirmed):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_CLEAR_ROBOT
      m.pointee.clear_robot = message(drover__v1__clear_robot__init)
      m.pointee.clear_robot.pointee.robot = id(robot)
      m.pointee.clear_robot.pointee.confirmed = confirmed ? 1 : 0
    case .setIntegration(let robot, let level):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_SET_INTEGRATION
      m.pointee.set_integration = message(drover__v1__set_integration__init)
      m.pointee.set_integration.pointee.robot = id(robot)
      m.pointee.set_integration.pointee.level = level.code
    case .teleoperateRobot(let robot, let milliseconds):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_TELEOPERATE_ROBOT
      m.pointee.teleoperate_robot = message(drover__v1__teleoperate_robot__init)
      m.pointee.teleoperate_robot.pointee.robot = id(robot)
      m.pointee.teleoperate_robot.pointee.duration_ms = milliseconds
    case .endTeleoperation(let robot):
      name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_END_TELEOPERATION, robot)
    case .listStations: plain(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_STATIONS)
    case .listZones: plain(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_LIST_ZONES)
    case .closeZone(let zone): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_CLOSE_ZONE, zone)
    case .openZone(let zone): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_OPEN_ZONE, zone)
    case .explainRobot(let robot):
      name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_EXPLAIN_ROBOT, robot)
    case .explainTask(let task): name(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_EXPLAIN_TASK, task)
    case .snapshot: plain(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_SNAPSHOT)
    case .statistics: plain(m, DROVER__V1__OPERATOR_REQUEST__COMMAND_STATISTICS)
    case .enrol(let name, let role):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_ENROL
      m.pointee.enrol = enrolment(name, role)
    case .removeEnrolment(let name, let role):
      m.pointee.command_case = DROVER__V1__OPERATOR_REQUEST__COMMAND_REMOVE_ENROLMENT
      m.pointee.remove_enrolment = enrolment(name, role)
    }
    return m
  }

  /// A command that is only an id: all of these share the place of one text.
  private func name<Tag>(
    _ m: UnsafeMutablePointer<Drover__V1__OperatorRequest>,
    _ command: Drover__V1__OperatorRequest__CommandCase, _ value: Identifier<Tag>
  ) {
    m.pointee.command_case = command
    m.pointee.show_task = id(value)
  }

  /// A command without parameters: all of these share the place of one `Empty`.
  private func plain(
    _ m: UnsafeMutablePointer<Drover__V1__OperatorRequest>,
    _ command: Drover__V1__OperatorRequest__CommandCase
  ) {
    m.pointee.command_case = command
    m.pointee.list_robots = empty()
  }

  private func taskFilter(_ value: TaskFilter) -> UnsafeMutablePointer<Drover__V1__TaskFilter> {
    let m = message(drover__v1__task_filter__init)
    m.pointee.ended = value.ended ? 1 : 0
    if let kind = value.kind { m.pointee.kind = kind.code }
    m.pointee.robot = optionalID(value.robot)
    m.pointee.limit = value.limit
    return m
  }

  private func enrolment(
    _ name: String, _ role: Role
  ) -> UnsafeMutablePointer<Drover__V1__Enrolment> {
    let m = message(drover__v1__enrolment__init)
    m.pointee.name = text(name, 64)
    m.pointee.role = role.code
    return m
  }

  func reply(
    _ value: OperatorReply, number: UInt64
  ) -> UnsafeMutablePointer<Drover__V1__OperatorReply> {
    let m = message(drover__v1__operator_reply__init)
    m.pointee.number = number
    switch value {
    case .done:
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_DONE
      m.pointee.done = empty()
    case .task(let task):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_TASK
      m.pointee.task = taskRecord(task)
    case .tasks(let tasks):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_TASKS
      m.pointee.tasks = message(drover__v1__task_list__init)
      m.pointee.tasks.pointee.n_tasks = tasks.count
      m.pointee.tasks.pointee.tasks = list(tasks, taskRecord)
    case .robots(let robots):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_ROBOTS
      m.pointee.robots = message(drover__v1__robot_list__init)
      m.pointee.robots.pointee.n_robots = robots.count
      m.pointee.robots.pointee.robots = list(robots, robotView)
    case .stations(let stations):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_STATIONS
      m.pointee.stations = message(drover__v1__station_list__init)
      m.pointee.stations.pointee.n_stations = stations.count
      m.pointee.stations.pointee.stations = list(stations, stationView)
    case .zones(let zones):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_ZONES
      m.pointee.zones = message(drover__v1__zone_list__init)
      m.pointee.zones.pointee.n_zones = zones.count
      m.pointee.zones.pointee.zones = list(zones, zoneView)
    case .explanation(let lines):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_EXPLANATION
      m.pointee.explanation = message(drover__v1__explanation__init)
      m.pointee.explanation.pointee.n_lines = lines.count
      m.pointee.explanation.pointee.lines = list(lines) { text($0, WireLimits.serverTextBytes) }
    case .snapshot(let view):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_SNAPSHOT
      m.pointee.snapshot = snapshot(view)
    case .statistics(let figures):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_STATISTICS
      m.pointee.statistics = statistics(figures)
    case .credential(let name, let password):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_CREDENTIAL
      m.pointee.credential = message(drover__v1__credential__init)
      m.pointee.credential.pointee.name = text(name, 64)
      m.pointee.credential.pointee.password = text(password, WireLimits.passwordBytes)
    case .refused(let refusal):
      m.pointee.reply_case = DROVER__V1__OPERATOR_REPLY__REPLY_REFUSED
      m.pointee.refused = message(drover__v1__refusal__init)
      m.pointee.refused.pointee.code = refusal.code.code
      m.pointee.refused.pointee.message = text(refusal.message, WireLimits.serverTextBytes)
      m.pointee.refused.pointee.hint = text(refusal.hint, WireLimits.serverTextBytes)
    }
    return m
  }
}

import Determinism
import FleetModel
import FleetWire
import Grid

extension SeededGenerator {
  mutating func instant() -> Instant { Instant(microseconds: integer(Int64.min...Int64.max)) }
  mutating func cell() -> Cell { Cell(x: integer(0...1_000_000), y: integer(0...1_000_000)) }
  mutating func count() -> Int64 { integer(0...Int64.max) }

  mutating func request() -> OperatorRequest {
    OperatorRequest(client: id(), number: fromOne(), body: command())
  }

  mutating func command() -> OperatorCommand {
    switch next(below: 27) {
    case 0: .submitTask(key: id(), spec: taskSpec())
    case 1:
      .listTasks(
        TaskFilter(
          ended: flag(), kind: maybe { $0.one(of: TaskKind.allCases) }, robot: maybe { $0.id() },
          limit: integer(1...10_000)))
    case 2: .showTask(id())
    case 3: .cancelTask(id())
    case 4: .pauseTask(id())
    case 5: .resumeTask(id())
    case 6: .releaseTask(id(), code: text(64))
    case 7: .listRobots
    case 8: .showRobot(id())
    case 9: .pauseRobot(id())
    case 10: .resumeRobot(id())
    case 11: .stopRobot(id())
    case 12: .parkRobot(id())
    case 13: .setIntegration(id(), one(of: IntegrationLevel.allCases))
    case 14: .listStations
    case 15: .listZones
    case 16: .closeZone(id())
    case 17: .openZone(id())
    case 18: .explainRobot(id())
    case 19: .explainTask(id())
    case 20: .snapshot
    case 21: .statistics
    case 22: .enrol(name: name(), role: one(of: Role.allCases))
    case 23: .clearRobot(id(), confirmed: flag())
    case 24: .teleoperateRobot(id(), forMilliseconds: integer(0...604_800_000))
    case 25: .endTeleoperation(id())
    default: .removeEnrolment(name: name(), role: one(of: Role.allCases))
    }
  }

  private mutating func name() -> String {
    let robot: RobotID = id()
    return robot.text
  }

  mutating func taskSpec() -> TaskSpec {
    TaskSpec(body: taskBody(), priority: integer(0...9), robot: maybe { $0.id() })
  }

  private mutating func taskBody() -> TaskBody {
    switch next(below: 4) {
    case 0:
      .deliver(
        Delivery(
          pickup: id(), drop: id(), loadMilliseconds: integer(0...604_800_000),
          unloadMilliseconds: integer(0...604_800_000), releaseCode: maybe { $0.text(64) },
          payloadGrams: integer(0...100_000_000)))
    case 1:
      .patrol(
        Patrol(route: id(), extent: flag() ? .rounds(integer(1...1_000_000)) : .until(instant())))
    case 2: .sweep(Sweep(area: id()))
    default: .goTo(GoTo(target: flag() ? .station(id()) : .cell(cell())))
    }
  }

  mutating func taskRecord() -> TaskRecord {
    var record = TaskRecord(
      id: id(), key: id(), owner: id(), spec: taskSpec(), state: taskState(), submitted: instant())
    record.robot = maybe { $0.id() }
    record.started = maybe { $0.instant() }
    record.ended = maybe { $0.instant() }
    record.progressPermille = integer(0...1_000)
    record.note = text(1_024)
    record.drivenCells = count()
    record.reassignments = integer(0...Int32.max)
    return record
  }

  private mutating func taskState() -> TaskState {
    switch next(below: 12) {
    case 0: .queued
    case 1: .blocked(one(of: BlockReason.allCases))
    case 2: .assigned
    case 3: .dispatched
    case 4: .underway
    case 5: .waiting(one(of: WaitReason.allCases))
    case 6: .paused
    case 7: .cancelling
    case 8: .completed
    case 9:
      .failed(one(of: [.robotFailed(id()), .actionFailed(text(256)), .unreachable, .removed]))
    case 10: .cancelled
    default: .expired
    }
  }

  mutating func reply() -> NumberedReply { NumberedReply(number: fromOne(), reply: replyBody()) }

  private mutating func replyBody() -> OperatorReply {
    switch next(below: 11) {
    case 0: .done
    case 1: .task(taskRecord())
    case 2: .tasks(list(upTo: 5) { $0.taskRecord() })
    case 3: .robots(list(upTo: 5) { $0.robotView() })
    case 4: .stations(list(upTo: 5) { $0.stationView() })
    case 5: .zones(list(upTo: 5) { $0.zoneView() })
    case 6: .explanation(list(upTo: 6) { $0.text(1_024) })
    case 7: .snapshot(snapshot())
    case 8: .statistics(statistics())
    case 9: .credential(name: name(), password: text(256))
    default: .refused(Refusal(one(of: Refusal.Code.allCases), text(1_024), hint: text(1_024)))
    }
  }

  private mutating func robotView() -> RobotView {
    var view = RobotView(id: id())
    view.vehicleClass = maybe { $0.id() }
    view.session = one(of: SessionStatus.allCases)
    view.freshness = one(of: Freshness.allCases)
    view.mode = one(of: RobotMode.allCases)
    view.integration = one(of: IntegrationLevel.allCases)
    view.cell = maybe { $0.cell() }
    view.position = maybe { $0.point() }
    view.headingMillidegrees = integer(0...359_999)
    view.speedMillimetresPerSecond = integer(0...20_000)
    view.energyPermille = integer(0...1_000)
    view.charging = flag()
    view.task = maybe { $0.id() }
    view.activity = text(1_024)
    view.paused = flag()
    view.loaded = flag()
    view.errors = list(upTo: 3) { $0.robotError() }
    view.driver = maybe { $0.id() }
    view.leaseMilliseconds = integer(0...604_800_000)
    return view
  }

  private mutating func stationView() -> StationView {
    StationView(
      id: id(), kind: one(of: ["station", "charger", "parking"]),
      cells: list(upTo: 4) { $0.cell() }, reserved: list(upTo: 3) { $0.id() },
      queue: list(upTo: 3) { $0.id() })
  }

  private mutating func zoneView() -> ZoneView {
    ZoneView(
      id: id(), cellCount: integer(0...Int32.max), closed: flag(), rules: text(1_024),
      robots: list(upTo: 4) { $0.id() })
  }

  private mutating func snapshot() -> SnapshotView {
    SnapshotView(
      site: id(), robots: list(upTo: 4) { $0.robotView() }, openTasks: integer(0...Int32.max),
      endedTasks: count(), released: list(upTo: 30) { $0.cell() },
      closed: list(upTo: 30) { $0.cell() })
  }

  private mutating func statistics() -> FleetStatistics {
    var figures = FleetStatistics()
    figures.robots = integer(0...Int32.max)
    figures.robotsOnline = integer(0...Int32.max)
    for i in figures.tasks.indices {
      figures.tasks[i].completed = count()
      figures.tasks[i].failed = count()
      figures.tasks[i].cancelled = count()
      figures.tasks[i].open = count()
    }
    figures.medianRouteCells = count()
    figures.messagesIn = count()
    figures.messagesOut = count()
    figures.releaseLatencyP50Microseconds = count()
    figures.releaseLatencyP99Microseconds = count()
    figures.invariantViolations = count()
    figures.cpuMicroseconds = count()
    figures.brokerCPUMicroseconds = count()
    figures.contained = count()
    figures.cleared = count()
    figures.standstills = count()
    figures.regionSearches = count()
    figures.regionsSolved = count()
    figures.reorders = count()
    figures.cannotMove = count()
    figures.teleoperations = count()
    figures.slowdowns = count()
    return figures
  }

  mutating func notice() -> FleetNotice {
    FleetNotice(
      kind: one(of: FleetNotice.Kind.allCases), time: instant(), robot: maybe { $0.id() },
      task: maybe { $0.id() }, text: text(1_024))
  }
}

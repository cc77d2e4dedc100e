import CFleetProto
import FleetModel
import Grid

// Robots, stations, zones and figures as operators see them, into C structs (fleet.proto).

extension Builder {
  func robotView(_ value: RobotView) -> UnsafeMutablePointer<Drover__V1__RobotView> {
    let m = message(drover__v1__robot_view__init)
    m.pointee.id = id(value.id)
    m.pointee.vehicle_class = optionalID(value.vehicleClass)
    m.pointee.session = value.session.code
    m.pointee.freshness = value.freshness.code
    m.pointee.mode = value.mode.code
    m.pointee.integration = value.integration.code
    if let cell = value.cell { m.pointee.cell = self.cell(cell) }
    if let position = value.position { m.pointee.position = point(position) }
    m.pointee.heading_mdeg = value.headingMillidegrees
    m.pointee.speed_mm_per_s = value.speedMillimetresPerSecond
    m.pointee.energy_permille = value.energyPermille
    m.pointee.charging = value.charging ? 1 : 0
    m.pointee.task = optionalID(value.task)
    m.pointee.activity = text(value.activity, WireLimits.serverTextBytes)
    m.pointee.paused = value.paused ? 1 : 0
    m.pointee.loaded = value.loaded ? 1 : 0
    m.pointee.n_errors = value.errors.count
    m.pointee.errors = list(value.errors, robotError)
    m.pointee.driver = optionalID(value.driver)
    m.pointee.lease_ms = value.leaseMilliseconds
    return m
  }

  func stationView(_ value: StationView) -> UnsafeMutablePointer<Drover__V1__StationView> {
    let m = message(drover__v1__station_view__init)
    m.pointee.id = id(value.id)
    m.pointee.kind = text(value.kind, WireLimits.codeBytes)
    m.pointee.n_cells = value.cells.count
    m.pointee.cells = list(value.cells, cell)
    m.pointee.n_reserved_by = value.reserved.count
    m.pointee.reserved_by = list(value.reserved, id)
    m.pointee.n_queue = value.queue.count
    m.pointee.queue = list(value.queue, id)
    return m
  }

  func zoneView(_ value: ZoneView) -> UnsafeMutablePointer<Drover__V1__ZoneView> {
    let m = message(drover__v1__zone_view__init)
    m.pointee.id = id(value.id)
    m.pointee.cell_count = value.cellCount
    m.pointee.closed = value.closed ? 1 : 0
    m.pointee.rules = text(value.rules, WireLimits.serverTextBytes)
    m.pointee.n_robots = value.robots.count
    m.pointee.robots = list(value.robots, id)
    return m
  }

  func snapshot(_ value: SnapshotView) -> UnsafeMutablePointer<Drover__V1__SnapshotView> {
    let m = message(drover__v1__snapshot_view__init)
    m.pointee.site = id(value.site)
    m.pointee.n_robots = value.robots.count
    m.pointee.robots = list(value.robots, robotView)
    m.pointee.open_tasks = value.openTasks
    m.pointee.ended_tasks = value.endedTasks
    m.pointee.n_released = 2 * value.released.count
    m.pointee.released = coordinates(value.released)
    m.pointee.n_closed = 2 * value.closed.count
    m.pointee.closed = coordinates(value.closed)
    return m
  }

  /// x, y, x, y …
  private func coordinates(_ cells: [Cell]) -> UnsafeMutablePointer<Int32> {
    let numbers = space(2 * cells.count, of: Int32.self)
    for (i, cell) in cells.enumerated() {
      numbers[2 * i] = cell.x
      numbers[2 * i + 1] = cell.y
    }
    return numbers
  }

  func statistics(_ value: FleetStatistics) -> UnsafeMutablePointer<Drover__V1__FleetStatistics> {
    let m = message(drover__v1__fleet_statistics__init)
    m.pointee.robots = value.robots
    m.pointee.robots_online = value.robotsOnline
    m.pointee.n_tasks = value.tasks.count
    m.pointee.tasks = list(value.tasks, kindCount)
    m.pointee.median_route_cells = value.medianRouteCells
    m.pointee.messages_in = value.messagesIn
    m.pointee.messages_out = value.messagesOut
    m.pointee.release_latency_p50_us = value.releaseLatencyP50Microseconds
    m.pointee.release_latency_p99_us = value.releaseLatencyP99Microseconds
    m.pointee.invariant_violations = value.invariantViolations
    m.pointee.cpu_us = value.cpuMicroseconds
    m.pointee.broker_cpu_us = value.brokerCPUMicroseconds
    m.pointee.contained = value.contained
    m.pointee.cleared = value.cleared
    m.pointee.standstills = value.standstills
    m.pointee.region_searches = value.regionSearches
    m.pointee.regions_solved = value.regionsSolved
    m.pointee.reorders = value.reorders
    m.pointee.cannot_move = value.cannotMove
    m.pointee.teleoperations = value.teleoperations
    m.pointee.slowdowns = value.slowdowns
    return m
  }

  private func kindCount(
    _ value: FleetStatistics.KindCount
  ) -> UnsafeMutablePointer<Drover__V1__FleetStatistics__KindCount> {
    let m = message(drover__v1__fleet_statistics__kind_count__init)
    m.pointee.kind = value.kind.code
    m.pointee.completed = value.completed
    m.pointee.failed = value.failed
    m.pointee.cancelled = value.cancelled
    m.pointee.open = value.open
    return m
  }

  func notice(_ value: FleetNotice) -> UnsafeMutablePointer<Drover__V1__FleetNotice> {
    let m = message(drover__v1__fleet_notice__init)
    m.pointee.kind = value.kind.code
    m.pointee.time_us = value.time.microseconds
    m.pointee.robot = optionalID(value.robot)
    m.pointee.task = optionalID(value.task)
    m.pointee.text = text(value.text, WireLimits.serverTextBytes)
    return m
  }
}

import CFleetProto
import Determinism
import FleetModel
import Grid

// Robots, stations, zones and figures as operators see them, out of C structs (fleet.proto).

extension Reader {
  func robotView(_ m: UnsafeMutablePointer<Drover__V1__RobotView>) throws(WireError) -> RobotView {
    var view = RobotView(id: try id(m.pointee.id, "id"))
    view.vehicleClass = try optionalID(m.pointee.vehicle_class, "vehicle_class")
    view.session = try value(m.pointee.session, "session")
    view.freshness = try value(m.pointee.freshness, "freshness")
    view.mode = try value(m.pointee.mode, "mode")
    view.integration = try value(m.pointee.integration, "integration")
    if let cell = m.pointee.cell { view.cell = try part("Cell").cell(cell) }
    if let position = m.pointee.position { view.position = try part("Point").point(position) }
    view.headingMillidegrees = try check(
      m.pointee.heading_mdeg, WireLimits.headings, "heading_mdeg")
    view.speedMillimetresPerSecond = try check(
      m.pointee.speed_mm_per_s, WireLimits.speeds, "speed_mm_per_s")
    view.energyPermille = try check(
      m.pointee.energy_permille, WireLimits.permille, "energy_permille")
    view.charging = m.pointee.charging != 0
    view.task = try optionalID(m.pointee.task, "task")
    view.activity = try text(m.pointee.activity, WireLimits.serverTextBytes, "activity")
    view.paused = m.pointee.paused != 0
    view.loaded = m.pointee.loaded != 0
    view.errors = try robotErrors(m.pointee.n_errors, m.pointee.errors)
    view.driver = try optionalID(m.pointee.driver, "driver")
    view.leaseMilliseconds = try check(m.pointee.lease_ms, WireLimits.waits, "lease_ms")
    return view
  }

  func stationView(
    _ m: UnsafeMutablePointer<Drover__V1__StationView>
  ) throws(WireError) -> StationView {
    let cells = part("Cell")
    return StationView(
      id: try id(m.pointee.id, "id"),
      kind: try text(m.pointee.kind, WireLimits.codeBytes, "kind"),
      cells: try list(m.pointee.n_cells, m.pointee.cells, "cells") {
        m throws(WireError) in try cells.cell(m)
      },
      reserved: try ids(m.pointee.n_reserved_by, m.pointee.reserved_by, "reserved_by"),
      queue: try ids(m.pointee.n_queue, m.pointee.queue, "queue"))
  }

  private func ids<Tag>(
    _ count: Int, _ texts: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ field: String
  ) throws(WireError) -> [Identifier<Tag>] {
    try list(count, texts, field) { text throws(WireError) in try id(text, field) }
  }

  func zoneView(_ m: UnsafeMutablePointer<Drover__V1__ZoneView>) throws(WireError) -> ZoneView {
    ZoneView(
      id: try id(m.pointee.id, "id"),
      cellCount: try check(m.pointee.cell_count, WireLimits.counts32, "cell_count"),
      closed: m.pointee.closed != 0,
      rules: try text(m.pointee.rules, WireLimits.serverTextBytes, "rules"),
      robots: try ids(m.pointee.n_robots, m.pointee.robots, "robots"))
  }

  func snapshot(
    _ m: UnsafeMutablePointer<Drover__V1__SnapshotView>
  ) throws(WireError) -> SnapshotView {
    let robots = part("RobotView")
    return SnapshotView(
      site: try id(m.pointee.site, "site"),
      robots: try list(m.pointee.n_robots, m.pointee.robots, "robots") {
        m throws(WireError) in try robots.robotView(m)
      },
      openTasks: try check(m.pointee.open_tasks, WireLimits.counts32, "open_tasks"),
      endedTasks: try check(m.pointee.ended_tasks, WireLimits.counts, "ended_tasks"),
      released: try cells(m.pointee.n_released, m.pointee.released, "released"),
      closed: try cells(m.pointee.n_closed, m.pointee.closed, "closed"))
  }

  /// x, y, x, y …
  private func cells(
    _ count: Int, _ numbers: UnsafeMutablePointer<Int32>?, _ field: String
  ) throws(WireError) -> [Cell] {
    guard count % 2 == 0 else { throw .badCount(message: message, field: field, count: count) }
    var cells: [Cell] = []
    guard count > 0, let numbers else { return cells }
    cells.reserveCapacity(count / 2)
    for i in 0..<count / 2 {
      cells.append(
        Cell(
          x: try check(numbers[2 * i], WireLimits.cells, field),
          y: try check(numbers[2 * i + 1], WireLimits.cells, field)))
    }
    return cells
  }

  func statistics(
    _ m: UnsafeMutablePointer<Drover__V1__FleetStatistics>
  ) throws(WireError) -> FleetStatistics {
    var figures = FleetStatistics()
    let c = m.pointee
    let counts = part("FleetStatistics.KindCount")
    figures.robots = try check(c.robots, WireLimits.counts32, "robots")
    figures.robotsOnline = try check(c.robots_online, WireLimits.counts32, "robots_online")
    figures.tasks = try list(c.n_tasks, c.tasks, "tasks") {
      m throws(WireError) in try counts.kindCount(m)
    }
    figures.medianRouteCells = try count(c.median_route_cells, "median_route_cells")
    figures.messagesIn = try count(c.messages_in, "messages_in")
    figures.messagesOut = try count(c.messages_out, "messages_out")
    figures.releaseLatencyP50Microseconds = try count(
      c.release_latency_p50_us, "release_latency_p50_us")
    figures.releaseLatencyP99Microseconds = try count(
      c.release_latency_p99_us, "release_latency_p99_us")
    figures.invariantViolations = try count(c.invariant_violations, "invariant_violations")
    figures.cpuMicroseconds = try count(c.cpu_us, "cpu_us")
    figures.brokerCPUMicroseconds = try count(c.broker_cpu_us, "broker_cpu_us")
    figures.contained = try count(c.contained, "contained")
    figures.cleared = try count(c.cleared, "cleared")
    figures.standstills = try count(c.standstills, "standstills")
    figures.regionSearches = try count(c.region_searches, "region_searches")
    figures.regionsSolved = try count(c.regions_solved, "regions_solved")
    figures.reorders = try count(c.reorders, "reorders")
    figures.cannotMove = try count(c.cannot_move, "cannot_move")
    figures.teleoperations = try count(c.teleoperations, "teleoperations")
    figures.slowdowns = try count(c.slowdowns, "slowdowns")
    return figures
  }

  private func count(_ value: Int64, _ field: String) throws(WireError) -> Int64 {
    try check(value, WireLimits.counts, field)
  }

  private func kindCount(
    _ m: UnsafeMutablePointer<Drover__V1__FleetStatistics__KindCount>
  ) throws(WireError) -> FleetStatistics.KindCount {
    var counts = FleetStatistics.KindCount(kind: try value(m.pointee.kind, "kind"))
    counts.completed = try count(m.pointee.completed, "completed")
    counts.failed = try count(m.pointee.failed, "failed")
    counts.cancelled = try count(m.pointee.cancelled, "cancelled")
    counts.open = try count(m.pointee.open, "open")
    return counts
  }

  func notice(_ m: UnsafeMutablePointer<Drover__V1__FleetNotice>) throws(WireError) -> FleetNotice {
    FleetNotice(
      kind: try value(m.pointee.kind, "kind"), time: Instant(microseconds: m.pointee.time_us),
      robot: try optionalID(m.pointee.robot, "robot"),
      task: try optionalID(m.pointee.task, "task"),
      text: try text(m.pointee.text, WireLimits.serverTextBytes, "text"))
  }
}

import Determinism
import FleetModel
import Grid
import Site
import Traffic

// The fleet as operators see it.
extension Fleet {
  /// A task's record with what its mission says of itself.
  func told(_ record: TaskRecord) -> TaskRecord {
    guard let mission = tasks.open[record.id]?.mission else { return record }
    var told = record
    told.progressPermille = mission.progressPermille
    told.note = record.robot == nil ? "" : mission.note
    return told
  }

  func view(_ i: Int) -> RobotView {
    let robot = robots[i]
    var view = RobotView(id: robot.id)
    view.vehicleClass = robot.factsheet?.vehicle.id
    view.session = robot.session
    view.freshness = robot.freshness
    view.mode = robot.mode
    view.integration = robot.integration
    view.energyPermille = robot.energyPermille
    view.task = robot.job.task
    view.paused = robot.paused
    view.activity = activity(i)
    view.driver = robot.lease?.holder
    view.leaseMilliseconds =
      robot.lease.map { max(0, ($0.until - now).wholeMicroseconds / 1000) } ?? 0
    if robot.presence != .absent {
      view.cell = site.graph.cell(of: VertexID(traffic.visitedEnd(robot.index)))
    }
    guard let state = robot.state else { return view }
    view.position = state.position
    view.headingMillidegrees = state.headingMillidegrees
    view.speedMillimetresPerSecond = state.speedMillimetresPerSecond
    view.charging = state.charging
    view.loaded = state.loaded
    view.errors = state.errors
    if let vertex = site.vertex(containing: state.position) {
      view.cell = site.graph.cell(of: vertex)
    }
    return view
  }

  /// What the robot is doing, in a few words.
  func activity(_ i: Int) -> String {
    let robot = robots[i]
    if let reason = hindrance(i) { return reason }
    if let action = robot.action { return doing(action) }
    if mustBeCarried(i) { return "waiting to be carried away" }
    if robot.queuedGroup != nil, let group = robot.queuedGroup {
      return "waiting for a place at \(places.groups[group].id)"
    }
    switch robot.job {
    case .task(let id): return tasks.open[id]?.mission.note ?? "task \(id)"
    case .charge(let charger): return "driving to \(charger) to charge"
    case .idle:
      guard robot.goal >= 0, let group = places.group(at: robot.goal) else { return "idle" }
      let name = places.groups[group].id
      return traffic.visitedEnd(robot.index) == robot.goal
        ? "idle at \(name)" : "driving to \(name) to park"
    }
  }

  private func doing(_ running: RunningAction) -> String {
    switch running.action.kind {
    case .dwell: "standing"
    case .load: "loading"
    case .unload: "unloading"
    case .inspect: "inspecting"
    case .charge: "charging"
    case .brushOn, .brushOff: "setting its brush"
    case .handOver: running.isUnlocked ? "handing over" : "waiting for the release code"
    }
  }

  /// Why the robot is not driven at all; nil: it is.
  func hindrance(_ i: Int) -> String? {
    let robot = robots[i]
    if robot.isRevoked { return "removed while it was on the map" }
    if let hand = handText(i) { return hand }
    if let containment = robot.containment { return text(i, containment.cause) }
    switch robot.presence {
    case .absent:
      if robot.session == .never { return "has never connected" }
      return robot.offMapReason.isEmpty ? "has not said where it is" : robot.offMapReason
    case .unconfirmed:
      return robot.offMapReason.isEmpty
        ? "has not said where it is since it was asked" : robot.offMapReason
    case .present: break
    }
    switch robot.freshness {
    case .lost: return "lost: silent for more than 30 s"
    case .suspect: return "silent"
    case .fresh: break
    }
    if robot.paused { return "paused by an operator" }
    if robot.mode != .automatic { return "in mode \(robot.mode)" }
    if robot.watch.isStuck { return "does not move although it has road" }
    switch robot.integration {
    case .ignored, .noticed: return "not routed: integration level \(robot.integration.rawValue)"
    case .respected, .utilised: break
    }
    return robot.classIndex == nil ? "of a class this site does not know" : nil
  }

  func stationViews() -> [StationView] {
    places.groups.map { group in
      StationView(
        id: group.id, kind: group.kind.rawValue,
        cells: group.vertices.map { site.graph.cell(of: VertexID($0)) },
        reserved: group.vertices.compactMap { places.holder(of: $0).map { robots[$0.index].id } },
        queue: group.queue.map { robots[$0.index].id })
    }
  }

  func zoneViews() -> [ZoneView] {
    var inside = [[RobotID]](repeating: [], count: site.zones.count)
    for i in robots.indices where robots[i].presence != .absent {
      for zone in site.zoneIndices(at: VertexID(traffic.visitedEnd(robots[i].index))) {
        inside[zone].append(robots[i].id)
      }
    }
    return site.zones.enumerated().map { index, zone in
      ZoneView(
        id: zone.id, cellCount: Int32(zone.cells.count), closed: closedZones[index],
        rules: rules(zone), robots: inside[index])
    }
  }

  private func rules(_ zone: Zone) -> String {
    var parts: [String] = []
    if let limit = zone.speedLimitMillimetresPerSecond {
      parts.append("at most \(Double(limit) / 1000) m/s")
    }
    if let classes = zone.classes {
      parts.append("only \(classes.map(\.text).joined(separator: ", "))")
    }
    if zone.exits != nil { parts.append("one-way") }
    if zone.noStop { parts.append("no stopping") }
    if zone.exclusive { parts.append("one vehicle at a time") }
    return parts.joined(separator: ", ")
  }

  func snapshot() -> SnapshotView {
    var released: [Cell] = []
    for i in robots.indices where robots[i].presence != .absent {
      released += traffic.releasedCells(robots[i].index).map { site.graph.cell(of: VertexID($0)) }
    }
    let closed = zip(site.zones, closedZones).filter(\.1).flatMap { $0.0.cells }
    let counts = tasks.counts
    return SnapshotView(
      site: site.id, robots: robots.indices.filter(isEnrolled).map(view),
      openTasks: Int32(tasks.open.count),
      endedTasks: counts.reduce(0) { $0 + $1.completed + $1.failed + $1.cancelled },
      released: released, closed: closed.map { site.graph.cell(of: $0) })
  }

  /// The core's part of the figures; the server adds its own.
  public func fleetStatistics() -> FleetStatistics {
    var result = statistics
    result.robotsOnline = Int32(robots.count { $0.session == .online })
    result.tasks = tasks.counts
    result.medianRouteCells = routeCells.isEmpty ? 0 : routeCells.sorted()[routeCells.count / 2]
    return result
  }
}

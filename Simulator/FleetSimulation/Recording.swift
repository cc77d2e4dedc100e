import Determinism
import FleetModel
import Grid
import Site

/// What there was to see of a run: where each robot was, which road it had, for whom it waited,
/// what it did. Sampled from outside; the run does not know of it. `HTMLReplay` shows it.
///
/// Ways are stored as corners between which the robot is within `tolerance` of the straight line
/// at constant speed, everything else as changes: what stands still costs nothing.
public struct Recording: Sendable {
  /// How often `sample` is to be called.
  public static let period = Duration.milliseconds(200)
  /// How far a robot may be from where the recording says, at the samples, in centimetres and tenths of
  /// a degree, rounding not counted.
  static let tolerance: Int32 = 4
  static let headingTolerance: Int32 = 30

  private let site: Site
  private var tracks: [Track]
  private var roads: [RoadLog]
  private var waits: [ChangeLog]
  private var tasks: [ChangeLog]
  private var flags: [ChangeLog]
  private var house = ChangeLog()
  private var taskNumbers: [TaskID: Int32] = [:]
  /// In the order of their numbers.
  private(set) var taskNames: [String] = []
  /// Of the last sample, in hundredths of a second.
  private(set) var end: Int32 = 0

  /// Bits of a robot's flags.
  enum Flag {
    static let offline: Int32 = 1
    static let held: Int32 = 2
    static let loaded: Int32 = 4
    static let stopped: Int32 = 8
    static let charging: Int32 = 16
    static let astray: Int32 = 32
  }

  /// Bits of the house's flags.
  enum House {
    static let serverDown: Int32 = 1
    static let brokerDown: Int32 = 2
    static let healing: Int32 = 4
  }

  public init(_ simulation: Simulation) {
    site = simulation.site
    let count = simulation.robots.count
    tracks = simulation.robots.map { Track(Self.corner($0, time: 0)) }
    roads = [RoadLog](repeating: RoadLog(), count: count)
    waits = [ChangeLog](repeating: ChangeLog(), count: count)
    tasks = waits
    flags = waits
  }

  /// Takes down how things are now.
  public mutating func sample(_ simulation: Simulation) {
    let time = Int32(simulation.elapsed.wholeMicroseconds / 10_000)
    let isSecond = time / 100 != end / 100 || time == 0
    end = time
    for i in simulation.robots.indices {
      tracks[i].add(Self.corner(simulation.robots[i], time: time))
    }
    if isSecond { sampleStates(simulation, time) }
  }

  private static func corner(_ robot: SimulatedRobot, time: Int32) -> Corner {
    let pose = robot.robot.pose
    return Corner(
      time: time, x: Int32((pose.x / 10).rounded()), y: Int32((pose.y / 10).rounded()),
      heading: Int32((pose.headingDegrees * 10).rounded()))
  }

  private mutating func sampleStates(_ simulation: Simulation, _ time: Int32) {
    let queues = simulation.server.fleet.queueSnapshot()
    var road = [[Int32]](repeating: [], count: roads.count)
    var released = [Int](repeating: 0, count: roads.count)
    var waiting = [Int32](repeating: 0, count: roads.count)
    let heads = heads(queues)
    for robot in queues.robots where road.indices.contains(robot.robot.index) {
      let i = robot.robot.index
      let legs = queues.legs[robot.legs]
      guard let first = legs.first else { continue }
      road[i] = [raster(first.end)]
      for leg in legs.dropFirst() {
        road[i] += leg.claims.filter { Int($0) < site.graph.vertexCount }.map(raster)
        if leg.number <= robot.released { released[i] = road[i].count }
        guard leg.number == robot.released + 1 else { continue }
        let owner = leg.claims.lazy.compactMap { heads[$0] }.first { $0 != robot.robot }
        waiting[i] = owner.map { $0.rawValue + 1 } ?? 0
      }
    }
    let astray = Set(queues.obstructions.map(\.robot.index))
    for i in roads.indices {
      roads[i].set(road[i], released: released[i], at: time)
      waits[i].set(waiting[i], at: time)
      tasks[i].set(number(simulation.desk.taskOf[i]), at: time)
      flags[i].set(
        Self.flags(simulation.robots[i]) | (astray.contains(i) ? Flag.astray : 0), at: time)
    }
    house.set(
      (simulation.server.isUp ? 0 : House.serverDown)
        | (simulation.brokerIsUp ? 0 : House.brokerDown)
        | (simulation.phase == .demand ? 0 : House.healing), at: time)
  }

  /// Resource -> who owns it.
  private func heads(_ queues: QueueSnapshot) -> [Int32: RobotIndex] {
    var heads: [Int32: RobotIndex] = [:]
    for queue in queues.queues { heads[queue.resource] = queues.tokens[queue.tokens].first?.robot }
    return heads
  }

  private static func flags(_ robot: SimulatedRobot) -> Int32 {
    (robot.session == nil ? Flag.offline : 0) | (robot.robot.isHeld ? Flag.held : 0)
      | (robot.robot.isLoaded ? Flag.loaded : 0)
      | (robot.robot.mode == .automatic ? 0 : Flag.stopped)
      | (robot.robot.action?.kind == .charge ? Flag.charging : 0)
  }

  private func raster(_ vertex: Int32) -> Int32 {
    let cell = site.graph.cells[Int(vertex)]
    return Int32(cell.y) * site.graph.width + Int32(cell.x)
  }

  private mutating func number(_ task: TaskID?) -> Int32 {
    guard let task else { return 0 }
    if let number = taskNumbers[task] { return number }
    taskNames.append(task.text)
    taskNumbers[task] = Int32(taskNames.count)
    return Int32(taskNames.count)
  }

  /// The stream: `DRV1`; the raster's runs of cells, blocked and passable in turn, with their
  /// number; the house's log; then for each robot its corners, roads, waits, tasks and flags. Each part
  /// begins with its length in bytes. All numbers are varints, differences in zigzag.
  public func encoded() -> [UInt8] {
    var stream = ByteStream()
    stream.bytes = Array("DRV1".utf8)
    stream.append(part: rasterRuns())
    stream.append(part: house.stream)
    for i in tracks.indices {
      stream.append(part: tracks[i].encoded())
      stream.append(part: roads[i].stream)
      stream.append(part: waits[i].stream)
      stream.append(part: tasks[i].stream)
      stream.append(part: flags[i].stream)
    }
    return stream.bytes
  }

  private func rasterRuns() -> ByteStream {
    var stream = ByteStream()
    var isPassable = false
    var run = 0
    for vertex in site.graph.vertexAtRaster {
      if (vertex >= 0) != isPassable {
        stream.append(run)
        run = 0
        isPassable.toggle()
      }
      run += 1
    }
    stream.append(run)
    return stream
  }
}

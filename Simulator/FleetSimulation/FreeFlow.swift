import Determinism
import FleetModel
import Grid
import Site
import VirtualRobot

/// How long a way takes a vehicle that has the site to itself: a virtual robot of its class drives
/// the shortest way (in cells; straight on wherever a shortest way goes straight on) with all of it
/// released at once. Turns, acceleration, braking and speed limits are the vehicle's own; it stands
/// in the right direction at first. On large sites, where a table of distances for each place would be
/// needed, nothing is measured.
struct FreeFlow {
  private static let spreadsKept = 600
  private static let cellLimit = 100_000

  private struct GoalKey: Hashable {
    let classIndex: Int
    let goal: Int32
  }

  private struct WayKey: Hashable {
    let classIndex: Int
    let from: Int32
    let to: Int32
  }

  private let site: Site
  private let allowed: [[Bool]]
  private let isMeasured: Bool
  private var spreads: [GoalKey: Spread] = [:]
  private var times: [WayKey: Int64] = [:]

  init(_ site: Site) {
    self.site = site
    let closed = site.closedAtStart
    isMeasured = site.graph.vertexCount <= Self.cellLimit
    allowed =
      !isMeasured
      ? []
      : site.classes.indices.map { classIndex in
        (0..<Int32(site.graph.vertexCount)).map {
          site.canRest(on: VertexID($0), class: classIndex)
            && !site.isClosed(VertexID($0), closed: closed)
        }
      }
  }

  /// The time from one cell to another; nil: there is no way.
  mutating func time(classIndex: Int, from: Int32, to: Int32) -> Duration? {
    if from == to { return .zero }
    guard isMeasured else { return nil }
    let key = WayKey(classIndex: classIndex, from: from, to: to)
    if let known = times[key] { return .microseconds(known) }
    guard let way = way(classIndex, from, to) else { return nil }
    let time = time(classIndex: classIndex, along: way)
    times[key] = time.wholeMicroseconds
    return time
  }

  /// The time along cells, each next to the one before.
  func time(classIndex: Int, along way: [Int32]) -> Duration {
    let legs = legs(way)
    guard let first = way.first, let last = legs.last, let end = last.points.last else {
      return .zero
    }
    var robot = VirtualRobot(settings(classIndex, way, start: site.centre(of: VertexID(first))))
    _ = robot.connect(sessionEpoch: 1, now: .zero)
    let update = RouteUpdate(
      order: 1, update: 1, start: site.centre(of: VertexID(first)), firstLeg: 1, legs: legs,
      releasedThrough: UInt64(legs.count))
    _ = robot.receive(
      ControlMessage(
        serverEpoch: 1, sessionEpoch: 1, number: 1, committedEvent: 0, command: .route(update)),
      now: .zero)
    var now = Instant.zero
    while !robot.isStanding || robot.truePosition != end {
      let next = robot.nextWake
      precondition(next > now || !robot.isStanding, "a way of \(way.count) cells has no end")
      now = max(now, next)
      _ = robot.advance(to: now)
      precondition(now < Instant(microseconds: 100_000_000_000), "stuck at \(robot.truePosition)")
    }
    return now - .zero
  }

  /// The way in pieces of equal speed limit.
  private func legs(_ way: [Int32]) -> [RouteLeg] {
    var legs: [RouteLeg] = []
    for vertex in way.dropFirst() {
      let limit = site.speedLimit(at: VertexID(vertex))
      let point = site.centre(of: VertexID(vertex))
      if let last = legs.last, last.speedLimitMillimetresPerSecond == limit,
        last.points.count < 64
      {
        legs[legs.count - 1].points = FewPoints(last.points + [point])
      } else {
        legs.append(RouteLeg(points: FewPoints(point), speedLimitMillimetresPerSecond: limit))
      }
    }
    return legs
  }

  private func settings(
    _ classIndex: Int, _ way: [Int32], start: Point
  ) -> VirtualRobot.Settings {
    let vehicle = site.classes[classIndex]
    let heading: Int32
    if way.count > 1 {
      let a = site.graph.cells[Int(way[0])]
      let b = site.graph.cells[Int(way[1])]
      heading = b.x > a.x ? 90_000 : b.x < a.x ? 270_000 : b.y > a.y ? 180_000 : 0
    } else {
      heading = 0
    }
    do {
      return VirtualRobot.Settings(
        id: try RobotID("free-flow"),
        factsheet: Factsheet(
          vendor: "", model: "", serial: "", vehicle: vehicle,
          heartbeatTimeoutMilliseconds: .max),
        cellMillimetres: site.cellMillimetres, start: start, headingMillidegrees: heading,
        seed: Seed(0))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  // MARK: The way

  private mutating func way(_ classIndex: Int, _ from: Int32, _ to: Int32) -> [Int32]? {
    let key = GoalKey(classIndex: classIndex, goal: to)
    // Taken out, so that it is grown in place.
    var spread = spreads.removeValue(forKey: key) ?? Spread(from: to, of: site.graph.vertexCount)
    spread.grow(to: from, site.graph, allowed[classIndex])
    if spreads.count >= Self.spreadsKept { spreads.removeAll(keepingCapacity: true) }
    spreads[key] = spread
    guard spread.distances[Int(from)] != Spread.unreached else { return nil }
    var way = [from]
    var at = from
    var direction = -1
    while at != to {
      let wanted = spread.distances[Int(at)] - 1
      var choice = -1
      for d in 0..<4 {
        let next = site.graph.successors[4 * Int(at) + d]
        guard next >= 0, spread.distances[Int(next)] == wanted else { continue }
        if choice < 0 || d == direction { choice = d }
      }
      precondition(choice >= 0, "no way on from vertex \(at)")
      direction = choice
      at = site.graph.successors[4 * Int(at) + choice]
      way.append(at)
    }
    return way
  }

  /// Distances to a goal, as far as they were asked for: those of all vertices nearer are known.
  private struct Spread {
    static let unreached = UInt16.max
    private(set) var distances: [UInt16]
    /// Vertices that were reached and not gone on from, nearest first.
    private var rim: [Int32]

    init(from goal: Int32, of count: Int) {
      distances = [UInt16](repeating: Self.unreached, count: count)
      distances[Int(goal)] = 0
      rim = [goal]
    }

    /// Goes on until `vertex` has its distance, if there is a way.
    /// - Complexity: O(vertices) over all calls
    mutating func grow(to vertex: Int32, _ graph: Graph, _ allowed: [Bool]) {
      var head = 0
      defer { rim.removeFirst(head) }
      while distances[Int(vertex)] == Self.unreached, head < rim.count {
        let at = rim[head]
        head += 1
        let distance = distances[Int(at)]
        guard distance < Self.unreached - 1 else { return }
        for d in 0..<4 {
          let before = graph.predecessors[4 * Int(at) + d]
          guard before >= 0, distances[Int(before)] == Self.unreached, allowed[Int(before)] else {
            continue
          }
          distances[Int(before)] = distance + 1
          rim.append(before)
        }
      }
    }
  }
}

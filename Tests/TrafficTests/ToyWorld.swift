import Determinism
import FleetModel
import Grid
import Invariants

@testable import Traffic

/// A small world that drives `Traffic` as hard as it can: a greedy planner, robots of random
/// speeds, a network that delays, loses, doubles and reorders, and faults of every kind.
///
/// Every third column and row crossing is a junction: nobody may stop there, and all crossings
/// of one need its mutex.
struct ToyWorld {
  struct Faults {
    var loss = 0.2
    var doubled = 0.1
    var isOn = true
  }

  enum Command {
    case route(RouteUpdate, [PlannedLeg])
    case trim(TrimRequest)
  }

  struct Parcel {
    var arrives: Int
    var robot: Int
    var id: Int
    var event: RobotEvent
  }

  let graph: Graph
  var traffic: Traffic
  var owners: OwnershipChecker
  var collisions = CollisionChecker()
  let queues = QueueChecker()
  var rng: SeededGenerator
  var faults = Faults()
  var robots: [ToyRobot] = []
  var mail: [Parcel] = []
  var now = 0
  var violations: [String] = []
  var visits = 0
  var refusals = 0
  var contests = 0
  var stays = 0
  private var nextEvent = 0
  private var delivered: Set<Int> = []

  static let cell: Int64 = 1000

  init(seed: UInt64, width: Int32 = 12, height: Int32 = 10, robots count: Int = 12) {
    rng = Seed(seed).derive("toy").generator()
    var passable = [Bool](repeating: true, count: Int(width * height))
    for index in passable.indices { passable[index] = !rng.chance(0.1) }
    graph = Graph(GridMap(width: width, height: height, passable: passable))
    let resources = graph.vertexCount + Int(width * height)
    traffic = Traffic(resourceCount: resources)
    owners = OwnershipChecker(graph: graph, cellMillimetres: Int32(Self.cell))
    for index in 0..<count {
      robots.append(ToyRobot(index: index, slowness: rng.next(in: 1...6)))
      enter(index)
    }
  }

  func isJunction(_ vertex: Int32) -> Bool {
    let cell = graph.cells[Int(vertex)]
    return cell.x % 4 == 2 && cell.y % 3 == 1
  }

  func centre(_ vertex: Int32) -> Point {
    let cell = graph.cells[Int(vertex)]
    return Point(
      x: Int64(cell.x) * Self.cell + Self.cell / 2, y: Int64(cell.y) * Self.cell + Self.cell / 2)
  }

  /// Nobody stands there, drives there, or stops there by rule.
  func isFreeToEnter(_ vertex: Int32) -> Bool {
    !isJunction(vertex) && !robots.contains { $0.isPlaced && $0.cells.contains(vertex) }
  }

  mutating func note(_ found: [Violation], _ place: String) {
    for violation in found { violations.append("step \(now), \(place): \(violation)") }
  }

  /// A robot appears at a random free cell and says so.
  mutating func enter(_ index: Int) {
    var vertex: Int32
    repeat {
      vertex = Int32(rng.next(below: graph.vertexCount))
    } while !isFreeToEnter(vertex)
    let robot = RobotIndex(Int32(index))
    robots[index].order += 1
    robots[index].place(at: vertex)
    let order = robots[index].order
    let limit = ReleaseLimit(cells: Int32(rng.next(in: 1...6)))
    note(owners.placed(robot, at: centre(vertex)), "place")
    let outcome =
      traffic.isPresent(robot)
      ? traffic.rejoin(robot, at: vertex, order: order)
      : traffic.join(robot, at: vertex, order: order, limit: limit)
    if case .contested(let rivals, _) = outcome {
      contests += 1
      for rival in rivals { requestTrim(rival.index) }
    }
  }

  mutating func requestTrim(_ index: Int) {
    guard let request = traffic.requestTrim(RobotIndex(Int32(index))).request else { return }
    send(.trim(request), to: index)
  }

  // MARK: One step

  mutating func step() {
    now += 1
    deliverMail()
    for index in robots.indices { deliverCommands(index) }
    for index in robots.indices { drive(index) }
    releaseRoad()
    if now % 6 == 0 { checkPoses() }
    if !traffic.knowsItsContests { violations.append("step \(now): contests") }
    if now % 16 == 0 { note(queues.check(traffic.snapshotForInvariants()), "queues") }
  }

  mutating func releaseRoad() {
    for release in traffic.release() {
      let index = release.robot.index
      let update = RouteUpdate(
        order: release.order, update: release.update, start: Point(x: 0, y: 0),
        firstLeg: release.firstLeg,
        legs: release.legs.map {
          RouteLeg(points: $0.path.map(centre), speedLimitMillimetresPerSecond: 0)
        }, releasedThrough: release.releasedThrough)
      note(owners.sent(release.robot, update), "release")
      send(.route(update, release.legs), to: index)
    }
  }

  /// Commands arrive in order, some time.
  mutating func send(_ command: Command, to index: Int) {
    guard robots[index].isPlaced else { return }
    let earliest = max(now + 1, robots[index].commands.last?.arrives ?? 0)
    robots[index].commands.append((earliest + rng.next(below: 4), command))
  }

  private mutating func deliverCommands(_ index: Int) {
    while let first = robots[index].commands.first, first.arrives <= now {
      robots[index].commands.removeFirst()
      let wish = rng.next(below: 3)
      if let answer = robots[index].obey(first.command, wish: wish) { report(index, answer) }
    }
  }

  private mutating func drive(_ index: Int) {
    if faults.isOn, rng.chance(0.005) { robots[index].stopped = rng.next(in: 5...60) }
    if let event = robots[index].drive() { report(index, event) }
    // Reports are told again until they have got through once.
    guard now % 10 == index % 10 else { return }
    robots[index].unheard.removeAll { delivered.contains($0.id) }
    for (id, event) in robots[index].unheard { post(index, id, event) }
  }

  private mutating func report(_ index: Int, _ event: RobotEvent) {
    nextEvent += 1
    robots[index].unheard.append((nextEvent, event))
    post(index, nextEvent, event)
  }

  private mutating func post(_ index: Int, _ id: Int, _ event: RobotEvent) {
    guard !faults.isOn || !rng.chance(faults.loss) else { return }
    repeat {
      let delay = rng.chance(0.1) ? rng.next(in: 1...40) : rng.next(in: 1...4)
      mail.append(Parcel(arrives: now + delay, robot: index, id: id, event: event))
    } while faults.isOn && rng.chance(faults.doubled)
  }

  /// Reports are numbered: what a robot said before it was asked is not heard after its answer.
  mutating func forgetTrims(of index: Int) {
    func isTrim(_ event: RobotEvent) -> Bool {
      if case .trimmed = event { true } else { false }
    }
    mail.removeAll { $0.robot == index && isTrim($0.event) }
    robots[index].unheard.removeAll { isTrim($0.event) }
  }

  private mutating func deliverMail() {
    let due = mail.filter { $0.arrives <= now }
    mail.removeAll { $0.arrives <= now }
    for parcel in due {
      let robot = RobotIndex(Int32(parcel.robot))
      if delivered.insert(parcel.id).inserted, traffic.isPresent(robot) {
        note(owners.committed(robot, parcel.event), "commit")
      }
      take(parcel.event, of: robot)
    }
  }

  private mutating func take(_ event: RobotEvent, of robot: RobotIndex) {
    switch event {
    case .visited(let order, let leg):
      switch traffic.visited(robot, order: order, leg: leg) {
      case .advanced(_, let legs): visits += legs.count
      case .unchanged, .refused(.absent): break
      case .refused(let refusal): violations.append("step \(now): refused \(refusal)")
      }
    case .acknowledged(let order, let update, let through):
      let refusal = traffic.acknowledged(robot, order: order, update: update, through: through)
      if let refusal, refusal != .absent { violations.append("step \(now): refused \(refusal)") }
    case .trimmed(let order, let update, let through):
      _ = traffic.trimmed(robot, order: order, update: update, through: through)
    case .incident(_, let text): violations.append("step \(now): robot \(robot): \(text)")
    default: break
    }
  }

  // MARK: The truth

  private mutating func checkPoses() {
    var outlines: [Outline] = []
    for (index, robot) in robots.enumerated() where robot.isPlaced {
      let id = RobotIndex(Int32(index))
      let position = robot.position(centre)
      let outline = Outline(
        robot: id, position: position, headingMillidegrees: 0, lengthMillimetres: 900,
        widthMillimetres: 900)
      note(owners.check(outline), "pose")
      if !traffic.isContested(id) { outlines.append(outline) }
    }
    note(collisions.check(outlines), "collision")
  }
}

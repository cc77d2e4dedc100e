import Determinism
import FleetCore
import FleetModel
import Grid
import Site
import VirtualRobot

// What happens beside the messages: robots drive, connections fail, operators ask, checkers look.
extension Simulation {
  // MARK: Robots

  mutating func wake(_ i: Int) {
    // An earlier wake was put in meanwhile and has been: this one is stale.
    guard robots[i].wake == now.microseconds else { return }
    robots[i].wake = .max
    let time = robots[i].clock.time(now)
    if robots[i].robot.nextWake <= time { speak(i, robots[i].robot.advance(to: time)) }
    scheduleWake(i)
  }

  mutating func scheduleWake(_ i: Int) {
    guard robots[i].robot.nextWake.microseconds != .max else { return }
    let next = robots[i].clock.moment(of: robots[i].robot.nextWake)
    guard next.microseconds < robots[i].wake else { return }
    let time = max(now, next)
    robots[i].wake = time.microseconds
    queue.push(.wake(robot: i), at: time, about: .robot(i))
  }

  /// The cell in which the robot's centre is.
  func cell(_ i: Int) -> Int32 {
    guard let vertex = site.vertex(containing: robots[i].robot.truePosition) else { return -1 }
    return vertex.rawValue
  }

  /// What a robot says that it did, as it says it for the first time.
  mutating func witness(_ i: Int, _ report: RobotReport) {
    for numbered in report.events {
      switch numbered.event {
      case .actionStarted(let id):
        guard world.actionStarted(i, id) else { continue }
        meter.actionStarted(i, at: cell(i), now: now)
        noticeDeadCharger(i)
      case .actionEnded(let id, let result):
        if world.actionEnded(i, id, result, now: now) {
          meter.actionEnded(i, at: cell(i), now: now)
        }
      case .visited:
        if meter.isSweeping(i) { meter.drove(i, through: cell(i)) }
      case .present, .acknowledged, .trimmed, .refused, .incident: break
      }
    }
  }

  // MARK: Connections

  mutating func connect(_ i: Int) {
    guard robots[i].session == nil, !departed.contains(i) else { return }
    guard brokerIsUp, now >= robots[i].cutUntil else {
      return queue.push(.connect(robot: i), at: max(now + .seconds(1), robots[i].cutUntil))
    }
    // A broker that still holds the old connection drops it, and publishes its will.
    if robots[i].sessions > 0 { publishWill(i, robots[i].sessions) }
    robots[i].open(now: now)
    robots[i].silentUntil = now
    robots[i].deafUntil = now
    speak(
      i, robots[i].robot.connect(sessionEpoch: robots[i].sessions, now: robots[i].clock.time(now)))
  }

  /// The broker publishes the will of a session that nobody closed, once.
  mutating func publishWill(_ i: Int, _ session: UInt64) {
    guard brokerIsUp, robots[i].session == nil, robots[i].sessions == session,
      robots[i].willPublished < session
    else { return }
    robots[i].willPublished = session
    publish(.connection, i, codec.encode(VirtualRobot.will(sessionEpoch: session)))
  }

  // MARK: Operators

  mutating func second() {
    if phase == .demand { submit() }
    askAgain()
    sample()
    world.inspect(robots, rogues: rogues, now: now)
    if elapsed >= scenario.duration { drain() }
    if phase != .ended { queue.push(.second, at: now + .seconds(1)) }
  }

  private mutating func submit() {
    guard server.isConnected, elapsed >= .seconds(3) else { return }
    var working = [Int](repeating: 0, count: site.classes.count)
    for i in robots.indices where isBusy(i) { working[robots[i].classIndex] += 1 }
    for order in demand.next(elapsed: elapsed, working: working, desk: desk) {
      submit(order, wanted: order.wanted)
    }
  }

  /// Has a task, or is charging.
  private func isBusy(_ i: Int) -> Bool {
    desk.taskOf[i] != nil || robots[i].robot.action?.kind == .charge
  }

  private mutating func sample() {
    guard phase == .demand, elapsed > scenario.warmup else { return }
    busySamples.all += Int64(robots.count)
    for i in robots.indices where isBusy(i) { busySamples.busy += 1 }
  }

  /// The server has made `record` durable.
  mutating func stored(_ record: TaskRecord) {
    let robot = record.robot.flatMap { numberOf[$0] }
    for change in desk.stored(record, robot: robot) {
      switch change {
      case .added: world.submitted(record, now: now)
      case .addedAgain: world.submittedAgain(record, now: now)
      case .assigned(let i):
        hasRested[i] = departed.contains(i)
        meter.assigned(i, record.id, record.spec.body.kind, at: cell(i), now: now)
      case .taken(let i): meter.taken(i)
      case .waitsForHuman: sendHuman(record)
      case .ended(let i):
        world.ended(record, now: now)
        let counts = record.state == .completed && elapsed > scenario.warmup
        if counts && phase == .demand { completedInDemand += 1 }
        if let i { meter.ended(i, record.id, at: cell(i), now: now, counts: counts) }
      case .endedAgain: world.ended(record, now: now)
      }
    }
  }

  private mutating func sendHuman(_ record: TaskRecord) {
    guard let code = desk.code(of: record) else { return }
    let pause = humans.next(in: scenario.tasks.humanMilliseconds)
    queue.push(.release(record.id, code: code), at: now + .milliseconds(pause))
  }

  // MARK: Looking

  mutating func look(all: Bool) {
    for i in robots.indices {
      let outputs = robots[i].robot.advance(to: robots[i].clock.time(now))
      if !outputs.isEmpty { speak(i, outputs) }
    }
    driveByHand()
    sights.take(&robots)
    protect()
    world.look(
      at: sights.all, rogues: rogues,
      all: all || elapsed.wholeMicroseconds % 1_000_000 == 0, now: now)
  }

  // MARK: The end

  private mutating func drain() {
    if phase == .demand { phase = .drain }
    healOnce()
    if elapsed.wholeMicroseconds % 30_000_000 == 0 {
      healRogues()
      tidyUp()
    }
    for i in robots.indices where desk.taskOf[i] == nil && isParked(i) { hasRested[i] = true }
    let isOver = elapsed >= scenario.duration + scenario.drainLimit
    guard isOver || (desk.openCount == 0 && desk.pending.isEmpty && unparked == 0) else { return }
    finish()
  }

  /// Robots that have not come to rest on a parking place or a charger. Once there they may leave
  /// again: for a charger, and from it for others.
  var unparked: Int { hasRested.count { !$0 } }

  private func isParked(_ i: Int) -> Bool {
    guard robots[i].robot.isStanding, robots[i].session != nil else { return false }
    switch site.place(at: VertexID(cell(i))) {
    case .parking, .charger: return true
    case .station, nil: return false
    }
  }

  private mutating func finish() {
    phase = .ended
    look(all: true)
    checkQueues()
    world.drained(now: now)
    for task in desk.open.prefix(20) { explain(.explainTask(task)) }
    for i in robots.indices.filter({ !hasRested[$0] }).prefix(20) {
      let vertex = cell(i)
      let place = vertex < 0 ? "off the road" : "at \(site.graph.cells[Int(vertex)])"
      let motion = robots[i].robot.isStanding ? "stands" : "drives"
      let route = robots[i].robot.route
      let held = robots[i].robot.isHeld ? ", held by its watchdog" : ""
      let rogue =
        (rogues.contains(i) ? ", a rogue" : "") + held
        + ", order \(route.order), update \(route.update), at leg \(route.visited) of \(route.through)"
      explain(.explainRobot(robots[i].id), note: "it \(motion) \(place)\(rogue)")
    }
    // Who was taken off the site is nobody's riddle.
    for i in rogues.robots.filter({ !departed.contains($0) }).prefix(20) {
      explain(.explainRobot(robots[i].id), note: world.explainRogue(outline(i)))
    }
  }

  public func hasRobot(_ robot: RobotID) -> Bool { robots.contains { $0.id == robot } }

  /// What the core says of a robot now; nil: it has not heard of it.
  public func explanation(of robot: RobotID) -> [String]? {
    server.fleet.explanation(of: robot)
  }

  /// Asks the core, outside of the run.
  private mutating func explain(_ question: OperatorCommand, note: String? = nil) {
    let request = OperatorRequest(client: client, number: desk.number(), body: question)
    for effect in server.fleet.handle(.request(user, request), now: serverTime) {
      guard case .reply(_, _, _, .explanation(let lines)) = effect else { continue }
      explanations.append((lines + [note].compactMap { $0 }).joined(separator: "; "))
    }
  }
}

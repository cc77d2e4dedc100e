import Determinism
import FleetModel
import Foundation
import Grid
import Invariants
import Site
import Testing
import VirtualRobot

@testable import FleetCore

/// A fleet with virtual robots, its store and its clock: messages arrive at once unless cut off.
struct Yard {
  let site: Site
  var settings = FleetSettings()
  var epoch: UInt64 = 1
  var fleet: Fleet
  var robots: [RobotID: VirtualRobot] = [:]
  /// Sessions begun, per robot.
  var sessions: [RobotID: UInt64] = [:]
  var cutOff: Set<RobotID> = []
  /// Messages with actions, and all after them, are lost on the way.
  var losesActions = false
  var now = Instant(microseconds: 1_000_000_000)
  var shelf = Shelf()
  var notices: [FleetNotice] = []
  /// Control messages sent, with the robot's id.
  var sent: [(robot: RobotID, message: ControlMessage)] = []
  var replies: [OperatorReply] = []
  /// Ends of actions as the robots told them, each once.
  var done: [String] = []
  /// Reports come again later, in another order.
  var stutters = false
  private var inbox: [FleetEvent] = []
  private var isDraining = false
  private var said: [RobotID: [RobotReport]] = [:]
  private var requests: UInt64 = 0
  /// Batches with something in them, counted; at this one the server dies.
  var batches = 0
  var crashAt: Int?
  var crashCommits = false

  init(
    _ rows: [String], inspectMilliseconds: Int64 = 0, classes: [VehicleClass]? = nil
  ) throws {
    site = try drawn(
      rows, inspectMilliseconds: inspectMilliseconds, classes: classes)
    fleet = Fleet(site: site, serverEpoch: 1, seed: Seed(1))
  }

  // MARK: Robots

  /// A robot at `cell`, switched on and connected.
  @discardableResult
  mutating func add(
    _ name: String, _ x: Int64, _ y: Int64, energy: Int32 = 1000, _ vehicle: VehicleClass? = nil,
    heading: Int32 = 0
  ) throws -> RobotID {
    let id = try RobotID(name)
    try handle(.enrolled(id))
    robots[id] = VirtualRobot(
      VirtualRobot.Settings(
        id: id, factsheet: sheet(try vehicle ?? cart()), cellMillimetres: 1000, start: point(x, y),
        headingMillidegrees: heading, energyPermille: energy, seed: Seed(7).derive(name)))
    try connect(id)
    return id
  }

  mutating func connect(_ id: RobotID) throws {
    sessions[id, default: 0] += 1
    cutOff.remove(id)
    let outputs = robots[id]?.connect(sessionEpoch: sessions[id] ?? 1, now: now) ?? []
    try deliver(outputs, from: id)
  }

  /// The link is lost; the broker tells.
  mutating func cut(_ id: RobotID, will: Bool = true) throws {
    robots[id]?.disconnected(now: now)
    cutOff.insert(id)
    if will {
      let message = VirtualRobot.will(sessionEpoch: sessions[id] ?? 0)
      try handle(.connection(id, message))
    }
  }

  private mutating func deliver(_ outputs: [VirtualRobot.Output], from id: RobotID) throws {
    guard !cutOff.contains(id) else { return }
    for output in outputs {
      switch output {
      case .connection(let message): inbox.append(.connection(id, message))
      case .factsheet(let sheet): inbox.append(.factsheet(id, sheet))
      case .state(let state): inbox.append(.state(id, state))
      case .report(let report):
        for case .actionEnded(let action, let result) in report.events.map(\.event) {
          let text = "\(id) \(action) \(result)"
          if !done.contains(text) { done.append(text) }
        }
        inbox.append(.report(id, report))
        guard stutters else { continue }
        // Late ones come again, back to front.
        inbox += said[id, default: []].suffix(3).reversed().map { .report(id, $0) }
        said[id, default: []].append(report)
      }
    }
    try drain()
  }

  /// Hands one event to the fleet, and all that follows from it.
  mutating func handle(_ event: FleetEvent) throws {
    inbox.append(event)
    try drain()
  }

  private mutating func drain() throws {
    guard !isDraining else { return }
    isDraining = true
    defer { isDraining = false }
    while !inbox.isEmpty {
      let event = inbox.removeFirst()
      try take(fleet.handle(event, now: now))
    }
  }

  // MARK: Effects

  private mutating func take(_ batch: [FleetEffect]) throws {
    guard !batch.isEmpty else { return }
    checkOrder(batch)
    batches += 1
    if batches == crashAt {
      if crashCommits { try shelf.commit(batch) }
      return try restart()
    }
    try shelf.commit(batch)
    for effect in batch {
      switch effect {
      case .persist: break
      case .send(let id, let message):
        sent.append((id, message))
        try checkShelf(id, message)
        if losesActions, case .action = message.command { cutOff.insert(id) }
        guard !cutOff.contains(id) else { continue }
        let outputs = robots[id]?.receive(message, now: now) ?? []
        try deliver(outputs, from: id)
      case .heartbeat(let heartbeat):
        for id in robots.keys.sorted() where !cutOff.contains(id) {
          let outputs = robots[id]?.receive(heartbeat, now: now) ?? []
          try deliver(outputs, from: id)
        }
      case .reply(_, _, _, let reply): replies.append(reply)
      case .notice(let notice): notices.append(notice)
      case .superseded: break
      }
    }
  }

  /// What a message relies on is on the shelf.
  private func checkShelf(_ id: RobotID, _ message: ControlMessage) throws {
    guard let data = shelf.robots[id.text] else {
      return #expect(message.committedEvent == 0, "events of \(id) are confirmed, not stored")
    }
    let stored = try JSONDecoder().decode(StoredRobot.self, from: data)
    #expect(
      stored.sessionEpoch == message.sessionEpoch
        && stored.eventsHandled >= message.committedEvent)
    switch message.command {
    case .route(let update):
      let promise = try #require(stored.promise)
      #expect(promise.order == update.order && promise.update >= update.update)
      #expect(promise.released >= update.releasedThrough)
    case .action(let action):
      // Its end may have come in the same batch.
      #expect(stored.actionCount >= action.id)
      #expect(stored.action == nil || stored.action?.action == action)
    case .cancelAction(let action):
      #expect(stored.action == nil || stored.action?.action.id == action)
      #expect(stored.action?.isCancelling != false)
    case .unlock: #expect(stored.action?.isUnlocked != false)
    default: break
    }
  }

  private func checkOrder(_ batch: [FleetEffect]) {
    var isSending = false
    for effect in batch {
      if case .persist = effect {
        #expect(!isSending, "something is sent before \(effect) is durable")
      } else {
        isSending = true
      }
    }
  }

  /// The server dies and comes back with what is on the shelf.
  mutating func restart() throws {
    epoch += 1
    fleet = Fleet(site: site, settings: settings, serverEpoch: epoch, seed: Seed(epoch))
    for id in robots.keys.sorted() { try take(fleet.handle(.enrolled(id), now: now)) }
    try take(fleet.restore(try shelf.load(), now: now))
    try handle(.transport(isUp: true))
  }

  // MARK: Time

  mutating func run(_ seconds: Double, until isDone: (Yard) -> Bool = { _ in false }) throws {
    let end = now + .milliseconds(Int64(seconds * 1000))
    var step = 0
    while now < end, !isDone(self) {
      now = now + .milliseconds(50)
      step += 1
      for id in robots.keys.sorted() {
        let outputs = robots[id]?.advance(to: now) ?? []
        try deliver(outputs, from: id)
      }
      try handle(.tick)
      if step % 20 == 0 {
        #expect(QueueChecker().check(fleet.queueSnapshot()) == [], "at \(now)")
      }
      checkPlaces()
    }
  }

  /// No two robots come nearer to each other than cells allow.
  private func checkPlaces() {
    let all = robots.sorted { $0.key < $1.key }
    for (n, a) in all.enumerated() {
      for b in all.dropFirst(n + 1) {
        let (p, q) = (a.value.truePosition, b.value.truePosition)
        let gap = max(abs(p.x - q.x), abs(p.y - q.y))
        #expect(gap >= 600, "\(a.key) and \(b.key) are \(gap) mm apart at \(now)")
      }
    }
  }

  // MARK: Operators

  @discardableResult
  mutating func ask(_ command: OperatorCommand) throws -> OperatorReply {
    requests += 1
    return try ask(command, number: requests)
  }

  /// Submits until the task is known: a server that dies may not have heard of it.
  mutating func insist(_ body: TaskBody) throws -> TaskID {
    let id = try TaskID("t1")
    while record(id) == nil {
      requests += 1
      let spec = TaskSpec(body: body, priority: 4, robot: nil)
      let request = OperatorRequest(
        client: try ClientID("desk"), number: requests,
        body: .submitTask(key: try ClientKey("k1"), spec: spec))
      try handle(.request(try OperatorID("ann"), request))
      try run(0.1)
    }
    return id
  }

  @discardableResult
  mutating func ask(_ command: OperatorCommand, number: UInt64) throws -> OperatorReply {
    let request = OperatorRequest(
      client: try ClientID("desk"), number: number, body: command)
    try handle(.request(try OperatorID("ann"), request))
    return try #require(replies.last)
  }

  @discardableResult
  mutating func submit(
    _ body: TaskBody, key: String = "k1", robot: RobotID? = nil
  ) throws -> TaskID {
    let reply = try ask(
      .submitTask(
        key: try ClientKey(key), spec: TaskSpec(body: body, priority: 4, robot: robot)))
    guard case .task(let record) = reply else {
      Issue.record("refused: \(reply)")
      return try TaskID("none")
    }
    return record.id
  }

  func record(_ task: TaskID) -> TaskRecord? { fleet.tasks.record(task) }
  func state(_ task: TaskID) -> String { record(task)?.state.name ?? "none" }
  func place(_ id: RobotID) -> Cell? {
    robots[id].flatMap { site.vertex(containing: $0.truePosition) }.map(site.graph.cell)
  }
  var incidents: [String] { notices.filter { $0.kind == .incident }.map(\.text) }
}

extension Yard {
  /// r1 with a delivery, as soon as its route is as wished.
  static func driving(
    _ rows: [String], until isReady: (RoutePosition) -> Bool
  ) throws -> (yard: Yard, id: RobotID) {
    var yard = try Yard(rows)
    let id = try yard.add("r1", 0, 1)
    try yard.run(2)
    try yard.submit(try delivery("b", "a"))
    try yard.run(10) {
      isReady($0.fleet.traffic.position(of: $0.fleet.robots[0].index))
    }
    return (yard, id)
  }

  /// r1, which somebody has put where there is no road, (3, 0).
  static func offTheRoad() throws -> (yard: Yard, id: RobotID) {
    var yard = try Yard(["a..#..b", "...#...", ".......", "P.P.P.C"])
    let id = try yard.add("r1", 2, 2)
    try yard.run(10)
    _ = yard.robots[id]?.placeByHand(at: point(3, 0), now: yard.now)
    try yard.run(8)
    return (yard, id)
  }
}

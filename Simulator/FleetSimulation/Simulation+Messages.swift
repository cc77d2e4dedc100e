import Determinism
import FleetCore
import FleetModel
import FleetWire
import VirtualRobot

// The server's shell and the broker, as far as they matter here: bytes in, events to the core,
// effects out as bytes.
extension Simulation {
  // MARK: To the server

  /// What a robot says goes to the broker, and on to the server.
  mutating func speak(_ i: Int, _ outputs: [VirtualRobot.Output]) {
    for output in outputs {
      switch output {
      case .connection(let message): publish(.connection, i, codec.encode(message))
      case .factsheet(let factsheet): publish(.factsheet, i, codec.encode(factsheet))
      case .state(let state): publish(.state, i, codec.encode(state))
      case .report(let report):
        witness(i, report)
        publish(.report, i, codec.encode(report))
      }
    }
    scheduleWake(i)
  }

  mutating func publish(
    _ topic: RobotTopic, _ i: Int, _ bytes: [UInt8], isRetained: Bool = false
  ) {
    switch topic {
    case .connection: robots[i].retained.connection = bytes
    case .factsheet: robots[i].retained.factsheet = bytes
    case .state, .report, .control, .heartbeat: break
    }
    guard server.isConnected else { return }
    let way = network.send(
      channel: 6 * i + topic.rawValue, topic == .state ? .atMostOnce : .atLeastOnce, now: now)
    // What the broker keeps or says itself outlives the connection.
    let session = isRetained || topic == .connection ? nil : robots[i].session
    let message = ToServer(topic: topic, robot: i, session: session, broker: now, bytes: bytes)
    push(way.first, message)
    push(way.again, message)
  }

  private mutating func push(_ passage: SimulatedNetwork.Passage?, _ message: ToServer) {
    guard let passage else { return }
    var message = message
    var arrival = passage.arrival
    if message.session != nil {
      message.broker = passage.broker
      let silent = robots[message.robot].silentUntil
      if silent > now {
        // What a broken line holds up passes when it is whole again, if the connection still is.
        message.broker = silent + (passage.broker - now)
        arrival = silent + (passage.arrival - now)
      }
    }
    queue.push(.toServer(message), at: arrival, about: .server(of: message.robot))
  }

  mutating func arriveAtServer(_ message: ToServer) {
    let i = message.robot
    guard server.hears(since: message.broker) else { return }
    // Looked at in place: through the array's subscript all of the robot would be copied.
    if let session = message.session,
      !robots.withUnsafeBufferPointer({ $0[i].reachesBroker(session, at: message.broker) })
    {
      return
    }
    log(UInt64(16 * i + message.topic.rawValue), message.bytes)
    robots[i].record(message)
    let id = robots[i].id
    do throws(WireError) {
      switch message.topic {
      case .connection:
        let connection = try codec.decodeConnection(message.bytes)
        world.heard(i, session: connection.sessionEpoch)
        handle(.connection(id, connection))
      case .factsheet: handle(.factsheet(id, try codec.decodeFactsheet(message.bytes)))
      case .state:
        let state = try codec.decodeState(message.bytes)
        world.heard(i, session: state.sessionEpoch)
        handle(.state(id, state))
      case .report: take(try codec.decodeReport(message.bytes), from: i)
      case .control, .heartbeat: break
      }
    } catch {
      refuse(error)
    }
    if eventLog.count - lastQueueCheck >= queueCheckInterval { checkQueues() }
  }

  private mutating func take(_ report: RobotReport, from i: Int) {
    let id = robots[i].id
    let effects = feed(.report(id, report))
    let end = server.takeCrash()
    guard let done = survivors(of: effects, end) else { return crash(end) }
    world.reported(i, report, effects: done, robotID: id, now: now)
    carryOut(done)
    if let end { crash(end) }
  }

  mutating func refuse(_ error: WireError) {
    codecErrors += 1
    note(incident: "a message could not be decoded: \(error)")
  }

  mutating func checkQueues() {
    lastQueueCheck = eventLog.count
    guard server.isUp else { return }
    world.look(at: server.fleet.queueSnapshot(), now: now)
  }

  // MARK: From the server

  /// The server's clock.
  var serverTime: Instant { now + server.clockOffset }

  mutating func handle(_ event: FleetEvent) {
    guard server.isUp, server.stalled == nil else { return }
    let effects = feed(event)
    let end = server.takeCrash()
    guard let done = survivors(of: effects, end) else { return crash(end) }
    carryOut(done)
    if let end { crash(end) }
  }

  /// One event's effects: a transaction, then the messages.
  mutating func carryOut(_ effects: [FleetEffect]) {
    if server.stalled != nil {
      server.stalled?.append(contentsOf: effects)
      return
    }
    for effect in effects {
      switch effect {
      case .persist(let change): store(change)
      case .send(let id, let message): send(id, message)
      case .heartbeat(let heartbeat): beat(heartbeat)
      case .reply(_, _, let number, let reply):
        guard server.isConnected else { continue }
        let bytes = codec.encode(NumberedReply(number: number, reply: reply))
        queue.push(.reply(bytes), at: now + .milliseconds(scenario.network.delayMilliseconds))
      case .notice(let notice): tell(notice)
      case .superseded(let epoch):
        // Nobody has replaced this one.
        world.note("the server ends for one of epoch \(epoch), which there is not", now)
        server.die()
        return queue.push(.serverStarts, at: now + .seconds(2))
      }
    }
  }

  private mutating func store(_ change: FleetChange) {
    var i: Int?
    switch change {
    case .robot(let robot): i = number(of: robot.value.id)
    case .robotRemoved(let robot): i = number(of: robot)
    case .task, .zone, .audit: break
    }
    server.store.commit(change, robot: i)
    switch change {
    case .task(let task): stored(task.value.record)
    case .robot(let robot):
      guard let i else { break }
      world.stored(i, action: robot.value.action, isOnMap: robot.value.promise != nil)
    case .zone(let zone, let isClosed): world.zone(zone, isClosed: isClosed)
    case .robotRemoved, .audit: break
    }
  }

  /// nil: there is no such robot.
  private mutating func number(of id: RobotID) -> Int? {
    // Most effects of an event are about one robot.
    if lastNumber < robots.count, robots[lastNumber].id == id { return lastNumber }
    guard let i = numberOf[id] else { return nil }
    lastNumber = i
    return i
  }

  private mutating func send(_ id: RobotID, _ message: ControlMessage) {
    // What cannot be sent is not kept: the stream sends it again.
    guard server.isConnected, let i = number(of: id) else { return }
    world.sent(i, message, now: now)
    let way = network.send(
      channel: 6 * i + RobotTopic.control.rawValue, .atLeastOnce, now: now)
    let bytes = codec.encode(message)
    push(way.first, i, bytes, isHeartbeat: false)
    push(way.again, i, bytes, isHeartbeat: false)
  }

  private mutating func beat(_ heartbeat: Heartbeat) {
    guard server.isConnected else { return }
    let bytes = codec.encode(heartbeat)
    for i in robots.indices where robots[i].session != nil {
      let way = network.send(
        channel: 6 * i + RobotTopic.heartbeat.rawValue, .atMostOnce, now: now)
      push(way.first, i, bytes, isHeartbeat: true)
    }
  }

  mutating func push(
    _ passage: SimulatedNetwork.Passage?, _ i: Int, _ bytes: [UInt8], isHeartbeat: Bool
  ) {
    guard let passage else { return }
    let message = ToRobot(
      robot: i, isHeartbeat: isHeartbeat, connection: server.connection, broker: passage.broker,
      bytes: bytes)
    let deaf = robots[i].deafUntil
    let held = deaf > now ? deaf - now : .zero
    queue.push(.toRobot(message), at: passage.arrival + held, about: .robot(i))
  }

  private mutating func tell(_ notice: FleetNotice) {
    let bytes = codec.encode(notice)
    log(UInt64.max, bytes)
    guard notice.kind == .incident else { return }
    note(incident: notice.text)
  }

  mutating func note(incident: String) {
    incidentCount += 1
    if incidents.count < 100 { incidents.append("at \(elapsed.inSeconds) s: \(incident)") }
  }

  mutating func arriveAtRobot(_ message: ToRobot) {
    let i = message.robot
    // What a dead server has left may come late, after the words of the next one.
    if message.connection < server.connection || !server.isConnected, message.broker < now,
      server.lateUntil > now
    {
      var late = message
      late.broker = server.lateUntil
      return queue.push(.toRobot(late), at: server.lateUntil)
    }
    guard brokerIsUp, robots[i].session != nil, robots[i].connectedSince <= message.broker else {
      return
    }
    let topic = message.isHeartbeat ? RobotTopic.heartbeat : .control
    log(UInt64(16 * i + topic.rawValue), message.bytes)
    do throws(WireError) {
      if message.isHeartbeat {
        if heard?.bytes != message.bytes {
          heard = (message.bytes, try codec.decodeHeartbeat(message.bytes))
        }
        guard let heartbeat = heard?.heartbeat else { return }
        speak(i, robots[i].robot.receive(heartbeat, now: robots[i].clock.time(now)))
      } else {
        let control = try codec.decodeControl(message.bytes)
        let outputs = robots[i].robot.receive(control, now: robots[i].clock.time(now))
        speak(i, outputs)
      }
    } catch {
      refuse(error)
    }
  }

  // MARK: Operators

  /// - Parameter wanted: the class that the task is to keep busy; nil: none in particular.
  mutating func submit(_ order: TaskOrder, wanted: Int?) {
    let ticket = desk.ask(TaskDesk.Asked(kind: order.kind, wanted: wanted, code: order.code))
    let body = OperatorCommand.submitTask(key: ticket.key, spec: order.spec)
    desk.keepLatest(body, number: ticket.number)
    ask(body, number: ticket.number)
  }

  mutating func ask(_ body: OperatorCommand) { ask(body, number: desk.number()) }

  mutating func ask(_ body: OperatorCommand, number: UInt64) {
    let bytes = codec.encode(OperatorRequest(client: client, number: number, body: body))
    desk.keep(bytes, number: number, now: now)
    queue.push(.request(bytes), at: now + .milliseconds(scenario.network.delayMilliseconds))
  }

  /// What was not answered is asked again, under the same number and key.
  mutating func askAgain() {
    for bytes in desk.unanswered(since: now - .seconds(2), now: now) {
      queue.push(.request(bytes), at: now + .milliseconds(scenario.network.delayMilliseconds))
    }
  }

  mutating func request(_ bytes: [UInt8]) {
    guard server.hears(since: now) else { return }
    log(UInt64.max - 1, bytes)
    do throws(WireError) {
      handle(.request(user, try codec.decodeRequest(bytes)))
    } catch {
      refuse(error)
    }
  }

  mutating func reply(_ bytes: [UInt8]) {
    log(UInt64.max - 2, bytes)
    do throws(WireError) {
      let reply = try codec.decodeReply(bytes)
      desk.answered(reply.number, reply.reply)
    } catch {
      refuse(error)
    }
  }
}

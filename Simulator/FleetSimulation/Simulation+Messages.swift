import Determinism
import FleetCore
import FleetModel
import FleetWire
import VirtualRobot

// The server's shell and the broker, as far as they matter here: bytes in, events to the core,
// effects out as bytes.
extension Simulation {
  mutating func startServer() {
    serverIsUp = true
    for robot in robots { handle(.enrolled(robot.id)) }
    queue.push(.tick, at: now)
    for i in robots.indices {
      let retained = robots[i].retained
      if let bytes = retained.connection { publish(.connection, i, bytes, isRetained: true) }
      if let bytes = retained.factsheet { publish(.factsheet, i, bytes, isRetained: true) }
    }
  }

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
    guard serverIsUp else { return }
    // What the broker keeps or says itself outlives the connection.
    let connection = isRetained || topic == .connection ? nil : robots[i].connection
    let arrival = network.send(
      channel: 6 * i + topic.rawValue, topic == .state ? .atMostOnce : .atLeastOnce, now: now)
    for time in [arrival.first, arrival.again].compactMap({ $0 }) {
      queue.push(.toServer(topic, robot: i, connection: connection, bytes: bytes), at: time)
    }
  }

  mutating func arriveAtServer(
    _ topic: RobotTopic, _ i: Int, _ connection: Int?, _ bytes: [UInt8]
  ) {
    guard serverIsUp, connection.map({ $0 == robots[i].connection }) ?? true else { return }
    log(UInt64(16 * i + topic.rawValue), bytes)
    let id = robots[i].id
    do throws(WireError) {
      switch topic {
      case .connection:
        let message = try codec.decodeConnection(bytes)
        world.heard(i, session: message.sessionEpoch)
        handle(.connection(id, message))
      case .factsheet: handle(.factsheet(id, try codec.decodeFactsheet(bytes)))
      case .state:
        let state = try codec.decodeState(bytes)
        world.heard(i, session: state.sessionEpoch)
        handle(.state(id, state))
      case .report:
        let report = try codec.decodeReport(bytes)
        let effects = fleet.handle(.report(id, report), now: now)
        world.reported(i, report, effects: effects, robotID: id, now: now)
        carryOut(effects)
      case .control, .heartbeat: break
      }
    } catch {
      refuse(error)
    }
    if messages - lastQueueCheck >= Self.queueCheckInterval { checkQueues() }
  }

  mutating func refuse(_ error: WireError) {
    codecErrors += 1
    note(incident: "a message could not be decoded: \(error)")
  }

  mutating func checkQueues() {
    lastQueueCheck = messages
    world.look(at: fleet.queueSnapshot(), now: now)
  }

  // MARK: From the server

  mutating func handle(_ event: FleetEvent) { carryOut(fleet.handle(event, now: now)) }

  private mutating func carryOut(_ effects: [FleetEffect]) {
    for effect in effects {
      switch effect {
      case .persist(let change): store(change)
      case .send(let id, let message): send(id, message)
      case .heartbeat(let heartbeat): beat(heartbeat)
      case .reply(_, _, let number, let reply):
        let bytes = codec.encode(NumberedReply(number: number, reply: reply))
        queue.push(.reply(bytes), at: now + .milliseconds(scenario.network.delayMilliseconds))
      case .notice(let notice): tell(notice)
      }
    }
  }

  private mutating func store(_ change: FleetChange) {
    switch change {
    case .task(let task): stored(task.record)
    case .robot(let robot):
      if let i = numberOf[robot.id] { world.stored(i, robot) }
    case .robotRemoved, .zone, .audit: break
    }
  }

  private mutating func send(_ id: RobotID, _ message: ControlMessage) {
    guard let i = numberOf[id] else { return }
    if case .route(let update) = message.command { world.sent(i, update, now: now) }
    let bytes = codec.encode(message)
    let arrival = network.send(
      channel: 6 * i + RobotTopic.control.rawValue, .atLeastOnce, now: now)
    for time in [arrival.first, arrival.again].compactMap({ $0 }) {
      queue.push(
        .toRobot(robot: i, connection: robots[i].connection, isHeartbeat: false, bytes: bytes),
        at: time)
    }
  }

  private mutating func beat(_ heartbeat: Heartbeat) {
    let bytes = codec.encode(heartbeat)
    for i in robots.indices where robots[i].session != nil {
      let arrival = network.send(
        channel: 6 * i + RobotTopic.heartbeat.rawValue, .atMostOnce, now: now)
      guard let time = arrival.first else { continue }
      queue.push(
        .toRobot(robot: i, connection: robots[i].connection, isHeartbeat: true, bytes: bytes),
        at: time)
    }
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

  mutating func arriveAtRobot(
    _ i: Int, _ connection: Int, _ isHeartbeat: Bool, _ bytes: [UInt8]
  ) {
    guard connection == robots[i].connection, robots[i].session != nil else { return }
    let topic = isHeartbeat ? RobotTopic.heartbeat : .control
    log(UInt64(16 * i + topic.rawValue), bytes)
    do throws(WireError) {
      if isHeartbeat {
        speak(i, robots[i].robot.receive(try codec.decodeHeartbeat(bytes), now: now))
      } else {
        let message = try codec.decodeControl(bytes)
        let outputs = robots[i].robot.receive(message, now: now)
        speak(i, outputs)
      }
    } catch {
      refuse(error)
    }
  }

  // MARK: Operators

  mutating func ask(_ body: OperatorCommand) { ask(body, number: desk.number()) }

  mutating func ask(_ body: OperatorCommand, number: UInt64) {
    let bytes = codec.encode(OperatorRequest(client: client, number: number, body: body))
    queue.push(.request(bytes), at: now + .milliseconds(scenario.network.delayMilliseconds))
  }

  mutating func request(_ bytes: [UInt8]) {
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

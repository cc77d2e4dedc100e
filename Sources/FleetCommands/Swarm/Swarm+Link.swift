import Determinism
import FleetModel
import FleetWire
import MQTTTransport
import VirtualRobot

/// The topic names of one robot.
struct MemberTopics {
  let connection: String
  let factsheet: String
  let state: String
  let report: String
  let control: String
  let heartbeat: String

  init(_ topics: Topics, _ robot: RobotID) {
    connection = topics.connection(robot)
    factsheet = topics.factsheet(robot)
    state = topics.state(robot)
    report = topics.report(robot)
    control = topics.control(robot)
    heartbeat = topics.heartbeat
  }
}

// The robots' side of MQTT.
extension Swarm {
  /// A session epoch: microseconds of real time, so that it grows over restarts of the swarm.
  func nextEpoch(after last: UInt64) -> UInt64 {
    max(last + 1, UInt64(max(1, utc.now().microseconds)))
  }

  func will(_ topics: MemberTopics, _ epoch: UInt64) -> MQTTMessage {
    MQTTMessage(
      topic: topics.connection, payload: codec.encode(VirtualRobot.will(sessionEpoch: epoch)),
      qos: .atLeastOnce, retain: true)
  }

  func handle(_ events: [TransportEvent]) {
    for event in events {
      switch event {
      case .connected(let id): withMember(id, connected)
      case .disconnected(let id, let reason):
        withMember(id, disconnected)
        note("a connection was lost: \(reason)")
      case .unreachable(_, let reason): note(reason)
      case .refused(let id, let reason):
        withMember(id) { note("\(members[$0].robot.settings.id): \(reason)") }
      case .message(let id, let message): withMember(id) { receive(message, $0) }
      case .drained, .readable: break
      }
    }
  }

  private func withMember(_ id: ConnectionID, _ body: (Int) -> Void) {
    if let index = memberOfConnection[id.rawValue] { body(index) }
  }

  private func connected(_ index: Int) {
    report.connects += 1
    let epoch = members[index].sessionEpoch
    say(members[index].robot.connect(sessionEpoch: epoch, now: now), index)
  }

  /// The session is over; the next one gets its epoch and its will.
  func disconnected(_ index: Int) {
    members[index].robot.disconnected(now: now)
    let epoch = nextEpoch(after: members[index].sessionEpoch)
    members[index].sessionEpoch = epoch
    do throws(TransportError) {
      try loop.updateWill(members[index].connection, will(members[index].topics, epoch))
    } catch { note(error.description) }
  }

  private func receive(_ message: MQTTMessage, _ index: Int) {
    report.status.messagesReceived += 1
    do throws(WireError) {
      if message.topic == members[index].topics.heartbeat {
        let heartbeat = try decodeHeartbeat(message.payload)
        say(members[index].robot.receive(heartbeat, now: now), index)
      } else if message.topic == members[index].topics.control {
        let control = try codec.decodeControl(message.payload)
        say(members[index].robot.receive(control, now: now), index)
      }
    } catch { note("\(message.topic): \(error)") }
  }

  /// All robots get the same bytes.
  private func decodeHeartbeat(_ bytes: [UInt8]) throws(WireError) -> Heartbeat {
    if let last = lastHeartbeat, last.bytes == bytes { return last.value }
    let value = try codec.decodeHeartbeat(bytes)
    lastHeartbeat = (bytes, value)
    return value
  }

  /// Publishes what robot `index` says.
  func say(_ outputs: [VirtualRobot.Output], _ index: Int) {
    for output in outputs { publish(output, index) }
  }

  private func publish(_ output: VirtualRobot.Output, _ index: Int) {
    let message = encode(output, members[index].topics)
    do throws(TransportError) {
      try loop.publish(message, on: members[index].connection)
      report.status.messagesSent += 1
    } catch {
      switch error {
      // The loss itself comes as an event.
      case .notConnected: break
      case .backpressure: report.messagesDropped += 1
      case .system, .invalidSettings, .unknownConnection, .unsendable: note(error.description)
      }
    }
  }

  private func encode(_ output: VirtualRobot.Output, _ topics: MemberTopics) -> MQTTMessage {
    switch output {
    case .connection(let value):
      MQTTMessage(
        topic: topics.connection, payload: codec.encode(value), qos: .atLeastOnce, retain: true)
    case .factsheet(let value):
      MQTTMessage(
        topic: topics.factsheet, payload: codec.encode(value), qos: .atLeastOnce, retain: true)
    case .state(let value):
      MQTTMessage(topic: topics.state, payload: codec.encode(value), qos: .atMostOnce)
    case .report(let value):
      MQTTMessage(topic: topics.report, payload: codec.encode(value), qos: .atLeastOnce)
    }
  }

  /// Says goodbye for all robots and waits for it to be sent.
  func sayGoodbye() {
    for index in members.indices {
      say(members[index].robot.disconnect(now: now), index)
      do throws(TransportError) {
        try loop.remove(members[index].connection)
      } catch { note(error.description) }
    }
    let patience = utc.now() + .seconds(3)
    while loop.isClosing, utc.now() < patience { _ = loop.poll(timeout: .milliseconds(20)) }
  }
}

import Determinism
import FleetCore
import FleetModel
import FleetWire
import MQTTTransport

// Messages into events. Who speaks is taken from the topic, which the broker checks; what cannot
// be decoded is said in the log and dropped: robots repeat what was not confirmed.
extension FleetServer {
  func receive(_ message: MQTTMessage) {
    guard let topic = topics.parse(message.topic) else {
      complain(message.topic, "a topic that is none of this site's")
      return
    }
    do throws(WireError) {
      try receive(topic, message)
    } catch {
      complain(message.topic, error.description)
      if let robot = topic.robot { garbage(robot, error) }
    }
  }

  private func receive(_ topic: TopicName, _ message: MQTTMessage) throws(WireError) {
    let payload = message.payload
    // An empty retained message is how a retained one is deleted.
    if payload.isEmpty { return }
    switch topic {
    case .connection(let robot):
      handle(.connection(robot, try codec.decodeConnection(payload)), payload)
    case .factsheet(let robot):
      handle(.factsheet(robot, try codec.decodeFactsheet(payload)), payload)
    case .state(let robot): handle(.state(robot, try codec.decodeState(payload)), payload)
    case .report(let robot):
      if reportReceived == nil { reportReceived = .now }
      handle(.report(robot, try codec.decodeReport(payload)), payload)
    case .requests(let user): request(user, try codec.decodeRequest(payload), payload)
    case .control, .heartbeat, .events, .replies:
      complain(message.topic, "a topic on which only the server speaks")
    }
  }

  /// Everything that the core is told goes through here, and so onto the flight recorder.
  /// - Parameter payload: the message as it came, for events that are one.
  func handle(_ event: FleetEvent, _ payload: [UInt8] = []) {
    let now = clock.now()
    recorder?.record(event, payload: payload, now: now)
    batch += fleet.handle(event, now: now)
  }

  private func garbage(_ robot: RobotID, _ error: WireError) {
    guard complaints.mayComplain("garbage \(robot)", clock.now()) else { return }
    let notice = FleetNotice(
      kind: .incident, time: clock.now(), robot: robot, task: nil,
      text: "\(robot) sent what cannot be read: \(error)")
    batch.append(.notice(notice))
  }

  private func complain(_ topic: String, _ reason: String) {
    guard complaints.mayComplain(topic, clock.now()) else { return }
    log.warning(
      "message dropped", metadata: ["topic": "\(topic.prefix(128))", "reason": "\(reason)"])
  }
}

extension TopicName {
  /// The robot whose topic it is.
  fileprivate var robot: RobotID? {
    switch self {
    case .connection(let robot), .factsheet(let robot), .state(let robot), .report(let robot),
      .control(let robot):
      robot
    case .heartbeat, .events, .requests, .replies: nil
    }
  }
}

import Determinism
import FleetModel
import FleetWire
import Foundation
import MQTTTransport

/// An operator's connection: numbered requests out, the reply of the same number back. Requests are
/// sent again until answered; the server does a number once, however often it comes.
final class OperatorClient: OperatorChannel {
  private let loop: MQTTLoop
  private let connection: ConnectionID
  private let access: OperatorAccess
  private let topics: Topics
  private let client: ClientID
  private let codec = WireCodec()
  private let clock = ContinuousClock()
  private var lastNumber: UInt64 = 0
  private var trouble: String?
  private var notices: [FleetNotice] = []

  /// How often an unanswered request is sent again.
  private static let resendInterval = Duration.seconds(2)

  init(_ access: OperatorAccess, notices: Bool) throws(CommandFailure) {
    self.access = access
    topics = Topics(site: access.site)
    let events = notices ? [MQTTSubscription(topics.events, qos: .atMostOnce)] : []
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    do {
      client = try ClientID("drover-\(random)")
      loop = try MQTTLoop()
      connection = try loop.add(
        MQTTConnectionSettings(
          endpoint: access.endpoint, clientID: client.text, username: access.user.text,
          password: access.password,
          subscriptions: [
            MQTTSubscription(topics.replies(access.user, client), qos: .atLeastOnce)
          ] + events))
    } catch {
      throw .unreachable("cannot set up the connection: \(error)", hint: "")
    }
  }

  deinit {
    do {
      try loop.remove(connection)
      let deadline = clock.now + .milliseconds(500)
      while loop.isClosing, clock.now < deadline { _ = loop.poll(timeout: .milliseconds(50)) }
    } catch {
      // The connection was gone already.
    }
  }

  func ask(
    _ command: OperatorCommand, patience: Duration
  ) throws(CommandFailure) -> OperatorReply {
    lastNumber += 1
    let request = OperatorRequest(client: client, number: lastNumber, body: command)
    let payload = codec.encode(request)
    let deadline = clock.now + patience
    var nextSend = clock.now
    while clock.now < deadline {
      if loop.isConnected(connection), clock.now >= nextSend {
        try send(payload)
        nextSend = clock.now + Self.resendInterval
      }
      let wait = min(deadline, max(nextSend, clock.now + .milliseconds(20)))
      for event in loop.poll(timeout: clock.now.duration(to: wait)) {
        if let reply = try handle(event, number: request.number) { return reply }
      }
    }
    throw silence(patience)
  }

  func takeNotices() -> [FleetNotice] {
    defer { notices = [] }
    return notices
  }

  private func send(_ payload: [UInt8]) throws(CommandFailure) {
    let topic = topics.requests(access.user)
    do throws(TransportError) {
      try loop.publish(
        MQTTMessage(topic: topic, payload: payload, qos: .atLeastOnce), on: connection)
    } catch .notConnected, .backpressure {
      return
    } catch {
      throw CommandFailure("unreachable", error.description, status: .unreachable)
    }
  }

  /// Takes an event in. Returns: the reply with `number`, when it is that.
  private func handle(
    _ event: TransportEvent, number: UInt64
  ) throws(CommandFailure) -> OperatorReply? {
    switch event {
    case .message(_, let message):
      if message.topic == topics.events {
        try take(message.payload)
        return nil
      }
      return try reply(message.payload, number: number)
    case .refused(_, let reason):
      throw .unreachable(
        "the broker at \(access.endpoint.url) refused \(access.user): \(reason)",
        hint: "is this operator still enrolled? see `drover operator enrol --help`")
    case .disconnected(_, let reason), .unreachable(_, let reason):
      trouble = reason
    case .connected, .drained, .readable:
      trouble = nil
    }
    return nil
  }

  private func reply(_ payload: [UInt8], number: UInt64) throws(CommandFailure) -> OperatorReply? {
    do {
      let answer = try codec.decodeReply(payload)
      return answer.number == number ? answer.reply : nil
    } catch {
      throw CommandFailure(
        "protocol", "cannot read the server's answer: \(error)",
        hint: "are server and command of the same version?")
    }
  }

  private func take(_ payload: [UInt8]) throws(CommandFailure) {
    do throws(WireError) {
      notices.append(try codec.decodeNotice(payload))
    } catch {
      throw CommandFailure("protocol", "cannot read a notice of the server: \(error)")
    }
  }

  private func silence(_ patience: Duration) -> CommandFailure {
    let seconds = Int(patience.inSeconds.rounded())
    if let trouble {
      return .unreachable(
        "\(trouble)", hint: "is the server running? start it with `drover serve \(access.site)`")
    }
    return CommandFailure(
      "timeout", "the server of \(access.site) did not answer within \(seconds) s",
      hint: "it may be starting or overloaded: try again, or look at its log",
      status: .unreachable)
  }
}

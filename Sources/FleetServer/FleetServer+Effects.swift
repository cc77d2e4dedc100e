import Determinism
import FleetCore
import FleetModel
import FleetPorts
import FleetWire
import Foundation
import Logging
import MQTTTransport

// Effects out: one transaction, then the messages.
extension FleetServer {
  /// Carries out the batch. While the store cannot be written nothing is sent and nothing more is
  /// handled: no heartbeat goes out, and robots stop at the end of what they have.
  func carryOut() {
    defer {
      batch.removeAll(keepingCapacity: true)
      reportReceived = nil
    }
    guard !batch.isEmpty else { return }
    let changes: [StoreChange]
    do throws(ServerError) {
      changes = try storeCodec.changes(of: batch, totals: fleet.endedTotals, now: clock.now())
    } catch {
      preconditionFailure("\(error)")
    }
    guard commit(changes) else { return }
    digest = EffectDigest()
    if recorder != nil { for case .persist(let change) in batch { digest.add(change) } }
    for effect in batch { send(effect) }
    recorder?.endBatch(digest.value, now: clock.now())
    if let recorder, recorder.isSegmentFull { recorder.turn(fleet.rebase()) }
  }

  /// Messages that come while the store cannot be written are dropped; afterwards the connection is
  /// made anew (`reconnect`), and everybody repeats what was not confirmed, as after a lost link.
  /// - Returns: false when the server is to stop and the batch could not be written.
  private func commit(_ changes: [StoreChange]) -> Bool {
    while true {
      do throws(StoreError) {
        try storage.commit(changes)
        return true
      } catch {
        hasDropped = true
        if complaints.mayComplain("store", clock.now()) {
          log.critical(
            "the store cannot be written: nothing is sent until it can",
            metadata: ["reason": "\(error)", "hint": "\(error.hint)"])
        }
      }
      if waitForStore() { return false }
    }
  }

  /// A second, however much comes in. - Returns: true when a signal has come.
  private func waitForStore() -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(1)
    while clock.now < end {
      for event in loop.poll(timeout: clock.now.duration(to: end)) {
        if case .readable = event, signals.read() != nil {
          isStopping = true
          return true
        }
      }
    }
    return false
  }

  /// After messages were dropped: the broker tells again what it has retained.
  func reconnect() {
    guard hasDropped, !isStopping else { return }
    hasDropped = false
    log.notice("the store can be written again")
    do throws(TransportError) {
      try loop.abort(connection, reconnectAfter: .zero)
    } catch {
      log.warning("not reconnected", metadata: ["reason": "\(error)"])
    }
    lost("starting afresh after trouble with the store")
  }

  private func send(_ effect: FleetEffect) {
    switch effect {
    case .persist: break
    case .send(let robot, let message):
      let payload = codec.encode(message)
      if recorder != nil { digest.add(robot, payload) }
      publish(topics.control(robot), payload, .atLeastOnce)
      if case .route = message.command, let received = reportReceived {
        latency.record(received.duration(to: .now))
      }
    case .heartbeat(let heartbeat):
      if recorder != nil { digest.add(heartbeat) }
      publish(topics.heartbeat, codec.encode(heartbeat), .atMostOnce)
    case .notice(let notice): tell(notice)
    case .reply(let user, let client, let number, let reply):
      self.reply(user, client, number, reply)
    case .superseded(let epoch):
      successor = epoch
      isStopping = true
    }
  }

  func reply(_ user: OperatorID, _ client: ClientID, _ number: UInt64, _ reply: OperatorReply) {
    var reply = reply
    if case .statistics(let figures) = reply { reply = .statistics(completed(figures)) }
    let bytes = codec.encode(NumberedReply(number: number, reply: reply))
    publish(topics.replies(user, client), bytes, .atLeastOnce)
  }

  private func tell(_ notice: FleetNotice) {
    publish(topics.events, codec.encode(notice), .atMostOnce)
    var metadata: Logger.Metadata = [:]
    if let robot = notice.robot { metadata["robot"] = "\(robot)" }
    if let task = notice.task { metadata["task"] = "\(task)" }
    switch notice.kind {
    case .incident: log.warning("\(notice.text)", metadata: metadata)
    case .zoneChanged: log.notice("\(notice.text)", metadata: metadata)
    case .robotChanged, .taskChanged: log.info("\(notice.text)", metadata: metadata)
    }
  }

  private func publish(_ topic: String, _ payload: [UInt8], _ qos: QoS) {
    // What is not sent now is asked for again: controls by their numbers, replies by the client.
    guard isConnected else { return }
    do throws(TransportError) {
      try loop.publish(
        MQTTMessage(topic: topic, payload: payload, qos: qos, retain: false), on: connection)
      messagesOut += 1
    } catch {
      guard complaints.mayComplain("publish", clock.now()) else { return }
      log.warning("message not sent", metadata: ["topic": "\(topic)", "reason": "\(error)"])
    }
  }

  /// The core's figures with the server's own.
  private func completed(_ figures: FleetStatistics) -> FleetStatistics {
    var result = figures
    result.messagesIn = messagesIn
    result.messagesOut = messagesOut
    result.releaseLatencyP50Microseconds = latency.microseconds(atShare: 0.5)
    result.releaseLatencyP99Microseconds = latency.microseconds(atShare: 0.99)
    result.invariantViolations = violations
    result.cpuMicroseconds = ProcessTime.used.wholeMicroseconds
    result.brokerCPUMicroseconds = broker?.processorTime?.wholeMicroseconds ?? 0
    return result
  }
}

import Determinism
import FleetCore
import FleetModel
import FleetPorts
import FleetWire
import MQTTTransport

// Requests: the role is checked here as well as by the broker, and credentials are made and revoked
// here, around the core.
extension FleetServer {
  func request(_ user: OperatorID, _ request: OperatorRequest, _ payload: [UInt8]) {
    guard operators.contains(user) else {
      reply(
        user, request.client, request.number,
        .refused(Refusal(.notAllowed, "\(user) is not enrolled as an operator")))
      return
    }
    switch request.body {
    case .enrol(let name, let role): answer(user, request) { enrol(name, role, user) }
    case .removeEnrolment(let name, let role): answer(user, request) { remove(name, role, user) }
    default:
      do throws(ServerError) {
        try recall(for: request.body)
      } catch {
        log.error("a request is refused", metadata: ["reason": "\(error)"])
        let refusal = Refusal(.unavailable, error.description, hint: error.hint)
        return reply(user, request.client, request.number, .refused(refusal))
      }
      handle(.request(user, request), payload)
    }
  }

  /// Memory holds the newest of the ended tasks, the store all of them: a request about another one
  /// brings it back first. So a key means the same task for ever.
  private func recall(for command: OperatorCommand) throws(ServerError) {
    let record: TaskRecord?
    switch command {
    case .submitTask(let key, _):
      record = fleet.holdsTask(key) ? nil : try storeCodec.endedTask(key, in: storage)
    case .showTask(let id), .explainTask(let id), .cancelTask(let id), .pauseTask(let id),
      .resumeTask(let id), .releaseTask(let id, _):
      record = fleet.holdsTask(id) ? nil : try storeCodec.endedTask(id, in: storage)
    default: record = nil
    }
    if let record { handle(.recalled(record)) }
  }

  /// Lets somebody take part: what the broker lets in, the server must know as well.
  func admit(_ name: String, _ role: Role) {
    do throws(IdentifierError) {
      switch role {
      case .robot: handle(.enrolled(try RobotID(name)))
      case .operator: operators.insert(try OperatorID(name))
      }
    } catch {
      log.error("enrolment skipped", metadata: ["reason": "\(error)"])
    }
  }

  private func answer(
    _ user: OperatorID, _ request: OperatorRequest, _ act: () -> OperatorReply
  ) {
    let known = credentialReplies.reply(to: request.client, number: request.number)
    let reply = known ?? act()
    if known == nil {
      credentialReplies.remember(reply, to: request.client, number: request.number)
    }
    // What was decided so far is durable before anybody hears of it.
    batch.append(.reply(user, request.client, number: request.number, reply))
  }

  private func enrol(_ name: String, _ role: Role, _ user: OperatorID) -> OperatorReply {
    let now = clock.now()
    do throws(EnrolmentError) {
      let password = try desk.enrol(name, role, by: user, now: now.microseconds)
      try applyAccounts()
      admit(name, role)
      return .credential(name: name, password: password)
    } catch { return .refused(error.refusal) }
  }

  private func remove(_ name: String, _ role: Role, _ user: OperatorID) -> OperatorReply {
    do throws(EnrolmentError) {
      try desk.remove(name, role, by: user, now: clock.now().microseconds)
      try applyAccounts()
    } catch { return .refused(error.refusal) }
    do throws(IdentifierError) {
      switch role {
      case .robot:
        let robot = try RobotID(name)
        handle(.removed(robot))
        clearRetained(robot)
      case .operator: operators.remove(try OperatorID(name))
      }
    } catch { return .refused(Refusal(.invalid, error.description)) }
    return .done
  }

  private func applyAccounts() throws(EnrolmentError) {
    guard let broker else { return }
    let accounts = try desk.accounts()
    do throws(BrokerError) {
      try broker.apply(accounts: accounts)
    } catch { throw .hashing(error.description) }
  }

  /// The robot's retained words would greet its next namesake.
  private func clearRetained(_ robot: RobotID) {
    for topic in [topics.connection(robot), topics.factsheet(robot)] {
      do throws(TransportError) {
        try loop.publish(
          MQTTMessage(topic: topic, payload: [], qos: .atLeastOnce, retain: true), on: connection)
      } catch {
        log.warning("not cleared", metadata: ["topic": "\(topic)", "reason": "\(error)"])
      }
    }
  }
}

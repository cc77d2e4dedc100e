import FleetModel
import FleetPorts
import FleetWire
import MQTTTransport

/// The accounts of the private broker, made from the enrolments: who may speak, and on what.
public struct CredentialDesk {
  private let enrolments: Enrolments
  private let topics: Topics
  /// The server's owner on this machine: an operator whose password is new at every start.
  private let owner: Enrolments.Enrolment?

  init(
    _ storage: any FleetStorage, topics: Topics, owner: Enrolments.Enrolment?
  ) {
    enrolments = Enrolments(storage, hash: Self.hash)
    self.topics = topics
    self.owner = owner
  }

  /// The broker's hashes of passwords.
  public static func hash(_ passwords: [String]) throws(EnrolmentError) -> [String] {
    do throws(BrokerError) {
      return try PrivateBroker.hash(passwords: passwords)
    } catch { throw .hashing(error.description) }
  }

  func all() throws(EnrolmentError) -> [Enrolments.Enrolment] {
    try enrolments.all() + (owner.map { [$0] } ?? [])
  }

  func enrol(
    _ name: String, _ role: Role, by actor: OperatorID, now: Int64
  ) throws(EnrolmentError) -> String {
    try enrolments.enrol(name: name, role: role, by: actor.text, timeMicroseconds: now)
  }

  func remove(
    _ name: String, _ role: Role, by actor: OperatorID, now: Int64
  ) throws(EnrolmentError) {
    try enrolments.remove(name: name, role: role, by: actor.text, timeMicroseconds: now)
  }

  /// What the broker must know of everybody.
  func accounts() throws(EnrolmentError) -> [BrokerAccount] { try accounts(of: try all()) }

  /// What the broker must know of these.
  func accounts(
    of enrolled: [Enrolments.Enrolment]
  ) throws(EnrolmentError) -> [BrokerAccount] {
    var accounts: [BrokerAccount] = []
    for enrolment in enrolled { accounts.append(try account(enrolment)) }
    return accounts
  }

  private func account(_ enrolment: Enrolments.Enrolment) throws(EnrolmentError) -> BrokerAccount {
    do throws(IdentifierError) {
      let role: BrokerAccount.Role
      let permissions: [Permission]
      switch enrolment.role {
      case .robot:
        role = .robot
        permissions = topics.permissions(robot: try RobotID(enrolment.name))
      case .operator:
        role = .operator
        permissions = topics.permissions(operator: try OperatorID(enrolment.name))
      }
      return BrokerAccount(
        username: enrolment.name, passwordHash: enrolment.hash, role: role,
        access: permissions.map(Self.rule))
    } catch { throw .badName(enrolment.name) }
  }

  static func rule(_ permission: Permission) -> BrokerAccessRule {
    switch permission.access {
    case .read: BrokerAccessRule(.read, permission.filter)
    case .write: BrokerAccessRule(.write, permission.filter)
    }
  }
}

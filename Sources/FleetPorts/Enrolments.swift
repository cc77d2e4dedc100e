import FleetModel
import Foundation

/// Who may connect: the table of robots and operators with their password hashes, from which the
/// broker's password and access files are written.
///
/// Robots and operators share one space of names, as users of the broker do. Names that begin with
/// `drover-` are the program's own.
public struct Enrolments {
  /// One who may connect.
  public struct Enrolment: Sendable, Equatable {
    public var name: String
    public var role: Role
    /// As the broker's password file wants it.
    public var hash: String

    public init(name: String, role: Role, hash: String) {
      self.name = name
      self.role = role
      self.hash = hash
    }
  }

  private struct Stored: Codable {
    var hash: String
    var role: String
  }

  private let storage: any FleetStorage
  private let hash: ([String]) throws(EnrolmentError) -> [String]

  /// - Parameter hash: the broker's hashes of passwords, in their order.
  public init(
    _ storage: any FleetStorage, hash: @escaping ([String]) throws(EnrolmentError) -> [String]
  ) {
    self.storage = storage
    self.hash = hash
  }

  /// Everybody enrolled: operators, then robots, by name.
  /// - Complexity: O(enrolments)
  public func all() throws(EnrolmentError) -> [Enrolment] {
    var enrolments: [Enrolment] = []
    let decoder = JSONDecoder()
    for entry in try entries() { enrolments.append(try Self.decode(entry, decoder)) }
    return enrolments
  }

  /// Enrols `name` and makes its password, which is kept nowhere: only its hash is.
  /// - Throws: `.badName`, `.reserved`, `.exists`, `.hashing`, `.store`.
  public func enrol(
    name: String, role: Role, by actor: String, timeMicroseconds: Int64
  ) throws(EnrolmentError) -> String {
    try enrol(names: [name], role: role, by: actor, timeMicroseconds: timeMicroseconds)[0]
  }

  /// Enrols many at once, all or none; returns their passwords in the order of the names.
  public func enrol(
    names: [String], role: Role, by actor: String, timeMicroseconds: Int64
  ) throws(EnrolmentError) -> [String] {
    var seen: Set<String> = []
    for name in names {
      try Self.check(name)
      guard seen.insert(name).inserted else { throw .exists(name: name, role: role) }
      for other in Role.allCases where try value(Self.key(name, other)) != nil {
        throw .exists(name: name, role: other)
      }
    }
    let passwords = names.map { _ in Self.randomPassword() }
    var changes: [StoreChange] = []
    for (name, hash) in zip(names, try hash(passwords)) {
      changes.append(try Self.put(Enrolment(name: name, role: role, hash: hash)))
      let line = AuditLine(
        timeMicroseconds: timeMicroseconds, actor: actor, action: "enrol",
        detail: Self.key(name, role))
      changes.append(.audit(line))
    }
    precondition(changes.count == 2 * names.count, "\(changes.count) changes for \(names.count)")
    try commit(changes)
    return passwords
  }

  /// Takes the credential of `name` away.
  /// - Throws: `.unknown`, `.store`.
  public func remove(
    name: String, role: Role, by actor: String, timeMicroseconds: Int64
  ) throws(EnrolmentError) {
    let key = Self.key(name, role)
    guard try value(key) != nil else { throw .unknown(name: name, role: role) }
    let line = AuditLine(
      timeMicroseconds: timeMicroseconds, actor: actor, action: "removeEnrolment", detail: key)
    try commit([.delete(.enrolments, key: key), .audit(line)])
  }

  /// Whether `name` can be enrolled.
  public static func check(_ name: String) throws(EnrolmentError) {
    guard RobotID.isValid(name) else { throw .badName(name) }
    if name.lowercased().hasPrefix("drover-") { throw .reserved(name) }
  }

  /// 24 letters and digits: 142 bits of the system's chance.
  public static func randomPassword() -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    var random = SystemRandomNumberGenerator()
    return String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
  }

  // MARK: - Storage

  private static func key(_ name: String, _ role: Role) -> String { "\(role)/\(name)" }

  private func entries() throws(EnrolmentError) -> [(key: String, value: [UInt8])] {
    do throws(StoreError) {
      return try storage.load(.enrolments)
    } catch { throw .store(error) }
  }

  private func value(_ key: String) throws(EnrolmentError) -> [UInt8]? {
    do throws(StoreError) {
      return try storage.value(.enrolments, key: key)
    } catch { throw .store(error) }
  }

  private func commit(_ changes: [StoreChange]) throws(EnrolmentError) {
    do throws(StoreError) {
      try storage.commit(changes)
    } catch { throw .store(error) }
  }

  private static func put(_ enrolment: Enrolment) throws(EnrolmentError) -> StoreChange {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let stored = Stored(hash: enrolment.hash, role: "\(enrolment.role)")
      let value = [UInt8](try encoder.encode(stored))
      return .put(.enrolments, key: key(enrolment.name, enrolment.role), value: value)
    } catch {
      throw .unreadable(key: enrolment.name)
    }
  }

  private static func decode(
    _ entry: (key: String, value: [UInt8]), _ decoder: JSONDecoder
  ) throws(EnrolmentError) -> Enrolment {
    do {
      let stored = try decoder.decode(Stored.self, from: Data(entry.value))
      for role in Role.allCases where stored.role == "\(role)" {
        let name = String(entry.key.dropFirst(stored.role.utf8.count + 1))
        guard entry.key == key(name, role) else { break }
        return Enrolment(name: name, role: role, hash: stored.hash)
      }
    } catch {
      throw .unreadable(key: entry.key)
    }
    throw .unreadable(key: entry.key)
  }
}

/// Why a credential was not made or not taken away.
public enum EnrolmentError: Error, Sendable, Equatable {
  case badName(String)
  case reserved(String)
  case exists(name: String, role: Role)
  case unknown(name: String, role: Role)
  /// The password could not be hashed.
  case hashing(String)
  case unreadable(key: String)
  case store(StoreError)

  /// The refusal an operator gets.
  public var refusal: Refusal {
    switch self {
    case .badName(let name):
      Refusal(.invalid, "\"\(name)\" is no valid name", hint: "use 1 to 64 of A-Z a-z 0-9 _ -")
    case .reserved(let name):
      Refusal(
        .invalid, "\"\(name)\" is not free: names that begin with drover- are the program's own",
        hint: "choose another name")
    case .exists(let name, let role):
      Refusal(
        .exists, "there is already \(role == .robot ? "a robot" : "an operator") \(name)",
        hint: "for a new password: `drover \(role) remove \(name)`, then enrol it again")
    case .unknown(let name, .robot):
      Refusal(.unknownRobot, "no robot \(name) is enrolled", hint: "see `drover robot list`")
    case .unknown(let name, .operator):
      Refusal(.invalid, "no operator \(name) is enrolled")
    case .hashing(let reason): Refusal(.unavailable, "cannot hash the password: \(reason)")
    case .unreadable(let key): Refusal(.unavailable, "the enrolment \(key) is damaged")
    case .store(let error): Refusal(.unavailable, error.description, hint: error.hint)
    }
  }
}

extension EnrolmentError: CustomStringConvertible {
  public var description: String { refusal.message }
}

/// What an account may do with the topics that a filter matches.
public enum BrokerAccess: String, Hashable, Sendable {
  /// Receive.
  case read
  /// Publish (and leave as a will).
  case write
  /// Both.
  case readwrite
}

/// One line of an account's access list. What no line allows is denied.
public struct BrokerAccessRule: Hashable, Sendable {
  /// What is allowed.
  public var access: BrokerAccess
  /// On which topics.
  public var filter: String

  /// Makes a rule.
  public init(_ access: BrokerAccess, _ filter: String) {
    self.access = access
    self.filter = filter
  }
}

/// Somebody who may connect to the private broker. (The server is no account: the broker makes
/// a credential for it at every start.)
public struct BrokerAccount: Hashable, Sendable {
  /// Which listener lets the account in, and how its client id is bound.
  public enum Role: Hashable, Sendable {
    /// One connection: its client id is its user name, whatever it sends.
    case robot
    /// Any number of connections, with client ids that begin with `drover-`.
    case `operator`
  }

  /// `[A-Za-z0-9_-]{1,64}`, and for a robot not beginning with `drover-`.
  public var username: String
  /// As `PrivateBroker.hash(passwords:)` gives it.
  public var passwordHash: String
  /// Robot or operator.
  public var role: Role
  /// What it may publish and receive.
  public var access: [BrokerAccessRule]

  /// Makes an account.
  public init(username: String, passwordHash: String, role: Role, access: [BrokerAccessRule]) {
    self.username = username
    self.passwordHash = passwordHash
    self.role = role
    self.access = access
  }

  /// Why the broker could not take this account, or nil.
  var fault: String? {
    if let fault = Self.fault(ofUsername: username, role: role) { return fault }
    guard passwordHash.hasPrefix("$"), !passwordHash.contains(where: \.isWhitespace) else {
      return "the password of '\(username)' is not hashed"
    }
    for rule in access where rule.filter.isEmpty || rule.filter.contains(where: \.isNewline) {
      return "'\(rule.filter)' in the access list of '\(username)' is no topic filter"
    }
    return nil
  }

  /// Why nobody of this role can have this name, or nil.
  ///
  /// A robot's client id is its name and an operator's begins with `drover-`; that no robot's
  /// name does is what keeps them from throwing each other out of the broker.
  public static func fault(ofUsername username: String, role: Role) -> String? {
    let bytes = username.utf8
    let allowed = bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, (1...64).contains(bytes.count) else {
      return "'\(username)' is no name: use 1 to 64 of A-Z a-z 0-9 _ -"
    }
    if role == .robot, username.hasPrefix(PrivateBroker.clientIDPrefix) {
      return "a robot's name cannot begin with '\(PrivateBroker.clientIDPrefix)': '\(username)'"
    }
    return nil
  }
}

import Foundation

/// The texts of the broker's files: pure functions of the settings and accounts.
///
/// Two kinds of listener, because mosquitto can bind client ids to user names only for a whole
/// listener. The robots' and the server's do: their client id *is* their user name. The
/// operators' does not, so that an operator may hold several connections. mosquitto checks
/// `clientid_prefixes` against the id a client sends, before it is replaced by the user name;
/// so an operator's id begins with `drover-`, and no robot's (`BrokerAccount.fault`) nor the
/// server's does: nobody can take the client id, and with it the connection, of another role.
/// (An operator who knows another operator's client id can take it, so those carry a random part.)
/// The server has a listener and a password file of its own, so that no other listener knows it.
struct BrokerFiles {
  /// The files of one role.
  enum Group: String, CaseIterable {
    case server, robots, operators
  }

  var directory: String
  var ports: BrokerPorts
  var publicListener: BrokerPublicListener?
  /// The account to run as; set only for root, whom mosquitto would otherwise make somebody else
  /// (and a change of user clears the signal on the parent's death).
  var user: String?

  /// The most bytes a payload may have: replies to operators are long; the codec holds robots to less.
  static let messageLimit = 4 << 20

  func path(_ group: Group, _ kind: String) -> String { "\(directory)/\(group.rawValue).\(kind)" }

  var configuration: String {
    var lines = [
      "# Written by drover at every start; changes are lost.",
      "per_listener_settings true",
      "clientid_prefixes \(PrivateBroker.clientIDPrefix)",
      "persistence false",
      "sys_interval 0",
      "max_inflight_messages 100",
      "max_queued_messages 10000",
      "max_queued_bytes 33554432",
      "message_size_limit \(Self.messageLimit)",
      "max_packet_size \(Self.messageLimit + 4_096)",
      "set_tcp_nodelay true",
      "log_dest stderr",
      "log_timestamp_format %Y-%m-%dT%H:%M:%S",
      "log_type error",
      "log_type warning",
      "log_type notice",
      "connection_messages true",
    ]
    if let user { lines.append("user \(user)") }
    lines += listener(.server, "127.0.0.1", ports.server)
    lines += listener(.robots, "127.0.0.1", ports.robots)
    lines += listener(.operators, "127.0.0.1", ports.operators)
    if let open = publicListener {
      lines += listener(.robots, open.host, open.robotsPort) + tls(open)
      lines += listener(.operators, open.host, open.operatorsPort) + tls(open)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func listener(_ group: Group, _ host: String, _ port: UInt16) -> [String] {
    let bound: Bool
    switch group {
    case .server, .robots: bound = true
    case .operators: bound = false
    }
    return [
      "", "listener \(port) \(host)",
      "allow_anonymous false",
      "password_file \(path(group, "passwords"))",
      "acl_file \(path(group, "acl"))",
      "use_username_as_clientid \(bound)",
      "auto_id_prefix \(PrivateBroker.clientIDPrefix)",
      "max_qos 1",
    ]
  }

  private func tls(_ open: BrokerPublicListener) -> [String] {
    [
      "certfile \(open.certificateFile)", "keyfile \(open.keyFile)", "tls_version tlsv1.2",
    ]
  }

  static func passwords(_ accounts: [BrokerAccount]) -> String {
    accounts.map { "\($0.username):\($0.passwordHash)\n" }.joined()
  }

  /// Rules that are everybody's own, as robots' are, are written once with `%u` for the name: the
  /// broker looks a name up in its list by going through it, and takes seconds to read ten thousand.
  static func accessLists(_ accounts: [BrokerAccount]) -> String {
    if let common = commonRules(accounts) {
      return common.map { "pattern \($0.access.rawValue) \($0.filter)\n" }.joined()
    }
    return accounts.map { account in
      let rules = account.access.map { "topic \($0.access.rawValue) \($0.filter)\n" }
      return "user \(account.username)\n" + rules.joined()
    }.joined(separator: "\n")
  }

  /// Rules with `%u` in the place of a name that give every account just what it may; nil: there are
  /// none.
  /// - Complexity: O(accounts)
  private static func commonRules(_ accounts: [BrokerAccount]) -> [BrokerAccessRule]? {
    // A name may be the same as another level of the topics: then the next one's rules may do.
    for account in accounts.prefix(3) where accounts.count > 1 {
      let rules = account.access.map { BrokerAccessRule($0.access, template($0, account)) }
      let pieces = rules.map { $0.filter.components(separatedBy: "%u") }
      let fits = accounts.allSatisfy { other in
        other.access.count == rules.count
          && other.access.indices.allSatisfy {
            other.access[$0].access == rules[$0].access
              && other.access[$0].filter == pieces[$0].joined(separator: other.username)
          }
      }
      if fits { return rules }
    }
    return nil
  }

  /// A filter with `%u` for each level that is the account's name.
  private static func template(_ rule: BrokerAccessRule, _ account: BrokerAccount) -> String {
    rule.filter.split(separator: "/", omittingEmptySubsequences: false)
      .map { $0 == account.username ? "%u" : String($0) }.joined(separator: "/")
  }
}

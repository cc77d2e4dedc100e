import Testing

@testable import MQTTTransport

@Suite struct BrokerFilesTests {
  private let files = BrokerFiles(
    directory: "/state/broker", ports: BrokerPorts(server: 1, robots: 2, operators: 3),
    publicListener: nil, user: nil)

  @Test func onlyTheOperatorsMayChooseTheirClientIDs() {
    let listeners = files.configuration.components(of: "\nlistener ").dropFirst()
    #expect(listeners.map { $0.contains("use_username_as_clientid true") } == [true, true, false])
    #expect(listeners.allSatisfy { $0.contains("allow_anonymous false") })
    #expect(listeners.map { $0.prefix(11) } == ["1 127.0.0.1", "2 127.0.0.1", "3 127.0.0.1"])
  }

  @Test func nothingListensPlainlyBeyondThisMachine() {
    var open = files
    open.publicListener = BrokerPublicListener(
      host: "0.0.0.0", robotsPort: 8883, operatorsPort: 8884, certificateFile: "/cert.pem",
      keyFile: "/key.pem")
    let listeners = open.configuration.components(of: "\nlistener ").dropFirst()
    #expect(listeners.count == 5)
    for listener in listeners {
      #expect(listener.contains("127.0.0.1") != listener.contains("certfile /cert.pem"))
    }
  }

  @Test func accessListsNameUsersAndFilters() {
    let account = BrokerAccount(
      username: "r1", passwordHash: "$7$x", role: .robot,
      access: [BrokerAccessRule(.write, "a/r1/state"), BrokerAccessRule(.read, "a/r1/control")])
    #expect(
      BrokerFiles.accessLists([account])
        == "user r1\ntopic write a/r1/state\ntopic read a/r1/control\n")
    #expect(BrokerFiles.passwords([account]) == "r1:$7$x\n")
  }

  private func robot(_ name: String) -> BrokerAccount {
    BrokerAccount(
      username: name, passwordHash: "$7$x", role: .robot,
      access: [
        BrokerAccessRule(.write, "fleet/robots/\(name)/state"),
        BrokerAccessRule(.read, "fleet/beat"),
      ])
  }

  @Test func rulesThatAreEverybodysOwnAreWrittenOnce() {
    let common = "pattern write fleet/robots/%u/state\npattern read fleet/beat\n"
    #expect(BrokerFiles.accessLists(["a", "b", "c"].map(robot)) == common)
    #expect(BrokerFiles.accessLists(["robots", "b", "c"].map(robot)) == common)
  }

  @Test func oneWithRulesOfItsOwnKeepsAllOutOfAPattern() {
    var other = robot("b")
    other.access[0].filter = "fleet/robots/a/state"
    let lists = BrokerFiles.accessLists([robot("a"), other, robot("c")])
    #expect(!lists.contains("pattern"))
    #expect(lists.contains("user b\ntopic write fleet/robots/a/state\n"))
  }

  @Test(arguments: ["", "a b", "ü", "a.b", "a:b", "a\nuser b", String(repeating: "x", count: 65)])
  func namesThatWouldBreakTheFilesAreRefused(_ name: String) {
    #expect(BrokerAccount.fault(ofUsername: name, role: .robot) != nil)
    #expect(BrokerAccount.fault(ofUsername: name, role: .operator) != nil)
  }

  @Test func robotsCannotBeNamedLikeAnOperatorsConnection() {
    #expect(BrokerAccount.fault(ofUsername: "drover-cli", role: .robot) != nil)
    #expect(BrokerAccount.fault(ofUsername: "drover", role: .robot) == nil)
    #expect(BrokerAccount.fault(ofUsername: PrivateBroker.serverName, role: .robot) != nil)
  }

  @Test func aClearPasswordIsNoHash() {
    let account = BrokerAccount(username: "r1", passwordHash: "secret", role: .robot, access: [])
    #expect(account.fault != nil)
  }
}

extension String {
  fileprivate func components(of separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}

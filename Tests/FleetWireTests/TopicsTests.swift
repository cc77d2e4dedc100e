import FleetModel
import FleetWire
import Testing

@Suite struct TopicsTests {
  let topics: Topics
  let robot: RobotID
  let user: OperatorID
  let client: ClientID

  init() throws {
    topics = Topics(site: try SiteID("harbour"))
    robot = try RobotID("van-1")
    user = try OperatorID("ann")
    client = try ClientID("cli_7")
  }

  private var names: [(String, TopicName)] {
    [
      (topics.connection(robot), .connection(robot)), (topics.factsheet(robot), .factsheet(robot)),
      (topics.state(robot), .state(robot)), (topics.report(robot), .report(robot)),
      (topics.control(robot), .control(robot)), (topics.heartbeat, .heartbeat),
      (topics.events, .events), (topics.requests(user), .requests(user)),
      (topics.replies(user, client), .replies(user, client)),
    ]
  }

  @Test func everyTopicIsReadBack() {
    for (text, name) in names { #expect(topics.parse(text) == name) }
    #expect(topics.state(robot) == "drover/v1/harbour/robots/van-1/state")
    #expect(topics.replies(user, client) == "drover/v1/harbour/operators/ann/replies/cli_7")
  }

  @Test func othersAreNil() {
    let root = "drover/v1/harbour/"
    for text in [
      "", "drover/v1/harbour", "drover/v1/oldtown/fleet/heartbeat", root, root + "fleet",
      root + "fleet/heartbeat/", root + "fleet/other", root + "robots/van-1",
      root + "robots//state",
      root + "robots/van 1/state", root + "robots/+/state", root + "robots/van-1/state/x",
      root + "robots/van-1/other", root + "operators/ann/replies", root + "operators/ann/replies/",
      root + "operators/ann/requests/x", root + "operators/ann/other/x",
      root + "robots/" + String(repeating: "a", count: 65) + "/state",
    ] { #expect(topics.parse(text) == nil, "\(text)") }
  }

  /// Whether the MQTT filter takes the topic, `+` only.
  private func matches(_ filter: String, _ topic: String) -> Bool {
    let (f, t) = (filter.split(separator: "/"), topic.split(separator: "/"))
    return f.count == t.count && zip(f, t).allSatisfy { $0 == "+" || $0 == $1 }
  }

  private func may(_ list: [Permission], _ access: Access, _ topic: String) -> Bool {
    list.contains { $0.access == access && matches($0.filter, topic) }
  }

  @Test func nobodySpeaksForAnother() throws {
    let other = topics.permissions(robot: try RobotID("ann"))
    let own = topics.permissions(robot: robot)
    let person = topics.permissions(operator: user)
    for (text, name) in names {
      #expect(!may(other, .write, text), "\(text)")
      switch name {
      case .connection, .factsheet, .state, .report:
        #expect(may(own, .write, text) && !may(person, .write, text))
        #expect(may(topics.serverPermissions, .read, text))
      case .control, .heartbeat, .events, .replies:
        #expect(!may(own, .write, text) && !may(person, .write, text))
        #expect(may(topics.serverPermissions, .write, text))
      case .requests:
        #expect(may(person, .write, text) && !may(own, .write, text))
        #expect(may(topics.serverPermissions, .read, text))
      }
    }
    #expect(may(own, .read, topics.control(robot)) && !may(person, .read, topics.control(robot)))
    #expect(may(person, .read, topics.replies(user, client)))
  }
}

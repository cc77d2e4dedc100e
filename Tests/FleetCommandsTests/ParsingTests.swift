import Determinism
import FleetModel
import Grid
import Testing

@testable import FleetCommands

@Suite struct ParsingTests {
  private func submitted(_ line: String) throws -> (key: ClientKey, spec: TaskSpec) {
    let server = FakeServer([.task(task(1))])
    #expect(server.run("task submit " + line).status == 0)
    guard case .submitTask(let key, let spec) = try #require(server.asked.first) else {
      throw CommandFailure("test", "\(server.asked)")
    }
    return (key, spec)
  }

  @Test func aDeliveryWithEverything() throws {
    let (key, spec) = try submitted(
      "deliver --from cafe --to library --load-seconds 5.5 --unload-seconds 0 --code 4711 "
        + "--payload-grams 1200 --key order-88 --priority 9 --robot van-3")
    #expect(key.text == "order-88")
    let delivery = Delivery(
      pickup: id("cafe"), drop: id("library"), loadMilliseconds: 5500, unloadMilliseconds: 0,
      releaseCode: "4711", payloadGrams: 1200)
    #expect(spec == TaskSpec(body: .deliver(delivery), priority: 9, robot: id("van-3")))
  }

  @Test func keysAreFreshAndRandomUnlessGiven() throws {
    let first = try submitted("sweep --area plaza").key
    let second = try submitted("sweep --area plaza").key
    #expect(first != second)
  }

  @Test func patrols() throws {
    let rounds = try submitted("patrol --route north --rounds 3").spec
    #expect(rounds.body == .patrol(Patrol(route: id("north"), extent: .rounds(3))))
    let until = try submitted("patrol --route north --until 2027-01-15T08:00:10Z").spec
    let end = Instant(microseconds: 1_800_000_010_000_000)
    #expect(until.body == .patrol(Patrol(route: id("north"), extent: .until(end))))
    let later = try submitted("patrol --route north --until +2h").spec
    let two = Instant(microseconds: 1_800_007_200_000_000)
    #expect(later.body == .patrol(Patrol(route: id("north"), extent: .until(two))))
  }

  @Test func gotos() throws {
    #expect(
      try submitted("goto --station cafe").spec.body == .goTo(GoTo(target: .station(id("cafe")))))
    #expect(
      try submitted("goto --cell 12,40").spec.body == .goTo(GoTo(target: .cell(Cell(x: 12, y: 40))))
    )
  }

  @Test(arguments: [
    (
      "task list --all --kind sweep --robot van-1 --limit 7",
      OperatorCommand.listTasks(TaskFilter(ended: true, kind: .sweep, robot: id("van-1"), limit: 7))
    ),
    ("task list", .listTasks(TaskFilter(ended: false, kind: nil, robot: nil, limit: 100))),
    ("task show t-1", .showTask(id("t-1"))),
    ("task cancel t-1", .cancelTask(id("t-1"))),
    ("task pause t-1", .pauseTask(id("t-1"))),
    ("task resume t-1", .resumeTask(id("t-1"))),
    ("task release t-1 --code 4711", .releaseTask(id("t-1"), code: "4711")),
    ("robot list", .listRobots),
    ("robot show van-1", .showRobot(id("van-1"))),
    ("robot pause van-1", .pauseRobot(id("van-1"))),
    ("robot resume van-1", .resumeRobot(id("van-1"))),
    ("robot stop van-1", .stopRobot(id("van-1"))),
    ("robot park van-1", .parkRobot(id("van-1"))),
    ("robot clear van-1", .clearRobot(id("van-1"), confirmed: false)),
    ("robot clear van-1 --confirmed", .clearRobot(id("van-1"), confirmed: true)),
    (
      "robot teleoperate van-1 --for 90s",
      .teleoperateRobot(id("van-1"), forMilliseconds: 90_000)
    ),
    ("robot teleoperate van-1", .teleoperateRobot(id("van-1"), forMilliseconds: 60_000)),
    ("robot teleoperate van-1 --release", .endTeleoperation(id("van-1"))),
    ("robot level van-1 noticed", .setIntegration(id("van-1"), .noticed)),
    ("robot enrol van-1", .enrol(name: "van-1", role: .robot)),
    ("robot remove van-1", .removeEnrolment(name: "van-1", role: .robot)),
    ("operator enrol bob", .enrol(name: "bob", role: .operator)),
    ("operator remove bob", .removeEnrolment(name: "bob", role: .operator)),
    ("station list", .listStations),
    ("zone list", .listZones),
    ("zone close quay", .closeZone(id("quay"))),
    ("zone open quay", .openZone(id("quay"))),
    ("explain robot van-1", .explainRobot(id("van-1"))),
    ("explain task t-1", .explainTask(id("t-1"))),
    ("watch --once --json", .snapshot),
  ])
  func everyCommandAsksItsQuestion(line: String, command: OperatorCommand) {
    let server = FakeServer()
    #expect(server.run(line).status == 3)
    #expect(server.asked == [command])
  }

  @Test func manyRobotsAreEnrolledByPrefix() {
    let server = FakeServer(
      (1...3).map { .credential(name: "van-\($0)", password: "secret\($0)") })
    let result = server.run("robot enrol --prefix van- --count 3")
    #expect(result.status == 0)
    #expect(server.asked == (1...3).map { .enrol(name: "van-\($0)", role: .robot) })
    #expect(
      result.lines
        == ["NAME   PASSWORD", "van-1  secret1", "van-2  secret2", "van-3  secret3"])
  }

  @Test(arguments: [
    "task submit deliver --from cafe", "task submit deliver --from a --to b --priority 10",
    "task submit deliver --from a/b --to c", "task submit deliver --from a --to b --code=",
    "task submit deliver --from a --to b --load-seconds -1", "task submit patrol --route north",
    "task submit patrol --route north --rounds 2 --until +1h",
    "task submit patrol --route north --rounds 0", "task submit patrol --route n --until soon",
    "task submit goto", "task submit goto --station a --cell 1,2", "task submit goto --cell 1;2",
    "task submit goto --cell -1,2", "task list --limit 0", "task list --kind dance",
    "robot level van-1 loved", "robot enrol", "robot enrol van-1 --count 3",
    "robot enrol --count 3 --prefix a/b", "operator enrol", "watch --once --width",
    "robot list --broker mqtt://h", "robot list --user bob", "map draw campus --width 3", "fly",
    "robot list --broker mqtt://h --site s --user u --password-file f --state d",
  ])
  func wrongUsageIs64AndAsksNothing(line: String) {
    let server = FakeServer()
    let result = server.run(line)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("Error: "))
    #expect(server.asked.isEmpty)
  }

  @Test(arguments: [
    "--help", "task --help", "task submit deliver --help", "watch --help", "map draw --help",
    "robot enrol --help", "--version",
  ])
  func helpGoesToStandardOutput(line: String) {
    let result = FakeServer().run(line)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    #expect(!result.output.isEmpty)
  }

  @Test func completionsAreGenerated() {
    let result = FakeServer().run("--generate-completion-script bash")
    #expect(result.status == 0)
    #expect(result.output.contains("drover"))
  }

  @Test func timesOfDayAreTheNextOnes() throws {
    let now = Instant(microseconds: 1_800_000_000_000_000)
    for text in ["0:00", "08:00", "23:59"] {
      let time = try #require(TimeArgument.read(text, now: now))
      #expect(time > now && time - now <= .seconds(86_400))
    }
    for text in ["24:00", "8", "8:5", "+", "+0m", "+5", "+-5m", "", "2027-13-01T00:00:00Z"] {
      #expect(TimeArgument.read(text, now: now) == nil, "\(text)")
    }
  }
}

import FleetModel
import Foundation
import Grid
import Testing

@testable import FleetCommands

@Suite struct RenderingTests {
  @Test func tablesFitEightyColumns() {
    let bodies: [TaskBody] = [
      .deliver(
        Delivery(
          pickup: id("the-very-long-name-of-a-loading-dock"), drop: id("library"),
          loadMilliseconds: 0, unloadMilliseconds: 0, releaseCode: "1", payloadGrams: 0)),
      .patrol(Patrol(route: id("north"), extent: .rounds(1))), .sweep(Sweep(area: id("plaza"))),
      .goTo(GoTo(target: .cell(Cell(x: 1, y: 2)))),
    ]
    let tasks = bodies.enumerated().map { task($0, .blocked(.noCapableRobot), $1) }
    let zone = ZoneView(
      id: id("quay"), cellCount: 120, closed: true,
      rules: "at most 2.0 m/s, one-way east, classes: straddle-carrier delivery-van, capacity 4",
      robots: (1...9).map { id("van-\($0)") })
    let station = StationView(
      id: id("dock"), kind: "station", cells: (0..<20).map { Cell(x: $0, y: 1) },
      reserved: (1...9).map { id("van-\($0)") }, queue: (1...9).map { id("cart-\($0)") })
    for (line, reply) in [
      ("task list", OperatorReply.tasks(tasks)), ("zone list", .zones([zone])),
      ("robot list", .robots([robot("van-1"), robot("van-1000")])),
      ("station list", .stations([station])),
    ] {
      let result = FakeServer([reply]).run(line)
      #expect(result.status == 0)
      #expect(result.lines.allSatisfy { $0.count <= 80 }, "\(result.output)")
      #expect(result.output.contains("…"))
      let whole = FakeServer([reply], width: nil).run(line)
      #expect(!whole.output.contains("…"))
    }
  }

  @Test func aTaskList() {
    let result = FakeServer([.tasks([task(1), task(12, .waiting(.humanRelease))])], width: 100)
      .run("task list")
    #expect(
      result.lines == [
        "TASK  KIND  STATE                  ROBOT   DONE  PRIO  SUBMITTED       WHAT",
        "t-1   goto  underway               van-1    25%     4  01-15 08:00:00  cafe",
        "t-12  goto  waiting: humanRelease  van-12   25%     4  01-15 08:00:00  cafe",
      ])
  }

  @Test func aRobotList() {
    #expect(
      FakeServer([.robots([robot("van-1")])]).run("robot list").lines == [
        "ROBOT  CLASS         LINK    MODE       CELL   ENERGY  TASK  DOING",
        "van-1  delivery-van  online  automatic  12,34     73%  t-1   waiting for van-7 …",
      ])
  }

  @Test func emptyListsSaySo() {
    #expect(FakeServer([.tasks([])]).run("task list").output == "no tasks\n")
    #expect(FakeServer([.robots([])]).run("robot list").output == "no robots\n")
    #expect(FakeServer([.tasks([])]).run("task list --json").output == "[]\n")
  }

  @Test func controlCharactersOfOthersDoNotReachTheTerminal() {
    var strange = robot("van-1")
    strange.activity = "a\u{1B}[2Jb\nc"
    strange.errors = [RobotError(code: "E1", text: "x\u{7}y")]
    for line in ["robot list", "robot show van-1"] {
      let output = FakeServer([.robots([strange])]).run(line).output
      #expect(!output.contains("\u{1B}"))
      #expect(!output.contains("\u{7}"))
    }
  }

  @Test func detailsNameEverything() {
    let lines = FakeServer([.task(task(1, .failed(.actionFailed("door shut"))))])
      .run("task show t-1").lines
    #expect(lines.contains("state       failed: action failed: door shut"))
    #expect(lines.contains("key         key-1"))
    #expect(lines.contains("submitted   2027-01-15T08:00:00.123Z"))
  }

  @Test func reasonsAreIndentedByDepth() {
    let reply = OperatorReply.explanation(["t-1 waits", "van-1 waits at (1, 2)", "quay is closed"])
    #expect(
      FakeServer([reply]).run("explain task t-1").lines
        == ["t-1 waits", "because van-1 waits at (1, 2)", "  because quay is closed"])
  }

  @Test func aTaskAsJSON() throws {
    let result = FakeServer([.task(task(1, .waiting(.humanRelease)))]).run("task show t-1 --json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["id"] as? String == "t-1")
    #expect(object["state"] as? String == "waiting")
    #expect(object["reason"] as? String == "humanRelease")
    #expect(object["progress"] as? Double == 0.25)
    #expect(object["submitted_at"] as? String == "2027-01-15T08:00:00.123Z")
    #expect((object["goto"] as? [String: Any])?["station"] as? String == "cafe")
  }

  @Test func jsonShapesAreFixed() {
    #expect(
      FakeServer([.robots([robot("van-1")])]).run("robot list --json").output == """
        [{"activity":"waiting for van-7 at (13, 34), which waits for a bay of the loading dock",\
        "cell":[12,34],"charging":false,"energy":0.734,"errors":[],"freshness":"fresh",\
        "heading_degrees":90,"id":"van-1","integration":"utilised","loaded":false,\
        "mode":"automatic","paused":false,"position_millimetres":[12500,34500],\
        "session":"online","speed_metres_per_second":1.45,"task":"t-1",\
        "vehicle_class":"delivery-van"}]\n
        """)
    #expect(
      FakeServer([.done]).run("zone close quay --json").output
        == #"{"action":"close","done":true,"subject":"quay"}"# + "\n")
    #expect(
      FakeServer([.credential(name: "bob", password: "s")]).run("operator enrol bob --json").output
        == #"[{"name":"bob","password":"s"}]"# + "\n")
    #expect(
      FakeServer([.explanation(["a", "b"])]).run("explain robot van-1 --json").output
        == #"{"reasons":["a","b"],"subject":"van-1"}"# + "\n")
  }
}

import Foundation
import Glibc
import Testing

/// The sample robot in Python was written from docs/protocol.md alone: that it works here shows that
/// the document suffices.
struct SampleRobotTests {
  /// The interpreter: `DROVER_TEST_PYTHON`, or the system's.
  private static let python =
    ProcessInfo.processInfo.environment["DROVER_TEST_PYTHON"] ?? "/usr/bin/python3"

  private static let canRun: Bool =
    BrokerFixture.run([
      python, "-c", "import paho.mqtt.client, google.protobuf",
    ]) == 0 && BrokerFixture.run(["sh", "-c", "command -v protoc"]) == 0

  @Test(
    .enabled(
      if: canRun,
      "needs protoc and Python with paho-mqtt and protobuf: see Simulator/SampleRobot/README.md"
    ))
  func aRobotWrittenFromTheDocumentDoesADelivery() throws {
    let depot = try Depot(scale: 8)
    try depot.enrol(["sample-1"])
    try depot.serve()
    let access = try #require(FileManager.default.contents(atPath: depot.state + "/operator.json"))
    let ports = try #require(try JSONSerialization.jsonObject(with: access) as? [String: Any])
    let robot = try Running(
      [
        Self.python, "\(Drover.root)/Simulator/SampleRobot/robot.py", "--robot", "sample-1",
        "--credentials", depot.credentials, "--site", "campus", "--vehicle", "courier",
        "--cell", "39,6", "--cell-mm", "2000", "--speed", "2000",
        "--port", "\(try #require(ports["robotPort"] as? Int))", "--time-scale", "\(depot.scale)",
      ], in: depot.folder, environment: Drover.environment + ["PYTHONDONTWRITEBYTECODE=1"])
    #expect(try eventually { try depot.online() == ["sample-1"] }, "\(robot.err)\(robot.out)")
    _ = try depot.submit(
      "deliver --from library --to lectures --load-seconds 1 --unload-seconds 1 --key s")
    let ended = try depot.awaitEnds(["s"])
    #expect(ended["s"]?["state"] as? String == "completed", "\(ended)\(robot.err)")
    #expect(ended["s"]?["robot"] as? String == "sample-1")
    #expect(robot.stop(SIGINT) == 0, "\(robot.err)")
    #expect(
      try eventually {
        try depot.command("robot show sample-1", json: true).object()["session"] as? String
          == "offline"
      })
  }
}

import Foundation
import Glibc
import Testing

/// `drover demo`, as a newcomer runs it.
struct DemoTests {
  @Test func aKilledServerIsStartedAgainAndNothingIsWrongAtTheEnd() throws {
    let depot = try Depot()
    let demo = try depot.start([
      "demo", "campus", "--robots", "6", "--duration", "14", "--time-scale", "10", "--json",
      "--state", depot.state,
    ])
    #expect(eventually { Self.server(demo, 0) != nil }, "\(demo.err)")
    let first = try #require(Self.server(demo, 0))
    #expect(try eventually { try !depot.tasks().isEmpty })
    let known = try depot.tasks()
    kill(first, SIGKILL)
    #expect(eventually { Self.server(demo, 1) != nil }, "\(demo.err)")
    #expect(
      try eventually {
        let tasks = try depot.tasks()
        return known.keys.allSatisfy { tasks[$0] != nil }
      })
    #expect(demo.wait() == 0, "\(demo.out)\(demo.err)")
    let outcome = Outcome(arguments: ["demo"], status: 0, out: demo.out, err: demo.err)
    let summary = try outcome.object()
    #expect(summary["server_restarts"] as? Int == 1, "\(outcome)")
    #expect(summary["collisions"] as? Int == 0 && summary["invariant_violations"] as? Int == 0)
    #expect(summary["robots"] as? Int == 6 && summary["tasks_failed"] as? Int == 0)
    for name in ["tasks_completed", "release_latency_ms", "cpu_seconds"] {
      #expect(summary[name] is [String: Any], "\(name)")
    }
    #expect(processes(naming: depot.folder) == [])
  }

  @Test(arguments: [SIGKILL, SIGINT, SIGTERM, SIGHUP])
  func noProcessSurvivesTheDemo(_ signal: Int32) throws {
    let depot = try Depot()
    let temporary = depot.folder + "/tmp"
    mkdir(temporary, 0o700)
    let demo = try Running(
      [try Drover.path, "demo", "campus", "--robots", "3"], in: depot.folder,
      environment: Drover.environment + ["TMPDIR=\(temporary)"])
    #expect(eventually { Self.server(demo, 0) != nil }, "\(demo.err)")
    #expect(eventually { processes(naming: temporary).count >= 3 })
    let status = demo.stop(signal)
    #expect(status == (signal == SIGKILL ? 128 + SIGKILL : 0), "\(demo.err)")
    #expect(eventually { processes(naming: temporary).isEmpty }, "\(processes(naming: temporary))")
    if signal != SIGKILL {
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
    }
  }

  @Test func robotsThatAreKilledEndTheDemoWithAReason() throws {
    let depot = try Depot()
    let demo = try depot.start(["demo", "campus", "--robots", "3", "--state", depot.state])
    #expect(eventually { Self.server(demo, 0) != nil }, "\(demo.err)")
    let robots = try #require(Self.process(demo, "robots: process "))
    kill(robots, SIGKILL)
    #expect(demo.wait() == 1)
    #expect(demo.err.contains("error: the robots have ended"), "\(demo.err)")
    #expect(eventually { processes(naming: depot.state).isEmpty })
  }

  @Test func moreRobotsThanParkingPlacesAreRefused() throws {
    let depot = try Depot()
    let outcome = try depot.run(["demo", "campus", "--robots", "5000"])
    #expect(outcome.status == 1)
    #expect(outcome.err.contains("parking places for 136 robots"), "\(outcome)")
    #expect(outcome.err.contains("hint: give --robots 136"))
  }

  /// The process id of the demo's server after so many restarts.
  private static func server(_ demo: Running, _ restarts: Int) -> pid_t? {
    let lines = demo.err.split(separator: "\n").filter { $0.hasPrefix("server: process ") }
    guard lines.count > restarts else { return nil }
    return pid_t(lines[restarts].dropFirst("server: process ".count).prefix { $0.isNumber })
  }

  private static func process(_ demo: Running, _ before: String) -> pid_t? {
    demo.err.range(of: before).flatMap { pid_t(demo.err[$0.upperBound...].prefix { $0.isNumber }) }
  }
}

import Foundation
import Glibc
import Testing

/// Server, robots and operator commands together, on the campus, many times as fast as in life.
struct OperatorDayTests {
  @Test func everyKindOfTaskIsDoneAndWaitTellsSo() throws {
    let depot = try Depot()
    try depot.enrolFleet(6)
    try depot.serve()
    try depot.startRobots(6)
    let waiting = try [
      "deliver --from library --to lectures --load-seconds 5 --unload-seconds 5 --key d1",
      "patrol --route forum-round --rounds 1 --key p1", "sweep --area sports-court --key s1",
      "goto --station arts --key g1",
    ].map { try depot.startCommand("task submit \($0) --wait") }
    #expect(try eventually { try depot.tasks().count == 4 })
    try expectTables(depot)
    try expectRobots(depot)
    let ended = try depot.awaitEnds(["d1", "p1", "s1", "g1"])
    for (key, task) in ended {
      #expect(task["state"] as? String == "completed", "\(key)")
      #expect(task["progress"] as? Double == 1, "\(key)")
    }
    for process in waiting {
      #expect(process.wait() == 0, "\(process.out)\(process.err)")
      #expect(process.out.hasSuffix(": completed\n"), "\(process.out)")
    }
    #expect(try depot.expectCleanDriving() == [])
    try depot.endServer()
    #expect(processes(naming: depot.folder) == [])
  }

  private func expectTables(_ depot: Depot) throws {
    let list = try depot.command("task list --all")
    #expect(list.status == 0 && list.out.hasPrefix("TASK"), "\(list)")
    #expect(list.out.contains("library -> lectures"))
    let id = try #require(try depot.tasks()["d1"]?["id"] as? String)
    let shown = try depot.command("task show \(id)", json: true).object()
    #expect(shown["kind"] as? String == "deliver" && shown["owner"] as? String == "drover-owner")
    let explained = try depot.command("explain task \(id)")
    #expect(explained.status == 0 && !explained.out.isEmpty, "\(explained)")
    let stations = try depot.command("station list", json: true).array()
    #expect(stations.contains { $0["id"] as? String == "library" })
    let watched = try depot.command("watch --once")
    #expect(
      watched.status == 0 && watched.out.hasPrefix("campus  6 of 6 robots online"), "\(watched)")
  }

  private func expectRobots(_ depot: Depot) throws {
    let robots = try depot.command("robot list", json: true).array()
    #expect(robots.count == 6)
    let name = try #require(robots.first?["id"] as? String)
    #expect(try depot.command("explain robot \(name)").status == 0)
    #expect(try depot.command("robot show \(name)").out.contains("energy"))
    #expect(try depot.command("zone close forum-walk").status == 0)
    let zones = try depot.command("zone list", json: true).array()
    #expect(zones.first { $0["id"] as? String == "forum-walk" }?["closed"] as? Bool == true)
    #expect(try depot.command("zone open forum-walk").status == 0)
  }

  @Test func aTaskIsHeldCancelledAndReleasedByItsCode() throws {
    let depot = try Depot()
    try depot.enrolFleet(3)
    try depot.serve()
    try depot.startRobots(3)
    let courier = try #require(try depot.fleet(3).first { $0.hasPrefix("courier") })
    let held = try #require(
      try depot.submit("deliver --from law --to post --code 4711 --load-seconds 1 --key c1")["id"]
        as? String)
    #expect(try depot.command("robot pause \(courier)").status == 0, "so that it does not arrive")
    let cancelled = try #require(
      try depot.submit("goto --station arts --key g1 --robot \(courier)")["id"] as? String)
    #expect(try depot.command("task pause \(cancelled)").status == 0)
    #expect(try depot.command("task resume \(cancelled)").status == 0)
    #expect(try depot.command("task cancel \(cancelled)").status == 0)
    #expect(try depot.command("task cancel \(cancelled)").status == 1, "it has ended")
    #expect(try depot.command("robot resume \(courier)").status == 0)
    #expect(
      try eventually {
        try depot.command("task show \(held)", json: true).object()["reason"] as? String
          == "humanRelease"
      })
    let wrong = try depot.command("task release \(held) --code 1234", json: true)
    #expect(wrong.status == 1)
    #expect(try wrong.error()["code"] as? String == "wrongCode", "\(wrong)")
    #expect(try depot.command("task release \(held) --code 4711").status == 0)
    let ended = try depot.awaitEnds(["c1", "g1"])
    #expect(ended["c1"]?["state"] as? String == "completed")
    #expect(ended["g1"]?["state"] as? String == "cancelled")
    try depot.expectCleanDriving()
  }
}

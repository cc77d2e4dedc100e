import Foundation
import Glibc
import Testing

/// `kill -9` of the server while robots are under way.
struct ServerKillTests {
  private static let jobs = [
    "deliver --from library --to lectures", "deliver --from law --to post",
    "deliver --from arts --to nursery", "deliver --from sports --to economics",
    "goto --station chapel", "goto --station refectory",
  ]

  @Test func everyKeyedTaskEndsExactlyOnceWhenTheServerIsKilled() throws {
    let depot = try Depot()
    try depot.enrolFleet(5)
    try depot.serve()
    try depot.startRobots(5)
    let lines = Self.jobs.enumerated().map { index, job in
      "\(job) --key k\(index)"
        + (job.hasPrefix("deliver") ? " --load-seconds 3 --unload-seconds 20" : "")
        + (index == 0 ? " --code 4711" : "")
    }
    let before = try lines.dropLast().map { try depot.submit($0) }
    // It arrives loaded, and stays so until the code is given.
    let held = try #require(before[0]["id"] as? String)
    let isLoaded = try eventually {
      try depot.command("task show \(held)", json: true).object()["reason"] as? String
        == "humanRelease"
    }
    #expect(isLoaded)
    let carrier = try depot.command("robot list", json: true).array().first {
      $0["loaded"] as? Bool == true && $0["task"] as? String == held
    }
    let server = try #require(depot.server)
    // Submitted into the very moment of the end: taken or not, its sender tries again.
    let late = try depot.startCommand("task submit \(lines[5])")
    server.stop(SIGKILL)
    #expect(eventually { processes(naming: depot.state + "/broker").isEmpty }, "its broker as well")
    try depot.serve()
    let restored = Set(try depot.tasks().values.compactMap { $0["id"] as? String })
    #expect(before.allSatisfy { restored.contains($0["id"] as? String ?? "") }, "\(restored)")
    _ = late.wait()
    let again = try depot.submit(lines[5])
    try expectRestored(depot, carrier, before.count)

    #expect(try depot.command("task release \(held) --code 4711").status == 0)

    // The same keys again: the same tasks, nothing new.
    for (line, task) in zip(lines, before) {
      #expect(try depot.submit(line)["id"] as? String == task["id"] as? String, "\(line)")
    }
    #expect(try depot.submit(lines[5])["id"] as? String == again["id"] as? String)
    let other = try depot.command("task submit goto --station chapel --key k0", json: true)
    #expect(other.status == 1)
    #expect(try other.error()["code"] as? String == "keyConflict", "\(other)")

    let ended = try depot.awaitEnds((0..<6).map { "k\($0)" })
    #expect(ended.count == 6)
    for (key, task) in ended { #expect(task["state"] as? String == "completed", "\(key) \(task)") }
    let carried = ended.values.first { $0["id"] as? String == carrier?["task"] as? String }
    #expect(carried?["robot"] as? String == carrier?["id"] as? String, "who carried it brought it")
    #expect(carried?["reassignments"] as? Int == 0)
    try depot.expectCleanDriving()
    try depot.endServer()
  }

  private func expectRestored(
    _ depot: Depot, _ carrier: [String: Any]?, _ count: Int
  ) throws {
    let log = try #require(depot.server).err
    let start = try #require(log.split(separator: "\n").first { $0.contains("server starts") })
    let words = start.split(separator: " ").map(String.init)
    func figure(_ name: String) -> Int? {
      words.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) }
    }
    #expect((1...count + 1).contains(figure("open_tasks") ?? 0), "\(start)")
    #expect((figure("promises") ?? 0) >= 1, "\(start)")
    #expect(figure("epoch") == 2, "\(start)")
    let name = try #require(carrier?["id"] as? String)
    let now = try depot.command("robot show \(name)", json: true).object()
    #expect(now["task"] as? String == carrier?["task"] as? String)
    #expect(now["loaded"] as? Bool == true || now["freshness"] as? String != "fresh")
  }
}

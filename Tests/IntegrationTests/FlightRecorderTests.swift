import Foundation
import Glibc
import Testing

/// A live run, recorded, cut out and gone through again.
struct FlightRecorderTests {
  @Test func aRunAndTheOneAfterItsCrashReplayAsTheyWere() throws {
    let depot = try Depot()
    try depot.enrolFleet(4)
    try depot.serve()
    try depot.startRobots(4)
    _ = try depot.submit("goto --station chapel --key g1")
    _ = try depot.submit("deliver --from library --to lectures --load-seconds 3 --key d1")
    #expect(
      try eventually { try depot.tasks()["d1"]?["state"] as? String == "underway" })
    let first = depot.folder + "/first.drover"
    let exported = try depot.command("incident export \(first)", json: true)
    #expect(try exported.object()["is_whole"] as? Bool == true, "\(exported)")
    try #require(depot.server).stop(SIGKILL)
    try depot.serve()
    let ended = try depot.awaitEnds(["g1", "d1"])
    #expect(ended.values.allSatisfy { $0["state"] as? String == "completed" })
    try depot.endServer()
    let second = depot.folder + "/second.drover"
    #expect(try depot.command("incident export \(second)").status == 0, "also without a server")

    for file in [first, second] {
      let replay = try depot.run(["replay", file, "--json"])
      #expect(replay.status == 0, "\(replay)")
      let outcome = try replay.object()
      #expect(outcome["is_worked_out"] as? Bool == true)
      #expect(outcome["batches"] as? Int ?? 0 > 20 && outcome["diverged_at"] == nil, "\(outcome)")
    }
    let robot = try #require(try depot.fleet(4).first)
    let unknown = try depot.run(["replay", second, "--robot", "nobody"])
    #expect(unknown.status == 1 && unknown.err.contains("there is no robot nobody in"))
    let shown = try depot.run(["replay", second, "--robot", robot])
    #expect(shown.status == 0 && shown.out.contains("\(robot) reports"), "\(shown.err)")
    #expect(shown.out.contains("-> to \(robot): "))
    #expect(shown.out.hasSuffix("every batch did what it did then\n"))
    try expectChangesToShow(depot, second)
  }

  /// Another byte somewhere in what was heard: the replay says so, in one way or another.
  private func expectChangesToShow(_ depot: Depot, _ file: String) throws {
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: file)))
    bytes[bytes.count * 3 / 4] ^= 0x15
    bytes[bytes.count * 3 / 5] ^= 0x2a
    let changed = depot.folder + "/changed.drover"
    try Data(bytes).write(to: URL(fileURLWithPath: changed))
    let replay = try depot.run(["replay", changed, "--quiet"])
    #expect(replay.status == 1, "\(replay)")
    #expect(try depot.run(["replay", depot.report]).status == 1, "no recording at all")
  }
}

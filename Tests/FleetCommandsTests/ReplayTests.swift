import Foundation
import Testing

@testable import FleetCommands

/// A folder with a scenario of a few seconds.
private final class Folder {
  let path = NSTemporaryDirectory() + "drover-replay-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = """
      site: \(root.appendingPathComponent("Maps/campus/site.yaml").path)
      robots: 4
      duration_s: 8
      drain_s: 600
      faults:
        list:
          - {at_s: 4, kind: stops, robot: 1, for_s: 2}

      """
    try text.write(toFile: path + "/short.yaml", atomically: true, encoding: .utf8)
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }

  func run(_ line: String) -> FakeServer.Result {
    FakeServer().run(
      line.split(separator: " ").map {
        $0.hasPrefix("@") ? path + "/" + $0.dropFirst() : String($0)
      })
  }
}

@Suite struct ReplayTests {
  @Test func aSimulatedRunIsRecordedAndGoneThroughAgain() throws {
    let folder = try Folder()
    let made = folder.run("simulate @short.yaml --seed 4 --quiet --record @run.drover")
    #expect(made.status == 0, "\(made.errors)")
    let whole = folder.run("replay @run.drover --quiet")
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output.contains("seed 4, "))
    #expect(whole.output.contains(", as recorded"))
    // What happened, what the core heard, and what it made of it.
    let part = folder.run("replay @run.drover --from 3.5 --until +5s")
    #expect(part.output.contains("   4.000000 s  * stops of "))
    #expect(part.output.contains(" reports "))
    #expect(part.output.contains("    -> to "))
    #expect(!part.output.contains("   5.1") && !part.output.contains("   3.4"))
    #expect(!part.output.contains("as recorded"), "it was left before its end")
  }

  @Test func onlyOneRobotIsShown() throws {
    let folder = try Folder()
    let all = folder.run("replay @short.yaml --seed 4 --until 6").output
    let names = Set(all.matches(of: /-> to ([a-z]+-[0-9]+):/).map { String($0.1) })
    #expect(names.count == 4)
    let one = try #require(names.sorted().first)
    let shown = folder.run("replay @short.yaml --seed 4 --until 6 --robot \(one)").output
    #expect(Set(shown.matches(of: /-> to ([a-z]+-[0-9]+):/).map { String($0.1) }) == [one])
    #expect(shown.contains("\nwhy: \(one): "), "what it is about when the replay stops")
    let unknown = folder.run("replay @short.yaml --seed 4 --until 6 --robot nobody")
    #expect(unknown.status != 0)
    #expect(unknown.errors.contains("there is no robot nobody"))
  }

  @Test func anotherRunThanTheRecordedOneIsTold() throws {
    let folder = try Folder()
    #expect(folder.run("simulate @short.yaml --seed 4 --quiet --record @run.drover").status == 0)
    let file = folder.path + "/run.drover"
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: file)))
    let key = Array("eventLogHash".utf8)
    let at = try #require(bytes.indices.first { bytes[$0...].starts(with: key) })
    // The name, a tag and a length, then the first digit.
    let digit = at + key.count + 2
    bytes[digit] = bytes[digit] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let result = folder.run("replay @run.drover --quiet")
    #expect(result.status == 1)
    #expect(result.output.contains("it is another run"))
  }

  @Test func keysLeadThroughTheSteps() {
    var typed = Array("nxcq".utf8)[...]
    var keys = StepKeys(read: { typed.popFirst() }, prompt: { _ in })
    #expect(keys.wait() == .next)
    // A key without a meaning is passed over; after c nothing is asked any more.
    #expect(keys.wait() == .next)
    #expect(keys.wait() == .next)
    #expect(Array(typed) == Array("q".utf8))
    var none = StepKeys(read: { nil }, prompt: { _ in })
    #expect(none.wait() == .leave)
    var quit = StepKeys(read: { UInt8(ascii: "q") }, prompt: { _ in })
    #expect(quit.wait() == .leave)
  }

  @Test func aTimeThatIsNoneIsRefused() throws {
    let folder = try Folder()
    let result = folder.run("replay @short.yaml --seed 4 --until soon")
    #expect(result.status == 1)
    #expect(result.errors.contains("soon is no time of a simulated run"))
  }
}

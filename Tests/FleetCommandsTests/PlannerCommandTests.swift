import Foundation
import Testing

@testable import FleetCommands

/// A folder with a map, a scenario, agents and tasks; gone with this value.
private final class Instance {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "drover-plan-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write("type octile\nheight 3\nwidth 6\nmap\n......\n.@@@@.\n......\n", "ring.map")
    try write("type octile\nheight 4\nwidth 4\nmap\n....\n....\n....\n....\n", "open.map")
    try write("type octile\nheight 1\nwidth 3\nmap\n...\n", "lane.map")
    try write("type octile\nheight 1\nwidth 3\nmap\n.@.\n", "two.map")
    try write(
      "version 1\n0\tx\t6\t3\t0\t0\t5\t2\t0\n0\tx\t6\t3\t5\t2\t0\t0\t0\n0\tx\t6\t3\t2\t0\t2\t2\t0\n",
      "ring.scen")
    try write("version 1\n0\tx\t3\t1\t0\t0\t2\t0\t0\n0\tx\t3\t1\t2\t0\t0\t0\t0\n", "lane.scen")
    try write("agent id,row,col\n0,0,0\n1,2,5\n2,0,3\n", "agents.csv")
    try write("targets\n17\n0\n14\n5\n12\n3\n8\n", "tasks.csv")
    try write("targets\n17\n0\n14\n5\n12\n3\n", "good.csv")
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, _ name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  /// Runs a command with `@name` for files of this folder.
  func run(_ line: String) -> FakeServer.Result {
    FakeServer().run(
      line.split(separator: " ").map {
        $0.hasPrefix("@") ? path + "/" + $0.dropFirst() : String($0)
      })
  }

  func json(_ result: FakeServer.Result) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }
}

@Suite struct PlanCommandTests {
  private let files: Instance
  init() throws { files = try Instance() }

  @Test func aPlanIsToldAndWritten() throws {
    let result = files.run(
      "plan @ring.map @ring.scen --agents 2 --first --json --output @plan.txt")
    #expect(result.status == 0, "\(result)")
    let json = try files.json(result)
    #expect(json["solved"] as? Bool == true && json["outcome"] as? String == "solved")
    #expect(json["agents"] as? Int == 2)
    #expect(json["sum_of_loss_lb"] as? Int == 14 && json["makespan_lb"] as? Int == 7)
    for key in [
      "first_ms", "sum_of_loss", "sum_of_costs", "makespan", "cpu_ms", "wall_ms", "peak_rss_mb",
    ] {
      #expect((json[key] as? Double ?? 0) > 0, "\(key) in \(result.output)")
    }
    let lines = try files.text("plan.txt").split(separator: "\n").map(String.init)
    #expect(lines.starts(with: ["agents=2", "map_file=ring.map", "solver=drover", "solved=1"]))
    #expect(lines.contains("starts=(0,0),(5,2),") && lines.contains("goals=(5,2),(0,0),"))
    let begin = try #require(lines.firstIndex(of: "solution="))
    #expect(lines[begin + 1] == "0:(0,0),(5,2),")
    #expect(lines.last == "\(try #require(json["makespan"] as? Int)):(5,2),(0,0),")
  }

  @Test func improvingEndsAtTheBound() throws {
    let result = files.run("plan @ring.map @ring.scen --agents 1 --time-limit 50 --quiet")
    #expect(result.status == 0, "\(result)")
    #expect(result.lines.first?.hasPrefix("solved: 1 agents of ") == true)
    #expect(result.output.contains("sum of loss 7 (1.000 of the bound 7)"))
  }

  @Test func whatCannotBeSolvedIsSaidWithAnExitCode() throws {
    let swap = files.run("plan @lane.map @lane.scen --json --time-limit 20 --output @plan.txt")
    #expect(swap.status == 4, "\(swap)")
    let json = try files.json(swap)
    #expect(json["solved"] as? Bool == false && json["outcome"] as? String == "unsolvable")
    #expect(json["first_ms"] == nil && json["sum_of_loss"] == nil)
    let text = try files.text("plan.txt")
    #expect(text.contains("solved=0\n") && text.hasSuffix("solution=\n"))
    try files.write("version 1\n0\tx\t3\t1\t0\t0\t2\t0\t0\n", "two.scen")
    let parted = files.run("plan @two.map @two.scen")
    #expect(parted.status == 4 && parted.output.contains("UNSOLVABLE"), "\(parted)")
  }

  @Test func timeOverBeforeTheTablesAreFilledIsSaid() throws {
    try files.write(
      "type octile\nheight 6\nwidth 6\nmap\n" + String(repeating: "......\n", count: 6), "field.map"
    )
    let lines = (0..<30).map { "0\tx\t6\t6\t\($0 % 6)\t\($0 / 6)\t\(5 - $0 % 6)\t\($0 / 6)\t0\n" }
    try files.write("version 1\n" + lines.joined(), "field.scen")
    let result = files.run(
      "plan @field.map @field.scen --time-limit 0.000001 --json --output @plan.txt")
    #expect(result.status == 2, "\(result)")
    let json = try files.json(result)
    #expect(json["solved"] as? Bool == false && json["outcome"] as? String == "out_of_time")
    #expect(json["sum_of_loss_lb"] == nil && json["makespan_lb"] == nil)
    #expect(json["note"] == nil)
    let text = files.run("plan @field.map @field.scen --time-limit 0.000001 --quiet")
    #expect(text.status == 2 && text.output.hasPrefix("NOT SOLVED within the time"), "\(text)")
  }

  @Test func wrongFilesAndUsageAreNamed() throws {
    let table: [(line: String, status: Int32, words: [String])] = [
      ("plan @none.map @ring.scen", 1, ["none.map: no such file"]),
      ("plan @ring.map @none.scen", 1, ["none.scen: no such file"]),
      ("plan @ring.scen @ring.scen", 1, ["ring.scen: line 1", "version 1"]),
      ("plan @ring.map @ring.scen --agents 4", 1, ["ring.scen: has 3 entries, 4 agents"]),
      ("plan @lane.map @ring.scen", 1, ["ring.scen:2: made for a map of 6 x 3", "3 x 1"]),
      ("plan @ring.map @ring.scen --output @no/plan.txt", 1, ["plan.txt: cannot be written"]),
      ("plan @ring.map", 64, ["<scenario>"]),
      ("plan @ring.map @ring.scen --agents 0", 64, ["--agents"]),
      ("plan @ring.map @ring.scen --time-limit 0", 64, ["--time-limit"]),
      ("plan @ring.map @ring.scen --seed -1", 64, ["--seed"]),
    ]
    for row in table {
      let result = files.run(row.line)
      #expect(result.status == row.status, "\(row.line): \(result)")
      for word in row.words { #expect(result.errors.contains(word), "\(row.line): \(result)") }
    }
    let json = files.run("plan @none.map @ring.scen --json")
    #expect(json.errors.hasPrefix(#"{"error":{"code":"file","message":"#), "\(json)")
  }
}

@Suite struct BenchCommandTests {
  private let files: Instance
  init() throws { files = try Instance() }
  private let common = "bench lifelong --map @ring.map --agents @agents.csv --tasks"

  @Test(arguments: ["", " --turning"])
  func aRunIsCountedAndRecorded(_ model: String) throws {
    let result = files.run(
      "\(common) @good.csv --steps 60 --work 500\(model) --json --output @run.json")
    #expect(result.status == 0, "\(result)")
    let json = try files.json(result)
    let finished = try #require(json["finished"] as? Int)
    #expect(finished > 0)
    let throughput = try #require(json["throughput"] as? Double)
    #expect(abs(throughput - Double(finished) / 60) < 1e-3)
    let times = try #require(json["step_ms"] as? [String: Double])
    #expect(Set(times.keys) == ["avg", "p50", "p99", "max"])
    for key in ["setup_ms", "peak_rss_mb", "cpu_ms"] { #expect((json[key] as? Double ?? 0) > 0) }
    let run = try #require(
      try JSONSerialization.jsonObject(with: Data(files.text("run.json").utf8)) as? [String: Any])
    #expect(run["steps"] as? Int == 60 && run["turning"] as? Bool == !model.isEmpty)
    let actions = try #require(run["actions"] as? [String])
    #expect(actions.count == 3 && actions.allSatisfy { $0.count == 60 })
    #expect(actions.joined().allSatisfy { (model.isEmpty ? "UDLRW" : "FLRW").contains($0) })
  }

  @Test func equalSeedsAndWorkGiveEqualRuns() throws {
    for name in ["a", "b"] {
      #expect(
        files.run("\(common) @good.csv --steps 40 --work 300 --output @\(name).json").status == 0)
    }
    #expect(try files.text("a.json") == files.text("b.json"))
  }

  @Test func wrongFilesAndUsageAreNamed() throws {
    let table: [(line: String, status: Int32, words: [String])] = [
      ("\(common) @tasks.csv --steps 5", 1, ["tasks.csv:8: goal 8 (2, 1) is blocked"]),
      ("\(common) @none.csv --steps 5", 1, ["none.csv: no such file"]),
      ("\(common) @good.csv", 64, ["--steps"]), ("\(common) @good.csv --steps 0", 64, ["--steps"]),
      ("\(common) @good.csv --steps 5 --work 1 --budget-ms 1", 64, ["not both"]),
      ("\(common) @good.csv --steps 5 --budget-ms 0", 64, ["--budget-ms"]),
      ("\(common) @good.csv --steps 5 --rotations never", 64, ["allowed", "refused"]),
      ("bench scenario @ring.map --agents 99", 1, ["14 passable cells", "99 agents"]),
    ]
    for row in table {
      let result = files.run(row.line)
      #expect(result.status == row.status, "\(row.line): \(result)")
      for word in row.words { #expect(result.errors.contains(word), "\(row.line): \(result)") }
    }
  }

  @Test func lanesDirectARun() throws {
    #expect(files.run("bench guidance @ring.map --output @lanes.txt").status == 0)
    let result = files.run("\(common) @good.csv --steps 20 --guidance @lanes.txt --json")
    #expect(result.status == 0, "\(result)")
    try files.write(try files.text("lanes.txt").replacing("wait 2", with: "wait x"), "bad.txt")
    let bad = files.run("\(common) @good.csv --steps 20 --guidance @bad.txt")
    #expect(bad.status == 1 && bad.errors.contains("bad.txt: line 4: wait 'x'"), "\(bad)")
    #expect(files.run("bench guidance @ring.map --hard 1").status == 64)
  }

  @Test func aDrawnScenarioCanBePlanned() throws {
    let drawn = files.run("bench scenario @open.map --agents 5 --seed 3")
    #expect(drawn.status == 0 && drawn.lines.count == 6 && drawn.lines.first == "version 1")
    #expect(files.run("bench scenario @open.map --agents 5 --seed 3") == drawn)
    #expect(files.run("bench scenario @open.map --agents 5 --seed 3 --output @r.scen").status == 0)
    #expect(try files.text("r.scen") == drawn.output)
    #expect(files.run("plan @open.map @r.scen --first").status == 0)
  }
}

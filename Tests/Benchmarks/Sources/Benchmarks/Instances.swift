import Foundation

/// Runs `drover` on public instances, one process a run, and prints a table beside others' figures.
struct Instances {
  /// Holds `mapf/maps`, `mapf/scen` and `lifelong`.
  let data: String
  let program: String
  let isFull: Bool
  private let scratch: String

  /// nil, with a message: no data, or no program.
  init?(environment: [String: String], isFull: Bool) {
    guard let data = environment["DROVER_BENCH_DATA"], !data.isEmpty else {
      print(
        """
        Runs on public instances are left out: set DROVER_BENCH_DATA to a folder that holds mapf/maps
        and mapf/scen (MovingAI's .map and .scen files) and lifelong/NAME/{map.txt,agents_N.csv,
        tasks_one.csv} (those of github.com/Straple/EPIBT).
        """)
      return nil
    }
    let root = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
    let program = environment["DROVER"] ?? "/\(root)/.build/release/drover"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      print("Runs on public instances are left out: there is no \(program); `make build` makes it.")
      return nil
    }
    self.data = data
    self.program = program
    self.isFull = isFull
    scratch = NSTemporaryDirectory() + "drover-bench-\(ProcessInfo.processInfo.processIdentifier)"
  }

  /// Runs everything that is there, and prints a line each.
  func printTable() throws {
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let chosen = runs.filter { isFull || $0.isShort }
    print("Public instances (\(isFull ? "all" : "a short selection; all with FULL=1"))")
    print(
      "  One-shot: ms to the first plan and loss / lower bound; lifelong: ms a step and tasks a step."
    )
    print(line("", "OURS", "RECORDED PEER", "RATIO"))
    for run in chosen {
      guard isPresent(run) else {
        print(line(run.name, "no such files", run.peerName, ""))
        continue
      }
      let ours = try measure(run)
      let last = [ratio(ours, run), run.verdict(on: ours)].filter { !$0.isEmpty }
      print(line(run.name, text(ours, run), peerText(run), last.joined(separator: ", ")))
    }
    print("")
  }

  // MARK: Running

  private func mapPath(_ run: Run) -> String {
    if case .lifelong = run.kind { return "\(data)/lifelong/\(run.map)/map.txt" }
    return "\(data)/mapf/maps/\(run.map).map"
  }

  private func isPresent(_ run: Run) -> Bool {
    var files = [mapPath(run)]
    if case .lifelong = run.kind {
      files.append("\(data)/lifelong/\(run.map)/agents_\(run.agents).csv")
      files.append("\(data)/lifelong/\(run.map)/tasks_one.csv")
    } else if let scenario = run.scenario {
      files.append("\(data)/mapf/scen/\(scenario).scen")
    }
    return files.allSatisfy(FileManager.default.fileExists)
  }

  /// nil: not solved.
  private func measure(_ run: Run) throws -> Run.Figures? {
    let map = mapPath(run)
    switch run.kind {
    case .first: return try plan(run, map, ["--first", "--time-limit", "120"])
    case .anytime(let seconds): return try plan(run, map, ["--time-limit", "\(seconds)"])
    case .lifelong(let steps, let milliseconds, let turning, let lanes, let refused):
      let folder = "\(data)/lifelong/\(run.map)"
      var arguments = [
        "bench", "lifelong", "--map", map, "--agents", "\(folder)/agents_\(run.agents).csv",
        "--tasks", "\(folder)/tasks_one.csv", "--steps", "\(steps)", "--budget-ms",
        "\(milliseconds)", "--json", "--quiet",
      ]
      if turning { arguments.append("--turning") }
      if refused { arguments += ["--rotations", "refused"] }
      if lanes {
        let guidance = scratch + "/lanes.txt"
        _ = try output(["bench", "guidance", map, "--output", guidance])
        arguments += ["--guidance", guidance]
      }
      let json = try object(arguments)
      let times = json["step_ms"] as? [String: Double] ?? [:]
      return Run.Figures(
        milliseconds: times["avg"] ?? 0, quality: json["throughput"] as? Double ?? 0,
        p99: times["p99"], memoryMB: json["peak_rss_mb"] as? Double)
    }
  }

  private func plan(_ run: Run, _ map: String, _ more: [String]) throws -> Run.Figures? {
    var scenario = "\(data)/mapf/scen/\(run.scenario ?? "").scen"
    if run.scenario == nil {
      scenario = scratch + "/drawn.scen"
      _ = try output(["bench", "scenario", map, "--agents", "\(run.agents)", "--output", scenario])
    }
    let json = try object(
      ["plan", map, scenario, "--agents", "\(run.agents)", "--cpu-clock", "--json", "--quiet"]
        + more)
    guard let milliseconds = json["first_ms"] as? Double, let loss = json["sum_of_loss"] as? Int,
      let bound = json["sum_of_loss_lb"] as? Int
    else { return nil }
    return Run.Figures(
      milliseconds: milliseconds, quality: Double(loss) / Double(max(1, bound)),
      memoryMB: json["peak_rss_mb"] as? Double)
  }

  private func object(_ arguments: [String]) throws -> [String: Any] {
    let data = try output(arguments)
    return data.isEmpty
      ? [:] : try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  private func output(_ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }

  // MARK: Printing

  private func line(_ name: String, _ ours: String, _ peer: String, _ ratio: String) -> String {
    "  " + name.padded(50) + ours.padded(34) + peer.padded(40) + ratio
  }

  private func text(_ figures: Run.Figures?, _ run: Run) -> String {
    guard let figures else { return "not solved" }
    var text = "\(fixed(figures.milliseconds, 1)) ms"
    if let p99 = figures.p99 { text += " (p99 \(fixed(p99, 1)))" }
    text += ", \(fixed(figures.quality, 2))"
    if let memory = figures.memoryMB { text += ", \(fixed(memory, 0)) MB" }
    return text
  }

  private func peerText(_ run: Run) -> String {
    guard let peer = run.peer else { return "\(run.peerName): not solved in 110 s" }
    return "\(run.peerName): " + text(peer, run)
  }

  /// First plans: how many times faster. Anytime: loss by the peer's. Lifelong: tasks by the peer's.
  private func ratio(_ ours: Run.Figures?, _ run: Run) -> String {
    guard let ours, let peer = run.peer else { return "" }
    switch run.kind {
    case .first: return fixed(peer.milliseconds / ours.milliseconds, 1) + " x faster"
    case .anytime: return fixed(ours.quality / peer.quality, 2) + " of its loss"
    case .lifelong: return fixed(ours.quality / peer.quality, 2) + " of its tasks"
    }
  }

  private func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}

extension String {
  /// At least `width` characters, and one space.
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}

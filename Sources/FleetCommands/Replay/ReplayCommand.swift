import ArgumentParser
import Determinism
import FleetModel
import FleetServer
import Foundation
import Site
import SiteFiles

/// `drover replay`
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Go through a recorded run again, with the same core.",
    discussion: """
      Feeds every recorded input to the core that decides in the server, prints what it made of \
      each, and holds that against what the server did then. Shows the time round the incident, or \
      what is asked for; the rest of the run is gone through silently.

      EXAMPLES
        drover replay jam.drover
        drover replay jam.drover --robot carrier-3 --until 2026-11-22T14:03:10Z
        drover replay jam.drover --from +1s --until +30s     counted from the start of the run

      EXIT CODES
        0   it did again what it did then
        1   it did something else: another version of drover, or a defect of it
      """)

  @Argument(help: "A file of `drover incident export`.") var file: String
  @Option(help: ArgumentHelp("Show from then on (ISO 8601, or +N s, m or h).", valueName: "time"))
  var from: String?
  @Option(help: ArgumentHelp("Stop then.", valueName: "time")) var until: String?
  @Option(help: "Show only what this robot said and was told.") var robot: RobotID?
  @Flag(help: "Print only the outcome.") var quiet = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CommandFailure("file", "cannot read \(file)")
    }
    do throws(FlightError) {
      let incident = try Incident(bytes: [UInt8](data), name: file)
      var replay = try FlightReplay(incident)
      try show(&replay)
    } catch {
      throw CommandFailure("recording", error.description)
    }
  }

  private func show(_ replay: inout FlightReplay) throws(FlightError) {
    do throws(CommandFailure) {
      if !replay.siteFiles.isEmpty { replay.begin(site: try Self.site(replay.siteFiles)) }
    } catch { throw .damaged("the recorded site", reason: error.message) }
    let context = CommandContext.current
    var begin: Instant?
    var (shown, isSet) = (0, false)
    var (first, last) = (replay.window.from, replay.window.to)
    while let step = try replay.next() {
      if !isSet {
        isSet = true
        begin = step.time
        if let from { first = try time(from, since: step.time) }
        if let until { last = try time(until, since: step.time) }
      }
      if step.time > last { break }
      guard step.time >= first, !quiet, !output.json else { continue }
      let lines = ReplayText.lines(of: step, robot: robot)
      for line in lines { context.print(line) }
      shown += lines.isEmpty ? 0 : 1
    }
    try tell(replay, shown, begin)
  }

  private func tell(
    _ replay: FlightReplay, _ shown: Int, _ begin: Instant?
  ) throws(FlightError) {
    let outcome = replay.outcome
    let isWorkedOut = !replay.siteFiles.isEmpty
    let json = ReplayJSON(
      file: file, build: replay.build, inputs: outcome.inputs, batches: outcome.batches,
      isWorkedOut: isWorkedOut, divergedAt: outcome.divergence.map(ReplayText.time))
    do throws(CommandFailure) {
      try output.print(json) {
        var lines = [
          "\(outcome.inputs) inputs from \(begin.map(ReplayText.time) ?? "-") to "
            + "\(ReplayText.time(outcome.end)), \(outcome.batches) batches"
        ]
        if !isWorkedOut {
          lines.append("not worked out again: the start of the run was no longer recorded")
        } else if let moment = outcome.divergence {
          lines.append("it did something else than then, first at \(ReplayText.time(moment))")
        } else {
          lines.append("every batch did what it did then")
        }
        if replay.build != DroverCommand.version {
          lines.append("recorded by drover \(replay.build); this is \(DroverCommand.version)")
        }
        return lines
      }
    } catch { throw .file(file, error.message) }
    if outcome.divergence != nil { throw .damaged(file, reason: "the replay is not what happened") }
  }

  private func time(_ text: String, since begin: Instant) throws(FlightError) -> Instant {
    guard let time = TimeArgument.read(text, now: begin)
    else { throw .file(text, "is no time: give one like 2026-11-22T14:03:00Z, or +30s") }
    return time
  }

  /// The site as it was, from its recorded files.
  private static func site(_ files: [(name: String, text: String)]) throws(CommandFailure) -> Site {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-replay-\(UUID().uuidString)").path
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      defer { unlinkAll(folder, files.map(\.name)) }
      for file in files {
        let name = (file.name as NSString).lastPathComponent
        try file.text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
      }
      return try SiteFile.load(folder)
    } catch { throw CommandFailure("site", "\(error)") }
  }

  private static func unlinkAll(_ folder: String, _ names: [String]) {
    for name in names { unlink("\(folder)/\((name as NSString).lastPathComponent)") }
    rmdir(folder)
  }
}

private struct ReplayJSON: Encodable {
  var file: String
  var build: String
  var inputs: Int
  var batches: Int
  /// Whether the core went through it again; otherwise the inputs were only read.
  var isWorkedOut: Bool
  var divergedAt: String?
}

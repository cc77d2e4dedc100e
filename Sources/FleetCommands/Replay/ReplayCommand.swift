import ArgumentParser
import Determinism
import FleetModel
import FleetRecords
import FleetServer
import FleetSimulation
import Foundation
import SiteFiles

/// `drover replay`
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Go through a run again step by step, with the same core.",
    discussion: """
      Of a live run (`drover incident export`): feeds every recorded input to the core that decides \
      in the server, prints what it made of each, and holds that against what the server did then. \
      Shows the time round the incident, or what is asked for.

      Of a simulated run (`drover simulate --record`, or a scenario and a seed): makes the run again \
      and prints what happened, what the core was told, what it made of it, and what the checkers \
      found.

      At a terminal each step waits for a key: n for the next one, c for all that are left, q to \
      leave. Ticks that bring about nothing are not shown.

      EXAMPLES
        drover replay jam.drover
        drover replay jam.drover --robot carrier-3 --until 2026-11-22T14:03:10Z
        drover replay jam.drover --from +1s --until +30s     counted from the start
        drover replay night.run --from 170 --until 180.5 --robot guard-4
        drover replay Simulator/Scenarios/chaos-campus-100.yaml --seed 7 --until 60

      EXIT CODES
        0   it did again what it did then
        1   it did something else: another version of drover, or a defect of it; or the file was \
            changed since it was exported
      """)

  @Argument(help: "A file of `incident export` or `simulate --record`, or a scenario.")
  var file: String
  @Option(
    help: ArgumentHelp(
      "Show from then on (ISO 8601, or +N s, m or h; simulated: seconds).", valueName: "time"))
  var from: String?
  @Option(help: ArgumentHelp("Stop then.", valueName: "time")) var until: String?
  @Option(help: "Show only what this robot said and was told, and at the end why it waits.")
  var robot: RobotID?
  @Option(help: "Of a scenario: the run's seed.") var seed: UInt64?
  @Flag(help: "Print only the outcome.") var quiet = false
  @OptionGroup var output: OutputOptions

  func run() throws {
    if file.hasSuffix(".yaml") {
      return try simulated(scenario())
    }
    if seed != nil { throw CommandFailure("file", "--seed is for a scenario; \(file) has its own") }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CommandFailure("file", "cannot read \(file)")
    }
    let bytes = [UInt8](data)
    guard SimulationRecord.isOne(bytes) else { return try live(bytes) }
    let record: SimulationRecord
    do throws(RecordError) { record = try SimulationRecord(bytes: bytes) } catch {
      throw CommandFailure("recording", "\(file): \(error)")
    }
    try simulated(record)
  }

  /// Steps wait for keys where somebody looks on.
  private var keys: StepKeys? { quiet || output.json ? nil : StepKeys.ofCommand() }

  // MARK: Simulated

  private func simulated(_ record: SimulationRecord) throws {
    var replay = SimulatedReplay(
      file: file, record: record, robot: robot, from: try seconds(from), until: try seconds(until),
      isShown: !quiet && !output.json, keys: keys)
    let outcome = try replay.run()
    try output.print(outcome) { outcome.lines }
    if !outcome.agrees { throw ExitCode(1) }
  }

  private func scenario() throws(CommandFailure) -> SimulationRecord {
    do {
      let scenario = try ScenarioFile.load(file)
      guard let seed = seed ?? scenario.seed else {
        throw CommandFailure("file", "\(file) names no seed: give --seed")
      }
      let site = try SimulationSite.load(scenario.site, beside: file)
      return SimulationRecord(
        scenario, seed: seed, site: try site.recorded(), build: DroverCommand.version)
    } catch let error as CommandFailure {
      throw error
    } catch { throw CommandFailure("file", "\(error)") }
  }

  /// `90`, `+90s`, `+1.5m`: since the start of a simulated run.
  private func seconds(_ text: String?) throws(CommandFailure) -> Duration? {
    guard let text else { return nil }
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let bare = text.hasPrefix("+") ? text.dropFirst() : Substring(text)
    let unit = bare.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? bare : bare.dropLast()), number.isFinite, number >= 0,
      number < 1e9
    else {
      throw CommandFailure("file", "\(text) is no time of a simulated run: give seconds, or +2m")
    }
    return .microseconds(Int64((number * (unit ?? 1) * 1e6).rounded()))
  }

  // MARK: Live

  private func live(_ bytes: [UInt8]) throws {
    do throws(FlightError) {
      var replay = try FlightReplay(try Incident(bytes: bytes, name: file))
      try show(&replay)
    } catch {
      throw CommandFailure("recording", error.description)
    }
  }

  private func show(_ replay: inout FlightReplay) throws(FlightError) {
    do throws(CommandFailure) {
      if !replay.siteFiles.isEmpty {
        replay.begin(site: try ReplaySite.make(replay.siteFiles))
      }
    } catch { throw .damaged("the recorded site", reason: error.message) }
    let context = CommandContext.current
    if !replay.isAsExported, !quiet, !output.json {
      context.printError("\(file) was changed since it was exported: not all of this happened")
    }
    var keys = keys
    var begin: Instant?
    var (first, last) = (replay.window.from, replay.window.to)
    // Who is removed later was there; without the site nobody knows.
    var isKnown = robot == nil || replay.siteFiles.isEmpty
    while let step = try replay.next(until: begin == nil ? nil : last) {
      if let robot, !isKnown { isKnown = replay.explanation(of: robot) != nil }
      if begin == nil {
        begin = step.time
        if let from { first = try time(from, since: step.time) }
        if let until { last = try time(until, since: step.time) }
      }
      if step.time > last { break }
      guard step.time >= first, !quiet, !output.json else { continue }
      let lines = ReplayText.lines(of: step, robot: robot)
      guard !lines.isEmpty else { continue }
      for line in lines { context.print(line) }
      if keys?.wait() == .leave {
        isKnown = true
        break
      }
    }
    try tell(replay, begin)
    if let robot, !isKnown { throw .file(file, "there is no robot \(robot) in this recording") }
  }

  private func tell(_ replay: FlightReplay, _ begin: Instant?) throws(FlightError) {
    let outcome = replay.outcome
    let isWorkedOut = !replay.siteFiles.isEmpty
    let json = ReplayJSON(
      file: file, build: replay.build, inputs: outcome.inputs, batches: outcome.batches,
      isAsExported: replay.isAsExported, isWorkedOut: isWorkedOut,
      divergedAt: outcome.divergence?.iso8601,
      explanation: robot.flatMap(replay.explanation))
    do throws(CommandFailure) {
      try output.print(json) {
        var lines = ReplayText.why(json.explanation)
        lines.append(
          "\(outcome.inputs) inputs from \(begin?.iso8601 ?? "-") to "
            + "\(outcome.end.iso8601), \(outcome.batches) batches")
        if !isWorkedOut {
          lines.append("not worked out again: the start of the run was no longer recorded")
        } else if let moment = outcome.divergence {
          lines.append("it did something else than then, first at \(moment.iso8601)")
        } else {
          lines.append("every batch did what it did then")
        }
        if replay.build != DroverCommand.version {
          lines.append("recorded by drover \(replay.build); this is \(DroverCommand.version)")
        }
        return lines
      }
    } catch { throw .file(file, error.message) }
    if !replay.isAsExported {
      throw .damaged(file, reason: "it was changed since it was exported")
    }
    if outcome.divergence != nil { throw .damaged(file, reason: "the replay is not what happened") }
  }

  private func time(_ text: String, since begin: Instant) throws(FlightError) -> Instant {
    guard let time = TimeArgument.read(text, now: begin)
    else { throw .file(text, "is no time: give one like 2026-11-22T14:03:00Z, or +30s") }
    return time
  }
}

private struct ReplayJSON: Encodable {
  var file: String
  var build: String
  var inputs: Int
  var batches: Int
  /// Whether no byte of the file was changed.
  var isAsExported: Bool
  /// Whether the core went through it again; otherwise the inputs were only read.
  var isWorkedOut: Bool
  var divergedAt: String?
  /// What the core says at the end of the robot that was asked for.
  var explanation: [String]?
}

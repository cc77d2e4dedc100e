import Determinism
import FleetSimulation
import Foundation
import SiteFiles

/// One run at the command line: banner, progress, table, replay command.
struct SimulationRun {
  let path: String
  let scenario: Scenario
  let site: SimulationSite
  let seed: UInt64
  /// The options to be repeated in the replay command, with a leading space.
  let options: String
  /// The run ends when a checker has found something.
  let stopsAtViolation: Bool
  /// Where a replay of the run is written.
  let html: String?
  /// Where the run is written for `drover replay`.
  let record: String?
  let printsText: Bool
  let showsProgress: Bool

  func run(until interrupt: InterruptFlag) throws -> RunReport {
    if printsText { printBanner() }
    let clock = ContinuousClock()
    let began = clock.now
    var simulation: Simulation
    do { simulation = try Simulation(scenario, site: site.site, seed: seed) } catch {
      throw CommandFailure("scenario", "\(path): \(error)")
    }
    var shown = began
    var demandEnded: ContinuousClock.Instant?
    var recording = html == nil ? nil : Recording(simulation)
    while simulation.phase != .ended, !interrupt.isRaised {
      if stopsAtViolation, simulation.collisionCount + simulation.violationCount > 0 { break }
      simulation.run(
        until: simulation.elapsed + (recording == nil ? .seconds(1) : Recording.period))
      if demandEnded == nil, simulation.phase != .demand { demandEnded = clock.now }
      recording?.sample(simulation)
      if showsProgress, clock.now - shown > .milliseconds(250) {
        shown = clock.now
        progress(simulation, wall: (shown - began).inSeconds)
      }
    }
    if showsProgress { CommandContext.current.writeError("\r\u{1B}[K") }
    let report = simulation.report(
      wallSeconds: (clock.now - began).inSeconds,
      demandWallSeconds: ((demandEnded ?? clock.now) - began).inSeconds)
    if printsText { printOutcome(report) }
    if let html, let recording { try write(recording, simulation, report, to: html) }
    if let record { try keep(report, in: record) }
    return report
  }

  private func keep(_ report: RunReport, in file: String) throws(CommandFailure) {
    do {
      let record = SimulationRecord(
        scenario, seed: seed, site: try site.recorded(), build: DroverCommand.version,
        hash: report.finished ? report.eventLogHash : nil)
      try Data(try record.bytes()).write(to: URL(fileURLWithPath: file))
    } catch { throw CommandFailure("file", "cannot write \(file): \(error)") }
    if printsText { CommandContext.current.print("written: drover replay \(file)") }
  }

  private func write(
    _ recording: Recording, _ simulation: Simulation, _ report: RunReport, to file: String
  ) throws {
    let page = try HTMLReplay.render(recording, of: simulation, report: report)
    do { try Data(page.utf8).write(to: URL(fileURLWithPath: file)) } catch {
      throw CommandFailure("file", "cannot write \(file): \(error.localizedDescription)")
    }
    if printsText { CommandContext.current.print("written: \(file)") }
  }

  private func printBanner() {
    let context = CommandContext.current
    context.print(
      "scenario \(scenario.name), site \(site.site.id), seed \(seed), build \(Self.build)")
    let network = scenario.network
    context.print(
      "\(Gate.shown(scenario.duration.inSeconds)) s, network \(network.delayMilliseconds)"
        + "+\(network.jitterMilliseconds) ms, loss \(network.loss), duplication "
        + "\(network.duplication)")
  }

  private func progress(_ simulation: Simulation, wall: Double) {
    let seconds = simulation.elapsed.inSeconds
    let total = scenario.duration.inSeconds
    let share = Int(min(100, 100 * seconds / total))
    let speed = wall > 0 ? Int(seconds / wall) : 0
    var text =
      "\r\u{1B}[K\(scenario.name) seed \(seed): \(Int(seconds)) s (\(share) %), \(speed)x, "
    text += "\(simulation.completedCount) tasks done, \(simulation.openCount) open"
    if simulation.phase == .drain { text += ", draining" }
    if simulation.collisionCount + simulation.violationCount > 0 {
      text += ", \(simulation.collisionCount) collisions, \(simulation.violationCount) violations"
    }
    CommandContext.current.writeError(text)
  }

  private func printOutcome(_ report: RunReport) {
    let context = CommandContext.current
    for line in ReportText(report).lines(width: context.width) { context.print(line) }
    context.print("replay: drover simulate \(path) --seed \(seed)\(options)")
  }

  #if DEBUG
    static let build = "debug"
  #else
    static let build = "release"
  #endif
}

import ArgumentParser
import Determinism
import FleetModel
import Foundation
import MQTTTransport
import Site

/// One demonstration under way: keeps its processes alive, gives the fleet work, shows the map.
final class DemoSession {
  private let setup: DemoRun
  private let signals: TerminationSignals
  private let isQuiet: Bool
  private let duration: Duration?
  private let clock = ContinuousClock()
  private let context = CommandContext.current
  private var server: ChildProcess
  private var robots: ChildProcess
  private var restarts = 0
  private var serverStarted: ContinuousClock.Instant
  /// Servers in a row that have ended soon after their start.
  private var shortLives = 0
  private var demand: DemoDemand
  private var turn = 0
  private var channel: (any OperatorChannel)?
  private var figures: FleetStatistics?
  private var processor = DemoReport.Processor(server: 0, robots: 0, broker: 0)
  /// Processor time of servers that were killed.
  private var processorBefore = (server: 0.0, broker: 0.0)
  private var notices: [FleetNotice] = []

  /// Starts server and robots.
  /// - Throws: a failure when the server does not come up, `ExitCode` on a signal before that.
  init(
    _ run: DemoRun, signals: TerminationSignals, isQuiet: Bool, duration: Duration?
  ) throws {
    setup = run
    self.signals = signals
    self.isQuiet = isQuiet
    self.duration = duration
    demand = DemoDemand(
      site: run.site, seed: Seed(run.seed), run: String(run.origin.microseconds, radix: 36))
    try run.enrol()
    server = try run.startServer()
    serverStarted = clock.now
    try Self.await(server, run, signals)
    robots = try run.startRobots()
    tellProcesses()
  }

  /// Until a signal or the end of the time.
  func run() throws -> DemoReport {
    let begin = clock.now
    let terminal = isQuiet || context.width == nil ? nil : FullScreen()
    var screen = WatchScreen(site: setup.site)
    var shown = ShownLines()
    var signal: Int32?
    while signal == nil {
      if let duration, begin.duration(to: clock.now) >= duration { break }
      try supervise()
      giveWork()
      if let terminal {
        draw(&screen, &shown)
        if terminal.waitForEnd(signals: signals.fileDescriptor, milliseconds: 250) { break }
      } else {
        context.sleep(.milliseconds(250))
      }
      signal = signals.read()
    }
    // Read also where the terminal saw it first: a signal left over would end this process.
    _ = signals.read()
    terminal?.leave()
    return try end(
      realSeconds: begin.duration(to: clock.now).inSeconds, isCutShort: signal != nil)
  }

  // MARK: Processes

  /// Waits until the server answers.
  private static func await(
    _ server: ChildProcess, _ run: DemoRun, _ signals: TerminationSignals
  ) throws {
    let clock = ContinuousClock()
    let limit = clock.now + .seconds(20)
    while clock.now < limit {
      if let signal = signals.read() { throw ExitCode(128 + signal) }
      if server.status() != nil { break }
      if let access = try OperatorAccess.read(fromState: run.directory) {
        let channel = try OperatorClient(access, notices: false)
        do throws(CommandFailure) {
          if case .statistics = try channel.ask(.statistics, patience: .seconds(2)) { return }
        } catch {
          // Not yet.
        }
      }
      CommandContext.current.sleep(.milliseconds(50))
    }
    throw CommandFailure(
      "server", "the server did not start: \(run.lastWords("server.log"))",
      hint: "its log is \(run.directory)/server.log")
  }

  private func supervise() throws {
    if server.status() != nil {
      restarts += 1
      shortLives = serverStarted.duration(to: clock.now) < .seconds(3) ? shortLives + 1 : 0
      guard shortLives < 5 else {
        throw CommandFailure(
          "server", "the server ends again and again: \(setup.lastWords("server.log"))",
          hint: "its log is \(setup.directory)/server.log")
      }
      processorBefore = (processor.server, processor.broker)
      channel = nil
      server = try setup.startServer()
      serverStarted = clock.now
      tellProcesses()
    }
    if robots.status() != nil {
      throw CommandFailure(
        "robots", "the robots have ended: \(setup.lastWords("robots.log"))",
        hint: "their log is \(setup.directory)/robots.log")
    }
  }

  private func tellProcesses() {
    context.printError(
      "server: process \(server.processID), robots: process \(robots.processID)")
    if restarts == 0 {
      context.printError(
        "operator commands: drover task list --state \(setup.directory), drover watch --state …")
    }
  }

  // MARK: Work

  /// Keeps somewhat more tasks open than there are robots, of every kind that somebody can do.
  private func giveWork() {
    guard let figures = statistics() else { return }
    self.figures = figures
    processor.server = processorBefore.server + Double(figures.cpuMicroseconds) / 1_000_000
    processor.broker = processorBefore.broker + Double(figures.brokerCPUMicroseconds) / 1_000_000
    for kind in demand.kinds {
      let open = figures.tasks.first { $0.kind == kind }?.open ?? 0
      let wanted = wanted(kind)
      for _ in 0..<max(0, min(wanted - Int(open), 20)) {
        let (key, spec) = demand.next(kind)
        guard ask(.submitTask(key: key, spec: spec)) != nil else { return }
      }
    }
  }

  /// How many tasks of a kind are to be open: what its robots have, and some to choose from.
  private func wanted(_ kind: TaskKind) -> Int {
    guard let skill = kind.skill else { return max(1, setup.robots / 5) }
    let able = setup.site.fleet(ofSize: setup.robots).count {
      setup.site.classes[$0.classIndex].skills.contains(skill)
    }
    return able == 0 ? 0 : able + max(1, able / 5)
  }

  private func statistics() -> FleetStatistics? {
    guard case .statistics(let figures) = ask(.statistics) else { return nil }
    return figures
  }

  /// nil: no answer for now; the server may be starting again.
  private func ask(_ command: OperatorCommand) -> OperatorReply? {
    do {
      if channel == nil, let access = try OperatorAccess.read(fromState: setup.directory) {
        channel = try OperatorClient(access, notices: !isQuiet)
      }
      let reply = try channel?.ask(command, patience: .seconds(2))
      notices += channel?.takeNotices() ?? []
      return reply
    } catch {
      channel = nil
      return nil
    }
  }

  private func draw(_ screen: inout WatchScreen, _ shown: inout ShownLines) {
    if case .snapshot(let snapshot) = ask(.snapshot) {
      screen.snapshot = snapshot
      screen.trouble = nil
    } else {
      screen.trouble = "the server does not answer"
    }
    screen.take(notices)
    notices = []
    let size = Terminal.size(of: 1) ?? (80, 24)
    let lines = screen.lines(columns: size.columns, rows: size.rows, colour: context.colour)
    Terminal.write(shown.frame(lines, size: size), to: 1)
  }

  // MARK: End

  /// - Parameter isCutShort: ended by a signal; the robots may not even have begun.
  private func end(realSeconds: Double, isCutShort: Bool) throws -> DemoReport {
    if let last = statistics() { figures = last }
    if let figures {
      processor.server = processorBefore.server + Double(figures.cpuMicroseconds) / 1_000_000
      processor.broker = processorBefore.broker + Double(figures.brokerCPUMicroseconds) / 1_000_000
    }
    channel = nil
    robots.signal(SIGINT)
    _ = robots.wait(limit: .seconds(10))
    server.stop(grace: .seconds(10))
    let swarm = try swarmReport(isCutShort: isCutShort)
    var report = DemoReport(
      setup, realSeconds: realSeconds, restarts: restarts, swarm: swarm, server: processor)
    if let figures { report.add(figures) }
    return report
  }
  private func swarmReport(isCutShort: Bool) throws -> SwarmReport {
    if let data = FileManager.default.contents(atPath: setup.robotsReport) {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(SwarmReport.self, from: data)
    }
    guard isCutShort else {
      throw CommandFailure(
        "robots", "the robots left no report: \(setup.lastWords("robots.log"))")
    }
    var report = SwarmReport()
    report.problems = ["ended before the robots could report"]
    return report
  }
}

import ArgumentParser
import Determinism
import FleetModel
import Foundation

/// `drover task submit`
struct SubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Give the fleet something to do.",
    discussion: """
      A task is submitted under a key. The same key and task again answers the same task, so a \
      script may repeat itself; the same key with another task is refused.

      EXAMPLES
        drover task submit deliver --from refectory --to library --wait
        drover task submit deliver --from post --to law --code 4711 --key order-88
        drover task submit patrol --route forum-round --rounds 3
        drover task submit sweep --area forum --priority 7
        drover task submit goto --cell 12,41 --robot courier-3
      """,
    subcommands: [Deliver.self, Patrol.self, Sweep.self, GoTo.self])

  struct Deliver: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Carry a load from one station to another.")
    @Option(help: ArgumentHelp("Station where the load is taken.", valueName: "station"))
    var from: StationID
    @Option(help: ArgumentHelp("Station where it is brought.", valueName: "station"))
    var to: StationID
    @Option(help: ArgumentHelp("Standing time for loading.", valueName: "seconds"))
    var loadSeconds = 20.0
    @Option(help: ArgumentHelp("Standing time for unloading.", valueName: "seconds"))
    var unloadSeconds = 20.0
    @Option(help: "Hand the load out only for this code (`task release`).") var code: String?
    @Option(help: ArgumentHelp("Weight of the load.", valueName: "grams"))
    var payloadGrams: Int32 = 0
    @OptionGroup(title: "Task") var options: SubmitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
      for seconds in [loadSeconds, unloadSeconds] {
        guard (0...86_400).contains(seconds) else {
          throw ValidationError("standing times go from 0 to 86400 seconds")
        }
      }
      guard payloadGrams >= 0 else { throw ValidationError("--payload-grams is at least 0") }
      if let code { guard !code.isEmpty else { throw ValidationError("--code is empty") } }
    }

    func run() throws {
      let delivery = Delivery(
        pickup: from, drop: to, loadMilliseconds: Int64(loadSeconds * 1000),
        unloadMilliseconds: Int64(unloadSeconds * 1000), releaseCode: code,
        payloadGrams: payloadGrams)
      try options.submit(.deliver(delivery), connection, output)
    }
  }

  struct Patrol: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tour the checkpoints of a route.",
      discussion: "TIME: 2026-11-22T18:00:00Z, or 18:00 (the next one, local time), or +90m.")
    @Option(help: "The route.") var route: RouteID
    @Option(help: "So many rounds.") var rounds: Int32?
    @Option(help: ArgumentHelp("Begin rounds until then.", valueName: "time")) var until: String?
    @OptionGroup(title: "Task") var options: SubmitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
      guard (rounds == nil) != (until == nil) else {
        throw ValidationError("give either --rounds N or --until TIME")
      }
      if let rounds { guard rounds >= 1 else { throw ValidationError("--rounds is at least 1") } }
      _ = try end()
    }

    func run() throws {
      let extent = try end().map { FleetModel.Patrol.Extent.until($0) } ?? .rounds(rounds ?? 1)
      try options.submit(
        .patrol(FleetModel.Patrol(route: route, extent: extent)), connection, output)
    }

    private func end() throws -> Instant? {
      guard let until else { return nil }
      let now = CommandContext.current.clock.now()
      guard let time = TimeArgument.read(until, now: now) else {
        throw ValidationError("--until \(until): write 2026-11-22T18:00:00Z, 18:00 or +90m")
      }
      return time
    }
  }

  struct Sweep: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Sweep every cell of an area.")
    @Option(help: "The area.") var area: AreaID
    @OptionGroup(title: "Task") var options: SubmitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      try options.submit(.sweep(FleetModel.Sweep(area: area)), connection, output)
    }
  }

  struct GoTo: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "goto", abstract: "Drive to a station or a cell.")
    @Option(help: "A station, charger or parking place.") var station: StationID?
    @Option(help: ArgumentHelp("A cell of the map.", valueName: "x,y")) var cell: CellArgument?
    @OptionGroup(title: "Task") var options: SubmitOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws { _ = try target() }

    func run() throws {
      try options.submit(.goTo(FleetModel.GoTo(target: try target())), connection, output)
    }

    private func target() throws -> FleetModel.GoTo.Target {
      switch (station, cell) {
      case (let station?, nil): return .station(station)
      case (nil, let cell?): return .cell(cell.cell)
      case (nil, nil), (.some, .some):
        throw ValidationError("give either --station NAME or --cell X,Y")
      }
    }
  }
}

/// What every submission has.
struct SubmitOptions: ParsableArguments {
  @Option(help: "Your own name for the task (default: a fresh random one).") var key: ClientKey?
  @Option(help: "0 (whenever) to 9 (before all else).") var priority: Int32 = 4
  @Option(help: "Only this robot may do it.") var robot: RobotID?
  @Flag(help: "Wait until it has ended; exit code 1 unless it was completed.") var wait = false

  func validate() throws {
    guard (0...9).contains(priority) else { throw ValidationError("--priority goes from 0 to 9") }
  }

  /// Submits, prints the task, and waits for its end when that was asked for.
  func submit(
    _ body: TaskBody, _ connection: ConnectionOptions, _ output: OutputOptions
  ) throws {
    let key = try key ?? ClientKey("k-" + String(UInt64.random(in: .min ... .max), radix: 36))
    let spec = TaskSpec(body: body, priority: priority, robot: robot)
    let channel = try connection.channel()
    let reply: OperatorReply
    do throws(CommandFailure) {
      reply = try channel.ask(.submitTask(key: key, spec: spec))
    } catch {
      throw error.unansweredSubmission(key: key)
    }
    guard case .task(let task) = reply else { throw reply.unexpected }
    guard wait else {
      return try output.print(TaskJSON(task)) {
        ["\(task.id) \(TaskText.state(task.state)) (key \(task.key))"]
      }
    }
    try TaskWait(connection: connection, output: output).run(task, on: channel)
  }
}

extension CommandFailure {
  /// A submission that was not answered may have been taken: says how to find out.
  fileprivate func unansweredSubmission(key: ClientKey) -> CommandFailure {
    guard status == .unreachable else { return self }
    var failure = self
    let again = "submitting again with --key \(key) is safe: it is done once"
    failure.hint = hint.isEmpty ? again : hint + "; " + again
    return failure
  }
}

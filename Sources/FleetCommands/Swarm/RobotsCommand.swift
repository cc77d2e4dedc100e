import ArgumentParser
import Determinism
import FleetModel
import Foundation
import MQTTTransport
import Site

/// `drover robots`
struct RobotsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robots", abstract: "Run simulated robots against a real broker.",
    discussion: """
      Each robot has its own connection, credentials and last will, as a vendor's robot has. They \
      start on parking places of the site, named CLASS-1, CLASS-2 …, and must be enrolled.

      EXAMPLE (the campus has 12 couriers, 4 guards and 2 sweepers)
        drover robot enrol --state DIR --count 12 --prefix courier- --credentials DIR/robots.json
        drover robot enrol --state DIR --count 4 --prefix guard- --credentials DIR/robots.json
        drover robot enrol --state DIR --count 2 --prefix sweeper- --credentials DIR/robots.json
        drover robots campus --state DIR
      """)

  @Argument(help: "The site: a name in ./Maps or $DROVER_MAPS, a folder, or a site.yaml.")
  var site: String
  @Option(help: ArgumentHelp("The server's store, for the broker's address.", valueName: "dir"))
  var state: String?
  @Option(help: ArgumentHelp("A broker instead of --state.", valueName: "url"))
  var broker: String?
  @Option(help: ArgumentHelp("The authority to trust, with --broker.", valueName: "file"))
  var caFile: String?
  @Option(
    help: ArgumentHelp("The robots' passwords (default: DIR/robots.json).", valueName: "file"))
  var credentials: String?
  @Option(help: "How many robots (default: as the site says).") var count: Int?
  @Option(help: ArgumentHelp("End after so many real seconds.", valueName: "seconds"))
  var duration: Double?
  @Option(help: "Stops before obstacles, a robot and hour.") var stops = 0.0
  @Option(help: "Lost links, a robot and hour.") var linkLosses = 0.0
  @Option(help: "The root of all chance.") var seed: UInt64 = 1
  @Option(
    help: ArgumentHelp(
      "Write the report to this file as well.", valueName: "file",
      visibility: .hidden))
  var report: String?
  @OptionGroup var time: TimeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let count { guard count > 0 else { throw ValidationError("--count must be above 0") } }
    if let duration {
      guard duration > 0 else { throw ValidationError("--duration must be above 0") }
    }
    guard stops >= 0, linkLosses >= 0 else {
      throw ValidationError("--stops and --link-losses are rates of 0 or more")
    }
  }

  func run() throws {
    let signals = try TerminationSignals()
    let (site, _) = try SiteArgument.load(site)
    let (endpoint, passwords) = try access(site)
    var settings = SwarmSettings(
      site: site, endpoint: endpoint, robots: try robots(of: site, passwords), seed: Seed(seed))
    settings.faults.stopsPerHour = stops
    settings.faults.linkLossesPerHour = linkLosses
    try OpenFiles.raiseLimit()
    let swarm = try Swarm(settings, clock: time.clock)
    let context = CommandContext.current
    let quiet = output.json || report != nil
    let result = swarm.run(
      for: duration.map { .seconds($0) }, until: { signals.read() != nil },
      onStatus: { status in
        if !quiet { context.printError(SwarmText.line(status)) }
      })
    try tell(result)
  }

  private func robots(
    of site: Site, _ passwords: [String: String]
  ) throws -> [SwarmRobot] {
    let robots = try SwarmRobot.fleet(
      of: site, size: count, passwords: passwords, seed: Seed(seed))
    guard let missing = robots.first(where: { $0.password == nil }), !passwords.isEmpty else {
      return robots
    }
    throw CommandFailure(
      "credentials", "there is no password for robot \(missing.id)",
      hint: "enrol it: `drover robot enrol \(missing.id) --credentials FILE`")
  }

  private func access(_ site: Site) throws -> (MQTTEndpoint, [String: String]) {
    let directory =
      try broker == nil
      ? StateDirectory.find(
        given: state, site: site.id.text, environment: CommandContext.current.environment)
      : nil
    let endpoint: MQTTEndpoint
    if let broker {
      endpoint = try MQTTEndpoint(url: broker, authorityFile: caFile)
    } else if let directory, let access = try OperatorAccess.read(fromState: directory) {
      endpoint = MQTTEndpoint(host: access.host, port: access.robotPort ?? access.port)
    } else {
      throw CommandFailure.unreachable(
        "no server state in \(directory ?? "")",
        hint: "start a server with `drover serve \(site.id) --state DIR`")
    }
    guard let file = credentials ?? directory.map({ $0 + "/robots.json" }) else {
      return (endpoint, [:])
    }
    let known = try CredentialsFile.read(file)
    guard !known.isEmpty else {
      throw CommandFailure(
        "credentials", "there are no credentials in \(file)",
        hint: "`drover robot enrol NAME --credentials \(file)` makes them")
    }
    let pairs = known.map { ($0.name, $0.password) }
    return (endpoint, Dictionary(pairs, uniquingKeysWith: { $1 }))
  }

  private func tell(_ result: SwarmReport) throws {
    if let report {
      try PrivateFile.write([UInt8](try JSONText.encode(result).utf8), to: report)
    }
    try output.print(result) { SwarmText.lines(result) }
    if result.status.collisions > 0 { throw ExitCode(1) }
  }
}

/// A swarm for people.
enum SwarmText {
  static func line(_ status: SwarmStatus) -> String {
    """
    \(Int(status.virtualSeconds)) s  \(status.connected) of \(status.robots) connected, \
    \(status.moving) moving, \(status.held) held, \(status.outOfOrder) out of order, \
    \(status.collisions) collisions
    """
  }

  static func lines(_ report: SwarmReport) -> [String] {
    [
      line(report.status),
      "\(Int(report.status.drivenMetres)) m driven, \(report.status.messagesSent) messages sent, "
        + "\(report.status.messagesReceived) received, \(report.collisionChecks) checks for "
        + "collisions, \(report.overruns) overruns",
    ] + report.collisionDetails + report.problems
  }
}

import ArgumentParser
import Determinism
import FleetModel
import FleetPorts
import FleetServer
import FleetStore
import Foundation
import Logging
import MQTTTransport
import Site
import SiteFiles

/// `drover serve`
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the fleet server of a site.",
    discussion: """
      Starts a private MQTT broker on this machine's loopback unless --broker names another one, \
      keeps everything it has promised in --state, and goes on from there after a crash. \
      Ctrl-C ends it in order.

      EXAMPLES
        drover serve campus
        drover serve harbour --state /var/lib/drover/harbour --log-level info
        drover serve harbour --listen 0.0.0.0:8883 --certificate fleet.pem --key fleet.key
        drover serve harbour --broker mqtts://broker.example:8883 --broker-user fleet \\
          --broker-password-file secret
      """)

  @Argument(help: "The site: a name in ./Maps or $DROVER_MAPS, a folder, or a site.yaml.")
  var site: String

  @Option(
    help: ArgumentHelp(
      "Where to keep tasks, promises and credentials (default: ~/.local/state/drover/SITE).",
      valueName: "dir"))
  var state: String?

  @OptionGroup(title: "Private broker") var listener: ListenerOptions
  @OptionGroup(title: "Another broker") var other: OtherBrokerOptions

  @Option(
    help: ArgumentHelp(
      "Copy the store to drover.sqlite.bak so often; 0: never.", valueName: "minutes"))
  var backup = 60
  @Option(
    help: ArgumentHelp(
      "Record every input for `drover incident export`, the newest so many MB; 0: nothing.",
      valueName: "mb"))
  var flightMb = 256
  @Option(
    help: ArgumentHelp(
      """
      Go before a server with this epoch, which no longer runs and whose store is lost. First see to it \
      that every robot is within reach or off the road: of others this one knows nothing.
      """,
      valueName: "epoch"))
  var aboveEpoch: UInt64?
  @Option(help: "Least level to log: debug, info, notice, warning, error.")
  var logLevel = Logger.Level.notice

  @OptionGroup var time: TimeOptions

  func validate() throws {
    guard flightMb == 0 || (16...1_000_000).contains(flightMb) else {
      throw ValidationError("--flight-mb is 0, or 16 to 1000000")
    }
    guard (0...100_000).contains(backup) else {
      throw ValidationError("--backup goes from 0 to 100000 minutes")
    }
    if let aboveEpoch, !(1...ServerEpoch.highestFloor).contains(aboveEpoch) {
      throw ValidationError("--above-epoch goes from 1 to \(ServerEpoch.highestFloor)")
    }
    if other.broker != nil, listener.listen != nil {
      throw ValidationError("--broker and --listen exclude each other")
    }
  }

  func run() throws {
    // Before any other thread exists, so that all of them leave the signals alone.
    let signals = try TerminationSignals()
    let (site, path) = try SiteArgument.load(site)
    try Self.check(site, path)
    let directory = state ?? StateDirectory.standard(site: site.id.text)
    let storage: SQLiteStore
    do throws(StoreError) {
      storage = try SQLiteStore(directory: directory)
    } catch { throw CommandFailure(error) }
    let level = logLevel
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    try serve(site, path, directory, storage, signals)
  }

  private func serve(
    _ site: Site, _ path: String, _ directory: String, _ storage: SQLiteStore,
    _ signals: TerminationSignals
  ) throws(CommandFailure) {
    var run = ServerRun(site: site, sitePath: path, directory: directory, storage: storage)
    try run.choose(broker: other, listener: listener)
    let clock = time.clock
    do throws(ServerError) {
      var settings = run.settings(seed: Seed(UInt64(bitPattern: clock.now().microseconds)))
      if flightMb > 0 { settings.flight = try Self.flight(flightMb, site, path) }
      settings.epochFloor = aboveEpoch ?? 0
      settings.backUpPeriod = backup == 0 ? nil : .seconds(60 * backup)
      let server = try FleetServer(
        settings, storage: storage,
        clock: clock, owner: run.owner, signals: signals, log: Logger(label: "drover.server"))
      try run.publishAccess(server)
      try server.run()
    } catch { throw CommandFailure(error) }
  }

  /// The recorder keeps the site's own files: they change.
  private static func flight(
    _ megabytes: Int, _ site: Site, _ path: String
  ) throws(ServerError) -> FlightSettings {
    do throws(SiteError) {
      return FlightSettings(
        bytes: megabytes << 20, siteFiles: try SiteFile.texts(path), build: DroverCommand.version)
    } catch { throw .broker(.file(path: path, reason: error.description)) }
  }

  /// A site on which robots would get stuck is not served.
  private static func check(_ site: Site, _ path: String) throws(CommandFailure) {
    guard let problem = site.problems().first(where: { $0.severity == .error }) else { return }
    throw CommandFailure(
      "site", "\(path) is not well-formed: \(problem)",
      hint: "`drover map check \(path)` lists everything")
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Where the private broker listens beyond this machine.
struct ListenerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also listen there, with TLS; robots at PORT, operators at PORT + 1.",
      valueName: "host:port"))
  var listen: String?
  @Option(help: ArgumentHelp("The certificate chain (PEM), with --listen.", valueName: "file"))
  var certificate: String?
  @Option(help: ArgumentHelp("The certificate's key (PEM), with --listen.", valueName: "file"))
  var key: String?

  func validate() throws {
    if listen == nil {
      guard certificate == nil, key == nil else {
        throw ValidationError("--certificate and --key go with --listen HOST:PORT")
      }
      return
    }
    guard certificate != nil, key != nil else {
      throw ValidationError(
        "--listen needs --certificate and --key: off this machine only TLS is spoken")
    }
    _ = try publicListener()
  }

  /// nil: loopback only.
  func publicListener() throws -> BrokerPublicListener? {
    guard let listen, let certificate, let key else { return nil }
    let parts = listen.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 2, let port = parts.last.flatMap({ UInt16($0) }), port > 0,
      port < UInt16.max
    else { throw ValidationError("--listen \(listen): give HOST:PORT, port 1 to 65534") }
    var host = parts.dropLast().joined(separator: ":")
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    return BrokerPublicListener(
      host: host, robotsPort: port, operatorsPort: port + 1, certificateFile: certificate,
      keyFile: key)
  }
}

/// A broker that somebody else runs.
struct OtherBrokerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Use this broker: mqtt://HOST:PORT or mqtts://HOST:PORT. Its accounts and access lists "
        + "are its owner's to keep (docs/protocol.md).", valueName: "url"))
  var broker: String?
  @Option(help: ArgumentHelp("The server's user name there.", valueName: "name"))
  var brokerUser: String?
  @Option(help: ArgumentHelp("The server's password there.", valueName: "file"))
  var brokerPasswordFile: String?
  @Option(help: ArgumentHelp("The authority to trust there (PEM).", valueName: "file"))
  var brokerCaFile: String?

  /// nil: the private one.
  func connection(site: SiteID) throws(CommandFailure) -> MQTTConnectionSettings? {
    guard let broker else { return nil }
    let endpoint: MQTTEndpoint
    do throws(MQTTEndpointError) {
      endpoint = try MQTTEndpoint(url: broker, authorityFile: brokerCaFile)
    } catch { throw CommandFailure("broker", "--broker: \(error)") }
    return MQTTConnectionSettings(
      endpoint: endpoint, clientID: "\(PrivateBroker.clientIDPrefix)server-\(site)",
      username: brokerUser, password: try password(), subscriptions: [])
  }

  private func password() throws(CommandFailure) -> String? {
    guard let file = brokerPasswordFile else { return nil }
    do {
      return try String(contentsOfFile: file, encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    } catch {
      throw CommandFailure("file", "cannot read \(file)", hint: "is it there, and yours?")
    }
  }
}

/// The clock of a process: real time, or faster for demonstrations.
struct TimeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Virtual seconds a real second, for demonstrations.", valueName: "factor",
      visibility: .hidden))
  var timeScale = 1.0
  @Option(
    help: ArgumentHelp(
      "When virtual and real time were equal, in microseconds since 1970.", visibility: .hidden))
  var timeOrigin: Int64?

  func validate() throws {
    guard timeScale > 0, timeScale <= 100 else {
      throw ValidationError("--time-scale goes from above 0 to 100")
    }
  }

  var clock: SystemClock {
    SystemClock(scale: timeScale, origin: timeOrigin.map(Instant.init(microseconds:)))
  }
}

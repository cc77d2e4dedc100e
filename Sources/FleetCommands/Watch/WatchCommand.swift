import ArgumentParser
import FleetModel
import MQTTTransport
import Site
import SiteFiles

/// `drover watch`
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "The map with its robots, live in the terminal.",
    discussion: """
      ^ > v <  driving      @  standing, busy      o  idle      +  charging      !  in trouble
      ·        released road                       x  closed

      q or Ctrl-C leaves. Where standard output is no terminal, a line is printed for each change; \
      with --json a snapshot a second, one a line.
      """)
  @Flag(help: "Print one picture and end.") var once = false
  @Option(
    help: ArgumentHelp(
      "The site's folder or site.yaml, for the map (default: the server's).", valueName: "site"))
  var map: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func run() throws {
    if once { return try printOnce() }
    if output.json || CommandContext.current.width == nil { return try follow() }
    try watch()
  }

  // MARK: - On the screen

  private func watch() throws {
    var link = WatchLink(connection)
    try link.connect()
    var screen = WatchScreen(site: try site())
    let signals = try TerminationSignals()
    guard let terminal = FullScreen() else { return try follow() }
    defer { terminal.leave() }
    var shown = ShownLines()
    repeat {
      link.update(&screen)
      let size = Terminal.size(of: 1) ?? (80, 24)
      let lines = screen.lines(
        columns: size.columns, rows: size.rows, colour: CommandContext.current.colour)
      Terminal.write(shown.frame(lines, size: size), to: 1)
    } while !terminal.waitForEnd(signals: signals.fileDescriptor, milliseconds: 250)
    _ = signals.read()
  }

  // MARK: - As lines

  private func follow() throws {
    let context = CommandContext.current
    var link = WatchLink(connection)
    try link.connect()
    var screen = WatchScreen(site: nil)
    var last: SnapshotView?
    var told: String?
    while true {
      link.update(&screen)
      if screen.trouble != told, let trouble = screen.trouble { context.printError(trouble) }
      told = screen.trouble
      if let snapshot = screen.snapshot, told == nil {
        if output.json {
          context.print(try JSONText.encode(SnapshotJSON(snapshot)))
        } else {
          for line in WatchChanges.lines(from: last, to: snapshot) { context.print(line) }
        }
        last = snapshot
      }
      context.sleep(.seconds(1))
    }
  }

  private func printOnce() throws {
    let reply = try connection.channel().ask(.snapshot)
    guard case .snapshot(let snapshot) = reply else { throw reply.unexpected }
    let context = CommandContext.current
    var screen = WatchScreen(site: output.json ? nil : try site())
    screen.snapshot = snapshot
    try output.print(SnapshotJSON(snapshot)) {
      screen.lines(columns: context.width ?? 100, rows: 1000, colour: context.colour)
    }
  }

  /// The site to draw: given, or the server's, or found by name; nil: it is not on this machine. A
  /// site that is here and damaged is an error.
  private func site() throws(CommandFailure) -> Site? {
    if let map { return try SiteArgument.load(map).site }
    let access = try CommandContext.current.access(connection)
    for name in [access.sitePath, access.site.text].compactMap({ $0 }) {
      do throws(SiteError) {
        _ = try SiteLocator.current().locate(name)
      } catch {
        continue
      }
      return try SiteArgument.load(name).site
    }
    return nil
  }
}

/// A connection that is made again when the server has gone away.
struct WatchLink {
  private let connection: ConnectionOptions
  private var channel: (any OperatorChannel)?

  init(_ connection: ConnectionOptions) { self.connection = connection }

  mutating func connect() throws(CommandFailure) {
    channel = try CommandContext.current.connect(connection, true)
  }

  /// Fetches a snapshot and notices; a silent server becomes `trouble`, not the end.
  mutating func update(_ screen: inout WatchScreen) {
    do throws(CommandFailure) {
      if channel == nil { try connect() }
      guard let channel else { return }
      switch try channel.ask(.snapshot, patience: .seconds(2)) {
      case .snapshot(let snapshot):
        screen.snapshot = snapshot
        screen.trouble = nil
      case .refused(let refusal): screen.trouble = refusal.message
      case let reply: throw reply.unexpected
      }
      screen.take(channel.takeNotices())
    } catch {
      screen.trouble = error.message
      channel = nil
    }
  }
}

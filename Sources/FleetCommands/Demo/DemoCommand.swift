import ArgumentParser
import Determinism
import FleetModel
import Foundation
import MQTTTransport
import Site

/// `drover demo`
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Everything at once on this machine: see a fleet work.",
    discussion: """
      Runs a server and simulated robots as processes of their own, gives them work, and shows the \
      map until Ctrl-C (or for --duration). A server that is killed is started again. While it \
      runs, operator commands work in another terminal: they are told where.

      EXAMPLES
        drover demo
        drover demo oldtown --robots 200
        drover demo harbour --robots 50 --duration 60 --time-scale 10 --json
      """)

  @Argument(help: "The site: a name in ./Maps or $DROVER_MAPS, a folder, or a site.yaml.")
  var site = "harbour"
  @Option(help: "How many robots (default: as the site says).") var robots: Int?
  @Option(help: ArgumentHelp("End after so many real seconds.", valueName: "seconds"))
  var duration: Double?
  @Option(help: ArgumentHelp("Virtual seconds a real second, 0.1 to 20.", valueName: "factor"))
  var timeScale = 1.0
  @Option(
    help: ArgumentHelp(
      "Keep the store there (default: a temporary one, deleted at the end).", valueName: "dir"))
  var state: String?
  @Option(help: "The root of all chance.") var seed: UInt64 = 1
  @Option(help: "Stops of robots before obstacles, a robot and hour.") var stops = 0.0
  @Option(help: "Lost links, a robot and hour.") var linkLosses = 0.0
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let robots { guard robots > 0 else { throw ValidationError("--robots must be above 0") } }
    if let duration {
      guard duration > 0 else { throw ValidationError("--duration must be above 0") }
    }
    guard (0.1...20).contains(timeScale) else {
      throw ValidationError("--time-scale goes from 0.1 to 20")
    }
    guard stops >= 0, linkLosses >= 0 else {
      throw ValidationError("--stops and --link-losses are rates of 0 or more")
    }
  }

  func run() throws {
    let signals = try TerminationSignals()
    let (site, path) = try SiteArgument.load(site)
    let size = site.fleet(ofSize: robots).count
    if let robots, size < robots {
      throw CommandFailure(
        "robots", "\(site.id) has parking places for \(size) robots, not for \(robots)",
        hint: "give --robots \(size) or fewer, or another site")
    }
    guard size > 0 else {
      throw CommandFailure("robots", "\(site.id) has no robots: its site.yaml names none")
    }
    let directory = try DemoDirectory(given: state)
    defer { directory.delete() }
    let run = DemoRun(
      site: site, sitePath: path, directory: directory.path, robots: size, timeScale: timeScale,
      seed: seed, faults: (stops, linkLosses))
    let session = try DemoSession(
      run, signals: signals, isQuiet: output.json, duration: duration.map { .seconds($0) })
    let report = try session.run()
    try output.print(report) { report.lines }
    if !report.isClean { throw ExitCode(1) }
  }
}

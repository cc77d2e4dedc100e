import ArgumentParser
import FleetModel
import Foundation
import Site
import SiteFiles

/// `drover map`
struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map", abstract: "Check and draw sites.",
    discussion: "SITE is a name (a folder in ./Maps or $DROVER_MAPS), a folder or a site.yaml.",
    subcommands: [Check.self, Draw.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that a site is well-formed.",
      discussion: "Errors (exit code 1) would get robots stuck; warnings are worth knowing.")
    @Argument(help: "The site.") var site: String
    @OptionGroup var output: OutputOptions

    func run() throws {
      let (site, path) = try SiteArgument.load(site)
      let problems = site.problems().sorted { $0.severity > $1.severity }
      let errors = problems.count { $0.severity == .error }
      try output.print(MapCheckJSON(site, path, problems)) {
        problems.map(\.description) + [Self.summary(site, errors, problems.count - errors)]
      }
      if errors > 0 {
        throw CommandFailure(
          "site", "\(path) has \(errors) \(errors == 1 ? "error" : "errors")",
          hint: "`drover map draw \(site.id) --svg FILE` shows where things are")
      }
    }

    private static func summary(_ site: Site, _ errors: Int, _ warnings: Int) -> String {
      """
      \(site.id): \(site.map.width) x \(site.map.height) cells of \(site.cellMillimetres) mm, \
      \(site.graph.vertexCount) passable, \(site.stations.count) stations, \
      \(site.chargers.count) chargers, \(site.parking.count) parking places, \
      \(errors) errors, \(warnings) warnings
      """
    }
  }

  struct Draw: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw a site in the terminal, or as SVG.",
      discussion: """
        EXAMPLES
          drover map draw harbour
          drover map draw harbour --svg harbour.svg
        """)
    @Argument(help: "The site.") var site: String
    @Option(
      help: ArgumentHelp("Write an SVG picture instead; - for standard output.", valueName: "file"))
    var svg: String?
    @Option(help: "Columns to use (default: the terminal's).") var width: Int?

    func validate() throws {
      if let width {
        guard (10...2000).contains(width) else {
          throw ValidationError("--width goes from 10 to 2000")
        }
      }
    }

    func run() throws {
      let (site, _) = try SiteArgument.load(site)
      let context = CommandContext.current
      guard let svg else {
        let columns = width ?? context.width ?? 100
        let colour = context.colour
        context.write(
          TerminalDrawing(site: site).render(columns: columns, rows: 1000, colour: colour))
        return context.print(TerminalDrawing.legend(colour: colour))
      }
      let picture = SVGDrawing.render(site)
      if svg == "-" { return context.write(picture) }
      do {
        try picture.write(toFile: svg, atomically: true, encoding: .utf8)
      } catch {
        throw CommandFailure("file", "cannot write \(svg): \(error.localizedDescription)")
      }
      context.print("wrote \(svg)")
    }
  }
}

/// A site given on the command line.
enum SiteArgument {
  /// - Throws: a failure with file, line and value.
  static func load(_ name: String) throws(CommandFailure) -> (site: Site, path: String) {
    do throws(SiteError) {
      let path = try SiteLocator.current().locate(name)
      return (try SiteFile.load(path), path)
    } catch { throw CommandFailure("site", error.description) }
  }
}

/// What `map check --json` prints.
struct MapCheckJSON: Encodable {
  struct Problem: Encodable {
    var severity: String
    var text: String
    var cells: [[Int32]]
  }
  var site: String
  var file: String
  var width: Int32
  var height: Int32
  var cellMillimetres: Int32
  var passableCells: Int
  var stations: Int
  var chargers: Int
  var parkingPlaces: Int
  var zones: Int
  var routes: Int
  var areas: Int
  var problems: [Problem]

  init(_ site: Site, _ path: String, _ problems: [SiteProblem]) {
    self.site = site.id.text
    file = path
    width = site.map.width
    height = site.map.height
    cellMillimetres = site.cellMillimetres
    passableCells = site.graph.vertexCount
    stations = site.stations.count
    chargers = site.chargers.count
    parkingPlaces = site.parking.count
    zones = site.zones.count
    routes = site.routes.count
    areas = site.areas.count
    self.problems = problems.map {
      Problem(severity: $0.severity.rawValue, text: $0.text, cells: $0.cells.map { [$0.x, $0.y] })
    }
  }
}

import ArgumentParser
import FleetModel
import Grid

/// `drover station`
struct StationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "station", abstract: "List stations, chargers and parking places.",
    subcommands: [List.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List stations, chargers and parking places, who holds them and who waits.")
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      let reply = try connection.channel().ask(.listStations)
      guard case .stations(let stations) = reply else { throw reply.unexpected }
      try output.print(stations.map(StationJSON.init)) {
        PlaceText.stations(stations, width: CommandContext.current.width)
      }
    }
  }
}

/// `drover zone`
struct ZoneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zone", abstract: "List, close and open zones.",
    subcommands: [List.self, Close.self, Open.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the zones and their rules.")
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      let reply = try connection.channel().ask(.listZones)
      guard case .zones(let zones) = reply else { throw reply.unexpected }
      try output.print(zones.map(ZoneJSON.init)) {
        PlaceText.zones(zones, width: CommandContext.current.width)
      }
    }
  }

  struct Close: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let nobody in; robots inside drive on and out.")
    @Argument var zone: ZoneID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.closeZone(zone), "close", zone, output) }
  }

  struct Open: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let robots in again.")
    @Argument var zone: ZoneID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.openZone(zone), "open", zone, output) }
  }
}

/// Stations and zones as people read them.
enum PlaceText {
  static func stations(_ stations: [StationView], width: Int?) -> [String] {
    if stations.isEmpty { return ["no stations"] }
    return Table(
      [
        .init("PLACE", least: 10), .init("KIND"), .init("CELLS", least: 10),
        .init("HELD BY", least: 10), .init("WAITING", least: 10),
      ],
      rows: stations.map { station in
        [
          station.id.text, station.kind,
          station.cells.map { "\($0.x),\($0.y)" }.joined(separator: " "),
          names(station.reserved), names(station.queue),
        ]
      }
    ).lines(width: width)
  }

  static func zones(_ zones: [ZoneView], width: Int?) -> [String] {
    if zones.isEmpty { return ["no zones"] }
    return Table(
      [
        .init("ZONE", least: 10), .init("CELLS", right: true), .init("STATE"),
        .init("RULES", least: 12), .init("ROBOTS INSIDE", least: 13),
      ],
      rows: zones.map { zone in
        [
          zone.id.text, "\(zone.cellCount)", zone.closed ? "closed" : "open",
          zone.rules.isEmpty ? "-" : zone.rules, names(zone.robots),
        ]
      }
    ).lines(width: width)
  }

  private static func names(_ robots: [RobotID]) -> String {
    robots.isEmpty ? "-" : robots.map(\.text).joined(separator: " ")
  }
}

/// A station as `--json` prints it.
struct StationJSON: Encodable {
  var id: String
  var kind: String
  var cells: [[Int32]]
  var heldBy: [String]
  var waiting: [String]

  init(_ station: StationView) {
    id = station.id.text
    kind = station.kind
    cells = station.cells.map { [$0.x, $0.y] }
    heldBy = station.reserved.map(\.text)
    waiting = station.queue.map(\.text)
  }
}

/// A zone as `--json` prints it.
struct ZoneJSON: Encodable {
  var id: String
  var cells: Int32
  var closed: Bool
  var rules: String
  var robots: [String]

  init(_ zone: ZoneView) {
    id = zone.id.text
    cells = zone.cellCount
    closed = zone.closed
    rules = zone.rules
    robots = zone.robots.map(\.text)
  }
}

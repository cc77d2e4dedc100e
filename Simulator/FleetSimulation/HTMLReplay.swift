import FleetModel
import Foundation
import Site

/// A recorded run as one HTML file that needs nothing else: map, robots, roads, queues, tasks, and
/// a bar to go to any moment. The page reads `Recording.encoded()` in Base64.
public enum HTMLReplay {
  private struct Facts: Encodable {
    struct Vehicle: Encodable {
      var name: String
      var length: Int32
      var width: Int32
    }
    struct Place: Encodable {
      var name: String
      /// station, charger or parking
      var kind: String
      var cells: [Int32]
    }
    var title: String
    var site: String
    var scenario: String
    var seed: String
    var cell: Int32
    var width: Int32
    var height: Int32
    /// Hundredths of a second.
    var end: Int32
    /// When demand stopped and everything was put right.
    var healed: Int32
    var classes: [Vehicle]
    var robots: [String]
    var robotClasses: [Int]
    var tasks: [String]
    var places: [Place]
    /// With their times, in words.
    var violations: [String]
    var faults: [String]
  }

  /// - Parameter simulation: the run that was recorded, at its end.
  public static func render(
    _ recording: Recording, of simulation: Simulation, report: RunReport
  ) throws -> String {
    let site = simulation.site
    let scenario = simulation.scenario
    let places =
      site.stations.map { place($0.id.text, "station", $0.bays.map(\.rawValue), site) }
      + site.chargers.map { place($0.id.text, "charger", [$0.vertex.rawValue], site) }
      + site.parking.map { place($0.id.text, "parking", [$0.vertex.rawValue], site) }
    let facts = Facts(
      title: "\(scenario.name), seed \(simulation.seed)", site: site.title,
      scenario: scenario.name, seed: "\(simulation.seed)", cell: site.cellMillimetres,
      width: site.graph.width, height: site.graph.height, end: recording.end,
      healed: Int32(scenario.duration.wholeMicroseconds / 10_000),
      classes: site.classes.map {
        Facts.Vehicle(
          name: $0.id.text, length: $0.lengthMillimetres, width: $0.widthMillimetres)
      }, robots: simulation.robots.map(\.id.text),
      robotClasses: simulation.robots.map(\.classIndex), tasks: recording.taskNames,
      places: places, violations: report.violations,
      faults: simulation.faults.filter { $0.event == nil }.prefix(5000).map(\.yaml))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = String(decoding: try encoder.encode(facts), as: UTF8.self)
      .replacingOccurrences(of: "<", with: "\\u003c")
    let data = Data(recording.encoded()).base64EncodedString()
    let title = facts.title.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
      <style>\(HTMLReplayPage.style)</style></head>
      <body>\(HTMLReplayPage.body)
      <script type="application/json" id="facts">\(json)</script>
      <script type="application/octet-stream" id="stream">\(data)</script>
      <script>\(HTMLReplayPage.decoder)</script>
      <script>\(HTMLReplayPage.script)</script>
      </body></html>

      """
  }

  private static func place(
    _ name: String, _ kind: String, _ vertices: [Int32], _ site: Site
  ) -> Facts.Place {
    Facts.Place(
      name: name, kind: kind,
      cells: vertices.map { vertex in
        let cell = site.graph.cells[Int(vertex)]
        return Int32(cell.y) * site.graph.width + Int32(cell.x)
      })
  }
}

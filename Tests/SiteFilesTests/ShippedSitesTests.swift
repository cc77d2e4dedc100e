import Foundation
import Grid
import Site
import SiteFiles
import Testing

@Suite struct ShippedSitesTests {
  private static let maps = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Maps")

  private func load(_ name: String) throws -> Site {
    try SiteFile.load(Self.maps.appendingPathComponent(name).path)
  }

  @Test(arguments: ["campus", "harbour", "oldtown", "yard"])
  func everyShippedSiteIsWellFormed(_ name: String) throws {
    let site = try load(name)
    #expect(site.id.text == name)
    #expect(site.problems() == [])
  }

  @Test func theShippedSitesHaveRoomForTheirFleets() throws {
    let sizes = try ["campus": 130, "harbour": 130, "oldtown": 1050].map { name, parking in
      (try load(name).parking.count, parking)
    }
    for (found, expected) in sizes { #expect(found >= expected) }
    #expect(try load("harbour").fleet(ofSize: 50).count == 50)
    #expect(try load("oldtown").fleet(ofSize: 500).count == 500)
    #expect(try load("oldtown").chargers.count >= 60)
  }

  @Test func theDrawingFitsItsTerminal() throws {
    let drawing = TerminalDrawing(site: try load("campus"))
    let mark = TerminalDrawing.Mark(cell: Cell(x: 50, y: 40), glyph: "R", colour: 9)
    let lines = drawing.render(columns: 80, rows: 24, colour: false, marks: [mark])
      .split(separator: "\n")
    #expect(lines.count <= 24)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.joined().count { $0 == "R" } == 1)
    #expect(drawing.render(columns: 80, rows: 24, colour: true).contains("\u{1B}[0m"))
  }

  @Test func theSVGNamesStationsAndAreas() throws {
    let svg = SVGDrawing.render(try load("harbour"))
    #expect(svg.hasPrefix("<svg"))
    #expect(svg.contains("crane-1"))
    #expect(svg.contains("Rail apron"))
  }

  @Test func sitesAreFoundByNameAndErrorsListThem() throws {
    let root = Self.maps.deletingLastPathComponent().path
    let locator = SiteLocator(environment: [:], currentFolder: root, executable: "/nowhere/drover")
    #expect(locator.names().contains("harbour"))
    #expect(try locator.locate("harbour").hasSuffix("Maps/harbour/site.yaml"))
    let viaEnvironment = SiteLocator(
      environment: ["DROVER_MAPS": "/nowhere:\(root)/Maps"], currentFolder: "/", executable: "")
    #expect(try viaEnvironment.locate("campus").hasSuffix("Maps/campus/site.yaml"))
    let error = #expect(throws: SiteError.self) { try locator.locate("harbor") }
    #expect(error?.text.contains("looked in \(root)/Maps") == true)
    #expect(error?.text.contains("Did you mean \"harbour\"?") == true)
    #expect(throws: SiteError(file: "/nowhere/x", text: "no such file or folder")) {
      try locator.locate("/nowhere/x")
    }
  }
}

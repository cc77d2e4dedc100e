import SiteFiles
import Testing

/// One edit of a good site's YAML or map, and what is said of it.
struct Broken: Sendable, CustomTestStringConvertible {
  var old: String
  var new: String
  var message: String
  var testDescription: String { "\(old) -> \(new)" }

  init(_ old: String, _ new: String, _ message: String) {
    self.old = old
    self.new = new
    self.message = message
  }
}

@Suite struct BrokenSiteTests {
  static let yamlEdits: [Broken] = [
    Broken("id: yard\n", "", "site.yaml:1:1: the key \"id\" is missing"),
    Broken(
      "id: yard\n", "id: my yard\nmap: yard.map\n",
      "site.yaml:1:5: id: \"my yard\" is no valid id: 1 to 64 of A-Z a-z 0-9 _ - are allowed"),
    Broken("cell_mm: 2000\n", "", "site.yaml:1:1: the key \"cell_mm\" is missing"),
    Broken(
      "cell_mm: 2000", "cell_mm: two",
      "site.yaml:3:10: cell_mm: expected a whole number, found \"two\""),
    Broken(
      "cell_mm: 2000", "cell_mm: 50",
      "site.yaml:3:10: cell_mm: 50 is out of range; 100 to 100000 are possible"),
    Broken(
      "cell_mm", "cel_mm",
      "site.yaml:3:1: unknown key \"cel_mm\"; did you mean \"cell_mm\"?"),
    Broken(
      "title: Yard", "zzzzzzzz: Yard",
      "site.yaml:2:1: unknown key \"zzzzzzzz\"; known are id, title, map, cell_mm, origin, classes, "
        + "robots, stations, chargers, parking, lanes, zones, routes, areas"),
    Broken(
      "title: Yard", "cell_mm: 3", "site.yaml:2:1: the key \"cell_mm\" is given twice"),
    Broken(
      "title: Yard", "title: [", "site.yaml:4:8: is no YAML: did not find expected ',' or ']'"),
    Broken(
      "bays: [[0, 0]]", "bays: [[12, 99]]",
      "site.yaml:20:42: station \"dock-1\": cell (12, 99) is off the map (6 x 4)"),
    Broken(
      "bays: [[0, 0]]", "bays: [[1, 1]]",
      "site.yaml:20:42: station \"dock-1\": cell (1, 1) is blocked on the map"),
    Broken(
      "bays: [[0, 0]]", "bays: []", "site.yaml:20:5: station \"dock-1\" has no bay"),
    Broken(
      "bays: [[0, 0]]", "bays: [0, 0]",
      "site.yaml:20:42: station \"dock-1\": bays: expected a cell [x, y], found \"0\""),
    Broken(
      "bays: [[0, 0]]", "bays: [[0, 0.5]]",
      "site.yaml:20:46: station \"dock-1\": bays: expected a whole number, found \"0.5\""),
    Broken(
      "bays: [[0, 0]]", "bay: [[0, 0]]",
      "site.yaml:20:35: unknown key \"bay\"; did you mean \"bays\"?"),
    Broken(
      "bays: [[0, 0]]", "bays: [[0, 0], [5, 0]]",
      "site.yaml:22:5: charger \"plug\": cell (5, 0) belongs to station \"dock-1\" already"),
    Broken(
      "{id: plug, cell: [5, 0]}", "{id: dock-1, cell: [5, 0]}",
      "site.yaml:22:5: the name \"dock-1\" is used twice; stations, chargers and parking places share "
        + "one space of names"),
    Broken(
      "{id: plug, cell: [5, 0]}", "{prefix: plug, id: a, cells: [[5, 0]]}",
      "site.yaml:22:24: chargers \"plug\": id: goes with a single charger; with \"prefix\" give cells, "
        + "rects or line"),
    Broken(
      "{id: plug, cell: [5, 0]}", "plug",
      "site.yaml:22:5: chargers: expected a mapping, found \"plug\""),
    Broken(
      "{prefix: lot, cells: [[3, 1]]}", "{prefix: lot}",
      "site.yaml:24:5: parking places \"lot\": has no cells; give \"cells\", \"rects\" or \"line\""),
    Broken(
      "{prefix: lot, cells: [[3, 1]]}", "{prefix: lot, rects: [[3, 1, 4, 1]]}",
      "site.yaml:24:27: parking places \"lot\": cell (4, 1) is blocked on the map"),
    Broken(
      "[[0, 2], [3, 2]]", "[[0, 2]]", "site.yaml:26:5: a lane needs at least two points"),
    Broken(
      "[[0, 2], [3, 2]]", "[[0, 2], [3, 0]]",
      "site.yaml:26:5: lane from (0, 2) to (3, 0): neighbouring points must share a row or a column"
    ),
    Broken(
      "[[0, 2], [3, 2]]", "[[5, 2], [5, 0], [3, 0], [3, 2], [0, 2], [0, 0]]\n  - [[2, 0], [2, 2]]",
      "site.yaml:27:5: lane from (2, 0): cell (2, 1) is blocked on the map"),
    Broken(
      "rects: [[2, 0, 2, 1]]", "rects: [[2, 1, 2, 0]]",
      "site.yaml:28:28: zone \"crossing\": rectangle (2, 1) to (2, 0): the first corner must be "
        + "north-west"),
    Broken(
      "rects: [[2, 0, 2, 1]]", "rects: [[1, 1, 2, 1]]",
      "site.yaml:28:28: zone \"crossing\": rectangle (1, 1) to (2, 1): every cell is blocked on the map"
    ),
    Broken(
      "no_stop: true", "no_stop: yes",
      "site.yaml:28:52: zone \"crossing\": no_stop: expected true or false, found \"yes\""),
    Broken(
      "no_stop: true", "classes: [truck]",
      "site.yaml:28:5: zone \"crossing\": class \"truck\" is not defined"),
    Broken(
      "no_stop: true", "exits: [up]",
      "site.yaml:28:51: zone \"crossing\": exits: unknown direction \"up\"; known are east, north, "
        + "west, south"),
    Broken(
      "no_stop: true", "capacity: 0",
      "site.yaml:28:53: zone \"crossing\": capacity: 0 is out of range; 1 to 100000 are possible"),
    Broken(
      "no_stop: true", "speed_limit_mm_per_s: 20000",
      "site.yaml:28:65: zone \"crossing\": speed_limit_mm_per_s: 20000 is out of range; 1 to 15000 are "
        + "possible"),
    Broken(
      "{id: all, rects: [[4, 2, 5, 2]]}", "{id: all, line: [[0, 0], [5, 2]]}",
      "site.yaml:30:30: area \"all\": line from (0, 0) to (5, 2): must run along a row or a column"),
    Broken(
      "speed_mm_per_s: 2000", "speed_mm_per_s: 20000",
      "site.yaml:9:21: class \"van\": speed_mm_per_s: 20000 is out of range; 1 to 15000 are possible"
    ),
    Broken(
      "    braking_mm_per_s2: 1200\n", "",
      "site.yaml:5:5: class \"van\": the key \"braking_mm_per_s2\" is missing"),
    Broken(
      "battery_wh: 500", "battery_wh: full",
      "site.yaml:12:17: class \"van\": battery_wh: expected a number, found \"full\""),
    Broken(
      "battery_wh: 500", "battery_wh: 0",
      "site.yaml:12:17: class \"van\": battery_wh: 0 is out of range; 0.001 to 1000000000.0 are "
        + "possible"),
    Broken(
      "[deliver, sweep]", "[deliver, fly]",
      "site.yaml:16:23: class \"van\": skills: unknown skill \"fly\"; known are deliver, patrol, sweep"
    ),
    Broken(
      "robots: {van: 1}", "robots: {bus: 1}",
      "site.yaml:18:15: robots of class \"bus\", which is not defined"),
    Broken(
      "robots: {van: 1}", "robots: {van: -1}",
      "site.yaml:18:15: van: -1 is out of range; 0 to 100000 are possible"),
    Broken(
      "areas:", "routes:\n  - {id: round, checkpoints: []}\nareas:",
      "site.yaml:30:5: route \"round\" has no checkpoints"),
    Broken(
      "title: Yard", "origin: {latitude: 91, longitude: 0}",
      "site.yaml:2:20: origin: latitude: 91 is out of range; -90.0 to 90.0 are possible"),
    Broken(
      "title: Yard", "title: \u{1}",
      "site.yaml:2: is no YAML: control characters are not allowed"),
    Broken("title: Yard", "map: other.map", "other.map: no such file"),
  ]

  @Test(arguments: yamlEdits) func brokenYAMLIsNamedByLineAndValue(_ broken: Broken) throws {
    #expect(SiteFolder.yaml.contains(broken.old))
    let yaml = SiteFolder.yaml.replacing(broken.old, with: broken.new, maxReplacements: 1)
    let result = try SiteFolder.load(yaml: yaml)
    #expect(message(result) == broken.message)
  }

  static let mapEdits: [Broken] = [
    Broken(
      "type octile", "type hexagon", "yard.map:1: expected 'type octile', found 'type hexagon'"),
    Broken(
      "height 4", "height four", "yard.map:2: height 'four' is not a whole number in its range"),
    Broken("height 4", "height 5", "yard.map:9: the text ends where row 5 of 5 is expected"),
    Broken("width 6", "width 7", "yard.map:5: the row has 6 cells instead of 7"),
    Broken(".@@.@.", ".@@.@", "yard.map:6: the row has 5 cells instead of 6"),
    Broken(".@@.@.", ".@x.@.", "yard.map:6:3: 'x' is no kind of cell"),
    Broken("TTWW@@\n", "TTWW@@\n......\n", "yard.map:9: '......' after the last row"),
    Broken("\nmap\n", "\n", "yard.map:4: expected 'map', found '......'"),
  ]

  @Test(arguments: mapEdits) func brokenMapIsNamedByLineAndValue(_ broken: Broken) throws {
    let map = SiteFolder.map.replacing(broken.old, with: broken.new, maxReplacements: 1)
    let result = try SiteFolder.load(map: map)
    #expect(message(result) == broken.message)
  }

  @Test func aMissingMapAndAnEmptyFileAreNamed() throws {
    #expect(message(try SiteFolder.load(map: nil)) == "yard.map: no such file")
    #expect(message(try SiteFolder.load(yaml: "")) == "site.yaml:1: the file is empty")
    #expect(
      message(try SiteFolder.load(yaml: "- a\n"))
        == "site.yaml:1:1: expected a mapping, found a list of 1")
  }

  private func message(_ result: Result<SiteSummary, SiteError>) -> String {
    switch result {
    case .success: "loaded"
    case .failure(let error): error.description
    }
  }
}

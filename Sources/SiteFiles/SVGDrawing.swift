import FleetModel
import Grid
import Site

/// A site as one self-contained SVG picture.
public enum SVGDrawing {
  /// Pixels a cell.
  static let unit = 10
  private static let routeColours = [
    "#c2255c", "#e8590c", "#2b8a3e", "#1864ab", "#862e9c", "#5c940d", "#0b7285", "#a61e4d",
  ]

  public static func render(_ site: Site) -> String {
    let width = Int(site.map.width) * unit
    let height = Int(site.map.height) * unit
    let (head, foot) = (30, 24)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 \(-head) \(width) \(height + head + foot)" \
      width="\(width)" height="\(height + head + foot)" font-family="sans-serif">
      <title>\(escaped(site.title))</title>
      <style>
      .building{fill:#b9a894}.wall{fill:none;stroke:#857563;stroke-width:1.2}.trees{fill:#a5c98b}
      .water{fill:#9cc7e4}.outside{fill:#dfdcd4}.ground{fill:#e6e2c4}.shallow{fill:#cfe3ea}
      .sweep{fill:#cbb6e6;fill-opacity:.5}.nostop{fill:#f2c14e;fill-opacity:.45}
      .slow{fill:#f08a5d;fill-opacity:.13}.closed{fill:#d33;fill-opacity:.35}
      .reserved{fill:#3f8fd2;fill-opacity:.14}.lane{fill:none;stroke:#9a9a9a;stroke-width:1.1}
      .station{fill:#2b6cb0}.charger{fill:#2f9e44}.parking{fill:#868e96}
      .route{fill:none;stroke-width:2;stroke-opacity:.6;stroke-dasharray:6 4}
      .name{font-size:7px;fill:#1b3a57}.area{font-size:14px;fill:#5f3dc4;text-anchor:middle}
      .head{font-size:20px;fill:#333}
      </style>
      <rect y="\(-head)" width="\(width)" height="\(height + head + foot)" fill="#fff"/>
      <rect width="\(width)" height="\(height)" fill="#f7f5f0"/>
      <text class="head" x="6" y="-9">\(escaped(heading(site)))</text>

      """
    svg += terrain(site)
    svg += zones(site)
    svg += areas(site)
    svg += lanes(site)
    svg += routes(site)
    svg += places(site)
    svg += areaNames(site)
    svg += legend(y: height + 17)
    return svg + "</svg>\n"
  }

  private static func heading(_ site: Site) -> String {
    "\(site.title): \(site.map.width) x \(site.map.height) cells of \(site.cellMillimetres) mm, "
      + "\(site.stations.count) stations, \(site.chargers.count) chargers, "
      + "\(site.parking.count) parking places"
  }

  private static func legend(y: Int) -> String {
    let entries = [
      ("#2b6cb0", "station"), ("#2f9e44", "charger"), ("#868e96", "parking"),
      ("#f2c14e", "no stopping"), ("#cbb6e6", "sweep area"), ("#f08a5d", "speed limit"),
      ("#3f8fd2", "reserved"), ("#d33", "closed"), ("#c2255c", "patrol route"),
    ]
    return entries.enumerated().map { i, entry in
      let x = 6 + 105 * i
      return "<rect x=\"\(x)\" y=\"\(y - 10)\" width=\"11\" height=\"11\" fill=\"\(entry.0)\"/>"
        + "<text x=\"\(x + 16)\" y=\"\(y)\" font-size=\"13\">\(entry.1)</text>\n"
    }.joined()
  }

  private static func terrain(_ site: Site) -> String {
    let kinds: [(Terrain, String)] = [
      (.outside, "outside"), (.water, "water"), (.trees, "trees"), (.ground, "ground"),
      (.shallow, "shallow"), (.building, "building"),
    ]
    return kinds.map { kind, name in
      let width = Int(site.map.width)
      let cells = site.terrain.indices.filter { site.terrain[$0] == kind }
        .map { Cell(x: Int32($0 % width), y: Int32($0 / width)) }
      return path(cells, name)
    }.joined() + walls(site)
  }

  /// The outline of the buildings.
  private static func walls(_ site: Site) -> String {
    let (width, height) = (Int(site.map.width), Int(site.map.height))
    func isBuilding(_ x: Int, _ y: Int) -> Bool {
      x >= 0 && y >= 0 && x < width && y < height && site.terrain[y * width + x] == .building
    }
    let horizontal = edges(lines: height, length: width) { y, x in
      isBuilding(x, y) != isBuilding(x, y - 1)
    }.map { y, x, length in "M\(x * unit) \(y * unit)h\(length * unit)" }
    let vertical = edges(lines: width, length: height) { x, y in
      isBuilding(x, y) != isBuilding(x - 1, y)
    }.map { x, y, length in "M\(x * unit) \(y * unit)v\(length * unit)" }
    let d = (horizontal + vertical).joined()
    return d.isEmpty ? "" : "<path class=\"wall\" d=\"\(d)\"/>\n"
  }

  /// Runs of positions on lines `0 ... lines` at which `isEdge` holds.
  private static func edges(
    lines: Int, length: Int, isEdge: (_ line: Int, _ at: Int) -> Bool
  ) -> [(line: Int, at: Int, length: Int)] {
    var runs: [(line: Int, at: Int, length: Int)] = []
    for line in 0...lines {
      var start = 0
      while start < length {
        var end = start
        while end < length, isEdge(line, end) { end += 1 }
        if end > start { runs.append((line, start, end - start)) }
        start = end + 1
      }
    }
    return runs
  }

  private static func zones(_ site: Site) -> String {
    site.zones.map { zone in
      let name =
        if zone.closedAtStart { "closed" } else if zone.noStop || zone.exclusive {
          "nostop"
        } else if zone.speedLimitMillimetresPerSecond != nil { "slow" } else { "reserved" }
      return path(zone.cells.map(site.graph.cell), name, title: zone.id.text)
    }.joined()
  }

  private static func areas(_ site: Site) -> String {
    site.areas.map { path($0.cells.map(site.graph.cell), "sweep", title: $0.title) }.joined()
  }

  private static func areaNames(_ site: Site) -> String {
    site.areas.map { area in
      let cells = area.cells.map(site.graph.cell)
      let x = cells.reduce(0) { $0 + Int($1.x) } * unit / cells.count + unit / 2
      let y = cells.reduce(0) { $0 + Int($1.y) } * unit / cells.count + unit / 2
      return "<text class=\"area\" x=\"\(x)\" y=\"\(y)\">\(escaped(area.title))</text>\n"
    }.joined()
  }

  /// Chevrons along every cell that may be left only some ways.
  private static func lanes(_ site: Site) -> String {
    var d = ""
    for v in 0..<site.graph.vertexCount {
      let cell = site.graph.cells[v]
      guard (cell.x + cell.y) % 2 == 0 else { continue }
      for direction in Direction.allCases {
        let next = site.graph.successors[4 * v + Int(direction.rawValue)]
        guard next >= 0, site.place(at: VertexID(next)) == nil else { continue }
        let back = site.graph.successors[4 * Int(next) + Int(direction.opposite.rawValue)]
        if back < 0 { d += chevron(cell, direction) }
      }
    }
    return d.isEmpty ? "" : "<path class=\"lane\" d=\"\(d)\"/>\n"
  }

  private static func chevron(_ cell: Cell, _ direction: Direction) -> String {
    let (x, y) = middle(cell)
    let (dx, dy) = (Int(direction.dx), Int(direction.dy))
    let (tipX, tipY) = (x + 2 * dx, y + 2 * dy)
    return "M\(tipX - 3 * dx - 3 * dy) \(tipY - 3 * dy - 3 * dx)L\(tipX) \(tipY)"
      + "L\(tipX - 3 * dx + 3 * dy) \(tipY - 3 * dy + 3 * dx)"
  }

  private static func routes(_ site: Site) -> String {
    site.routes.enumerated().map { i, route in
      let colour = routeColours[i % routeColours.count]
      let points = route.checkpoints.map { middle(site.graph.cell(of: $0)) }
      let line = points.map { "\($0.x),\($0.y)" }.joined(separator: " ")
      let dots = points.map { "<circle cx=\"\($0.x)\" cy=\"\($0.y)\" r=\"3.5\"/>" }.joined()
      return """
        <g stroke="\(colour)" fill="\(colour)"><title>\
        \(escaped(route.title))</title><polygon class="route" points="\(line)"/>\(dots)</g>

        """
    }.joined()
  }

  private static func places(_ site: Site) -> String {
    var svg = path(site.parking.map { site.graph.cell(of: $0.vertex) }, "parking", inset: 2)
    svg += path(site.chargers.map { site.graph.cell(of: $0.vertex) }, "charger", inset: 1)
    for station in site.stations {
      let cells = station.bays.map(site.graph.cell)
      svg += path(cells, "station", title: station.title, inset: 1)
      guard let first = cells.first else { continue }
      let (x, y) = middle(first)
      svg +=
        "<text class=\"name\" x=\"\(x - 4)\" y=\"\(y - 6)\">\(escaped(station.id.text))</text>\n"
    }
    return svg
  }

  private static func middle(_ cell: Cell) -> (x: Int, y: Int) {
    (Int(cell.x) * unit + unit / 2, Int(cell.y) * unit + unit / 2)
  }

  /// One path of all cells, runs of a row joined.
  private static func path(
    _ cells: [Cell], _ name: String, title: String? = nil, inset: Int = 0
  ) -> String {
    guard !cells.isEmpty else { return "" }
    let d =
      inset == 0
      ? rectangles(cells.sorted()).map { from, to in
        let (w, h) = (Int(to.x - from.x + 1) * unit, Int(to.y - from.y + 1) * unit)
        return "M\(Int(from.x) * unit) \(Int(from.y) * unit)h\(w)v\(h)h\(-w)z"
      }.joined()
      : cells.map { cell in
        let size = unit - 2 * inset
        return "M\(Int(cell.x) * unit + inset) \(Int(cell.y) * unit + inset)"
          + "h\(size)v\(size)h\(-size)z"
      }.joined()
    let inner = title.map { "><title>\(escaped($0))</title></path>" } ?? "/>"
    return "<path class=\"\(name)\" d=\"\(d)\"\(inner)\n"
  }

  /// Sorted cells as rectangles: runs of a row, equal runs of following rows joined.
  private static func rectangles(_ cells: [Cell]) -> [(from: Cell, to: Cell)] {
    var done: [(from: Cell, to: Cell)] = []
    var open: [Int32: (from: Cell, to: Cell)] = [:]
    var i = 0
    while i < cells.count {
      var last = i
      while last + 1 < cells.count, cells[last + 1].y == cells[i].y,
        cells[last + 1].x == cells[last].x + 1
      { last += 1 }
      let (from, to) = (cells[i], cells[last])
      if let above = open[from.x], above.to.x == to.x, above.to.y == from.y - 1 {
        open[from.x] = (above.from, to)
      } else {
        if let old = open[from.x] { done.append(old) }
        open[from.x] = (from, to)
      }
      i = last + 1
    }
    return (done + open.values).sorted { $0.from < $1.from }
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}

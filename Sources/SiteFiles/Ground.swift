import Grid
import Site

/// What a terminal shows of a cell, or of a block of cells: the highest kind among them, but a
/// block is blocked only when most of it is.
enum Ground: UInt8, CaseIterable, Comparable, Sendable {
  /// Beyond the map's edge.
  case void
  case outside, water, trees, building
  case ground, paved
  case sweep, noStop, closed
  case parking, charger, station

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  var isBlocked: Bool { self < .ground }

  var name: String {
    switch self {
    case .void: "beyond the map"
    case .outside: "outside"
    case .water: "water"
    case .trees: "trees"
    case .building: "building"
    case .ground: "unpaved"
    case .paved: "way"
    case .sweep: "sweep area"
    case .noStop: "no stopping"
    case .closed: "closed"
    case .parking: "parking"
    case .charger: "charger"
    case .station: "station"
    }
  }

  /// Of the 256 of xterm.
  var colour: UInt8 {
    switch self {
    case .void: 16
    case .outside: 236
    case .water: 24
    case .trees: 22
    case .building: 95
    case .ground: 187
    case .paved: 252
    case .sweep: 183
    case .noStop: 222
    case .closed: 167
    case .parking: 244
    case .charger: 35
    case .station: 26
    }
  }

  var letter: Character {
    switch self {
    case .void: " "
    case .outside: ":"
    case .water: "~"
    case .trees: "%"
    case .building: "#"
    case .ground, .paved: " "
    case .sweep: "."
    case .noStop: "+"
    case .closed: "x"
    case .parking: "p"
    case .charger: "c"
    case .station: "S"
    }
  }

  /// Row-major, one entry a cell of the site.
  static func raster(of site: Site) -> [Ground] {
    var raster = site.terrain.map(Ground.init)
    func set(_ vertices: [VertexID], _ kind: Ground) {
      for vertex in vertices {
        let cell = site.graph.cell(of: vertex)
        raster[Int(cell.y) * Int(site.map.width) + Int(cell.x)] = kind
      }
    }
    for area in site.areas { set(area.cells, .sweep) }
    for zone in site.zones where zone.noStop || zone.exclusive { set(zone.cells, .noStop) }
    for zone in site.zones where zone.closedAtStart { set(zone.cells, .closed) }
    set(site.parking.map(\.vertex), .parking)
    set(site.chargers.map(\.vertex), .charger)
    for station in site.stations { set(station.bays, .station) }
    return raster
  }

  private init(_ terrain: Terrain) {
    switch terrain {
    case .paved: self = .paved
    case .ground, .shallow: self = .ground
    case .building: self = .building
    case .outside: self = .outside
    case .trees: self = .trees
    case .water: self = .water
    }
  }
}

/// The site scaled to blocks of cells, two blocks a character.
struct BlockGrid {
  let columns: Int
  /// Of characters.
  let rows: Int
  private let size: Int
  private let blocks: [Ground]

  init(ground: [Ground], width: Int, height: Int, columns: Int, rows: Int) {
    let wide = (width + columns - 1) / columns
    let high = (height + 2 * rows - 1) / (2 * rows)
    let size = max(1, wide, high)
    self.size = size
    self.columns = (width + size - 1) / size
    let blockRows = (height + size - 1) / size
    self.rows = (blockRows + 1) / 2
    var blocks: [Ground] = []
    for y in 0..<2 * self.rows {
      for x in 0..<self.columns {
        blocks.append(
          Self.summary(
            ground, width, x * size..<min(width, (x + 1) * size),
            y * size..<max(y * size, min(height, (y + 1) * size))))
      }
    }
    self.blocks = blocks
  }

  func block(_ column: Int, _ y: Int) -> Ground { blocks[y * columns + column] }

  /// The character in which `cell` lies.
  func position(of cell: Cell) -> Int? {
    let (x, y) = (Int(cell.x) / size, Int(cell.y) / size / 2)
    guard cell.x >= 0, cell.y >= 0, x < columns, y < rows else { return nil }
    return y * columns + x
  }

  private static func summary(
    _ ground: [Ground], _ width: Int, _ xs: Range<Int>, _ ys: Range<Int>
  ) -> Ground {
    var blocked = 0
    var highestBlocked = Ground.void
    var highestOpen = Ground.void
    for y in ys {
      for x in xs {
        let kind = ground[y * width + x]
        if kind.isBlocked {
          blocked += 1
          highestBlocked = max(highestBlocked, kind)
        } else {
          highestOpen = max(highestOpen, kind)
        }
      }
    }
    let isBlocked =
      highestOpen == .void || 2 * blocked > xs.count * ys.count && highestOpen < .sweep
    return isBlocked ? highestBlocked : highestOpen
  }
}

import Grid
import Site

/// A `.map` file with the looks of its cells, which `GridMap` leaves out.
struct TerrainMap {
  let map: GridMap
  let terrain: [Terrain]
  let file: String

  init(parsing bytes: [UInt8], file: String) throws(SiteError) {
    do { map = try GridMap(parsing: bytes) } catch {
      throw SiteError(file: file, mapError: error)
    }
    self.file = file
    let rows = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let first = (rows.firstIndex { Self.isMapLine($0) } ?? 0) + 1
    let letters = rows.dropFirst(first).prefix(Int(map.height)).joined()
    let terrain = letters.compactMap { Terrain(letter: $0) }
    precondition(
      terrain.count == map.passable.count, "\(terrain.count) cells of \(map.passable.count)")
    self.terrain = terrain
  }

  private static func isMapLine(_ line: ArraySlice<UInt8>) -> Bool {
    line.filter { $0 > UInt8(ascii: " ") }.elementsEqual("map".utf8)
  }
}

extension SiteError {
  init(file: String, mapError: MapError) {
    let column: Int? = if case .unknownCell(_, let column, _) = mapError { column } else { nil }
    self.init(file: file, line: mapError.line, column: column, text: mapError.textAlone)
  }
}

extension MapError {
  var line: Int {
    switch self {
    case .endsEarly(let line, _), .unexpectedLine(let line, _, _), .invalidNumber(let line, _, _),
      .tooLarge(let line, _, _), .rowLength(let line, _, _), .unknownCell(let line, _, _),
      .trailingText(let line, _), .columnCount(let line, _, _),
      .outsideRaster(let line, _, _, _, _, _):
      line
    }
  }

  /// The description without the place at its start.
  var textAlone: String {
    guard let colon = description.range(of: ": ") else { return description }
    return String(description[colon.upperBound...])
  }
}

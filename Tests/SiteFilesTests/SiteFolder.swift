import Foundation
import SiteFiles

/// A site's two files in a folder of their own.
struct SiteFolder {
  static let map = """
    type octile
    height 4
    width 6
    map
    ......
    .@@.@.
    ......
    TTWW@@

    """

  static let yaml = """
    id: yard
    title: Yard
    cell_mm: 2000
    classes:
      - id: van
        length_mm: 1000
        width_mm: 700
        error_mm: 100
        speed_mm_per_s: 2000
        acceleration_mm_per_s2: 1000
        braking_mm_per_s2: 1200
        battery_wh: 500
        driving_wh_per_km: 20.5
        standing_w: 40
        charging_w: 800
        skills: [deliver, sweep]
        sweep_width_mm: 2000
    robots: {van: 1}
    stations:
      - {id: dock-1, title: "Dock 1", bays: [[0, 0]]}
    chargers:
      - {id: plug, cell: [5, 0]}
    parking:
      - {prefix: lot, cells: [[3, 1]]}
    lanes:
      - [[0, 2], [3, 2]]
    zones:
      - {id: crossing, rects: [[2, 0, 2, 1]], no_stop: true}
    areas:
      - {id: all, rects: [[4, 2, 5, 2]]}

    """

  /// Loads the two texts as a site's files; the error's file is the bare name.
  static func load(
    yaml: String = SiteFolder.yaml, map: String? = SiteFolder.map, mapName: String = "yard.map"
  ) throws -> Result<SiteSummary, SiteError> {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-site-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try yaml.write(
      to: folder.appendingPathComponent("site.yaml"), atomically: true, encoding: .utf8)
    if let map {
      try map.write(
        to: folder.appendingPathComponent(mapName), atomically: true, encoding: .utf8)
    }
    do throws(SiteError) {
      return .success(SiteSummary(site: try SiteFile.load(folder.path)))
    } catch {
      let file = (error.file as NSString).lastPathComponent
      return .failure(
        SiteError(file: file, line: error.line, column: error.column, text: error.text))
    }
  }
}

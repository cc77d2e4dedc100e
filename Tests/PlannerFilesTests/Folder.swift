import Foundation
import Testing

/// A folder of a test's own, gone with this value.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "drover-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { _ = try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file. - Returns: its path.
  func file(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}

/// A map's text around its rows.
func mapText(_ rows: [String]) -> String {
  "type octile\nheight \(rows.count)\nwidth \(rows[0].count)\nmap\n"
    + rows.joined(separator: "\n") + "\n"
}

/// A line of a scenario for a map of 3 by 2 cells.
func line(_ start: (Int, Int), _ goal: (Int, Int)) -> String {
  "0\tm.map\t3\t2\t\(start.0)\t\(start.1)\t\(goal.0)\t\(goal.1)\t0\n"
}

import Foundation
import Site
import SiteFiles

/// A site as it was, from its recorded files.
enum ReplaySite {
  static func make(_ files: [(name: String, text: String)]) throws(CommandFailure) -> Site {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-replay-\(UUID().uuidString)").path
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      defer { unlinkAll(folder, files.map(\.name)) }
      for file in files {
        let name = (file.name as NSString).lastPathComponent
        try file.text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
      }
      return try SiteFile.load(folder)
    } catch { throw CommandFailure("site", "\(error)") }
  }

  private static func unlinkAll(_ folder: String, _ names: [String]) {
    for name in names { unlink("\(folder)/\((name as NSString).lastPathComponent)") }
    rmdir(folder)
  }
}

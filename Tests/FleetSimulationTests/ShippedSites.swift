import Foundation
import Site
import SiteFiles

/// A site that ships with Drover, by the name of its folder in `Maps`.
func shippedSite(_ name: String) throws -> Site {
  let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  return try SiteFile.load(root.appendingPathComponent("Maps/\(name)/site.yaml").path)
}

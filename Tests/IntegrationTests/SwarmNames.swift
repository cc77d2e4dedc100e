import Determinism
import FleetCommands
import Site
import SiteFiles

/// The names that `drover robots` gives.
enum SwarmNames {
  static func fleet(of site: String, size: Int) throws -> [String] {
    try SwarmRobot.fleet(of: try SiteFile.load(site), size: size, seed: Seed(1)).map(\.id.text)
  }
}

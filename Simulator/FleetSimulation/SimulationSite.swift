import Foundation
import Site
import SiteFiles

/// The site of a scenario, found and read.
public struct SimulationSite: Sendable {
  public let site: Site
  /// The file it was read from.
  public let path: String

  /// - Parameters:
  ///   - name: a site's name, or a path: taken from the current folder, then from the scenario's.
  ///   - path: the scenario's file. Names are also looked up in a `Maps` folder above it.
  public static func load(_ name: String, beside path: String) throws(SiteError) -> SimulationSite {
    if let city = CityGenerator(name) { return try made(city) }
    let folder = (path as NSString).deletingLastPathComponent
    for candidate in candidates(name, folder)
    where FileManager.default.fileExists(atPath: candidate) {
      return SimulationSite(site: try SiteFile.load(candidate), path: absolute(candidate))
    }
    let located = try SiteLocator.current().locate(name)
    return SimulationSite(site: try SiteFile.load(located), path: absolute(located))
  }

  /// Its files, for a recorded run.
  public func recorded() throws(SiteError) -> [SimulationRecord.File] {
    // What is made by rule is made again.
    if CityGenerator(path) != nil { return [] }
    return try SiteFile.texts(path).map { SimulationRecord.File(name: $0.name, text: $0.text) }
  }

  /// A site that is in no file.
  private static func made(_ city: CityGenerator) throws(SiteError) -> SimulationSite {
    do {
      return SimulationSite(site: try Site(try city.plan()), path: city.text)
    } catch {
      throw SiteError(file: city.text, text: "\(error)")
    }
  }

  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }

  private static func candidates(_ name: String, _ folder: String) -> [String] {
    let beside = (folder as NSString).appendingPathComponent(name)
    if name.contains("/") || name.hasSuffix(".yaml") { return [name, beside] }
    return ["..", "../.."].map {
      (folder as NSString).appendingPathComponent("\($0)/Maps/\(name)/site.yaml")
    }
  }
}

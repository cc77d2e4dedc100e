/// Why a `SitePlan` is no site: which entry, and what is wrong with it.
public struct SiteDefect: Error, Equatable, Sendable, CustomStringConvertible {
  /// The lists of a plan.
  public enum Section: String, Sendable, Equatable {
    case site, classes, robots, stations, chargers, parking, lanes, zones, routes, areas
  }
  public let section: Section
  /// The position in that list; 0 for `site`.
  public let index: Int
  /// Names the entry and the offending value, and says what is expected.
  public let text: String

  public init(section: Section, index: Int, text: String) {
    self.section = section
    self.index = index
    self.text = text
  }

  public var description: String { text }
}

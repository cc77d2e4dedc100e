import FleetModel
import Grid

/// A site's meaning on top of its grid, checked: every id is unique, every cell passable, every
/// name known. Immutable. Whether traffic can flow on it is another question: `problems()`.
///
/// How to read this folder: `SitePlan` is what was written down, `Site.init` (`Site+Init.swift`)
/// makes a `Site` of it or names a `SiteDefect`; `Site+Lookup.swift` finds things,
/// `Site+Moves.swift` says where a class may go, `Site+Problems.swift` checks well-formedness.
public struct Site: Sendable {
  public let id: SiteID
  public let title: String
  public let map: GridMap
  /// Row-major, for drawings.
  public let terrain: [Terrain]
  /// The passable cells with lane directions and zone exits applied.
  public let graph: Graph
  public let cellMillimetres: Int32
  public let origin: GeographicOrigin?
  public let classes: [VehicleClass]
  /// The default fleet.
  public let robots: [RobotGroup]
  public let stations: [Station]
  public let chargers: [Charger]
  public let parking: [ParkingPlace]
  public let zones: [Zone]
  public let routes: [PatrolRoute]
  public let areas: [SweepArea]
  /// One-way lanes, cell by cell, for drawings; `graph` obeys them already.
  public let lanes: [[VertexID]]

  var index: SiteIndex
}

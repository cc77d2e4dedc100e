import FleetModel
import Grid

/// A site as written down, in cells and names, not yet checked: `Site.init(_:)` makes sense of it.
public struct SitePlan: Sendable {
  public struct Station: Sendable {
    public var id: StationID
    public var title: String
    public var bays: [Cell]
    public init(id: StationID, title: String, bays: [Cell]) {
      self.id = id
      self.title = title
      self.bays = bays
    }
  }

  /// A charger or a parking place.
  public struct Spot: Sendable {
    public var id: StationID
    public var cell: Cell
    public init(id: StationID, cell: Cell) {
      self.id = id
      self.cell = cell
    }
  }

  /// A one-way lane along a chain of straight pieces. Its cells may be left along their lanes, and
  /// sideways into cells that belong to no lane (bays, squares).
  public struct Lane: Sendable {
    /// Corner points, at least two; neighbours share a row or a column.
    public var points: [Cell]
    public init(_ points: [Cell]) { self.points = points }
  }

  public struct Zone: Sendable {
    public var id: ZoneID
    public var cells: [Cell]
    public var speedLimitMillimetresPerSecond: Int32?
    public var classes: [ClassID]?
    public var exits: DirectionSet?
    public var noStop = false
    public var exclusive = false
    public var capacity: Int?
    public var closedAtStart = false
    public init(id: ZoneID, cells: [Cell]) {
      self.id = id
      self.cells = cells
    }
  }

  public struct Route: Sendable {
    public var id: RouteID
    public var title: String
    public var checkpoints: [Cell]
    public var inspectMilliseconds: Int64
    public init(id: RouteID, title: String, checkpoints: [Cell], inspectMilliseconds: Int64) {
      self.id = id
      self.title = title
      self.checkpoints = checkpoints
      self.inspectMilliseconds = inspectMilliseconds
    }
  }

  public struct Area: Sendable {
    public var id: AreaID
    public var title: String
    public var cells: [Cell]
    public init(id: AreaID, title: String, cells: [Cell]) {
      self.id = id
      self.title = title
      self.cells = cells
    }
  }

  public var id: SiteID
  public var title: String
  public var map: GridMap
  /// Row-major, for drawings; empty: paved and buildings.
  public var terrain: [Terrain] = []
  public var cellMillimetres: Int32
  public var origin: GeographicOrigin?
  public var classes: [VehicleClass] = []
  public var robots: [RobotGroup] = []
  public var stations: [Station] = []
  public var chargers: [Spot] = []
  public var parking: [Spot] = []
  public var lanes: [Lane] = []
  public var zones: [Zone] = []
  public var routes: [Route] = []
  public var areas: [Area] = []

  public init(id: SiteID, title: String, map: GridMap, cellMillimetres: Int32) {
    self.id = id
    self.title = title
    self.map = map
    self.cellMillimetres = cellMillimetres
  }
}

/// Where the map's north-west corner lies on the Earth, and how the map is turned.
public struct GeographicOrigin: Sendable, Hashable {
  /// -90 ... 90 degrees, in billionths of a degree.
  public var latitudeNanodegrees: Int64
  /// -180 ... 180 degrees, in billionths of a degree.
  public var longitudeNanodegrees: Int64
  /// Of the map's upward direction, clockwise from true north; 0 ..< 360,000.
  public var bearingMillidegrees: Int32

  public init(
    latitudeNanodegrees: Int64, longitudeNanodegrees: Int64, bearingMillidegrees: Int32
  ) {
    self.latitudeNanodegrees = latitudeNanodegrees
    self.longitudeNanodegrees = longitudeNanodegrees
    self.bearingMillidegrees = bearingMillidegrees
  }
}

import FleetModel

/// From one resting cell to the next, as the planner wants it driven.
public struct PlannedLeg: Sendable, Equatable, Codable {
  /// Cells in driving order, the start not included; the last is where the robot may stop.
  public var path: FewResources
  /// Everything that must be the robot's before it may start: the path and the mutexes of any
  /// junction or gate on the way, each once.
  public var claims: FewResources
  /// Millimetres per second; 0: the robot's own.
  public var speedLimit: Int32
  /// Everything that is under the robot at rest at the end, the end cell first. Empty: the end cell
  /// alone, as of every planned leg of a vehicle that fits a cell, since nobody is planned to rest in a
  /// junction. A robot that was put into one holds its mutexes as well. A leg that claims a cell
  /// under the robot at its start claims it anew: the earlier visit ends, this one goes on.
  public var rest: FewResources
  /// Where a vehicle longer than a cell looks at the end (`Direction`'s number); nil: nobody asks.
  public var heading: UInt8?

  public init(
    path: FewResources, claims: FewResources, speedLimit: Int32,
    rest: FewResources = FewResources(),
    heading: UInt8? = nil
  ) {
    self.path = path
    self.claims = claims
    self.speedLimit = speedLimit
    self.rest = rest
    self.heading = heading
  }

  public init(
    path: [Int32], claims: [Int32], speedLimit: Int32, rest: [Int32] = [], heading: UInt8? = nil
  ) {
    self.init(
      path: FewResources(path), claims: FewResources(claims), speedLimit: speedLimit,
      rest: FewResources(rest), heading: heading)
  }

  /// One step to `cell`, which it alone claims.
  public init(to cell: Int32, speedLimit: Int32 = 0) {
    self.init(path: FewResources(cell), claims: FewResources(cell), speedLimit: speedLimit)
  }

  /// The cell where the leg comes to rest.
  /// - Precondition: `path` is not empty.
  public var end: Int32 {
    guard let last = path.last else { preconditionFailure("a leg without cells") }
    return last
  }

  /// What the robot holds at rest at the leg's end, the end cell first.
  public var restingResources: FewResources { rest.isEmpty ? FewResources(end) : rest }

  /// Whether `predicate` holds for anything that it claims or drives over.
  func touches(_ predicate: (Int32) -> Bool) -> Bool {
    claims.contains(where: predicate) || (heading != nil && path.contains(where: predicate))
  }

  /// Whether `resource` is under the robot when it rests at the leg's end.
  @inline(__always)
  func restsOn(_ resource: Int32) -> Bool {
    path[path.count - 1] == resource || rest.contains(resource)
  }
}

// `rest` and `heading` are left away where they are empty: of nearly every leg, and of those stored
// before they were.
extension PlannedLeg {
  private enum CodingKeys: String, CodingKey { case path, claims, speedLimit, rest, heading }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    path = try values.decode(FewResources.self, forKey: .path)
    claims = try values.decode(FewResources.self, forKey: .claims)
    speedLimit = try values.decode(Int32.self, forKey: .speedLimit)
    rest = try values.decodeIfPresent(FewResources.self, forKey: .rest) ?? []
    heading = try values.decodeIfPresent(UInt8.self, forKey: .heading)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(path, forKey: .path)
    try values.encode(claims, forKey: .claims)
    try values.encode(speedLimit, forKey: .speedLimit)
    if !rest.isEmpty { try values.encode(rest, forKey: .rest) }
    try values.encodeIfPresent(heading, forKey: .heading)
  }
}

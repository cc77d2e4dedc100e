/// From one resting cell to the next, as the planner wants it driven.
public struct PlannedLeg: Sendable, Equatable, Codable {
  /// Cells in driving order, the start not included; the last is where the robot may stop.
  public var path: [Int32]
  /// Everything that must be the robot's before it may start: the path and the mutexes of any
  /// junction or gate on the way, each once.
  public var claims: [Int32]
  /// Millimetres per second; 0: the robot's own.
  public var speedLimit: Int32

  public init(path: [Int32], claims: [Int32], speedLimit: Int32) {
    self.path = path
    self.claims = claims
    self.speedLimit = speedLimit
  }

  /// One step to `cell`, which it alone claims.
  public init(to cell: Int32, speedLimit: Int32 = 0) {
    self.init(path: [cell], claims: [cell], speedLimit: speedLimit)
  }

  /// The cell where the leg comes to rest.
  /// - Precondition: `path` is not empty.
  public var end: Int32 {
    guard let last = path.last else { preconditionFailure("a leg without cells") }
    return last
  }

  /// Whether `resource` is under the robot when it rests at the leg's end. Vehicles fit one cell:
  /// the resting footprint is the end cell.
  @inline(__always)
  func restsOn(_ resource: Int32) -> Bool { path[path.count - 1] == resource }
}

import FleetModel
import Grid

/// Zones by true places: one robot at most in an exclusive one, and nobody comes to rest where
/// nobody may stop. A robot is where its centre is.
public struct ZoneChecker: Sendable {
  public struct Zone: Sendable {
    public var cells: [Int32]
    public var isExclusive: Bool
    public init(cells: [Int32], isExclusive: Bool) {
      self.cells = cells
      self.isExclusive = isExclusive
    }
  }

  /// What is true of one robot at one moment.
  public struct Look: Sendable {
    /// The cell that its centre is on; -1: none.
    public var cell: Int32
    /// It stands, of its own will: nothing keeps it from driving on but that it has no road.
    public var rests: Bool
    /// It does not keep the rules, or something has happened to it.
    public var isExcused: Bool

    public init(cell: Int32, rests: Bool, isExcused: Bool) {
      self.cell = cell
      self.rests = rests
      self.isExcused = isExcused
    }
  }

  /// Cell -> exclusive zones that it is in.
  private var exclusive: [Int32: [Int]] = [:]
  private let noStop: Set<Int32>
  /// Looks in a row that a robot has rested where it may not.
  private var resting: [Int]
  /// Pairs that were told of, while they last.
  private var told: Set<Int64> = []

  public init(robots: Int, zones: [Zone], noStop: Set<Int32>) {
    self.noStop = noStop
    resting = [Int](repeating: 0, count: robots)
    for (index, zone) in zones.enumerated() where zone.isExclusive {
      for cell in zone.cells { exclusive[cell, default: []].append(index) }
    }
  }

  /// - Complexity: O(robots)
  public mutating func check(_ looks: [Look]) -> [Violation] {
    var found: [Violation] = []
    var inside: [Int: RobotIndex] = [:]
    var pairs: Set<Int64> = []
    for (i, look) in looks.enumerated() {
      let robot = RobotIndex(Int32(i))
      let isIdle = look.rests && !look.isExcused && noStop.contains(look.cell)
      resting[i] = isIdle ? resting[i] + 1 : 0
      // Once, and not for the blink between two pieces of road.
      if resting[i] == 3 { found.append(.restsInNoStop(robot)) }
      guard !look.isExcused else { continue }
      for zone in exclusive[look.cell] ?? [] {
        guard let other = inside.updateValue(robot, forKey: zone) else { continue }
        let pair = Int64(other.rawValue) << 32 | Int64(robot.rawValue)
        pairs.insert(pair)
        if !told.contains(pair) { found.append(.exclusiveShared(other, robot)) }
      }
    }
    told = pairs
    return found
  }
}

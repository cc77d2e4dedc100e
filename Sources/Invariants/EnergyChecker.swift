import Determinism
import FleetModel

/// True batteries: nobody drives on an empty one, none fills without a charger under it, and no
/// charger serves two.
public struct EnergyChecker: Sendable {
  /// What is true of one robot at one moment.
  public struct Look: Sendable {
    public var milliwattHours: Double
    public var isDriving: Bool
    public var isCharging: Bool
    /// The cell that its centre is on; -1: none.
    public var cell: Int32

    public init(milliwattHours: Double, isDriving: Bool, isCharging: Bool, cell: Int32) {
      self.milliwattHours = milliwattHours
      self.isDriving = isDriving
      self.isCharging = isCharging
      self.cell = cell
    }
  }

  private let chargers: Set<Int32>
  private var last: [Look?]
  /// Since when a robot has been driving on an empty battery.
  private var emptySince: [Instant?]

  /// - Parameter chargers: cells with a charger.
  public init(robots: Int, chargers: Set<Int32>) {
    self.chargers = chargers
    last = [Look?](repeating: nil, count: robots)
    emptySince = [Instant?](repeating: nil, count: robots)
  }

  /// Somebody put another battery in.
  public mutating func exchanged(_ robot: RobotIndex) { last[robot.index] = nil }

  /// - Complexity: O(robots)
  public mutating func check(_ looks: [Look], now: Instant) -> [Violation] {
    var found: [Violation] = []
    var charging: [Int32: RobotIndex] = [:]
    for (i, look) in looks.enumerated() {
      let robot = RobotIndex(Int32(i))
      if let before = last[i], look.milliwattHours > before.milliwattHours + 1e-6,
        !before.isCharging, !look.isCharging, !chargers.contains(look.cell)
      {
        // On a charger it may have begun and ended between two looks.
        found.append(.chargedFromNothing(robot))
      }
      if look.isCharging {
        if !chargers.contains(look.cell) { found.append(.chargesElsewhere(robot)) }
        if let other = charging.updateValue(robot, forKey: look.cell) {
          found.append(.chargerShared(other, robot))
        }
      }
      found += drivesEmpty(robot, look, now)
      last[i] = look
    }
    return found
  }

  /// It has the time to brake.
  private mutating func drivesEmpty(
    _ robot: RobotIndex, _ look: Look, _ now: Instant
  ) -> [Violation] {
    guard look.milliwattHours <= 0, look.isDriving else {
      emptySince[robot.index] = nil
      return []
    }
    let since = emptySince[robot.index] ?? now
    emptySince[robot.index] = since
    return now - since > .seconds(30) ? [.drivesEmpty(robot)] : []
  }
}

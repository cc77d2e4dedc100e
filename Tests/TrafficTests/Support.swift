import FleetModel
import Invariants

@testable import Traffic

let a = RobotIndex(0)
let b = RobotIndex(1)
let c = RobotIndex(2)
let far = ReleaseLimit(cells: 100)

extension Traffic {
  /// Robots 0, 1, … standing on these cells.
  static func standing(
    _ cells: Int32..., of count: Int = 20, limit: ReleaseLimit = far
  ) -> Traffic {
    var traffic = Traffic(resourceCount: count)
    for (index, cell) in cells.enumerated() {
      _ = traffic.join(RobotIndex(Int32(index)), at: cell, order: 1, limit: limit)
    }
    return traffic
  }

  /// Appends a leg of one step for each cell; nil when all were taken.
  @discardableResult
  mutating func plan(_ robot: RobotIndex, _ cells: Int32...) -> AppendRefusal? {
    for cell in cells {
      if let refusal = append(robot, PlannedLeg(to: cell)) { return refusal }
    }
    return nil
  }

  /// How far each robot may drive, after releasing all that can be.
  mutating func releasedThrough(_ robots: RobotIndex...) -> [UInt64] {
    _ = release()
    return robots.map { position(of: $0).through }
  }

  mutating func visit(_ robot: RobotIndex, _ leg: UInt64) {
    _ = visited(robot, order: position(of: robot).order, leg: leg)
  }

  /// Whether the contested resources, and the robots that take part, are those counted anew.
  var knowsItsContests: Bool {
    var shared: [Int32] = []
    var parties: Set<Int32> = []
    for resource in 0..<Int32(queues.resourceCount) {
      let holding = Set(holders(of: resource))
      guard holding.count > 1 else { continue }
      shared.append(resource)
      parties.formUnion(holding)
    }
    let frozen = routes.indices.filter { routes[$0].isContested }.map(Int32.init)
    return contested.sorted() == shared && Set(frozen) == parties
      && contestants.sorted() == parties.sorted()
  }

  var violations: [Violation] { QueueChecker().check(snapshotForInvariants()) }
}

/// A vehicle with these figures; the rest does not matter to traffic.
func vehicle(speed: Int32, braking: Int32) throws -> VehicleClass {
  VehicleClass(
    id: try ClassID("van"), lengthMillimetres: 800, widthMillimetres: 600, errorMillimetres: 20,
    speedMillimetresPerSecond: speed, accelerationMillimetresPerSecond2: 1000,
    brakingMillimetresPerSecond2: braking, quarterTurnMilliseconds: 1000,
    sweepWidthMillimetres: 0, payloadGrams: 0,
    energy: EnergyModel(
      capacityMilliwattHours: 1, drivingMilliwattHoursPerKilometre: 0, standingMilliwatts: 0,
      chargingMilliwatts: 0), skills: [])
}

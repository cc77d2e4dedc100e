import Determinism
import FleetModel

/// How far road is released ahead of what a robot has visited (docs/traffic.md, rule 2).
public struct ReleaseLimit: Sendable, Hashable, Codable {
  /// Path cells beyond the last visited leg; the next leg counts as one whatever its length, and
  /// is always releasable.
  public var cells: Int32

  /// - Precondition: `cells` is at least 1.
  public init(cells: Int32) {
    precondition(cells >= 1, "a release limit of \(cells) cells")
    self.cells = cells
  }

  /// Where a robot really stops differs from where it should by at most this, in millimetres.
  public static let marginMillimetres: Int64 = 500

  /// The distance that `vehicle` covers while a report travels up and a release down (`reaction`),
  /// then brakes and comes to rest within the margin, in whole cells and one more: the one it is in.
  public static func of(
    _ vehicle: VehicleClass, cellMillimetres: Int32, reaction: Duration = .milliseconds(600)
  ) -> ReleaseLimit {
    precondition(cellMillimetres > 0, "cells of \(cellMillimetres) mm")
    let speed = Int64(vehicle.speedMillimetresPerSecond)
    let braking = 2 * Int64(max(1, vehicle.brakingMillimetresPerSecond2))
    let reacting = (speed * reaction.wholeMicroseconds + 999_999) / 1_000_000
    let stopping = (speed * speed + braking - 1) / braking
    let distance = reacting + stopping + marginMillimetres
    let cell = Int64(cellMillimetres)
    return ReleaseLimit(cells: Int32(clamping: (distance + cell - 1) / cell + 1))
  }
}

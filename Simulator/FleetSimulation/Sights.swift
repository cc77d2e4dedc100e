import FleetModel
import Invariants
import VirtualRobot

/// Where all robots are at one moment, worked out once for everybody who looks.
struct Sights {
  /// One robot, as it is then.
  struct Sight: Equatable {
    var pose: TruePose
    var outline: Outline
    var stopping: Double
    var isStanding: Bool
    /// What it has seen in its way keeps it for so long.
    var stopsFor: Duration?

    var speed: Double { pose.speedMillimetresPerSecond }
  }

  private(set) var all: [Sight] = []
  /// The most that an outline measures, length and width together, and that one drives over before
  /// it can stop.
  private var largest: Int64 = 0
  private var farthestAhead: Int64 = 0

  /// - Complexity: O(robots)
  mutating func take(_ robots: [SimulatedRobot]) {
    largest = 0
    farthestAhead = 0
    robots.withUnsafeBufferPointer { robots in
      for i in robots.indices {
        if i == all.count {
          all.append(Self.sight(i, robots[i].robot))
          continue
        }
        all[i].stopsFor = robots[i].robot.stopsFor
        // Most stand, and where they stood.
        if all[i].isStanding, robots[i].robot.isStanding, robots[i].robot.pose == all[i].pose {
          continue
        }
        all[i] = Self.sight(i, robots[i].robot)
      }
    }
    for sight in all {
      let outline = sight.outline
      largest = max(largest, Int64(outline.lengthMillimetres) + Int64(outline.widthMillimetres))
      farthestAhead = max(farthestAhead, Int64(ProtectiveField.ahead(sight)))
    }
  }

  /// Somebody has put robot `i` elsewhere since the last look.
  mutating func moved(_ i: Int, _ robot: VirtualRobot) {
    if i < all.count { all[i] = Self.sight(i, robot) }
  }

  static func sight(_ i: Int, _ robot: VirtualRobot) -> Sight {
    let pose = robot.pose
    let outline = Outline(
      robot: RobotIndex(Int32(i)),
      position: Point(x: Int64(pose.x.rounded()), y: Int64(pose.y.rounded())),
      headingMillidegrees: Int32((pose.headingDegrees * 1000).rounded()) % 360_000,
      lengthMillimetres: robot.lengthMillimetres, widthMillimetres: robot.widthMillimetres)
    return Sight(
      pose: pose, outline: outline,
      stopping: robot.stoppingDistance(at: pose.speedMillimetresPerSecond),
      isStanding: robot.isStanding, stopsFor: robot.stopsFor)
  }

  /// No other robot whose outline, or what it is about to drive over, comes within `reach` of a
  /// robot's middle is farther from that than this.
  func farthest(_ reach: Int64) -> Int64 { reach + largest + farthestAhead + 2000 }

  /// Robots in the order of their places from west to east.
  func fromWest(_ robots: some Sequence<Int>) -> WestToEast {
    WestToEast(robots.map { (x: all[$0].outline.position.x, robot: $0) })
  }
}

/// Robots by their place from west to east, to find those near a place.
struct WestToEast {
  private let entries: [(x: Int64, robot: Int)]

  init(_ entries: [(x: Int64, robot: Int)]) {
    self.entries = entries.sorted { $0.x != $1.x ? $0.x < $1.x : $0.robot < $1.robot }
  }

  /// The robots no farther to the east or west of `x` than `far`.
  func near(_ x: Int64, _ far: Int64) -> ArraySlice<(x: Int64, robot: Int)> {
    let first = index(of: x - far)
    return entries[first..<max(first, index(of: x + far + 1))]
  }

  /// The first entry at or east of `x`.
  private func index(of x: Int64) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].x < x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

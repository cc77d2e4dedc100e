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
  /// As it was when somebody asked for it last.
  private var everybody = WestToEast([])
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
          all.append(robots[i].robot.sight(i))
          continue
        }
        all[i].stopsFor = robots[i].robot.stopsFor
        // Most stand, and where they stood.
        if all[i].isStanding, robots[i].robot.isStanding, robots[i].robot.pose == all[i].pose {
          continue
        }
        all[i] = robots[i].robot.sight(i)
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
    if i < all.count { all[i] = robot.sight(i) }
  }

  /// No other robot whose outline, or what it is about to drive over, comes within `reach` of a
  /// robot's middle is farther from that than this.
  func farthest(_ reach: Int64) -> Int64 { reach + largest + farthestAhead + 2000 }

  /// Robots in the order of their places from west to east.
  func fromWest(_ robots: some Sequence<Int>) -> WestToEast {
    WestToEast(robots.map { (x: all[$0].outline.position.x, robot: $0) })
  }

  /// All robots in the order of their places from west to east.
  mutating func everybodyFromWest() -> WestToEast {
    if everybody.count == all.count {
      let all = self.all
      everybody.update { all[$0].outline.position.x }
    } else {
      everybody = fromWest(all.indices)
    }
    return everybody
  }
}

extension VirtualRobot {
  /// Robot `i`, as it is now.
  func sight(_ i: Int) -> Sights.Sight {
    let pose = self.pose
    let outline = Outline(
      robot: RobotIndex(Int32(i)),
      position: Point(x: Int64(pose.x.rounded()), y: Int64(pose.y.rounded())),
      headingMillidegrees: Int32((pose.headingDegrees * 1000).rounded()) % 360_000,
      lengthMillimetres: lengthMillimetres, widthMillimetres: widthMillimetres)
    return Sights.Sight(
      pose: pose, outline: outline,
      stopping: stoppingDistance(at: pose.speedMillimetresPerSecond), isStanding: isStanding,
      stopsFor: stopsFor)
  }
}

/// Robots by their place from west to east, to find those near a place.
struct WestToEast {
  private var entries: [(x: Int64, robot: Int)]

  init(_ entries: [(x: Int64, robot: Int)]) {
    self.entries = entries.sorted(by: Self.isBefore)
  }

  var count: Int { entries.count }

  /// The same robots at other places, `x` of each.
  /// - Complexity: O(n) and one step for each that another has come past
  mutating func update(_ x: (Int) -> Int64) {
    for k in entries.indices {
      let robot = entries[k].robot
      let entry = (x: x(robot), robot: robot)
      var free = k
      while free > 0, Self.isBefore(entry, entries[free - 1]) {
        entries[free] = entries[free - 1]
        free -= 1
      }
      entries[free] = entry
    }
  }

  private static func isBefore(
    _ a: (x: Int64, robot: Int), _ b: (x: Int64, robot: Int)
  ) -> Bool {
    a.x != b.x ? a.x < b.x : a.robot < b.robot
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

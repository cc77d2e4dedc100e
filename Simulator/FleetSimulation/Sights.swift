import FleetModel
import Invariants
import VirtualRobot

/// Where all robots are at one moment, worked out once for everybody who looks.
struct Sights {
  /// One robot, as it is then.
  struct Sight: Equatable {
    var glance: Glance
    var outline: Outline

    var stopping: Double { glance.stopping }
    var isStanding: Bool { glance.isStanding }
    var speed: Double { glance.pose.speedMillimetresPerSecond }
  }

  private(set) var all: [Sight] = []
  /// What each robot may drive over before it can do anything about it, where that was asked at this
  /// look.
  private var driven: [(look: Int, area: OrientedRectangle)] = []
  private var look = 0
  /// As it was when somebody asked for it last.
  private var everybody = WestToEast([])
  /// The most that an outline measures, length and width together, and that one drives over before
  /// it can stop.
  private var largest: Int64 = 0
  private var farthestAhead: Int64 = 0

  /// - Complexity: O(robots)
  mutating func take(_ robots: inout [SimulatedRobot]) {
    largest = 0
    farthestAhead = 0
    look += 1
    for i in all.count..<max(all.count, robots.count) { all.append(robots[i].robot.sight(i)) }
    let known = all.count
    robots.withUnsafeMutableBufferPointer { robots in
      all.withUnsafeMutableBufferPointer { all in
        for i in 0..<known {
          // They lie one after the other, but far more of each than is looked at.
          if i + 4 < known { robots.fetch(i + 4) }
          let glance = robots[i].robot.glance()
          // Most stand, and where they stood.
          let isNew = !glance.isStanding || glance.pose != all[i].glance.pose
          all[i].glance = glance
          if isNew { all[i].lookAgain() }
        }
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
    if i < driven.count { driven[i].look = 0 }
  }

  /// No other robot whose outline, or what it is about to drive over, comes within `reach` of a
  /// robot's middle is farther from that than this.
  func farthest(_ reach: Int64) -> Int64 { reach + largest + farthestAhead + 2000 }

  /// What robot `i` may drive over before it can do anything about it.
  mutating func drivenBy(_ i: Int) -> OrientedRectangle {
    let nothing = (look: 0, area: OrientedRectangle(all[i].outline))
    while driven.count < all.count { driven.append(nothing) }
    if driven[i].look != look {
      let area = all[i].outline.driven(ProtectiveField.ahead(all[i]))
      driven[i] = (look, OrientedRectangle(area))
    }
    return driven[i].area
  }

  /// Robots in the order of their places from west to east.
  func fromWest(_ robots: some Sequence<Int>) -> WestToEast {
    WestToEast(robots.map { (place: all[$0].outline.position, robot: $0) })
  }

  /// All robots in the order of their places from west to east.
  mutating func everybodyFromWest() -> WestToEast {
    if everybody.count == all.count {
      let all = self.all
      everybody.update { all[$0].outline.position }
    } else {
      everybody = fromWest(all.indices)
    }
    return everybody
  }
}

extension Sights.Sight {
  /// What follows from `glance`.
  fileprivate mutating func lookAgain() {
    let pose = glance.pose
    outline.position = Point(x: Int64(pose.x.rounded()), y: Int64(pose.y.rounded()))
    outline.headingMillidegrees = Int32((pose.headingDegrees * 1000).rounded()) % 360_000
  }
}

extension VirtualRobot {
  /// Robot `i`, as it is now.
  func sight(_ i: Int) -> Sights.Sight {
    var robot = self
    var sight = Sights.Sight(
      glance: robot.glance(),
      outline: Outline(
        robot: RobotIndex(Int32(i)), position: Point(x: 0, y: 0), headingMillidegrees: 0,
        lengthMillimetres: lengthMillimetres, widthMillimetres: widthMillimetres))
    sight.lookAgain()
    return sight
  }
}

/// Robots by their place from west to east, to find those near a place.
struct WestToEast {
  private var entries: [(place: Point, robot: Int)]

  init(_ entries: [(place: Point, robot: Int)]) {
    self.entries = entries.sorted(by: Self.isBefore)
  }

  var count: Int { entries.count }

  /// The same robots at other places.
  /// - Complexity: O(n) and one step for each that another has come past
  mutating func update(_ place: (Int) -> Point) {
    for k in entries.indices {
      let robot = entries[k].robot
      let entry = (place: place(robot), robot: robot)
      var free = k
      while free > 0, Self.isBefore(entry, entries[free - 1]) {
        entries[free] = entries[free - 1]
        free -= 1
      }
      entries[free] = entry
    }
  }

  private static func isBefore(
    _ a: (place: Point, robot: Int), _ b: (place: Point, robot: Int)
  ) -> Bool {
    a.place.x != b.place.x ? a.place.x < b.place.x : a.robot < b.robot
  }

  /// Calls `body` with each robot no farther from `place` than `far`, along either axis.
  func near(_ place: Point, _ far: Int64, _ body: (Int) -> Void) {
    var k = index(of: place.x - far)
    while k < entries.count, entries[k].place.x <= place.x + far {
      if abs(entries[k].place.y - place.y) <= far { body(entries[k].robot) }
      k += 1
    }
  }

  /// The first entry at or east of `x`.
  private func index(of x: Int64) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].place.x < x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

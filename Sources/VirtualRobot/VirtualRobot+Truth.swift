import FleetModel

/// Where a robot really is and how it moves.
public struct TruePose: Sendable, Equatable {
  /// Millimetres east of the map's north-west corner.
  public var x: Double
  /// Millimetres south of it.
  public var y: Double
  /// Degrees clockwise from north, 0 ..< 360.
  public var headingDegrees: Double
  /// Along its heading; 0 while it turns on the spot.
  public var speedMillimetresPerSecond: Double
}

/// A robot at one moment, as checkers look at it.
public struct Glance: Sendable, Equatable {
  public var pose: TruePose
  /// The least distance in which it can stop, in millimetres.
  public var stopping: Double
  /// Neither driving nor turning.
  public var isStanding: Bool
  /// Held by its watchdog.
  public var isHeld: Bool
  /// What it has seen in its way keeps it for so long.
  public var stopsFor: Duration?
  /// What it has been told and has acknowledged.
  public var route: RoutePosition
}

// The truth, for checkers, displays and the swarm; the server never hears it.
extension VirtualRobot {
  /// What checkers see of it at the last `now:` it was given. Nothing is changed: it is mutating so that
  /// the robot, a kilobyte, is not copied for it.
  /// - Complexity: O(1)
  public mutating func glance() -> Glance {
    let pose = self.pose
    return Glance(
      pose: pose, stopping: stoppingDistance(at: pose.speedMillimetresPerSecond),
      isStanding: motion.isStanding, isHeld: watch == .held, stopsFor: stopsFor,
      route: book.position)
  }

  /// Whether it stands, will not leave its road as soon as it may drive, and has nothing to tell that is
  /// not committed. Mutating as `glance` is.
  public mutating func isSettled() -> Bool {
    motion.isStanding && !isStraying && events.pending.isEmpty
  }

  /// Where it is at the last `now:` it was given.
  /// - Complexity: O(1)
  public var pose: TruePose {
    let here = motion.snapshot(at: clock)
    return TruePose(
      x: here.x, y: here.y, headingDegrees: here.heading, speedMillimetresPerSecond: here.speed)
  }

  /// Whether it goes on past its route, or beside it, as soon as it may drive.
  public var isStraying: Bool { motion.pieces[motion.head...].contains(where: \.strays) }

  /// The true place of its centre, to the millimetre.
  public var truePosition: Point { motion.snapshot(at: clock).point }

  /// Of its outline, along its heading.
  public var lengthMillimetres: Int32 { settings.factsheet.vehicle.lengthMillimetres }
  /// Of its outline.
  public var widthMillimetres: Int32 { settings.factsheet.vehicle.widthMillimetres }

  /// Neither driving nor turning.
  public var isStanding: Bool { motion.isStanding }

  /// Milliwatt hours in its battery, as of the last time it thought of it.
  public var energyMilliwattHours: Double { battery.content }

  /// Its battery is being charged.
  public var isCharging: Bool { battery.isCharging }

  /// The least distance in which it can stop.
  public var stoppingDistanceMillimetres: Double {
    stoppingDistance(at: motion.snapshot(at: clock).speed)
  }

  /// The least distance in which it could stop from `speed`, in millimetres and seconds.
  public func stoppingDistance(at speed: Double) -> Double {
    speed * speed / (2 * motion.limits.braking)
  }

  /// The way left to the end of what it has acknowledged.
  public var releasedDistanceMillimetres: Double {
    guard motion.head < motion.limit else { return 0 }
    let ahead = motion.pieces[motion.head..<motion.limit].reduce(0) { $0 + $1.length }
    return ahead - motion.snapshot(at: clock).along
  }

  /// Whether it can stop before the end of what it has acknowledged. Always true, and here for
  /// checkers to see that it is.
  /// - Complexity: O(released legs)
  public var keepsWithinRelease: Bool {
    motion.isStanding || stoppingDistanceMillimetres <= releasedDistanceMillimetres + 1
  }

  /// What it has been told and has acknowledged.
  public var route: RoutePosition { book.position }

  /// The end of the last leg that it knows, released or not; where it stands without an order.
  public var routeEnd: Point { book.position.order == 0 ? truePosition : book.end }

  /// All that it ever drove.
  public var drivenMillimetres: Double { motion.snapshot(at: clock).driven }

  /// 0 ... 1000, as of the last state.
  public var energyPermille: Int32 { battery.permille }

  /// Who drives it: `fault` with an empty battery, `stopped` by command or emergency stop,
  /// `teleoperated` by hand.
  public var mode: RobotMode {
    if flat { return .fault }
    if stopped || emergency { return .stopped }
    return teleoperation == nil ? .automatic : .teleoperated
  }

  /// Held by its watchdog.
  public var isHeld: Bool { watch == .held }
  /// Paused by command.
  public var isPaused: Bool { paused }
  /// Has a load aboard.
  public var isLoaded: Bool { loaded }
  /// Its brush turns.
  public var isBrushing: Bool { brushing }

  /// The action under way.
  public var action: RobotAction? { desk.running?.action }

  /// How many events the server has not committed.
  public var uncommittedEventCount: Int { events.pending.count }
}

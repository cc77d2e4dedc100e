/// The visit queues of a site at one moment as plain values: what `Traffic` shows of itself to
/// independent checks and to people. Resources are numbered as in `Traffic`.
public struct QueueSnapshot: Sendable, Equatable {
  /// A leg that its robot has not left behind.
  public struct Leg: Sendable, Equatable {
    public var number: UInt64
    /// The cell where it comes to rest.
    public var end: Int32
    public var claims: FewResources
    /// Its place in the one global order of appends.
    public var appended: UInt64
    /// What is under the robot at rest at the leg's end: the end, and mutexes where it was put into
    /// a junction.
    public var rest: FewResources

    /// - Parameter rest: nil: the end alone.
    public init(
      number: UInt64, end: Int32, claims: FewResources, appended: UInt64,
      rest: FewResources? = nil
    ) {
      self.rest = rest ?? FewResources(end)
      self.number = number
      self.end = end
      self.claims = claims
      self.appended = appended
    }
  }

  /// A robot's marks, and where its legs lie, from the one at whose end it was last seen.
  public struct Robot: Sendable, Equatable {
    public var robot: RobotIndex
    public var order: UInt64
    public var visited: UInt64
    public var acknowledged: UInt64
    public var released: UInt64
    /// Gets no new road; nobody may wait for it.
    public var isHeld: Bool
    /// Of the snapshot's `legs`.
    public var legs: Range<Int>

    public init(
      robot: RobotIndex, order: UInt64, visited: UInt64, acknowledged: UInt64, released: UInt64,
      isHeld: Bool, legs: Range<Int>
    ) {
      self.robot = robot
      self.order = order
      self.visited = visited
      self.acknowledged = acknowledged
      self.released = released
      self.isHeld = isHeld
      self.legs = legs
    }
  }

  /// One visit of one robot in a queue.
  public struct Token: Sendable, Hashable {
    public var robot: RobotIndex
    public var leg: UInt64

    public init(robot: RobotIndex, leg: UInt64) {
      self.robot = robot
      self.leg = leg
    }
  }

  /// A resource that somebody waits for or owns; the first token owns it.
  public struct Queue: Sendable, Equatable {
    public var resource: Int32
    /// Of the snapshot's `tokens`.
    public var tokens: Range<Int>

    public init(resource: Int32, tokens: Range<Int>) {
      self.resource = resource
      self.tokens = tokens
    }
  }

  /// Resources of a robot that is where it should not be, ascending. Its tokens there come first
  /// and have `leg == .max`.
  public struct Obstruction: Sendable, Equatable {
    public var robot: RobotIndex
    public var resources: [Int32]

    public init(robot: RobotIndex, resources: [Int32]) {
      self.robot = robot
      self.resources = resources
    }
  }

  /// By index.
  public var robots: [Robot]
  /// Robot by robot, in driving order: there are hundreds of thousands, of which each in an array of its
  /// robot's would be looked up far away.
  public var legs: [Leg]
  /// The queues that are not empty, by resource.
  public var queues: [Queue]
  /// Queue by queue, the owner first.
  public var tokens: [Token]
  /// Resources with a forced claim before a released one, ascending.
  public var contested: [Int32]
  /// By robot.
  public var obstructions: [Obstruction]

  /// - Precondition: the robots' ranges of `legs` follow one another, and so do the queues' of `tokens`.
  public init(
    robots: [Robot], legs: [Leg], queues: [Queue], tokens: [Token], contested: [Int32],
    obstructions: [Obstruction] = []
  ) {
    self.robots = robots
    self.legs = legs
    self.queues = queues
    self.tokens = tokens
    self.contested = contested
    self.obstructions = obstructions
  }
}

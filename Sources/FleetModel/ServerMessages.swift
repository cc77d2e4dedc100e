// What the server says to robots (docs/protocol.md).

/// A numbered command to one robot, QoS 1. Numbers count from 1 without gaps within one pair of
/// server epoch and session epoch; a robot handles them in that order and each once.
public struct ControlMessage: Sendable, Equatable, Codable {
  /// Fencing number of the server's run: a robot ignores any lower than the highest it has heard.
  public var serverEpoch: UInt64
  /// The session it is meant for; a robot ignores others.
  public var sessionEpoch: UInt64
  public var number: UInt64
  /// The highest event of this session that the server has committed: the robot forgets up to it.
  public var committedEvent: UInt64
  public var command: ControlCommand

  public init(
    serverEpoch: UInt64, sessionEpoch: UInt64, number: UInt64, committedEvent: UInt64,
    command: ControlCommand
  ) {
    self.serverEpoch = serverEpoch
    self.sessionEpoch = sessionEpoch
    self.number = number
    self.committedEvent = committedEvent
    self.command = command
  }
}

public enum ControlCommand: Sendable, Equatable, Codable {
  /// Legs appended to order `order`, and the leg up to which the robot may drive.
  case route(RouteUpdate)
  /// Please give back what lies beyond leg `through`; answered by `.trimmed`.
  case trim(order: UInt64, update: UInt64, through: UInt64)
  /// Do this where you stand (at the end of leg `leg` of order `order`).
  case action(RobotAction)
  case cancelAction(action: UInt64)
  /// Slow down and stop before the end of the release; keep the route.
  case pause
  case resume
  /// Stop at once, keep the route; `resume` ends it.
  case stop
  /// Answer with `.present`.
  case query
  /// The server knows order and update as the robot told them: drive on after a silence.
  case confirm(order: UInt64, update: UInt64)
  /// A human may take the load: the code was right.
  case unlock(action: UInt64)
  /// Lights and horn: patterns are the vendor's; 0 is off.
  case signal(light: UInt8, horn: UInt8)
  /// Only carries `committedEvent`.
  case acknowledgeEvents
  /// A human may drive the robot for so long, or no more.
  case teleoperate(TeleoperationSlice)
}

/// A short stretch of a teleoperation: the robot may be driven by hand until it is over, and longer
/// only when the next one has come.
public struct TeleoperationSlice: Sendable, Equatable, Codable {
  /// Grows with every lease; at least 1. All slices of one lease have its number.
  public var lease: UInt64
  /// Who drives; nil: nobody any more.
  public var driver: OperatorID?
  /// From receipt; 0: the lease is over.
  public var durationMilliseconds: Int64
  /// 0: the robot's own.
  public var speedLimitMillimetresPerSecond: Int32

  public init(
    lease: UInt64, driver: OperatorID?, durationMilliseconds: Int64,
    speedLimitMillimetresPerSecond: Int32
  ) {
    self.lease = lease
    self.driver = driver
    self.durationMilliseconds = durationMilliseconds
    self.speedLimitMillimetresPerSecond = speedLimitMillimetresPerSecond
  }
}

/// Legs `firstLeg ..< firstLeg + legs.count` of an order, following what the robot has.
///
/// Update numbers count from 1 without gaps within an order. An order with a new (higher) number
/// replaces an old one whose released legs are all driven, and starts where the robot stands.
public struct RouteUpdate: Sendable, Equatable, Codable {
  public var order: UInt64
  public var update: UInt64
  /// The robot must have this place as the end of leg `firstLeg - 1` (or stand there).
  public var start: Point
  /// At least 1.
  public var firstLeg: UInt64
  public var legs: [RouteLeg]
  /// Drive through this leg; at least the last one released before.
  public var releasedThrough: UInt64

  public init(
    order: UInt64, update: UInt64, start: Point, firstLeg: UInt64, legs: [RouteLeg],
    releasedThrough: UInt64
  ) {
    self.order = order
    self.update = update
    self.start = start
    self.firstLeg = firstLeg
    self.legs = legs
    self.releasedThrough = releasedThrough
  }
}

/// From one place where the robot may stop to the next, straight from point to point.
public struct RouteLeg: Sendable, Equatable, Codable {
  /// Centres of the cells on the way; the last is the leg's end. 1 to 64.
  public var points: FewPoints
  /// 0: the robot's own.
  public var speedLimitMillimetresPerSecond: Int32
  public init(points: FewPoints, speedLimitMillimetresPerSecond: Int32) {
    self.points = points
    self.speedLimitMillimetresPerSecond = speedLimitMillimetresPerSecond
  }

  public init(points: [Point], speedLimitMillimetresPerSecond: Int32) {
    self.init(
      points: FewPoints(points), speedLimitMillimetresPerSecond: speedLimitMillimetresPerSecond)
  }
}

/// Something to do standing still.
public struct RobotAction: Sendable, Equatable, Codable {
  /// Unique for this robot, growing; at least 1.
  public var id: UInt64
  public var kind: ActionKind
  /// How long it takes; 0: until it is done, unlocked or cancelled.
  public var durationMilliseconds: Int64
  public init(id: UInt64, kind: ActionKind, durationMilliseconds: Int64) {
    self.id = id
    self.kind = kind
    self.durationMilliseconds = durationMilliseconds
  }
}

public enum ActionKind: UInt8, Sendable, Equatable, Codable, CaseIterable {
  /// Stand for the duration.
  case dwell
  /// Take the load in.
  case load
  /// Give the load out.
  case unload
  /// Confirm a checkpoint.
  case inspect
  /// Charge until full or cancelled.
  case charge
  /// Turn the brush on (duration 0: at once) or off.
  case brushOn
  case brushOff
  /// Give the load out to a human: waits for `.unlock`.
  case handOver
}

/// Once a second to everybody, QoS 0.
public struct Heartbeat: Sendable, Equatable {
  public var serverEpoch: UInt64
  /// Counts up within the epoch.
  public var number: UInt64
  /// Server time: microseconds since 1970 UTC, for displays only.
  public var timeMicroseconds: Int64
  public init(serverEpoch: UInt64, number: UInt64, timeMicroseconds: Int64) {
    self.serverEpoch = serverEpoch
    self.number = number
    self.timeMicroseconds = timeMicroseconds
  }
}

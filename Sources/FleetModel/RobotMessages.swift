import Determinism

// What a robot says (docs/protocol.md). All places are in the site's frame: millimetres east (x)
// and south (y) of the map's north-west corner; the centre of cell (i, j) is
// ((i + 0.5) * cell size, (j + 0.5) * cell size). Headings are millidegrees clockwise from north,
// 0 ..< 360,000.

/// A robot's session, retained; the will says `lost`.
public struct ConnectionMessage: Sendable, Equatable {
  public enum Status: UInt8, Sendable, Equatable, Codable { case online, offline, lost }
  /// Grows with every connection of this robot; at least 1. A smaller one is stale.
  public var sessionEpoch: UInt64
  public var status: Status

  public init(sessionEpoch: UInt64, status: Status) {
    self.sessionEpoch = sessionEpoch
    self.status = status
  }
}

/// What a robot is, retained. Its `vehicle.id` names a class of the site. Told once and kept in many
/// places: by reference.
public struct Factsheet: Sendable {
  private struct Content: Sendable, Equatable, Codable {
    var vendor: String
    var model: String
    var serial: String
    var vehicle: VehicleClass
    var heartbeatTimeoutMilliseconds: Int32
  }

  private final class Sheet: Sendable {
    let content: Content
    init(_ content: Content) { self.content = content }
  }

  private let sheet: Sheet

  public var vendor: String { sheet.content.vendor }
  public var model: String { sheet.content.model }
  public var serial: String { sheet.content.serial }
  public var vehicle: VehicleClass { sheet.content.vehicle }
  /// The robot stops at the end of its release when it has heard no heartbeat for this long.
  public var heartbeatTimeoutMilliseconds: Int32 { sheet.content.heartbeatTimeoutMilliseconds }

  public init(
    vendor: String, model: String, serial: String, vehicle: VehicleClass,
    heartbeatTimeoutMilliseconds: Int32
  ) {
    sheet = Sheet(
      Content(
        vendor: vendor, model: model, serial: serial, vehicle: vehicle,
        heartbeatTimeoutMilliseconds: heartbeatTimeoutMilliseconds))
  }
}

extension Factsheet: Equatable {
  public static func == (a: Factsheet, b: Factsheet) -> Bool {
    a.sheet === b.sheet || a.sheet.content == b.sheet.content
  }
}

extension Factsheet: Codable {
  public init(from decoder: any Decoder) throws {
    sheet = Sheet(try Content(from: decoder))
  }

  public func encode(to encoder: any Encoder) throws { try sheet.content.encode(to: encoder) }
}

/// A place in the site's frame, in millimetres.
public struct Point: Sendable, Hashable, Codable {
  public var x: Int64
  public var y: Int64
  public init(x: Int64, y: Int64) {
    self.x = x
    self.y = y
  }
}

/// Who drives the robot.
public enum RobotMode: UInt8, Sendable, Equatable, Codable, CaseIterable {
  case automatic, manual, teleoperated, stopped, fault, maintenance
}

/// How far a robot has got on its route: order, update and leg numbers (`ControlCommand.route`).
public struct RoutePosition: Sendable, Equatable, Codable {
  /// 0: the robot has no route.
  public var order: UInt64
  /// The highest update of this order that the robot has taken.
  public var update: UInt64
  /// The last leg whose end the whole outline has reached. 0: still at the order's start.
  public var visited: UInt64
  /// The last leg that the robot may drive.
  public var through: UInt64

  public init(order: UInt64, update: UInt64, visited: UInt64, through: UInt64) {
    self.order = order
    self.update = update
    self.visited = visited
    self.through = through
  }

  public static let none = RoutePosition(order: 0, update: 0, visited: 0, through: 0)
}

/// A robot's state: QoS 0, on change and at least every second moving, five seconds idle. Tells,
/// never frees cells.
public struct RobotState: Sendable, Equatable, Codable {
  public var sessionEpoch: UInt64
  /// The newest server epoch the robot has heard, 0 for none.
  public var serverEpoch: UInt64
  /// Counts up within the session, so that a late one is dropped.
  public var number: UInt64
  public var position: Point
  public var headingMillidegrees: Int32
  public var speedMillimetresPerSecond: Int32
  public var route: RoutePosition
  /// The last control message up to which the robot has all of this session and server epoch.
  public var lastControl: UInt64
  /// 0 ... 1000.
  public var energyPermille: Int32
  public var charging: Bool
  public var mode: RobotMode
  /// Paused by a `pause` command, or held by its watchdog.
  public var holding: Bool
  public var loaded: Bool
  public var errors: [RobotError]

  public init(
    sessionEpoch: UInt64, serverEpoch: UInt64, number: UInt64, position: Point,
    headingMillidegrees: Int32, speedMillimetresPerSecond: Int32, route: RoutePosition,
    lastControl: UInt64, energyPermille: Int32, charging: Bool, mode: RobotMode, holding: Bool,
    loaded: Bool, errors: [RobotError]
  ) {
    self.sessionEpoch = sessionEpoch
    self.serverEpoch = serverEpoch
    self.number = number
    self.position = position
    self.headingMillidegrees = headingMillidegrees
    self.speedMillimetresPerSecond = speedMillimetresPerSecond
    self.route = route
    self.lastControl = lastControl
    self.energyPermille = energyPermille
    self.charging = charging
    self.mode = mode
    self.holding = holding
    self.loaded = loaded
    self.errors = errors
  }
}

/// Something wrong with a robot, in its own words.
public struct RobotError: Sendable, Equatable, Codable {
  /// A short code of the vendor's, at most 64 bytes.
  public var code: String
  public var text: String
  public init(code: String, text: String) {
    self.code = code
    self.text = text
  }
}

/// Numbered events of a robot, QoS 1, kept and sent again until the server has committed them.
public struct RobotReport: Sendable, Equatable {
  public var sessionEpoch: UInt64
  public var events: [NumberedEvent]
  public init(sessionEpoch: UInt64, events: [NumberedEvent]) {
    self.sessionEpoch = sessionEpoch
    self.events = events
  }
}

/// The `number`-th event of a session, counted from 1 without gaps.
public struct NumberedEvent: Sendable, Equatable {
  public var number: UInt64
  public var event: RobotEvent
  public init(number: UInt64, event: RobotEvent) {
    self.number = number
    self.event = event
  }
}

public enum RobotEvent: Sendable, Equatable {
  /// First event of a session, of a server epoch, and answer to `.query`: where the robot is and
  /// what it holds. `serverEpoch` is the newest it had heard when it said so (0: none): what was
  /// said before it heard of this server may be overtaken by what an earlier one has sent.
  /// `answering` is the number of the query it answers, 0: unasked. `heading` is where it looks,
  /// thousandths of a degree clockwise from north; nil: it does not say.
  case present(
    position: Point, route: RoutePosition, standing: Bool, serverEpoch: UInt64, answering: UInt64,
    heading: Int32? = nil)
  /// It may and will drive through leg `through`.
  case acknowledged(order: UInt64, update: UInt64, through: UInt64)
  /// The outline has wholly reached the end of leg `leg`. Cumulative.
  case visited(order: UInt64, leg: UInt64)
  /// Answer to `.trim`: it can and will stop at the end of leg `through`.
  case trimmed(order: UInt64, update: UInt64, through: UInt64)
  case actionStarted(action: UInt64)
  case actionEnded(action: UInt64, result: ActionResult)
  /// A command was not carried out. `number` is that of the control message.
  case refused(number: UInt64, reason: RobotRefusal)
  case incident(kind: IncidentKind, text: String)
}

public enum ActionResult: Sendable, Equatable {
  case succeeded
  case failed(text: String)
  case cancelled
}

public enum RobotRefusal: UInt8, Sendable, Equatable, CaseIterable {
  /// An update with a number that was used, with other content.
  case conflictingUpdate
  /// An update that skips one.
  case updateGap
  case unknownOrder
  /// The first leg does not start where the robot is, or legs do not connect.
  case routeMismatch
  case notSupported
  case wrongMode
  case notUnlocked
}

public enum IncidentKind: UInt8, Sendable, Equatable, Codable, CaseIterable {
  case obstacle, emergencyStop, collision, localisationLost, batteryEmpty, hardware, other
}

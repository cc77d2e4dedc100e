import FleetModel

/// Robots as people and programs read them.
enum RobotText {
  static func list(_ robots: [RobotView], width: Int?) -> [String] {
    if robots.isEmpty { return ["no robots"] }
    let table = Table(
      [
        .init("ROBOT", least: 8), .init("CLASS", least: 6), .init("LINK", least: 6), .init("MODE"),
        .init("CELL"), .init("ENERGY", right: true), .init("TASK", least: 8),
        .init("DOING", least: 12),
      ],
      rows: robots.map { robot in
        [
          robot.id.text, robot.vehicleClass?.text ?? "-", link(robot), mode(robot),
          robot.cell.map { "\($0.x),\($0.y)" } ?? "-", energy(robot), robot.task?.text ?? "-",
          robot.activity,
        ]
      })
    return table.lines(width: width)
  }

  static func details(_ robot: RobotView) -> [String] {
    var lines = [
      ("robot", robot.id.text), ("class", robot.vehicleClass?.text ?? "no factsheet yet"),
      ("session", robot.session.rawValue), ("freshness", robot.freshness.rawValue),
      ("mode", mode(robot)), ("integration", robot.integration.rawValue),
      ("driver", driver(robot)),
      ("task", robot.task?.text ?? "none"), ("doing", robot.activity), ("place", place(robot)),
      ("speed", "\(tenths(robot.speedMillimetresPerSecond, per: 1000)) m/s"),
      ("energy", energy(robot)), ("loaded", robot.loaded ? "yes" : "no"),
    ]
    lines += robot.errors.map { ("error", "\($0.code): \($0.text)") }
    return lines.map { $0.0.padded(to: 13) + $0.1.cut(to: 1000) }
  }

  /// The session, or how old the robot's last word is, whichever matters more.
  static func link(_ robot: RobotView) -> String {
    robot.session == .online && robot.freshness != .fresh
      ? robot.freshness.rawValue : robot.session.rawValue
  }

  private static func driver(_ robot: RobotView) -> String {
    guard let driver = robot.driver else { return "none" }
    return "\(driver), lease of \((robot.leaseMilliseconds + 999) / 1000) s left"
  }

  static func mode(_ robot: RobotView) -> String {
    robot.paused && robot.mode == .automatic ? "paused" : "\(robot.mode)"
  }

  static func energy(_ robot: RobotView) -> String {
    "\(robot.energyPermille / 10)%\(robot.charging ? "+" : "")"
  }

  private static func place(_ robot: RobotView) -> String {
    guard let cell = robot.cell else { return "not on the map" }
    let heading = (robot.headingMillidegrees + 500) / 1000 % 360
    return "\(cell), heading \(heading) degrees"
  }

  private static func tenths(_ value: Int32, per unit: Int32) -> String {
    let tenths = (abs(value) * 10 + unit / 2) / unit
    return "\(value < 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
  }
}

/// A robot as `--json` prints it.
struct RobotJSON: Encodable {
  struct Fault: Encodable {
    var code: String
    var text: String
  }
  var id: String
  var vehicleClass: String?
  var session: String
  var freshness: String
  var mode: String
  var integration: String
  var paused: Bool
  var cell: [Int32]?
  var positionMillimetres: [Int64]?
  var headingDegrees: Double
  var speedMetresPerSecond: Double
  var energy: Double
  var charging: Bool
  var loaded: Bool
  var task: String?
  var activity: String
  var errors: [Fault]
  /// Who drives it by hand, and how long that lease lasts.
  var driver: String?
  var leaseSecondsLeft: Double?

  init(_ robot: RobotView) {
    id = robot.id.text
    vehicleClass = robot.vehicleClass?.text
    session = robot.session.rawValue
    freshness = robot.freshness.rawValue
    mode = "\(robot.mode)"
    integration = robot.integration.rawValue
    paused = robot.paused
    cell = robot.cell.map { [$0.x, $0.y] }
    positionMillimetres = robot.position.map { [$0.x, $0.y] }
    headingDegrees = Double(robot.headingMillidegrees) / 1000
    speedMetresPerSecond = Double(robot.speedMillimetresPerSecond) / 1000
    energy = Double(robot.energyPermille) / 1000
    charging = robot.charging
    loaded = robot.loaded
    task = robot.task?.text
    activity = robot.activity
    errors = robot.errors.map { Fault(code: $0.code, text: $0.text) }
    driver = robot.driver?.text
    leaseSecondsLeft = robot.driver == nil ? nil : Double(robot.leaseMilliseconds) / 1000
  }
}

import Determinism
import FleetModel
import Testing

@testable import VirtualRobot

/// A robot on a bench: a clock, a server's numbering, and all that the robot has said.
struct Rig {
  static let cell: Int64 = 1000
  var robot: VirtualRobot
  var now = Instant(microseconds: 1_000_000_000)
  var said: [VirtualRobot.Output] = []
  var session: UInt64 = 1
  var serverEpoch: UInt64 = 1
  var control: UInt64 = 0
  var committed: UInt64 = 0
  /// Heartbeats are sent once a second while `run` lets time pass.
  var beats = true

  init(
    vehicle: VehicleClass = Rig.courier, energy: Int32 = 1000, heading: Int32 = 90_000,
    timeout: Int32 = 3000, seed: UInt64 = 1
  ) {
    do {
      robot = VirtualRobot(
        VirtualRobot.Settings(
          id: try RobotID("r1"),
          factsheet: Factsheet(
            vendor: "test", model: "m", serial: "1", vehicle: vehicle,
            heartbeatTimeoutMilliseconds: timeout),
          cellMillimetres: Int32(Self.cell), start: Self.point(0, 0), headingMillidegrees: heading,
          energyPermille: energy, seed: Seed(seed)))
    } catch {
      fatalError("\(error)")
    }
    said = robot.connect(sessionEpoch: session, now: now)
  }

  /// 2 m/s, 1 m/s², a turn of 90 degrees in 2 s.
  static var courier: VehicleClass {
    do {
      return VehicleClass(
        id: try ClassID("courier"), lengthMillimetres: 800, widthMillimetres: 600,
        errorMillimetres: 50, speedMillimetresPerSecond: 2000,
        accelerationMillimetresPerSecond2: 1000, brakingMillimetresPerSecond2: 1000,
        quarterTurnMilliseconds: 2000, sweepWidthMillimetres: 0, payloadGrams: 30_000,
        energy: EnergyModel(
          capacityMilliwattHours: 1_000_000, drivingMilliwattHoursPerKilometre: 20_000,
          standingMilliwatts: 20_000, chargingMilliwatts: 500_000),
        skills: [.deliver])
    } catch {
      fatalError("\(error)")
    }
  }

  /// The centre of a cell.
  static func point(_ x: Int64, _ y: Int64) -> Point {
    Point(x: x * cell + cell / 2, y: y * cell + cell / 2)
  }

  /// Sends the next command.
  @discardableResult
  mutating func send(_ command: ControlCommand) -> [VirtualRobot.Output] {
    control += 1
    return send(command, number: control)
  }

  @discardableResult
  mutating func send(
    _ command: ControlCommand, number: UInt64, epoch: UInt64? = nil, session: UInt64? = nil
  ) -> [VirtualRobot.Output] {
    let outputs = robot.receive(
      ControlMessage(
        serverEpoch: epoch ?? serverEpoch, sessionEpoch: session ?? self.session, number: number,
        committedEvent: committed, command: command),
      now: now)
    said += outputs
    return outputs
  }

  /// A route of one cell per leg from `cells[0]`.
  static func route(
    order: UInt64 = 1, update: UInt64 = 1, firstLeg: UInt64 = 1, _ cells: [(Int64, Int64)],
    through: UInt64? = nil, limit: Int32 = 0
  ) -> ControlCommand {
    let points = cells.map { point($0.0, $0.1) }
    return .route(
      RouteUpdate(
        order: order, update: update, start: points[0], firstLeg: firstLeg,
        legs: points.dropFirst().map {
          RouteLeg(points: [$0], speedLimitMillimetresPerSecond: limit)
        }, releasedThrough: through ?? firstLeg + UInt64(points.count) - 2))
  }

  /// Lets time pass in steps, with a heartbeat each second.
  mutating func run(_ seconds: Double, step: Double = 0.05) {
    let end = now + .microseconds(Int64(seconds * 1e6))
    while now < end {
      let next = min(end, now + .microseconds(Int64(step * 1e6)))
      let beat = beats && next.microseconds / 1_000_000 > now.microseconds / 1_000_000
      now = next
      said += robot.advance(to: now)
      if beat { heartbeat() }
    }
  }

  mutating func heartbeat() {
    said += robot.receive(
      Heartbeat(serverEpoch: serverEpoch, number: 1, timeMicroseconds: 0), now: now)
  }

  /// Distinct events of the present session, in order.
  var events: [RobotEvent] { Self.events(said, session: session) }

  static func events(_ outputs: [VirtualRobot.Output], session: UInt64? = nil) -> [RobotEvent] {
    var byNumber: [UInt64: RobotEvent] = [:]
    for case .report(let report) in outputs where session.map({ $0 == report.sessionEpoch }) ?? true
    {
      for entry in report.events { byNumber[entry.number] = entry.event }
    }
    return byNumber.sorted { $0.key < $1.key }.map(\.value)
  }

  var states: [RobotState] {
    said.compactMap { if case .state(let state) = $0 { state } else { nil } }
  }

  var visited: [UInt64] {
    events.compactMap { if case .visited(_, let leg) = $0 { leg } else { nil } }
  }
}

/// Cells in a row eastwards.
func row(_ range: ClosedRange<Int64>, y: Int64 = 0) -> [(Int64, Int64)] { range.map { ($0, y) } }

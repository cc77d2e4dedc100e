import Determinism
import FleetModel

// Random values within the ranges of the `.proto` files, with their ends likelier than chance.

extension SeededGenerator {
  mutating func integer<T: FixedWidthInteger>(_ range: ClosedRange<T>) -> T {
    switch next(below: 8) {
    case 0: range.lowerBound
    case 1: range.upperBound
    case 2: range.contains(1) ? 1 : range.lowerBound
    default: T.random(in: range, using: &self)
    }
  }

  mutating func counter() -> UInt64 { integer(0...UInt64(Int64.max)) }
  mutating func fromOne() -> UInt64 { integer(1...UInt64(Int64.max)) }
  mutating func flag() -> Bool { chance(0.5) }

  mutating func one<T>(of values: [T]) -> T { values[next(below: values.count)] }

  mutating func list<T>(upTo count: Int, _ make: (inout SeededGenerator) -> T) -> [T] {
    (0..<next(in: 0...count)).map { _ in make(&self) }
  }

  mutating func maybe<T>(_ make: (inout SeededGenerator) -> T) -> T? { flag() ? make(&self) : nil }

  /// Of at most `bytes` bytes, with characters of one to four.
  mutating func text(_ bytes: Int) -> String {
    let alphabet: [Character] = ["a", "Z", "0", " ", "\n", "é", "ß", "水", "🚚", "\u{7F}", "\u{1}"]
    var text = ""
    for _ in 0..<next(in: 0...min(bytes / 4, 40)) { text.append(one(of: alphabet)) }
    return text
  }

  mutating func id<Tag>() -> Identifier<Tag> {
    let alphabet = Array("abcXYZ019_-")
    let text = String((0..<next(in: 1...64)).map { _ in one(of: alphabet) })
    do { return try Identifier(text) } catch { preconditionFailure("\(error)") }
  }

  mutating func point() -> Point {
    Point(x: integer(-1_000_000_000...1_000_000_000), y: integer(-1_000_000_000...1_000_000_000))
  }

  mutating func connection() -> ConnectionMessage {
    ConnectionMessage(sessionEpoch: fromOne(), status: one(of: [.online, .offline, .lost]))
  }

  mutating func factsheet() -> Factsheet {
    let energy = EnergyModel(
      capacityMilliwattHours: integer(1...1_000_000_000),
      drivingMilliwattHoursPerKilometre: integer(0...1_000_000_000),
      standingMilliwatts: integer(0...1_000_000_000), chargingMilliwatts: integer(0...1_000_000))
    let vehicle = VehicleClass(
      id: id(), lengthMillimetres: integer(1...30_000), widthMillimetres: integer(1...10_000),
      errorMillimetres: integer(0...2_000), speedMillimetresPerSecond: integer(1...15_000),
      accelerationMillimetresPerSecond2: integer(1...10_000),
      brakingMillimetresPerSecond2: integer(1...20_000),
      quarterTurnMilliseconds: integer(0...120_000), sweepWidthMillimetres: integer(0...10_000),
      payloadGrams: integer(0...100_000_000), energy: energy,
      skills: SkillSet(rawValue: integer(0...7)))
    return Factsheet(
      vendor: text(128), model: text(128), serial: text(128), vehicle: vehicle,
      heartbeatTimeoutMilliseconds: integer(100...600_000))
  }

  mutating func routePosition() -> RoutePosition {
    if chance(0.3) { return .none }
    let visited = counter()
    return RoutePosition(
      order: fromOne(), update: counter(), visited: visited,
      through: integer(visited...UInt64(Int64.max)))
  }

  mutating func robotError() -> RobotError { RobotError(code: "E" + text(60), text: text(256)) }

  mutating func state() -> RobotState {
    RobotState(
      sessionEpoch: fromOne(), serverEpoch: counter(), number: counter(), position: point(),
      headingMillidegrees: integer(0...359_999), speedMillimetresPerSecond: integer(0...20_000),
      route: routePosition(), lastControl: counter(), energyPermille: integer(0...1_000),
      charging: flag(), mode: one(of: RobotMode.allCases), holding: flag(), loaded: flag(),
      errors: list(upTo: 4) { $0.robotError() })
  }

  mutating func report() -> RobotReport {
    let first = integer(1...UInt64(Int64.max) - 200)
    let count = chance(0.1) ? 128 : next(in: 1...6)
    return RobotReport(
      sessionEpoch: fromOne(),
      events: (0..<count).map { NumberedEvent(number: first + UInt64($0), event: event()) })
  }

  mutating func event() -> RobotEvent {
    switch next(below: 8) {
    case 0:
      .present(
        position: point(), route: routePosition(), standing: flag(), serverEpoch: counter(),
        answering: counter(), heading: flag() ? Int32(next(below: 360_000)) : nil)
    case 1: .acknowledged(order: fromOne(), update: fromOne(), through: counter())
    case 2: .visited(order: fromOne(), leg: fromOne())
    case 3: .trimmed(order: fromOne(), update: fromOne(), through: counter())
    case 4: .actionStarted(action: fromOne())
    case 5: .actionEnded(action: fromOne(), result: actionResult())
    case 6: .refused(number: fromOne(), reason: one(of: RobotRefusal.allCases))
    default: .incident(kind: one(of: IncidentKind.allCases), text: text(256))
    }
  }

  mutating func actionResult() -> ActionResult {
    switch next(below: 3) {
    case 0: .succeeded
    case 1: .failed(text: text(256))
    default: .cancelled
    }
  }

  mutating func heartbeat() -> Heartbeat {
    Heartbeat(
      serverEpoch: fromOne(), number: counter(), timeMicroseconds: integer(Int64.min...Int64.max))
  }

  mutating func control() -> ControlMessage {
    ControlMessage(
      serverEpoch: fromOne(), sessionEpoch: fromOne(), number: fromOne(),
      committedEvent: counter(), command: controlCommand())
  }

  mutating func controlCommand() -> ControlCommand {
    switch next(below: 15) {
    case 0: .trim(order: fromOne(), update: fromOne(), through: counter())
    case 1: .action(action())
    case 2: .cancelAction(action: fromOne())
    case 3: .pause
    case 4: .resume
    case 5: .stop
    case 6: .query
    case 7: .confirm(order: counter(), update: counter())
    case 8: .unlock(action: fromOne())
    case 9: .signal(light: integer(0...255), horn: integer(0...255))
    case 10: .acknowledgeEvents
    case 11:
      .teleoperate(
        TeleoperationSlice(
          lease: fromOne(), driver: maybe { $0.id() },
          durationMilliseconds: integer(0...604_800_000),
          speedLimitMillimetresPerSecond: integer(0...20_000)))
    default: .route(route())
    }
  }

  mutating func action() -> RobotAction {
    RobotAction(
      id: fromOne(), kind: one(of: ActionKind.allCases),
      durationMilliseconds: integer(0...604_800_000))
  }

  mutating func route() -> RouteUpdate {
    RouteUpdate(
      order: fromOne(), update: fromOne(), start: point(), firstLeg: fromOne(),
      legs: list(upTo: chance(0.05) ? 64 : 12) { rng in
        let count = rng.chance(0.05) ? 64 : rng.next(in: 1...4)
        return RouteLeg(
          points: (0..<count).map { _ in rng.point() },
          speedLimitMillimetresPerSecond: rng.integer(0...20_000))
      },
      releasedThrough: counter())
  }
}

import FleetModel
import FleetWire
import Testing

/// What is wrong is named: message, field, value.
@Suite struct ErrorTests {
  let codec = WireCodec()

  private func state(_ change: (inout RobotState) -> Void) -> [UInt8] {
    var state = RobotState(
      sessionEpoch: 1, serverEpoch: 0, number: 1, position: Point(x: 0, y: 0),
      headingMillidegrees: 0, speedMillimetresPerSecond: 0, route: .none, lastControl: 0,
      energyPermille: 500, charging: false, mode: .automatic, holding: false, loaded: false,
      errors: [])
    change(&state)
    return codec.encode(state)
  }

  @Test func rangesAreChecked() {
    let cases: [(String, String, String, (inout RobotState) -> Void)] = [
      ("RobotState", "heading_mdeg", "360000", { $0.headingMillidegrees = 360_000 }),
      ("RobotState", "speed_mm_per_s", "20001", { $0.speedMillimetresPerSecond = 20_001 }),
      ("RobotState", "speed_mm_per_s", "-1", { $0.speedMillimetresPerSecond = -1 }),
      ("RobotState", "energy_permille", "1001", { $0.energyPermille = 1_001 }),
      ("Point", "x_mm", "1000000001", { $0.position.x = 1_000_000_001 }),
      ("Point", "y_mm", "-9223372036854775808", { $0.position.y = .min }),
      ("RobotState", "number", "9223372036854775808", { $0.number = 1 << 63 }),
    ]
    for (message, field, value, change) in cases {
      #expect(throws: WireError.outOfRange(message: message, field: field, value: value)) {
        try codec.decodeState(state(change))
      }
    }
  }

  @Test func whatMustBeThereIsMissed() {
    #expect(throws: WireError.missing(message: "ConnectionMessage", field: "session_epoch")) {
      try codec.decodeConnection([])
    }
    #expect(throws: WireError.missing(message: "ConnectionMessage", field: "status")) {
      try codec.decodeConnection([0x08, 1])
    }
    #expect(throws: WireError.missing(message: "ControlMessage", field: "command")) {
      try codec.decodeControl([0x08, 1, 0x10, 1, 0x18, 1])
    }
    #expect(throws: WireError.badCount(message: "RobotReport", field: "events", count: 0)) {
      try codec.decodeReport([0x08, 1])
    }
    #expect(throws: WireError.missing(message: "RobotError", field: "code")) {
      try codec.decodeState(state { $0.errors = [RobotError(code: "", text: "x")] })
    }
  }

  @Test func unknownEnumValuesAreNamed() {
    #expect(
      throws: WireError.unknownValue(message: "ConnectionMessage", field: "status", value: 9)
    ) { try codec.decodeConnection([0x08, 1, 0x10, 9]) }
    let minusOne: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]
    #expect(
      throws: WireError.unknownValue(message: "ConnectionMessage", field: "status", value: -1)
    ) { try codec.decodeConnection([0x08, 1, 0x10] + minusOne) }
  }

  @Test func laterVersionsAreUnsupported() {
    let head: [UInt8] = [0x08, 1, 0x10, 1, 0x18, 1]
    #expect(throws: WireError.missing(message: "TeleoperationLease", field: "lease")) {
      try codec.decodeControl(head + [0xB2, 0x01, 0])
    }
    #expect(throws: WireError.unsupported(message: "ControlMessage", field: "log_request")) {
      try codec.decodeControl(head + [0xBA, 0x01, 0])
    }
    #expect(throws: WireError.unsupported(message: "RobotEvent", field: "log_uploaded")) {
      try codec.decodeReport([0x08, 1, 0x12, 4, 0x08, 1, 0x52, 0])
    }
  }

  /// A notice with the given bytes as its text, of the given kind.
  private func notice(_ text: [UInt8], field: UInt8 = 0x2A) -> [UInt8] {
    [0x08, 1, field, UInt8(text.count)] + text
  }

  @Test func textsAreValidated() {
    let invalid = WireError.invalidText(message: "FleetNotice", field: "text")
    let broken: [[UInt8]] = [
      [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0x61, 0, 0x62], [0], [0x61, 0],
    ]
    for bytes in broken {
      #expect(throws: invalid, "\(bytes)") { try codec.decodeNotice(notice(bytes)) }
    }
    #expect(throws: Never.self) { try codec.decodeNotice(notice([])) }
  }

  @Test func idsAreValidated() {
    let robot: UInt8 = 0x1A
    for (text, shown) in [("a b", "a b"), ("é", "é"), ("a/b", "a/b"), ("a\0", "a\0")] {
      #expect(
        throws: WireError.invalidIdentifier(message: "FleetNotice", field: "robot", value: shown)
      ) { try codec.decodeNotice(notice(Array(text.utf8), field: robot)) }
    }
  }

  @Test func tooMuchIsRefused() {
    func route(_ legs: Int, _ points: Int) -> [UInt8] {
      let leg = RouteLeg(
        points: Array(repeating: Point(x: 1, y: 1), count: points),
        speedLimitMillimetresPerSecond: 0)
      let update = RouteUpdate(
        order: 1, update: 1, start: Point(x: 1, y: 1), firstLeg: 1,
        legs: Array(repeating: leg, count: legs), releasedThrough: 0)
      return codec.encode(
        ControlMessage(
          serverEpoch: 1, sessionEpoch: 1, number: 1, committedEvent: 0, command: .route(update)))
    }
    let tooMany: [(Int, Int, WireError)] = [
      (257, 1, .badCount(message: "RouteUpdate", field: "legs", count: 257)),
      (1, 65, .badCount(message: "RouteLeg", field: "points_mm", count: 130)),
      (1, 0, .badCount(message: "RouteLeg", field: "points_mm", count: 0)),
      (65, 64, .badCount(message: "RouteUpdate", field: "legs.points_mm", count: 4_160)),
    ]
    for (legs, points, error) in tooMany {
      #expect(throws: error) { try codec.decodeControl(route(legs, points)) }
    }
    #expect(throws: Never.self) { try codec.decodeControl(route(64, 64)) }
    #expect(throws: Never.self) { try codec.decodeControl(route(256, 16)) }
  }
}

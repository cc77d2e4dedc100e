import FleetModel
import FleetWire
import Testing

/// Bytes made by Google's `protoc --encode` from the texts in the comments: another
/// implementation's view of the same `.proto` files. Fields are written in the order of their
/// numbers, so the bytes are equal, not only their meaning.
@Suite struct GoldenBytesTests {
  let codec = WireCodec()

  private func bytes(_ hex: String) throws -> [UInt8] {
    let digits = Array(hex.utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { i in
      try #require(UInt8(String(decoding: digits[i...i + 1], as: UTF8.self), radix: 16))
    }
  }

  @Test func control() throws {
    // server_epoch: 3 session_epoch: 7 number: 1 committed_event: 1
    // route { order: 1 update: 1 start_x_mm: 10500 start_y_mm: -4500 first_leg: 1
    //   legs { points_mm: [11500, -4500, 12500, -4500] speed_limit_mm_per_s: 800 }
    //   legs { points_mm: [12500, -3500] } released_through: 2 }
    let golden = try bytes(
      "08031007180120015229080110011888a40120a7462801320f0a0ad8b301a746a8c301a74610a00632070a05"
        + "a8c301d7363802")
    let update = RouteUpdate(
      order: 1, update: 1, start: Point(x: 10_500, y: -4_500), firstLeg: 1,
      legs: [
        RouteLeg(
          points: [Point(x: 11_500, y: -4_500), Point(x: 12_500, y: -4_500)],
          speedLimitMillimetresPerSecond: 800),
        RouteLeg(points: [Point(x: 12_500, y: -3_500)], speedLimitMillimetresPerSecond: 0),
      ], releasedThrough: 2)
    let value = ControlMessage(
      serverEpoch: 3, sessionEpoch: 7, number: 1, committedEvent: 1, command: .route(update))
    #expect(try codec.decodeControl(golden) == value)
    #expect(codec.encode(value) == golden)
  }

  @Test func report() throws {
    // session_epoch: 7
    // events { number: 1 present { position { x_mm: 10500 y_mm: -4500 } standing: true } }
    // events { number: 2 action_ended { action: 300 failed: "jammed é" } }
    // events { number: 3 refused { number: 12 reason: REASON_WRONG_MODE } }
    let golden = try bytes(
      "0807120f0801120b0a070888a40110a7461801121208023a0e08ac021a096a616d6d656420c3a91208080342"
        + "04080c1006")
    let value = RobotReport(
      sessionEpoch: 7,
      events: [
        NumberedEvent(
          number: 1,
          event: .present(
            position: Point(x: 10_500, y: -4_500), route: .none, standing: true,
            serverEpoch: 0, answering: 0)),
        NumberedEvent(
          number: 2, event: .actionEnded(action: 300, result: .failed(text: "jammed é"))),
        NumberedEvent(number: 3, event: .refused(number: 12, reason: .wrongMode)),
      ])
    #expect(try codec.decodeReport(golden) == value)
    #expect(codec.encode(value) == golden)
  }

  @Test func state() throws {
    // session_epoch: 7 server_epoch: 3 number: 12 position { x_mm: 10731 y_mm: 4500 }
    // heading_mdeg: 90000 speed_mm_per_s: 1500
    // route { order: 1 update: 2 visited: 3 through: 8 } last_control: 4 energy_permille: 731
    // mode: ROBOT_MODE_AUTOMATIC loaded: true errors { code: "E7" text: "lamp" }
    let golden = try bytes(
      "08071003180c220708d6a70110a8462890bf0530dc0b3a080801100218032008400448db0558016801720a0a"
        + "02453712046c616d70")
    let value = RobotState(
      sessionEpoch: 7, serverEpoch: 3, number: 12, position: Point(x: 10_731, y: 4_500),
      headingMillidegrees: 90_000, speedMillimetresPerSecond: 1_500,
      route: RoutePosition(order: 1, update: 2, visited: 3, through: 8), lastControl: 4,
      energyPermille: 731, charging: false, mode: .automatic, holding: false, loaded: true,
      errors: [RobotError(code: "E7", text: "lamp")])
    #expect(try codec.decodeState(golden) == value)
    #expect(codec.encode(value) == golden)
  }

  @Test func factsheet() throws {
    // vendor: "Acme" model: "Van" serial: "0017" heartbeat_timeout_ms: 5000
    // vehicle { id: "van" length_mm: 900 width_mm: 600 error_mm: 50 speed_mm_per_s: 1500
    //   acceleration_mm_per_s2: 800 braking_mm_per_s2: 1200 quarter_turn_ms: 1500
    //   payload_g: 50000 energy { capacity_mwh: 1200000 driving_mwh_per_km: 40000
    //   standing_mw: 30000 charging_mw: 900000 } skills: [SKILL_DELIVER, SKILL_SWEEP] }
    let golden = try bytes(
      "0a0441636d65120356616e1a043030313722330a0376616e10840718d804203228dc0b30a00638b00940dc0b"
        + "50d086035a1008809f4910c0b80218b0ea0120a0f73662020103288827")
    let energy = EnergyModel(
      capacityMilliwattHours: 1_200_000, drivingMilliwattHoursPerKilometre: 40_000,
      standingMilliwatts: 30_000, chargingMilliwatts: 900_000)
    let vehicle = VehicleClass(
      id: try ClassID("van"), lengthMillimetres: 900, widthMillimetres: 600, errorMillimetres: 50,
      speedMillimetresPerSecond: 1_500, accelerationMillimetresPerSecond2: 800,
      brakingMillimetresPerSecond2: 1_200, quarterTurnMilliseconds: 1_500,
      sweepWidthMillimetres: 0, payloadGrams: 50_000, energy: energy, skills: [.deliver, .sweep])
    let value = Factsheet(
      vendor: "Acme", model: "Van", serial: "0017", vehicle: vehicle,
      heartbeatTimeoutMilliseconds: 5_000)
    #expect(try codec.decodeFactsheet(golden) == value)
    #expect(codec.encode(value) == golden)
  }
}

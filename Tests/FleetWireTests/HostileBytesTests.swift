import Determinism
import FleetModel
import FleetWire
import Testing

/// Whatever comes in, decoding ends with a value that holds what the `.proto` files say or with a
/// `WireError`.
@Suite struct HostileBytesTests {
  /// Decodes; a value must survive a second trip, an error is as good.
  private func check(_ kind: MessageKind, _ bytes: [UInt8], _ codec: WireCodec, _ note: String) {
    do {
      #expect(try kind.isStable(bytes, codec), "\(kind), \(note)")
    } catch {}
  }

  @Test(arguments: MessageKind.all)
  func truncatedAtEveryLength(_ kind: MessageKind) {
    let codec = WireCodec()
    for seed in 0..<20 {
      var rng = Seed(UInt64(seed)).derive("truncate").generator()
      let bytes = kind.randomBytes(&rng, codec)
      for length in 0..<min(bytes.count, 4_000) {
        check(kind, Array(bytes.prefix(length)), codec, "seed \(seed), length \(length)")
      }
    }
  }

  @Test(arguments: MessageKind.all)
  func randomBytes(_ kind: MessageKind) {
    let codec = WireCodec()
    for seed in 0..<3_000 {
      var rng = Seed(UInt64(seed)).derive("random").generator()
      let count = rng.next(in: 0...64)
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: rng.next()) }
      check(kind, bytes, codec, "seed \(seed)")
    }
  }

  @Test(arguments: MessageKind.all)
  func mutatedBytes(_ kind: MessageKind) {
    let codec = WireCodec()
    for seed in 0..<3_000 {
      var rng = Seed(UInt64(seed)).derive("mutate").generator()
      var bytes = kind.randomBytes(&rng, codec)
      guard bytes.count <= 8_000 else { continue }
      for _ in 0..<rng.next(in: 1...6) { mutate(&bytes, &rng) }
      check(kind, bytes, codec, "seed \(seed)")
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ rng: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let place = rng.next(below: bytes.count)
    switch rng.next(below: 5) {
    case 0: bytes[place] ^= 1 << UInt8(rng.next(below: 8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: rng.next())
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(rng.one(of: [0, 0xFF, 0x80, 0x0A, 0x7F]), at: place)
    default:
      // A field twice: its parts are merged.
      let end = rng.next(in: place...bytes.count - 1)
      bytes.insert(contentsOf: bytes[place...end], at: rng.next(below: bytes.count))
    }
  }

  @Test func oversizedIsRefusedUnread() {
    let codec = WireCodec()
    let bytes = [UInt8](repeating: 0, count: WireLimits.messageBytes + 1)
    #expect(
      throws: WireError.oversized(
        message: "RobotState", bytes: bytes.count, limit: WireLimits.messageBytes)
    ) { try codec.decodeState(bytes) }
  }

  @Test func emptyPartsByTheThousandHitTheCap() {
    let codec = WireCodec()
    let cap = WireLimits.messageBytes * WireLimits.memoryFactor
    // RobotReport.events and RobotState.errors, empty, at two bytes each.
    let events = (0..<WireLimits.messageBytes / 2).flatMap { _ -> [UInt8] in [0x12, 0] }
    let errors = (0..<WireLimits.messageBytes / 2).flatMap { _ -> [UInt8] in [0x72, 0] }
    #expect(throws: WireError.overCap(message: "RobotReport", cap: cap)) {
      try codec.decodeReport(events)
    }
    #expect(throws: WireError.overCap(message: "RobotState", cap: cap)) {
      try codec.decodeState(errors)
    }
    #expect(throws: Never.self) {
      try codec.decodeHeartbeat(
        codec.encode(Heartbeat(serverEpoch: 1, number: 1, timeMicroseconds: 0)))
    }
  }
}

import Determinism
import FleetModel
import FleetWire
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: MessageKind.all)
  func everyValueComesBack(_ kind: MessageKind) throws {
    let codec = WireCodec()
    for seed in 0..<400 {
      var rng = Seed(UInt64(seed)).derive(kind.description).generator()
      #expect(try kind.roundTrips(&rng, codec), "\(kind), seed \(seed)")
    }
  }

  @Test func textsAreCutBetweenCharactersAndAtNUL() throws {
    let codec = WireCodec()
    func told(_ text: String) throws -> String {
      let event = RobotEvent.incident(kind: .other, text: text)
      let report = RobotReport(sessionEpoch: 1, events: [NumberedEvent(number: 1, event: event)])
      let back = try codec.decodeReport(codec.encode(report))
      guard case .incident(_, let told) = back.events[0].event else { return "no incident" }
      return told
    }
    #expect(try told(String(repeating: "水", count: 100)) == String(repeating: "水", count: 85))
    #expect(try told("before\0after") == "before")
    #expect(try told("") == "")
  }

  @Test func unknownFieldsAreIgnored() throws {
    let codec = WireCodec()
    let beat = Heartbeat(serverEpoch: 3, number: 4, timeMicroseconds: 5)
    // Field 99: a varint, a text, a fixed64 and a fixed32.
    let unknown: [UInt8] = [0x98, 0x06, 0x07]
    let text: [UInt8] = [0x9A, 0x06, 0x02, 0x61, 0x62]
    let fixed64: [UInt8] = [0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8]
    let fixed32: [UInt8] = [0x9D, 0x06, 1, 2, 3, 4]
    let bytes = unknown + codec.encode(beat) + text + fixed64 + fixed32
    #expect(try codec.decodeHeartbeat(bytes) == beat)
  }
}

import Determinism
import FleetModel
import FleetWire

/// One kind of message: random bytes of it, and what decoding makes of any bytes.
struct MessageKind: Sendable, CustomStringConvertible {
  let description: String
  /// Encodes a random value, decodes it and says whether it came back the same.
  let roundTrips: @Sendable (inout SeededGenerator, WireCodec) throws -> Bool
  let randomBytes: @Sendable (inout SeededGenerator, WireCodec) -> [UInt8]
  /// Decodes and, when that succeeds, encodes again and decodes: whether both values are equal.
  let isStable: @Sendable ([UInt8], WireCodec) throws(WireError) -> Bool

  init<Value: Equatable & Sendable>(
    _ name: String, _ make: @escaping @Sendable (inout SeededGenerator) -> Value,
    _ encode: @escaping @Sendable (WireCodec, Value) -> [UInt8],
    _ decode: @escaping @Sendable (WireCodec, [UInt8]) throws(WireError) -> Value
  ) {
    description = name
    roundTrips = { rng, codec in
      let value = make(&rng)
      return try decode(codec, encode(codec, value)) == value
    }
    randomBytes = { rng, codec in encode(codec, make(&rng)) }
    isStable = { bytes, codec throws(WireError) in
      let value = try decode(codec, bytes)
      return try decode(codec, encode(codec, value)) == value
    }
  }

  static let robots: [MessageKind] = [
    MessageKind(
      "ConnectionMessage", { $0.connection() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeConnection(bytes) }),
    MessageKind(
      "Factsheet", { $0.factsheet() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeFactsheet(bytes) }),
    MessageKind(
      "RobotState", { $0.state() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeState(bytes) }),
    MessageKind(
      "RobotReport", { $0.report() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeReport(bytes) }),
    MessageKind(
      "ControlMessage", { $0.control() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeControl(bytes) }),
    MessageKind(
      "Heartbeat", { $0.heartbeat() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeHeartbeat(bytes) }),
  ]

  static let operators: [MessageKind] = [
    MessageKind(
      "OperatorRequest", { $0.request() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeRequest(bytes) }),
    MessageKind(
      "OperatorReply", { $0.reply() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeReply(bytes) }),
    MessageKind(
      "FleetNotice", { $0.notice() }, { $0.encode($1) },
      { (codec, bytes) throws(WireError) in try codec.decodeNotice(bytes) }),
  ]

  static let all = robots + operators
}

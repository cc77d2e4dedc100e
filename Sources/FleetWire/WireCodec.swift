import CProtobufC
import CFleetProto
import FleetModel

/// Bytes ⇄ values: protobuf of `Proto/drover/v1`, every field checked against what the `.proto`
/// files say.
///
/// How to read this folder: `Arena.swift` and `Reader.swift` hold the memory and the checks,
/// `…Encoding.swift` and `…Decoding.swift` go through the messages file by file, `Topics.swift`
/// names the topics.
///
/// A codec keeps its memory from message to message; give each thread its own. Encoding cuts texts
/// for humans at their limit and at a NUL; it relies on its caller for the ranges of numbers.
public final class WireCodec {
  private let arena = Arena()

  public init() {}

  public func encode(_ value: ConnectionMessage) -> [UInt8] { pack { $0.connection(value) } }
  public func encode(_ value: Factsheet) -> [UInt8] { pack { $0.factsheet(value) } }
  public func encode(_ value: RobotState) -> [UInt8] { pack { $0.state(value) } }
  public func encode(_ value: RobotReport) -> [UInt8] { pack { $0.report(value) } }
  public func encode(_ value: ControlMessage) -> [UInt8] { pack { $0.control(value) } }
  public func encode(_ value: Heartbeat) -> [UInt8] { pack { $0.heartbeat(value) } }

  public func decodeConnection(_ bytes: [UInt8]) throws(WireError) -> ConnectionMessage {
    try unpack("ConnectionMessage", bytes, drover__v1__connection_message__unpack) {
      r, m throws(WireError) in try r.connection(m)
    }
  }

  public func decodeFactsheet(_ bytes: [UInt8]) throws(WireError) -> Factsheet {
    try unpack("Factsheet", bytes, drover__v1__factsheet__unpack) {
      r, m throws(WireError) in try r.factsheet(m)
    }
  }

  public func decodeState(_ bytes: [UInt8]) throws(WireError) -> RobotState {
    try unpack("RobotState", bytes, drover__v1__robot_state__unpack) {
      r, m throws(WireError) in try r.state(m)
    }
  }

  public func decodeReport(_ bytes: [UInt8]) throws(WireError) -> RobotReport {
    try unpack("RobotReport", bytes, drover__v1__robot_report__unpack) {
      r, m throws(WireError) in try r.report(m)
    }
  }

  public func decodeControl(_ bytes: [UInt8]) throws(WireError) -> ControlMessage {
    try unpack("ControlMessage", bytes, drover__v1__control_message__unpack) {
      r, m throws(WireError) in try r.control(m)
    }
  }

  public func decodeHeartbeat(_ bytes: [UInt8]) throws(WireError) -> Heartbeat {
    try unpack("Heartbeat", bytes, drover__v1__heartbeat__unpack) {
      r, m throws(WireError) in try r.heartbeat(m)
    }
  }

  public func encode(_ value: OperatorRequest) -> [UInt8] { pack { $0.request(value) } }
  public func encode(_ value: NumberedReply) -> [UInt8] {
    pack { $0.reply(value.reply, number: value.number) }
  }
  public func encode(_ value: FleetNotice) -> [UInt8] { pack { $0.notice(value) } }

  public func decodeRequest(_ bytes: [UInt8]) throws(WireError) -> OperatorRequest {
    try unpack("OperatorRequest", bytes, drover__v1__operator_request__unpack) {
      r, m throws(WireError) in try r.request(m)
    }
  }

  /// - Note: takes up to `WireLimits.replyBytes`.
  public func decodeReply(_ bytes: [UInt8]) throws(WireError) -> NumberedReply {
    try unpack(
      "OperatorReply", bytes, drover__v1__operator_reply__unpack, limit: WireLimits.replyBytes
    ) { r, m throws(WireError) in try r.reply(m) }
  }

  public func decodeNotice(_ bytes: [UInt8]) throws(WireError) -> FleetNotice {
    try unpack("FleetNotice", bytes, drover__v1__fleet_notice__unpack) {
      r, m throws(WireError) in try r.notice(m)
    }
  }

  @inline(__always)
  private func pack<M>(_ build: (Builder) -> UnsafeMutablePointer<M>) -> [UInt8] {
    arena.reset(cap: Int(Int32.max))
    let builder = Builder(state: arena.state)
    return builder.pack(build(builder))
  }

  @inline(__always)
  private func unpack<M, Value>(
    _ name: String, _ bytes: [UInt8],
    _ unpack: (
      UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<M>?,
    limit: Int = WireLimits.messageBytes,
    _ read: (Reader, UnsafeMutablePointer<M>) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    guard bytes.count <= limit else {
      throw .oversized(message: name, bytes: bytes.count, limit: limit)
    }
    let cap = limit * WireLimits.memoryFactor
    arena.reset(cap: cap)
    guard let message = arena.unpack(bytes, unpack) else {
      throw arena.state.pointee.overCap
        ? .overCap(message: name, cap: cap) : .malformed(message: name)
    }
    return try read(Reader(name, arena.state), message)
  }
}

/// A reply and the number of the request that it answers.
public struct NumberedReply: Sendable, Equatable {
  public var number: UInt64
  public var reply: OperatorReply
  public init(number: UInt64, reply: OperatorReply) {
    self.number = number
    self.reply = reply
  }
}

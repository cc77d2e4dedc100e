import Determinism
import FleetCore
import FleetModel
import FleetRecords
import FleetWire

/// One entry of a recording.
enum FlightEntry {
  case input(FleetEvent, Instant)
  /// The end of a batch, and what it did.
  case batch(digest: UInt64, Instant)

  var time: Instant {
    switch self {
    case .input(_, let time), .batch(_, let time): time
    }
  }
}

/// A segment, read whole.
struct FlightSegment {
  let header: FlightHeader
  private let name: String
  private let bytes: [UInt8]
  private var at: Int
  private var time: Instant
  private let codec = WireCodec()

  init(_ name: String, _ bytes: [UInt8]) throws(FlightError) {
    self.name = name
    self.bytes = bytes
    at = FlightFiles.magic.count
    guard bytes.starts(with: FlightFiles.magic), let length = Varint.read(bytes, &at),
      length <= UInt64(bytes.count - at)
    else { throw .damaged(name, reason: "it does not begin as a segment") }
    do throws(RecordError) {
      header = try RecordCodec().decode(
        FlightHeader.self, from: Array(bytes[at..<at + Int(length)]))
    } catch { throw .damaged(name, reason: error.description) }
    at += Int(length)
    time = header.started
  }

  /// The next entry; nil at the end, also where the last one was cut short.
  mutating func next() throws(FlightError) -> FlightEntry? {
    let start = at
    guard let length = Varint.read(bytes, &at), length > 0, length <= UInt64(bytes.count - at)
    else {
      at = start
      return nil
    }
    let end = at + Int(length)
    let kind = FlightKind(rawValue: bytes[at])
    at += 1
    guard let kind, let passed = Varint.read(bytes, &at), at <= end, passed < 1 << 50 else {
      throw .damaged(name, reason: "an entry that cannot be read at byte \(start)")
    }
    time = time + .microseconds(Int64(passed))
    let body = Array(bytes[at..<end])
    at = end
    do {
      return try entry(kind, body)
    } catch { throw .damaged(name, reason: "the entry at byte \(start): \(error)") }
  }

  private func entry(_ kind: FlightKind, _ body: [UInt8]) throws -> FlightEntry {
    switch kind {
    case .tick: return .input(.tick, time)
    case .transport: return .input(.transport(isUp: body.first == 1), time)
    case .recalled:
      return .input(.recalled(try RecordCodec().decode(TaskRecord.self, from: body)), time)
    case .batch: return .batch(digest: body.reduce(0) { $0 << 8 | UInt64($1) }, time)
    case .connection, .factsheet, .state, .report, .request, .enrolled, .removed:
      let length = Int(body.first ?? 0)
      guard body.count > length else { throw RecordError.damaged(offset: 0) }
      let name = String(decoding: body[1...length], as: UTF8.self)
      return .input(try event(kind, name, Array(body[(length + 1)...])), time)
    }
  }

  private func event(_ kind: FlightKind, _ name: String, _ payload: [UInt8]) throws -> FleetEvent {
    switch kind {
    case .connection: .connection(try RobotID(name), try codec.decodeConnection(payload))
    case .factsheet: .factsheet(try RobotID(name), try codec.decodeFactsheet(payload))
    case .state: .state(try RobotID(name), try codec.decodeState(payload))
    case .report: .report(try RobotID(name), try codec.decodeReport(payload))
    case .request: .request(try OperatorID(name), try codec.decodeRequest(payload))
    case .enrolled: .enrolled(try RobotID(name))
    case .removed: .removed(try RobotID(name))
    case .tick, .transport, .recalled, .batch: throw RecordError.damaged(offset: 0)
    }
  }
}

import CProtobufC
import FleetModel

/// Checks the fields of one kind of message and copies them out of the arena.
struct Reader {
  /// The message's name, for errors.
  let message: String
  let state: UnsafeMutablePointer<Arena.State>

  @inline(__always)
  init(_ message: String, _ state: UnsafeMutablePointer<Arena.State>) {
    self.message = message
    self.state = state
  }

  /// A reader for a part of this message.
  @inline(__always)
  func part(_ message: String) -> Reader { Reader(message, state) }

  @inline(__always)
  func check<T: FixedWidthInteger>(
    _ value: T, _ range: ClosedRange<T>, _ field: String
  ) throws(WireError) -> T {
    guard range.contains(value) else {
      throw .outOfRange(message: message, field: field, value: "\(value)")
    }
    return value
  }

  /// A number counted from 0.
  @inline(__always)
  func counter(_ value: UInt64, _ field: String) throws(WireError) -> UInt64 {
    try check(value, WireLimits.counters, field)
  }

  /// A number or epoch counted from 1.
  @inline(__always)
  func fromOne(_ value: UInt64, _ field: String) throws(WireError) -> UInt64 {
    guard value != 0 else { throw .missing(message: message, field: field) }
    return try check(value, WireLimits.fromOne, field)
  }

  /// The part that must be there.
  @inline(__always)
  func require<M>(
    _ part: UnsafeMutablePointer<M>?, _ field: String
  ) throws(WireError) -> UnsafeMutablePointer<M> {
    guard let part else { throw .missing(message: message, field: field) }
    return part
  }

  /// One of the enum's known values.
  @inline(__always)
  func value<E: WireEnum>(_ code: E.Code, _ field: String) throws(WireError) -> E {
    for known in E.allCases where known.code.rawValue == code.rawValue { return known }
    guard code.rawValue != 0 else { throw .missing(message: message, field: field) }
    throw .unknownValue(
      message: message, field: field, value: Int32(truncatingIfNeeded: code.rawValue))
  }

  /// The elements of a repeated message field.
  @inline(__always)
  func list<M, Value>(
    _ count: Int, _ elements: UnsafeMutablePointer<UnsafeMutablePointer<M>?>?, _ field: String,
    in range: ClosedRange<Int> = 0...Int.max,
    _ read: (UnsafeMutablePointer<M>) throws(WireError) -> Value
  ) throws(WireError) -> [Value] {
    guard range.contains(count) else {
      throw .badCount(message: message, field: field, count: count)
    }
    var values: [Value] = []
    guard count > 0, let elements else { return values }
    values.reserveCapacity(count)
    for i in 0..<count { values.append(try read(require(elements[i], field))) }
    return values
  }

  /// A text of at most `limit` bytes, validated.
  func text(
    _ text: UnsafeMutablePointer<CChar>?, _ limit: Int, _ field: String
  ) throws(WireError) -> String {
    guard let bytes = bytes(of: text) else { return "" }
    guard bytes.count <= limit else {
      throw .textTooLong(message: message, field: field, bytes: bytes.count)
    }
    guard !bytes.contains(0), let string = String(validating: bytes, as: UTF8.self) else {
      throw .invalidText(message: message, field: field)
    }
    return string
  }

  func id<Tag>(
    _ text: UnsafeMutablePointer<CChar>?, _ field: String
  ) throws(WireError) -> Identifier<Tag> {
    guard let bytes = bytes(of: text), !bytes.isEmpty else {
      throw .missing(message: message, field: field)
    }
    do {
      return try Identifier(String(decoding: bytes.prefix(65), as: UTF8.self))
    } catch {
      throw .invalidIdentifier(message: message, field: field, value: error.text)
    }
  }

  /// An id whose empty text means none.
  func optionalID<Tag>(
    _ text: UnsafeMutablePointer<CChar>?, _ field: String
  ) throws(WireError) -> Identifier<Tag>? {
    guard let bytes = bytes(of: text), !bytes.isEmpty else { return nil }
    return try id(text, field)
  }

  /// The bytes of a text, embedded NULs included: its length is that of its block less the closing
  /// NUL. nil: protobuf-c's shared empty text, the only one that lives outside the arena.
  private func bytes(of text: UnsafeMutablePointer<CChar>?) -> UnsafeBufferPointer<UInt8>? {
    guard let text, text[0] != 0 || Arena.owns(state, text) else { return nil }
    let start = UnsafeRawPointer(text)
    let size = (start - Arena.headerBytes).load(as: Int.self)
    return UnsafeBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: size - 1)
  }
}

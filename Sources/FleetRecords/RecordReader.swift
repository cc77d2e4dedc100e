/// The bytes of a record, read with every bound checked.
final class RecordReader {
  private let bytes: UnsafeRawBufferPointer
  private let known = RecordKeys.known
  /// Containers deeper than this are no record of ours.
  private static let depthLimit = 100

  /// - Parameter bytes: valid as long as this value is used.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  func byte(_ at: inout Int) throws(RecordError) -> UInt8 {
    guard at < bytes.count else { throw .damaged(offset: at) }
    defer { at += 1 }
    return bytes[at]
  }

  func peek(_ at: Int) throws(RecordError) -> UInt8 {
    guard at < bytes.count else { throw .damaged(offset: at) }
    return bytes[at]
  }

  func varint(_ at: inout Int) throws(RecordError) -> UInt64 {
    let start = at
    guard let value = Varint.read(bytes, &at) else { throw .damaged(offset: start) }
    return value
  }

  func signed(_ at: inout Int) throws(RecordError) -> Int64 {
    Varint.unzigzag(try varint(&at))
  }

  func text(_ at: inout Int) throws(RecordError) -> String {
    let start = at
    let length = try varint(&at)
    guard length <= UInt64(bytes.count - at) else { throw .damaged(offset: start) }
    let end = at + Int(length)
    defer { at = end }
    guard
      let text = String(
        validating: UnsafeRawBufferPointer(rebasing: bytes[at..<end]), as: UTF8.self)
    else { throw .damaged(offset: start) }
    return text
  }

  /// The next key of a map; nil: its end.
  func key(_ at: inout Int) throws(RecordError) -> String? {
    let start = at
    switch try varint(&at) {
    case 0: return nil
    case 1: return try text(&at)
    case let number:
      guard number - 2 < UInt64(known.count) else { throw .damaged(offset: start) }
      return known[Int(number - 2)]
    }
  }

  /// Numbers after their tag.
  func numbers(_ at: inout Int) throws(RecordError) -> [Int32] {
    let start = at
    let count = try varint(&at)
    guard count <= UInt64(bytes.count - at) else { throw .damaged(offset: start) }
    var (values, last): ([Int32], Int64) = ([], 0)
    values.reserveCapacity(Int(count))
    for _ in 0..<count {
      let (next, overflow) = last.addingReportingOverflow(try signed(&at))
      guard !overflow, let value = Int32(exactly: next) else { throw .damaged(offset: start) }
      values.append(value)
      last = next
    }
    return values
  }

  /// Goes past one value.
  func skip(_ at: inout Int, depth: Int = 0) throws(RecordError) {
    let start = at
    guard depth < Self.depthLimit else { throw .damaged(offset: start) }
    switch try byte(&at) {
    case RecordTag.null, RecordTag.no, RecordTag.yes, RecordTag.small...: break
    case RecordTag.int, RecordTag.large: _ = try varint(&at)
    case RecordTag.double: try skip(bytes: 8, &at)
    case RecordTag.string: try skip(bytes: try varint(&at), &at)
    case RecordTag.map:
      while true {
        switch try varint(&at) {
        case 0: return
        case 1: try skip(bytes: try varint(&at), &at)
        default: break
        }
        try skip(&at, depth: depth + 1)
      }
    case RecordTag.array:
      while try peek(at) != RecordTag.end { try skip(&at, depth: depth + 1) }
      at += 1
    case RecordTag.numbers: for _ in 0..<(try varint(&at)) { _ = try varint(&at) }
    default: throw .damaged(offset: start)
    }
  }

  private func skip(bytes count: UInt64, _ at: inout Int) throws(RecordError) {
    guard count <= UInt64(bytes.count - at) else { throw .damaged(offset: at) }
    at += Int(count)
  }
}

/// Durable values as compact bytes, and back: what the store's rows and the flight recorder hold.
///
/// Works for whatever is `Codable`, and reads what an older version of a type has written wherever
/// that type reads it from JSON. How to read this folder: `RecordFormat` says what the bytes mean,
/// `RecordWriter` and `RecordReader` write and read them, `RecordEncoder` and `RecordDecoder` stand
/// between them and Swift's `Codable`.
public struct RecordCodec: Sendable {
  public init() {}

  /// Whether `bytes` begin as a record of any version does, and not as JSON.
  public static func isRecord(_ bytes: [UInt8]) -> Bool { bytes.first.map { $0 >= 0x80 } ?? false }

  /// - Throws: `.mismatch` when `value` refuses to be encoded.
  /// - Complexity: O(size)
  public func encode(_ value: some Encodable) throws(RecordError) -> [UInt8] {
    let writer = RecordWriter()
    let encoder = RecordEncoder(writer, level: 0, key: nil)
    do {
      try encoder.write(value)
    } catch { throw Self.error(error) }
    writer.finish()
    return writer.bytes
  }

  /// - Throws: `RecordError`; never traps, whatever the bytes are.
  /// - Complexity: O(size × depth)
  public func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8]
  ) throws(RecordError) -> Value {
    do {
      return try bytes.withUnsafeBytes { buffer in
        let reader = RecordReader(buffer)
        var at = 0
        let version = try reader.byte(&at)
        guard version == RecordTag.version else { throw RecordError.unknownVersion(version) }
        var end = at
        try reader.skip(&end)
        guard end == reader.count else { throw RecordError.damaged(offset: end) }
        return try RecordDecoder(reader, at: at, path: []).read(type)
      }
    } catch { throw Self.error(error) }
  }

  private static func error(_ error: any Error) -> RecordError {
    func name(_ path: [any CodingKey]) -> String {
      path.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case let error as RecordError: return error
    case DecodingError.keyNotFound(let key, let context):
      return .mismatch(path: name(context.codingPath), reason: "there is no \(key.stringValue)")
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      return .mismatch(path: name(context.codingPath), reason: context.debugDescription)
    case EncodingError.invalidValue(_, let context):
      return .mismatch(path: name(context.codingPath), reason: context.debugDescription)
    default: return .mismatch(path: "", reason: "\(error)")
    }
  }
}

/// `Codable`'s side of the reader: the value at one place.
struct RecordDecoder: Decoder {
  let reader: RecordReader
  /// Where the value's tag is.
  let at: Int
  /// Names that lead here; used by errors only.
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ reader: RecordReader, at: Int, path: [any CodingKey]) {
    self.reader = reader
    self.at = at
    codingPath = path
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try RecordMapReader(self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try RecordListReader(self) }
  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func read<T: Decodable>(_ type: T.Type) throws -> T {
    if T.self == [Int32].self, try reader.peek(at) == RecordTag.numbers {
      var next = at + 1
      if let numbers = try reader.numbers(&next) as? T { return numbers }
    }
    return try T(from: self)
  }

  var isNull: Bool { get throws { try reader.peek(at) == RecordTag.null } }

  /// Goes past the tag, which must be this one. - Returns: where the value goes on.
  func enter(_ tag: UInt8, _ type: Any.Type) throws -> Int {
    guard try reader.peek(at) == tag else { throw mismatch(type) }
    return at + 1
  }

  func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    var next = at
    let value: T? =
      switch try reader.byte(&next) {
      case let tag where tag >= RecordTag.small: T(exactly: tag - RecordTag.small)
      case RecordTag.int: T(exactly: try reader.signed(&next))
      case RecordTag.large: T(exactly: try reader.varint(&next))
      default: throw mismatch(type)
      }
    guard let value else { throw mismatch(type) }
    return value
  }

  func mismatch(_ type: Any.Type) -> DecodingError {
    .typeMismatch(
      type,
      DecodingError.Context(codingPath: codingPath, debugDescription: "it is no \(type)"))
  }
}

extension RecordDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool {
    do { return try isNull } catch { return false }
  }
  func decode(_ type: Bool.Type) throws -> Bool {
    switch try reader.peek(at) {
    case RecordTag.yes: true
    case RecordTag.no: false
    default: throw mismatch(type)
    }
  }
  func decode(_ type: String.Type) throws -> String {
    var next = try enter(RecordTag.string, type)
    return try reader.text(&next)
  }
  func decode(_ type: Double.Type) throws -> Double {
    var next = try enter(RecordTag.double, type)
    var bits: UInt64 = 0
    for shift in 0..<8 { bits |= UInt64(try reader.byte(&next)) << UInt64(8 * shift) }
    return Double(bitPattern: bits)
  }
  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try read(type) }
}

/// A map, with its entries found.
private struct RecordMapReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let decoder: RecordDecoder
  private var entries: [(name: String, at: Int)] = []
  /// Where the last one was found: fields are mostly read in the order in which they were written.
  private let cursor = Cursor()

  private final class Cursor {
    var next = 0
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { entries.compactMap { Key(stringValue: $0.name) } }

  init(_ decoder: RecordDecoder) throws {
    self.decoder = decoder
    var at = try decoder.enter(RecordTag.map, [String: Any].self)
    let reader = decoder.reader
    while let name = try reader.key(&at) {
      entries.append((name, at))
      try reader.skip(&at)
    }
  }

  private func find(_ name: String) -> Int? {
    for step in entries.indices {
      var index = cursor.next + step
      if index >= entries.count { index -= entries.count }
      guard entries[index].name == name else { continue }
      cursor.next = index + 1 == entries.count ? 0 : index + 1
      return entries[index].at
    }
    return nil
  }

  private func entry(_ key: any CodingKey) throws -> RecordDecoder {
    guard let at = find(key.stringValue) else {
      throw DecodingError.keyNotFound(
        key, DecodingError.Context(codingPath: codingPath, debugDescription: ""))
    }
    return RecordDecoder(decoder.reader, at: at, path: codingPath + [key])
  }

  func contains(_ key: Key) -> Bool { find(key.stringValue) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try entry(key).isNull }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try entry(key).decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try entry(key).decode(type) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try entry(key).decode(type) }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try entry(key).decode(type) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try entry(key).integer(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try entry(key).integer(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try entry(key).integer(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try entry(key).integer(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try entry(key).integer(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try entry(key).integer(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try entry(key).integer(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
    try entry(key).integer(type)
  }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
    try entry(key).integer(type)
  }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    try entry(key).integer(type)
  }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try entry(key).read(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try entry(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try entry(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { try entry(SuperKey()) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try entry(key) }

  private struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }
    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
  }
}

/// An array, read from its front.
private struct RecordListReader: UnkeyedDecodingContainer {
  private let decoder: RecordDecoder
  private var at: Int
  private(set) var currentIndex = 0
  let count: Int?

  var codingPath: [any CodingKey] { decoder.codingPath }
  var isAtEnd: Bool { currentIndex == count }

  init(_ decoder: RecordDecoder) throws {
    self.decoder = decoder
    at = try decoder.enter(RecordTag.array, [Any].self)
    var (end, number) = (at, 0)
    while try decoder.reader.peek(end) != RecordTag.end {
      try decoder.reader.skip(&end)
      number += 1
    }
    count = number
  }

  private mutating func item(_ type: Any.Type) throws -> RecordDecoder {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        type, DecodingError.Context(codingPath: codingPath, debugDescription: "too few values"))
    }
    let item = RecordDecoder(decoder.reader, at: at, path: codingPath)
    try decoder.reader.skip(&at)
    currentIndex += 1
    return item
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, try decoder.reader.peek(at) == RecordTag.null else { return false }
    return try item(Any?.self).isNull
  }
  mutating func decode(_ type: Bool.Type) throws -> Bool { try item(type).decode(type) }
  mutating func decode(_ type: String.Type) throws -> String { try item(type).decode(type) }
  mutating func decode(_ type: Double.Type) throws -> Double { try item(type).decode(type) }
  mutating func decode(_ type: Float.Type) throws -> Float { try item(type).decode(type) }
  mutating func decode(_ type: Int.Type) throws -> Int { try item(type).integer(type) }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try item(type).integer(type) }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try item(type).integer(type) }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try item(type).integer(type) }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try item(type).integer(type) }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try item(type).integer(type) }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try item(type).integer(type) }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try item(type).integer(type) }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try item(type).integer(type) }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try item(type).integer(type) }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try item(type).read(type) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try item([String: Any].self).container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try item([Any].self).unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try item(Any.self) }
}

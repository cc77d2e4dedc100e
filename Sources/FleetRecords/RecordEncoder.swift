/// `Codable`'s side of the writer: one value, at the place that the writer has come to.
struct RecordEncoder: Encoder {
  let writer: RecordWriter
  /// The depth of the container that this value is in; 0: of none.
  let level: Int
  /// Its name, where it has one that is not written yet.
  let key: String?

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ writer: RecordWriter, level: Int, key: String?) {
    self.writer = writer
    self.level = level
    self.key = key
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    begin()
    return KeyedEncodingContainer(RecordMap(writer, level: writer.open(RecordTag.map)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    begin()
    return RecordList(writer, level: writer.open(RecordTag.array))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  /// What was written in between is at its end.
  func begin() {
    writer.close(to: level)
    if let key { writer.key(key) }
  }

  func write<T: Encodable>(_ value: T) throws {
    if T.self == [Int32].self, let numbers = value as? [Int32] {
      begin()
      writer.numbers(numbers)
    } else {
      try value.encode(to: self)
    }
  }
}

extension RecordEncoder: SingleValueEncodingContainer {
  func encodeNil() { begin(); writer.null() }
  func encode(_ value: Bool) { begin(); writer.bool(value) }
  func encode(_ value: String) { begin(); writer.string(value) }
  func encode(_ value: Double) { begin(); writer.double(value) }
  func encode(_ value: Float) { begin(); writer.double(Double(value)) }
  func encode(_ value: Int) { begin(); writer.int(Int64(value)) }
  func encode(_ value: Int8) { begin(); writer.int(Int64(value)) }
  func encode(_ value: Int16) { begin(); writer.int(Int64(value)) }
  func encode(_ value: Int32) { begin(); writer.int(Int64(value)) }
  func encode(_ value: Int64) { begin(); writer.int(value) }
  func encode(_ value: UInt) { begin(); writer.unsigned(UInt64(value)) }
  func encode(_ value: UInt8) { begin(); writer.int(Int64(value)) }
  func encode(_ value: UInt16) { begin(); writer.int(Int64(value)) }
  func encode(_ value: UInt32) { begin(); writer.int(Int64(value)) }
  func encode(_ value: UInt64) { begin(); writer.unsigned(value) }
  func encode<T: Encodable>(_ value: T) throws { try write(value) }
}

/// A map under way.
private struct RecordMap<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let writer: RecordWriter
  let level: Int
  var codingPath: [any CodingKey] { [] }

  init(_ writer: RecordWriter, level: Int) {
    self.writer = writer
    self.level = level
  }

  private func entry(_ key: any CodingKey) -> RecordEncoder {
    RecordEncoder(writer, level: level, key: key.stringValue)
  }

  func encodeNil(forKey key: Key) { entry(key).encodeNil() }
  func encode(_ value: Bool, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: String, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: Double, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: Float, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: Int, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: Int8, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: Int16, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: Int32, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: Int64, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: UInt, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: UInt8, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: UInt16, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: UInt32, forKey key: Key) { entry(key).encode(value) }
  func encode(_ value: UInt64, forKey key: Key) { entry(key).encode(value) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try entry(key).write(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { entry(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    entry(key).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { RecordEncoder(writer, level: level, key: "super") }
  func superEncoder(forKey key: Key) -> any Encoder { entry(key) }
}

/// An array under way.
private struct RecordList: UnkeyedEncodingContainer {
  let writer: RecordWriter
  let level: Int
  private(set) var count = 0
  var codingPath: [any CodingKey] { [] }

  init(_ writer: RecordWriter, level: Int) {
    self.writer = writer
    self.level = level
  }

  private mutating func item() -> RecordEncoder {
    count += 1
    return RecordEncoder(writer, level: level, key: nil)
  }

  mutating func encodeNil() { item().encodeNil() }
  mutating func encode(_ value: Bool) { item().encode(value) }
  mutating func encode(_ value: String) { item().encode(value) }
  mutating func encode(_ value: Double) { item().encode(value) }
  mutating func encode(_ value: Float) { item().encode(value) }
  mutating func encode(_ value: Int) { item().encode(value) }
  mutating func encode(_ value: Int8) { item().encode(value) }
  mutating func encode(_ value: Int16) { item().encode(value) }
  mutating func encode(_ value: Int32) { item().encode(value) }
  mutating func encode(_ value: Int64) { item().encode(value) }
  mutating func encode(_ value: UInt) { item().encode(value) }
  mutating func encode(_ value: UInt8) { item().encode(value) }
  mutating func encode(_ value: UInt16) { item().encode(value) }
  mutating func encode(_ value: UInt32) { item().encode(value) }
  mutating func encode(_ value: UInt64) { item().encode(value) }
  mutating func encode<T: Encodable>(_ value: T) throws { try item().write(value) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> { item().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    item().unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { item() }
}

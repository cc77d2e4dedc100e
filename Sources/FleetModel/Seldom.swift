/// A value that few robots have at a time, by reference: in the others it takes no more room than that.
///
/// All robots of a large fleet are looked at many times a second, and what is known of them is far more
/// than lies near the processor.
@propertyWrapper
public struct Seldom<Value: Sendable>: Sendable {
  private final class Box: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private var box: Box?

  public init(wrappedValue: Value?) { box = wrappedValue.map(Box.init) }

  public var wrappedValue: Value? {
    get { box?.value }
    set { box = newValue.map(Box.init) }
  }
}

extension Seldom: Codable where Value: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self.init(wrappedValue: container.decodeNil() ? nil : try container.decode(Value.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value = wrappedValue { try container.encode(value) } else { try container.encodeNil() }
  }
}

// As any optional: where there is none, nothing is written.
extension KeyedDecodingContainer {
  public func decode<Value: Codable>(
    _ type: Seldom<Value>.Type, forKey key: Key
  ) throws -> Seldom<Value> {
    Seldom(wrappedValue: try decodeIfPresent(Value.self, forKey: key))
  }
}

extension KeyedEncodingContainer {
  public mutating func encode<Value: Codable>(_ value: Seldom<Value>, forKey key: Key) throws {
    try encodeIfPresent(value.wrappedValue, forKey: key)
  }
}

/// FNV-1a, 64 bits: the same in every process and build, unlike `Hasher`. For seeds and
/// the names of what files hold, not against an adversary.
public struct StableHash: Sendable, Equatable {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  @inline(__always)
  public mutating func combine(byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  /// Combines eight bytes, least significant first.
  public mutating func combine(_ word: UInt64) {
    var rest = word
    for _ in 0..<8 {
      combine(byte: UInt8(truncatingIfNeeded: rest))
      rest &>>= 8
    }
  }

  public mutating func combine(_ word: Int64) { combine(UInt64(bitPattern: word)) }

  /// Combines the length, then the bytes.
  public mutating func combine(bytes: some Collection<UInt8>) {
    combine(UInt64(bytes.count))
    for byte in bytes { combine(byte: byte) }
  }

  /// Combines the length, then the bytes; the same as for any collection, and fast from elsewhere.
  public mutating func combine(bytes: [UInt8]) {
    combine(UInt64(bytes.count))
    for byte in bytes { combine(byte: byte) }
  }
}

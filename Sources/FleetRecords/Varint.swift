/// Whole numbers in as few bytes as they need: seven bits a byte, low ones first.
public enum Varint {
  /// Appends `value`: one to ten bytes.
  @inlinable
  public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// The bytes of `value` alone.
  public static func bytes(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return bytes
  }

  /// The number at `at`, which is moved behind it.
  /// - Returns: nil where the bytes end within it, or it is larger than 64 bits hold.
  @inlinable
  public static func read(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> UInt64? {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      guard shift < 63 || byte <= 1 else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  /// The same, of an array.
  public static func read(_ bytes: [UInt8], _ at: inout Int) -> UInt64? {
    bytes.withUnsafeBytes { read($0, &at) }
  }

  /// Small numbers of either sign as small ones without: the sign is the lowest bit.
  @inlinable
  public static func zigzag(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: value << 1 ^ value >> 63)
  }

  /// What `zigzag` made `value` of.
  @inlinable
  public static func unzigzag(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}

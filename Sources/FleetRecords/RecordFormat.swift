// The format of a record: a version byte, then one value.
//
//   value  = tag, then what the tag says
//   map    = tag, entries (key, value), an end byte
//   array  = tag, values, an end byte
//   key    = a number: 1 and the spelled name, or 2 + its place in `RecordKeys.known`
//
// Numbers are varints, low seven bits first; signed ones zigzag (the sign is the lowest bit). Names
// are part of the format, so that types may gain and lose fields as they may in JSON, at a third of
// its size and a fraction of its time.

/// The first byte of a value, and of a record.
enum RecordTag {
  /// The first byte of a record: version 1. No JSON text begins with it.
  static let version: UInt8 = 0xd1

  static let end: UInt8 = 0
  static let null: UInt8 = 1
  static let no: UInt8 = 2
  static let yes: UInt8 = 3
  /// A signed number.
  static let int: UInt8 = 4
  /// A number above `Int64.max`.
  static let large: UInt8 = 5
  /// Eight bytes, low end first.
  static let double: UInt8 = 6
  /// A length and so many bytes of UTF-8.
  static let string: UInt8 = 7
  static let map: UInt8 = 8
  static let array: UInt8 = 9
  /// A count, then so many signed numbers, each as the difference to the one before it.
  static let numbers: UInt8 = 10
  /// This and those above it: the numbers from 0, without a further byte.
  static let small: UInt8 = 0x40
}

/// Why a record cannot be read.
public enum RecordError: Error, Sendable, Equatable {
  /// Cut short, or never a record. `offset`: where, in bytes.
  case damaged(offset: Int)
  /// Written by a version of the format that this one does not know.
  case unknownVersion(UInt8)
  /// A sound record of something else. `path`: where in it, by names.
  case mismatch(path: String, reason: String)
}

extension RecordError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .damaged(let offset): "the record is damaged at byte \(offset)"
    case .unknownVersion(let byte): "a record of version \(byte), written by a newer drover"
    case .mismatch(let path, let reason): "\(path.isEmpty ? "the record" : path): \(reason)"
    }
  }
}

/// Why bytes are no message that this program takes. `message` and `field` are the names in
/// `Proto/drover/v1`.
public enum WireError: Error, Equatable, Sendable {
  /// More bytes than a message of this kind may have.
  case oversized(message: String, bytes: Int, limit: Int)
  /// No protobuf of this message, or one of its required parts is cut off.
  case malformed(message: String)
  /// Taken apart it would need more memory than a message of this kind may.
  case overCap(message: String, cap: Int)
  /// A field that must be there is absent, 0 or empty.
  case missing(message: String, field: String)
  /// A number outside the range that the `.proto` file states.
  case outOfRange(message: String, field: String, value: String)
  /// An enum value that this build does not know.
  case unknownValue(message: String, field: String, value: Int32)
  /// A text that is not UTF-8, or has a NUL in it.
  case invalidText(message: String, field: String)
  /// A text of more bytes than the `.proto` file allows.
  case textTooLong(message: String, field: String, bytes: Int)
  /// A text that is no id.
  case invalidIdentifier(message: String, field: String, value: String)
  /// A list of more (or fewer) elements than the `.proto` file allows.
  case badCount(message: String, field: String, count: Int)
  /// Part of the protocol, but of a later version than this build.
  case unsupported(message: String, field: String)
}

extension WireError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .oversized(let message, let bytes, let limit):
      "\(message): \(bytes) bytes, at most \(limit) are taken"
    case .malformed(let message): "\(message): malformed bytes"
    case .overCap(let message, let cap): "\(message): needs more than \(cap) bytes of memory"
    case .missing(let message, let field): "\(message).\(field) is missing"
    case .outOfRange(let message, let field, let value):
      "\(message).\(field) is \(value), which is out of range"
    case .unknownValue(let message, let field, let value):
      "\(message).\(field) has the unknown value \(value)"
    case .invalidText(let message, let field): "\(message).\(field) is not UTF-8 without NUL"
    case .textTooLong(let message, let field, let bytes):
      "\(message).\(field) is too long: \(bytes) bytes"
    case .invalidIdentifier(let message, let field, let value):
      "\(message).\(field): \"\(value)\" is no valid id"
    case .badCount(let message, let field, let count):
      "\(message).\(field) has \(count) elements, which is out of range"
    case .unsupported(let message, let field): "\(message).\(field) is not supported yet"
    }
  }
}

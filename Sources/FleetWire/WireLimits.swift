/// What decoding takes at most; the same figures stand in the `.proto` files and in
/// docs/protocol.md.
public enum WireLimits {
  /// Bytes of a message of or to a robot, of a request and of a notice.
  public static let messageBytes = 64 << 10
  /// Bytes of a reply to an operator.
  public static let replyBytes = 4 << 20
  /// Memory that taking a message apart may need, as a multiple of its greatest size.
  public static let memoryFactor = 16

  public static let legs = 256
  public static let pointsOfLeg = 64
  public static let pointsOfUpdate = 4_096
  public static let events = 128
  public static let errors = 32

  /// Bytes of a robot's code for an error, of a release code.
  public static let codeBytes = 64
  /// Bytes of a vendor's, model's or serial name.
  public static let nameBytes = 128
  /// Bytes of what a robot says for humans.
  public static let robotTextBytes = 256
  /// Bytes of what the server says for humans.
  public static let serverTextBytes = 1_024

  static let passwordBytes = 256

  static let counters: ClosedRange<UInt64> = 0...UInt64(Int64.max)
  static let fromOne: ClosedRange<UInt64> = 1...UInt64(Int64.max)
  static let millimetres: ClosedRange<Int64> = -1_000_000_000...1_000_000_000
  static let cells: ClosedRange<Int32> = 0...1_000_000
  static let headings: ClosedRange<Int32> = 0...359_999
  static let speeds: ClosedRange<Int32> = 0...20_000
  static let permille: ClosedRange<Int32> = 0...1_000
  static let waits: ClosedRange<Int64> = 0...604_800_000
  static let grams: ClosedRange<Int32> = 0...100_000_000
  static let energies: ClosedRange<Int64> = 0...1_000_000_000
  static let counts: ClosedRange<Int64> = 0...Int64.max
  static let counts32: ClosedRange<Int32> = 0...Int32.max
}

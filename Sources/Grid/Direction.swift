/// The four neighbours of a cell. `x` grows eastwards, `y` grows southwards (MovingAI order: the
/// first row of a `.map` file is the north edge).
public enum Direction: UInt8, CaseIterable, Sendable, Codable {
  case east = 0
  case north = 1
  case west = 2
  case south = 3

  /// Change of column.
  @inlinable public var dx: Int32 { self == .east ? 1 : self == .west ? -1 : 0 }
  /// Change of row.
  @inlinable public var dy: Int32 { self == .south ? 1 : self == .north ? -1 : 0 }
  @inlinable public var opposite: Direction {
    switch self {
    case .east: .west
    case .north: .south
    case .west: .east
    case .south: .north
    }
  }
}

/// A set of directions, one bit each.
public struct DirectionSet: OptionSet, Sendable, Hashable, Codable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public init(_ direction: Direction) { rawValue = 1 << direction.rawValue }

  public static let east = DirectionSet(.east)
  public static let north = DirectionSet(.north)
  public static let west = DirectionSet(.west)
  public static let south = DirectionSet(.south)
  public static let all: DirectionSet = [.east, .north, .west, .south]

  @inlinable public func contains(_ direction: Direction) -> Bool {
    rawValue & (1 << direction.rawValue) != 0
  }
}

/// A place on the raster: column and row, from the north-west corner.
public struct Cell: Hashable, Comparable, Sendable, Codable {
  public var x: Int32
  public var y: Int32

  @inlinable public init(x: Int32, y: Int32) {
    self.x = x
    self.y = y
  }

  /// Row-major order.
  @inlinable public static func < (a: Cell, b: Cell) -> Bool {
    a.y != b.y ? a.y < b.y : a.x < b.x
  }

  @inlinable public func moved(_ direction: Direction) -> Cell {
    Cell(x: x + direction.dx, y: y + direction.dy)
  }
}

extension Cell: CustomStringConvertible {
  public var description: String { "(\(x), \(y))" }
}

/// The dense number of a passable cell of one `Graph`: `0 ..< graph.vertexCount`, in row-major
/// order of the cells.
public struct VertexID: Hashable, Comparable, Sendable, Codable {
  public let rawValue: Int32
  @inlinable public init(_ rawValue: Int32) { self.rawValue = rawValue }
  @inlinable public var index: Int { Int(rawValue) }
  @inlinable public static func < (a: VertexID, b: VertexID) -> Bool { a.rawValue < b.rawValue }

  @inlinable public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(Int32.self)
  }
  @inlinable public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// A raster of passable and blocked cells (MovingAI `octile` semantics: `.`, `G` and `S` passable).
public struct GridMap: Sendable, Equatable {
  public let width: Int32
  public let height: Int32
  /// Row-major, `width * height` entries.
  public let passable: [Bool]

  /// - Precondition: `passable.count == width * height`, both at least 1.
  public init(width: Int32, height: Int32, passable: [Bool]) {
    precondition(width > 0 && height > 0, "map of \(width) x \(height) cells")
    precondition(passable.count == Int(width) * Int(height), "\(passable.count) cells given")
    self.width = width
    self.height = height
    self.passable = passable
  }

  /// Whether `cell` lies on the raster.
  @inlinable public func contains(_ cell: Cell) -> Bool {
    cell.x >= 0 && cell.y >= 0 && cell.x < width && cell.y < height
  }

  /// Whether `cell` lies on the raster and may be driven on.
  @inlinable public func isPassable(_ cell: Cell) -> Bool {
    contains(cell) && passable[Int(cell.y) * Int(width) + Int(cell.x)]
  }
}

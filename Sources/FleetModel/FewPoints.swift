/// Places, in order: a single one, as nearly every leg has, lies in the value itself.
public struct FewPoints: RandomAccessCollection, Sendable, Hashable {
  private enum Content: Sendable, Hashable {
    case one(Point)
    /// Any other number.
    case many([Point])
  }

  private let content: Content

  @inline(__always)
  public init(_ only: Point) { content = .one(only) }

  public init(_ points: [Point]) {
    content = points.count == 1 ? .one(points[0]) : .many(points)
  }

  @inline(__always)
  public var startIndex: Int { 0 }
  @inline(__always)
  public var endIndex: Int {
    switch content {
    case .one: 1
    case .many(let all): all.count
    }
  }

  @inline(__always)
  public subscript(index: Int) -> Point {
    switch content {
    case .one(let point):
      precondition(index == 0, "point \(index) of 1")
      return point
    case .many(let all): return all[index]
    }
  }
}

extension FewPoints: ExpressibleByArrayLiteral {
  public init(arrayLiteral points: Point...) { self.init(points) }
}

// As a plain list.
extension FewPoints: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([Point].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Array(self))
  }
}

/// Numbers of resources, in order: up to three of them lie in the value itself.
///
/// Nearly every leg is one cell long and claims that alone. There are dozens of legs for each robot, which
/// are handed on to be stored, sent and checked: with an array for each list of theirs most of that
/// would be memory far apart.
public struct FewResources: RandomAccessCollection, Sendable, Hashable {
  /// Sixteen bytes. The same numbers are always the same case.
  private enum Content: Sendable, Hashable {
    case none
    case one(Int32)
    case two(Int32, Int32)
    case three(Int32, Int32, Int32)
    case many([Int32])
  }

  private let content: Content

  /// None.
  @inline(__always)
  public init() { content = .none }

  /// One.
  @inline(__always)
  public init(_ only: Int32) { content = .one(only) }

  /// Two.
  @inline(__always)
  public init(_ first: Int32, _ second: Int32) { content = .two(first, second) }

  /// Any number of them.
  public init(_ resources: some Collection<Int32>) {
    var next = resources.makeIterator()
    guard resources.count <= 3, let a = next.next() else {
      content = resources.isEmpty ? .none : .many(Array(resources))
      return
    }
    guard let b = next.next() else {
      content = .one(a)
      return
    }
    if let c = next.next() { content = .three(a, b, c) } else { content = .two(a, b) }
  }

  @inline(__always)
  public var startIndex: Int { 0 }
  @inline(__always)
  public var endIndex: Int {
    switch content {
    case .none: 0
    case .one: 1
    case .two: 2
    case .three: 3
    case .many(let all): all.count
    }
  }

  @inline(__always)
  public subscript(index: Int) -> Int32 {
    switch content {
    case .one(let a) where index == 0: return a
    case .two(let a, let b) where index >= 0 && index < 2: return index == 0 ? a : b
    case .three(let a, let b, let c) where index >= 0 && index < 3:
      return index == 0 ? a : index == 1 ? b : c
    case .many(let all): return all[index]
    case .none, .one, .two, .three: preconditionFailure("resource \(index) of \(count)")
    }
  }
}

extension FewResources: ExpressibleByArrayLiteral {
  public init(arrayLiteral resources: Int32...) { self.init(resources) }
}

// As a plain list.
extension FewResources: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([Int32].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Array(self))
  }
}

extension FewResources: CustomStringConvertible {
  public var description: String { Array(self).description }
}

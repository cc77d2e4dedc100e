/// Numbers of resources, in order: up to three of them lie in the value itself.
///
/// Nearly every leg is one cell long and claims that alone. There are dozens of legs for each robot, which
/// are handed on to be stored, sent and checked: with an array for each list of theirs most of that
/// would be memory far apart.
public struct FewResources: RandomAccessCollection, Sendable, Hashable {
  private static let inside = 3

  private var number: Int32 = 0
  private var a: Int32 = 0
  private var b: Int32 = 0
  private var c: Int32 = 0
  /// All of them, where they are more than fit inside.
  private var many: [Int32]?

  /// None.
  @inline(__always)
  public init() {}

  /// One.
  @inline(__always)
  public init(_ only: Int32) {
    number = 1
    a = only
  }

  /// Two.
  @inline(__always)
  public init(_ first: Int32, _ second: Int32) {
    number = 2
    a = first
    b = second
  }

  /// Any number of them.
  public init(_ resources: some Collection<Int32>) {
    number = Int32(resources.count)
    guard resources.count <= Self.inside else {
      many = Array(resources)
      return
    }
    for (k, resource) in resources.enumerated() {
      switch k {
      case 0: a = resource
      case 1: b = resource
      default: c = resource
      }
    }
  }

  @inline(__always)
  public var startIndex: Int { 0 }
  @inline(__always)
  public var endIndex: Int { Int(number) }

  @inline(__always)
  public subscript(index: Int) -> Int32 {
    precondition(index >= 0 && index < Int(number), "resource \(index) of \(number)")
    if let many { return many[index] }
    return index == 0 ? a : index == 1 ? b : c
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

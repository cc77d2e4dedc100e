/// A large value that is handed on and read by many: by reference, so that handing it on copies one
/// pointer and reading a part of it copies that alone. (Taking a value out of an indirect case of an
/// enumeration copies all of it.)
public final class Shared<Value: Sendable>: Sendable {
  public let value: Value

  public init(_ value: Value) { self.value = value }
}

extension Shared: Equatable where Value: Equatable {
  public static func == (a: Shared, b: Shared) -> Bool { a.value == b.value }
}

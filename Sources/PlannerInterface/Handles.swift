import CDroverPlanner
import Synchronization

/// What a handle stands for. One call at a time: `isBusy` is held during it, and only its holder
/// touches the state of a subclass.
class HandleObject: @unchecked Sendable {
  private let isBusy = Atomic<Bool>(false)

  /// Runs `body` unless another call is using this object.
  func exclusively(_ body: () throws(InterfaceError) -> Void) throws(InterfaceError) {
    let (isMine, _) = isBusy.compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing)
    guard isMine else {
      throw InterfaceError(DROVER_BUSY, "another call is using the handle")
    }
    defer { isBusy.store(false, ordering: .releasing) }
    try body()
  }
}

/// All handles that have been made and not ended. A handle is a number in the dress of a pointer,
/// never used twice and never followed: stale, foreign and invented ones are told.
enum Handles {
  private struct Table: ~Copyable {
    var live: [UInt: HandleObject] = [:]
    var last: UInt = 0
  }

  private static let table = Mutex(Table())

  /// Numbers are spaced like addresses: null and odd pointers are no handles.
  private static let spacing: UInt = 16

  static func add(_ object: HandleObject) -> OpaquePointer? {
    table.withLock { table in
      table.last += spacing
      table.live[table.last] = object
      return OpaquePointer(bitPattern: table.last)
    }
  }

  static func find(_ handle: OpaquePointer) -> HandleObject? {
    table.withLock { $0.live[UInt(bitPattern: handle)] }
  }

  static func remove(_ handle: OpaquePointer) {
    table.withLock { _ = $0.live.removeValue(forKey: UInt(bitPattern: handle)) }
  }
}

/// Why a call fails: a status and a text that names place and value.
struct InterfaceError: Error {
  var status: drover_status
  var text: String

  init(_ status: drover_status, _ text: String) {
    self.status = status
    self.text = text
  }

  static func null(_ name: String) -> InterfaceError {
    InterfaceError(DROVER_NULL_ARGUMENT, "\(name) is NULL")
  }

  static func range(_ name: String, _ value: some BinaryInteger, _ allowed: String)
    -> InterfaceError
  {
    InterfaceError(DROVER_OUT_OF_RANGE, "\(name) is \(value), allowed is \(allowed)")
  }

  static func size(_ name: String, expected: Int, found: Int) -> InterfaceError {
    InterfaceError(DROVER_WRONG_SIZE, "\(name) is \(found), expected \(expected)")
  }
}

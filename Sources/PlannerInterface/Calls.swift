import CDroverPlanner

typealias ErrorSlot = UnsafeMutablePointer<drover_error>?

/// Runs a call that needs no handle, and answers with its status.
func answer(
  _ function: StaticString, _ slot: ErrorSlot, _ body: () throws(InterfaceError) -> Void
) -> Int32 {
  do throws(InterfaceError) {
    try body()
    return Int32(DROVER_OK.rawValue)
  } catch {
    fill(slot, function, error)
    return Int32(error.status.rawValue)
  }
}

/// Runs a call on the object of `handle`, which must be a `Kind`; `isShared` lets others use it at
/// the same time.
func answer<Kind: HandleObject>(
  _ function: StaticString, _ handle: OpaquePointer?, _ kind: Kind.Type, _ slot: ErrorSlot,
  isShared: Bool = false, _ body: (Kind) throws(InterfaceError) -> Void
) -> Int32 {
  answer(function, slot) { () throws(InterfaceError) in
    let object = try object(handle, kind)
    if isShared { return try body(object) }
    try object.exclusively { () throws(InterfaceError) in try body(object) }
  }
}

/// Makes an object from that of `handle`, which others may use at the same time, and hands its
/// handle to `made`, which the caller knows as `name`.
func create<Source: HandleObject>(
  _ function: StaticString, from handle: OpaquePointer?, _ kind: Source.Type,
  to made: UnsafeMutablePointer<OpaquePointer?>?, _ name: StaticString, _ slot: ErrorSlot,
  _ make: (Source) throws(InterfaceError) -> HandleObject
) -> Int32 {
  answer(function, handle, kind, slot, isShared: true) { source throws(InterfaceError) in
    let made = try required(made, name)
    made.pointee = Handles.add(try make(source))
  }
}

/// Ends `handle`.
func end<Kind: HandleObject>(
  _ function: StaticString, _ handle: OpaquePointer?, _ kind: Kind.Type, _ slot: ErrorSlot
) -> Int32 {
  answer(function, slot) { () throws(InterfaceError) in
    let object = try object(handle, kind)
    try object.exclusively { () throws(InterfaceError) in
      guard let handle else { throw .null("the handle") }
      Handles.remove(handle)
    }
  }
}

/// The object of `handle`.
func object<Kind: HandleObject>(
  _ handle: OpaquePointer?, _ kind: Kind.Type
) throws(InterfaceError) -> Kind {
  guard let handle else { throw .null("the handle") }
  guard let found = Handles.find(handle) else {
    throw InterfaceError(
      DROVER_INVALID_HANDLE, "the handle was never made or has ended: \(handle)")
  }
  guard let object = found as? Kind else {
    throw InterfaceError(DROVER_INVALID_HANDLE, "the handle is of another kind: \(handle)")
  }
  return object
}

/// The pointer, or the error that names it.
func required<P>(_ pointer: P?, _ name: StaticString) throws(InterfaceError) -> P {
  guard let pointer else { throw .null("\(name)") }
  return pointer
}

/// A sound size of a structure that the caller filled in: at least its first field.
func checked(structSize: UInt32, _ name: StaticString) throws(InterfaceError) -> Int {
  guard structSize >= 8, structSize <= 1 << 16 else {
    throw InterfaceError(
      DROVER_WRONG_STRUCT, "\(name).struct_size is \(structSize), no size of that structure")
  }
  return Int(structSize)
}

/// The caller's settings, with `defaults` in the fields that their size leaves out; NULL: all of
/// them. Every settings structure begins with its size.
func merged<Settings>(
  _ given: UnsafePointer<Settings>?, over defaults: Settings
) throws(InterfaceError) -> Settings {
  guard let given else { return defaults }
  let told = UnsafeRawPointer(given).loadUnaligned(as: UInt32.self)
  let size = try checked(structSize: told, "settings")
  var settings = defaults
  withUnsafeMutableBytes(of: &settings) { settings in
    let bytes = UnsafeRawBufferPointer(start: given, count: min(size, settings.count))
    settings.copyMemory(from: bytes)
  }
  return settings
}

/// Copies what fits `size` bytes of `value` to the caller.
func copy<Value>(_ value: Value, to target: UnsafeMutablePointer<Value>, size: Int) {
  withUnsafeBytes(of: value) { bytes in
    let count = min(size, bytes.count)
    UnsafeMutableRawPointer(target).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: bytes[..<count]).baseAddress
        ?? UnsafeRawPointer(target),
      byteCount: count)
  }
}

private func fill(_ slot: ErrorSlot, _ function: StaticString, _ error: InterfaceError) {
  guard let slot else { return }
  slot.pointee.status = Int32(error.status.rawValue)
  let message = "\(function): \(error.text)"
  withUnsafeMutableBytes(of: &slot.pointee.text) { text in
    var length = min(message.utf8.count, text.count - 1)
    let bytes = Array(message.utf8)
    while length < bytes.count, length > 0, bytes[length] & 0xC0 == 0x80 { length -= 1 }
    text.copyBytes(from: bytes[..<length])
    text[length] = 0
  }
}

import CProtobufC
import Glibc

// All unsafe memory of this target is made and freed here: C structs live in an arena for the
// duration of one encode or decode.

/// Memory for one message at a time: allocation moves a cursor, freeing is one `reset`.
///
/// Each block remembers its size, because protobuf-c gives texts without their lengths. The first
/// chunk is kept; later ones, for large messages, are given back at the next `reset`.
final class Arena {
  /// What the allocator's C functions see.
  struct State {
    var cursor: UnsafeMutableRawPointer
    var end: UnsafeMutableRawPointer
    /// The newest chunk; its first word points to the one before, its second is its size.
    var chunk: UnsafeMutableRawPointer
    /// What may still be taken since the last `reset`.
    var left: Int
    var overCap = false
  }

  static let firstChunkBytes = 256 << 10
  /// Keeps blocks aligned for any C type; holds the block's size.
  static let headerBytes = 16

  let state: UnsafeMutablePointer<State>
  private let first: UnsafeMutableRawPointer
  private let allocator: UnsafeMutablePointer<ProtobufCAllocator>

  init() {
    first = Arena.newChunk(bytes: Arena.firstChunkBytes, before: nil)
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(
        cursor: first + Arena.headerBytes, end: first + Arena.firstChunkBytes, chunk: first,
        left: 0))
    allocator = .allocate(capacity: 1)
    allocator.initialize(
      to: ProtobufCAllocator(
        alloc: { state, size in
          guard let state else { return nil }
          return Arena.take(state.assumingMemoryBound(to: State.self), size)
        },
        free: { _, _ in },
        allocator_data: UnsafeMutableRawPointer(state)))
  }

  deinit {
    reset(cap: 0)
    free(first)
    allocator.deallocate()
    state.deallocate()
  }

  /// Forgets all blocks; at most `cap` bytes may be taken from now on.
  func reset(cap: Int) {
    while state.pointee.chunk != first {
      let last = state.pointee.chunk
      guard let previous = last.load(as: UnsafeMutableRawPointer?.self) else { break }
      free(last)
      state.pointee.chunk = previous
    }
    state.pointee.cursor = first + Arena.headerBytes
    state.pointee.end = first + Arena.firstChunkBytes
    state.pointee.left = cap
    state.pointee.overCap = false
  }

  /// Unpacks `bytes` into the arena; nil when they are malformed or need more than the cap.
  @inline(__always)
  func unpack<M>(
    _ bytes: [UInt8],
    _ unpack: (
      UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<M>?
  ) -> UnsafeMutablePointer<M>? {
    bytes.withUnsafeBufferPointer { unpack(allocator, $0.count, $0.baseAddress) }
  }

  /// A block of `size` bytes, uninitialised; nil when that passes the cap.
  static func take(_ state: UnsafeMutablePointer<State>, _ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size <= state.pointee.left - 2 * headerBytes else {
      state.pointee.overCap = true
      return nil
    }
    let room = headerBytes + (size + 15) & ~15
    state.pointee.left -= room
    if state.pointee.end - state.pointee.cursor < room { grow(state, room) }
    let block = state.pointee.cursor
    state.pointee.cursor = block + room
    block.storeBytes(of: size, as: Int.self)
    return block + headerBytes
  }

  /// Whether `pointer` points into one of the arena's chunks.
  static func owns(_ state: UnsafeMutablePointer<State>, _ pointer: UnsafeRawPointer) -> Bool {
    var chunk: UnsafeMutableRawPointer? = state.pointee.chunk
    while let start = chunk {
      let bytes = (start + MemoryLayout<Int>.size).load(as: Int.self)
      if pointer >= UnsafeRawPointer(start), pointer < UnsafeRawPointer(start + bytes) {
        return true
      }
      chunk = start.load(as: UnsafeMutableRawPointer?.self)
    }
    return false
  }

  private static func grow(_ state: UnsafeMutablePointer<State>, _ room: Int) {
    let bytes = max(4 * firstChunkBytes, room + headerBytes)
    let chunk = newChunk(bytes: bytes, before: state.pointee.chunk)
    state.pointee.chunk = chunk
    state.pointee.cursor = chunk + headerBytes
    state.pointee.end = chunk + bytes
  }

  private static func newChunk(
    bytes: Int, before: UnsafeMutableRawPointer?
  ) -> UnsafeMutableRawPointer {
    guard let chunk = malloc(bytes) else { preconditionFailure("no memory for \(bytes) bytes") }
    chunk.storeBytes(of: before, as: UnsafeMutableRawPointer?.self)
    chunk.storeBytes(of: bytes, toByteOffset: MemoryLayout<Int>.size, as: Int.self)
    return chunk
  }
}

/// Makes C structs in an arena and packs them.
struct Builder {
  let state: UnsafeMutablePointer<Arena.State>

  /// A message with all fields at their defaults.
  @inline(__always)
  func message<M>(_ initialize: (UnsafeMutablePointer<M>?) -> Void) -> UnsafeMutablePointer<M> {
    let message = space(1, of: M.self)
    initialize(message)
    return message
  }

  /// A C text: `text` up to its first NUL and at most `limit` bytes, cut between characters.
  func text(_ text: String, _ limit: Int) -> UnsafeMutablePointer<CChar> {
    var text = text
    return text.withUTF8 { bytes in
      var count = min(bytes.count, limit)
      if count < bytes.count {
        while count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
      }
      let copy = space(count + 1, of: CChar.self)
      var length = 0
      while length < count, bytes[length] != 0 {
        copy[length] = CChar(bitPattern: bytes[length])
        length += 1
      }
      copy[length] = 0
      return copy
    }
  }

  /// The pointers of a repeated message or text field.
  @inline(__always)
  func list<Element, M>(
    _ values: [Element], _ make: (Element) -> UnsafeMutablePointer<M>
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<M>?>? {
    if values.isEmpty { return nil }
    let pointers = space(values.count, of: UnsafeMutablePointer<M>?.self)
    for (i, value) in values.enumerated() { (pointers + i).initialize(to: make(value)) }
    return pointers
  }

  /// Room for a packed repeated field of `count` elements, to be filled.
  @inline(__always)
  func space<T>(_ count: Int, of: T.Type) -> UnsafeMutablePointer<T> {
    guard let block = Arena.take(state, count * MemoryLayout<T>.stride) else {
      preconditionFailure("a message of more than \(Int32.max) bytes")
    }
    return block.assumingMemoryBound(to: T.self)
  }

  /// The bytes of a message.
  @inline(__always)
  func pack<M>(_ message: UnsafeMutablePointer<M>) -> [UInt8] {
    let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
    let count = protobuf_c_message_get_packed_size(base)
    return [UInt8](unsafeUninitializedCapacity: count) { bytes, packed in
      guard let start = bytes.baseAddress, count > 0 else { return }
      packed = protobuf_c_message_pack(base, start)
    }
  }
}

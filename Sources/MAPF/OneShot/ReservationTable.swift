/// Who is where at which time, for the vertices of a grid: one bit a vertex and time, and the
/// agent's number beside it. Two more bits a time serve `SafeIntervalSearch` as its closed set.
///
/// Time is cut off at `horizon`: whoever is somewhere at the last time stays there for ever.
/// Memory: 4.4 bytes a vertex and time. Unsafe memory, fenced here.
struct ReservationTable {
  /// The words of 64 times that a vertex has in each of its bit rows.
  let wordCount: Int
  /// Vertex -> three rows of `wordCount` words: taken; closed before, closed after a rest on the
  /// goal.
  let bits: UnsafeMutablePointer<UInt64>
  /// `vertex * horizon + time` -> the agent, where the bit says that it is taken; else anything.
  let holders: UnsafeMutablePointer<Int32>
  private let vertexCount: Int

  /// The times that are told apart.
  var horizon: Int { wordCount << 6 }

  /// The bytes needed for so many vertices and at least `length` times.
  static func bytes(vertexCount: Int, length: Int) -> Int {
    let words = (length + 63) >> 6
    return vertexCount * words * (24 + 256)
  }

  init(vertexCount: Int, length: Int) {
    self.vertexCount = vertexCount
    wordCount = (length + 63) >> 6
    bits = .allocate(capacity: 3 * wordCount * vertexCount)
    bits.initialize(repeating: 0, count: 3 * wordCount * vertexCount)
    holders = .allocate(capacity: (wordCount << 6) * vertexCount)
    holders.initialize(repeating: 0, count: (wordCount << 6) * vertexCount)
  }

  func deallocate() {
    bits.deallocate()
    holders.deallocate()
  }

  /// The taken bits of `v`, followed by its closed bits.
  @inline(__always) func row(_ v: Int32) -> UnsafeMutablePointer<UInt64> {
    bits + 3 &* wordCount &* Int(v)
  }

  /// The agent at `v` at `time`, -1 when nobody is.
  @inline(__always) func holder(_ v: Int32, _ time: Int) -> Int32 {
    guard row(v)[time >> 6] & (1 << UInt64(time & 63)) != 0 else { return -1 }
    return holders[Int(v) &* horizon &+ time]
  }

  /// The last time at which somebody is at `v`, -1 when nobody ever is.
  func lastTaken(_ v: Int32) -> Int {
    let row = row(v)
    var word = wordCount - 1
    while word >= 0, row[word] == 0 { word -= 1 }
    return word < 0 ? -1 : word << 6 | (63 - row[word].leadingZeroBitCount)
  }

  /// Enters the path of `agent`: `path[t]` for the times up to `last`, its end from then on.
  func add(_ agent: Int, _ path: UnsafePointer<Int32>, last: Int) {
    for t in 0..<last {
      let v = path[t]
      row(v)[t >> 6] |= 1 << UInt64(t & 63)
      holders[Int(v) &* horizon &+ t] = Int32(truncatingIfNeeded: agent)
    }
    BitRow.set(row(path[last]), last, horizon)
    (holders + Int(path[last]) * horizon + last).update(
      repeating: Int32(truncatingIfNeeded: agent), count: horizon - last)
  }

  /// Takes out a path that was entered.
  func remove(_ path: UnsafePointer<Int32>, last: Int) {
    for t in 0..<last { row(path[t])[t >> 6] &= ~(1 << UInt64(t & 63)) }
    BitRow.clear(row(path[last]), last, horizon)
  }
}

/// Rows of bits, least significant first.
enum BitRow {
  /// The first set bit at or after `from`; `end` when there is none before it.
  @inline(__always)
  static func nextSet(_ row: UnsafePointer<UInt64>, _ from: Int, _ end: Int) -> Int {
    var word = from >> 6
    guard from < end else { return end }
    var bits = row[word] & (~0 << UInt64(from & 63))
    while bits == 0 {
      word &+= 1
      guard word << 6 < end else { return end }
      bits = row[word]
    }
    return word << 6 | bits.trailingZeroBitCount
  }

  /// The first clear bit at or after `from`; `end` when there is none before it.
  @inline(__always)
  static func nextClear(_ row: UnsafePointer<UInt64>, _ from: Int, _ end: Int) -> Int {
    var word = from >> 6
    guard from < end else { return end }
    var bits = ~row[word] & (~0 << UInt64(from & 63))
    while bits == 0 {
      word &+= 1
      guard word << 6 < end else { return end }
      bits = ~row[word]
    }
    return word << 6 | bits.trailingZeroBitCount
  }

  /// Sets the bits of `from..<end`.
  @inline(__always)
  static func set(_ row: UnsafeMutablePointer<UInt64>, _ from: Int, _ end: Int) {
    guard from < end else { return }
    let (first, last) = (from >> 6, (end - 1) >> 6)
    let head: UInt64 = ~0 << UInt64(from & 63)
    let tail: UInt64 = ~0 >> UInt64(63 - (end - 1) & 63)
    if first == last {
      row[first] |= head & tail
      return
    }
    row[first] |= head
    var word = first + 1
    while word < last {
      row[word] = ~0
      word += 1
    }
    row[last] |= tail
  }

  /// Clears the bits of `from..<end`.
  @inline(__always)
  static func clear(_ row: UnsafeMutablePointer<UInt64>, _ from: Int, _ end: Int) {
    guard from < end else { return }
    let (first, last) = (from >> 6, (end - 1) >> 6)
    let head: UInt64 = ~0 << UInt64(from & 63)
    let tail: UInt64 = ~0 >> UInt64(63 - (end - 1) & 63)
    if first == last {
      row[first] &= ~(head & tail)
      return
    }
    row[first] &= ~head
    var word = first + 1
    while word < last {
      row[word] = 0
      word += 1
    }
    row[last] &= ~tail
  }
}

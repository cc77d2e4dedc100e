import Determinism

/// What is to come, by (time, sequence): of two things at the same time the one that was put in
/// first comes first.
///
/// A calendar queue (Brown 1988) with days of about a millisecond: what is to come within the year lies
/// in the list of its day, unordered until that day comes; what comes later waits in a heap. The values
/// lie apart and do not move.
struct EventQueue<Value> {
  private struct Key {
    var time: Int64
    var sequence: UInt64
    var slot: Int32
    var subject: EventSubject

    static func < (a: Key, b: Key) -> Bool {
      a.time != b.time ? a.time < b.time : a.sequence < b.sequence
    }

    /// The day it comes on.
    var day: Int64 { time >> 10 }
  }

  /// Days a year: eight seconds.
  private static var year: Int64 { 1 << 13 }
  /// So many lie in a block.
  private static var block: Int { 8 }

  /// What comes today or should have come before, the last first. Never empty while there is more.
  private var today: [Key] = []
  private var day: Int64 = .min
  /// Day modulo the year -> the newest block of its list, -1: none, and how many lie in that; and whether
  /// there is one.
  private var heads = [(block: Int32, count: Int32)](
    repeating: (block: -1, count: 0), count: Int(year))
  private var hasList = [UInt64](repeating: 0, count: Int(year) / 64)
  /// The lists, in blocks: a day's lie together, and are not fetched one by one.
  private var listed: [Key] = []
  /// Block -> the next one of its day, which is full; -1: none.
  private var blockAfter: [Int32] = []
  private var freeBlocks: [Int32] = []
  private var listedCount = 0
  /// A binary heap of what comes after the year.
  private var later: [Key] = []
  private var values: [Value?] = []
  private var freeSlots: [Int32] = []
  private var sequence: UInt64 = 0

  var count: Int { today.count + listedCount + later.count }
  var isEmpty: Bool { today.isEmpty }

  /// Begins to fetch the next thing.
  func fetchNext() {
    if let next = today.last { values.fetch(Int(next.slot)) }
  }

  /// Whom the next thing is about.
  var nextSubject: EventSubject { today.last?.subject ?? .nobody }
  /// When the next thing happens.
  var nextTime: Instant? { today.last.map { Instant(microseconds: $0.time) } }

  /// - Complexity: O(1) for what comes within some seconds, O(log n) after them; O(what comes before
  ///   it that day) on a day that has begun
  mutating func push(_ value: Value, at time: Instant, about subject: EventSubject = .nobody) {
    let slot: Int32
    if let free = freeSlots.popLast() {
      slot = free
      values[Int(slot)] = value
    } else {
      slot = Int32(values.count)
      values.append(value)
    }
    let key = Key(time: time.microseconds, sequence: sequence, slot: slot, subject: subject)
    sequence += 1
    if today.isEmpty { day = key.day }
    enter(key)
  }

  /// - Complexity: as of `push`
  mutating func pop() -> (time: Instant, value: Value)? {
    guard let first = today.popLast() else { return nil }
    if today.isEmpty { nextDay() }
    let slot = Int(first.slot)
    freeSlots.append(first.slot)
    guard let value = values[slot].take() else { preconditionFailure("slot \(slot) is empty") }
    return (Instant(microseconds: first.time), value)
  }

  private mutating func enter(_ key: Key) {
    if key.day <= day {
      var place = today.count
      while place > 0, today[place - 1] < key { place -= 1 }
      today.insert(key, at: place)
    } else if key.day < day + Self.year {
      list(key)
    } else {
      later.append(key)
      siftUp(later.count - 1)
    }
  }

  private mutating func list(_ key: Key) {
    let place = Int(key.day & (Self.year - 1))
    var head = heads[place]
    if head.block < 0 || head.count == Self.block { head = (makeBlock(before: head.block), 0) }
    listed[Int(head.block) * Self.block + Int(head.count)] = key
    head.count += 1
    heads[place] = head
    hasList[place >> 6] |= 1 << UInt64(place & 63)
    listedCount += 1
  }

  private mutating func makeBlock(before next: Int32) -> Int32 {
    if let free = freeBlocks.popLast() {
      blockAfter[Int(free)] = next
      return free
    }
    blockAfter.append(next)
    let empty = Key(time: 0, sequence: 0, slot: -1, subject: .nobody)
    listed.append(contentsOf: repeatElement(empty, count: Self.block))
    return Int32(blockAfter.count - 1)
  }

  /// Goes on to the next day on which something comes, if there is one.
  private mutating func nextDay() {
    guard listedCount > 0 || !later.isEmpty else { return }
    day = listedCount > 0 ? firstListedDay() : later[0].day
    while let first = later.first, first.day < day + Self.year {
      removeFirstLater()
      if first.day == day { today.append(first) } else { list(first) }
    }
    let place = Int(day & (Self.year - 1))
    var (block, count) = heads[place]
    while block >= 0 {
      let start = Int(block) * Self.block
      today.append(contentsOf: listed[start..<start + Int(count)])
      listedCount -= Int(count)
      freeBlocks.append(block)
      (block, count) = (blockAfter[Int(block)], Int32(Self.block))
    }
    heads[place] = (block: -1, count: 0)
    hasList[place >> 6] &= ~(1 << UInt64(place & 63))
    order()
    fetchTomorrow()
  }

  /// Begins to fetch what is known of the day after today.
  private func fetchTomorrow() {
    let next = heads[Int((day + 1) & (Self.year - 1))]
    if next.block >= 0 { listed.fetch(Int(next.block) * Self.block, count: Int(next.count)) }
  }

  /// The first day after today with a list. There is one, within the year.
  private func firstListedDay() -> Int64 {
    let start = Int((day + 1) & (Self.year - 1))
    var word = start >> 6
    var bits = hasList[word] & (UInt64.max << UInt64(start & 63))
    while bits == 0 {
      word = (word + 1) & (hasList.count - 1)
      bits = hasList[word]
    }
    let place = Int64(word << 6 + bits.trailingZeroBitCount)
    return day + 1 + ((place - Int64(start)) & (Self.year - 1))
  }

  /// Puts today in order: most days bring a handful.
  private mutating func order() {
    guard today.count <= 24 else { return today.sort { $1 < $0 } }
    today.withUnsafeMutableBufferPointer { today in
      for k in today.indices.dropFirst() {
        let key = today[k]
        var place = k
        while place > 0, today[place - 1] < key {
          today[place] = today[place - 1]
          place -= 1
        }
        today[place] = key
      }
    }
  }

  // MARK: The heap

  private mutating func removeFirstLater() {
    guard let last = later.popLast(), !later.isEmpty else { return }
    later[0] = last
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    let key = later[child]
    while child > 0 {
      let parent = (child - 1) / 2
      guard key < later[parent] else { break }
      later[child] = later[parent]
      child = parent
    }
    later[child] = key
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    let key = later[parent]
    while true {
      var child = 2 * parent + 1
      guard child < later.count else { break }
      if child + 1 < later.count, later[child + 1] < later[child] { child += 1 }
      guard later[child] < key else { break }
      later[parent] = later[child]
      parent = child
    }
    later[parent] = key
  }
}

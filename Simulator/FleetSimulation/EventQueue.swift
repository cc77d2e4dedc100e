import CLinux
import Determinism

extension Array {
  /// Begins to fetch elements that will be needed soon.
  func fetch(_ first: Int, count: Int = 1) {
    guard first >= 0, first + count <= self.count else { return }
    withUnsafeBufferPointer {
      guard let base = $0.baseAddress else { return }
      linux_prefetch(base + first, count * MemoryLayout<Element>.stride)
    }
  }
}

/// Whom an event is about, to have their memory at hand when it comes.
struct EventSubject: Equatable {
  private let code: Int32

  static let nobody = EventSubject(code: -1)
  /// The robot alone.
  static func robot(_ i: Int) -> EventSubject { EventSubject(code: 2 * Int32(i)) }
  /// The robot, and what the server knows of it.
  static func server(of i: Int) -> EventSubject { EventSubject(code: 2 * Int32(i) + 1) }

  /// nil: nobody.
  var robot: Int? { code < 0 ? nil : Int(code / 2) }
  var isOfServer: Bool { code >= 0 && code % 2 == 1 }
}

/// What is to come, by (time, sequence): of two things at the same time the one that was put in
/// first comes first.
///
/// A binary heap of plain keys; the values lie apart and do not move.
struct EventQueue<Value> {
  private struct Key {
    var time: Int64
    var sequence: UInt64
    var slot: Int32
    var subject: EventSubject

    static func < (a: Key, b: Key) -> Bool {
      a.time != b.time ? a.time < b.time : a.sequence < b.sequence
    }
  }

  private var keys: [Key] = []
  private var values: [Value?] = []
  private var freeSlots: [Int32] = []
  private var sequence: UInt64 = 0

  var count: Int { keys.count }
  var isEmpty: Bool { keys.isEmpty }
  /// Whom the next thing is about.
  var nextSubject: EventSubject { keys.first?.subject ?? .nobody }
  /// Begins to fetch the next thing.
  func fetchNext() {
    guard let first = keys.first else { return }
    values.fetch(Int(first.slot))
  }

  /// When the next thing happens.
  var nextTime: Instant? { keys.first.map { Instant(microseconds: $0.time) } }

  /// - Complexity: O(log n)
  mutating func push(_ value: Value, at time: Instant, about subject: EventSubject = .nobody) {
    let slot: Int32
    if let free = freeSlots.popLast() {
      slot = free
      values[Int(slot)] = value
    } else {
      slot = Int32(values.count)
      values.append(value)
    }
    keys.append(
      Key(time: time.microseconds, sequence: sequence, slot: slot, subject: subject))
    sequence += 1
    siftUp(keys.count - 1)
  }

  /// - Complexity: O(log n)
  mutating func pop() -> (time: Instant, value: Value)? {
    guard let first = keys.first, let last = keys.popLast() else { return nil }
    if !keys.isEmpty {
      keys[0] = last
      siftDown(0)
    }
    let slot = Int(first.slot)
    freeSlots.append(first.slot)
    guard let value = values[slot].take() else { preconditionFailure("slot \(slot) is empty") }
    return (Instant(microseconds: first.time), value)
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    let key = keys[child]
    while child > 0 {
      let parent = (child - 1) / 2
      guard key < keys[parent] else { break }
      keys[child] = keys[parent]
      child = parent
    }
    keys[child] = key
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    let key = keys[parent]
    while true {
      var child = 2 * parent + 1
      guard child < keys.count else { break }
      if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
      guard keys[child] < key else { break }
      keys[parent] = keys[child]
      parent = child
    }
    keys[parent] = key
  }
}

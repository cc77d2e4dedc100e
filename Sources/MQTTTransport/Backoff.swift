/// How long to wait before the next attempt: doubling from `first` to `limit`, each wait
/// shortened by up to half so that many clients of one broker come back spread out.
struct Backoff: Sendable {
  var first: Duration
  var limit: Duration
  var seed: UInt64

  /// The wait after `failures` attempts in a row have failed (from 1), for one connection.
  /// A pure function: the same arguments give the same wait.
  func delay(failures: Int, connection: ConnectionID) -> Duration {
    let whole = min(first * (1 << min(max(failures - 1, 0), 20)), limit)
    let key = UInt64(UInt32(bitPattern: connection.rawValue)) << 32 | UInt64(failures & 0xFFFF)
    let share = Double(Self.mix(seed ^ Self.mix(key)) >> 11) / Double(1 << 53)
    return whole * (1 - share / 2)
  }

  /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Connections that wait for their next attempt, earliest first: a binary heap.
struct RetryQueue {
  struct Entry {
    var due: ContinuousClock.Instant
    var id: ConnectionID
    /// The attempt that this entry is for; an entry of an earlier attempt is stale.
    var attempt: UInt32
  }

  private var heap: [Entry] = []

  /// When the earliest entry is due.
  var earliest: ContinuousClock.Instant? { heap.first?.due }

  /// - Complexity: O(log n)
  mutating func insert(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.precedes(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes out the earliest entry if it is due.
  /// - Complexity: O(log n)
  mutating func popDue(now: ContinuousClock.Instant) -> Entry? {
    guard let top = heap.first, top.due <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      siftDown()
    }
    return top
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && Self.precedes(heap[child], heap[smallest]) {
        smallest = child
      }
      guard smallest != parent else { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }

  private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
    (left.due, left.id.rawValue) < (right.due, right.id.rawValue)
  }
}

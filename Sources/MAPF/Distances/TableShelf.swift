import Synchronization

/// Filled tables by graph and goal, the least recently asked one first to go. For several threads at
/// once: each table is filled outside, by whoever needs it first.
final class TableShelf: Sendable {
  struct Key: Hashable {
    var graph: Int32
    var goal: Int32
  }

  fileprivate struct Slot {
    var key: Key
    /// nil: empty.
    var table: DistanceTable?
    var before: Int32 = -1
    var after: Int32 = -1
  }

  /// A doubly linked list through the slots, oldest first; empty ones are outside of it.
  fileprivate struct Slots {
    var all: [Slot] = []
    var empty: [Int32] = []
    var slotOf: [Key: Int32] = [:]
    var oldest: Int32 = -1
    var newest: Int32 = -1
  }

  private let limit: Int
  private let slots = Mutex(Slots())

  /// - Parameter limit: so many tables; more while agents follow them.
  init(limit: Int) { self.limit = limit }

  /// The tables kept.
  var count: Int { slots.withLock { $0.all.count - $0.empty.count } }

  func table(of key: Key) -> DistanceTable? {
    slots.withLock { slots in
      guard let slot = slots.slotOf[key] else { return nil }
      slots.unlink(slot)
      slots.linkNewest(slot)
      return slots.all[Int(slot)].table
    }
  }

  /// Where there is no room for another table, takes out one that nobody follows, to be filled anew.
  func makeRoom() -> DistanceTable? {
    slots.withLock { $0.all.count - $0.empty.count >= limit ? $0.takeOldest() : nil }
  }

  /// Keeps `table`, and no more of the others beyond the limit than are followed.
  /// - Returns: it, or the one that somebody else has filled for the same goal meanwhile.
  func put(_ table: DistanceTable, for key: Key) -> DistanceTable {
    slots.withLock { slots in
      if let slot = slots.slotOf[key], let known = slots.all[Int(slot)].table { return known }
      let slot: Int32
      if let empty = slots.empty.popLast() {
        slots.all[Int(empty)] = Slot(key: key, table: table)
        slot = empty
      } else {
        slot = Int32(slots.all.count)
        slots.all.append(Slot(key: key, table: table))
      }
      slots.slotOf[key] = slot
      slots.linkNewest(slot)
      while slots.all.count - slots.empty.count > limit, slots.takeOldest() != nil {}
      return table
    }
  }
}

extension TableShelf.Slots {
  /// The oldest table that is followed by nobody; those passed over count as new again.
  fileprivate mutating func takeOldest() -> DistanceTable? {
    var chances = min(all.count, 64)
    while chances > 0, oldest >= 0 {
      let slot = oldest
      unlink(slot)
      if isUnfollowed(slot) {
        slotOf[all[Int(slot)].key] = nil
        empty.append(slot)
        return all[Int(slot)].table.take()
      }
      linkNewest(slot)
      chances -= 1
    }
    return nil
  }

  private mutating func isUnfollowed(_ slot: Int32) -> Bool {
    isKnownUniquelyReferenced(&all[Int(slot)].table)
  }

  fileprivate mutating func unlink(_ slot: Int32) {
    let (before, after) = (all[Int(slot)].before, all[Int(slot)].after)
    if before >= 0 { all[Int(before)].after = after } else { oldest = after }
    if after >= 0 { all[Int(after)].before = before } else { newest = before }
  }

  fileprivate mutating func linkNewest(_ slot: Int32) {
    all[Int(slot)].before = newest
    all[Int(slot)].after = -1
    if newest >= 0 { all[Int(newest)].after = slot } else { oldest = slot }
    newest = slot
  }
}

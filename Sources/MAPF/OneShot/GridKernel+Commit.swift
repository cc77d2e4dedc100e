extension GridKernel {
  /// What a step has come to.
  struct Change {
    /// By how much the sum of the distances to the goals has grown.
    var growth: Int
    /// The agents that did not rest on their goals.
    var loss: Int
  }

  /// Makes the decided step: everybody decided is where it was to go.
  mutating func commit() -> Change {
    var change = Change(growth: 0, loss: activeCount)
    var moved = 0
    for i in 0..<decidedCount {
      let a = Int(decided[i])
      let (from, to) = (at[a], next[a])
      next[a] = Self.undecided
      field[2 &* Int(to) &+ 1] = Self.none
      if from == to { continue }
      if occupant(Int(from)) == Int32(truncatingIfNeeded: a) { field[2 &* Int(from)] = Self.none }
      field[2 &* Int(to)] = Int32(truncatingIfNeeded: a)
      at[a] = to
      hash ^= Self.mark(a, from) ^ Self.mark(a, to)
      // By the true distances also where lanes are followed.
      let nearer =
        lanes == nil ? near[a] : gradients.nearer(from, index: a, goal: goal[a])
      change.growth &+= step(from, to) & nearer != 0 ? -1 : 1
      stack[moved] = Int32(truncatingIfNeeded: a)
      choice[a] = from == goal[a] ? 1 : 0
      change.loss &+= Int(choice[a])
      moved &+= 1
    }
    decidedCount = 0
    // A loop of its own: the cache misses of many agents at once.
    for i in 0..<moved {
      let a = Int(stack[i])
      near[a] = nearer(a, at[a])
    }
    updateActive(moved)
    return change
  }

  /// From now on agents take the shortest ways.
  mutating func leaveLanes() {
    lanes = nil
    for a in 0..<agentCount { near[a] = nearer(a, at[a]) }
  }

  /// Takes back all decisions.
  mutating func cancel() {
    for i in 0..<decidedCount {
      let a = Int(decided[i])
      if next[a] >= 0, Int(claimant(Int(next[a]))) == a {
        field[2 &* Int(next[a]) &+ 1] = Self.none
      }
      next[a] = Self.undecided
    }
    decidedCount = 0
  }

  /// Puts every agent where `row` says; `active` is for the caller to fill.
  mutating func load(_ row: UnsafePointer<Int32>) {
    for a in 0..<agentCount { field[2 &* Int(at[a])] = Self.none }
    hash = 0
    for a in 0..<agentCount {
      at[a] = row[a]
      field[2 &* Int(row[a])] = Int32(truncatingIfNeeded: a)
      hash ^= Self.mark(a, row[a])
      near[a] = nearer(a, row[a])
    }
  }

  /// The share of agent `a` on `cell` in a configuration's hash (SplitMix64's finaliser).
  @inline(__always)
  static func mark(_ a: Int, _ cell: Int32) -> UInt64 {
    var z = (UInt64(UInt32(bitPattern: cell)) &<< 32 | UInt64(a)) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  /// The bit of the direction from a cell to its neighbour.
  @inline(__always)
  private func step(_ from: Int32, _ to: Int32) -> UInt8 {
    let change = Int(to) &- Int(from)
    if change == 16 { return 1 }
    if change == -16 { return 4 }
    // Within a strip south is the next number, across strips far beyond it.
    return change > 0 ? 8 : 2
  }

  /// Drops those who have arrived; those pushed off their goals come last.
  private mutating func updateActive(_ moved: Int) {
    var kept = 0
    for i in 0..<activeCount {
      let a = active[i]
      active[kept] = a
      kept &+= at[Int(a)] == goal[Int(a)] ? 0 : 1
    }
    for i in 0..<moved where choice[Int(stack[i])] == 1 {
      active[kept] = stack[i]
      kept &+= 1
    }
    activeCount = kept
  }
}

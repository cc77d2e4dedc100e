// What passes from one step to the next: the rest of every plan.

extension OperationKernel {
  /// Takes agent `r` into the step; its plan goes on if it stands where the plan has put it.
  func place(
    _ r: Int, at v: Int32, heading h: UInt8, goal g: Int32, _ mobility: Mobility, isKnown: Bool
  ) {
    count[r] = -1
    current[r] = Int32(limit)
    goal[r] = g
    isFree[r] =
      mobility == .free ? Self.movable : mobility == .frozen ? Self.frozen : Self.fixed
    if mobility == .absent {
      at[r] = -1
      return
    }
    let heading = Int32(h & 3)
    let keeps =
      isKnown && isFree[r] > 0 && at[r] >= 0 && expected[r] == v
      && (!turning || expectedHeading[r] == heading)
    at[r] = v
    self.heading[r] = heading
    if !keeps { setWaiting(r) }
  }

  /// Makes waiting what agent `r` is left with from the step before.
  func setWaiting(_ r: Int) {
    let op = operation(r, limit)
    op[1] = 0
    for t in 1...OperationWorkspace.longestDepth {
      (op + 1)[t] = at[r]
      op[1] |= Self.waitCode << Int32(3 * (t - 1))
    }
    if byMoves { stayInPlace(op, from: 1) }
  }

  func isWaiting(_ r: Int) -> Bool {
    let op = operation(r, limit)
    for t in 1...depth where (op + 1)[t] != at[r] { return false }
    return true
  }

  /// Enters where all agents stand now.
  mutating func standStill(agents n: Int) {
    for r in 0..<n where at[r] >= 0 { standStill(r) }
    hasFrozen = false
    for r in 0..<n where at[r] >= 0 && isFree[r] <= 0 { hasFrozen = true }
  }

  /// Enters all plans into the reservations. Where one meets an agent that stays against its plan, it is
  /// given up for waiting.
  mutating func inherit(agents n: Int) {
    var waiting = 0
    for r in 0..<n where at[r] >= 0 && isWaiting(r) {
      work[waiting] = Int32(r)
      waiting += 1
      add(r, limit)
    }
    // Moves that are settled go before those that are not.
    if byMoves {
      for r in 0..<n where at[r] >= 0 && isFree[r] <= 0 && !isWaiting(r) { enter(r, &waiting) }
    }
    for r in 0..<n where at[r] >= 0 && isFree[r] > 0 && !isWaiting(r) { enter(r, &waiting) }
  }

  /// Enters where agent `r` stands now. Of two in one cell neither can be moved.
  private func standStill(_ r: Int) {
    let own = row(at[r])
    let other = own[0]
    if other == OperationWorkspace.noAgent {
      own[0] = UInt16(r)
      if byMoves { markMutexes(of: at[r], 0, UInt16(r)) }
      return
    }
    isFree[r] = Self.fixed
    isFree[Int(other)] = Self.fixed
    setWaiting(r)
    setWaiting(Int(other))
  }

  private func enter(_ r: Int, _ waiting: inout Int) {
    if isClear(r) { return add(r, limit) }
    work[waiting] = Int32(r)
    waiting += 1
    setWaiting(r)
    evict(r, &waiting)
  }

  /// Whether nobody has claimed what the rest of agent `r`'s plan claims.
  private func isClear(_ r: Int) -> Bool {
    if byMoves { return areMovesClear(r) }
    let cells = operation(r, limit) + 1
    for t in 1...depth {
      let a = row(cells[t])[t]
      if a != OperationWorkspace.noAgent && Int(a) != r { return false }
    }
    return true
  }

  /// Lets agent `first` wait; whoever would pass its cell waits, too, and so on.
  private func evict(_ first: Int, _ end: inout Int) {
    var next = end - 1
    while next < end {
      let r = Int(work[next])
      next += 1
      evict(fromRow: row(at[r]), r, &end)
      if byMoves {
        for m in mutexes(of: at[r]) { evict(fromRow: row(m), r, &end) }
      }
      add(r, limit)
    }
  }

  private func evict(fromRow own: UnsafeMutablePointer<UInt16>, _ r: Int, _ end: inout Int) {
    for t in 1...depth {
      let a = own[t]
      if a != OperationWorkspace.noAgent, Int(a) != r, !isWaiting(Int(a)) {
        remove(Int(a))
        setWaiting(Int(a))
        work[end] = Int32(a)
        end += 1
      }
    }
  }

  /// Ranks the agents that can be moved by their urgency. Weights fall with their rank.
  func rate(agents count: Int) -> Int {
    var n = 0
    for r in 0..<count where at[r] >= 0 && isFree[r] > 0 {
      keys[n] = UInt64(UInt32(bitPattern: urgency[r])) << 20 | UInt64(r)
      n += 1
    }
    KeySort.sort(keys, count: n)
    for i in 0..<n {
      let r = Int(keys[i] & 0xF_FFFF)
      order[i] = Int32(r)
      rank[r] = Int32(i)
      let share = Double(n - i) / Double(n + 1)
      var w = 1.0
      for _ in 0..<tuning.weightPower { w *= share }
      weight[r] = max(1, Int32(w * 1024))
    }
    return n
  }

  /// The urgency of an agent: by priority, then the shortest way first.
  static func urgency(priority: Int32, way: Int32) -> Int32 {
    (511 - min(max(priority, -512), 511)) << 20 | min(max(way, 0), 0xFFFFF)
  }

  /// Clears the reservations and leaves the plans without their first tick.
  func leave(agents n: Int) {
    for r in 0..<n where at[r] >= 0 {
      row(at[r])[0] = OperationWorkspace.noAgent
      if byMoves { markMutexes(of: at[r], 0, OperationWorkspace.noAgent) }
      remove(r)
      let from = operation(r, Int(current[r]))
      expected[r] = (from + 1)[1]
      if turning {
        let code = from[1] & 7
        expectedHeading[r] = (heading[r] + (code == 1 ? 1 : code == 2 ? 3 : 0)) & 3
      }
      let to = operation(r, limit)
      if byMoves { shiftMoves(from, to) } else { shift(from, to) }
    }
  }

  /// The rest of an operation, waiting after its end: the next step may look farther ahead than this
  /// one.
  private func shift(_ from: UnsafeMutablePointer<Int32>, _ to: UnsafeMutablePointer<Int32>) {
    let longest = OperationWorkspace.longestDepth
    let end = (from + 1)[depth]
    for t in 1...longest { (to + 1)[t] = t < depth ? (from + 1)[t + 1] : end }
    // What lies beyond this step's depth is from a step that looked farther.
    to[1] = (from[1] & (1 << Int32(3 * depth) - 1)) >> 3
    for t in depth...longest { to[1] |= Self.waitCode << Int32(3 * (t - 1)) }
  }

  /// What agent `r` does in the first tick of its plan on the plain grid.
  func firstAction(_ r: Int) -> GridAction {
    at[r] < 0 ? .wait : action(operation(r, Int(current[r]))[1] & 7)
  }

  private func action(_ code: Int32) -> GridAction {
    if code >= Self.waitCode { return .wait }
    if turning { return code == 0 ? .forward : code == 1 ? .turnLeft : .turnRight }
    switch code {
    case 0: return .east
    case 1: return .north
    case 2: return .west
    default: return .south
    }
  }
}

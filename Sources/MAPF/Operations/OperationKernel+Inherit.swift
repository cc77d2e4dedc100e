// What passes from one step to the next: the rest of every plan.

extension OperationKernel {
  /// Takes agent `r` into the step; its plan goes on if it stands where the plan has put it.
  func place(_ r: Int, _ agent: GridAgent, isKnown: Bool) {
    count[r] = -1
    current[r] = Int32(limit)
    goal[r] = agent.goal
    isFree[r] = agent.mobility == .free ? 1 : 0
    let op = operation(r, limit)
    let heading = Int32(agent.heading & 3)
    if agent.mobility == .absent {
      at[r] = -1
      return
    }
    let keeps =
      isKnown && isFree[r] != 0 && at[r] >= 0 && expected[r] == agent.at
      && (!turning || expectedHeading[r] == heading)
    at[r] = agent.at
    self.heading[r] = heading
    if !keeps { setWaiting(r, op) }
  }

  func setWaiting(_ r: Int, _ op: UnsafeMutablePointer<Int32>) {
    op[1] = 0
    for t in 1...OperationWorkspace.longestDepth {
      (op + 1)[t] = at[r]
      op[1] |= Self.waitCode << Int32(3 * (t - 1))
    }
  }

  func isWaiting(_ r: Int) -> Bool {
    let op = operation(r, limit)
    for t in 1...depth where (op + 1)[t] != at[r] { return false }
    return true
  }

  /// Enters all plans into the reservations. Where one meets an agent that stays against its plan, it is
  /// given up for waiting.
  mutating func inherit(agents n: Int) {
    for r in 0..<n where at[r] >= 0 {
      let own = row(at[r])
      let other = own[0]
      if other != OperationWorkspace.noAgent {
        isFree[r] = 0
        isFree[Int(other)] = 0
        setWaiting(r, operation(r, limit))
        setWaiting(Int(other), operation(Int(other), limit))
      } else {
        own[0] = UInt16(r)
      }
    }
    hasFrozen = false
    for r in 0..<n where at[r] >= 0 && isFree[r] == 0 { hasFrozen = true }
    var waiting = 0
    for r in 0..<n where at[r] >= 0 {
      if isWaiting(r) {
        work[waiting] = Int32(r)
        waiting += 1
        for t in 1...depth { row(at[r])[t] = UInt16(r) }
      }
    }
    for r in 0..<n where at[r] >= 0 && !isWaiting(r) {
      let cells = operation(r, limit) + 1
      var meets = false
      for t in 1...depth {
        let a = row(cells[t])[t]
        if a != OperationWorkspace.noAgent && Int(a) != r { meets = true }
      }
      if meets {
        work[waiting] = Int32(r)
        waiting += 1
        setWaiting(r, operation(r, limit))
        evict(r, &waiting)
      } else {
        add(r, limit)
      }
    }
  }

  /// Lets agent `first` wait; whoever would pass its cell waits, too, and so on.
  private func evict(_ first: Int, _ end: inout Int) {
    var next = end - 1
    while next < end {
      let r = Int(work[next])
      next += 1
      let own = row(at[r])
      for t in 1...depth {
        let a = own[t]
        if a != OperationWorkspace.noAgent, Int(a) != r, !isWaiting(Int(a)) {
          remove(Int(a))
          setWaiting(Int(a), operation(Int(a), limit))
          work[end] = Int32(a)
          end += 1
        }
      }
      for t in 1...depth { own[t] = UInt16(r) }
    }
  }

  /// Ranks the agents: by priority, then the shortest way first. Weights fall with the square of it.
  func rate(_ agents: [GridAgent], words keys: UnsafeMutablePointer<UInt64>) -> Int {
    var n = 0
    for (r, agent) in agents.enumerated() where at[r] >= 0 && isFree[r] != 0 {
      let patience = max(0, sinceBest[r] - tuning.patience) * tuning.impatience
      let way = goal[r] < 0 ? Int32(0xFFFFF) : min(max(remaining[r] - patience, 0), 0xFFFFF)
      let tier = UInt64(511 - min(max(agent.priority, -512), 511))
      keys[n] = tier << 48 | UInt64(UInt32(way)) << 20 | UInt64(r)
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

  /// Carries out the first tick of the plan and leaves the rest, with no reservations.
  func leave(agents n: Int, into actions: inout [GridAction]) {
    for r in 0..<n {
      guard at[r] >= 0 else {
        actions[r] = .wait
        continue
      }
      let from = operation(r, Int(current[r]))
      let start = row(at[r])
      for t in 0...depth { start[t] = OperationWorkspace.noAgent }
      for t in 1...depth { row((from + 1)[t])[t] = OperationWorkspace.noAgent }
      let code = from[1] & 7
      actions[r] = action(code)
      let to = operation(r, limit)
      let first = (from + 1)[1]
      expected[r] = first
      let turned: Int32 = turning && code == 1 ? 1 : turning && code == 2 ? 3 : 0
      expectedHeading[r] = (heading[r] + turned) & 3
      // The rest, waiting after its end: the next step may look farther ahead than this one.
      let longest = OperationWorkspace.longestDepth
      let end = (from + 1)[depth]
      for t in 1...longest { (to + 1)[t] = t < depth ? (from + 1)[t + 1] : end }
      // What lies beyond this step's depth is from a step that looked farther.
      to[1] = (from[1] & (1 << Int32(3 * depth) - 1)) >> 3
      for t in depth...longest { to[1] |= Self.waitCode << Int32(3 * (t - 1)) }
    }
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

// Large-neighbourhood search on the plans of the window (Li et al., "MAPF-LNS2", AAAI 2022; Jiang et
// al., "Scaling Lifelong MAPF to More Realistic Settings", SoCS 2024, for windows): an agent that is
// delayed and some that stand in its way are taken out and planned anew one after the other. Where we
// differ: agents near their goals weigh more, and a plan may get worse for a while (annealing).

extension RollingKernel {
  /// Improves the plans until the budget is spent.
  /// - Parameter expected: nodes that the budget is thought to be good for, by which it cools down.
  mutating func improve(
    _ count: Int, tuning: RollingTuning, budget: PlanningBudget, expected: Int
  ) {
    let start = expanded
    for i in 0..<count {
      let a = Int(order[i])
      guard role[a] == Self.free, excess[a] > 0 else { continue }
      if expanded - start >= budget.work { return }
      if i & 15 == 0, let isOver = budget.isOver, isOver() { return }
      replan(a, neighbourhood: 1, slack: 0)
    }
    var lateCount = 0
    var i = 0
    var round = 0
    while expanded - start < budget.work {
      if round & 7 == 0, let isOver = budget.isOver, isOver() { return }
      round += 1
      if i >= lateCount {
        lateCount = gatherLate(count)
        if lateCount == 0 { return }
        i = 0
      }
      let heat = max(0, 1 - Double(expanded - start) / Double(max(1, expected)))
      let slack = heat > 0 ? tuning.temperature * heat * exponential() : 0
      replan(Int(late[i]), neighbourhood: 1 + chance(tuning.neighbourhood), slack: slack)
      i += 1
    }
  }

  /// The delayed agents, shuffled.
  private mutating func gatherLate(_ count: Int) -> Int {
    var n = 0
    for i in 0..<count {
      let a = order[i]
      if role[Int(a)] == Self.free, excess[Int(a)] > 0 {
        late[n] = a
        n += 1
      }
    }
    var i = n - 1
    while i > 0 {
      let j = chance(i + 1)
      (late[i], late[j]) = (late[j], late[i])
      i -= 1
    }
    return n
  }

  /// Chance with an exponential distribution of mean 1: -ln(x) of x = (1 + f) / 2^e, with a cubic
  /// within 0.001 for ln(1 + f).
  private mutating func exponential() -> Double {
    let bits = draw()
    let e = Double((bits | 1).leadingZeroBitCount + 1)
    let f = Double((bits &* 0x9E37_79B9_7F4A_7C15) &>> 12) * 0x1p-52
    return e * 0.6931 - f * (0.9797 - f * (0.3931 - f * 0.1065))
  }

  /// Plans agent `a` and up to `neighbourhood - 1` others in its way anew; keeps that when the
  /// weighted sum of what they lose has grown by no more than `slack`.
  mutating func replan(_ a: Int, neighbourhood: Int, slack: Double) {
    attempts += 1
    let n = neighbourhood > 1 ? gather(a, neighbourhood) : alone(a)
    let ticks = window + 1
    var old = 0.0
    for i in 0..<n {
      let b = Int(group[i])
      remove(b)
      old += weights[b] * Double(excess[b])
    }
    shuffle(n)
    for i in 0..<n {
      let b = Int(group[i])
      keptExcess[i] = excess[b]
      for slot in 0..<ticks { kept[i * ticks + slot] = plans[b * ticks + slot] }
    }
    var new = 0.0
    var done = 0
    while done < n {
      let b = Int(group[done])
      let room = (old + slack - new) / weights[b]
      let value = search(b, limit: room > 1e6 ? 1_000_000 : Int32(room + 1e-6))
      if value < 0 { break }
      new += weights[b] * Double(value)
      excess[b] = value
      for t in 0...window { plan(b, t, path[t]) }
      put(b)
      done += 1
    }
    if done == n {
      improvements += new < old - 1e-9 ? 1 : 0
      return
    }
    for i in 0..<done { remove(Int(group[i])) }
    for i in 0..<n {
      let b = Int(group[i])
      excess[b] = keptExcess[i]
      for slot in 0..<ticks { plans[b * ticks + slot] = kept[i * ticks + slot] }
      put(b)
    }
  }

  private func alone(_ a: Int) -> Int {
    group[0] = Int32(a)
    return 1
  }

  private mutating func shuffle(_ n: Int) {
    // Mostly the delayed one goes first.
    let first = chance(4) == 0 ? 0 : 1
    var i = n - 1
    while i > first {
      let j = first + chance(i - first + 1)
      (group[i], group[j]) = (group[j], group[i])
      i -= 1
    }
  }

  /// Agent `a` and those it meets when it goes down to its goal as if it were alone.
  private mutating func gather(_ a: Int, _ limit: Int) -> Int {
    groupStamp &+= 1
    group[0] = Int32(a)
    inGroup[a] = groupStamp
    guard let table = tables[a] else { return 1 }
    var n = 1
    var s = planned(a, 0)
    let here = codes[a]
    let heading = Int(s) & (headings - 1)
    for t in 0..<window where n < limit {
      let row = successors + Int(s) * RollingWorkspace.choices
      let prices = costs + Int(s) * RollingWorkspace.choices
      var best = s
      var least = Int32.max
      var ties = 0
      for k in 1..<RollingWorkspace.choices where row[k] >= 0 {
        let value = farther(table, row[k], from: here, heading) + Int32(prices[k])
        if value < least {
          least = value
          best = row[k]
          ties = 1
        } else if value == least {
          ties += 1
          if chance(ties) == 0 { best = row[k] }
        }
      }
      let u = cell(s)
      let v = cell(best)
      n = meet(rows[t + 1][v], n)
      if n < limit, u != v {
        let other = rows[t][v]
        if other >= 0, rows[t + 1][u] == other { n = meet(other, n) }
      }
      s = best
      if Int32(v) == goals[a] { break }
    }
    return n
  }

  @inline(__always) private func meet(_ b: Int32, _ n: Int) -> Int {
    guard b >= 0, inGroup[Int(b)] != groupStamp, role[Int(b)] == Self.free else { return n }
    inGroup[Int(b)] = groupStamp
    group[n] = b
    return n + 1
  }
}

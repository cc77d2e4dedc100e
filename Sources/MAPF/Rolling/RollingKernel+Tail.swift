// The tick that is new at the end of the window: one step of PIBT (Okumura et al., AIJ 2022) from where
// the plans end. In the turning model an agent only follows another, for one that has to turn first
// cannot make room in one tick.

extension RollingKernel {
  private static let undecided: Int32 = -1

  /// Gives every agent on the map a state at the last tick, heaviest agents first.
  /// - Parameter count: of agents in `order`.
  mutating func extend(_ count: Int) {
    for i in 0..<count { next[Int(order[i])] = Self.undecided }
    for i in 0..<count where role[Int(order[i])] == Self.held { stay(Int(order[i])) }
    for i in 0..<count where next[Int(order[i])] == Self.undecided { decide(Int(order[i])) }
    for i in 0..<count {
      let a = Int(order[i])
      plan(a, window, next[a])
    }
  }

  private func stay(_ a: Int) {
    next[a] = planned(a, window - 1)
    rows[window][cell(next[a])] = Int32(a)
  }

  /// Decides agent `root` and all it pushes. Each level keeps its own tries in five bits of `cursor`.
  private mutating func decide(_ root: Int) {
    var depth = 0
    stack[0] = Int32(root)
    cursor[0] = 0
    while depth >= 0 {
      let a = Int(stack[depth])
      let s = planned(a, window - 1)
      guard let k = best(a, s, besides: cursor[depth]) else {
        stay(a)
        depth -= 1
        continue
      }
      cursor[depth] |= 1 << Int32(k)
      let n = successors[Int(s) * RollingWorkspace.choices + k]
      let v = cell(n)
      if rows[window][v] >= 0 { continue }
      let other = rows[window - 1][v]
      if other >= 0, Int(other) != a {
        if next[Int(other)] != Self.undecided {
          if closes(Int(other), cell(s)) { continue }
        } else if turning {
          // It decides first, for itself; then this one looks again.
          cursor[depth] &= ~(1 << Int32(k))
          if isWaiting(Int(other), depth) {
            cursor[depth] |= 1 << Int32(k)
            continue
          }
          depth += 1
          stack[depth] = other
          cursor[depth] = 0
          continue
        }
      }
      rows[window][v] = Int32(a)
      next[a] = n
      if other >= 0, Int(other) != a, next[Int(other)] == Self.undecided {
        depth += 1
        stack[depth] = other
        cursor[depth] = 0
      } else if turning {
        depth -= 1
      } else {
        return
      }
    }
  }

  private func isWaiting(_ other: Int, _ depth: Int) -> Bool {
    for d in 0...depth where Int(stack[d]) == other { return true }
    return false
  }

  /// Whether decided agent `first` swaps with an agent in cell `u`, or heads a chain that ends there.
  private func closes(_ first: Int, _ u: Int) -> Bool {
    var a = first
    while true {
      let v = cell(next[a])
      if v == u { return true }
      if !refusesRotations || v == cell(planned(a, window - 1)) { return false }
      let ahead = rows[window - 1][v]
      if ahead < 0 || Int(ahead) == first || next[Int(ahead)] == Self.undecided { return false }
      a = Int(ahead)
    }
  }

  /// The best choice of agent `a` from state `s` that is not in the set `tried`.
  private mutating func best(_ a: Int, _ s: Int32, besides tried: Int32) -> Int? {
    let row = successors + Int(s) * RollingWorkspace.choices
    let prices = costs + Int(s) * RollingWorkspace.choices
    let heading = Int(planned(a, 0)) & (headings - 1)
    let hasArrived = spare[a] != 0
    let noise = draw()
    var found: Int?
    var least = Int32.max
    for k in 0..<RollingWorkspace.choices where tried & 1 << Int32(k) == 0 && row[k] >= 0 {
      let n = row[k]
      var value: Int32
      if let table = tables[a], !hasArrived {
        value = (farther(table, n, from: codes[a], heading) + Int32(prices[k])) &<< 6
      } else {
        value = k == 0 ? 0 : 64
      }
      if k != 0, rows[window - 1][cell(n)] >= 0 { value += 32 }
      value += Int32(truncatingIfNeeded: noise &>> UInt64(5 * k)) & 31
      if value < least {
        least = value
        found = k
      }
    }
    return found
  }
}

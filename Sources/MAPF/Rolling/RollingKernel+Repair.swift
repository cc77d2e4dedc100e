// Keeping the plans true: agents that are not where their plans had them, that are held, that come or
// go. Waiting where it stands is a plan every agent can fall back to, whatever the others do.

extension RollingKernel {
  /// Makes the second tick of the window the first one; the last tick is then as the one before.
  func advance(count: Int) {
    for a in 0..<count where role[a] != Self.absent { rows[0][cell(planned(a, 0))] = Self.none }
    let (slot, row) = (slots[0], rows[0])
    for t in 0..<window {
      slots[t] = slots[t + 1]
      rows[t] = rows[t + 1]
    }
    slots[window] = slot
    rows[window] = row
    for a in 0..<count where role[a] != Self.absent {
      let s = planned(a, window - 1)
      plan(a, window, s)
      row[cell(s)] = Int32(a)
    }
  }

  func isWaiting(_ a: Int) -> Bool {
    let s = planned(a, 0)
    for t in 1...window where planned(a, t) != s { return false }
    return true
  }

  /// Enters all plans anew. Agents with `spare` set wait where `next` says they stand; whoever
  /// planned to come there waits, too, and so on.
  func rebuild(count: Int) {
    for t in 0...window { rows[t].update(repeating: Self.none, count: vertexCount) }
    for a in 0..<count where role[a] != Self.absent && spare[a] == 0 { put(a) }
    var head = 0
    var tail = 0
    for a in 0..<count where role[a] != Self.absent && spare[a] != 0 {
      queue[tail] = Int32(a)
      tail += 1
    }
    while head < tail {
      let a = Int(queue[head])
      head += 1
      let s = next[a]
      for t in 0...window {
        plan(a, t, s)
        let other = rows[t][cell(s)]
        if other >= 0, spare[Int(other)] == 0 {
          spare[Int(other)] = 1
          next[Int(other)] = planned(Int(other), 0)
          remove(Int(other))
          queue[tail] = other
          tail += 1
        }
        rows[t][cell(s)] = Int32(a)
      }
    }
  }

  /// Takes agent `a` off the last tick, which `extend` decides anew.
  func clearLastTick(count: Int) {
    for a in 0..<count where role[a] != Self.absent {
      rows[window][cell(planned(a, window))] = Self.none
    }
  }

  /// Sorts the agents on the map by weight, heaviest first, by counting.
  /// - Returns: how many there are.
  func sort(count: Int) -> Int {
    counts.update(repeating: 0, count: RollingWorkspace.sortBuckets)
    for a in 0..<count where role[a] != Self.absent { counts[bucket(a)] += 1 }
    var sum: Int32 = 0
    for b in 0..<RollingWorkspace.sortBuckets {
      let n = counts[b]
      counts[b] = sum
      sum += n
    }
    for a in 0..<count where role[a] != Self.absent {
      let b = bucket(a)
      order[Int(counts[b])] = Int32(a)
      counts[b] += 1
    }
    return Int(sum)
  }

  /// The exponent and three more bits of the weight, upside down.
  private func bucket(_ a: Int) -> Int {
    let bits = Int(Float(weights[a]).bitPattern >> 20) & (RollingWorkspace.sortBuckets - 1)
    return RollingWorkspace.sortBuckets - 1 - bits
  }

  /// Notes which agents come to their goals before the last tick but one.
  func noteArrivals(_ count: Int) {
    for i in 0..<count {
      let a = Int(order[i])
      spare[a] = 0
      guard tables[a] != nil else {
        spare[a] = 1
        continue
      }
      for t in 1..<window where Int32(cell(planned(a, t))) == goals[a] {
        spare[a] = 1
        break
      }
    }
  }
}

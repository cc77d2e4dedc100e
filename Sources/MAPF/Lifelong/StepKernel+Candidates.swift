// What each agent would like to do in a step, and in which order it tries.

extension StepKernel {
  /// Computes what every undecided agent would gain by each of its moves. A separate pass, so
  /// that the table look-ups of many agents overlap.
  mutating func rate() {
    for a in 0..<agentCount where at[a] >= 0 && next[a] == Self.undecided { rate(a) }
  }

  private mutating func rate(_ a: Int) {
    let v = Int(at[a])
    let base = Int(startBase[a]) + v
    let first = Int(moves.start[base])
    let count = Int(moves.start[base + 1]) - first
    let keys = candidates + a * stride
    if let distance = table[a], distance[v] != DistanceTable.unreachable {
      var best = UInt64.max
      var bestIndex = 0
      for k in 0..<count {
        let end = Int(moves.end[first + k])
        let cost = UInt64(moves.cost[first + k] & FlatMoves.costMask)
        let value = UInt64(distance[end]) + cost
        keys[k] = value << 40 | UInt64(k)
        if value < best {
          best = value
          bestIndex = k
        }
      }
      let here = UInt64(distance[v])
      keys[count] = (here == 0 ? 0 : here + 1) << 40 | Self.stayIndex
      cursor[a] = Self.none
      if here > 0, count > 0 {
        demand[Int(moves.end[first + bestIndex])] &+= 1
        cursor[a] = Int32(bestIndex)
      }
    } else {
      // No goal, or none that it can reach: it would wander. It stays unless pushed.
      table[a] = nil
      cursor[a] = Self.none
      for k in 0..<count { keys[k] = 1 << 40 | UInt64(k) }
      keys[count] = Self.stayIndex
    }
    candidateCount[a] = Int32(count + 1)
  }

  /// Takes back what `rate` counted.
  func clearDemand() {
    for a in 0..<agentCount where at[a] >= 0 && candidateCount[a] > 0 {
      let base = Int(startBase[a]) + Int(at[a])
      let first = Int(moves.start[base])
      for k in 0..<Int(moves.start[base + 1]) - first { demand[Int(moves.end[first + k])] = 0 }
    }
  }

  /// Completes the keys of agent `a`'s candidates; looks for an agent to swap with.
  mutating func enter(_ a: Int) {
    let keys = candidates + a * stride
    let count = Int(candidateCount[a])
    let first = Int(moves.start[Int(startBase[a]) + Int(at[a])])
    let wish = Int(cursor[a])
    let isAimless = table[a] == nil
    for k in 0..<count {
      let key = keys[k]
      let index = key & 0xFFFF
      let end = index == Self.stayIndex ? Int(at[a]) : Int(moves.end[first + Int(index)])
      let isTaken = occupant[end] >= 0 && Int(occupant[end]) != a
      let tie = Self.nextTie(&random)
      // Its own wish is not a crowd. Without a goal, pushing on is worse than standing in the way.
      let others = UInt64(min(demand[end] - (k == wish ? 1 : 0), 31)) << 34
      let taken: UInt64 = isTaken ? (isAimless ? 1 << 39 : 1 << 33) : 0
      keys[k] = key | others | taken | tie << 16
    }
    cursor[a] = 0
    pulled[a] = Self.none
    select(a, from: 0)
    if allowsSwap, count > 1, !isAimless { pulled[a] = swapPartner(of: a) }
  }

  /// The tie-break of the next candidate, in 16 bits: a function of what `random` was. Drawn for all
  /// candidates of an agent in their order, when its turn comes.
  static func nextTie(_ random: inout UInt64) -> UInt64 {
    random &+= 0x9E37_79B9_7F4A_7C15
    return ((random ^ (random &>> 31)) &* 0xBF58_476D_1CE4_E5B9) &>> 48
  }

  /// Brings the best of agent `a`'s candidates from the `first` on to the front of them: the worst
  /// when it backs up for another. Most agents take their first: no need to sort the others.
  func select(_ a: Int, from first: Int) {
    let keys = candidates + a * stride
    let flip: UInt64 = pulled[a] >= 0 ? .max : 0
    var best = first
    for k in first + 1..<max(first + 1, Int(candidateCount[a])) {
      best = keys[k] ^ flip < keys[best] ^ flip ? k : best
    }
    let key = keys[first]
    keys[first] = keys[best]
    keys[best] = key
  }

  /// The move of candidate `key` of agent `a`, -1 for staying.
  func move(_ key: UInt64, of a: Int) -> Int32 {
    let index = key & 0xFFFF
    if index == Self.stayIndex { return Self.none }
    return moves.start[Int(startBase[a]) + Int(at[a])] + Int32(index)
  }
}

extension GridKernel {
  /// Begins agent `a`'s turn.
  @inline(__always)
  mutating func enter(_ a: Int) {
    let c = Int(at[a])
    todo[a] = gradients.exits[c] | Self.staying
    pulled[a] = Self.none
    guard near[a] != 0 else { return }
    let first = pick(a)
    let ahead = Steps.neighbour(c, first, jump)
    if allowsSwap, isNarrow[ahead] {
      let partner = swapPartner(of: a, first)
      if partner >= 0 {
        pulled[a] = partner
        todo[a] |= Self.isReversed
        return
      }
    }
    choice[a] = UInt8(truncatingIfNeeded: first)
    todo[a] |= Self.hasChoice
  }

  /// The best candidate not tried yet: 0...3 a direction, 4 staying, -1 none.
  @inline(__always)
  mutating func pick(_ a: Int) -> Int {
    let rest = todo[a]
    if rest & Self.hasChoice != 0 {
      todo[a] = rest & ~Self.hasChoice
      return Int(choice[a])
    }
    let nearer = rest & near[a]
    let farther = rest & ~near[a] & 0xF
    let isReversed = rest & Self.isReversed != 0
    let first = isReversed ? farther : nearer
    let last = isReversed ? nearer : farther
    let set = first != 0 ? first : rest & Self.staying != 0 ? Self.staying : last
    if set == 0 { return -1 }
    if set & (set &- 1) == 0 { return set.trailingZeroBitCount }
    return best(a, set)
  }

  /// What speaks against one of several cells that are equally near, against a chance of up to 255:
  /// that it lies on the further way of the agent that pushes; that one must push an agent there off
  /// its goal, or one under way; each agent that one would stand in the way of.
  private enum Weight {
    static let pushersWay: UInt32 = 1024
    static let resting: UInt32 = 512
    static let underWay: UInt32 = 128
    static let hindered: UInt32 = 256
    /// It is claimed already.
    static let taken: UInt32 = 1 << 20
  }

  /// The best of several directions that are equally near.
  @inline(never)
  private mutating func best(_ a: Int, _ set: UInt8) -> Int {
    let here = Int(at[a])
    let shunned = near[a] & set == 0 ? shun[a] : 0
    var ways = set
    var (bestKey, bestWay) = (UInt32.max, -1)
    var dice = draw()
    while ways != 0 {
      let direction = ways.trailingZeroBitCount
      ways &= ways &- 1
      let target = Steps.neighbour(here, direction, jump)
      var key = UInt32(truncatingIfNeeded: dice & 0xFF)
      dice &>>= 8
      if claimant(target) != Self.none {
        key &+= Weight.taken
      } else {
        key &+= hindrance(target, butNot: here) &* Weight.hindered
        if (shunned &>> UInt8(direction)) & 1 == 1 { key &+= Weight.pushersWay }
        let other = occupant(target)
        if other >= 0 { key &+= near[Int(other)] == 0 ? Weight.resting : Weight.underWay }
      }
      if key < bestKey { (bestKey, bestWay) = (key, direction) }
    }
    return bestWay
  }

  /// How many agents beside `cell` come nearer to their goals by entering it.
  @inline(__always)
  private func hindrance(_ cell: Int, butNot from: Int) -> UInt32 {
    var count: UInt32 = 0
    var ways = gradients.exits[cell]
    while ways != 0 {
      let direction = ways.trailingZeroBitCount
      ways &= ways &- 1
      let beside = Steps.neighbour(cell, direction, jump)
      if beside == from { continue }
      let other = occupant(beside)
      if other < 0 { continue }
      count &+= UInt32(near[Int(other)] &>> UInt8(direction ^ 2)) & 1
    }
    return count
  }

  @inline(__always)
  mutating func draw() -> UInt64 {
    random ^= random &<< 13
    random ^= random &>> 7
    random ^= random &<< 17
    return random
  }
}

// The operations an agent may choose from, best first.

/// The lists of an agent's operations, each made when all of those before have been tried.
enum OperationTier {
  /// Every tick leads nearer to the goal.
  static let straight: Int32 = 0
  /// No move leads away, but there are waits.
  static let patient: Int32 = 1
  /// All others.
  static let roundabout: Int32 = 2
  /// All of them at once, in one order.
  static let every: Int32 = 3
}

/// An operation as it grows in a list.
struct OperationGrowth {
  var code: Int32 = 0
  var tie: Int32 = 0
  var last: Int32 = -1
  var arrived: Int32 = -1
  /// Where the operation belongs as far as it goes, and what is wanted.
  var tier = OperationTier.straight
  var wanted: Int32
  /// Whether the agent has nowhere to go: waiting is straight.
  var rests = false
  /// What a move costs one that has no goal: it stays unless it is pushed.
  var moveTie: Int32 = 0
}

extension OperationKernel {
  typealias Tier = OperationTier
  typealias Growth = OperationGrowth

  static var scale: Int32 { 64 }
  static var waitCode: Int32 { 4 }

  /// How much farther from its goal agent `r` would be on `v` than it is now.
  @inline(__always) func detour(_ r: Int, _ v: Int32, _ heading: Int32) -> Int32 {
    guard let table = tables[r] else { return 0 }
    if byMoves {
      let place = moves.unsafelyUnwrapped.placeOf.map { $0[Int(v)] } ?? v
      return Int32(table[Int(place)]) - Int32(here[r])
    }
    let view = self.view.unsafelyUnwrapped
    return view.difference(
      of: table[Int(view.placeOf[Int(v)])], Int(heading), from: here[r], Int(headingIndex(r)))
  }

  @inline(__always) func headingIndex(_ r: Int) -> Int32 { turning ? heading[r] : 0 }

  /// Makes agent `r`'s first list unless that has been done in this step.
  @inline(__always) func list(_ r: Int) {
    if count[r] < 0 { startList(r) }
  }

  private func startList(_ r: Int) {
    count[r] = 0
    nextTier[r] = listsAtOnce ? Tier.every : Tier.straight
    if listsAtOnce { lengthenList(r) }
    while count[r] == 0, nextTier[r] <= Tier.roundabout { lengthenList(r) }
    if Int(current[r]) == limit { operation(r, limit)[0] = evaluate(r, operation(r, limit)) }
  }

  /// Adds the next list to agent `r`'s operations.
  func lengthenList(_ r: Int) {
    let tier = nextTier[r]
    nextTier[r] = tier + 1
    var found = 0
    let g = growth(r, tier)
    if byMoves {
      extendMoves(r, at[r], 0, 0, g, &found)
    } else if turning {
      extendTurning(r, at[r], heading[r], 0, 0, g, &found)
    } else {
      extend(r, at[r], 0, 0, g, &found)
    }
    let first = Int(count[r])
    let kept = min(found, limit - first)
    heapSort(found, kept)
    let now = operation(r, limit)
    var same = limit
    for i in 0..<kept {
      let from = scratch + (Int(keys[found - 1 - i] & 0xFFFF) + 1) * Self.words
      let to = operation(r, first + i)
      for w in 0..<Self.words { to[w] = from[w] }
      if same == limit {
        var equal = true
        for t in 1...depth where (to + 1)[t] != (now + 1)[t] { equal = false }
        if equal { same = first + i }
      }
    }
    count[r] = Int32(first + kept)
    if Int(current[r]) == limit { current[r] = Int32(same) }
  }

  @inline(__always) func growth(_ r: Int, _ wanted: Int32) -> Growth {
    var g = Growth(wanted: wanted)
    g.rests = goal[r] < 0 || remaining[r] == 0
    g.moveTie = goal[r] < 0 ? Self.scale : 0
    return g
  }

  /// The cost of an operation that ends `rest` farther from the goal than it began.
  @inline(__always) func cost(_ r: Int, _ g: Growth, rest: Int32) -> Int32 {
    let way =
      g.arrived >= 0
      ? tuning.unit * g.arrived - tuning.arrivalBonus - remaining[r]
      : tuning.unit * Int32(depth) + rest
    return way * Self.scale + g.tie
  }

  @inline(__always) func step(_ g: Growth, _ action: Int32, _ t: Int) -> Growth {
    var next = g
    next.code |= action << Int32(3 * (t - 1))
    if action == Self.waitCode {
      if !g.rests { next.tie += tuning.waitTie * Int32(depth - t + 1) }
    } else {
      next.tie += g.moveTie
      if g.last >= 0 {
        let turn = (action - g.last) & 3
        if turn == 2 {
          next.tie += tuning.reverseTie
        } else if turn != 0 {
          next.tie += tuning.turnTie
        }
      }
      next.last = action
    }
    return next
  }

  /// Lengthens the path in `scratch` from `v`, `away` farther from the goal than the start is.
  func extend(_ r: Int, _ v: Int32, _ away: Int32, _ t: Int, _ g: Growth, _ found: inout Int) {
    if t == depth {
      if g.tier == g.wanted || g.wanted == Tier.every { finish(g, cost(r, g, rest: away), &found) }
      return
    }
    let path = scratch + 1
    for action in Int32(0)..<5 {
      let w = action == 4 ? v : neighbour(v, action)
      if w < 0 || (w != v && blocked(w)) { continue }
      var next = step(g, action, t + 1)
      var there = away
      if w != v {
        there = detour(r, w, 0)
        if there >= away || g.arrived >= 0 {
          if g.wanted < Tier.roundabout { continue }
          next.tier = Tier.roundabout
        }
        if g.arrived < 0, w == goal[r] { next.arrived = Int32(t + 1) }
      } else if g.arrived < 0, !g.rests, g.tier == Tier.straight {
        if g.wanted == Tier.straight { continue }
        next.tier = Tier.patient
      }
      path[t + 1] = w
      extend(r, w, there, t + 1, next, &found)
    }
  }

  /// The cell beside `v` on the plain grid, -1: none.
  @inline(__always) func neighbour(_ v: Int32, _ direction: Int32) -> Int32 {
    successors.unsafelyUnwrapped[4 * Int(v) + Int(direction)]
  }

  /// Whether an agent stands on `v` that cannot be moved.
  @inline(__always) func blocked(_ v: Int32) -> Bool {
    guard hasFrozen else { return false }
    let a = row(v)[0]
    return a != OperationWorkspace.noAgent && isFree[Int(a)] <= 0
  }

  @inline(__always) func finish(_ g: Growth, _ cost: Int32, _ found: inout Int) {
    guard found < OperationWorkspace.scratchOperations - 1 else { return }
    let to = scratch + (found + 1) * Self.words
    to[0] = cost
    to[1] = g.code
    for t in 1...depth { (to + 1)[t] = (scratch + 1)[t] }
    if byMoves {
      for t in 1...depth { (to + 4)[t] = (scratch + 4)[t] }
    }
    keys[found] = UInt64(UInt32(bitPattern: cost) ^ 0x8000_0000) << 32 | UInt64(found)
    found += 1
  }

  /// Lengthens the path from `v` by a stay to the end, and by every next move forward.
  func extendTurning(
    _ r: Int, _ v: Int32, _ h: Int32, _ away: Int32, _ t: Int, _ g: Growth, _ found: inout Int
  ) {
    if g.tier <= g.wanted { stay(r, v, h, t, g, &found) }
    let path = scratch + 1
    for bend in Int32(0)..<4 {
      let turned = (h + bend) & 3
      let w = neighbour(v, turned)
      if w < 0 || blocked(w) { continue }
      let needed = Self.turns(bend)
      if t + needed >= depth { continue }
      var base = g
      base.tie += g.moveTie
      let there = detour(r, w, turned)
      if there >= away || g.arrived >= 0 {
        if g.wanted < Tier.roundabout { continue }
        base.tier = Tier.roundabout
      }
      turn(&base, bend, t)
      let isUrgent = base.tier == Tier.straight && g.arrived < 0
      for go in (t + needed)..<depth {
        var next = base
        if isUrgent, go > t + needed {
          if g.wanted == Tier.straight { break }
          next.tier = Tier.patient
        }
        waits(&next, from: t + needed, to: go)
        for tick in stride(from: t + 1, through: go, by: 1) { path[tick] = v }
        path[go + 1] = w
        if next.arrived < 0, w == goal[r] { next.arrived = Int32(go + 1) }
        extendTurning(r, w, turned, there, go + 1, next, &found)
      }
    }
  }

  /// Ends the path with a stay on `v`, looking where it is best.
  @inline(__always) private func stay(
    _ r: Int, _ v: Int32, _ h: Int32, _ t: Int, _ g: Growth, _ found: inout Int
  ) {
    var best = Int32.max
    var bend: Int32 = 0
    for turn in Int32(0)..<4 where Self.turns(turn) <= depth - t {
      let d = g.arrived >= 0 ? 0 : detour(r, v, (h + turn) & 3)
      if d < best {
        best = d
        bend = turn
      }
    }
    var rest = g
    if g.tier == Tier.straight, g.arrived < 0, !g.rests, t + Self.turns(bend) < depth {
      rest.tier = Tier.patient
    }
    guard rest.tier == g.wanted || g.wanted == Tier.every else { return }
    turn(&rest, bend, t)
    for tick in stride(from: t + 1, through: depth, by: 1) { (scratch + 1)[tick] = v }
    waits(&rest, from: t + Self.turns(bend), to: depth)
    finish(rest, cost(r, rest, rest: best), &found)
  }

  /// The quarter turns from a heading to the one `bend` counter-clockwise of it.
  @inline(__always) static func turns(_ bend: Int32) -> Int { bend == 0 ? 0 : bend == 2 ? 2 : 1 }

  @inline(__always) func turn(_ g: inout Growth, _ turn: Int32, _ t: Int) {
    let code: Int32 = turn == 3 ? 2 : 1
    if turn == 0 { return }
    g.code |= code << Int32(3 * t)
    g.tie += tuning.turnTie * Int32(depth - t)
    if turn == 2 {
      g.code |= code << Int32(3 * (t + 1))
      g.tie += tuning.turnTie * Int32(depth - t - 1)
    }
  }

  @inline(__always) func waits(_ g: inout Growth, from: Int, to: Int) {
    let tie = g.rests ? 0 : tuning.waitTie
    for tick in stride(from: from, to: to, by: 1) {
      g.code |= Self.waitCode << Int32(3 * tick)
      g.tie += tie * Int32(depth - tick)
    }
  }

  /// Puts the `kept` smallest of `keys[0..<n]` at the end, smallest last.
  func heapSort(_ n: Int, _ kept: Int) {
    var i = n / 2 - 1
    while i >= 0 {
      sift(i, n)
      i -= 1
    }
    for k in 0..<kept {
      let last = n - 1 - k
      let top = keys[0]
      keys[0] = keys[last]
      keys[last] = top
      sift(0, last)
    }
  }

  @inline(__always) func sift(_ start: Int, _ n: Int) {
    guard start < n else { return }
    var i = start
    let key = keys[i]
    while true {
      var child = 2 * i + 1
      if child >= n { break }
      if child + 1 < n, keys[child + 1] < keys[child] { child += 1 }
      if keys[child] >= key { break }
      keys[i] = keys[child]
      i = child
    }
    keys[i] = key
  }

  /// The cost of the operation in `op`, as the list would have it.
  func evaluate(_ r: Int, _ op: UnsafeMutablePointer<Int32>) -> Int32 {
    if byMoves { return evaluateMoves(r, op) }
    var g = growth(r, Tier.straight)
    var h = heading[r]
    for t in 1...depth {
      let action = (op[1] >> Int32(3 * (t - 1))) & 7
      if turning {
        if action == Self.waitCode {
          if !g.rests { g.tie += tuning.waitTie * Int32(depth - t + 1) }
        } else if action == 0 {
          g.tie += g.moveTie
        } else {
          g.tie += tuning.turnTie * Int32(depth - t + 1)
          h = (h + (action == 1 ? 1 : 3)) & 3
        }
      } else {
        g = step(g, action, t)
      }
      if g.arrived < 0, (op + 1)[t] == goal[r], (op + 1)[t] != (t == 1 ? at[r] : (op + 1)[t - 1]) {
        g.arrived = Int32(t)
      }
    }
    let end = (op + 1)[depth]
    let rest = g.arrived >= 0 ? 0 : detour(r, end, turning ? h : 0)
    return cost(r, g, rest: rest)
  }
}

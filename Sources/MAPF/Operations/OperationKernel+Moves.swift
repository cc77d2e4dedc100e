// Operations over the moves of a `MoveGraph`. A move claims a set of resources, and what may follow
// what is as in `StepKernel`: a cell may be entered in the tick in which its agent leaves it, but only
// to stop there; nobody passes a cell in which another has stood at the beginning of the tick.

/// The tables of a `FlatMoves` that the hot loops read. Valid as long as that lives.
struct MovePointers {
  let vertexCount: Int
  let hasMutexes: Bool
  let start: UnsafePointer<Int32>
  let end: UnsafePointer<Int32>
  let cost: UnsafePointer<Int32>
  let claimStart: UnsafePointer<Int32>
  let claims: UnsafePointer<Int32>
  let mutexStart: UnsafePointer<Int32>
  let mutexes: UnsafePointer<Int32>
  /// Vertex -> its entry in an agent's table; nil: its own number.
  let placeOf: UnsafePointer<Int32>?

  init(_ flat: FlatMoves, placeOf: UnsafePointer<Int32>?) {
    self.placeOf = placeOf
    vertexCount = flat.vertexCount
    hasMutexes = flat.resourceCount > flat.vertexCount
    start = flat.start
    end = flat.end
    cost = flat.cost
    claimStart = flat.claimStart
    claims = flat.claims
    mutexStart = flat.mutexStart
    mutexes = flat.mutexes
  }

  /// What move `m` claims.
  @inline(__always) func claims(of m: Int32) -> UnsafeBufferPointer<Int32> {
    let first = Int(claimStart[Int(m)])
    return UnsafeBufferPointer(
      start: claims + first, count: Int(claimStart[Int(m) + 1]) - first)
  }
}

/// Collects agents in the way, each once.
private struct OthersInTheWay {
  var count = 0
  var others: (Int32, Int32, Int32)

  @inline(__always) mutating func note(_ a: UInt16) {
    let b = Int32(a)
    if a == OperationWorkspace.wall { count = 100 }
    if count > 0, b == others.0 { return }
    if count > 1, b == others.1 { return }
    if count > 2, b == others.2 { return }
    switch count {
    case 0: others.0 = b
    case 1: others.1 = b
    case 2: others.2 = b
    default: break
    }
    count += 1
  }
}

extension OperationKernel {
  /// Only for kernels on move graphs.
  @inline(__always) private var graph: MovePointers { moves.unsafelyUnwrapped }

  /// The move of tick `t` of an operation, -1: it stays.
  @inline(__always) func move(
    _ op: UnsafeMutablePointer<Int32>, _ t: Int
  ) -> Int32 { (op + 4)[t] }

  /// Stays from tick `first` on.
  func stayInPlace(_ op: UnsafeMutablePointer<Int32>, from first: Int) {
    for t in first...OperationWorkspace.longestMoveDepth { (op + 4)[t] = Self.none }
  }

  /// The mutexes to which vertex `v` belongs.
  @inline(__always) func mutexes(of v: Int32) -> UnsafeBufferPointer<Int32> {
    let first = Int(graph.mutexStart[Int(v)])
    return UnsafeBufferPointer(
      start: graph.mutexes + first, count: Int(graph.mutexStart[Int(v) + 1]) - first)
  }

  @inline(__always) func markMutexes(of v: Int32, _ t: Int, _ value: UInt16) {
    for m in mutexes(of: v) { row(m)[t] = value }
  }

  /// Whether agent `a` stands on `v` after tick `t` and does not only pass it then.
  @inline(__always) func rests(_ a: Int, on v: Int32, _ t: Int) -> Bool {
    t == 0 ? at[a] == v : (operation(a, Int(current[a])) + 1)[t] == v
  }

  /// Nobody may enter `v` in this step, unless an agent stands there.
  func markWall(_ v: Int32) {
    guard row(v)[0] == OperationWorkspace.noAgent else { return }
    for t in 0...depth { row(v)[t] = OperationWorkspace.wall }
  }

  func clearWall(_ v: Int32) {
    guard row(v)[0] == OperationWorkspace.wall else { return }
    for t in 0...depth { row(v)[t] = OperationWorkspace.noAgent }
  }

  /// The last tick for which agent `r`'s plan is worth anything. One that cannot be moved now may be
  /// on its way the next tick; a wall may not.
  @inline(__always) private func horizon(_ r: Int) -> Int { isFree[r] == Self.frozen ? 1 : depth }

  /// Enters agent `r`'s current operation as `value`.
  func markMoves(_ r: Int, _ value: UInt16) {
    let op = operation(r, Int(current[r]))
    for t in 1...horizon(r) {
      let m = move(op, t)
      let v = (op + 1)[t]
      if m == Self.none {
        row(v)[t] = value
        markMutexes(of: v, t, value)
      } else if graph.cost[Int(m)] & FlatMoves.claimsMore == 0 {
        row(v)[t] = value
      } else {
        for resource in graph.claims(of: m) { row(resource)[t] = value }
      }
    }
  }

  /// Whether nobody has claimed what the rest of agent `r`'s plan claims.
  func areMovesClear(_ r: Int) -> Bool {
    let op = operation(r, limit)
    let empty = OperationWorkspace.noAgent
    for t in 1...horizon(r) {
      let m = move(op, t)
      if m == Self.none {
        let v = (op + 1)[t]
        if row(v)[t] != empty { return false }
        for x in mutexes(of: v) where row(x)[t] != empty { return false }
      } else {
        for resource in graph.claims(of: m) where row(resource)[t] != empty { return false }
      }
    }
    return true
  }

  func shiftMoves(_ from: UnsafeMutablePointer<Int32>, _ to: UnsafeMutablePointer<Int32>) {
    let end = (from + 1)[depth]
    let longest = OperationWorkspace.longestMoveDepth
    for t in 1...longest {
      (to + 1)[t] = t < depth ? (from + 1)[t + 1] : end
      (to + 4)[t] = t < depth ? (from + 4)[t + 1] : Self.none
    }
  }

  /// Who is in the way of agent `r`'s operation `op`; see `obstacles`.
  func obstaclesOfMoves(
    _ r: Int, _ op: UnsafeMutablePointer<Int32>, _ others: inout Others
  ) -> Int {
    let empty = OperationWorkspace.noAgent
    var finds = OthersInTheWay(others: others)
    var last = at[r]
    // Where every move claims one cell, pushing several only stirs up a crowd.
    var limit = 1
    for t in 1...depth {
      let m = move(op, t)
      let v = (op + 1)[t]
      if m == Self.none {
        if row(v)[t] != empty { finds.note(row(v)[t]) }
        for x in mutexes(of: v) where row(x)[t] != empty { finds.note(row(x)[t]) }
      } else {
        // Who enters the cell that is left must stop there, and must not come from where this goes.
        let follower = row(last)[t]
        if follower != empty,
          !rests(Int(follower), on: last, t) || rests(Int(follower), on: v, t - 1)
        {
          finds.note(follower)
        }
        if graph.hasMutexes {
          for x in mutexes(of: last) where row(x)[t] != empty { finds.note(row(x)[t]) }
        }
        if graph.cost[Int(m)] & FlatMoves.claimsMore == 0 {
          if row(v)[t] != empty { finds.note(row(v)[t]) }
        } else {
          limit = Self.pushLimit
          noteClaims(r, m, t, end: v, &finds)
        }
        last = v
      }
      if finds.count > Self.pushLimit { break }
    }
    others = finds.others
    return finds.count > limit ? Self.pushLimit + 1 : finds.count
  }

  private func noteClaims(_ r: Int, _ m: Int32, _ t: Int, end: Int32, _ finds: inout OthersInTheWay)
  {
    let empty = OperationWorkspace.noAgent
    let wall = OperationWorkspace.wall
    for resource in graph.claims(of: m) {
      let claimant = row(resource)[t]
      if claimant != empty { finds.note(claimant) }
      let before = row(resource)[t - 1]
      if resource == end || before == empty || Int(before) == r || claimant == wall { continue }
      let isThere =
        Int(resource) < graph.vertexCount
        ? rests(Int(before), on: resource, t - 1) : stands(Int(before), in: resource, t - 1)
      if isThere { finds.note(before) }
    }
  }

  /// Whether agent `a` stands in mutex `x` after tick `t`.
  private func stands(_ a: Int, in x: Int32, _ t: Int) -> Bool {
    let v = t == 0 ? at[a] : (operation(a, Int(current[a])) + 1)[t]
    return mutexes(of: v).contains(x)
  }

  /// The first move of agent `r`'s plan, -1: it stays; and where it is after the first tick.
  @inline(__always) func firstMove(_ r: Int) -> Int32 {
    at[r] < 0 ? Self.none : move(operation(r, Int(current[r])), 1)
  }

  @inline(__always) func firstEnd(_ r: Int) -> Int32 { (operation(r, Int(current[r])) + 1)[1] }

  /// Settles agent `r`'s next tick before plans are inherited: nothing else is planned for it.
  func settle(_ r: Int, move m: Int32, end: Int32) {
    let op = operation(r, limit)
    isFree[r] = Self.frozen
    for t in 1...OperationWorkspace.longestMoveDepth { (op + 1)[t] = end }
    stayInPlace(op, from: 1)
    (op + 4)[1] = m
  }

  // MARK: Candidates

  /// Lengthens the path in `scratch` from `v`, `away` farther from the goal than the start is.
  func extendMoves(
    _ r: Int, _ v: Int32, _ away: Int32, _ t: Int, _ g: Growth, _ found: inout Int
  ) {
    if t == depth {
      if g.tier == g.wanted || g.wanted == Tier.every { finish(g, cost(r, g, rest: away), &found) }
      return
    }
    let path = scratch + 1
    let taken = scratch + 4
    let first = graph.start[Int(startBase[r] + v)]
    let end = graph.start[Int(startBase[r] + v) + 1]
    let previous = t == 0 ? Self.none : t == 1 ? at[r] : path[t - 1]
    // Where many ways meet, only the first move of an operation may be any.
    let isNarrow = t > 0 && end - first > 6
    for m in first..<end {
      let w = graph.end[Int(m)]
      if isBarred(w, t) { continue }
      let there = detour(r, w, 0)
      var next = lengthened(g, t + 1, turnsBack: w == previous, stays: false)
      if there >= away || g.arrived >= 0 {
        if g.wanted < Tier.roundabout || isNarrow { continue }
        next.tier = Tier.roundabout
      }
      if g.arrived < 0, w == goal[r] { next.arrived = Int32(t + 1) }
      path[t + 1] = w
      taken[t + 1] = m
      extendMoves(r, w, there, t + 1, next, &found)
    }
    var next = lengthened(g, t + 1, turnsBack: false, stays: true)
    if g.arrived < 0, !g.rests, g.tier == Tier.straight {
      if g.wanted == Tier.straight { return }
      next.tier = Tier.patient
    }
    path[t + 1] = v
    taken[t + 1] = Self.none
    extendMoves(r, v, away, t + 1, next, &found)
  }

  /// Whether an agent that cannot be moved stands on `v` when tick `t + 1` begins.
  @inline(__always) private func isBarred(_ v: Int32, _ t: Int) -> Bool {
    guard hasFrozen else { return false }
    let a = row(v)[0]
    if a == OperationWorkspace.wall { return true }
    guard a != OperationWorkspace.noAgent, isFree[Int(a)] != Self.movable else { return false }
    return (operation(Int(a), Int(current[Int(a)])) + 1)[1] == v
      && (t == 0 || isFree[Int(a)] == Self.fixed)
  }

  /// What an operation comes to with one more tick, but for where it leads.
  @inline(__always) private func lengthened(
    _ g: Growth, _ t: Int, turnsBack: Bool, stays: Bool
  ) -> Growth {
    var next = g
    if !stays { next.tie += g.moveTie }
    if g.rests { return next }
    if stays {
      next.tie += tuning.waitTie * Int32(depth - t + 1)
    } else if turnsBack {
      next.tie += tuning.reverseTie
    }
    return next
  }

  /// The cost of the operation in `op`, as the list would have it.
  func evaluateMoves(_ r: Int, _ op: UnsafeMutablePointer<Int32>) -> Int32 {
    var g = growth(r, Tier.straight)
    var (previous, last) = (Self.none, at[r])
    for t in 1...depth {
      let v = (op + 1)[t]
      g = lengthened(g, t, turnsBack: v == previous, stays: v == last)
      if g.arrived < 0, v == goal[r], v != last { g.arrived = Int32(t) }
      (previous, last) = (last, v)
    }
    return cost(r, g, rest: g.arrived >= 0 ? 0 : detour(r, last, 0))
  }
}

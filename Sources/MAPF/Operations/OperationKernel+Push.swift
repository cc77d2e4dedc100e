// Priority inheritance over operations (EPIBT), and the same chain of pushes under a bound (LNS).
//
// EPIBT pushes one agent with each operation; so does this on the plain grid. On move graphs, where one
// move may claim many cells, an operation pushes up to `pushLimit` agents. They wait on a stack and
// are decided one after the other, all or none.

extension OperationKernel {
  /// Gives all agents operations in their order, until `end` tries have been made.
  mutating func serve(agents n: Int, until end: Int, isOver: (@Sendable () -> Bool)?) {
    for _ in 0..<tuning.basePass {
      stamp &+= 1
      for k in 0..<n {
        if tried >= end { return }
        if k & 63 == 0, let isOver, isOver() { return }
        let r = Int(order[k])
        if visited[r] != stamp {
          let tries = min(tuning.baseChainLimit, end - tried)
          _ = push(r, bounded: false, allowance: 0, limit: tries)
        }
      }
    }
  }

  /// Gives agent `root` an operation by pushing others along.
  ///
  /// Unbounded, agent `root` takes the first operation it can have, pushing agents of lower rank.
  /// Bounded, the weighted costs of all that change may rise by no more than `allowance`.
  /// - Returns: false when there is none; then nothing has changed.
  mutating func push(_ root: Int, bounded: Bool, allowance: Int64, limit tries: Int) -> Bool {
    let minimumRank = rank[root]
    let end = tried &+ tries
    search &+= 1
    list(root)
    var top = 0
    var left = 0
    slack[0] = allowance + excess(root)
    remove(root)
    begin(root, 0)
    while true {
      let a = Int(chain[top])
      var others: Others = (Self.none, Self.none, Self.none)
      let count = findNext(a, top, bounded, minimumRank, end, &others)
      if count >= 0 {
        pushed[top] = Int32(count)
        for k in stride(from: count - 1, through: 0, by: -1) {
          let s = k == 0 ? others.0 : k == 1 ? others.1 : others.2
          remove(Int(s))
          waiting[left] = s
          left += 1
        }
        add(a, Int(cursor[top]) - 1)
        if left == 0 { return true }
        left -= 1
        top += 1
        begin(Int(waiting[left]), top)
        continue
      }
      inChain[a] = 0
      current[a] = before[top]
      if top == 0 {
        add(a, Int(before[0]))
        return false
      }
      waiting[left] = Int32(a)
      left += 1
      top -= 1
      remove(Int(chain[top]))
      for _ in 0..<pushed[top] {
        left -= 1
        add(Int(waiting[left]), Int(current[Int(waiting[left])]))
      }
    }
  }

  /// Finds agent `a`'s next operation that is free but for agents that may be pushed.
  /// - Returns: how many these are; -1: there is no such operation.
  @inline(__always)
  private mutating func findNext(
    _ a: Int, _ top: Int, _ bounded: Bool, _ minimumRank: Int32, _ end: Int, _ others: inout Others
  ) -> Int {
    var n = Int(count[a])
    let w = Int64(weight[a])
    let own = slack[top] + w * Int64(operation(a, 0)[0])
    var i = Int(cursor[top])
    while true {
      while i == n, nextTier[a] <= Tier.roundabout {
        lengthenList(a)
        n = Int(count[a])
      }
      if i == n { return -1 }
      let op = operation(a, i)
      var left = own - w * Int64(op[0])
      if tried >= end || (bounded && left < 0) { return -1 }
      tried += 1
      i += 1
      let found = obstacles(a, op, &others)
      if found > Self.pushLimit { continue }
      if bounded, top == 0, i - 1 == Int(before[0]) { continue }
      if found > 0, !mayPush(others.0, bounded, minimumRank, &left) { continue }
      if found > 1, !mayPush(others.1, bounded, minimumRank, &left) { continue }
      if found > 2, !mayPush(others.2, bounded, minimumRank, &left) { continue }
      if bounded, left < 0 { continue }
      if refusesRotations, closesRing(a, UnsafePointer(op + 1), from: at[a]) { continue }
      cursor[top] = Int32(i)
      slack[top + 1] = left
      return found
    }
  }

  /// Whether agent `other` may be pushed; what it gains at best then is added to `left`.
  @inline(__always)
  private mutating func mayPush(
    _ other: Int32, _ bounded: Bool, _ minimumRank: Int32, _ left: inout Int64
  ) -> Bool {
    let s = Int(other)
    if isFree[s] <= 0 || inChain[s] == search { return false }
    let limit = bounded ? tuning.revisits : tuning.baseRevisits
    if visited[s] == stamp, visits[s] >= limit { return false }
    if !bounded, rank[s] <= minimumRank { return false }
    list(s)
    left += excess(s)
    return true
  }

  /// What agent `r`'s current operation costs beyond its best one, weighted.
  @inline(__always) private func excess(_ r: Int) -> Int64 {
    Int64(weight[r]) * Int64(cost(r) - operation(r, 0)[0])
  }

  @inline(__always) private func begin(_ a: Int, _ top: Int) {
    chain[top] = Int32(a)
    cursor[top] = 0
    before[top] = current[a]
    if visited[a] != stamp {
      visited[a] = stamp
      visits[a] = 0
    }
    visits[a] += 1
    inChain[a] = search
  }
}

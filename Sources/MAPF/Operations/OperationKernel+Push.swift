// Priority inheritance over operations (EPIBT), and the same chain of pushes under a bound (LNS).

extension OperationKernel {
  /// Gives agent `root` an operation by pushing others along, one an operation.
  ///
  /// Unbounded, agent `root` takes the first operation it can have, pushing agents of lower rank.
  /// Bounded, the weighted costs of all that change may rise by no more than `allowance`.
  mutating func push(_ root: Int, bounded: Bool, allowance: Int64, limit tries: Int) -> Bool {
    let minimumRank = rank[root]
    let end = tried &+ tries
    search &+= 1
    list(root)
    var top = 0
    chain[0] = Int32(root)
    cursor[0] = 0
    before[0] = current[root]
    slack[0] = allowance + Int64(weight[root]) * Int64(cost(root))
    remove(root)
    enter(root)
    while true {
      let a = Int(chain[top])
      var n = Int(count[a])
      let w = Int64(weight[a])
      let own = slack[top]
      var i = Int(cursor[top])
      var pushed: Int32 = Self.none
      var placed = false
      while true {
        while i == n, nextTier[a] <= Tier.roundabout {
          lengthenList(a)
          n = Int(count[a])
        }
        if i == n { break }
        let op = operation(a, i)
        let left = own - w * Int64(op[0])
        if tried >= end || (bounded && left < 0) {
          i = n
          break
        }
        tried += 1
        i += 1
        let b = obstacle(UnsafePointer(op + 1), from: at[a])
        if b == Self.several { continue }
        if bounded, top == 0, i - 1 == Int(before[0]) { continue }
        if refusesRotations, closesRing(a, UnsafePointer(op + 1), from: at[a]) { continue }
        if b == Self.none {
          add(a, i - 1)
          placed = true
          break
        }
        let s = Int(b)
        if isFree[s] == 0 || inChain[s] == search { continue }
        if visited[s] == stamp, visits[s] >= (bounded ? tuning.revisits : tuning.baseRevisits) {
          continue
        }
        if bounded {
          list(s)
          slack[top + 1] = left + Int64(weight[s]) * Int64(cost(s))
          if slack[top + 1] < Int64(weight[s]) * Int64(operation(s, 0)[0]) { continue }
        } else {
          if rank[s] <= minimumRank { continue }
          list(s)
        }
        pushed = b
        break
      }
      cursor[top] = Int32(i)
      if placed { return true }
      if pushed >= 0 {
        let s = Int(pushed)
        remove(s)
        add(a, i - 1)
        top += 1
        chain[top] = pushed
        cursor[top] = 0
        before[top] = current[s]
        enter(s)
        continue
      }
      inChain[a] = 0
      if top == 0 {
        add(a, Int(before[0]))
        return false
      }
      top -= 1
      remove(Int(chain[top]))
      add(a, Int(before[top + 1]))
    }
  }

  @inline(__always) func enter(_ a: Int) {
    if visited[a] != stamp {
      visited[a] = stamp
      visits[a] = 0
    }
    visits[a] += 1
    inChain[a] = search
  }
}

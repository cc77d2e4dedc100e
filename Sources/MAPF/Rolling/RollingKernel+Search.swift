// The best plan of one agent in the window, all others' plans given: A* over states and ticks. In the
// manner of cooperative A* with a window (Silver, AIIDE 2005). The plan's value is what it costs to
// the window's end plus what is left from there; an agent that comes to its goal within the window
// owes nothing after that but to keep out of the others' way.

extension RollingKernel {
  /// Plans agent `a`, which must be out of the rows; the plan is left in `path`.
  /// - Returns: what it costs beyond the shortest way, or -1 when that is more than `limit`.
  mutating func search(_ a: Int, limit: Int32) -> Int32 {
    stamp &+= 1
    let start = planned(a, 0)
    let table = tables[a]
    let here = codes[a]
    let startHeading = Int(start) & (headings - 1)
    let goal = table == nil ? Self.none : goals[a]
    let column = columns[cell(start)] - Int32(window)
    let line = lines[cell(start)] - Int32(window)
    let highest = min(Int(limit), bucketCount - 1)
    guard highest >= 0 else { return Self.none }
    let first = place(start, column, line)
    nodes[first] = RollingNode(stamp: stamp, cost: 0, parent: Self.none, state: start)
    entries[0] = Int32(first)
    entries[1] = Self.none
    heads[0] = 0
    var entryCount = 1
    var lowest = 0
    var touched = 0
    var found = Self.none
    search: while lowest <= touched {
      let entry = heads[lowest]
      if entry < 0 {
        lowest += 1
        continue
      }
      heads[lowest] = entries[2 * Int(entry) + 1]
      let index = Int(entries[2 * Int(entry)])
      let node = nodes[index]
      let s = node.state
      let t = index / nearby
      // A node that was reached again at less cost has been expanded there.
      let left = table == nil ? 0 : farther(table.unsafelyUnwrapped, s, from: here, startHeading)
      if Int(node.cost + left) != lowest { continue }
      expanded += 1
      let u = cell(s)
      if Int32(u) == goal && t > 0 {
        guard finish(s, t, column, line) else { continue }
        trace(index, t)
        found = Int32(lowest)
        break search
      }
      if t == window {
        trace(index, t)
        found = Int32(lowest)
        break search
      }
      let row = successors + Int(s) * RollingWorkspace.choices
      let prices = costs + Int(s) * RollingWorkspace.choices
      let turn = turning ? 0 : Int(draw() &>> 62)
      for i in 0..<RollingWorkspace.choices {
        let k = i == 0 || turning ? i : 1 + (i + turn) & 3
        let n = row[k]
        if n < 0 { continue }
        let v = cell(n)
        let cost = node.cost + (table == nil && k == 0 ? 0 : Int32(prices[k]))
        let target = (t + 1) * nearby + place(n, column, line)
        if nodes[target].stamp == stamp && nodes[target].cost <= cost { continue }
        if !isFree(u, v, t) { continue }
        let ahead =
          table == nil ? 0 : farther(table.unsafelyUnwrapped, n, from: here, startHeading)
        let bucket = Int(cost + ahead)
        if bucket > highest || entryCount == entryLimit { continue }
        nodes[target] = RollingNode(stamp: stamp, cost: cost, parent: Int32(index), state: n)
        entries[2 * entryCount] = Int32(target)
        entries[2 * entryCount + 1] = heads[bucket]
        heads[bucket] = Int32(entryCount)
        entryCount += 1
        touched = max(touched, bucket)
      }
    }
    for b in 0...touched { heads[b] = Self.none }
    return found
  }

  @inline(__always) private func place(_ s: Int32, _ column: Int32, _ line: Int32) -> Int {
    let v = cell(s)
    let near = (lines[v] - line) * side + columns[v] - column
    return Int(near) * headings + Int(s) & (headings - 1)
  }

  @inline(__always) private func trace(_ index: Int, _ last: Int) {
    var i = Int32(index)
    var t = last
    while t >= 0 {
      path[t] = nodes[Int(i)].state
      i = nodes[Int(i)].parent
      t -= 1
    }
  }

  /// Leads on from state `s` at tick `t` to the end of the window, waiting where it can.
  private func finish(_ s: Int32, _ from: Int, _ column: Int32, _ line: Int32) -> Bool {
    var t = from
    path[t] = s
    tries[t] = 0
    while t < window {
      let here = path[t]
      let row = successors + Int(here) * RollingWorkspace.choices
      var moved = false
      while tries[t] < Int32(RollingWorkspace.choices) {
        let n = row[Int(tries[t])]
        tries[t] += 1
        if n < 0 { continue }
        let target = (t + 1) * nearby + place(n, column, line)
        if deadEnds[target] == stamp || !isFree(cell(here), cell(n), t) { continue }
        deadEnds[target] = stamp
        t += 1
        path[t] = n
        tries[t] = 0
        moved = true
        break
      }
      if !moved {
        if t == from { return false }
        t -= 1
      }
    }
    return true
  }
}

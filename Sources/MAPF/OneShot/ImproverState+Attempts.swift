/// Planning agents anew round all others.
extension ImproverState {
  /// Enters a path of agent `a` into the tables.
  mutating func enter(_ a: Int, _ path: UnsafePointer<Int32>, last: Int) {
    steps += last
    table.add(a, path, last: last)
    if sweeps { planes.add(path, last: last) }
  }

  private func withdraw(_ path: UnsafePointer<Int32>, last: Int) {
    table.remove(path, last: last)
    if sweeps { planes.remove(path, last: last) }
  }

  /// The cheapest path of agent `a` round all that are entered.
  private mutating func replan(
    _ a: Int, bound: Int, _ path: UnsafeMutablePointer<Int32>
  ) -> (last: Int, cost: Int)? {
    let (start, goal) = (instance.starts[a], instance.goals[a])
    if sweeps { return sweep.run(from: start, to: goal, bound: bound, path: path) }
    let row = distanceRow(a)
    return search.run(from: start, to: goal, distance: row, bound: bound, path: path)
  }

  /// Plans the agents of `group` anew in their order; keeps that when it is not worse.
  /// - Returns: by how much the sum of loss fell.
  mutating func replanGroup() -> Int {
    planned.removeAll(keepingCapacity: true)
    var left = 0
    var leastLeft = 0
    for a in group { takeOut(Int(a), &left, &leastLeft) }
    for (i, a) in group.enumerated() {
      leastLeft -= Int(least[Int(a)])
      let path = candidates + i * horizon
      guard let found = replan(Int(a), bound: left - leastLeft, path) else { break }
      left -= found.cost
      planned.append(found)
      enter(Int(a), path, last: found.last)
    }
    return finish(gain: left)
  }

  /// Plans the agent in `group` anew and cheaper, through another if need be, then that one, and so
  /// on; keeps it all when the sum is not worse.
  /// - Returns: by how much the sum of loss fell.
  mutating func replanChain(limit: Int) -> Int {
    planned.removeAll(keepingCapacity: true)
    var left = 0
    var leastLeft = 0
    takeOut(Int(group[0]), &left, &leastLeft)
    var i = 0
    while i < group.count {
      let a = Int(group[i])
      leastLeft -= Int(least[a])
      let path = candidates + i * horizon
      let bound = left - leastLeft - (i == 0 ? 1 : 0)
      var found = replan(a, bound: bound, path)
      if found == nil, sweeps, group.count < limit {
        found = soft.run(
          from: instance.starts[a], to: instance.goals[a], bound: bound, path: path)
        if found != nil { takeOutMet(&left, &leastLeft) }
      }
      guard let found else { break }
      left -= found.cost
      planned.append(found)
      enter(a, path, last: found.last)
      if sweeps { placed.add(path, last: found.last) }
      i += 1
    }
    if sweeps {
      for i in planned.indices { placed.remove(candidates + i * horizon, last: planned[i].last) }
    }
    return finish(gain: left)
  }

  private mutating func takeOut(_ a: Int, _ left: inout Int, _ leastLeft: inout Int) {
    withdraw(paths + a * horizon, last: Int(last[a]))
    left += Int(loss[a])
    leastLeft += Int(least[a])
  }

  private mutating func takeOutMet(_ left: inout Int, _ leastLeft: inout Int) {
    for other in [soft.met.0, soft.met.1] where other >= 0 && !isInGroup[Int(other)] {
      join(Int(other))
      takeOut(Int(other), &left, &leastLeft)
    }
  }

  /// Keeps the paths found when all of the group have one, puts the old ones back otherwise.
  private mutating func finish(gain: Int) -> Int {
    guard planned.count == group.count else {
      for i in planned.indices { withdraw(candidates + i * horizon, last: planned[i].last) }
      for a in group { enter(Int(a), paths + Int(a) * horizon, last: Int(last[Int(a)])) }
      return 0
    }
    for (i, a) in group.enumerated() {
      let found = planned[i]
      last[Int(a)] = Int32(found.last)
      loss[Int(a)] = Int32(found.cost)
      (paths + Int(a) * horizon).update(from: candidates + i * horizon, count: found.last + 1)
    }
    return gain
  }
}

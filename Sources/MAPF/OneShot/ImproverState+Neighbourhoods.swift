import Determinism

/// Which agents are planned anew together.
extension ImproverState {
  enum Kind: CaseIterable {
    case single, blockers4, blockers8, blockers16, place8, place16, random8, random24, chain8
  }

  mutating func attempt(_ kind: Kind, using rng: inout SeededGenerator) -> Int {
    for a in group { isInGroup[Int(a)] = false }
    group.removeAll(keepingCapacity: true)
    switch kind {
    case .single: join(delayed(using: &rng))
    case .blockers4: gatherBlockers(4, using: &rng)
    case .blockers8: gatherBlockers(8, using: &rng)
    case .blockers16: gatherBlockers(16, using: &rng)
    case .place8: gatherAround(8, using: &rng)
    case .place16: gatherAround(16, using: &rng)
    case .random8: gatherAny(8, using: &rng)
    case .random24: gatherAny(24, using: &rng)
    case .chain8:
      join(delayed(using: &rng))
      return replanChain(limit: 8)
    }
    rng.shuffle(&group)
    return replanGroup()
  }

  /// Adds an agent to the group.
  mutating func join(_ a: Int) {
    guard !isInGroup[a] else { return }
    isInGroup[a] = true
    group.append(Int32(a))
  }

  /// The more delayed of two agents: a stronger leaning towards the worst starves the others.
  private func delayed(using rng: inout SeededGenerator) -> Int {
    let (a, b) = (rng.next(below: agentCount), rng.next(below: agentCount))
    return loss[a] - least[a] >= loss[b] - least[b] ? a : b
  }

  /// A delayed agent and those it meets when it walks straight towards its goal from some time on,
  /// then those whom one of them meets, and so on.
  private mutating func gatherBlockers(_ size: Int, using rng: inout SeededGenerator) {
    join(delayed(using: &rng))
    var tries = 0
    while group.count < min(size, agentCount), tries < 4 * size {
      tries += 1
      let a = Int(group[tries == 1 ? 0 : rng.next(below: group.count)])
      walk(a, size, using: &rng)
    }
  }

  private mutating func walk(_ a: Int, _ size: Int, using rng: inout SeededGenerator) {
    guard last[a] > 0 else { return }
    let row = distanceRow(a)
    var time = rng.next(below: Int(last[a]))
    var v = vertex(a, time)
    while time + 1 < horizon - 1, group.count < size {
      var next = v
      let first = rng.next(below: 4)
      for k in 0..<4 {
        let u = neighbours[4 * Int(v) + (first + k) & 3]
        if u >= 0, row[Int(u)] < row[Int(v)] {
          next = u
          break
        }
      }
      guard next != v else { return }
      let holder = table.holder(next, time + 1)
      if holder >= 0 { join(Int(holder)) }
      let other = table.holder(next, time)
      if other >= 0, other == table.holder(v, time + 1), group.count < size { join(Int(other)) }
      v = next
      time += 1
    }
  }

  /// Agents that pass one place at about one time.
  private mutating func gatherAround(_ size: Int, using rng: inout SeededGenerator) {
    let a = delayed(using: &rng)
    join(a)
    guard last[a] > 0 else { return }
    let time = rng.next(below: Int(last[a]))
    var v = vertex(a, time)
    var tries = 0
    while group.count < min(size, agentCount), tries < 20 * size {
      tries += 1
      let u = neighbours[4 * Int(v) + rng.next(below: 4)]
      if u >= 0 { v = u }
      let t = max(0, min(horizon - 1, time + rng.next(below: 17) - 8))
      let holder = table.holder(v, t)
      if holder >= 0 { join(Int(holder)) }
    }
  }

  private mutating func gatherAny(_ size: Int, using rng: inout SeededGenerator) {
    while group.count < min(size, agentCount) { join(rng.next(below: agentCount)) }
  }
}

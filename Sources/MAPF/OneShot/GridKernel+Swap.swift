// Swaps in corridors, after LaCAM2 (Okumura, "Improving LaCAM for Scalable Eventually Optimal
// Multi-Agent Pathfinding", IJCAI 2023), `is_swap_required` and `is_swap_possible`: two agents that
// must pass each other where there is no room back up together, the one in front pulling the other.

extension GridKernel {
  /// The agent that `a`, whose first choice is `direction`, should pull backwards to let it pass
  /// later; -1 when none.
  func swapPartner(of a: Int, _ direction: Int) -> Int32 {
    let here = Int(at[a])
    let ahead = Steps.neighbour(here, direction, jump)
    let other = occupant(ahead)
    if other >= 0, next[Int(other)] < 0,
      isRequired(pusher: a, puller: Int(other), from: here, direction),
      isPossible(from: ahead, direction ^ 2)
    {
      return other
    }
    var ways = gradients.exits[here] & ~(1 &<< UInt8(direction))
    while ways != 0 {
      let side = ways.trailingZeroBitCount
      ways &= ways &- 1
      let third = occupant(Steps.neighbour(here, side, jump))
      guard third >= 0 else { continue }
      if isRequired(pusher: Int(third), puller: a, from: here, direction),
        isPossible(from: ahead, direction ^ 2)
      {
        return third
      }
    }
    return Self.none
  }

  /// Moves the agent that `a` pulls into the cell that `a` leaves by its first choice.
  mutating func pull(behind a: Int) {
    let other = Int(pulled[a])
    let cell = at[a]
    guard next[a] != cell, next[other] < 0, claimant(Int(cell)) == Self.none else { return }
    // Only the first candidate, away from the goal, makes room.
    let untried = (todo[a] & (Self.staying | 0xF)).nonzeroBitCount
    guard untried == gradients.exits[Int(cell)].nonzeroBitCount else { return }
    _ = force(other, cell)
  }

  /// The ways on from `cell` other than back in direction `back`: not into a dead end whose agent
  /// rests on its goal. At most two are counted.
  private func waysOn(_ cell: Int, butNot back: Int) -> (count: Int, last: Int) {
    var ways = gradients.exits[cell] & ~(1 &<< UInt8(back))
    var (count, last) = (0, -1)
    while ways != 0 {
      let direction = ways.trailingZeroBitCount
      ways &= ways &- 1
      let beside = Steps.neighbour(cell, direction, jump)
      let exits = gradients.exits[beside]
      if exits & (exits &- 1) == 0 {
        let other = occupant(beside)
        if other >= 0, Int(goal[Int(other)]) == beside { continue }
      }
      count += 1
      last = direction
    }
    return (count, last)
  }

  /// Whether `pusher`, driving on from `from`, would push `puller`, first on the cell ahead, ever
  /// further without passing it, and each wants to be where the other comes from.
  private func isRequired(pusher: Int, puller: Int, from: Int, _ direction: Int) -> Bool {
    var (behind, way) = (from, direction)
    var ahead = Steps.neighbour(behind, way, jump)
    var goesOn = nearer(pusher, Int32(behind)) &>> UInt8(way) & 1 == 1
    while goesOn {
      let on = waysOn(ahead, butNot: way ^ 2)
      if on.count >= 2 { return false }
      if on.count == 0 { break }
      behind = ahead
      way = on.last
      ahead = Steps.neighbour(behind, way, jump)
      goesOn = nearer(pusher, Int32(behind)) &>> UInt8(way) & 1 == 1
    }
    return nearer(puller, Int32(ahead)) &>> UInt8(way ^ 2) & 1 == 1
      && (Int(goal[pusher]) == behind || goesOn)
  }

  /// Whether going from `start` in `direction` and on leads to a place to pass.
  private func isPossible(from start: Int, _ direction: Int) -> Bool {
    var way = direction
    var cell = Steps.neighbour(start, way, jump)
    while cell != start {
      let on = waysOn(cell, butNot: way ^ 2)
      if on.count >= 2 { return true }
      if on.count == 0 { return false }
      way = on.last
      cell = Steps.neighbour(cell, way, jump)
    }
    return false
  }
}

// Swaps in corridors, after LaCAM2 (Okumura, "Improving LaCAM for Scalable Eventually Optimal
// Multi-Agent Pathfinding", IJCAI 2023), `is_swap_required` and `is_swap_possible`: two agents that
// must pass each other on a way without a place to pass back up to one together, the one in front
// pulling the other. Here neighbours are the ends of moves, frozen agents count as blocked cells,
// and the pull is a move like any other: free claims, no rotation.

extension StepKernel {
  /// The agent that `a` should pull backwards to let it pass later, -1 when none.
  func swapPartner(of a: Int) -> Int32 {
    let best = move(candidates[a * stride], of: a)
    if best == Self.none { return Self.none }
    let here = Int(at[a])
    let ahead = Int(moves.end[Int(best)])
    // Nearly always: a place to pass is right there.
    if placesToPass(ahead, butNot: here, class: a).count >= 2 { return Self.none }
    let other = occupant[ahead]
    if other >= 0, next[Int(other)] == Self.undecided, table[Int(other)] != nil,
      isRequired(pusher: a, puller: Int(other), from: here, to: ahead),
      isPossible(pusherAt: ahead, pullerAt: here, class: a)
    {
      return other
    }
    let base = Int(startBase[a]) + here
    for m in Int(moves.start[base])..<Int(moves.start[base + 1]) {
      let beside = Int(moves.end[m])
      let third = occupant[beside]
      // It may be decided already: above all when it is the one that pushes this agent.
      guard third >= 0, beside != ahead, table[Int(third)] != nil else { continue }
      if isRequired(pusher: Int(third), puller: a, from: here, to: ahead),
        isPossible(pusherAt: ahead, pullerAt: here, class: a)
      {
        return third
      }
    }
    return Self.none
  }

  /// Moves the agent that `a` pulls into the cell `a` leaves by its first choice.
  mutating func pull(behind a: Int) {
    let other = Int(pulled[a])
    guard other >= 0, cursor[a] == 1, nextMove[a] >= 0, next[other] == Self.undecided else {
      return
    }
    let end = Int(at[a])
    let base = Int(startBase[other]) + Int(at[other])
    for m in moves.start[base]..<moves.start[base + 1] where Int(moves.end[Int(m)]) == end {
      guard isFree(m, end: end, for: other), !leads(from: a, to: other) else { return }
      reserve(other, m, end: end)
      return
    }
  }

  /// The cells to which an agent on `v` could step aside from one that comes from `w`: not `w`, no
  /// frozen agent's, no dead end whose agent rests on its goal. Counts to two at most.
  private func placesToPass(_ v: Int, butNot w: Int, class a: Int) -> (count: Int, last: Int) {
    let base = Int(startBase[a]) + v
    var count = 0
    var last = -1
    for m in Int(moves.start[base])..<Int(moves.start[base + 1]) {
      let u = Int(moves.end[m])
      if u == w || reserved[u] == Self.wall { continue }
      let other = Int(occupant[u])
      if other >= 0 {
        if next[other] == at[other] && candidateCount[other] == 0 { continue }
        let exits = Int(startBase[a]) + u
        if moves.start[exits + 1] - moves.start[exits] == 1, Int(goal[other]) == u { continue }
      }
      count += 1
      last = u
      if count == 2 { return (2, last) }
    }
    return (count, last)
  }

  /// Whether `pusher`, driving on from `from`, would push `puller`, first on `to`, ever further
  /// without passing it, and each wants to be where the other comes from.
  private func isRequired(pusher: Int, puller: Int, from: Int, to: Int) -> Bool {
    guard let pusherDistance = table[pusher], let pullerDistance = table[puller] else {
      return false
    }
    var (behind, ahead) = (from, to)
    while pusherDistance[ahead] < pusherDistance[behind] {
      let places = placesToPass(ahead, butNot: behind, class: pusher)
      if places.count >= 2 { return false }
      if places.count == 0 { break }
      behind = ahead
      ahead = places.last
    }
    return pullerDistance[behind] < pullerDistance[ahead]
      && (pusherDistance[behind] == 0 || pusherDistance[ahead] < pusherDistance[behind])
  }

  /// Whether going back from `pullerAt` leads to a place to pass.
  private func isPossible(pusherAt: Int, pullerAt: Int, class a: Int) -> Bool {
    var (behind, ahead) = (pusherAt, pullerAt)
    var steps = 0
    while ahead != pusherAt, steps < moves.vertexCount, joins(behind, ahead, class: a) {
      steps += 1
      let places = placesToPass(ahead, butNot: behind, class: a)
      if places.count >= 2 { return true }
      if places.count == 0 { return false }
      behind = ahead
      ahead = places.last
    }
    return false
  }

  /// Whether a move leads from `v` to `w`: nobody is pulled down a one-way lane.
  private func joins(_ v: Int, _ w: Int, class a: Int) -> Bool {
    let base = Int(startBase[a]) + v
    for m in Int(moves.start[base])..<Int(moves.start[base + 1]) where Int(moves.end[m]) == w {
      return true
    }
    return false
  }
}

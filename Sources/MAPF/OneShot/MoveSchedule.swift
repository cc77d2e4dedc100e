// Lets a plan's moves go as early as they can: what is kept is the order in which agents visit each
// cell, a temporal plan graph (Hönig et al., "Multi-Agent Path Finding with Kinematic Constraints",
// ICAPS 2016). Before that, ways out of a cell and back into it are left out where nobody else came
// there meanwhile (the smoothing of de Wilde, ter Mors, Witteveen, "Push and Rotate", JAIR 2014).
// Where we differ: the moves of one step may follow one another and turn in cycles.

/// The moves of a plan in the order of its steps.
struct MoveSchedule {
  struct Move {
    var agent: Int32
    var from: Int32
    var to: Int32
  }

  private let start: [Int32]
  private let goals: [Int32]
  private let cellCount: Int
  private var moves: [Move] = []
  /// The first move of each step, and the end.
  private var stepStart: [Int] = [0]

  init(start: [Int32], goals: [Int32], cellCount: Int) {
    self.start = start
    self.goals = goals
    self.cellCount = cellCount
  }

  /// Adds a step from one configuration to the next.
  mutating func add(from row: UnsafePointer<Int32>, to next: UnsafePointer<Int32>) {
    for a in start.indices where row[a] != next[a] {
      moves.append(Move(agent: Int32(a), from: row[a], to: next[a]))
    }
    stepStart.append(moves.count)
  }

  /// Adds a step in which one agent moves.
  mutating func add(_ move: Move) {
    moves.append(move)
    stepStart.append(moves.count)
  }

  /// The configurations of the shortened plan, one after the other, the start first.
  /// - Complexity: O(moves + steps * agents)
  mutating func rows() -> [Int32] {
    for _ in 0..<8 where !dropReturns() { break }
    let arrivals = arrivals()
    let length = Int(arrivals.max() ?? 0)
    // Counting sort of the moves by time.
    var first = [Int32](repeating: 0, count: length + 2)
    for time in arrivals { first[Int(time) + 1] += 1 }
    for time in 1..<first.count { first[time] += first[time - 1] }
    var sorted = [Int32](repeating: 0, count: moves.count)
    var fill = first
    for (i, time) in arrivals.enumerated() {
      sorted[Int(fill[Int(time)])] = Int32(i)
      fill[Int(time)] += 1
    }
    var row = start
    var rows = start
    rows.reserveCapacity((length + 1) * start.count)
    for time in 1..<max(1, length + 1) {
      for i in first[time]..<first[time + 1] {
        let move = moves[Int(sorted[Int(i)])]
        row[Int(move.agent)] = move.to
      }
      rows += row
    }
    return rows
  }

  /// When each move ends: all as early as the order allows; then those that do not lead to a goal as
  /// late, and those that do not leave one as early again, so that agents are away for short.
  private func arrivals() -> [Int32] {
    var times = [Int32](repeating: 0, count: moves.count)
    var leaving = [Int32](repeating: -1, count: cellCount)
    bringForward(&times, &leaving, keepingDepartures: false)
    putOff(&times, &leaving)
    bringForward(&times, &leaving, keepingDepartures: true)
    return times
  }

  private func bringForward(
    _ times: inout [Int32], _ leaving: inout [Int32], keepingDepartures: Bool
  ) {
    var freeAt = [Int32](repeating: 0, count: cellCount)
    var readyAt = [Int32](repeating: 0, count: start.count)
    for step in 0..<stepStart.count - 1 {
      chains(of: step, leaving: &leaving) { chain, turns in
        var together: Int32 = 0
        for m in chain.reversed() {
          let move = moves[m]
          if !keepingDepartures || move.from != goals[Int(move.agent)] {
            times[m] = max(readyAt[Int(move.agent)] + 1, freeAt[Int(move.to)])
          }
          together = max(together, times[m])
          if !turns { (readyAt[Int(move.agent)], freeAt[Int(move.from)]) = (times[m], times[m]) }
        }
        guard turns else { return }
        for m in chain {
          times[m] = together
          (readyAt[Int(moves[m].agent)], freeAt[Int(moves[m].from)]) = (together, together)
        }
      }
    }
  }

  private func putOff(_ times: inout [Int32], _ leaving: inout [Int32]) {
    // Cell -> when it is next entered; agent -> when it next arrives.
    var entered = [Int32](repeating: .max, count: cellCount)
    var arrives = [Int32](repeating: .max, count: start.count)
    for step in stride(from: stepStart.count - 2, through: 0, by: -1) {
      chains(of: step, leaving: &leaving) { chain, turns in
        var together = Int32.max
        for m in chain {
          let move = moves[m]
          if move.to != goals[Int(move.agent)] {
            times[m] = min(arrives[Int(move.agent)] - 1, entered[Int(move.from)])
          }
          together = min(together, times[m])
          if !turns { (arrives[Int(move.agent)], entered[Int(move.to)]) = (times[m], times[m]) }
        }
        guard turns else { return }
        for m in chain {
          times[m] = together
          (arrives[Int(moves[m].agent)], entered[Int(moves[m].to)]) = (together, together)
        }
      }
    }
  }

  /// The moves of `step` that follow one another, each list from the last to the one that leads; or
  /// those that turn in a cycle.
  /// - Parameter leaving: scratch by cell, -1 before and after.
  @inline(__always)
  private func chains(
    of step: Int, leaving: inout [Int32], _ visit: (_ chain: [Int], _ turns: Bool) -> Void
  ) {
    let range = stepStart[step]..<stepStart[step + 1]
    for i in range { leaving[Int(moves[i].from)] = Int32(i) }
    // Heads of chains first: moves that nobody of this step follows.
    var isFollowed = [Bool](repeating: false, count: range.count)
    for i in range {
      let leader = leaving[Int(moves[i].to)]
      if leader >= 0 { isFollowed[Int(leader) - range.lowerBound] = true }
    }
    var isDone = [Bool](repeating: false, count: range.count)
    var chain: [Int] = []
    for isCycle in [false, true] {
      for i in range where !isDone[i - range.lowerBound] {
        if !isCycle, isFollowed[i - range.lowerBound] { continue }
        chain.removeAll(keepingCapacity: true)
        var next = i
        while next >= 0, !isDone[next - range.lowerBound] {
          chain.append(next)
          isDone[next - range.lowerBound] = true
          next = Int(leaving[Int(moves[next].to)])
        }
        visit(chain, isCycle)
      }
    }
    for i in range { leaving[Int(moves[i].from)] = -1 }
  }

  /// Whether an agent's moves back from `move` to the visit `seen` did not lead to its goal.
  private func canDrop(back move: Int32, to seen: Int32, _ moveBefore: [Int32]) -> Bool {
    var m = move
    while m != seen {
      if moves[Int(m)].to == goals[Int(moves[Int(m)].agent)] { return false }
      m = moveBefore[Int(m)]
    }
    return true
  }

  /// Leaves out moves between two visits of an agent to a cell that nobody else visits in between.
  /// - Returns: whether there were any.
  private mutating func dropReturns() -> Bool {
    // A visit is the move it began with, `~agent` at the start, `nobody` before the first.
    let nobody = Int32.min
    var visit = [Int32](repeating: nobody, count: cellCount)
    for (a, cell) in start.enumerated() { visit[Int(cell)] = ~Int32(a) }
    // Move -> the visit to its cell before, and the agent's visit before.
    var visitBefore = [Int32](repeating: nobody, count: moves.count)
    var moveBefore = [Int32](repeating: nobody, count: moves.count)
    var last = start.indices.map { ~Int32($0) }
    var isDropped = [Bool](repeating: false, count: moves.count)
    var dropped = 0
    for (i, move) in moves.enumerated() {
      let (a, cell) = (Int(move.agent), Int(move.to))
      var seen = visit[cell]
      while seen >= 0, isDropped[Int(seen)] { seen = visitBefore[Int(seen)] }
      let visitor = seen >= 0 ? moves[Int(seen)].agent : seen == nobody ? -1 : ~seen
      guard visitor == move.agent, canDrop(back: last[a], to: seen, moveBefore) else {
        visitBefore[i] = seen
        moveBefore[i] = last[a]
        visit[cell] = Int32(i)
        last[a] = Int32(i)
        continue
      }
      // Back where it was: this move and those since go.
      isDropped[i] = true
      dropped += 1
      while last[a] != seen {
        let m = Int(last[a])
        isDropped[m] = true
        dropped += 1
        last[a] = moveBefore[m]
      }
      visit[cell] = seen
    }
    guard dropped > 0 else { return false }
    var kept = 0
    for step in 0..<stepStart.count - 1 {
      let range = stepStart[step]..<stepStart[step + 1]
      stepStart[step] = kept
      for i in range where !isDropped[i] {
        moves[kept] = moves[i]
        kept += 1
      }
    }
    stepStart[stepStart.count - 1] = kept
    moves.removeLast(moves.count - kept)
    return true
  }
}

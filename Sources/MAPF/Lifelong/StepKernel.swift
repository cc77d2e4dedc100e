// One step of PIBT: Okumura, Machida, Defago, Tamura, "Priority Inheritance with Backtracking for
// Iterative Multi-agent Path Finding" (AIJ 2022). Where we differ:
// - agents take the moves of a `MoveGraph`; a move's whole claim set is reserved;
// - a move is refused when the chain of followers it joins leads back to its own start: that bars
//   swaps and, unless allowed, rotations, which vehicles that leave before the next enters cannot
//   start (rotations let through deadlock fleets for ever);
// - equal moves are ordered by how many others want the cell, then by whether it is taken
//   (after Okumura, Nagai, "Lightweight and Effective Preference Construction in PIBT", 2025);
// - the recursion is an explicit stack.

/// The working memory of one step, as plain pointers into a `StepWorkspace`.
///
/// Between steps `occupant`, `reserved`, `holder` are -1 and `demand` is 0 throughout.
struct StepKernel {
  static let none: Int32 = -1
  /// An agent that has not been decided yet, in `next`.
  static let undecided: Int32 = -1

  /// The claimant of a cell that nobody may enter, in `reserved`.
  static let wall = Int32.max

  let moves: FlatMoves
  let refusesRotations: Bool
  /// Candidates per agent: the most moves from a vertex, and staying.
  let stride: Int

  // By agent.
  let at: UnsafeMutablePointer<Int32>
  let goal: UnsafeMutablePointer<Int32>
  /// The first entry of the agent's class in `moves.start`.
  let startBase: UnsafeMutablePointer<Int32>
  /// Where the agent will be after the step.
  let next: UnsafeMutablePointer<Int32>
  /// The move that leads there, numbered through all graphs; -1: stays.
  let nextMove: UnsafeMutablePointer<Int32>
  /// The distances to the agent's goal; nil: it has none, or cannot reach it.
  let table: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  /// The agent to be pulled behind when this one swaps places with it.
  let pulled: UnsafeMutablePointer<Int32>
  let candidateCount: UnsafeMutablePointer<Int32>
  /// The next candidate to try; before an agent's turn its best candidate, -1: none.
  let cursor: UnsafeMutablePointer<Int32>
  /// `stride` keys per agent, those before the cursor in their order; the low 16 bits give the move.
  let candidates: UnsafeMutablePointer<UInt64>
  let stack: UnsafeMutablePointer<Int32>

  // By vertex or resource.
  /// Vertex -> the agent whose planned end it is.
  let occupant: UnsafeMutablePointer<Int32>
  /// Resource -> the agent that claims it in this step.
  let reserved: UnsafeMutablePointer<Int32>
  /// Mutex -> an agent that stands in it before the step.
  let holder: UnsafeMutablePointer<Int32>
  /// Vertex -> how many agents' best move ends there.
  let demand: UnsafeMutablePointer<UInt16>

  var agentCount = 0
  var random: UInt64 = 0
  /// Candidates tried: the step's work.
  var tried = 0
  var allowsSwap = true

  /// The low bits of a key: index of the move from its vertex, `stayIndex` for staying.
  static let stayIndex: UInt64 = 0xFFFF

  // MARK: Before and after a step

  /// Places agent `a`. An agent that does not move this step is decided at once.
  mutating func place(_ a: Int, at v: Int32, graph: Int32, goal g: Int32, moves isFree: Bool) {
    at[a] = v
    goal[a] = g
    startBase[a] = moves.rows[Int(graph)]
    next[a] = Self.undecided
    nextMove[a] = Self.none
    pulled[a] = Self.none
    table[a] = nil
    candidateCount[a] = 0
    let other = occupant[Int(v)]
    if other == Self.none { occupant[Int(v)] = Int32(a) }
    for m in Int(moves.mutexStart[Int(v)])..<Int(moves.mutexStart[Int(v) + 1]) {
      holder[Int(moves.mutexes[m]) - moves.vertexCount] = Int32(a)
    }
    if other != Self.none {
      // Two agents in one cell (one was put there by hand): neither moves, nobody enters.
      stay(Int(other))
      stay(a)
    } else if !isFree {
      stay(a)
    }
  }

  /// Leaves agent `a` out of the step.
  func leaveOut(_ a: Int) {
    at[a] = Self.none
    next[a] = Self.none
    nextMove[a] = Self.none
    table[a] = nil
  }

  /// Resets everything by vertex that the placed agents and their moves have set.
  func clear() {
    for a in 0..<agentCount where at[a] >= 0 {
      occupant[Int(at[a])] = Self.none
      reserved[Int(at[a])] = Self.none
      let v = Int(at[a])
      for m in Int(moves.mutexStart[v])..<Int(moves.mutexStart[v + 1]) {
        holder[Int(moves.mutexes[m]) - moves.vertexCount] = Self.none
      }
      if nextMove[a] >= 0 {
        let m = Int(nextMove[a])
        for c in Int(moves.claimStart[m])..<Int(moves.claimStart[m + 1]) {
          reserved[Int(moves.claims[c])] = Self.none
        }
      }
    }
  }

  // MARK: Decisions

  /// Decides undecided agent `a` for move `m` (-1: stay) whatever it would prefer.
  /// - Returns: false when that contradicts what has been decided; then nothing has changed.
  func force(_ a: Int, _ m: Int32) -> Bool {
    guard next[a] == Self.undecided else { return next[a] == at[a] && m == Self.none }
    if m == Self.none {
      guard reserved[Int(at[a])] == Self.none else { return false }
      stay(a)
      return true
    }
    let end = Int(moves.end[Int(m)])
    guard isFree(m, end: end, for: a) else { return false }
    let other = occupant[end]
    if other >= 0, next[Int(other)] != Self.undecided, leads(from: Int(other), to: a) {
      return false
    }
    reserve(a, m, end: end)
    return true
  }

  /// What the next step of an agent's turn came to.
  private enum Turn {
    case settled
    case failed
    /// Waits for the agent it pushes.
    case pushes(Int32)
  }

  /// Decides agent `root` and all it pushes.
  /// - Returns: false when it must stay although another has claimed its cell (only possible
  ///   after moves forced by a search).
  mutating func decide(_ root: Int) -> Bool {
    var depth = 0
    stack[0] = Int32(root)
    enter(root)
    while true {
      let a = Int(stack[depth])
      switch takeTurn(a) {
      case .pushes(let pushed):
        depth += 1
        stack[depth] = pushed
        enter(Int(pushed))
      case .settled:
        while depth >= 0 {
          pull(behind: Int(stack[depth]))
          depth -= 1
        }
        return true
      case .failed:
        let claimant = reserved[Int(at[a])]
        stay(a)
        if depth == 0 { return claimant == Self.none || Int(claimant) == a }
        depth -= 1
        release(Int(stack[depth]))
      }
    }
  }

  /// Tries agent `a`'s remaining candidates up to the first that holds or pushes.
  private mutating func takeTurn(_ a: Int) -> Turn {
    while cursor[a] < candidateCount[a] {
      if cursor[a] > 0 || pulled[a] >= 0 { select(a, from: Int(cursor[a])) }
      let key = candidates[a * stride + Int(cursor[a])]
      cursor[a] += 1
      tried += 1
      let m = move(key, of: a)
      if m == Self.none {
        if reserved[Int(at[a])] != Self.none { continue }
        stay(a)
        return .settled
      }
      let end = Int(moves.end[Int(m)])
      guard isFree(m, end: end, for: a) else { continue }
      let other = occupant[end]
      if other >= 0, next[Int(other)] != Self.undecided, leads(from: Int(other), to: a) { continue }
      reserve(a, m, end: end)
      if other >= 0, next[Int(other)] == Self.undecided { return .pushes(other) }
      return .settled
    }
    return .failed
  }

  /// Whether nobody has claimed what move `m` claims, and nobody rests on its way.
  func isFree(_ m: Int32, end: Int, for a: Int) -> Bool {
    if reserved[end] != Self.none { return false }
    if moves.cost[Int(m)] & FlatMoves.claimsMore == 0 { return true }
    for c in Int(moves.claimStart[Int(m)])..<Int(moves.claimStart[Int(m) + 1]) {
      let resource = Int(moves.claims[c])
      if reserved[resource] != Self.none { return false }
      if resource >= moves.vertexCount {
        let by = holder[resource - moves.vertexCount]
        if by != Self.none, Int(by) != a { return false }
      } else if resource != end, occupant[resource] != Self.none {
        return false
      }
    }
    return true
  }

  /// Whether the chain of decided agents from `first`, each entering the cell the next one leaves,
  /// reaches `a`. Where rotations are allowed only the first link counts (a swap).
  func leads(from first: Int, to a: Int) -> Bool {
    var x = first
    while true {
      let w = next[x]
      if w == Self.undecided || w == at[x] { return false }
      let y = occupant[Int(w)]
      if y == Self.none { return false }
      if Int(y) == a { return true }
      if !refusesRotations { return false }
      x = Int(y)
    }
  }

  func stay(_ a: Int) {
    next[a] = at[a]
    nextMove[a] = Self.none
    reserved[Int(at[a])] = Int32(a)
  }

  func reserve(_ a: Int, _ m: Int32, end: Int) {
    next[a] = Int32(end)
    nextMove[a] = m
    reserved[end] = Int32(a)
    if moves.cost[Int(m)] & FlatMoves.claimsMore == 0 { return }
    for c in Int(moves.claimStart[Int(m)])..<Int(moves.claimStart[Int(m) + 1]) {
      reserved[Int(moves.claims[c])] = Int32(a)
    }
  }

  /// Takes back agent `a`'s move; what another has taken over since stays.
  private func release(_ a: Int) {
    let m = Int(nextMove[a])
    for c in Int(moves.claimStart[m])..<Int(moves.claimStart[m + 1]) {
      let resource = Int(moves.claims[c])
      if Int(reserved[resource]) == a { reserved[resource] = Self.none }
    }
    next[a] = Self.undecided
    nextMove[a] = Self.none
  }
}

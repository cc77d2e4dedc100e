// One step of PIBT on the plain four-neighbour grid: Okumura, Machida, Defago, Tamura, "Priority
// Inheritance with Backtracking for Iterative Multi-agent Path Finding" (AIJ 2022). Where we differ:
// - what an agent prefers comes from one bit a cell (`BitTables`), once per move, not from tables;
// - among equals an agent takes the cell from which it need not push anybody, least of all off a goal,
//   and where it stands in nobody's way (hindrance; Okumura, Nagai, "Lightweight and Effective
//   Preference Construction in PIBT", 2025), then by chance;
// - an agent that is pushed steps aside rather than ahead of the one that pushes it;
// - agents that rest on their goals are not looked at until somebody pushes them;
// - the recursion is an explicit stack, and candidates are chosen when their turn comes.

/// The working memory of one step, as plain pointers into a `GridWorkspace`.
///
/// Between steps `next` is undecided throughout and no cell is reserved.
struct GridKernel {
  static let none: Int32 = -1
  /// An agent not decided yet, in `next`.
  static let undecided: Int32 = -1
  /// In `todo`: staying; the first choice is already made, in `choice`; farthest first.
  static let staying: UInt8 = 0x10
  static let hasChoice: UInt8 = 0x20
  static let isReversed: UInt8 = 0x80

  let agentCount: Int
  let gradients: BitGradients
  let jump: Int
  let refusesRotations: Bool

  // By agent.
  let at: UnsafeMutablePointer<Int32>
  let goal: UnsafeMutablePointer<Int32>
  let next: UnsafeMutablePointer<Int32>
  /// The directions in which the goal is nearer; 0 on the goal.
  let near: UnsafeMutablePointer<UInt8>
  /// The candidates not tried yet: a bit a direction, and the flags above.
  let todo: UnsafeMutablePointer<UInt8>
  let choice: UnsafeMutablePointer<UInt8>
  /// The directions in which the agent that pushes this one will want to go on; 0 when none does.
  let shun: UnsafeMutablePointer<UInt8>
  /// The agent pulled behind when this one makes room for it to pass.
  let pulled: UnsafeMutablePointer<Int32>
  let stack: UnsafeMutablePointer<Int32>
  /// The agents decided in this step, in that order.
  let decided: UnsafeMutablePointer<Int32>
  /// The agents not on their goals, by priority.
  let active: UnsafeMutablePointer<Int32>

  /// `2 * cell` -> the agent there; `2 * cell + 1` -> the agent that will be there.
  let field: UnsafeMutablePointer<Int32>
  /// Cell -> whether agents that meet there may have no room to pass.
  let isNarrow: UnsafePointer<Bool>

  /// The bits of `LanePatterns` while agents follow lanes; then "nearer" is said of the ways there.
  var lanes: UnsafePointer<UInt8>?
  var laneStride = 0

  var decidedCount = 0
  var activeCount = 0
  var random: UInt64 = 0
  /// Candidates tried.
  var tried = 0
  var allowsSwap = true
  /// XOR of the marks of all agents' places.
  var hash: UInt64 = 0

  @inline(__always)
  func occupant(_ cell: Int) -> Int32 { field[2 &* cell] }
  @inline(__always)
  func claimant(_ cell: Int) -> Int32 { field[2 &* cell &+ 1] }
  @inline(__always)
  func nearer(_ a: Int, _ cell: Int32) -> UInt8 {
    if let lanes { return lanes[a &* laneStride &+ Int(cell)] }
    return gradients.nearer(cell, index: a, goal: goal[a])
  }

  // MARK: Decisions

  /// Decides all active agents, and whom they push, in the order of priority.
  /// - Returns: false when an agent must stay although another has claimed its cell (only possible
  ///   after forced moves).
  mutating func decideAll() -> Bool {
    let forcedCount = decidedCount
    var i = 0
    while i < activeCount {
      let a = Int(active[i])
      i &+= 1
      if next[a] == Self.undecided, !decide(a) { return false }
    }
    // Forced moves push nobody: who rests on a cell they claim has not been asked yet.
    for i in 0..<forcedCount {
      let other = occupant(Int(next[Int(decided[i])]))
      if other >= 0, next[Int(other)] == Self.undecided, !decide(Int(other)) { return false }
    }
    return true
  }

  /// Decides undecided agent `a` for the cell `target`, its own or a neighbour.
  /// - Returns: false when that contradicts what has been decided; then nothing has changed.
  mutating func force(_ a: Int, _ target: Int32) -> Bool {
    guard next[a] == Self.undecided else { return next[a] == target }
    guard claimant(Int(target)) == Self.none else { return false }
    if target != at[a] {
      let other = occupant(Int(target))
      if other >= 0, closes(from: Int(other), to: a) { return false }
    }
    reserve(a, target)
    return true
  }

  /// Decides agent `root` and all it pushes.
  mutating func decide(_ root: Int) -> Bool {
    var depth = 0
    stack[0] = Int32(truncatingIfNeeded: root)
    shun[root] = 0
    enter(root)
    while true {
      let a = Int(stack[depth])
      let pushed = takeTurn(a)
      if pushed >= 0 {
        depth &+= 1
        stack[depth] = pushed
        shun[Int(pushed)] = nearer(a, at[Int(pushed)])
        enter(Int(pushed))
      } else if pushed == Self.settled {
        while depth >= 0 {
          let b = Int(stack[depth])
          if pulled[b] >= 0 { pull(behind: b) }
          depth &-= 1
        }
        return true
      } else {
        let cell = Int(at[a])
        let claimant = claimant(cell)
        reserve(a, Int32(truncatingIfNeeded: cell))
        if depth == 0 { return claimant == Self.none || Int(claimant) == a }
        depth &-= 1
        release(Int(stack[depth]))
      }
    }
  }

  /// The answers of `takeTurn` beside an agent that is pushed.
  private static let settled: Int32 = -1
  private static let failed: Int32 = -2

  /// Tries agent `a`'s remaining candidates up to the first that holds or pushes.
  private mutating func takeTurn(_ a: Int) -> Int32 {
    let here = at[a]
    while true {
      let direction = pick(a)
      if direction < 0 { return Self.failed }
      todo[a] &= ~(1 &<< UInt8(truncatingIfNeeded: direction))
      tried &+= 1
      if direction == 4 {
        if claimant(Int(here)) != Self.none { continue }
        reserve(a, here)
        return Self.settled
      }
      let target = Steps.neighbour(Int(here), direction, jump)
      if claimant(target) != Self.none { continue }
      let other = occupant(target)
      if other >= 0, closes(from: Int(other), to: a) { continue }
      reserve(a, Int32(truncatingIfNeeded: target))
      if other >= 0, next[Int(other)] == Self.undecided { return other }
      return Self.settled
    }
  }

  /// Whether the chain of decided agents from `first`, each entering the cell the next one leaves,
  /// reaches `a`. Where rotations are allowed only the first link counts (a swap).
  @inline(__always)
  private func closes(from first: Int, to a: Int) -> Bool {
    if !refusesRotations { return next[first] == at[a] }
    var x = first
    while true {
      let w = next[x]
      if w == Self.undecided || w == at[x] { return false }
      if w == at[a] { return true }
      let y = occupant(Int(w))
      if y < 0 { return false }
      x = Int(y)
    }
  }

  @inline(__always)
  mutating func reserve(_ a: Int, _ cell: Int32) {
    if next[a] == Self.undecided {
      decided[decidedCount] = Int32(truncatingIfNeeded: a)
      decidedCount &+= 1
    }
    next[a] = cell
    field[2 &* Int(cell) &+ 1] = Int32(truncatingIfNeeded: a)
  }

  /// Takes back agent `a`'s move; the one it pushed has claimed the cell by staying.
  @inline(__always)
  private mutating func release(_ a: Int) {
    let cell = Int(next[a])
    if Int(claimant(cell)) == a { field[2 &* cell &+ 1] = Self.none }
    // `a` stays in `decided`: it will take another candidate or stay.
    next[a] = Self.retracted
  }

  /// In `next`: not decided, but already in `decided`.
  static let retracted: Int32 = -2
}

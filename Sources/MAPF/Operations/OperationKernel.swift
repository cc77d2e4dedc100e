/// What operations are made of: a constant of the compiled kernel.
protocol OperationGround {
  /// Moves of a `MoveGraph` with their claims; else steps on the plain grid.
  static var byMoves: Bool { get }
}

enum PlainGrid: OperationGround {
  @inline(__always) static var byMoves: Bool { false }
}

enum MoveGround: OperationGround {
  @inline(__always) static var byMoves: Bool { true }
}

/// One step of planning by operations, on raw buffers.
///
/// Reservations are rows of eight agent numbers a cell: entry 0 is who stands there now, entry `t`
/// who will after `t` ticks. An exchange of two cells shows in the same two rows, so that there is
/// no table of edges. On move graphs a row stands for a resource, and entry `t` is who claims it in
/// tick `t`, whether to stop there or to pass (see `OperationKernel+Moves`).
struct OperationKernel<Ground: OperationGround> {
  typealias Others = (Int32, Int32, Int32)

  static var none: Int32 { -1 }
  static var several: Int32 { -2 }
  /// The most agents that one operation may push: on the plain grid one, as in EPIBT.
  static var pushLimit: Int { Ground.byMoves ? 3 : 1 }
  static var words: Int { OperationWorkspace.words }
  // Whether an agent can be moved: yes; not in this tick; nor in those after it. On the plain grid the
  // last two are one.
  static var movable: Int32 { 1 }
  static var frozen: Int32 { 0 }
  static var fixed: Int32 { -1 }

  let depth: Int
  let turning: Bool
  let refusesRotations: Bool
  let limit: Int
  /// Of the plain grid; nil on move graphs.
  let successors: UnsafePointer<Int32>?
  let rows: UnsafeMutablePointer<UInt16>
  let operations: UnsafeMutablePointer<Int32>
  let tables: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  let scratch: UnsafeMutablePointer<Int32>
  let keys: UnsafeMutablePointer<UInt64>
  // By agent
  let at: UnsafeMutablePointer<Int32>
  let heading: UnsafeMutablePointer<Int32>
  let goal: UnsafeMutablePointer<Int32>
  let current: UnsafeMutablePointer<Int32>
  let count: UnsafeMutablePointer<Int32>
  /// The list to make next.
  let nextTier: UnsafeMutablePointer<Int32>
  let weight: UnsafeMutablePointer<Int32>
  let rank: UnsafeMutablePointer<Int32>
  let order: UnsafeMutablePointer<Int32>
  /// `movable`, `frozen` or `fixed`.
  let isFree: UnsafeMutablePointer<Int32>
  /// Where the plan has put the agent, and looking where.
  let expected: UnsafeMutablePointer<Int32>
  let expectedHeading: UnsafeMutablePointer<Int32>
  let work: UnsafeMutablePointer<Int32>
  /// The way that is left, by the guidance; kept up by the planner.
  let remaining: UnsafeMutablePointer<Int32>
  /// The shortest way that has been left so far, and the steps since then.
  let best: UnsafeMutablePointer<Int32>
  let sinceBest: UnsafeMutablePointer<Int32>
  /// The code of where the agent stands in its table; on move graphs the distance from there.
  let here: UnsafeMutablePointer<UInt16>
  /// The first entry of the agent's class in `moves.start`; move graphs only.
  let startBase: UnsafeMutablePointer<Int32>
  /// Who goes first: the least.
  let urgency: UnsafeMutablePointer<Int32>
  /// How the tables of the plain grid are read; nil on move graphs.
  let view: GuidedView?
  /// Nil on the plain grid.
  let moves: MovePointers?
  // By place in the chain of pushes
  let chain: UnsafeMutablePointer<Int32>
  let cursor: UnsafeMutablePointer<Int32>
  let before: UnsafeMutablePointer<Int32>
  let slack: UnsafeMutablePointer<Int64>
  /// How many agents the operation under trial there has pushed.
  let pushed: UnsafeMutablePointer<Int32>
  /// Pushed, and not in the chain yet; the last one is next.
  let waiting: UnsafeMutablePointer<Int32>
  // Marks
  let inChain: UnsafeMutablePointer<UInt32>
  let visited: UnsafeMutablePointer<UInt32>
  let visits: UnsafeMutablePointer<UInt32>

  /// Whether an agent on the map cannot be moved.
  var hasFrozen = false
  /// Whether lists are made whole: better where it is dense, slower where it is not.
  var listsAtOnce = false
  var tuning = OperationTuning()
  var tried = 0
  var stamp: UInt32 = 0
  var search: UInt32 = 0
  var improvements = 0
  var gain: Int64 = 0

  private init(
    _ w: OperationWorkspace, view: GuidedView?, moves: MovePointers?, depth: Int, turning: Bool,
    refusesRotations: Bool
  ) {
    self.depth = depth
    self.turning = turning
    self.refusesRotations = refusesRotations
    self.view = view
    self.moves = moves
    limit = w.candidateLimit
    successors = UnsafePointer(w.successors.baseAddress)
    rows = w.rows
    operations = w.operations
    tables = w.tables
    scratch = w.scratch
    keys = w.keys
    let n = w.capacity
    at = w.agents
    heading = w.agents + n
    goal = w.agents + 2 * n
    current = w.agents + 3 * n
    count = w.agents + 4 * n
    weight = w.agents + 5 * n
    rank = w.agents + 6 * n
    order = w.agents + 7 * n
    isFree = w.agents + 8 * n
    expected = w.agents + 9 * n
    work = w.agents + 10 * n
    remaining = w.agents + 14 * n
    expectedHeading = w.agents + 15 * n
    nextTier = w.agents + 16 * n
    sinceBest = w.agents + 17 * n
    best = w.agents + 18 * n
    startBase = w.agents + 19 * n
    urgency = w.agents + 20 * n
    here = w.codes
    chain = w.agents + 11 * n
    cursor = w.agents + 12 * n
    before = w.agents + 13 * n
    pushed = w.agents + 21 * n
    waiting = w.agents + 22 * n
    slack = w.budgets
    inChain = w.stamps
    visited = w.stamps + n
    visits = w.stamps + 2 * n
  }

  @inline(__always) var byMoves: Bool { Ground.byMoves }

  @inline(__always) func operation(_ r: Int, _ i: Int) -> UnsafeMutablePointer<Int32> {
    operations + (r * (limit + 1) + i) * Self.words
  }

  @inline(__always) func row(_ v: Int32) -> UnsafeMutablePointer<UInt16> { rows + 8 * Int(v) }

  /// Enters agent `r`'s operation `i` into the reservations and makes it its current one.
  @inline(__always) func add(_ r: Int, _ i: Int) {
    current[r] = Int32(i)
    mark(r, UInt16(truncatingIfNeeded: r))
  }

  @inline(__always) func remove(_ r: Int) { mark(r, OperationWorkspace.noAgent) }

  @inline(__always) private func mark(_ r: Int, _ value: UInt16) {
    if byMoves { return markMoves(r, value) }
    let cells = operation(r, Int(current[r])) + 1
    for t in 1...depth { row(cells[t])[t] = value }
  }

  /// Who is in the way of agent `r`'s operation `op`, into `others`, the first `pushLimit` of them.
  /// - Returns: how many these are; more than `pushLimit`: too many.
  @inline(__always) func obstacles(
    _ r: Int, _ op: UnsafeMutablePointer<Int32>, _ others: inout Others
  ) -> Int {
    if byMoves { return obstaclesOfMoves(r, op, &others) }
    let other = obstacle(UnsafePointer(op + 1), from: at[r])
    if other == Self.none { return 0 }
    if other == Self.several { return Self.pushLimit + 1 }
    others.0 = other
    return 1
  }

  /// Who is in the way of `cells[1...depth]` starting at `from`: `none`, one agent, or `several`.
  @inline(__always) func obstacle(_ cells: UnsafePointer<Int32>, from: Int32) -> Int32 {
    let empty = OperationWorkspace.noAgent
    var found = empty
    var last = row(from)
    for t in 1...depth {
      let here = row(cells[t])
      let a = here[t]
      if a != empty {
        if found == empty { found = a } else if found != a { return Self.several }
      }
      let b = here[t - 1]
      if b != empty, b == last[t], here != last {
        if found == empty { found = b } else if found != b { return Self.several }
      }
      last = here
    }
    return found == empty ? Self.none : Int32(found)
  }

  @inline(__always) func cost(_ r: Int) -> Int32 { operation(r, Int(current[r]))[0] }

  /// Whether agent `r`, moving along `cells`, would close a ring of agents that all move at once.
  func closesRing(_ r: Int, _ cells: UnsafePointer<Int32>, from: Int32) -> Bool {
    let empty = OperationWorkspace.noAgent
    var here = from
    for t in 1...depth {
      let start = here
      here = cells[t]
      // Somebody must enter the cell that is left.
      if here == start || row(start)[t] == empty { continue }
      var v = here
      while v != start {
        let a = row(v)[t - 1]
        if a == empty || Int(a) == r || (byMoves && !rests(Int(a), on: v, t - 1)) { break }
        let next = cell(Int(a), t)
        if next == v || next < 0 { break }
        v = next
      }
      if v == start { return true }
    }
    return false
  }

  /// Where agent `a` is after tick `t` by its current operation; -1: it is being moved.
  @inline(__always) func cell(_ a: Int, _ t: Int) -> Int32 {
    let v = (operation(a, Int(current[a])) + 1)[t]
    return Int(row(v)[t]) == a ? v : -1
  }
}

extension OperationKernel where Ground == PlainGrid {
  init(
    _ w: OperationWorkspace, view: GuidedView, depth: Int, turning: Bool, refusesRotations: Bool
  ) {
    self.init(
      w, view: view, moves: nil, depth: depth, turning: turning, refusesRotations: refusesRotations)
  }
}

extension OperationKernel where Ground == MoveGround {
  init(
    _ w: OperationWorkspace, moves: FlatMoves, depth: Int, placeOf: UnsafePointer<Int32>? = nil
  ) {
    self.init(
      w, view: nil, moves: MovePointers(moves, placeOf: placeOf), depth: depth, turning: false,
      refusesRotations: true)
  }
}

/// What may be varied; the figures are of the random map (see docs/planner.md).
public struct OperationTuning: Sendable {
  /// Shares of a unit of cost that an early wait, a turning back and a turn count.
  public var waitTie: Int32 = 4
  public var reverseTie: Int32 = 3
  public var turnTie: Int32 = 1
  /// What reaching the goal is worth beyond the way.
  public var arrivalBonus: Int32 = 1
  /// What a tick costs, in the guidance's measure.
  public var unit: Int32 = 1
  /// The rise of the weighted costs that an improvement may bring along, on average.
  public var theta: Double = 20
  /// Operations tried in one chain of pushes at most: for an improvement, and in the first pass.
  public var chainLimit = 10_000
  public var baseChainLimit = 20_000
  /// How often an agent may be moved in one chain; 0: as the model needs.
  public var revisits: UInt32 = 0
  public var baseRevisits: UInt32 = 10
  /// How many agents are drawn for the one to improve that has most to gain.
  public var tournament = 4
  /// Weights fall with this power of the rank.
  public var weightPower = 1
  /// First passes a step.
  public var basePass = 1
  /// Steps without progress after which an agent's rank begins to rise, and how fast.
  public var patience: Int32 = 100
  public var impatience: Int32 = 1
  public init() {}
}

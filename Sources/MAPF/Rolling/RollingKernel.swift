/// One step of a `RollingHorizonPlanner` on raw buffers: all agents' plans for the ticks of the
/// window, and who is where at each tick.
///
/// Plans never collide: a plan is taken out, changed, and put back only where it is free.
struct RollingKernel {
  static let none: Int32 = -1
  /// An agent that is not on the map, that is held, that may be moved; in `role`.
  static let absent: Int32 = 0
  static let held: Int32 = 1
  static let free: Int32 = 2

  let window: Int
  let headings: Int
  let headingBits: Int32
  let turning: Bool
  let refusesRotations: Bool
  let vertexCount: Int
  let nearby: Int
  let side: Int32
  let bucketCount: Int
  let entryLimit: Int
  let view: GuidedView

  let successors: UnsafeMutablePointer<Int32>
  let costs: UnsafeMutablePointer<UInt8>
  let columns: UnsafeMutablePointer<Int32>
  let lines: UnsafeMutablePointer<Int32>
  let nodes: UnsafeMutablePointer<RollingNode>
  let deadEnds: UnsafeMutablePointer<UInt32>
  let entries: UnsafeMutablePointer<Int32>
  let heads: UnsafeMutablePointer<Int32>
  let plans: UnsafeMutablePointer<Int32>
  let rows: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  let slots: UnsafeMutablePointer<Int>
  // By agent.
  let weights: UnsafeMutablePointer<Double>
  let tables: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  /// As `tables`, for goals that cannot be reached, too.
  let followedTables: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  /// The table's code of where the agent stands.
  let codes: UnsafeMutablePointer<UInt16>
  let goals: UnsafeMutablePointer<Int32>
  let role: UnsafeMutablePointer<Int32>
  /// What the plan costs beyond the shortest way.
  let excess: UnsafeMutablePointer<Int32>
  /// The way that is left.
  let remaining: UnsafeMutablePointer<Int32>
  /// Steps on the present goal.
  let age: UnsafeMutablePointer<Int32>
  let followed: UnsafeMutablePointer<Int32>
  /// The state of the last step.
  let stood: UnsafeMutablePointer<Int32>
  /// Agents by weight, heaviest first.
  let order: UnsafeMutablePointer<Int32>
  let late: UnsafeMutablePointer<Int32>
  let next: UnsafeMutablePointer<Int32>
  let stack: UnsafeMutablePointer<Int32>
  let cursor: UnsafeMutablePointer<Int32>
  let inGroup: UnsafeMutablePointer<Int32>
  let queue: UnsafeMutablePointer<Int32>
  /// 1 when the plan comes to the goal before the window's last tick but one; scratch before that.
  let spare: UnsafeMutablePointer<Int32>
  // Scratch of one search or neighbourhood.
  let path: UnsafeMutablePointer<Int32>
  let kept: UnsafeMutablePointer<Int32>
  let keptExcess: UnsafeMutablePointer<Int32>
  let group: UnsafeMutablePointer<Int32>
  let tries: UnsafeMutablePointer<Int32>
  let counts: UnsafeMutablePointer<Int32>

  var stamp: UInt32 = 0
  var groupStamp: Int32 = 0
  var random: UInt64 = 0
  /// Nodes expanded: the work.
  var expanded = 0
  var attempts = 0
  var improvements = 0

  init(_ w: RollingWorkspace, view: GuidedView, refusesRotations: Bool) {
    window = w.window
    headings = w.headings
    headingBits = w.turning ? 2 : 0
    turning = w.turning
    self.refusesRotations = refusesRotations
    vertexCount = w.vertexCount
    nearby = w.nearby
    side = Int32(2 * w.window + 1)
    bucketCount = w.bucketCount
    entryLimit = w.entryLimit
    self.view = view
    successors = w.successors
    costs = w.costs
    columns = w.columns
    lines = w.lines
    nodes = w.nodes
    deadEnds = w.deadEnds
    entries = w.entries
    heads = w.heads
    plans = w.plans
    rows = w.rows
    slots = w.slots
    weights = w.weights
    tables = w.tables
    followedTables = w.tables + w.capacity
    codes = w.codes
    let n = w.capacity
    goals = w.integers
    role = w.integers + n
    excess = w.integers + 2 * n
    remaining = w.integers + 3 * n
    age = w.integers + 4 * n
    followed = w.integers + 5 * n
    order = w.integers + 6 * n
    late = w.integers + 7 * n
    next = w.integers + 8 * n
    stack = w.integers + 9 * n
    cursor = w.integers + 10 * n
    inGroup = w.integers + 11 * n
    queue = w.integers + 12 * n
    spare = w.integers + 13 * n
    stood = w.integers + 14 * n
    let ticks = w.window + 1
    path = w.scratch
    tries = w.scratch + ticks
    kept = w.scratch + 2 * ticks
    keptExcess = kept + RollingWorkspace.groupLimit * ticks
    group = keptExcess + RollingWorkspace.groupLimit
    counts = group + RollingWorkspace.groupLimit
  }

  // MARK: Plans

  @inline(__always) func cell(_ state: Int32) -> Int { Int(state &>> headingBits) }

  @inline(__always) func heading(_ state: Int32) -> Int { Int(state) & (headings - 1) }

  /// What agent `a` does in the first tick.
  func action(_ a: Int) -> GridAction {
    let (s, n) = (planned(a, 0), planned(a, 1))
    if s == n { return .wait }
    let row = successors + Int(s) * RollingWorkspace.choices
    if turning { return n == row[1] ? .forward : n == row[2] ? .turnLeft : .turnRight }
    return n == row[1] ? .east : n == row[2] ? .north : n == row[3] ? .west : .south
  }

  @inline(__always) func planned(_ a: Int, _ t: Int) -> Int32 {
    plans[a * (window + 1) + slots[t]]
  }

  @inline(__always) func plan(_ a: Int, _ t: Int, _ state: Int32) {
    plans[a * (window + 1) + slots[t]] = state
  }

  @inline(__always) func remove(_ a: Int) {
    for t in 0...window { rows[t][cell(planned(a, t))] = Self.none }
  }

  @inline(__always) func put(_ a: Int) {
    for t in 0...window { rows[t][cell(planned(a, t))] = Int32(a) }
  }

  /// Whether an agent that is in nobody's way yet may go from cell `u` to `v` after tick `t`.
  @inline(__always) func isFree(_ u: Int, _ v: Int, _ t: Int) -> Bool {
    if rows[t + 1][v] >= 0 { return false }
    if u == v { return true }
    let other = rows[t][v]
    if other < 0 { return true }
    if rows[t + 1][u] == other { return false }
    return !(refusesRotations && leads(from: other, to: u, t))
  }

  /// Whether the chain of agents from `first`, each entering after tick `t` the cell that the next
  /// one leaves, ends in cell `u`.
  func leads(from first: Int32, to u: Int, _ t: Int) -> Bool {
    var a = first
    while true {
      let v = cell(planned(Int(a), t + 1))
      if v == u { return true }
      if v == cell(planned(Int(a), t)) { return false }
      let ahead = rows[t][v]
      if ahead < 0 || ahead == first { return false }
      a = ahead
    }
  }

  /// Chance below `n`.
  @inline(__always) mutating func chance(_ n: Int) -> Int {
    Int(((draw() &>> 32) &* UInt64(n)) &>> 32)
  }

  @inline(__always) mutating func draw() -> UInt64 {
    random &+= 0x9E37_79B9_7F4A_7C15
    var z = random
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  // MARK: Costs

  /// How much farther from agent `a`'s goal `state` is than where `a` stands.
  @inline(__always) func farther(
    _ table: UnsafePointer<UInt16>, _ state: Int32, from here: UInt16, _ heading: Int
  ) -> Int32 {
    let code = table[Int(view.placeOf[cell(state)])]
    return view.difference(of: code, Int(state) & (headings - 1), from: here, heading)
  }

  @inline(__always) func price(from s: Int32, to n: Int32) -> Int32 {
    let row = successors + Int(s) * RollingWorkspace.choices
    for k in 0..<RollingWorkspace.choices where row[k] == n {
      return Int32(costs[Int(s) * RollingWorkspace.choices + k])
    }
    return 0
  }

  /// What agent `a`'s plan costs beyond the shortest way; without a goal, what its moves cost.
  func excess(of a: Int) -> Int32 {
    var sum: Int32 = 0
    var s = planned(a, 0)
    let start = s
    guard let table = tables[a] else {
      for t in 1...window {
        let n = planned(a, t)
        if n != s { sum += price(from: s, to: n) }
        s = n
      }
      return sum
    }
    let goal = Int(goals[a])
    let here = codes[a]
    let heading = Int(start) & (headings - 1)
    for t in 1...window {
      let n = planned(a, t)
      sum += price(from: s, to: n)
      s = n
      if cell(s) == goal { break }
    }
    return sum + farther(table, s, from: here, heading)
  }
}

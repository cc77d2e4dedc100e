// Brings agents to their goals one after the other, by rules: after Luna, Bekris, "Push and Swap:
// Fast Cooperative Path-Finding with Completeness Guarantees" (IJCAI 2011). Where we differ:
// - the agent on its way follows the gradient to its goal, whoever is there;
// - an exchange leaves everybody but the two as they were, and whom the agent on its way has passed
//   goes back as soon as the way is free, so agents can be taken in any order;
// - it gives up where it finds no place for an exchange. It is not complete by itself; the search
//   that calls it is.

/// Moves agents one at a time on the plain grid, from a given configuration to all goals.
struct PushAndSwap {
  private(set) var moves: [MoveSchedule.Move] = []
  private let gradients: BitGradients
  private let jump: Int
  private let goals: [Int32]
  private var at: [Int32]
  private var occupant: [Int32]
  /// Cells that a push may not enter, counted.
  private var isBarred: [UInt8]
  private var isHome: [Bool]
  private var trace: CellSearch
  /// The most moves before giving up.
  private let limit: Int

  init(_ tables: BitTables, at: [Int32], limit: Int) {
    gradients = tables.gradients
    jump = tables.grid.stripJump
    goals = tables.goals
    self.at = at
    self.limit = limit
    occupant = [Int32](repeating: -1, count: tables.grid.cellCount)
    isBarred = [UInt8](repeating: 0, count: tables.grid.cellCount)
    isHome = zip(at, goals).map { $0 == $1 }
    trace = CellSearch(cellCount: tables.grid.cellCount)
    for (a, cell) in at.enumerated() { occupant[Int(cell)] = Int32(a) }
  }

  /// The plan of a search to its nearest node and on from there by rules.
  /// - Returns: nil when that takes more than `limit` moves or fails otherwise.
  static func finish(
    _ search: GridSearch, limit: Int
  ) -> (rows: [Int32], loss: Int, moves: Int)? {
    let nodes = search.nodes
    let count = nodes.agentCount
    func row(_ node: Int32) -> [Int32] {
      Array(UnsafeBufferPointer(start: nodes.row(node), count: count))
    }
    let goals = search.tables.goals
    let from = row(search.nearest)
    var rules = PushAndSwap(search.tables, at: from, limit: limit)
    let away = from.indices.filter { from[$0] != goals[$0] }
    guard rules.run(away.map { Int32($0) }) else { return nil }
    let path = nodes.path(to: search.nearest)
    var schedule = MoveSchedule(
      start: row(path[0]), goals: goals, cellCount: search.tables.grid.cellCount)
    for (node, next) in zip(path, path.dropFirst()) {
      schedule.add(from: nodes.row(node), to: nodes.row(next))
    }
    for move in rules.moves { schedule.add(move) }
    let rows = schedule.rows()
    return (rows, loss(rows, goals: goals), rules.moves.count)
  }

  /// The transitions that do not begin and end on the agent's goal.
  private static func loss(_ rows: [Int32], goals: [Int32]) -> Int {
    var loss = 0
    let count = goals.count
    for i in 0..<max(0, rows.count - count) {
      let goal = goals[i % count]
      loss += rows[i] == goal && rows[i + count] == goal ? 0 : 1
    }
    return loss
  }

  /// Brings the agents of `order`, then whoever is left, to their goals.
  /// - Returns: false when it gives up; `moves` is then of no use.
  mutating func run(_ order: [Int32]) -> Bool {
    for a in order {
      guard bring(Int(a)) else { return false }
    }
    return zip(at, goals).allSatisfy { $0 == $1 }
  }

  /// Brings agent `a` to its goal and back to their places all it displaces on its way.
  private mutating func bring(_ a: Int) -> Bool {
    // Agents at home that `a` has passed: each one step back from where it was, the last first.
    var displaced: [(agent: Int32, home: Int32)] = []
    while at[a] != goals[a] {
      guard moves.count < limit else { return false }
      let here = at[a]
      let ahead = wayOn(a)
      let other = occupant[Int(ahead)]
      if other >= 0, isHome[Int(other)] || !push(from: ahead, barring: [here]) {
        guard exchange(a, Int(other)) else { return false }
        if isHome[Int(other)] { displaced.append((other, ahead)) }
      } else {
        step(a, ahead)
      }
      while let last = displaced.last, occupant[Int(last.home)] < 0 {
        step(Int(last.agent), last.home)
        displaced.removeLast()
      }
      // Whom it has passed and who has no home to go to may stay where it is.
    }
    isHome[a] = true
    // Whoever was on the goal now stands on the home of the last one passed: it goes all the way back.
    while let last = displaced.popLast() {
      let stranger = occupant[Int(last.home)]
      if stranger < 0 {
        step(Int(last.agent), last.home)
      } else {
        guard moves.count < limit, exchange(Int(last.agent), Int(stranger)) else { return false }
      }
    }
    return true
  }

  /// The cell nearer to `a`'s goal to go on to: an empty one, else one of an agent not at home.
  private func wayOn(_ a: Int) -> Int32 {
    let here = at[a]
    var ways = gradients.nearer(here, index: a, goal: goals[a])
    var (best, bestRank) = (here, 3)
    while ways != 0 {
      let cell = Steps.neighbour(Int(here), ways.trailingZeroBitCount, jump)
      ways &= ways &- 1
      let other = occupant[cell]
      let rank = other < 0 ? 0 : isHome[Int(other)] ? 2 : 1
      if rank < bestRank { (best, bestRank) = (Int32(cell), rank) }
    }
    return best
  }

  // MARK: Moves

  private mutating func step(_ a: Int, _ to: Int32) {
    let from = at[a]
    precondition(occupant[Int(to)] < 0, "agent \(a) steps into a taken cell")
    occupant[Int(from)] = -1
    occupant[Int(to)] = Int32(a)
    at[a] = to
    moves.append(MoveSchedule.Move(agent: Int32(a), from: from, to: to))
  }

  /// Empties `cell` by moving everybody on the way to the nearest empty cell one further. Agents
  /// at home and `barred` cells are left alone, unless `disturbing`.
  private mutating func push(
    from cell: Int32, barring barred: [Int32], disturbing: Bool = false
  ) -> Bool {
    if occupant[Int(cell)] < 0 { return true }
    for c in barred { isBarred[Int(c)] += 1 }
    defer { for c in barred { isBarred[Int(c)] -= 1 } }
    trace.begin(cell)
    while let c = trace.next() {
      if occupant[Int(c)] < 0 {
        shift(to: c)
        return true
      }
      var ways = gradients.exits[Int(c)]
      while ways != 0 {
        let beside = Steps.neighbour(Int(c), ways.trailingZeroBitCount, jump)
        ways &= ways &- 1
        if isBarred[beside] > 0 { continue }
        let other = occupant[beside]
        if other >= 0, !disturbing, isHome[Int(other)] { continue }
        trace.add(Int32(beside), from: c)
      }
    }
    return false
  }

  /// Moves the agents on the traced way to empty cell `last` one step along it.
  private mutating func shift(to last: Int32) {
    var empty = last
    while let before = trace.before(empty) {
      step(Int(occupant[Int(before)]), empty)
      empty = before
    }
  }

  // MARK: Exchanges

  /// How many places for an exchange are tried.
  private static let placeLimit = 40

  /// Lets adjacent agents `a` and `b` change places; all others end where they were.
  private mutating func exchange(_ a: Int, _ b: Int) -> Bool {
    let (first, second) = (at[a], at[b])
    for place in places(near: first) {
      let mark = moves.count
      guard lead(a, b, to: place), cross(a, b, at: place) else {
        takeBack(to: mark)
        continue
      }
      restore(a, b, from: mark)
      precondition(at[a] == second && at[b] == first, "an exchange went wrong")
      return true
    }
    return false
  }

  /// The cells with three ways or more, nearest first.
  private mutating func places(near cell: Int32) -> [Int32] {
    var places: [Int32] = []
    trace.begin(cell)
    while let c = trace.next(), places.count < Self.placeLimit {
      var ways = gradients.exits[Int(c)]
      if ways.nonzeroBitCount >= 3 { places.append(c) }
      while ways != 0 {
        trace.add(
          Int32(Steps.neighbour(Int(c), ways.trailingZeroBitCount, jump)), from: c)
        ways &= ways &- 1
      }
    }
    return places
  }

  /// Brings one of the pair onto `place`, the other behind it.
  private mutating func lead(_ a: Int, _ b: Int, to place: Int32) -> Bool {
    // The way from `place` to whichever of the two is nearer.
    trace.begin(place)
    var leader = -1
    while let c = trace.next() {
      if c == at[a] || c == at[b] {
        leader = c == at[a] ? a : b
        break
      }
      var ways = gradients.exits[Int(c)]
      while ways != 0 {
        trace.add(
          Int32(Steps.neighbour(Int(c), ways.trailingZeroBitCount, jump)), from: c)
        ways &= ways &- 1
      }
    }
    guard leader >= 0 else { return false }
    let follower = leader == a ? b : a
    var way: [Int32] = []
    var cell = at[leader]
    while let next = trace.before(cell) {
      way.append(next)
      cell = next
    }
    for next in way {
      let left = at[leader]
      guard moves.count < limit,
        push(from: next, barring: [left, at[follower]], disturbing: true)
      else { return false }
      step(leader, next)
      step(follower, left)
    }
    return true
  }

  /// Changes the pair, one on `place`, by two free cells beside it; `moves` then ends with the six
  /// moves of the crossing.
  private mutating func cross(_ a: Int, _ b: Int, at place: Int32) -> Bool {
    let (leader, follower) = at[a] == place ? (a, b) : (b, a)
    let behind = at[follower]
    var sides: [Int32] = []
    var ways = gradients.exits[Int(place)]
    while ways != 0 {
      let cell = Int32(Steps.neighbour(Int(place), ways.trailingZeroBitCount, jump))
      ways &= ways &- 1
      if cell != behind { sides.append(cell) }
    }
    sides.sort { (occupant[Int($0)] < 0 ? 0 : 1, $0) < (occupant[Int($1)] < 0 ? 0 : 1, $1) }
    for i in sides.indices {
      for j in sides.indices where j > i {
        let mark = moves.count
        let (one, two) = (sides[i], sides[j])
        guard push(from: one, barring: [place, behind], disturbing: true),
          push(from: two, barring: [place, behind, one], disturbing: true)
        else {
          takeBack(to: mark)
          continue
        }
        step(leader, one)
        step(follower, place)
        step(follower, two)
        step(leader, place)
        step(leader, behind)
        step(follower, place)
        return true
      }
    }
    return false
  }

  /// Undoes the moves since `mark`, those of the last crossing excepted, by moves; the pair does what
  /// its other half did.
  private mutating func restore(_ a: Int, _ b: Int, from mark: Int) {
    let end = moves.count - 6
    var i = end
    while i > mark {
      i -= 1
      let move = moves[i]
      let mover = Int(move.agent)
      step(mover == a ? b : mover == b ? a : mover, move.from)
    }
  }

  /// Forgets the moves since `mark`.
  private mutating func takeBack(to mark: Int) {
    while moves.count > mark, let move = moves.popLast() {
      occupant[Int(move.to)] = -1
      occupant[Int(move.from)] = move.agent
      at[Int(move.agent)] = move.from
    }
  }
}

/// A breadth-first search over cells that remembers its ways, with memory kept between searches.
struct CellSearch {
  private var queue: [Int32] = []
  private var head = 0
  private var seen: [UInt32]
  private var origin: [Int32]
  private var number: UInt32 = 0

  init(cellCount: Int) {
    seen = [UInt32](repeating: 0, count: cellCount)
    origin = [Int32](repeating: -1, count: cellCount)
  }

  mutating func begin(_ cell: Int32) {
    number += 1
    head = 0
    queue.removeAll(keepingCapacity: true)
    add(cell, from: -1)
  }

  /// The next cell in the order of distance.
  mutating func next() -> Int32? {
    guard head < queue.count else { return nil }
    head += 1
    return queue[head - 1]
  }

  mutating func add(_ cell: Int32, from: Int32) {
    guard seen[Int(cell)] != number else { return }
    seen[Int(cell)] = number
    origin[Int(cell)] = from
    queue.append(cell)
  }

  /// The cell from which `cell` was found, nil for the first.
  func before(_ cell: Int32) -> Int32? {
    let from = origin[Int(cell)]
    return from < 0 ? nil : from
  }
}

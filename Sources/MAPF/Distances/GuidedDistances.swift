import Grid

/// Distance tables to goals under a `Guidance`, filled on demand and kept within a memory limit.
///
/// Two bytes a vertex in both motion models. The table that was left longest ago goes first; tables
/// that an agent follows stay, beyond the limit if need be. What is kept never changes an answer,
/// only the time it takes. Not for use by several threads at once.
///
/// Where the tables of all agents cannot fit, `useWindows` turns to tables of the agents'
/// surroundings (`GuidedWindows`).
public final class GuidedDistances: @unchecked Sendable {
  public struct Statistics: Sendable, Equatable {
    /// Tables filled.
    public var fills = 0
    /// Requests that found their table.
    public var hits = 0
    /// The memory of all tables.
    public var bytes = 0
  }

  private struct Slot {
    var table: UnsafeMutablePointer<UInt16>
    var goal: Int32
    var followers: Int32 = 0
    var before: Int32 = -1
    var after: Int32 = -1
  }

  let memoryLimit: Int
  /// Set once whole tables do not fit.
  private(set) var windows: GuidedWindows?

  public let view: GuidedView
  public private(set) var statistics = Statistics()
  let code: GuidedCode
  let graph: Graph
  private let guidance: Guidance
  /// Made when they are first needed: they take more memory than many tables.
  private lazy var search = GuidedSearch(graph: graph, guidance: guidance, model: code.model)
  private lazy var sweep = GuidedSweep(graph: graph, guidance: guidance, model: code.model)
  /// Cells that a run of `sweep` is expected to process, by the last run.
  private var expectedVisits = 0
  private var slotLimit: Int
  // Slots nobody follows form a doubly linked list, longest left first.
  private var slots: [Slot] = []
  private var slotOf: [Int32]
  private var oldest: Int32 = -1
  private lazy var isTwoWay = graph.successors.indices.allSatisfy { slot in
    let next = graph.successors[slot]
    return next < 0 || graph.successors[4 * Int(next) + (slot + 2) & 3] >= 0
  }
  private var newest: Int32 = -1

  /// - Parameter memoryLimit: of the tables, in bytes; half of it is for those nobody follows any more.
  /// - Precondition: `guidance` belongs to `graph`; no weight above `Guidance.edgeLimit`.
  public init(graph: Graph, guidance: Guidance, model: MotionModel, memoryLimit: Int) {
    precondition(
      guidance.edges.count == 4 * graph.vertexCount,
      "guidance for \(guidance.edges.count / 4) vertices, not \(graph.vertexCount)")
    let limit = Guidance.edgeLimit(model: model, turn: guidance.turn)
    precondition(guidance.edges.allSatisfy { $0 <= limit }, "an edge weight is above \(limit)")
    code = GuidedCode(graph: graph, model: model, turn: Int(guidance.turn))
    view = code.view
    self.graph = graph
    self.guidance = guidance
    self.memoryLimit = memoryLimit
    slotLimit = max(1, memoryLimit / (4 * max(1, graph.vertexCount)))
    slotOf = Array(repeating: -1, count: graph.vertexCount)
  }

  deinit { for slot in slots { slot.table.deallocate() } }

  /// The table to `goal`, by place (`view.placeOf`); it stays where it is until it has been released
  /// as often as it was followed.
  /// - Complexity: O(1) when it is kept, else a search of the whole graph; see `prepare`.
  /// - Precondition: `useWindows` has not been called.
  public func follow(_ goal: Int32) -> UnsafePointer<UInt16> {
    precondition(windows == nil, "whole tables have been given up")
    if slotOf[Int(goal)] >= 0 {
      statistics.hits += 1
    } else {
      prepare([goal])
    }
    let slot = slotOf[Int(goal)]
    if slots[Int(slot)].followers == 0 { unlink(slot) }
    slots[Int(slot)].followers += 1
    return UnsafePointer(slots[Int(slot)].table)
  }

  /// Fills the tables to `goals` that are not kept, many at once, which costs a small part of filling
  /// them one by one: to be called with all the new goals of a step before they are followed.
  public func prepare(_ goals: [Int32]) {
    guard windows == nil else { return prepareRows(goals) }
    var missing: [Int32] = []
    for goal in goals where slotOf[Int(goal)] < 0 {
      slotOf[Int(goal)] = emptySlot(for: goal)
      missing.append(goal)
    }
    // Vertices are in row order: goals of a run lie in rows near one another.
    missing.sort()
    statistics.fills += missing.count
    var rest = missing[...]
    while !rest.isEmpty {
      fill(rest.prefix(GuidedSweep.width))
      rest = rest.dropFirst(GuidedSweep.width)
    }
    for goal in missing { linkNewest(slotOf[Int(goal)]) }
  }

  /// Fills the tables to a few goals. A search costs about as much as four cells of a run do for
  /// each of its cells.
  private func fill(_ goals: ArraySlice<Int32>) {
    let limit = 4 * goals.count * graph.vertexCount
    guard expectedVisits <= limit else { return goals.forEach(searchAlone) }
    let isDone = sweep.run(goals, limit: limit)
    expectedVisits = isDone ? sweep.visited : 2 * limit
    guard isDone else { return goals.forEach(searchAlone) }
    let tables = goals.map { slots[Int(slotOf[Int($0)])].table }
    let lost = tables.withUnsafeBufferPointer { sweep.encode(to: $0, code) }
    for (lane, goal) in goals.enumerated() where lost & (1 << lane) != 0 { searchAlone(goal) }
  }

  private func searchAlone(_ goal: Int32) {
    search.fill(slots[Int(slotOf[Int(goal)])].table, goal: goal, code)
  }

  /// Ends one `follow` of `goal`.
  public func release(_ goal: Int32) {
    guard windows == nil else { return }
    let slot = slotOf[Int(goal)]
    precondition(slot >= 0 && slots[Int(slot)].followers > 0, "goal \(goal) is not followed")
    slots[Int(slot)].followers -= 1
    if slots[Int(slot)].followers == 0 { linkNewest(slot) }
  }

  /// The distance to `goal` from a state, nil when the goal cannot be reached.
  /// - Complexity: O(moves on the way), and a search when there is no table to the goal.
  public func distance(to goal: Int32, from vertex: Int32, heading: Int = 0) -> Int32? {
    let table = follow(goal)
    defer { release(goal) }
    guard view.reaches(table[Int(view.placeOf[Int(vertex)])]) else { return nil }
    var total: Int32 = 0
    var (v, h) = (Int(vertex), heading)
    while v != Int(goal) {
      guard let (next, turned, cost) = descent(table, v, h) else { break }
      total += cost
      (v, h) = (next, turned)
    }
    return total
  }

  /// A step down the table: the state it ends in and its cost.
  private func descent(
    _ table: UnsafePointer<UInt16>, _ v: Int, _ h: Int
  ) -> (Int, Int, Int32)? {
    let here = table[Int(view.placeOf[v])]
    let isTurning = code.model == .turning
    for direction in (isTurning ? h : 0)..<(isTurning ? h + 1 : 4) {
      let next = Int(graph.successors[4 * v + direction])
      guard next >= 0 else { continue }
      let cost = Int32(guidance.edges[4 * v + direction])
      let there = table[Int(view.placeOf[next])]
      if view.difference(of: there, h, from: here, h) == -cost { return (next, h, cost) }
    }
    guard isTurning else { return nil }
    for turned in [(h + 1) & 3, (h + 3) & 3]
    where view.difference(of: here, turned, from: here, h) == -Int32(guidance.turn) {
      return (v, turned, Int32(guidance.turn))
    }
    return nil
  }

  private func emptySlot(for goal: Int32) -> Int32 {
    if slots.count >= slotLimit, oldest >= 0 {
      let slot = oldest
      unlink(slot)
      slotOf[Int(slots[Int(slot)].goal)] = -1
      slots[Int(slot)].goal = goal
      return slot
    }
    slots.append(Slot(table: .allocate(capacity: max(1, tableLength)), goal: goal))
    statistics.bytes += 2 * tableLength
    return Int32(slots.count - 1)
  }

  /// Codes in a table, or bounds in a row.
  private var tableLength: Int { windows?.parts.count ?? graph.vertexCount }

  private func unlink(_ slot: Int32) {
    let (before, after) = (slots[Int(slot)].before, slots[Int(slot)].after)
    if before >= 0 { slots[Int(before)].after = after } else { oldest = after }
    if after >= 0 { slots[Int(after)].before = before } else { newest = before }
  }

  private func linkNewest(_ slot: Int32) {
    slots[Int(slot)].before = newest
    slots[Int(slot)].after = -1
    if newest >= 0 { slots[Int(newest)].after = slot } else { oldest = slot }
    newest = slot
  }
}

// Windows: what is kept for a goal is a row of bounds then, and nobody pins it.
extension GuidedDistances {
  /// Whether the whole tables of so many agents, each with a goal of its own, are beyond the limit
  /// and windows would be less. Graphs with one-way lanes have whole tables only.
  public func needsWindows(agents count: Int) -> Bool {
    windows == nil && 2 * graph.vertexCount * count > memoryLimit
      && 2 * graph.vertexCount > 4 * GuidedWindows.bytes
      && isTwoWay
  }

  /// Gives up all tables and goes over to windows, for about `count` agents. From now on `prepare`
  /// and `window` serve, not `follow`.
  /// - Precondition: nobody follows a table.
  /// - Complexity: O(vertices), each several times.
  public func useWindows(agents count: Int) {
    precondition(slots.allSatisfy { $0.followers == 0 }, "tables are followed")
    for slot in slots {
      slotOf[Int(slot.goal)] = -1
      slot.table.deallocate()
    }
    slots = []
    (oldest, newest) = (-1, -1)
    statistics.bytes = 0
    let windows = GuidedWindows(graph: graph, guidance: guidance, code: code)
    code.wrap(graph, side: Int(GuidedWindows.side))
    self.windows = windows
    let rest = memoryLimit - windows.parts.bytes - count * GuidedWindows.bytes
    slotLimit = max(GuidedParts.width, rest / (2 * max(1, tableLength)))
  }

  /// The table of the surroundings of agent `r`, which stands on `v` and makes for `goal`: to be
  /// asked for before every step. Good for all places up to 15 cells from `v`.
  /// - Complexity: O(1), and a search of 6,400 cells when the goal is new or the agent has come 24
  ///   to 40 cells since the last.
  public func window(of r: Int, to goal: Int32, at v: Int32) -> UnsafePointer<UInt16> {
    guard let windows else { preconditionFailure("windows are not in use") }
    let before = windows.count
    let table = windows.table(of: r, to: goal, at: v) { row(to: goal) }
    statistics.bytes += (windows.count - before) * GuidedWindows.bytes
    return table
  }

  /// What is left to agent `r` from where `window` was asked last; nil: no way is known.
  public func left(to r: Int, heading: Int = 0) -> Int32? { windows?.left(r, heading: heading) }

  private func row(to goal: Int32) -> UnsafePointer<UInt16> {
    if slotOf[Int(goal)] < 0 {
      prepareRows([goal])
    } else {
      statistics.hits += 1
      unlink(slotOf[Int(goal)])
      linkNewest(slotOf[Int(goal)])
    }
    return UnsafePointer(slots[Int(slotOf[Int(goal)])].table)
  }

  private func prepareRows(_ goals: [Int32]) {
    guard let windows else { return }
    var missing = Array(Set(goals.filter { slotOf[Int($0)] < 0 }))
    missing.sort()
    statistics.fills += missing.count
    var rest = missing[...]
    while !rest.isEmpty {
      let run = rest.prefix(GuidedParts.width)
      rest = rest.dropFirst(GuidedParts.width)
      for goal in run { slotOf[Int(goal)] = emptySlot(for: goal) }
      windows.parts.fill(run.map { slots[Int(slotOf[Int($0)])].table }, goals: run)
      for goal in run { linkNewest(slotOf[Int(goal)]) }
    }
  }
}

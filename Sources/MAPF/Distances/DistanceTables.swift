/// Distances to goals, filled on demand and kept within a memory limit.
///
/// The least recently asked table goes first; one that an agent of the planner still follows is
/// kept even beyond the limit. What is kept never changes an answer, only the time it takes.
public struct DistanceTables: Sendable {
  struct Key: Hashable {
    var graph: Int32
    var goal: Int32
  }

  private struct Slot {
    var key: Key
    var table: DistanceTable
    var before: Int32
    var after: Int32
  }

  /// How many tables have been filled.
  public private(set) var fills = 0
  /// How many requests found their table.
  public private(set) var hits = 0
  private let moves: FlatMoves
  private let slotLimit: Int
  // Each is made when it is needed first, and again where a copy of these tables shares it.
  private var search: DistanceSearch?
  private var repair: DistanceRepair?
  private var gaps: GapSearch?
  /// For agents without a way: nothing is reachable.
  private var nowhere: DistanceTable?
  /// So many times a table is filled from the start, for the last repair was much of one.
  private var wholeFills = 0
  // A doubly linked list through the slots, oldest first; slots are reused, never removed.
  private var slots: [Slot] = []
  private var slotOf: [Key: Int32] = [:]
  private var oldest: Int32 = -1
  private var newest: Int32 = -1
  /// Tables round walls, followed or to be used again; beyond the limit they go when nobody follows.
  private var detours: [DistanceTable] = []
  private var lastDetour = 0
  private static let detourLimit = 256
  /// A repair of more than one in so many vertices takes longer than a new table; where one did, so
  /// do the next ones in most cases.
  private static let repairShare = 4
  private static let wholeFillsInRow = 16

  /// - Parameter memoryLimit: in bytes; at least one table is kept.
  public init(graphs: [MoveGraph], memoryLimit: Int) {
    self.init(moves: FlatMoves(graphs), memoryLimit: memoryLimit)
  }

  init(moves: FlatMoves, memoryLimit: Int) {
    self.moves = moves
    slotLimit = max(1, memoryLimit / (2 * max(1, moves.vertexCount)))
  }

  /// The bytes of the tables kept.
  public var bytes: Int {
    (slots.count + detours.count + (nowhere == nil ? 0 : 1)) * 2 * moves.vertexCount
  }

  /// The cells driven from `v` to `goal` along the moves of `graph`; nil when it cannot be reached.
  /// Distances above 65,534 are given as 65,534.
  public mutating func distance(graph: Int32, from v: Int32, to goal: Int32) -> UInt16? {
    let value = table(graph: graph, goal: goal).values[Int(v)]
    return value == DistanceTable.unreachable ? nil : value
  }

  /// A table of `goal` for one agent: walls are seldom the same for two. When nobody follows it any
  /// more, its memory serves another.
  /// - Parameters:
  ///   - v: where the agent is.
  ///   - walls: the vertices marked in `blocked`, and any others; the goal is not marked.
  mutating func tableRoundWalls(
    graph: Int32, from v: Int32, to goal: Int32, walls: [Int32], blocked: [Bool]
  ) -> DistanceTable {
    let gaps = Self.own(&gaps, GapSearch.init, moves)
    let isShutOff = blocked.withUnsafeBufferPointer {
      gaps.isShutOff(graph: graph, from: v, to: goal, blocked: $0)
    }
    if isShutOff { return tableOfNothing() }
    let detour = freeDetour()
    fills += 1
    let base = wholeFills == 0 ? table(graph: graph, goal: goal) : nil
    guard let base, !base.isCutOff, !blocked[Int(goal)] else {
      wholeFills = max(0, wholeFills - 1)
      let search = Self.own(&search, DistanceSearch.init, moves)
      search.fill(detour, graph: graph, goal: goal, blocked: blocked)
      return detour
    }
    let repair = Self.own(&repair, DistanceRepair.init, moves)
    blocked.withUnsafeBufferPointer {
      repair.fill(detour, base: base, graph: graph, walls: walls, blocked: $0)
    }
    if repair.lastLost > moves.vertexCount / Self.repairShare { wholeFills = Self.wholeFillsInRow }
    return detour
  }

  /// `kept`, where nobody else has it; else a new one, which is kept from now on.
  private static func own<Search: AnyObject>(
    _ kept: inout Search?, _ make: (FlatMoves) -> Search, _ moves: FlatMoves
  ) -> Search {
    // Asked before there is a second reference.
    let isOwn = isKnownUniquelyReferenced(&kept)
    if isOwn, let kept { return kept }
    let made = make(moves)
    kept = made
    return made
  }

  private mutating func tableOfNothing() -> DistanceTable {
    if let nowhere { return nowhere }
    let made = DistanceTable(count: moves.vertexCount)
    made.values.initialize(repeating: DistanceTable.unreachable, count: made.count)
    nowhere = made
    return made
  }

  private mutating func freeDetour() -> DistanceTable {
    // On from the last one: those before are followed most likely.
    for _ in detours.indices {
      lastDetour = lastDetour + 1 < detours.count ? lastDetour + 1 : 0
      if isKnownUniquelyReferenced(&detours[lastDetour]) { return detours[lastDetour] }
    }
    let table = DistanceTable(count: moves.vertexCount)
    if detours.count < Self.detourLimit { detours.append(table) }
    return table
  }

  /// The table of `goal`.
  mutating func table(graph: Int32, goal: Int32) -> DistanceTable {
    precondition(goal >= 0 && Int(goal) < moves.vertexCount, "goal \(goal) is no vertex")
    let key = Key(graph: moves.sameAs[Int(graph)], goal: goal)
    if let slot = slotOf[key] {
      hits += 1
      unlink(slot)
      linkNewest(slot)
      return slots[Int(slot)].table
    }
    fills += 1
    let search = Self.own(&search, DistanceSearch.init, moves)
    let slot = freeSlot(for: key)
    let table = slots[Int(slot)].table
    search.fill(table, graph: graph, goal: goal, blocked: nil)
    slotOf[key] = slot
    linkNewest(slot)
    return table
  }

  /// A slot outside the list whose table nobody else holds.
  private mutating func freeSlot(for key: Key) -> Int32 {
    if slots.count >= slotLimit, let slot = evictable() {
      slotOf[slots[Int(slot)].key] = nil
      unlink(slot)
      slots[Int(slot)].key = key
      return slot
    }
    let table = DistanceTable(count: moves.vertexCount)
    slots.append(Slot(key: key, table: table, before: -1, after: -1))
    return Int32(slots.count - 1)
  }

  /// The oldest slot whose table is followed by nobody; those passed over count as new again.
  private mutating func evictable() -> Int32? {
    var chances = min(slots.count, 64)
    while chances > 0, oldest >= 0 {
      let slot = oldest
      if isKnownUniquelyReferenced(&slots[Int(slot)].table) { return slot }
      unlink(slot)
      linkNewest(slot)
      chances -= 1
    }
    return nil
  }

  private mutating func unlink(_ slot: Int32) {
    let (before, after) = (slots[Int(slot)].before, slots[Int(slot)].after)
    if before >= 0 { slots[Int(before)].after = after } else { oldest = after }
    if after >= 0 { slots[Int(after)].before = before } else { newest = before }
  }

  private mutating func linkNewest(_ slot: Int32) {
    slots[Int(slot)].before = newest
    slots[Int(slot)].after = -1
    if newest >= 0 { slots[Int(newest)].after = slot } else { oldest = slot }
    newest = slot
  }
}

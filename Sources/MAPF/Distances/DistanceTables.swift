/// Distances to goals, filled on demand and kept within a memory limit.
///
/// The least recently asked table goes first; one that an agent of the planner still follows is
/// kept even beyond the limit. What is kept never changes an answer, only the time it takes: so copies
/// share what they keep, and may be used on several threads.
public struct DistanceTables: Sendable {
  /// How many tables have been filled here.
  public private(set) var fills = 0
  /// How many requests here found their table.
  public private(set) var hits = 0
  private let moves: FlatMoves
  private let kept: TableShelf
  // Each is made when it is needed first, and again where a copy of these tables shares it.
  private var search: DistanceSearch?
  private var repair: DistanceRepair?
  private var gaps: GapSearch?
  /// For agents without a way: nothing is reachable.
  private var nowhere: DistanceTable?
  /// So many times a table is filled from the start, for the last repair was much of one.
  private var wholeFills = 0
  /// Tables round walls, followed or to be used again; beyond the limit they go when nobody follows.
  private var detours: [DistanceTable] = []
  /// Those of them that nobody followed when a step began, and that were not given away since.
  private var idleDetours: [Int] = []
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
    kept = TableShelf(limit: max(1, memoryLimit / (2 * max(1, moves.vertexCount))))
  }

  /// Tables of the same moves, which shares what `other` keeps.
  init(sharing other: DistanceTables) {
    moves = other.moves
    kept = other.kept
  }

  /// The bytes of the tables kept.
  public var bytes: Int {
    (kept.count + detours.count + (nowhere == nil ? 0 : 1)) * 2 * moves.vertexCount
  }

  /// The cells driven from `v` to `goal` along the moves of `graph`; nil when it cannot be reached.
  /// Distances above 65,534 are given as 65,534.
  public mutating func distance(graph: Int32, from v: Int32, to goal: Int32) -> UInt16? {
    let value = entry(graph: graph, goal: goal, at: v)
    return value == DistanceTable.unreachable ? nil : value
  }

  /// The entry of `v` in the table of `goal`. The table is held until it is read: another thread
  /// may want its memory.
  mutating func entry(graph: Int32, goal: Int32, at v: Int32) -> UInt16 {
    let table = table(graph: graph, goal: goal)
    return withExtendedLifetime(table) { table.values[Int(v)] }
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
    // Held until it is read: another thread may want its memory.
    withExtendedLifetime(base) {
      blocked.withUnsafeBufferPointer {
        repair.fill(detour, base: base, graph: graph, walls: walls, blocked: $0)
      }
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
    while let idle = idleDetours.popLast() {
      if isKnownUniquelyReferenced(&detours[idle]) { return detours[idle] }
    }
    let table = DistanceTable(count: moves.vertexCount)
    if detours.count < Self.detourLimit {
      detours.append(table)
      // Later steps allocate nothing.
      idleDetours.reserveCapacity(Self.detourLimit)
    }
    return table
  }

  /// Looks which tables round walls nobody follows any more, for the step that begins. To ask each of
  /// them for every table that is needed costs more than to fill one: they lie far apart.
  mutating func gatherIdleDetours() {
    idleDetours.removeAll(keepingCapacity: true)
    for k in detours.indices where isKnownUniquelyReferenced(&detours[k]) { idleDetours.append(k) }
  }

  /// The table of `goal`.
  mutating func table(graph: Int32, goal: Int32) -> DistanceTable {
    precondition(goal >= 0 && Int(goal) < moves.vertexCount, "goal \(goal) is no vertex")
    let key = TableShelf.Key(graph: moves.distinct[Int(graph)], goal: goal)
    if let known = kept.table(of: key) {
      hits += 1
      return known
    }
    fills += 1
    let search = Self.own(&search, DistanceSearch.init, moves)
    let table = kept.makeRoom() ?? DistanceTable(count: moves.vertexCount)
    search.fill(table, graph: graph, goal: goal, blocked: nil)
    return kept.put(table, for: key)
  }
}

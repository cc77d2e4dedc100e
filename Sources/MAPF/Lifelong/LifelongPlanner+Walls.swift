// PIBT knows nothing of agents that will not move: against one, on an open field, it presses on for
// ever, and in a one-way lane it fills the lane behind one with agents that cannot turn back. So an
// agent follows distances with all walls taken out as soon as a wall stands on one of its
// shortest ways: on any of them, for it may drift from one to another. The others keep the plain
// table of their goal, which they share.
//
// Whether a wall `w` stands on a shortest way from `v` to `g` needs no walk along it: it does when
// distance(v, w) + distance(w, g) = distance(v, g). One table per wall, two look-ups per agent.

extension LifelongPlanner {
  /// A vertex that every way through some wall passes, and the distances to it.
  struct Watch: Sendable {
    var vertex: Int32
    var table: DistanceTable
  }

  /// With more walls than this the agents take turns in looking for them.
  private static let watchesPerStep = 16

  /// Notes where the wall agents are; another set of cells is another version.
  mutating func updateWalls(_ agents: [PlanningAgent]) {
    noteWalls(agents)
    guard !wallKeys.elementsEqual(wallCells, by: { $0 == UInt64($1) }) else { return }
    let cells = wallKeys.map { Int32($0) }
    if isWall.isEmpty { isWall = [Bool](repeating: false, count: moves.vertexCount) }
    for v in wallCells { isWall[Int(v)] = false }
    for v in cells { isWall[Int(v)] = true }
    wallCells = cells
    wallVersion += 1
    watches = (0..<Int32(moves.graphCount)).map { graph in
      watchedVertices(graph).map {
        Watch(vertex: $0, table: tables.table(graph: graph, goal: $0))
      }
    }
  }

  /// The cells of the wall agents, rising, into `wallKeys`.
  private mutating func noteWalls(_ agents: [PlanningAgent]) {
    wallKeys.removeAll(keepingCapacity: true)
    for agent in agents where agent.mobility == .wall { wallKeys.append(UInt64(agent.at)) }
    wallKeys.withUnsafeMutableBufferPointer { keys in
      if let first = keys.baseAddress { KeySort.sort(first, count: keys.count) }
    }
  }

  /// The walls themselves, or for one where this class never rests (in a junction) the vertices
  /// from which moves lead through it.
  private func watchedVertices(_ graph: Int32) -> [Int32] {
    let base = Int(graph) * (moves.vertexCount + 1)
    var watched: [Int32] = []
    var crossed: Set<Int32> = []
    for w in wallCells {
      let isEnd = moves.backStart[base + Int(w)] < moves.backStart[base + Int(w) + 1]
      if isEnd { watched.append(w) } else { crossed.insert(w) }
    }
    guard !crossed.isEmpty else { return watched }
    for v in 0..<moves.vertexCount {
      let claims =
        moves.claimStart[
          Int(moves.start[base + v])]..<moves.claimStart[
          Int(moves.start[base + v + 1])]
      if claims.contains(where: { crossed.contains(moves.claims[Int($0)]) }) {
        watched.append(Int32(v))
      }
    }
    return watched
  }

  /// Sets the table that agent `a` follows in this step.
  mutating func chooseTable(_ a: Int, _ agent: PlanningAgent) {
    let isNew = memory[a].checkedWalls != wallVersion
    memory[a].checkedWalls = wallVersion
    // With other walls it may do without: their tables are many and soon out of date.
    if memory[a].table == nil || (isNew && memory[a].walls != 0) {
      follow(tables.table(graph: agent.graph, goal: agent.goal), walls: 0, a, agent)
    }
    guard !wallCells.isEmpty, memory[a].walls == 0 else { return }
    let turns = 1 + wallCells.count / Self.watchesPerStep
    if isNew || (a + statistics.steps) % turns == 0, isOnWay(a, agent) { goRoundWalls(a, agent) }
  }

  private mutating func follow(
    _ table: DistanceTable, walls: Int32, _ a: Int, _ agent: PlanningAgent
  ) {
    memory[a].table = TableView(table)
    memory[a].walls = walls
    // Nearer from here on is progress; changing tables is not.
    memory[a].best = Int32(table.values[Int(agent.at)])
  }

  /// An agent that has no way round stays where it is, so as not to be trapped behind the wall. A
  /// wall on the goal itself is not taken out: agents wait for it to leave beside the goal.
  private mutating func goRoundWalls(_ a: Int, _ agent: PlanningAgent) {
    let isOnGoal = isWall[Int(agent.goal)]
    if isOnGoal { isWall[Int(agent.goal)] = false }
    let table = tables.table(
      graph: agent.graph, goal: agent.goal, walls: wallVersion, blocked: isWall)
    if isOnGoal { isWall[Int(agent.goal)] = true }
    follow(table, walls: wallVersion, a, agent)
  }

  /// Whether a wall stands on a shortest way of agent `a`.
  private func isOnWay(_ a: Int, _ agent: PlanningAgent) -> Bool {
    guard let values = memory[a].table?.values else { return false }
    let here = Int(values[Int(agent.at)])
    for watch in watches[Int(agent.graph)] where watch.vertex != agent.goal {
      let to = watch.table.values[Int(agent.at)]
      let on = values[Int(watch.vertex)]
      if to != DistanceTable.unreachable, on != DistanceTable.unreachable,
        Int(to) + Int(on) <= here
      {
        return true
      }
    }
    return false
  }
}

// PIBT knows nothing of agents that will not move: against one, on an open field, it presses on for
// ever. So an agent whose way is barred by a wall agent follows distances with all walls taken out,
// from then on to its goal. The others keep the plain table of their goal, which they share.

extension LifelongPlanner {
  /// Steps without progress after which an agent looks again for a wall on its way.
  private static let patience: Int32 = 3
  /// How many moves ahead it then looks.
  private static let lookAhead = 16

  /// Notes where the wall agents are; another set of cells is another version.
  mutating func updateWalls(_ agents: [PlanningAgent]) {
    var cells: [Int32] = []
    for agent in agents where agent.mobility == .wall { cells.append(agent.at) }
    cells.sort()
    guard cells != wallCells else { return }
    if isWall.isEmpty { isWall = [Bool](repeating: false, count: moves.vertexCount) }
    for v in wallCells { isWall[Int(v)] = false }
    for v in cells { isWall[Int(v)] = true }
    wallCells = cells
    wallVersion += 1
  }

  /// Sets the table that agent `a` follows in this step.
  mutating func chooseTable(_ a: Int, _ agent: PlanningAgent) {
    if memory[a].table == nil {
      memory[a].table = tables.table(graph: agent.graph, goal: agent.goal)
      memory[a].walls = 0
      memory[a].checkedWalls = 0
    }
    if wallCells.isEmpty {
      if memory[a].walls != 0 { usePlainTable(a, agent) }
      memory[a].checkedWalls = wallVersion
      return
    }
    let isNew = memory[a].checkedWalls != wallVersion
    if isNew, memory[a].walls != 0 {
      // It went round walls already: it goes round the new ones.
      goRoundWalls(a, agent)
    } else if memory[a].walls == 0 {
      let waits = memory[a].sinceBest >= Self.patience && memory[a].sinceBest % 4 == 3
      if (isNew && isBarred(a, agent, within: .max))
        || (waits && isBarred(a, agent, within: Self.lookAhead))
      {
        goRoundWalls(a, agent)
      }
    }
    memory[a].checkedWalls = wallVersion
  }

  private mutating func usePlainTable(_ a: Int, _ agent: PlanningAgent) {
    memory[a].table = tables.table(graph: agent.graph, goal: agent.goal)
    memory[a].walls = 0
    memory[a].best = .max
    memory[a].sinceBest = 0
  }

  private mutating func goRoundWalls(_ a: Int, _ agent: PlanningAgent) {
    let table = tables.table(
      graph: agent.graph, goal: agent.goal, walls: wallVersion, blocked: isWall)
    guard table.values[Int(agent.at)] != DistanceTable.unreachable else {
      // No way round: it waits as near as it can get.
      if memory[a].walls != 0 { usePlainTable(a, agent) }
      return
    }
    memory[a].table = table
    memory[a].walls = wallVersion
    memory[a].best = .max
    memory[a].sinceBest = 0
  }

  /// Whether a wall stands on the shortest way of agent `a`: on any of its best moves from here, or
  /// on the first of the best ones from there on.
  private func isBarred(_ a: Int, _ agent: PlanningAgent, within limit: Int) -> Bool {
    guard let table = memory[a].table else { return false }
    let base = Int(agent.graph) * (moves.vertexCount + 1)
    var v = Int(agent.at)
    var steps = 0
    while v != Int(agent.goal), steps < limit {
      let here = Int(table.values[v])
      var following = -1
      for m in Int(moves.start[base + v])..<Int(moves.start[base + v + 1]) {
        let end = Int(moves.end[m])
        let value = Int(table.values[end]) + Int(moves.cost[m] & FlatMoves.costMask)
        guard value <= here, Int(table.values[end]) < here else { continue }
        if steps == 0 || following < 0, claimsWall(m) { return true }
        if following < 0 { following = end }
      }
      if following < 0 { return false }
      v = following
      steps += 1
    }
    return false
  }

  private func claimsWall(_ move: Int) -> Bool {
    for c in Int(moves.claimStart[move])..<Int(moves.claimStart[move + 1]) {
      let resource = Int(moves.claims[c])
      if resource < moves.vertexCount, isWall[resource] { return true }
    }
    return false
  }
}

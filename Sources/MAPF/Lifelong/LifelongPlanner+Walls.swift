// PIBT and operations know nothing of agents that will not move: against one, on an open field, they
// press on for ever, and in a one-way lane they fill the lane behind one with agents that cannot turn
// back. So an agent follows distances with all walls taken out as soon as a wall stands on its way.
// The others keep the plain table of their goal, which they share.
//
// Whether one does is looked up along a shortest way, a good piece ahead, again and again as the
// agent comes on and may drift to another: a few look-ups, however many walls there are.

extension LifelongPlanner {
  /// So many moves ahead an agent looks for walls, every so many steps.
  private static let wallSight = 64
  static let wallPeriod = 8
  /// As far as an agent's window surely goes.
  private static let windowSight: Int32 = 20
  /// So many steps after it has gone round a wall it looks whether it has to.
  private static let detourPeriod = 24
  /// The most tables round walls to fill in a step; who gets none yet waits for the next one.
  private static let detourFills = 32

  /// Notes where the walls are; another set of cells is another version.
  mutating func updateWalls(_ agents: [PlanningAgent], _ walls: [Int32]) {
    noteWalls(agents, walls)
    detoursLeft = Self.detourFills
    tables.gatherIdleDetours()
    guard !wallKeys.elementsEqual(wallCells, by: { $0 == UInt64($1) }) else { return }
    if isWall.isEmpty { isWall = [Bool](repeating: false, count: moves.vertexCount) }
    for v in wallCells { isWall[Int(v)] = false }
    wallCells.removeAll(keepingCapacity: true)
    for key in wallKeys { wallCells.append(Int32(key)) }
    for v in wallCells { isWall[Int(v)] = true }
    wallVersion += 1
  }

  /// The cells of the wall agents and the walls, rising, into `wallKeys`.
  private mutating func noteWalls(_ agents: [PlanningAgent], _ walls: [Int32]) {
    wallKeys.removeAll(keepingCapacity: true)
    for agent in agents where agent.mobility == .wall { wallKeys.append(UInt64(agent.at)) }
    for v in walls {
      precondition(v >= 0 && Int(v) < moves.vertexCount, "wall \(v)")
      wallKeys.append(UInt64(v))
    }
    wallKeys.withUnsafeMutableBufferPointer { keys in
      if let first = keys.baseAddress { KeySort.sort(first, count: keys.count) }
    }
  }

  /// Sets the table that agent `a` follows in this step.
  ///
  /// A table round walls is followed until another wall stands on the way by it: walls come and go in
  /// every step, and a table for each of their versions would be most of the work. Now and then the
  /// agent looks whether it may do without.
  mutating func chooseTable(_ a: Int, _ agent: PlanningAgent) {
    let isNew = memory[a].checkedWalls != wallVersion
    let turn = a + statistics.steps
    let isDetour = memory[a].walls != 0
    if memory[a].table == nil
      || (isDetour && (wallCells.isEmpty || (isNew && turn % Self.detourPeriod == 0)))
    {
      follow(tables.table(graph: agent.graph, goal: agent.goal), walls: 0, a, agent)
    } else if isDetour, memory[a].walls == wallVersion {
      return
    }
    guard !wallCells.isEmpty else {
      memory[a].checkedWalls = wallVersion
      return
    }
    guard mustLookForWalls(a, turn) else { return }
    if isWallAhead(a, agent) {
      // What is not filled now is looked for again in the next step.
      if detoursLeft == 0 { return }
      detoursLeft -= 1
      goRoundWalls(a, agent)
    }
    memory[a].checkedWalls = wallVersion
  }

  /// Whether agent `a` looks ahead in this step: at once where it never has; else sooner where the
  /// walls are others than when it has looked last.
  func mustLookForWalls(_ a: Int, _ turn: Int) -> Bool {
    if memory[a].checkedWalls == 0 || turn % Self.wallPeriod == 0 { return true }
    return memory[a].checkedWalls != wallVersion && turn % (Self.wallPeriod / 2) == 0
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
    let table = tables.tableRoundWalls(
      graph: agent.graph, from: agent.at, to: agent.goal, walls: wallCells, blocked: isWall)
    if isOnGoal { isWall[Int(agent.goal)] = true }
    follow(table, walls: wallVersion, a, agent)
  }

  /// Whether a wall stands on a shortest way of agent `a`, not on its goal.
  func isWallAhead(_ a: Int, _ agent: PlanningAgent) -> Bool {
    guard let values = memory[a].table?.values,
      rest(values, agent.at) != DistanceTable.unreachable
    else { return false }
    var v = agent.at
    for _ in 0..<Self.wallSight where v != agent.goal {
      // A window ends somewhere.
      if let ways, ways.map.spread(v, agent.at) > Self.windowSight { return false }
      var best = Int32.max
      var chosen = -1
      for m in moves.range(graph: agent.graph, from: v) {
        let value = Int32(rest(values, moves.end[m])) + moves.cost[m] & FlatMoves.costMask
        if value < best {
          best = value
          chosen = m
        }
      }
      if chosen < 0 || best > Int32(rest(values, v)) { return false }
      if isWalled(chosen, goal: agent.goal) { return true }
      v = moves.end[chosen]
    }
    return false
  }

  private func isWalled(_ m: Int, goal: Int32) -> Bool {
    moves.claimsVertex(of: m) { $0 != goal && isWall[$0] }
  }
}

import Grid

// On large graphs (a city: 1.6 MB a table, 10 ms to fill one) agents follow no tables of whole graphs
// but a way of their own, and a window of distances round themselves that goes along with them; see
// `WaySearch`. Distances asked for from outside are lower bounds there.

/// What the planner needs for that.
struct Ways: Sendable {
  let map: WayMap
  var search: WaySearch

  /// Another copy of the planner has the search's buffers.
  mutating func makeUnique(_ moves: FlatMoves) {
    if !isKnownUniquelyReferenced(&search) { search = WaySearch(moves, map) }
  }
}

/// Two components of a graph, one after the other. Only looked up.
struct ComponentPair: Hashable, Sendable {
  var graph: Int32
  var from: Int32
  var to: Int32
}

extension LifelongPlanner {
  /// How far an agent goes from the middle of its window before it gets another.
  private static let windowSlack: Int32 = 10
  /// An agent without a way, or on one round walls, looks for a better one every so many steps.
  private static let retryPeriod = 100

  /// The entry of `v` in a table or window.
  @inline(__always) func rest(_ values: UnsafePointer<UInt16>, _ v: Int32) -> UInt16 {
    guard let ways else { return values[Int(v)] }
    return values[Int(ways.map.place[Int(v)])]
  }

  /// The strong component of the moves of `graph` that `v` lies in: from all of one the same can be
  /// reached.
  public func component(graph: Int32, of v: Int32) -> Int32 { components.of(graph: graph, v) }

  /// Whether there is a way from `v` to `w` in `graph`, without regard to walls.
  public mutating func isReachable(graph: Int32, from v: Int32, to w: Int32) -> Bool {
    if components.areJoined(graph: graph, v, w) { return true }
    let pair = ComponentPair(
      graph: graph, from: components.of(graph: graph, v), to: components.of(graph: graph, w))
    if let known = reachable[pair] { return known }
    let isReachable: Bool
    if ways == nil {
      isReachable = tables.distance(graph: graph, from: v, to: w) != nil
    } else {
      ways?.makeUnique(moves)
      isReachable = ways?.search.find(graph: graph, from: v, to: w, blocked: nil) != nil
    }
    reachable[pair] = isReachable
    return isReachable
  }

  /// Takes over the ways that agents follow from the planner before, whose moves were others. A no-op
  /// on small graphs.
  /// - Parameter closed: cells that no way may pass any more.
  public mutating func keepWays(of before: LifelongPlanner, closed: Set<Int32>) {
    guard ways != nil, before.ways != nil else { return }
    memory = before.memory.map { old in
      guard old.walls == 0, let window = old.window,
        closed.isEmpty || !window.way.vertices.contains(where: closed.contains)
      else { return Memory() }
      var kept = Memory(goal: old.goal, graph: old.graph)
      kept.table = old.table
      kept.window = window
      kept.window?.isStale = true
      return kept
    }
  }

  /// Sets the window that agent `a` follows in this step.
  mutating func chooseWindow(_ a: Int, _ agent: PlanningAgent) {
    let turn = a + statistics.steps
    if memory[a].window == nil {
      if memory[a].hasNoWay, turn % Self.retryPeriod != 0 { return }
      layWay(a, agent, roundWalls: false)
    } else if memory[a].walls != 0, wallCells.isEmpty || turn % Self.retryPeriod == 0 {
      layWay(a, agent, roundWalls: false)
    } else if let window = memory[a].window,
      window.isStale || spread(window.centre, agent.at) > Self.windowSlack
    {
      openWindow(a, agent, along: window.way)
    }
    if let window = memory[a].window,
      rest(window.view.values, agent.at) == DistanceTable.unreachable
    {
      // It was put off its way.
      layWay(a, agent, roundWalls: memory[a].walls != 0)
    }
    guard !wallCells.isEmpty, detoursLeft > 0, memory[a].walls != wallVersion,
      mustLookForWalls(a, turn)
    else { return }
    memory[a].checkedWalls = wallVersion
    guard isWallAhead(a, agent) else { return }
    detoursLeft -= 1
    layWay(a, agent, roundWalls: true)
  }

  /// Without a second reference to the search's buffers, which would then be copied.
  private func spread(_ v: Int32, _ w: Int32) -> Int32 { ways?.map.spread(v, w) ?? 0 }

  /// Finds a way, or notes that there is none.
  private mutating func layWay(_ a: Int, _ agent: PlanningAgent, roundWalls: Bool) {
    ways?.makeUnique(moves)
    let isOnGoal = roundWalls && isWall[Int(agent.goal)]
    if isOnGoal { isWall[Int(agent.goal)] = false }
    defer { if isOnGoal { isWall[Int(agent.goal)] = true } }
    memory[a].walls = roundWalls ? wallVersion : 0
    let way = ways?.search.find(
      graph: agent.graph, from: agent.at, to: agent.goal, blocked: roundWalls ? isWall : nil)
    memory[a].hasNoWay = way == nil
    guard let way else {
      memory[a].window = nil
      memory[a].table = nil
      return
    }
    openWindow(a, agent, along: way)
    memory[a].best = Int32(way.rest[0])
  }

  private mutating func openWindow(_ a: Int, _ agent: PlanningAgent, along way: Way) {
    ways?.makeUnique(moves)
    guard let ways else { return }
    let isOnGoal = memory[a].walls != 0 && isWall[Int(agent.goal)]
    if isOnGoal { isWall[Int(agent.goal)] = false }
    let table = ways.search.window(
      graph: agent.graph, along: way, round: agent.at,
      blocked: memory[a].walls != 0 ? isWall : nil)
    if isOnGoal { isWall[Int(agent.goal)] = true }
    let view = TableView(table)
    memory[a].table = view
    memory[a].window = Memory.Window(way: way, centre: agent.at, view: view)
  }
}

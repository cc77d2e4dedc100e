import Grid

@testable import MAPF

/// One step of PIBT as the papers tell it, slow and obvious: agents are objects in arrays, who is where
/// is looked up by going through all of them, priority inheritance is recursion.
///
/// Okumura, Machida, Defago, Tamura, "Priority Inheritance with Backtracking for Iterative Multi-agent
/// Path Finding" (AIJ 2022), with the swap of Okumura, "Improving LaCAM for Scalable Eventually Optimal
/// Multi-Agent Pathfinding" (IJCAI 2023), and the house's rules: see `StepKernel`, of which it shares
/// the draw of tie-breaks and nothing else. One class of vehicles, no claims but the end's.
struct ReferencePIBT {
  struct Agent {
    var at: Int
    /// nil: none.
    var goal: Int?
    var isFree: Bool
    /// Where it will be, once decided.
    var next: Int?
    /// Distances to its goal, nil where it has none or cannot reach it.
    var distance: [Int]?
  }

  let graph: Graph
  let refusesRotations: Bool
  let allowsSwap: Bool
  var agents: [Agent]
  var random: UInt64
  /// Vertex -> how many agents' best move ends there.
  private var wanted: [Int]

  init(
    graph: Graph, agents: [Agent], refusesRotations: Bool, allowsSwap: Bool, random: UInt64
  ) {
    self.graph = graph
    self.agents = agents
    self.refusesRotations = refusesRotations
    self.allowsSwap = allowsSwap
    self.random = random
    wanted = Array(repeating: 0, count: graph.vertexCount)
  }

  /// Decides all agents, those of `order` first. - Returns: where each will be.
  mutating func step(order: [Int]) -> [Int] {
    for a in agents.indices {
      if let goal = agents[a].goal {
        let distance = distances(to: goal)
        agents[a].distance = distance[agents[a].at] < .max ? distance : nil
      }
      if !agents[a].isFree { agents[a].next = agents[a].at }
    }
    for a in agents.indices where agents[a].next == nil {
      if let best = wish(a) { wanted[best] += 1 }
    }
    for a in order where agents[a].next == nil { _ = decide(a) }
    return agents.map { $0.next ?? -1 }
  }

  // MARK: The grid

  private func neighbours(_ v: Int) -> [Int] {
    graph.successors[4 * v..<4 * v + 4].filter { $0 >= 0 }.map { Int($0) }
  }

  private func distances(to goal: Int) -> [Int] {
    var distance = [Int](repeating: .max, count: graph.vertexCount)
    distance[goal] = 0
    var changed = true
    while changed {
      changed = false
      for v in distance.indices {
        for w in neighbours(v) where distance[w] < .max && distance[w] + 1 < distance[v] {
          distance[v] = distance[w] + 1
          changed = true
        }
      }
    }
    return distance
  }

  private func occupant(_ v: Int) -> Int? { agents.indices.first { agents[$0].at == v } }

  // MARK: Preferences

  /// The end of the move that brings agent `a` nearest to its goal, the first of equals; nil on it.
  private func wish(_ a: Int) -> Int? {
    guard let distance = agents[a].distance, distance[agents[a].at] > 0 else { return nil }
    return neighbours(agents[a].at).min { distance[$0] < distance[$1] }
  }

  /// The cells agent `a` could go to, best first: nearer, wanted by fewer others, free, by chance.
  private mutating func preferences(_ a: Int) -> [Int] {
    let here = agents[a].at
    var rated: [(key: [UInt64], cell: Int)] = []
    for (k, cell) in (neighbours(here) + [here]).enumerated() {
      let tie = StepKernel.nextTie(&random)
      let isTaken = occupant(cell).map { $0 != a } ?? false
      let others = UInt64(min(31, wanted[cell] - (wish(a) == cell ? 1 : 0)))
      let number = cell == here ? UInt64.max : UInt64(k)
      if let distance = agents[a].distance {
        // To stay is like going there, but on the goal it costs nothing.
        let value =
          cell == here ? (distance[here] == 0 ? 0 : distance[here] + 1) : distance[cell] + 1
        rated.append(([UInt64(value), others, isTaken ? 1 : 0, tie, number], cell))
      } else {
        // Without a goal it stays; pushed, it rather goes where nobody is.
        rated.append(([cell == here ? 0 : 1, isTaken ? 1 : 0, others, tie, number], cell))
      }
    }
    return rated.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.cell)
  }

  // MARK: Decisions

  private mutating func decide(_ a: Int) -> Bool {
    let here = agents[a].at
    var cells = preferences(a)
    let partner = allowsSwap && cells.count > 1 ? swapPartner(a, towards: cells[0]) : nil
    if partner != nil { cells.reverse() }
    for (k, cell) in cells.enumerated() {
      if agents.contains(where: { $0.next == cell }) { continue }
      if cell == here {
        agents[a].next = here
        return true
      }
      let other = occupant(cell)
      if let other, agents[other].next != nil, chain(from: other, reaches: a) { continue }
      agents[a].next = cell
      if let other, agents[other].next == nil, !decide(other) {
        agents[a].next = nil
        continue
      }
      if k == 0, let partner { pull(partner, to: here, behind: a) }
      return true
    }
    agents[a].next = here
    return false
  }

  /// Whether whoever enters the cell that the one before leaves, beginning with `first`, is at last
  /// `a`. Only a swap counts where rotations are allowed.
  private func chain(from first: Int, reaches a: Int) -> Bool {
    var x = first
    for _ in agents {
      guard let next = agents[x].next, next != agents[x].at, let leader = occupant(next) else {
        return false
      }
      if leader == a { return true }
      if !refusesRotations { return false }
      x = leader
    }
    return false
  }

  // MARK: Swaps

  private mutating func pull(_ other: Int, to cell: Int, behind a: Int) {
    guard agents[other].next == nil, neighbours(agents[other].at).contains(cell),
      !agents.contains(where: { $0.next == cell }), !chain(from: a, reaches: other)
    else { return }
    agents[other].next = cell
  }

  private func swapPartner(_ a: Int, towards ahead: Int) -> Int? {
    let here = agents[a].at
    guard agents[a].distance != nil, ahead != here, sidesteps(ahead, from: here).count < 2 else {
      return nil
    }
    if let other = occupant(ahead), agents[other].next == nil, agents[other].distance != nil,
      mustSwap(pusher: a, puller: other, from: here, to: ahead), canBackUp(from: ahead, to: here)
    {
      return other
    }
    for beside in neighbours(here) where beside != ahead {
      if let third = occupant(beside), agents[third].distance != nil,
        mustSwap(pusher: third, puller: a, from: here, to: ahead), canBackUp(from: ahead, to: here)
      {
        return third
      }
    }
    return nil
  }

  /// Where one on `v` that comes from `w` is pushed to or may step aside to.
  private func sidesteps(_ v: Int, from w: Int) -> [Int] {
    neighbours(v).filter { u in
      guard u != w else { return false }
      guard let other = occupant(u) else { return true }
      return agents[other].isFree && !(neighbours(u).count == 1 && agents[other].goal == u)
    }
  }

  private func mustSwap(pusher: Int, puller: Int, from: Int, to: Int) -> Bool {
    guard let push = agents[pusher].distance, let pull = agents[puller].distance else {
      return false
    }
    var (behind, ahead) = (from, to)
    while push[ahead] < push[behind] {
      let ways = sidesteps(ahead, from: behind)
      if ways.count > 1 { return false }
      guard let way = ways.first else { break }
      (behind, ahead) = (ahead, way)
    }
    return pull[behind] < pull[ahead] && (push[behind] == 0 || push[ahead] < push[behind])
  }

  private func canBackUp(from start: Int, to first: Int) -> Bool {
    var (behind, ahead) = (start, first)
    for _ in 0..<graph.vertexCount where ahead != start {
      let ways = sidesteps(ahead, from: behind)
      if ways.count > 1 { return true }
      guard let way = ways.first else { return false }
      (behind, ahead) = (ahead, way)
    }
    return false
  }
}

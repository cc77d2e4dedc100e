import Grid

@testable import MAPF

/// One step of the one-shot planner's PIBT, slow and obvious: distances are searched anew, who is where
/// is looked up by going through all agents, priority inheritance is recursion.
///
/// The rules are those that `GridKernel` names; only the draw of chance is shared with it. Without
/// swaps in corridors.
struct OneShotReference {
  struct Agent {
    var at: Int
    var goal: Int
    var next: Int?
  }

  let graph: Graph
  let refusesRotations: Bool
  var agents: [Agent]
  var random: UInt64
  /// Agent -> distances to its goal.
  private let distance: [[Int]]

  init(graph: Graph, agents: [Agent], refusesRotations: Bool, random: UInt64) {
    self.graph = graph
    self.agents = agents
    self.refusesRotations = refusesRotations
    self.random = random
    distance = agents.map { OneShotReference.distances(graph, to: $0.goal) }
  }

  /// Decides the agents of `order` and whom they push. - Returns: where all will be.
  mutating func step(order: [Int]) -> [Int] {
    for a in order where agents[a].next == nil { _ = decide(a, pushedBy: nil) }
    return agents.map { $0.next ?? $0.at }
  }

  static func distances(_ graph: Graph, to goal: Int) -> [Int] {
    var distance = [Int](repeating: .max, count: graph.vertexCount)
    distance[goal] = 0
    for _ in 0..<graph.vertexCount {
      for edge in graph.successors.indices where graph.successors[edge] >= 0 {
        let next = distance[Int(graph.successors[edge])]
        if next < .max { distance[edge / 4] = min(distance[edge / 4], next + 1) }
      }
    }
    return distance
  }

  private func beside(_ v: Int, _ direction: Int) -> Int? {
    let next = graph.successors[4 * v + direction]
    return next >= 0 ? Int(next) : nil
  }

  private func occupant(_ v: Int) -> Int? { agents.firstIndex { $0.at == v } }
  private func isClaimed(_ v: Int) -> Bool { agents.contains { $0.next == v } }

  /// Whether agent `a` comes nearer to its goal by going from `v` in `direction`.
  private func isNearer(_ a: Int, _ v: Int, _ direction: Int) -> Bool {
    guard let next = beside(v, direction) else { return false }
    return distance[a][next] < distance[a][v]
  }

  /// - Returns: false when `a` must stay although another has claimed its cell.
  private mutating func decide(_ a: Int, pushedBy pusher: Int?) -> Bool {
    let here = agents[a].at
    var untried = (0..<4).filter { beside(here, $0) != nil }
    var mayStay = true
    while true {
      // Nearer cells, then staying, then farther ones.
      let nearer = untried.filter { isNearer(a, here, $0) }
      var direction: Int?
      if !nearer.isEmpty {
        direction = choose(a, nearer, true, pusher)
      } else if !mayStay {
        direction = choose(a, untried, false, pusher)
        if direction == nil { break }
      }
      guard let direction, let target = beside(here, direction) else {
        mayStay = false
        if isClaimed(here) { continue }
        agents[a].next = here
        return true
      }
      untried.removeAll { $0 == direction }
      if isClaimed(target) { continue }
      let other = occupant(target)
      if let other, closes(from: other, to: a) { continue }
      agents[a].next = target
      guard let other, agents[other].next == nil else { return true }
      if decide(other, pushedBy: a) { return true }
      agents[a].next = nil
    }
    agents[a].next = here
    return false
  }

  /// The best of the directions that are nearer, or of all that are not when there is none.
  private mutating func choose(
    _ a: Int, _ among: [Int], _ wantsNearer: Bool, _ pusher: Int?
  ) -> Int? {
    let here = agents[a].at
    let set = wantsNearer ? among.filter { isNearer(a, here, $0) } : among
    guard set.count > 1 else { return set.first }
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    var best: (key: Int, direction: Int)?
    for (i, direction) in set.enumerated() {
      var key = Int((random >> UInt64(8 * i)) & 0xFF)
      if let target = beside(here, direction) {
        key += isClaimed(target) ? 1 << 20 : reluctance(a, target, direction, wantsNearer, pusher)
      }
      if key < best?.key ?? .max { best = (key, direction) }
    }
    return best?.direction
  }

  private func reluctance(
    _ a: Int, _ target: Int, _ direction: Int, _ wantsNearer: Bool, _ pusher: Int?
  ) -> Int {
    let here = agents[a].at
    var key = 0
    for side in 0..<4 {
      guard let v = beside(target, side), v != here, let other = occupant(v) else { continue }
      if isNearer(other, v, side ^ 2) { key += 256 }
    }
    if !wantsNearer, let pusher, isNearer(pusher, here, direction) { key += 1024 }
    if let other = occupant(target) {
      key += agents[other].at == agents[other].goal ? 512 : 128
    }
    return key
  }

  /// Whether whoever enters the cell that the one before leaves, beginning with `first`, is at last
  /// `a`. Only a swap counts where rotations are allowed.
  private func closes(from first: Int, to a: Int) -> Bool {
    var x = first
    for _ in agents {
      guard let next = agents[x].next else { return false }
      if next == agents[a].at { return true }
      guard refusesRotations, next != agents[x].at, let leader = occupant(next) else {
        return false
      }
      x = leader
    }
    return false
  }
}

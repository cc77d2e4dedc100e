import Grid

/// Distances of all vertices to agents' goals, filled when asked for, the oldest dropped beyond a
/// memory limit.
///
/// Unsafe memory, fenced here. A row is valid until the next one is asked for.
struct ImproverDistances {
  private let vertexCount: Int
  private let slotCount: Int
  private let rows: UnsafeMutablePointer<UInt16>
  private let queue: UnsafeMutablePointer<Int32>
  /// `4 * v + direction` -> where one comes from.
  private let predecessors: UnsafeMutablePointer<Int32>
  /// Agent -> its slot, -1 when it has none; slot -> its agent.
  private var slotOf: [Int32]
  private var agentIn: [Int32]
  private var hand = 0

  init(graph: Graph, agentCount: Int, memoryLimit: Int) {
    vertexCount = graph.vertexCount
    slotCount = max(1, min(agentCount, memoryLimit / (2 * max(1, vertexCount))))
    rows = .allocate(capacity: slotCount * vertexCount)
    queue = .allocate(capacity: vertexCount + 4)
    predecessors = .allocate(capacity: 4 * vertexCount)
    for (i, u) in graph.predecessors.enumerated() { predecessors[i] = u }
    slotOf = Array(repeating: -1, count: agentCount)
    agentIn = Array(repeating: -1, count: slotCount)
  }

  func deallocate() {
    rows.deallocate()
    queue.deallocate()
    predecessors.deallocate()
  }

  /// The distances to `goal`, that of `agent`; 65,535 where it cannot be reached.
  mutating func row(_ agent: Int, goal: Int32) -> UnsafePointer<UInt16> {
    var slot = Int(slotOf[agent])
    if slot < 0 {
      slot = hand
      hand = hand + 1 == slotCount ? 0 : hand + 1
      if agentIn[slot] >= 0 { slotOf[Int(agentIn[slot])] = -1 }
      agentIn[slot] = Int32(agent)
      slotOf[agent] = Int32(slot)
      fill(rows + slot * vertexCount, goal)
    }
    return UnsafePointer(rows + slot * vertexCount)
  }

  private func fill(_ row: UnsafeMutablePointer<UInt16>, _ goal: Int32) {
    row.update(repeating: .max, count: vertexCount)
    row[Int(goal)] = 0
    queue[0] = goal
    var head = 0
    var tail = 1
    while head < tail {
      let v = Int(queue[head])
      head &+= 1
      let next = min(row[v], .max - 2) + 1
      for e in 4 &* v..<4 &* v &+ 4 {
        let u = Int(predecessors[e])
        guard u >= 0, row[u] == .max else { continue }
        row[u] = next
        queue[tail] = Int32(u)
        tail &+= 1
      }
    }
  }
}

// The cheapest path of one agent round all others: safe-interval path planning.
// Phillips, Likhachev, "SIPP: Safe Interval Path Planning for Dynamic Environments" (ICRA 2011).
// Where we differ:
// - the cost is the agent's loss: resting on the goal is free even when it is left again;
// - safe intervals are read off bit rows as they are needed, and the closed set is a bit per vertex
//   and time: all times of an interval from the arrival on;
// - among arrivals after a rest on the goal the cheapest one closes its interval, which may miss
//   the cheapest path of an agent that is pushed off its goal several times;
// - equal costs are ordered by chance, last found first expanded.

/// The search's working memory. Made once; a search allocates nothing.
struct SafeIntervalSearch {
  struct Node {
    var vertex: Int32
    /// When the agent arrives.
    var time: Int32
    /// The last time of the safe interval.
    var end: Int32
    /// Steps rested on the goal so far: `time` less these is the cost.
    var rest: Int32
    var parent: Int32
    /// The next node of the same estimate.
    var next: Int32 = -1
    /// 1 after a rest on the goal: such nodes are closed only when expanded, cheapest first.
    var isLate: Int32 = 0
  }

  static let nodeLimit = 1 << 19

  let table: ReservationTable
  /// `4 * v + direction` -> neighbour or -1.
  let neighbours: UnsafePointer<Int32>
  private let nodes: UnsafeMutablePointer<Node>
  /// Estimate less the least one -> its newest node.
  private let buckets: UnsafeMutablePointer<Int32>
  private var nodeCount: Int32 = 0
  private var lowest = 0
  private var random: UInt64
  /// Nodes expanded since the start: the work.
  private(set) var expanded = 0

  init(table: ReservationTable, neighbours: UnsafePointer<Int32>, random: UInt64) {
    self.table = table
    self.neighbours = neighbours
    self.random = random | 1
    nodes = .allocate(capacity: Self.nodeLimit)
    buckets = .allocate(capacity: 4 * table.horizon)
  }

  func deallocate() {
    nodes.deallocate()
    buckets.deallocate()
  }

  /// Searches a path of cost at most `bound` and writes it to `path`.
  /// - Parameters:
  ///   - distance: vertex -> steps to `goal`, the row of the agent.
  ///   - path: room for `horizon` vertices; filled up to the returned time.
  /// - Returns: when the goal is reached for good, and the cost; nil when there is no such path.
  mutating func run(
    from start: Int32, to goal: Int32, distance: UnsafePointer<UInt16>, bound: Int,
    path: UnsafeMutablePointer<Int32>
  ) -> (last: Int, cost: Int)? {
    expanded &+= 1
    let least = Int(distance[Int(start)])
    let most = min(bound, least + 4 * table.horizon - 1)
    guard least <= most else { return nil }
    buckets.update(repeating: -1, count: most - least + 1)
    nodeCount = 0
    lowest = least
    let end = BitRow.nextSet(table.row(start), 0, table.horizon) - 1
    guard end >= 0 else { return nil }
    push(
      Node(vertex: start, time: 0, end: Int32(end), rest: 0, parent: -1), least,
      isLate: start == goal)
    defer { clearClosed() }
    var estimate = least
    while estimate <= most {
      let index = buckets[estimate - least]
      guard index >= 0 else {
        estimate += 1
        continue
      }
      let node = nodes[Int(index)]
      buckets[estimate - least] = node.next
      if node.vertex == goal && Int(node.end) == table.horizon - 1 {
        return (write(index, path), estimate)
      }
      if node.isLate != 0 {
        if isClosed(node.vertex, Int(node.time), isLate: true) { continue }
        close(node)
      }
      expanded &+= 1
      if node.vertex == goal {
        expandGoal(node, index, distance, most)
      } else {
        expand(node, index, goal, distance, most)
      }
      if Int(nodeCount) > Self.nodeLimit - 1024 { return nil }
    }
    return nil
  }

  @inline(__always)
  private mutating func push(_ node: Node, _ estimate: Int, isLate: Bool) {
    nodes[Int(nodeCount)] = node
    nodes[Int(nodeCount)].next = buckets[estimate &- lowest]
    nodes[Int(nodeCount)].isLate = isLate ? 1 : 0
    if !isLate { close(node) }
    buckets[estimate &- lowest] = nodeCount
    nodeCount &+= 1
  }

  @inline(__always)
  private func close(_ node: Node) {
    let closed = table.row(node.vertex) + (1 &+ Int(node.isLate)) &* table.wordCount
    BitRow.set(closed, Int(node.time), Int(node.end) + 1)
  }

  @inline(__always)
  private func isClosed(_ v: Int32, _ time: Int, isLate: Bool) -> Bool {
    let closed = table.row(v) + (isLate ? 2 : 1) &* table.wordCount
    return closed[time >> 6] & (1 << UInt64(time & 63)) != 0
  }

  @inline(__always)
  private mutating func draw() -> Int {
    random ^= random &<< 13
    random ^= random &>> 7
    random ^= random &<< 17
    return Int(truncatingIfNeeded: random &>> 33)
  }

  /// Whether the only way to be at `u` one step after `time` would swap with who comes to `v`.
  @inline(__always)
  private func isSwap(_ v: Int32, _ u: Int32, _ time: Int) -> Bool {
    let other = table.holder(u, time)
    return other >= 0 && other == table.holder(v, time &+ 1)
  }

  @inline(__always)
  private mutating func expand(
    _ node: Node, _ index: Int32, _ goal: Int32, _ distance: UnsafePointer<UInt16>, _ most: Int
  ) {
    let v = node.vertex
    let (time, end, rest) = (Int(node.time), Int(node.end), Int(node.rest))
    let first = draw()
    for k in 0..<4 {
      let u = neighbours[4 &* Int(v) &+ (first &+ k) & 3]
      guard u >= 0 else { continue }
      let far = Int(distance[Int(u)])
      let latest = min(end &+ 1, most &+ rest &- far, table.horizon &- 1)
      let isLate = rest > 0 || u == goal
      let row = table.row(u)
      var arrival = time &+ 1
      while true {
        arrival = BitRow.nextClear(row, arrival, table.horizon)
        guard arrival <= latest else { break }
        let runEnd = BitRow.nextSet(row, arrival, table.horizon) &- 1
        if !isClosed(u, arrival, isLate: isLate)
          && !(arrival == end &+ 1 && isSwap(v, u, end))
        {
          push(
            Node(
              vertex: u, time: Int32(arrival), end: Int32(runEnd), rest: node.rest, parent: index),
            arrival &- rest &+ far, isLate: isLate)
        }
        arrival = runEnd &+ 2
      }
    }
  }

  /// From the goal the agent may leave at any time for the same cost: each interval of a neighbour
  /// is entered as late as can be, and as early.
  private mutating func expandGoal(
    _ node: Node, _ index: Int32, _ distance: UnsafePointer<UInt16>, _ most: Int
  ) {
    let (v, time, end) = (node.vertex, Int(node.time), Int(node.end))
    let cost = time - Int(node.rest) + 1
    for k in 0..<4 {
      let u = neighbours[4 * Int(v) + k]
      guard u >= 0, cost + Int(distance[Int(u)]) <= most else { continue }
      let latest = min(end + 1, table.horizon - 1)
      let row = table.row(u)
      var arrival = time + 1
      while true {
        arrival = BitRow.nextClear(row, arrival, table.horizon)
        guard arrival <= latest else { break }
        let runEnd = BitRow.nextSet(row, arrival, table.horizon) - 1
        // The later one is pushed last: it is expanded, and so closed, first.
        for enter in [arrival, min(runEnd, latest)] {
          if enter == end + 1 && isSwap(v, u, end) { continue }
          if isClosed(u, enter, isLate: true) { continue }
          push(
            Node(
              vertex: u, time: Int32(enter), end: Int32(runEnd), rest: Int32(enter - cost),
              parent: index), cost + Int(distance[Int(u)]), isLate: true)
        }
        arrival = runEnd + 2
      }
    }
  }

  private func write(_ index: Int32, _ path: UnsafeMutablePointer<Int32>) -> Int {
    let last = Int(nodes[Int(index)].time)
    path[last] = nodes[Int(index)].vertex
    var after = last
    var i = nodes[Int(index)].parent
    while i >= 0 {
      let node = nodes[Int(i)]
      for t in Int(node.time)..<after { path[t] = node.vertex }
      after = Int(node.time)
      i = node.parent
    }
    return last
  }

  private func clearClosed() {
    let words = table.wordCount
    for i in 0..<Int(nodeCount) {
      let node = nodes[i]
      let row = table.row(node.vertex)
      BitRow.clear(row + words, Int(node.time), Int(node.end) + 1)
      BitRow.clear(row + 2 * words, Int(node.time), Int(node.end) + 1)
    }
  }
}

import Grid

/// Distances between any two cells, for choosing tasks: exact where all of them fit into the memory
/// given, else a bound from below by landmarks (differential heuristics; Goldberg, Harrelson,
/// "Computing the Shortest Path: A* Search Meets Graph Theory", SODA 2005), chosen farthest first.
///
/// In the turning model exact distances count quarter turns on the way (not the one at its start, as
/// the heading is not known); bounds do not. Other agents and guidance count for nothing. On graphs with one-way lanes landmark bounds
/// do not hold; exact distances do.
///
/// Memory: 2 bytes a pair, or 2 bytes a vertex and landmark. Distances from 65,534 on count as
/// that.
public struct WayEstimates: Sendable {
  static let unreachable = UInt16.max
  static let landmarkLimit = 64

  public let graph: Graph
  /// Whether every distance is exact.
  public let isExact: Bool
  /// The goal's row, or the landmark's: `rows[row * vertexCount + vertex]`.
  private var rows: [UInt16] = []
  /// Vertex -> the number of its connected part: landmarks say nothing across parts.
  private var part: [Int32] = []
  private var landmarks = 0

  /// - Complexity: O(vertices) for each row: every vertex when exact, at most 64 landmarks else.
  public init(graph: Graph, model: MotionModel = .fourNeighbour, memoryLimit: Int) {
    self.graph = graph
    let count = graph.vertexCount
    isExact = 2 * count * count <= memoryLimit
    var search = RowSearch(graph: graph, model: isExact ? model : .fourNeighbour)
    if isExact {
      rows.reserveCapacity(count * count)
      for goal in 0..<Int32(count) { rows += search.row(to: goal) }
    } else {
      chooseLandmarks(max(1, min(Self.landmarkLimit, memoryLimit / max(1, 2 * count))), &search)
    }
  }

  /// Steps from `a` to `b`, or a bound below them; nil: there is no way.
  @inline(__always)
  public func steps(from a: Int32, to b: Int32) -> Int32? {
    let count = graph.vertexCount
    if isExact {
      let steps = rows[Int(b) * count + Int(a)]
      return steps == Self.unreachable ? nil : Int32(steps)
    }
    guard part[Int(a)] == part[Int(b)] else { return nil }
    var best = straight(a, b)
    rows.withUnsafeBufferPointer { rows in
      let first = Int(a) * landmarks
      let second = Int(b) * landmarks
      for l in 0..<landmarks {
        let u = rows[first + l]
        let v = rows[second + l]
        guard u != Self.unreachable else { continue }
        best = max(best, abs(Int32(u) - Int32(v)))
      }
    }
    return best
  }

  /// Columns and rows between `a` and `b`: never more than `steps`.
  @inline(__always)
  public func straight(_ a: Int32, _ b: Int32) -> Int32 {
    let from = graph.cells[Int(a)]
    let to = graph.cells[Int(b)]
    return abs(from.x - to.x) + abs(from.y - to.y)
  }

  private mutating func chooseLandmarks(_ limit: Int, _ search: inout RowSearch) {
    let count = graph.vertexCount
    part = connectedParts()
    var nearest = [UInt16](repeating: Self.unreachable, count: count)
    var chosen: [[UInt16]] = []
    var next: Int32 = 0
    while chosen.count < min(limit, count) {
      let row = search.row(to: next)
      for v in 0..<count { nearest[v] = min(nearest[v], row[v]) }
      chosen.append(row)
      guard let far = (0..<count).max(by: { nearest[$0] < nearest[$1] }), nearest[far] > 0 else {
        break
      }
      next = Int32(far)
    }
    landmarks = chosen.count
    rows = [UInt16](repeating: 0, count: count * landmarks)
    for (l, row) in chosen.enumerated() {
      for v in 0..<count { rows[v * landmarks + l] = row[v] }
    }
  }

  private func connectedParts() -> [Int32] {
    var part = [Int32](repeating: -1, count: graph.vertexCount)
    var stack: [Int32] = []
    for first in 0..<graph.vertexCount where part[first] < 0 {
      part[first] = Int32(first)
      stack.append(Int32(first))
      while let v = stack.popLast() {
        for list in [graph.successors, graph.predecessors] {
          for d in 0..<4 {
            let w = list[4 * Int(v) + d]
            guard w >= 0, part[Int(w)] < 0 else { continue }
            part[Int(w)] = Int32(first)
            stack.append(w)
          }
        }
      }
    }
    return part
  }
}

/// Breadth-first searches back from goals, with one queue for all. In the turning model over states
/// `4 * vertex + heading`.
struct RowSearch {
  private let graph: Graph
  private let headings: Int
  private var queue: [Int32]
  private var steps: [UInt16]

  init(graph: Graph, model: MotionModel) {
    self.graph = graph
    headings = model.headingCount
    queue = [Int32](repeating: 0, count: headings * graph.vertexCount)
    steps = [UInt16](repeating: 0, count: headings * graph.vertexCount)
  }

  /// Vertex -> steps to `goal` from the best heading.
  /// - Complexity: O(states)
  mutating func row(to goal: Int32) -> [UInt16] {
    steps.withUnsafeMutableBufferPointer { steps in
      queue.withUnsafeMutableBufferPointer { queue in
        graph.predecessors.withUnsafeBufferPointer { predecessors in
          let frontier = Frontier(queue: queue, steps: steps)
          if headings == 1 {
            frontier.flood(goal, predecessors)
          } else {
            frontier.floodTurning(goal, predecessors)
          }
        }
      }
    }
    guard headings > 1 else { return steps }
    return (0..<graph.vertexCount).map { v in
      min(min(steps[4 * v], steps[4 * v + 1]), min(steps[4 * v + 2], steps[4 * v + 3]))
    }
  }

  private struct Frontier {
    let queue: UnsafeMutableBufferPointer<Int32>
    let steps: UnsafeMutableBufferPointer<UInt16>

    func flood(_ goal: Int32, _ predecessors: UnsafeBufferPointer<Int32>) {
      steps.update(repeating: WayEstimates.unreachable)
      steps[Int(goal)] = 0
      queue[0] = goal
      var head = 0
      var tail = 1
      while head < tail {
        let v = Int(queue[head])
        head += 1
        for d in 0..<4 { reach(predecessors[4 * v + d], after: v, &tail) }
      }
    }

    func floodTurning(_ goal: Int32, _ predecessors: UnsafeBufferPointer<Int32>) {
      steps.update(repeating: WayEstimates.unreachable)
      var head = 0
      var tail = 4
      for heading in 0..<4 {
        steps[4 * Int(goal) + heading] = 0
        queue[heading] = 4 * goal + Int32(heading)
      }
      while head < tail {
        let state = Int(queue[head])
        head += 1
        let before = predecessors[state]
        reach(before < 0 ? -1 : 4 * before + Int32(state & 3), after: state, &tail)
        reach(Int32(state & ~3 | (state + 1) & 3), after: state, &tail)
        reach(Int32(state & ~3 | (state + 3) & 3), after: state, &tail)
      }
    }

    @inline(__always)
    private func reach(_ state: Int32, after next: Int, _ tail: inout Int) {
      guard state >= 0, steps[Int(state)] == WayEstimates.unreachable else { return }
      steps[Int(state)] = min(steps[next] + 1, WayEstimates.unreachable - 1)
      queue[tail] = state
      tail += 1
    }
  }
}

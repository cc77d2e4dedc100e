import Grid

/// The strongly connected components of part of a graph (Tarjan 1972, without recursion).
/// - Complexity: O(vertices)
struct StrongComponents {
  /// Vertex -> component, -1 outside the part.
  private(set) var component: [Int32]
  private(set) var count = 0

  private var number: [Int32]
  private var low: [Int32]
  private var stack: [Int32] = []
  private var path: [(vertex: Int32, direction: Int32)] = []
  private var next: Int32 = 0

  /// - Parameter usable: one entry a vertex: whether it is in the part.
  init(_ graph: Graph, usable: [Bool]) {
    component = [Int32](repeating: -1, count: graph.vertexCount)
    number = component
    low = component
    for v in 0..<Int32(graph.vertexCount) where usable[Int(v)] && number[Int(v)] < 0 {
      explore(from: v, graph, usable)
    }
  }

  private mutating func explore(from root: Int32, _ graph: Graph, _ usable: [Bool]) {
    enter(root)
    while let (vertex, direction) = path.last {
      let v = Int(vertex)
      guard direction < 4 else {
        leave(vertex)
        continue
      }
      path[path.count - 1].direction += 1
      let w = graph.successors[4 * v + Int(direction)]
      guard w >= 0, usable[Int(w)] else { continue }
      if number[Int(w)] < 0 {
        enter(w)
      } else if component[Int(w)] < 0 {
        low[v] = min(low[v], number[Int(w)])
      }
    }
  }

  private mutating func enter(_ v: Int32) {
    number[Int(v)] = next
    low[Int(v)] = next
    next += 1
    stack.append(v)
    path.append((v, 0))
  }

  private mutating func leave(_ v: Int32) {
    path.removeLast()
    if let parent = path.last?.vertex {
      low[Int(parent)] = min(low[Int(parent)], low[Int(v)])
    }
    guard low[Int(v)] == number[Int(v)] else { return }
    while let w = stack.popLast() {
      component[Int(w)] = Int32(count)
      if w == v { break }
    }
    count += 1
  }
}

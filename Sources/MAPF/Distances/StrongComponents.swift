/// A directed graph as far as its strong components depend on it.
public protocol ComponentGraph {
  var vertexCount: Int { get }
  /// Whether the vertex belongs to the part that is looked at.
  func contains(_ v: Int32) -> Bool
  /// The numbers of the edges that leave `v`.
  func edges(from v: Int32) -> Range<Int32>
  /// Where an edge leads; -1: nowhere, or out of the part.
  func end(of edge: Int32) -> Int32
}

/// The strongly connected components of a graph: within one, there is a way from everywhere to
/// everywhere (Tarjan 1972, without recursion).
/// - Complexity: O(vertices + edges)
public struct StrongComponents<Edges: ComponentGraph> {
  /// Vertex -> component, -1 outside the part.
  public private(set) var component: [Int32]
  public private(set) var count = 0

  private let graph: Edges
  private var number: [Int32]
  private var low: [Int32]
  private var stack: [Int32] = []
  private var path: [(vertex: Int32, edge: Int32)] = []
  private var next: Int32 = 0

  public init(_ graph: Edges) {
    self.graph = graph
    component = [Int32](repeating: -1, count: graph.vertexCount)
    number = component
    low = component
    for v in 0..<Int32(graph.vertexCount) where number[Int(v)] < 0 && graph.contains(v) {
      explore(from: v)
    }
  }

  private mutating func explore(from root: Int32) {
    enter(root)
    while let (vertex, edge) = path.last {
      let v = Int(vertex)
      guard edge < graph.edges(from: vertex).upperBound else {
        leave(vertex)
        continue
      }
      path[path.count - 1].edge += 1
      let w = graph.end(of: edge)
      guard w >= 0 else { continue }
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
    path.append((v, graph.edges(from: v).lowerBound))
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

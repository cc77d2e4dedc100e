import Grid

/// What moves cost in the distance tables of the lifelong planner: weights that spread traffic and
/// direct it (a guidance graph; Zhang, Jiang, Bhatt, Nikolaidis, Li, IJCAI 2024).
///
/// Weights do not change what is allowed, only what is short. They belong to one graph.
public struct Guidance: Sendable, Equatable {
  /// What a quarter turn may cost at most; how four headings share a code depends on it.
  public static let turnLimit: UInt8 = 3

  /// `4 * vertex + direction` -> the cost of moving that way from the vertex, at least 1. Entries of
  /// moves that the graph does not have count for nothing.
  public var edges: [UInt8]
  /// The cost of a quarter turn, 1...3 (turning model only).
  public var turn: UInt8
  /// The cost of a step of waiting, for scores of operations. Distances do not depend on it.
  public var wait: UInt8

  /// - Precondition: weights of edges at least 1; `turn` in 1...3.
  public init(edges: [UInt8], turn: UInt8 = 1, wait: UInt8 = 1) {
    precondition(!edges.contains(0), "an edge weight is 0")
    precondition((1...Self.turnLimit).contains(turn), "turn weight \(turn)")
    self.edges = edges
    self.turn = turn
    self.wait = wait
  }

  /// Every move costs the same.
  public static func uniform(vertexCount: Int, edge: UInt8 = 1, turn: UInt8 = 1) -> Guidance {
    Guidance(edges: Array(repeating: edge, count: 4 * vertexCount), turn: turn, wait: edge)
  }

  /// The largest edge weight with which distances of states five moves apart are told exactly.
  public static func edgeLimit(model: MotionModel, turn: UInt8) -> UInt8 {
    switch (model, turn) {
    case (.fourNeighbour, _): 255
    case (.turning, 1): 200
    case (.turning, 2): 50
    case (.turning, _): 25
    }
  }
}

import Grid

/// Learns the guidance of a map offline: each candidate is tried in a run of the planner, what that run
/// showed of the traffic makes the next one; the best is kept.
///
/// A greedy walk, not an evolution strategy over a generator network as in the papers cited at
/// `Guidance.adapted`: some ten runs are enough, and the same runs give the same guidance.
///
///     var search = GuidanceSearch(from: .automatic(for: graph, model: model), on: graph, model: model)
///     for _ in 0..<12 {
///       let (finished, traffic) = run(with: search.candidate)
///       search.judge(finished: finished, traffic: traffic)
///     }
///     write(search.best.text(for: graph))
public struct GuidanceSearch: Sendable {
  /// What is tried on the best guidance in turn: crowding and contraflow factors.
  private static let factors: [(Double, Double)] = [
    (4, 1), (8, 2), (2, 0), (0, 1), (1, 0.5), (16, 4),
  ]

  /// The guidance to try next.
  public private(set) var candidate: Guidance
  /// The guidance with which the most tasks were finished so far.
  public private(set) var best: Guidance
  /// Tasks finished with it; nil before the first run.
  public private(set) var bestFinished: Int?
  private let graph: Graph
  private let model: MotionModel
  private var traffic: ObservedTraffic
  private var attempt = 0

  /// - Parameter first: where to begin. Weights of 4 and more leave room for fine steps.
  public init(from first: Guidance, on graph: Graph, model: MotionModel) {
    candidate = first
    best = first
    self.graph = graph
    self.model = model
    traffic = ObservedTraffic(vertexCount: graph.vertexCount)
  }

  /// Takes the outcome of a run with `candidate` and makes the next candidate.
  /// - Complexity: O(edges)
  public mutating func judge(finished: Int, traffic: ObservedTraffic) {
    if bestFinished.map({ finished > $0 }) ?? true {
      best = candidate
      bestFinished = finished
      self.traffic = traffic
    } else {
      attempt += 1
    }
    let (crowding, contraflow) = Self.factors[attempt % Self.factors.count]
    candidate = best.adapted(
      to: self.traffic, on: graph, model: model, crowding: crowding, contraflow: contraflow)
  }
}

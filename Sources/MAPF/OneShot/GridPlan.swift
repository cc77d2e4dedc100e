import Grid

/// Agents with a start and a goal each on a plain four-neighbour grid: one-shot MAPF
/// (Stern et al., "Multi-Agent Pathfinding: Definitions, Variants, and Benchmarks", SoCS 2019).
public struct GridInstance: Sendable {
  public let graph: Graph
  /// Agent -> the vertex it starts from; no two alike.
  public let starts: [Int32]
  /// Agent -> the vertex it shall rest on at the end; no two alike.
  public let goals: [Int32]

  public var agentCount: Int { starts.count }

  /// - Precondition: as many goals as starts, all of them vertices of `graph`, none twice.
  public init(graph: Graph, starts: [Int32], goals: [Int32]) {
    precondition(starts.count == goals.count, "\(starts.count) starts, \(goals.count) goals")
    for row in [starts, goals] {
      var isTaken = [Bool](repeating: false, count: graph.vertexCount)
      for v in row {
        precondition(v >= 0 && Int(v) < graph.vertexCount, "\(v) is no vertex")
        precondition(!isTaken[Int(v)], "vertex \(v) twice")
        isTaken[Int(v)] = true
      }
    }
    self.graph = graph
    self.starts = starts
    self.goals = goals
  }
}

/// Where every agent is at every step: one row of vertices a configuration, starts first.
public struct GridPlan: Sendable, Equatable {
  public let agentCount: Int
  /// `step * agentCount + agent` -> vertex.
  public var vertices: [Int32]

  /// - Precondition: whole rows.
  public init(agentCount: Int, vertices: [Int32]) {
    precondition(agentCount > 0 && vertices.count % agentCount == 0, "a plan of broken rows")
    self.agentCount = agentCount
    self.vertices = vertices
  }

  /// Configurations, the start included.
  public var length: Int { vertices.count / agentCount }

  /// Steps from the first configuration to the last.
  public var makespan: Int { max(0, length - 1) }

  /// The agents' vertices after `step` steps.
  public func configuration(_ step: Int) -> ArraySlice<Int32> {
    vertices[step * agentCount..<(step + 1) * agentCount]
  }
}

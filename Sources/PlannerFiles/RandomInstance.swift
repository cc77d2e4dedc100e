import Determinism
import Grid
import MAPF

/// Random starts and goals for benchmarks: no start twice, no goal twice, every goal in the connected
/// part of the map where its agent starts.
public enum RandomInstance {
  /// A function of graph, count and seed; nil when there are fewer passable cells than agents.
  /// - Complexity: O(vertices)
  public static func draw(_ graph: Graph, agentCount: Int, seed: Seed) -> GridInstance? {
    guard agentCount > 0, agentCount <= graph.vertexCount else { return nil }
    let parts = connectedParts(graph)
    var chance = seed.derive("random instance").generator()
    var starts = Array(0..<Int32(graph.vertexCount))
    chance.shuffle(&starts)
    starts.removeLast(graph.vertexCount - agentCount)
    var free = Array(0..<Int32(graph.vertexCount))
    chance.shuffle(&free)
    // By part, the vertices in drawn order, taken from the end.
    var goalsOf = [[Int32]](repeating: [], count: 1 + Int(parts.max() ?? 0))
    for v in free { goalsOf[Int(parts[Int(v)])].append(v) }
    let goals = starts.map { goalsOf[Int(parts[Int($0)])].removeLast() }
    return GridInstance(graph: graph, starts: starts, goals: goals)
  }

  /// Vertex -> the number of its connected part.
  static func connectedParts(_ graph: Graph) -> [Int32] {
    var parts = [Int32](repeating: -1, count: graph.vertexCount)
    var count: Int32 = 0
    var frontier: [Int32] = []
    for first in 0..<graph.vertexCount where parts[first] < 0 {
      parts[first] = count
      frontier.append(Int32(first))
      while let v = frontier.popLast() {
        for w in graph.successors[4 * Int(v)..<4 * Int(v) + 4] where w >= 0 && parts[Int(w)] < 0 {
          parts[Int(w)] = count
          frontier.append(w)
        }
      }
      count += 1
    }
    return parts
  }
}

/// A `.scen` file of an instance, version 1. Distances are written as 0: nobody needs them, and an
/// octile one would be wrong for agents that move in four directions.
public enum ScenarioText {
  /// - Parameter map: the map's name as it shall stand in the file.
  public static func bytes(_ instance: GridInstance, map: String) -> [UInt8] {
    let graph = instance.graph
    // Tabs would part the name into columns.
    let name = map.replacing("\t", with: " ")
    var text = "version 1\n"
    for (start, goal) in zip(instance.starts, instance.goals) {
      let from = graph.cells[Int(start)]
      let to = graph.cells[Int(goal)]
      text += "0\t\(name)\t\(graph.width)\t\(graph.height)\t"
      text += "\(from.x)\t\(from.y)\t\(to.x)\t\(to.y)\t0\n"
    }
    return Array(text.utf8)
  }
}

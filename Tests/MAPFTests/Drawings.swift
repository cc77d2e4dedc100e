import Determinism
import Grid
import MAPF

/// A grid drawn in ASCII: `#` blocked, `x` a no-stop cell, anything else passable.
struct Drawing {
  let graph: Graph
  let marks: [Character]

  init(_ text: String, exits: (Cell) -> DirectionSet = { _ in .all }) {
    let rows = text.split(separator: "\n").map(Array.init)
    let passable = rows.flatMap { $0.map { $0 != "#" } }
    let map = GridMap(
      width: Int32(rows[0].count), height: Int32(rows.count), passable: passable)
    graph = Graph(map, exits: exits)
    let all = rows.flatMap { $0 }
    marks = graph.cells.map { all[Int($0.y) * Int(map.width) + Int($0.x)] }
  }

  /// The vertex drawn as `mark`.
  subscript(_ mark: Character) -> Int32 {
    guard let v = marks.firstIndex(of: mark) else { preconditionFailure("no \(mark) drawn") }
    return Int32(v)
  }

  func isNoStop(_ v: VertexID) -> Bool { marks[v.index] == "x" }

  /// All drawn no-stop cells as one mutex.
  var junction: [VertexID] {
    marks.indices.filter { marks[$0] == "x" }.map { VertexID(Int32($0)) }
  }

  func moves(mutex: Bool = false) -> MoveGraph {
    MoveGraph(graph: graph, noStop: isNoStop, mutexes: mutex ? [junction] : [])
  }
}

/// A random map of passable share `open`, its largest connected part only.
func randomMap(width: Int, height: Int, open: Double, using rng: inout SeededGenerator) -> GridMap {
  var passable = (0..<width * height).map { _ in rng.chance(open) }
  var best: [Int] = []
  var seen = [Bool](repeating: false, count: passable.count)
  for start in passable.indices where passable[start] && !seen[start] {
    var part = [start]
    seen[start] = true
    var head = 0
    while head < part.count {
      let (x, y) = (part[head] % width, part[head] / width)
      head += 1
      for (nx, ny) in [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
      where nx >= 0 && ny >= 0 && nx < width && ny < height {
        let n = ny * width + nx
        if passable[n], !seen[n] {
          seen[n] = true
          part.append(n)
        }
      }
    }
    if part.count > best.count { best = part }
  }
  passable = [Bool](repeating: false, count: passable.count)
  for i in best { passable[i] = true }
  if best.isEmpty { passable[0] = true }
  return GridMap(width: Int32(width), height: Int32(height), passable: passable)
}

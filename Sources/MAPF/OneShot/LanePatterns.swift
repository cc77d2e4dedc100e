import Grid

/// Which directions lead to which goal along lanes: a byte a cell and goal, for crowded maps.
///
/// Where nearly all cells are taken, agents that meet can hardly pass one another, and shortest ways
/// make everybody meet. With lanes two cells wide, by turns one way and the other along rows and
/// along columns, and steps against them dearer (a guidance; Zhang, Jiang, Bhatt, Nikolaidis, Li,
/// "Guidance Graph Optimization for Lifelong Multi-Agent Path Finding", IJCAI 2024), crowds circulate
/// instead. random-64-64-20, 3,000 agents on 3,270 cells: loss 7.2 -> 6.2 of the bound (lanes one
/// cell wide: 6.5; three: 6.7); 2,200 agents: 3.64 -> 3.30.
///
/// Unsafe memory, fenced here: written in `init`, freed in `deinit`.
final class LanePatterns {
  /// `goal index * stride + cell` -> bits `Direction.rawValue`; 0 on the goal.
  let bits: UnsafeMutablePointer<UInt8>
  let stride: Int

  private static let width: Int32 = 2
  private static let easy: UInt8 = 2
  private static let hard: UInt8 = 5
  /// Of `bits`.
  private static let memoryLimit = 128 << 20
  /// Tables filled together.
  private static let batch = 64

  /// Whether lanes suit so many agents.
  static func areWorthwhile(_ grid: BitGrid, agentCount: Int) -> Bool {
    2 * agentCount >= grid.cellOfVertex.count && agentCount * grid.cellCount <= memoryLimit
  }

  /// Nil when `isOver`, asked every few milliseconds, ends it.
  /// - Complexity: O(goals * cells)
  init?(_ graph: Graph, _ tables: BitTables, isOver: (() -> Bool)?) {
    let grid = tables.grid
    let goals = tables.goals.map { grid.vertexOfCell[Int($0)] }
    stride = grid.cellCount
    bits = .allocate(capacity: goals.count * grid.cellCount)
    bits.initialize(repeating: 0, count: goals.count * grid.cellCount)
    let guidance = LanePatterns.lanes(graph)
    let distances = GuidedDistances(
      graph: graph, guidance: guidance, model: .fourNeighbour,
      memoryLimit: 2 * Self.batch * 2 * graph.vertexCount)
    let moves = LaneMoves(graph, guidance, grid, distances.view)
    let order = goals.indices.sorted { goals[$0] < goals[$1] }
    for first in Swift.stride(from: 0, to: order.count, by: Self.batch) {
      if isOver?() == true { return nil }
      let batch = order[first..<min(first + Self.batch, order.count)]
      distances.prepare(batch.map { goals[$0] })
      for index in batch {
        moves.write(distances.follow(goals[index]), to: bits + index * stride)
        distances.release(goals[index])
      }
    }
  }

  deinit { bits.deallocate() }

  private static func lanes(_ graph: Graph) -> Guidance {
    var guidance = Guidance.uniform(vertexCount: graph.vertexCount, edge: easy)
    for (v, cell) in graph.cells.enumerated() {
      let row: Direction = (cell.y / width) & 1 == 0 ? .west : .east
      let column: Direction = (cell.x / width) & 1 == 1 ? .north : .south
      guidance.edges[4 * v + Int(row.rawValue)] = hard
      guidance.edges[4 * v + Int(column.rawValue)] = hard
    }
    return guidance
  }
}

/// The moves of a graph as `LanePatterns` asks for them.
private struct LaneMoves {
  /// By place in a guided table: the cell, and by direction the place the move leads to and its
  /// weight as a difference of codes; a place of its own where there is no move.
  private var cells: [Int32]
  private var targets: [SIMD4<Int32>]
  private var weights: [SIMD4<UInt16>]

  init(_ graph: Graph, _ guidance: Guidance, _ grid: BitGrid, _ view: GuidedView) {
    let count = graph.vertexCount
    cells = Array(repeating: 0, count: count)
    targets = Array(repeating: .zero, count: count)
    weights = Array(repeating: .one, count: count)
    for v in 0..<count {
      let place = Int(view.placeOf[v])
      cells[place] = grid.cellOfVertex[v]
      for direction in 0..<4 {
        let next = graph.successors[4 * v + direction]
        targets[place][direction] = next >= 0 ? view.placeOf[Int(next)] : Int32(place)
        weights[place][direction] = UInt16(guidance.edges[4 * v + direction]) << view.shift
      }
    }
  }

  /// The directions that are first on a shortest way, from the codes of a table. All cells that reach
  /// the goal have the same pattern, so their codes differ as their distances do.
  func write(_ table: UnsafePointer<UInt16>, to bits: UnsafeMutablePointer<UInt8>) {
    cells.withUnsafeBufferPointer { cells in
      targets.withUnsafeBufferPointer { targets in
        weights.withUnsafeBufferPointer { weights in
          for place in cells.indices {
            let (here, target, weight) = (table[place], targets[place], weights[place])
            var pattern: UInt8 = 0
            for direction in 0..<4 where table[Int(target[direction])] &+ weight[direction] == here
            {
              pattern |= 1 &<< UInt8(direction)
            }
            bits[Int(cells[place])] = pattern
          }
        }
      }
    }
  }
}

/// The configurations a `GridSearch` has come to, one row of cells each.
///
/// Unsafe memory, fenced here: rows live in blocks that never move, freed in `deinit`.
final class GridNodes {
  let agentCount: Int
  private(set) var parent: [Int32] = []
  /// The loss on the way from the start, and the sum of the distances still to go.
  private(set) var loss: [Int] = []
  private(set) var remaining: [Int] = []
  var isExpanded: [Bool] = []
  private var blocks: [UnsafeMutablePointer<Int32>] = []
  private var firstOfHash: [UInt64: Int32] = [:]
  private var nextOfHash: [Int32] = []
  private let rowsPerBlock: Int

  init(agentCount: Int) {
    self.agentCount = agentCount
    rowsPerBlock = max(1, (1 << 18) / max(1, agentCount))
  }

  deinit { for block in blocks { block.deallocate() } }

  var byteCount: Int { blocks.count * rowsPerBlock * agentCount * 4 }

  func row(_ node: Int32) -> UnsafePointer<Int32> {
    let (block, rest) = Int(node).quotientAndRemainder(dividingBy: rowsPerBlock)
    return UnsafePointer(blocks[block] + rest * agentCount)
  }

  /// Adds the configuration `row`, reached from `from` (-1: the start) at the cost of `step`.
  func add(
    _ row: UnsafePointer<Int32>, hash: UInt64, parent from: Int32, step: GridKernel.Change
  ) -> Int32 {
    let node = parent.count
    if node % rowsPerBlock == 0 { blocks.append(.allocate(capacity: rowsPerBlock * agentCount)) }
    (blocks[node / rowsPerBlock] + node % rowsPerBlock * agentCount)
      .initialize(from: row, count: agentCount)
    parent.append(from)
    loss.append((from < 0 ? 0 : loss[Int(from)]) + step.loss)
    remaining.append((from < 0 ? 0 : remaining[Int(from)]) + step.growth)
    isExpanded.append(false)
    nextOfHash.append(firstOfHash.updateValue(Int32(node), forKey: hash) ?? -1)
    return Int32(node)
  }

  func find(_ wanted: UnsafePointer<Int32>, hash: UInt64) -> Int32? {
    var node = firstOfHash[hash] ?? -1
    while node >= 0 {
      let known = row(node)
      var a = 0
      while a < agentCount, known[a] == wanted[a] { a += 1 }
      if a == agentCount { return node }
      node = nextOfHash[Int(node)]
    }
    return nil
  }

  /// The nodes from the first to `last`.
  func path(to last: Int32) -> [Int32] {
    var chain: [Int32] = []
    var node = last
    while node >= 0 {
      chain.append(node)
      node = parent[Int(node)]
    }
    return chain.reversed()
  }
}

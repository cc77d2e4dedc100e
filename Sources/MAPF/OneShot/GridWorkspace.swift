/// Owns the memory of a `GridKernel`, with the agents on their starts.
///
/// Unsafe memory, fenced here: everything is initialised in `init` and freed in `deinit`.
final class GridWorkspace {
  let tables: BitTables
  let agentCount: Int
  private let words: UnsafeMutablePointer<Int32>
  private let bytes: UnsafeMutablePointer<UInt8>
  private let narrow: UnsafeMutablePointer<Bool>
  private let field: UnsafeMutablePointer<Int32>

  /// - Parameter starts: a cell an agent; goals are those of `tables`.
  init(_ tables: BitTables, starts: [Int32]) {
    self.tables = tables
    agentCount = tables.goals.count
    words = .allocate(capacity: 7 * agentCount)
    words.initialize(repeating: -1, count: 7 * agentCount)
    bytes = .allocate(capacity: 4 * agentCount)
    bytes.initialize(repeating: 0, count: 4 * agentCount)
    let cellCount = tables.grid.cellCount
    field = .allocate(capacity: 2 * cellCount)
    field.initialize(repeating: GridKernel.none, count: 2 * cellCount)
    narrow = .allocate(capacity: cellCount)
    narrow.initialize(repeating: false, count: cellCount)
    for a in 0..<agentCount {
      words[a] = starts[a]
      words[agentCount + a] = tables.goals[a]
    }
    markNarrow()
  }

  deinit {
    words.deallocate()
    bytes.deallocate()
    narrow.deallocate()
    field.deallocate()
  }

  /// The kernel on this memory. Valid while this object lives.
  func kernel(refusesRotations: Bool) -> GridKernel {
    let n = agentCount
    return GridKernel(
      agentCount: n, gradients: tables.gradients, jump: tables.grid.stripJump,
      refusesRotations: refusesRotations, at: words, goal: words + n, next: words + 2 * n,
      near: bytes, todo: bytes + n, choice: bytes + 2 * n, shun: bytes + 3 * n,
      pulled: words + 3 * n,
      stack: words + 4 * n, decided: words + 5 * n, active: words + 6 * n, field: field,
      isNarrow: UnsafePointer(narrow))
  }

  /// Cells with two ways or fewer, dead ends not counted.
  private func markNarrow() {
    let grid = tables.grid
    for cell in 0..<grid.cellCount where grid.exits[cell] != 0 {
      var count = 0
      for direction in 0..<4 where grid.exits[cell] >> UInt8(direction) & 1 == 1 {
        let beside = Steps.neighbour(cell, direction, grid.stripJump)
        count += grid.exits[beside].nonzeroBitCount > 1 ? 1 : 0
      }
      narrow[cell] = count <= 2
    }
  }
}

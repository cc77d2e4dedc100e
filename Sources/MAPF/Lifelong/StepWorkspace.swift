/// Owns the memory of a `StepKernel`. Made once, grown when agents join.
///
/// Unsafe memory, fenced here: everything is initialised in `init` and freed in `deinit`.
final class StepWorkspace: @unchecked Sendable {
  let capacity: Int
  let moves: FlatMoves
  private let words: UnsafeMutablePointer<Int32>
  private let tables: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  private let candidates: UnsafeMutablePointer<UInt64>
  private let demand: UnsafeMutablePointer<UInt16>

  init(moves: FlatMoves, capacity: Int) {
    self.moves = moves
    self.capacity = capacity
    let wordCount = 9 * capacity + 2 * moves.resourceCount + moves.resourceCount
    words = .allocate(capacity: wordCount)
    words.initialize(repeating: -1, count: wordCount)
    tables = .allocate(capacity: capacity)
    tables.initialize(repeating: nil, count: capacity)
    candidates = .allocate(capacity: capacity * (moves.maxDegree + 1))
    candidates.initialize(repeating: 0, count: capacity * (moves.maxDegree + 1))
    demand = .allocate(capacity: moves.vertexCount)
    demand.initialize(repeating: 0, count: moves.vertexCount)
  }

  deinit {
    words.deallocate()
    tables.deallocate()
    candidates.deallocate()
    demand.deallocate()
  }

  /// The kernel on this memory for `agentCount` agents. Valid while this object lives.
  func kernel(agentCount: Int, refusesRotations: Bool) -> StepKernel {
    precondition(agentCount <= capacity, "\(agentCount) agents, room for \(capacity)")
    let byResource = words + 9 * capacity
    var kernel = StepKernel(
      moves: moves, refusesRotations: refusesRotations, stride: moves.maxDegree + 1, at: words,
      goal: words + capacity, startBase: words + 2 * capacity, next: words + 3 * capacity,
      nextMove: words + 4 * capacity, table: tables, pulled: words + 5 * capacity,
      candidateCount: words + 6 * capacity, cursor: words + 7 * capacity, candidates: candidates,
      stack: words + 8 * capacity, occupant: byResource,
      reserved: byResource + moves.resourceCount, holder: byResource + 2 * moves.resourceCount,
      demand: demand)
    kernel.agentCount = agentCount
    return kernel
  }
}

/// The buffers of a lifelong planner, made once and grown with the agents.
///
/// Unsafe memory, fenced here: everything is initialised in `init` and freed in `deinit`.
final class OperationWorkspace: @unchecked Sendable {
  /// Words of one operation: cost, code, and the cells after ticks 1...6; on move graphs cost, code,
  /// the cells after ticks 1...3 and the moves that lead there.
  static let words = 8
  static let longestDepth = 6
  static let longestMoveDepth = 3
  static let noAgent = UInt16.max
  /// In the row of a vertex that nobody may enter; no agent has this number.
  static let wall = UInt16.max - 1

  /// Vertices, and on move graphs the mutexes after them.
  let resourceCount: Int
  let capacity: Int
  let candidateLimit: Int
  /// Four to a vertex; none on move graphs.
  let successors: UnsafeMutableBufferPointer<Int32>
  let rows: UnsafeMutablePointer<UInt16>
  let operations: UnsafeMutablePointer<Int32>
  let agents: UnsafeMutablePointer<Int32>
  let stamps: UnsafeMutablePointer<UInt32>
  let budgets: UnsafeMutablePointer<Int64>
  let tables: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  let scratch: UnsafeMutablePointer<Int32>
  let codes: UnsafeMutablePointer<UInt16>
  let keys: UnsafeMutablePointer<UInt64>
  static let agentFields = 23
  static let stampFields = 3
  static let scratchOperations = 4096

  /// - Parameter successors: of the plain grid; none on move graphs.
  init(resourceCount: Int, successors: [Int32] = [], capacity: Int, candidateLimit: Int) {
    precondition(capacity <= GridLifelongPlanner.agentLimit, "\(capacity) agents")
    self.resourceCount = resourceCount
    self.capacity = capacity
    self.candidateLimit = candidateLimit
    self.successors = .allocate(capacity: successors.count)
    _ = self.successors.initialize(from: successors)
    rows = Self.filled(resourceCount * 8, Self.noAgent)
    operations = Self.filled(capacity * (candidateLimit + 1) * Self.words, 0)
    agents = Self.filled(capacity * Self.agentFields, 0)
    stamps = Self.filled(capacity * Self.stampFields, 0)
    budgets = Self.filled(capacity + 1, 0)
    tables = Self.filled(capacity, nil)
    scratch = Self.filled(Self.scratchOperations * Self.words, 0)
    codes = Self.filled(capacity, 0)
    keys = Self.filled(max(Self.scratchOperations, 2 * capacity), 0)
  }

  /// A workspace that goes on where `other` is between two steps, with room for `capacity` agents.
  convenience init(continuing other: OperationWorkspace, capacity: Int) {
    self.init(
      resourceCount: other.resourceCount, successors: Array(other.successors), capacity: capacity,
      candidateLimit: other.candidateLimit)
    precondition(capacity >= other.capacity, "\(capacity) agents, there were \(other.capacity)")
    let entries = other.capacity * (candidateLimit + 1) * Self.words
    operations.update(from: other.operations, count: entries)
    for field in 0..<Self.agentFields {
      (agents + field * capacity).update(
        from: other.agents + field * other.capacity, count: other.capacity)
    }
    for field in 0..<Self.stampFields {
      (stamps + field * capacity).update(
        from: other.stamps + field * other.capacity, count: other.capacity)
    }
    tables.update(from: other.tables, count: other.capacity)
    codes.update(from: other.codes, count: other.capacity)
  }

  private static func filled<Value>(
    _ count: Int, _ value: Value
  ) -> UnsafeMutablePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: count)
    memory.initialize(repeating: value, count: count)
    return memory
  }

  deinit {
    successors.deallocate()
    rows.deallocate()
    operations.deallocate()
    agents.deallocate()
    stamps.deallocate()
    budgets.deallocate()
    tables.deallocate()
    scratch.deallocate()
    codes.deallocate()
    keys.deallocate()
  }
}

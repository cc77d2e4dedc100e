/// The buffers of a lifelong planner on the plain grid, made once and grown with the agents.
final class OperationWorkspace: @unchecked Sendable {
  /// Words of one operation: cost, code, and the cells after ticks 1...6.
  static let words = 8
  static let longestDepth = 6
  static let noAgent = UInt16.max

  let vertexCount: Int
  let capacity: Int
  let candidateLimit: Int
  let successors: UnsafeMutablePointer<Int32>
  let rows: UnsafeMutablePointer<UInt16>
  let operations: UnsafeMutablePointer<Int32>
  let agents: UnsafeMutablePointer<Int32>
  let stamps: UnsafeMutablePointer<UInt32>
  let budgets: UnsafeMutablePointer<Int64>
  let tables: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  let scratch: UnsafeMutablePointer<Int32>
  let codes: UnsafeMutablePointer<UInt16>
  let keys: UnsafeMutablePointer<UInt64>
  static let agentFields = 20
  static let stampFields = 4
  static let scratchOperations = 4096

  init(successors: [Int32], capacity: Int, candidateLimit: Int) {
    precondition(capacity <= GridLifelongPlanner.agentLimit, "\(capacity) agents")
    vertexCount = successors.count / 4
    self.capacity = capacity
    self.candidateLimit = candidateLimit
    self.successors = .allocate(capacity: successors.count)
    for (i, v) in successors.enumerated() { self.successors[i] = v }
    rows = .allocate(capacity: vertexCount * 8)
    rows.initialize(repeating: Self.noAgent, count: vertexCount * 8)
    let entries = capacity * (candidateLimit + 1) * Self.words
    operations = .allocate(capacity: entries)
    operations.initialize(repeating: 0, count: entries)
    agents = .allocate(capacity: capacity * Self.agentFields)
    agents.initialize(repeating: 0, count: capacity * Self.agentFields)
    stamps = .allocate(capacity: capacity * Self.stampFields)
    stamps.initialize(repeating: 0, count: capacity * Self.stampFields)
    budgets = .allocate(capacity: 2 * (capacity + 1))
    budgets.initialize(repeating: 0, count: 2 * (capacity + 1))
    tables = .allocate(capacity: capacity)
    tables.initialize(repeating: nil, count: capacity)
    scratch = .allocate(capacity: Self.scratchOperations * Self.words)
    scratch.initialize(repeating: 0, count: Self.scratchOperations * Self.words)
    codes = .allocate(capacity: capacity)
    codes.initialize(repeating: 0, count: capacity)
    keys = .allocate(capacity: max(Self.scratchOperations, 2 * capacity))
    keys.initialize(repeating: 0, count: max(Self.scratchOperations, 2 * capacity))
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

import FleetModel

/// The actions a robot was given: one under way, the next ones in order, and how the last ones
/// ended, so that a repeated command is answered and not done again.
struct ActionDesk: Sendable {
  struct Running: Sendable {
    var action: RobotAction
    /// nil: until unlocked or cancelled.
    var endsAt: Int64?
    /// What it comes to when it ends by time.
    var result: ActionResult
  }

  private static let memory = 16

  private(set) var queue: [RobotAction] = []
  @Seldom var running: Running? = nil
  private var ended: [(id: UInt64, result: ActionResult)] = []
  private var unlocked: [UInt64] = []

  /// Whether action `id` is queued or under way.
  func isKnown(_ id: UInt64) -> Bool {
    running?.action.id == id || queue.contains { $0.id == id }
  }

  /// How action `id` ended, if it did.
  func result(of id: UInt64) -> ActionResult? { ended.last { $0.id == id }?.result }

  mutating func add(_ action: RobotAction) { queue.append(action) }

  mutating func next() -> RobotAction? { queue.isEmpty ? nil : queue.removeFirst() }

  /// Takes action `id` out of the queue.
  mutating func withdraw(_ id: UInt64) { queue.removeAll { $0.id == id } }

  mutating func unlock(_ id: UInt64) { unlocked.append(id) }

  func isUnlocked(_ id: UInt64) -> Bool { unlocked.contains(id) }

  mutating func remember(_ id: UInt64, _ result: ActionResult) {
    if ended.count == Self.memory { ended.removeFirst() }
    ended.append((id, result))
    unlocked.removeAll { $0 == id }
  }
}

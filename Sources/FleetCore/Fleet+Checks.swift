import FleetModel

// What independent checkers may see of the core.
extension Fleet {
  /// The visit queues as plain values, for `Invariants`.
  /// - Complexity: O(cells + planned legs)
  public func queueSnapshot() -> QueueSnapshot { traffic.snapshotForInvariants() }
}

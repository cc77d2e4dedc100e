import Dispatch

/// A queue of work beside the caller's thread, one piece after the other, each of which is waited for.
public final class WorkerThread: Sendable {
  private let queue: DispatchQueue

  /// - Parameter name: as tools show it.
  public init(_ name: String) { queue = DispatchQueue(label: name, qos: .userInitiated) }

  /// Begins `work` when all before it is done.
  /// - Returns: what waits for its end: from any thread, any number of times.
  public func begin(_ work: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
    let group = DispatchGroup()
    queue.async(group: group, execute: work)
    return { group.wait() }
  }
}

import FleetPorts
import Foundation
import Logging

/// Copies the store now and then, on a thread of its own: the loop is not held up.
final class BackUps: Sendable {
  private let isStopped = DispatchSemaphore(value: 0)

  /// - Parameter period: between two copies, and before the first.
  init(of storage: any FleetStorage, every period: Duration, log: Logger) {
    let isStopped = isStopped
    let seconds = Double(period.components.seconds)
    let thread = Thread {
      while isStopped.wait(timeout: .now() + seconds) == .timedOut {
        do throws(StoreError) {
          let copy = try storage.backUp()
          log.info("the store was copied", metadata: ["copy": "\(copy)"])
        } catch {
          log.error(
            "the store could not be copied",
            metadata: ["reason": "\(error)", "hint": "\(error.hint)"])
        }
      }
    }
    thread.name = "backup"
    thread.start()
  }

  func stop() { isStopped.signal() }
}

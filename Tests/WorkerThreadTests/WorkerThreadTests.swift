import Synchronization
import Testing
import WorkerThread

private let done = Mutex<[Int]>([])

@Test func workIsDoneInOrderAndCanBeWaitedForAgain() {
  let worker = WorkerThread("test")
  var waits: [@Sendable () -> Void] = []
  for piece in 0..<100 {
    waits.append(worker.begin { done.withLock { $0.append(piece) } })
  }
  waits[99]()
  #expect(done.withLock { $0 } == Array(0..<100))
  for wait in waits { wait() }
  waits[0]()
  #expect(done.withLock { $0.count } == 100)
}

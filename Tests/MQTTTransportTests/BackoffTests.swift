import Testing

@testable import MQTTTransport

@Suite struct BackoffTests {
  private let backoff = Backoff(first: .milliseconds(100), limit: .seconds(5), seed: 7)
  private let connection = ConnectionID(rawValue: 3)

  @Test func doublesUpToTheLimitLessAtMostHalf() {
    for failures in 1...40 {
      let whole = min(Duration.milliseconds(100) * (1 << min(failures - 1, 20)), .seconds(5))
      let delay = backoff.delay(failures: failures, connection: connection)
      #expect(delay <= whole && delay >= whole / 2, "after \(failures) failures")
    }
  }

  @Test func isAFunctionOfItsSeed() {
    let again = Backoff(first: .milliseconds(100), limit: .seconds(5), seed: 7)
    let other = Backoff(first: .milliseconds(100), limit: .seconds(5), seed: 8)
    let delay = backoff.delay(failures: 4, connection: connection)
    #expect(again.delay(failures: 4, connection: connection) == delay)
    #expect(other.delay(failures: 4, connection: connection) != delay)
  }

  @Test func connectionsComeBackSpreadOut() {
    let delays = Set(
      (0..<100).map { backoff.delay(failures: 6, connection: ConnectionID(rawValue: $0)) })
    #expect(delays.count == 100)
  }

  @Test func theQueueGivesTheEarliestDueFirst() {
    let start = ContinuousClock.now
    var queue = RetryQueue()
    let waits = [5, 1, 4, 1, 3, 9, 2, 6, 8, 7]
    for (index, wait) in waits.enumerated() {
      queue.insert(
        RetryQueue.Entry(
          due: start + .seconds(wait), id: ConnectionID(rawValue: Int32(index)), attempt: 0))
    }
    #expect(queue.earliest == start + .seconds(1))
    #expect(queue.popDue(now: start) == nil)
    var order: [Int32] = []
    while let entry = queue.popDue(now: start + .seconds(8)) { order.append(entry.id.rawValue) }
    #expect(order == [1, 3, 6, 4, 2, 0, 7, 9, 8])
    #expect(queue.earliest == start + .seconds(9))
  }
}

extension RetryQueue.Entry: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.due == right.due && left.id == right.id && left.attempt == right.attempt
  }
}

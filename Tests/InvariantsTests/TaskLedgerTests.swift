import Determinism
import FleetModel
import Testing

@testable import Invariants

@Suite struct TaskLedgerTests {
  private let a = RobotIndex(0)
  private let b = RobotIndex(1)

  private func ledger() throws -> (TaskLedger, TaskID) {
    var ledger = TaskLedger()
    let task = try TaskID("t1")
    #expect(ledger.submitted(task, carriesParcel: true) == [])
    return (ledger, task)
  }

  @Test func aWholeDeliveryPasses() throws {
    var (ledger, task) = try ledger()
    #expect(ledger.loaded(task, by: a) == [])
    #expect(ledger.unloaded(task, by: a) == [])
    #expect(ledger.open == [task])
    #expect(ledger.ended(task, as: .completed) == [])
    #expect(ledger.violationsAtEnd() == [])
    #expect(ledger.submittedCount == 1 && ledger.endedCount == 1)
  }

  @Test func tasksEndExactlyOnce() throws {
    var (ledger, task) = try ledger()
    #expect(ledger.violationsAtEnd() == [.taskOpen(task)])
    #expect(ledger.ended(task, as: .cancelled) == [])
    #expect(
      ledger.ended(task, as: .expired)
        == [.taskEndedTwice(task, first: "cancelled", then: "expired")])
    #expect(ledger.submitted(task, carriesParcel: false) == [.taskSubmittedTwice(task)])
    let unknown = try TaskID("t2")
    #expect(ledger.ended(unknown, as: .completed) == [.taskUnknown(unknown)])
    #expect(ledger.loaded(unknown, by: a) == [.taskUnknown(unknown)])
    #expect(ledger.unloaded(unknown, by: a) == [.taskUnknown(unknown)])
  }

  @Test func parcelsAreConserved() throws {
    var (ledger, task) = try ledger()
    #expect(ledger.unloaded(task, by: a) == [.parcelLost(task, .neverLoaded)])
    _ = ledger.loaded(task, by: a)
    #expect(ledger.loaded(task, by: b) == [.parcelLost(task, .loadedTwice)])
    #expect(ledger.unloaded(task, by: b) == [.parcelLost(task, .unloadedByAnother)])
    var unfinished = ledger
    #expect(unfinished.ended(task, as: .completed) == [.parcelLost(task, .neverUnloaded)])
    _ = ledger.unloaded(task, by: a)
    #expect(ledger.unloaded(task, by: a) == [.parcelLost(task, .unloadedTwice)])
    var (unloaded, other) = try self.ledger()
    #expect(unloaded.ended(other, as: .completed) == [.parcelLost(other, .neverLoaded)])
  }

  @Test func eventLogsDifferInEveryPart() {
    func hash(_ events: (text: String, endpoint: UInt64, time: Int64)...) -> UInt64 {
      var log = EventLog()
      for event in events {
        log.add(
          Array(event.text.utf8), endpoint: event.endpoint,
          at: Instant(microseconds: event.time))
      }
      return log.hash
    }
    #expect(hash(("a", 0, 1), ("b", 0, 2)) == hash(("a", 0, 1), ("b", 0, 2)))
    #expect(hash(("a", 0, 1), ("b", 0, 2)) != hash(("b", 0, 1), ("a", 0, 2)))
    #expect(hash(("a", 0, 1)) != hash(("a", 0, 2)))
    #expect(hash(("a", 0, 1)) != hash(("a", 1, 1)))
    #expect(hash(("ab", 0, 1)) != hash(("a", 0, 1), ("b", 0, 1)))
    #expect(EventLog().hexadecimal.count == 16)
  }

  @Test func everyByteOfAnEventCounts() {
    for length in 0...24 {
      let bytes = (0..<length).map { UInt8($0) }
      func hash(_ bytes: [UInt8]) -> UInt64 {
        var log = EventLog()
        log.add(bytes, endpoint: 7, at: Instant(microseconds: 1))
        return log.hash
      }
      var seen: Set<UInt64> = [hash(bytes), hash(bytes + [0])]
      for k in bytes.indices {
        var other = bytes
        other[k] ^= 0x80
        seen.insert(hash(other))
      }
      #expect(seen.count == length + 2)
    }
  }
}

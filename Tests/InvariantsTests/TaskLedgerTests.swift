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
    func hash(_ events: (String, Int64)...) -> UInt64 {
      var log = EventLog()
      for (text, time) in events { log.add(text, at: Instant(microseconds: time)) }
      return log.hash
    }
    #expect(hash(("a", 1), ("b", 2)) == hash(("a", 1), ("b", 2)))
    #expect(hash(("a", 1), ("b", 2)) != hash(("b", 1), ("a", 2)))
    #expect(hash(("a", 1)) != hash(("a", 2)))
    #expect(hash(("ab", 1)) != hash(("a", 1), ("b", 1)))
    #expect(EventLog().hexadecimal.count == 16)
  }
}

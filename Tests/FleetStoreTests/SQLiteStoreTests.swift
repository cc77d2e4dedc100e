import FleetPorts
import Foundation
import GRDB
import Testing

@testable import FleetStore

/// A directory of its own for one test, removed with it.
final class Scratch {
  let path: String
  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  var store: String { path + "/state" }
  var file: String { store + "/drover.sqlite" }

  /// Runs `sql` on the file behind the store's back.
  func tamper(_ sql: String) throws {
    try DatabaseQueue(path: file).write { try $0.execute(sql: sql) }
  }
}

func line(_ number: Int64) -> AuditLine {
  AuditLine(
    timeMicroseconds: number * 10, actor: "operator/ann", action: "submitTask", detail: "t\(number)"
  )
}

extension FleetStorage {
  /// Counts one start of the server, from 1.
  func nextEpoch() throws(StoreError) -> UInt64 { try nextEpoch(above: 0) }
}

@Suite struct SQLiteStoreTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func whatWasCommittedIsThereAfterReopening() throws {
    do {
      let store = try SQLiteStore(directory: scratch.store)
      try store.commit([
        .put(.tasks, key: "b", value: [2]), .put(.tasks, key: "a", value: []),
        .put(.robots, key: "a", value: [9]), .put(.tasks, key: "c", value: [3]),
        .put(.tasks, key: "b", value: [0, 255]), .delete(.tasks, key: "c"),
        .delete(.zones, key: "never there"),
      ])
    }
    let store = try SQLiteStore(directory: scratch.store)
    let tasks = try store.load(.tasks)
    #expect(tasks.map(\.key) == ["a", "b"])
    #expect(tasks.map(\.value) == [[], [0, 255]])
    #expect(try store.value(.robots, key: "a") == [9])
    #expect(try store.value(.robots, key: "b") == nil)
    #expect(try store.load(.promises).isEmpty)
  }

  @Test func keysSortBytewise() throws {
    let store = try SQLiteStore(directory: scratch.store)
    let keys = ["a-1", "B", "a_1", "a", "Z9", "é", "0"]
    try store.commit(keys.map { .put(.settings, key: $0, value: [1]) })
    #expect(
      try store.load(.settings).map(\.key)
        == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  @Test func aTransactionThatFailsLeavesNothing() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.commit([.put(.tasks, key: "a", value: [1])])
    try scratch.tamper("DROP TABLE zones")
    #expect(throws: StoreError.self) {
      try store.commit([
        .put(.tasks, key: "a", value: [2]), .audit(line(1)), .put(.zones, key: "z", value: [1]),
      ])
    }
    #expect(try store.value(.tasks, key: "a") == [1])
    #expect(try store.auditTail(limit: 10).isEmpty)
  }

  @Test func theEpochGrowsWithEveryStart() throws {
    do {
      let store = try SQLiteStore(directory: scratch.store)
      #expect(try store.nextEpoch() == 1)
      #expect(try store.nextEpoch() == 2)
    }
    #expect(try SQLiteStore(directory: scratch.store).nextEpoch() == 3)
  }

  @Test func aNewStoreCanGoBeforeALostOne() throws {
    let store = try SQLiteStore(directory: scratch.store)
    let first = try store.nextEpoch(above: 57)
    #expect(first > 57)
    #expect(try store.nextEpoch() == first + 1)
    #expect(try store.nextEpoch(above: 57) == first + 2, "it never goes back")
    let highest = ServerEpoch.highestFloor
    #expect(try store.nextEpoch(above: highest) > highest)
    let others = try (0..<3).map {
      try SQLiteStore(directory: scratch.path + "/other-\($0)").nextEpoch(above: 57)
    }
    #expect(Set(others + [first]).count == 4, "two that somebody starts do not go as far")
  }

  @Test func aMovedStoreCountsOnAndEachCopyGoesFarAhead() throws {
    do { _ = try SQLiteStore(directory: scratch.store).nextEpoch() }
    let manager = FileManager.default
    let moved = scratch.path + "/moved"
    try manager.moveItem(atPath: scratch.store, toPath: moved)
    #expect(try SQLiteStore(directory: moved).nextEpoch() == 2)
    let copies = try (0..<3).map { number in
      let copy = scratch.path + "/copy-\(number)"
      try manager.copyItem(atPath: moved, toPath: copy)
      let store = try SQLiteStore(directory: copy)
      let epoch = try store.nextEpoch()
      #expect(try store.nextEpoch() == epoch + 1, "once it is known it counts on")
      return epoch
    }
    #expect(copies.allSatisfy { $0 > UInt64(SQLiteStore.epochsAhead) })
    #expect(Set(copies).count == 3, "\(copies)")
  }

  @Test func filesAreTheirOwnersAlone() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.commit([.put(.tasks, key: "a", value: [1])])
    let manager = FileManager.default
    func rights(_ path: String) throws -> Int? {
      (try manager.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }
    #expect(try rights(scratch.store) == 0o700)
    for name in try manager.contentsOfDirectory(atPath: scratch.store) {
      #expect(try rights(scratch.store + "/" + name) == 0o600, "\(name)")
    }
    #expect(try manager.contentsOfDirectory(atPath: scratch.store).count >= 3)
    withExtendedLifetime(store) {}
  }

  @Test func itIsDurable() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.queue.read { db in
      let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
      let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
      #expect(journal == "wal")
      #expect(synchronous == 2)
    }
  }

  @Test func aSecondServerIsRefusedByTheNameOfTheFirst() throws {
    let first = try SQLiteStore(directory: scratch.store)
    let refusal = StoreError.inUse(path: scratch.store, process: getpid())
    #expect(throws: refusal) { try SQLiteStore(directory: scratch.store) }
    #expect(refusal.description.contains("process \(getpid())"))
    #expect(try StoreLock.holder(directory: scratch.store) == getpid())
    withExtendedLifetime(first) {}
  }

  @Test func theLockGoesWithItsStore() throws {
    _ = try SQLiteStore(directory: scratch.store)
    #expect(try StoreLock.holder(directory: scratch.store) == nil)
    #expect(try StoreLock.holder(directory: scratch.path + "/nowhere") == nil)
    _ = try SQLiteStore(directory: scratch.store)
  }

  @Test func anEmptyListCostsNothing() throws {
    try SQLiteStore(directory: scratch.store).commit([])
  }
}

@Suite struct DamagedStoreTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func expectCorrupt(_ body: () throws -> Void) {
    do {
      try body()
      Issue.record("opened")
    } catch StoreError.corrupt(let path, let reason) {
      #expect(path == scratch.file)
      #expect(!reason.isEmpty)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func aFileThatIsNoDatabaseIsNamed() throws {
    try FileManager.default.createDirectory(
      atPath: scratch.store, withIntermediateDirectories: true)
    try String(repeating: "no database ", count: 400).write(
      toFile: scratch.file, atomically: true, encoding: .utf8)
    expectCorrupt { _ = try SQLiteStore(directory: scratch.store) }
  }

  @Test func overwrittenPagesAreFound() throws {
    do {
      let store = try SQLiteStore(directory: scratch.store)
      try store.commit(
        (0..<500).map { .put(.tasks, key: "t\($0)", value: [UInt8](repeating: 7, count: 200)) })
    }
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.file))
    try handle.seek(toOffset: 4096)
    try handle.write(contentsOf: [UInt8](repeating: 0xEE, count: 60_000))
    try handle.close()
    expectCorrupt { _ = try SQLiteStore(directory: scratch.store) }
  }

  @Test func aNewerSchemaIsRefused() throws {
    do { _ = try SQLiteStore(directory: scratch.store) }
    try scratch.tamper("INSERT INTO grdb_migrations VALUES ('99: from the future')")
    #expect(throws: StoreError.newerSchema(path: scratch.file)) {
      try SQLiteStore(directory: scratch.store)
    }
  }

  @Test func aFileInPlaceOfTheDirectoryIsNamed() throws {
    try "x".write(toFile: scratch.store, atomically: true, encoding: .utf8)
    #expect(throws: StoreError.notADirectory(path: scratch.store)) {
      try SQLiteStore(directory: scratch.store)
    }
    #expect(throws: StoreError.notADirectory(path: scratch.store + "/deeper")) {
      try SQLiteStore(directory: scratch.store + "/deeper")
    }
  }

  @Test func aDirectoryWithoutRightsIsNamed() throws {
    #expect(throws: StoreError.self) { try SQLiteStore(directory: "/proc/drover") }
  }

  @Test func systemErrorsHaveTheirCases() {
    #expect(StoreError(errno: ENOSPC, path: "p") == .diskFull(path: "p"))
    #expect(
      StoreError(errno: EACCES, path: "p") == .noPermission(path: "p", reason: "Permission denied"))
    let full = DatabaseError(resultCode: .SQLITE_FULL)
    #expect(StoreError(full, path: "p") == .diskFull(path: "p"))
  }

  @Test func aFullDiskIsSaidAndLeavesWhatWasThere() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.commit([.put(.tasks, key: "a", value: [1])])
    try store.queue.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
    #expect(throws: StoreError.diskFull(path: scratch.file)) {
      try store.commit([
        .put(.tasks, key: "a", value: [2]),
        .put(.tasks, key: "b", value: [UInt8](repeating: 1, count: 50_000)),
      ])
    }
    #expect(try store.value(.tasks, key: "a") == [1])
  }
}

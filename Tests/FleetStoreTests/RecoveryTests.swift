import FleetPorts
import Foundation
import GRDB
import Testing

@testable import FleetStore

/// What a crash, a bad disk and a full one leave behind.
@Suite struct RecoveryTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private var log: String { scratch.file + "-wal" }

  /// A store of `commits` transactions as `kill -9` leaves it: nothing is closed, so the log stays.
  /// - Returns: the length of the log after each of them.
  private func crashedStore(commits: Int) throws -> [Int] {
    let other = scratch.path + "/running"
    var lengths: [Int] = []
    do {
      let store = try SQLiteStore(directory: other)
      try store.queue.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
      for number in 0..<commits {
        try store.commit([
          .put(.tasks, key: "t\(number)", value: [UInt8](repeating: UInt8(number), count: 300)),
          .put(.settings, key: "last", value: [UInt8(number)]), .audit(line(Int64(number))),
        ])
        lengths.append(try size(other + "/drover.sqlite-wal"))
      }
      try FileManager.default.createDirectory(
        atPath: scratch.store, withIntermediateDirectories: true)
      for name in ["drover.sqlite", "drover.sqlite-wal"] {
        try FileManager.default.copyItem(
          atPath: other + "/" + name, toPath: scratch.store + "/" + name)
      }
    }
    return lengths
  }

  private func size(_ path: String) throws -> Int {
    try #require(FileManager.default.contents(atPath: path)).count
  }

  private func expect(_ commits: Int, _ note: Comment) throws {
    let store = try SQLiteStore(directory: scratch.store)
    #expect(try store.load(.tasks).count == commits, note)
    let last: [UInt8]? = commits == 0 ? nil : [UInt8(commits - 1)]
    #expect(try store.value(.settings, key: "last") == last, note)
    guard case .intact(let lines, _) = try store.verifyAudit() else {
      Issue.record("the audit chain is broken: \(note)")
      return
    }
    #expect(lines == Int64(commits), note)
  }

  /// The log cut at any length: every transaction that is whole in it is there, no other one.
  @Test(arguments: [0, 1, 31, 32, 33, 100, 4_000, 4_151, 4_152, 5_000])
  func aTornLogLosesOnlyWhatWasNotCommitted(cut: Int) throws {
    let lengths = try crashedStore(commits: 6)
    let length = try #require(lengths.last) - cut
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: log))
    try handle.truncate(atOffset: UInt64(length))
    try handle.close()
    try expect(lengths.count { $0 <= length }, "cut by \(cut)")
  }

  @Test(arguments: [100, 4_100, 20_000])
  func aGarbledEndOfTheLogIsLeftOut(fromEnd: Int) throws {
    let lengths = try crashedStore(commits: 6)
    let end = try #require(lengths.last)
    let at = max(32, end - fromEnd)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: log))
    try handle.seek(toOffset: UInt64(at))
    try handle.write(contentsOf: [UInt8](repeating: 0xA5, count: 64))
    try handle.close()
    // A frame whose sum is wrong ends the log: whole transactions before it stay.
    try expect(lengths.count { $0 <= at }, "garbled \(fromEnd) before the end")
  }

  @Test func aGarbledPageIsRefusedWithTheWayToTheCopy() throws {
    do {
      let store = try SQLiteStore(directory: scratch.store)
      for number in 0..<400 {
        try store.commit([
          .put(.tasks, key: "t\(number)", value: [UInt8](repeating: 7, count: 300))
        ])
      }
      _ = try store.nextEpoch()
      #expect(try store.backUp() == scratch.file + ".bak")
    }
    let end = try size(scratch.file)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.file))
    try handle.seek(toOffset: UInt64(end - 4096))
    try handle.write(contentsOf: [UInt8](repeating: 0x5A, count: 4096))
    try handle.close()
    let error = #expect(throws: StoreError.self) { try SQLiteStore(directory: scratch.store) }
    #expect(error?.description.contains("\(scratch.file) is damaged") == true)
    #expect(error?.hint.contains("drover.sqlite.bak") == true)
    // As the hint says: the copy in its place.
    for name in ["", "-wal", "-shm"] { unlink(scratch.file + name) }
    #expect(rename(scratch.file + ".bak", scratch.file) == 0)
    let store = try SQLiteStore(directory: scratch.store)
    #expect(try store.load(.tasks).count == 400)
    #expect(
      try store.nextEpoch() > UInt64(SQLiteStore.epochsAhead),
      "robots that have heard of the lost runs take it for a newer one")
  }

  @Test func aCopyIsMadeWhileOthersAreWritten() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.commit([.put(.tasks, key: "a", value: [1])])
    let copies = try (0..<3).map { number in
      try store.commit([.put(.tasks, key: "b", value: [UInt8(number)])])
      return try store.backUp()
    }
    #expect(Set(copies).count == 1)
    let attributes = try FileManager.default.attributesOfItem(atPath: copies[0])
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let copy = try DatabaseQueue(path: copies[0])
    let value = try copy.read { db in
      try Data.fetchOne(db, sql: "SELECT value FROM tasks WHERE key = 'b'")
    }
    #expect(value == Data([2]))
    #expect(!FileManager.default.fileExists(atPath: copies[0] + ".new"))
  }

  @Test func roomOfDeletedEntriesIsGivenBack() throws {
    let store = try SQLiteStore(directory: scratch.store)
    let value = [UInt8](repeating: 3, count: 2000)
    try store.commit((0..<500).map { .put(.tasks, key: "t\($0)", value: value) })
    try store.compact()
    let before = try size(scratch.file)
    try store.commit((1..<500).map { .delete(.tasks, key: "t\($0)") })
    try store.compact()
    #expect(try size(scratch.file) < before / 4)
    #expect(try store.load(.tasks).map(\.key) == ["t0"])
  }

  @Test func theLastEntriesComeInTheirOrder() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.commit((0..<20).map { .put(.ended, key: "k\(10 + $0)", value: [UInt8($0)]) })
    #expect(try store.load(.ended, last: 3).map(\.key) == ["k27", "k28", "k29"])
    #expect(try store.load(.ended, last: 100).count == 20)
    #expect(try store.load(.ended, last: 0).isEmpty)
  }

  /// A store that is full for a while: what failed is carried out whole when there is room again.
  @Test func aBatchThatFoundNoRoomIsCarriedOutLater() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.commit([.put(.tasks, key: "a", value: [1])])
    let batch: [StoreChange] = [
      .put(.tasks, key: "a", value: [2]), .audit(line(1)),
      .put(.tasks, key: "b", value: [UInt8](repeating: 1, count: 50_000)),
    ]
    try limit(store, pages: 0)
    for _ in 0..<3 {
      #expect(throws: StoreError.diskFull(path: scratch.file)) { try store.commit(batch) }
      #expect(try store.value(.tasks, key: "a") == [1])
    }
    try limit(store, pages: 1000)
    try store.commit(batch)
    #expect(try store.value(.tasks, key: "a") == [2])
    #expect(try store.auditTail(limit: 5).map(\.number) == [1])
  }

  private func limit(_ store: SQLiteStore, pages: Int) throws {
    try store.queue.writeWithoutTransaction { db in
      let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(count + pages)")
    }
  }
}

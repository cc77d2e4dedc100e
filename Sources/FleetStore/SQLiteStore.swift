import FleetPorts
import Foundation
import GRDB

/// The store in one SQLite file, `DIR/drover.sqlite`, readable by its owner only.
///
/// WAL with `synchronous=FULL`: a commit is one append and one fsync, and survives a power loss
/// (WAL's usual NORMAL loses the last commits). One connection behind a serial queue; statements
/// are prepared once. The lock on `DIR/lock` keeps a second server out.
public final class SQLiteStore: FleetStorage {
  /// The file.
  public let path: String
  let queue: DatabaseQueue
  private let lock: StoreLock

  /// Opens the store in `directory`, making both where they are not there yet.
  /// - Throws: `StoreError`, each case with its own message and hint.
  public init(directory: String) throws(StoreError) {
    try Self.makeDirectory(directory)
    lock = try StoreLock(directory: directory)
    path = directory + "/drover.sqlite"
    try Self.makeFile(path)
    queue = try Self.open(path)
  }

  public func load(_ table: StoreTable) throws(StoreError) -> [(key: String, value: [UInt8])] {
    try run { db in
      let statement = try db.cachedStatement(
        sql: "SELECT key, value FROM \(table.rawValue) ORDER BY key")
      return try self.entries(Row.fetchCursor(statement))
    }
  }

  public func load(
    _ table: StoreTable, last limit: Int
  ) throws(StoreError) -> [(key: String, value: [UInt8])] {
    try run { db in
      let statement = try db.cachedStatement(
        sql: "SELECT key, value FROM \(table.rawValue) ORDER BY key DESC LIMIT ?")
      return try self.entries(Row.fetchCursor(statement, arguments: [max(0, limit)])).reversed()
    }
  }

  private func entries(_ rows: RowCursor) throws -> [(key: String, value: [UInt8])] {
    var entries: [(key: String, value: [UInt8])] = []
    while let row = try rows.next() {
      entries.append((try row.decoded(0, path), try row.bytes(1, path)))
    }
    return entries
  }

  public func value(_ table: StoreTable, key: String) throws(StoreError) -> [UInt8]? {
    try run { db in
      let statement = try db.cachedStatement(
        sql: "SELECT value FROM \(table.rawValue) WHERE key = ?")
      guard let row = try Row.fetchOne(statement, arguments: [key]) else { return nil }
      return try row.bytes(0, self.path)
    }
  }

  public func commit(_ changes: [StoreChange]) throws(StoreError) {
    if changes.isEmpty { return }
    try transact { db in
      var head: AuditChain.Head?
      for change in changes {
        switch change {
        case .put(let table, let key, let value):
          try Self.put(table.rawValue, key, value, db)
        case .delete(let table, let key):
          let sql = "DELETE FROM \(table.rawValue) WHERE key = ?"
          try db.cachedStatement(sql: sql).execute(arguments: [key])
        case .audit(let line):
          head = AuditChain.appended(line, to: try head ?? self.auditHead(db))
          if let head { try Self.insert(line, head, db) }
        }
      }
      if let head { try Self.put("meta", "auditHead", head.bytes, db) }
    }
  }

  /// Counts the start. A copy of the file that was made by other means than `backUp` is told by its
  /// place on the disk: it goes far ahead, and no two copies as far, so that of two servers on copies
  /// of one store robots obey the same one.
  public func nextEpoch(above floor: UInt64) throws(StoreError) -> UInt64 {
    precondition(floor <= ServerEpoch.highestFloor, "epoch \(floor)")
    let place = try Self.place(of: path)
    return try transact { db in
      let known = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'place'")
      try Self.put("meta", "place", [UInt8](place), db)
      let isCopy = known != nil && known != place
      let chance = Int64.random(in: 0..<Self.epochsAhead)
      let step = isCopy ? Self.epochsAhead + chance : 1
      let sql = """
        INSERT INTO meta (key, value) VALUES ('epoch', :ahead)
        ON CONFLICT (key) DO UPDATE SET
          value = CASE WHEN value + :step > :floor THEN value + :step ELSE :ahead END
        RETURNING value
        """
      let ahead = floor == 0 ? 1 : Int64(floor) + 1 + chance
      let counted = try Int64.fetchOne(
        db.cachedStatement(sql: sql),
        arguments: ["ahead": ahead, "step": step, "floor": Int64(floor)])
      guard let epoch = counted, epoch > 0 else {
        throw StoreError.corrupt(path: self.path, reason: "the server epoch is unreadable")
      }
      return UInt64(epoch)
    }
  }

  private static func place(of path: String) throws(StoreError) -> Data {
    var found = stat()
    guard stat(path, &found) == 0 else { throw StoreError(errno: errno, path: path) }
    return Data("\(found.st_dev):\(found.st_ino)".utf8)
  }

  public func auditTail(limit: Int) throws(StoreError) -> [AuditEntry] {
    try run { db in
      let sql = "SELECT * FROM audit ORDER BY number DESC LIMIT ?"
      let rows = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: [max(0, limit)])
      var entries: [AuditEntry] = []
      while let row = try rows.next() { entries.append(try AuditEntry(row, path: self.path)) }
      return entries.reversed()
    }
  }

  public func verifyAudit() throws(StoreError) -> AuditVerdict {
    try run { db in
      var head = AuditChain.Head.empty
      let rows = try Row.fetchCursor(
        db.cachedStatement(sql: "SELECT * FROM audit ORDER BY number"))
      while let row = try rows.next() {
        let entry = try AuditEntry(row, path: self.path)
        let next = AuditChain.appended(entry.line, to: head)
        guard entry.number == next.number, entry.hash == next.hash else {
          return .broken(line: next.number)
        }
        head = next
      }
      guard try self.auditHead(db) == head else { return .broken(line: head.number + 1) }
      return .intact(lines: head.number, head: head.hash)
    }
  }

  // MARK: - Rows

  private static func put(
    _ table: String, _ key: String, _ value: [UInt8], _ db: Database
  ) throws {
    let sql = """
      INSERT INTO \(table) (key, value) VALUES (?, ?)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value
      """
    try db.cachedStatement(sql: sql).execute(arguments: [key, Data(value)])
  }

  private static func insert(
    _ line: AuditLine, _ head: AuditChain.Head, _ db: Database
  ) throws {
    let sql = """
      INSERT INTO audit (number, time, actor, action, detail, hash) VALUES (?, ?, ?, ?, ?, ?)
      """
    try db.cachedStatement(sql: sql).execute(
      arguments: [
        head.number, line.timeMicroseconds, line.actor, line.action, line.detail, Data(head.hash),
      ])
  }

  private func auditHead(_ db: Database) throws -> AuditChain.Head {
    let sql = "SELECT value FROM meta WHERE key = 'auditHead'"
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql)) else { return .empty }
    guard let head = AuditChain.Head(bytes: try row.bytes(0, path)) else {
      throw StoreError.corrupt(path: path, reason: "the head of the audit log is unreadable")
    }
    return head
  }
}

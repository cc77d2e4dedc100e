/// What the server keeps: a few named tables of opaque values, a counter of its own starts, and
/// an audit log. Narrow on purpose: SQLite is the first implementation, PostgreSQL can be the
/// second.
///
/// Calls are synchronous and may be made from any thread; they are carried out one at a time.
public protocol FleetStorage: AnyObject, Sendable {
  /// Everything in `table`, sorted by key (bytewise).
  /// - Complexity: O(entries)
  func load(_ table: StoreTable) throws(StoreError) -> [(key: String, value: [UInt8])]

  /// The last `limit` entries of `table` in the order of their keys, sorted by key (bytewise).
  /// - Complexity: O(limit)
  func load(_ table: StoreTable, last limit: Int) throws(StoreError)
    -> [(key: String, value: [UInt8])]

  /// The value under `key`, nil where there is none.
  func value(_ table: StoreTable, key: String) throws(StoreError) -> [UInt8]?

  /// Carries out `changes` in order, all or none; they have survived a power loss on return.
  /// An empty list costs nothing.
  func commit(_ changes: [StoreChange]) throws(StoreError)

  /// Counts one start of the server and returns the count: the server epoch, never twice the same.
  /// Durable on return.
  /// - Parameter floor: it is above this, too; `ServerEpoch.highestFloor` at most. Where that decides,
  ///   no two stores give the same.
  func nextEpoch(above floor: UInt64) throws(StoreError) -> UInt64

  /// Writes a whole, consistent copy beside the store, in place of the one before it, without
  /// holding up anybody. A server that starts on the copy counts its epochs far above those of the
  /// store, so that it is never taken for one that came before.
  /// - Returns: where the copy is.
  /// - Complexity: O(size)
  func backUp() throws(StoreError) -> String

  /// Gives room back that deleted entries have left: a start reads the whole file once.
  /// - Complexity: O(size)
  func compact() throws(StoreError)

  /// The newest `limit` audit lines, oldest first.
  func auditTail(limit: Int) throws(StoreError) -> [AuditEntry]

  /// Checks the whole audit chain.
  /// - Complexity: O(lines)
  func verifyAudit() throws(StoreError) -> AuditVerdict
}

/// Counts of a server's starts: of two servers robots obey the one with the higher.
public enum ServerEpoch {
  /// No server counts from above this. Numbers of actions begin with the epoch, shifted by 20 bits, and
  /// names of files have twelve digits for it.
  public static let highestFloor: UInt64 = 1 << 39
}

/// The tables of a store.
public enum StoreTable: String, Sendable, CaseIterable {
  case tasks, robots, promises, zones, enrolments, settings
  /// Tasks that have ended, in order of submission.
  case ended
  /// Keys under which ended tasks were submitted.
  case keys
}

/// One step of a transaction.
public enum StoreChange: Sendable, Equatable {
  /// Sets the value under `key`, new or not.
  case put(StoreTable, key: String, value: [UInt8])
  /// Removes `key`; nothing happens where there is none.
  case delete(StoreTable, key: String)
  /// Appends to the audit log.
  case audit(AuditLine)
}

/// Something an operator or a remote program did.
public struct AuditLine: Sendable, Equatable {
  /// When, in microseconds since 1970 on the server's clock.
  public var timeMicroseconds: Int64
  /// Who: `operator/NAME`, `robot/NAME`, `server` …
  public var actor: String
  /// What, as a fixed word: `submitTask`, `enrol` …
  public var action: String
  /// On what and how, for people.
  public var detail: String

  public init(timeMicroseconds: Int64, actor: String, action: String, detail: String) {
    self.timeMicroseconds = timeMicroseconds
    self.actor = actor
    self.action = action
    self.detail = detail
  }
}

/// An audit line in its place in the chain.
public struct AuditEntry: Sendable, Equatable {
  /// Counted from 1 without gaps.
  public var number: Int64
  public var line: AuditLine
  /// SHA-256 over the hash before it, the number and the line.
  public var hash: [UInt8]

  public init(number: Int64, line: AuditLine, hash: [UInt8]) {
    self.number = number
    self.line = line
    self.hash = hash
  }
}

/// What a check of the audit chain found.
public enum AuditVerdict: Sendable, Equatable {
  /// `head`: the hash of the last line; kept elsewhere, it proves that nothing was rewritten since.
  case intact(lines: Int64, head: [UInt8])
  /// The first line that is missing or is not what was written.
  case broken(line: Int64)
}

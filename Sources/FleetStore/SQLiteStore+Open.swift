import FleetPorts
import Foundation
import GRDB

extension SQLiteStore {
  /// Makes `directory` and what is above it; what it makes is its owner's alone.
  static func makeDirectory(_ directory: String) throws(StoreError) {
    var status = stat()
    if stat(directory, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path: directory) }
      return
    }
    guard errno == ENOENT else { throw StoreError(errno: errno, path: directory) }
    let parent = URL(fileURLWithPath: directory).deletingLastPathComponent().path
    if parent != directory { try makeDirectory(parent) }
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
      throw StoreError(errno: errno, path: directory)
    }
  }

  /// Makes the file, so that SQLite's files beside it (write-ahead log, index) get its rights.
  static func makeFile(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else { throw StoreError(errno: errno, path: path) }
  }

  /// Opens, checks and migrates the file.
  static func open(_ path: String) throws(StoreError) -> DatabaseQueue {
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { db in
        if try Schema.migrator.hasBeenSuperseded(db) { throw StoreError.newerSchema(path: path) }
        let found = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
        if found != "ok" { throw StoreError.corrupt(path: path, reason: found) }
      }
      try Schema.migrator.migrate(queue)
      return queue
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// A checkpoint copies pages into the file and syncs it: at 2,000 pages (8 MB) it comes rarely
  /// and stays short; the log is cut back to 16 MB after a burst.
  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "drover.store"
    configuration.maximumReaderCount = 1
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      try db.execute(
        sql: """
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          PRAGMA wal_autocheckpoint = 2000;
          PRAGMA journal_size_limit = 16777216;
          """)
    }
    return configuration
  }

  /// Reads, one caller at a time.
  func run<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
    do { return try queue.read(body) } catch { throw StoreError(error, path: path) }
  }

  /// Reads and writes in one transaction that is durable on return.
  func transact<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
    do { return try queue.write(body) } catch { throw StoreError(error, path: path) }
  }
}

extension AuditEntry {
  /// The entry in a row of the table `audit`.
  init(_ row: Row, path: String) throws(StoreError) {
    let line = AuditLine(
      timeMicroseconds: try row.decoded(1, path), actor: try row.decoded(2, path),
      action: try row.decoded(3, path), detail: try row.decoded(4, path))
    self.init(number: try row.decoded(0, path), line: line, hash: try row.bytes(5, path))
  }
}

extension Row {
  /// The value in a column; a value of another type than was written means a damaged file.
  func decoded<T: DatabaseValueConvertible>(_ column: Int, _ path: String) throws(StoreError) -> T {
    guard let value = T.fromDatabaseValue(self[column]) else {
      throw .corrupt(path: path, reason: "a value has the wrong type")
    }
    return value
  }

  func bytes(_ column: Int, _ path: String) throws(StoreError) -> [UInt8] {
    let data: Data = try decoded(column, path)
    return [UInt8](data)
  }
}

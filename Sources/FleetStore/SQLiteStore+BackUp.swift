import FleetPorts
import Foundation
import GRDB

extension SQLiteStore {
  /// How far a copy's count of starts is ahead of the store's: more than a store sees in its life.
  static let epochsAhead: Int64 = 1 << 20

  /// `DIR/drover.sqlite.bak`: a copy that a server can start on once it is put in the store's place.
  ///
  /// Read by a connection of its own, so that commits go on. Robots and brokers have heard of epochs
  /// that an older copy does not know of: the copy's is put far ahead of them.
  public func backUp() throws(StoreError) -> String {
    let copy = path + ".bak"
    let fresh = copy + ".new"
    defer { unlink(fresh) }
    unlink(fresh)
    try Self.makeFile(fresh)
    do {
      var configuration = Configuration()
      configuration.label = "drover.store.copy"
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      let source = try DatabaseQueue(path: path, configuration: configuration)
      try source.inDatabase { db in try db.execute(sql: "VACUUM INTO ?", arguments: [fresh]) }
      try source.close()
      let target = try DatabaseQueue(path: fresh)
      try target.write { db in
        try db.execute(
          sql: "UPDATE meta SET value = value + ? WHERE key = 'epoch'",
          arguments: [Self.epochsAhead])
      }
      try target.close()
    } catch { throw StoreError(error, path: copy) }
    try Self.sync(fresh)
    guard rename(fresh, copy) == 0 else { throw StoreError(errno: errno, path: copy) }
    try Self.sync(URL(fileURLWithPath: copy).deletingLastPathComponent().path)
    return copy
  }

  public func compact() throws(StoreError) {
    do {
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
      }
    } catch { throw StoreError(error, path: path) }
  }

  private static func sync(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw StoreError(errno: errno, path: path) }
  }
}

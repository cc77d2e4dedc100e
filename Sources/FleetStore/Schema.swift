import FleetPorts
import GRDB

/// The tables of `drover.sqlite` and how older files become newer ones. A migration that was
/// released never changes; new ones are added below it.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: tables, audit, counters") { db in
      for table in [StoreTable.tasks, .robots, .promises, .zones, .enrolments, .settings] {
        try make(table, db)
      }
      try db.execute(
        sql: """
          CREATE TABLE audit (
            number INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL,
            action TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
          CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2: ended tasks apart from open ones") { db in
      for table in [StoreTable.ended, .keys] { try make(table, db) }
    }
    return migrator
  }

  private static func make(_ table: StoreTable, _ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE \(table.rawValue) (key TEXT PRIMARY KEY, value BLOB NOT NULL)
        STRICT, WITHOUT ROWID
        """)
  }
}

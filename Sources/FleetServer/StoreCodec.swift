import Determinism
import FleetCore
import FleetModel
import FleetPorts
import FleetRecords
import Foundation

/// Durable facts as rows of the store, and back, as records (Sources/FleetRecords). Rows in JSON,
/// as the first versions wrote them, are read as well.
///
/// Open tasks are under their ids in `tasks`. A task that ends moves to `ended`, under its number
/// with leading zeros, and its key to `keys`: a start reads the open ones and the newest of the
/// others, however many there are.
struct StoreCodec {
  /// How many ended tasks are in memory after a start: as many as one list may ask for.
  static let endedLoaded = 10_000
  private static let totalsKey = "tasks.ended"
  private let codec = RecordCodec()
  private let decoder = JSONDecoder()

  init() {}

  /// The rows of one batch, in order.
  /// - Parameter totals: tasks that have ended so far.
  func changes(
    of effects: [FleetEffect], totals: [FleetStatistics.KindCount], now: Instant
  ) throws(ServerError) -> [StoreChange] {
    var (changes, hasEnded): ([StoreChange], Bool) = ([], false)
    for case .persist(let change) in effects {
      switch change {
      case .task(let task):
        hasEnded = hasEnded || task.value.record.state.isEnded
        changes += try rows(of: task.value)
      case .robot(let robot):
        changes.append(
          .put(.robots, key: robot.value.id.text, value: try encode(robot.value)))
      case .robotRemoved(let robot): changes.append(.delete(.robots, key: robot.text))
      case .zone(let zone, let closed):
        changes.append(.put(.zones, key: zone.text, value: try encode(closed)))
      case .audit(let actor, let action, let detail):
        changes.append(
          .audit(
            AuditLine(
              timeMicroseconds: now.microseconds, actor: actor, action: action, detail: detail)))
      }
    }
    if hasEnded {
      changes.append(.put(.settings, key: Self.totalsKey, value: try encode(totals)))
    }
    return changes
  }

  private func rows(of task: StoredTask) throws(ServerError) -> [StoreChange] {
    let record = task.record
    let value = try encode(task)
    guard record.state.isEnded else { return [.put(.tasks, key: record.id.text, value: value)] }
    return [
      .delete(.tasks, key: record.id.text),
      .put(.ended, key: Self.endedKey(record.id), value: value),
      .put(.keys, key: record.key.text, value: [UInt8](record.id.text.utf8)),
    ]
  }

  /// Everything an earlier run left behind.
  func load(_ storage: any FleetStorage) throws(ServerError) -> StoredFleet {
    let open: [StoredTask] = try rows(storage, .tasks).map(decode)
    let ended: [StoredTask] = try endedRows(storage).map(decode)
    let robots: [StoredRobot] = try rows(storage, .robots).map(decode)
    var zones: [(zone: ZoneID, closed: Bool)] = []
    for row in try rows(storage, .zones) {
      do {
        zones.append((try ZoneID(row.key), try decode(row)))
      } catch { throw .damaged(table: .zones, key: row.key, reason: "\(error)") }
    }
    let totals: [FleetStatistics.KindCount]? = try value(storage, .settings, Self.totalsKey).map(
      decode)
    return StoredFleet(
      tasks: ended + open, robots: robots, closedZones: zones, endedTotals: totals)
  }

  /// The ended task that was submitted under `key`, however long ago; nil: none was.
  func endedTask(
    _ key: ClientKey, in storage: any FleetStorage
  ) throws(ServerError) -> TaskRecord? {
    guard let row = try value(storage, .keys, key.text) else { return nil }
    let text = String(decoding: row.value, as: UTF8.self)
    let id: TaskID
    do throws(IdentifierError) {
      id = try TaskID(text)
    } catch { throw .damaged(table: .keys, key: row.key, reason: "\(error)") }
    return try endedTask(id, in: storage)
  }

  /// The ended task `id`, however long ago it was; nil: there is none.
  func endedTask(_ id: TaskID, in storage: any FleetStorage) throws(ServerError) -> TaskRecord? {
    guard let row = try value(storage, .ended, Self.endedKey(id)) else { return nil }
    let task: StoredTask = try decode(row)
    return task.record
  }

  // MARK: - Older stores

  /// Rewrites what the first versions left: ended tasks among the open ones, and all in JSON. Takes
  /// seconds, once.
  /// - Returns: how many rows were rewritten.
  func convert(_ storage: any FleetStorage) throws(ServerError) -> Int {
    var changes: [StoreChange] = []
    for row in try rows(storage, .tasks) where !RecordCodec.isRecord(row.value) {
      changes += try rows(of: decode(row))
    }
    for row in try rows(storage, .robots) where !RecordCodec.isRecord(row.value) {
      let robot: StoredRobot = try decode(row)
      changes.append(.put(.robots, key: row.key, value: try encode(robot)))
    }
    guard !changes.isEmpty else { return 0 }
    if try value(storage, .settings, Self.totalsKey) == nil {
      changes.append(.put(.settings, key: Self.totalsKey, value: try encode(totals(changes))))
    }
    do throws(StoreError) {
      try storage.commit(changes)
      try storage.compact()
    } catch { throw .store(error) }
    return changes.count
  }

  private func totals(_ changes: [StoreChange]) throws(ServerError) -> [FleetStatistics.KindCount] {
    var totals = TaskKind.allCases.map(FleetStatistics.KindCount.init)
    for case .put(.ended, let key, let value) in changes {
      let task: StoredTask = try decode(Row(table: .ended, key: key, value: value))
      let kind = task.record.spec.body.kind
      guard let index = totals.firstIndex(where: { $0.kind == kind }) else { continue }
      switch task.record.state {
      case .completed: totals[index].completed += 1
      case .failed, .expired: totals[index].failed += 1
      case .cancelled: totals[index].cancelled += 1
      default: break
      }
    }
    return totals
  }

  // MARK: - Rows

  private struct Row {
    let table: StoreTable
    let key: String
    let value: [UInt8]
  }

  /// Ids are `t` and a number: as text in the order of the numbers.
  static func endedKey(_ id: TaskID) -> String {
    let digits = id.text.dropFirst()
    return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
  }

  private func rows(_ storage: any FleetStorage, _ table: StoreTable) throws(ServerError) -> [Row] {
    do throws(StoreError) {
      return try storage.load(table).map { Row(table: table, key: $0.key, value: $0.value) }
    } catch { throw .store(error) }
  }

  private func endedRows(_ storage: any FleetStorage) throws(ServerError) -> [Row] {
    do throws(StoreError) {
      return try storage.load(.ended, last: Self.endedLoaded).map {
        Row(table: .ended, key: $0.key, value: $0.value)
      }
    } catch { throw .store(error) }
  }

  private func value(
    _ storage: any FleetStorage, _ table: StoreTable, _ key: String
  ) throws(ServerError) -> Row? {
    do throws(StoreError) {
      return try storage.value(table, key: key).map { Row(table: table, key: key, value: $0) }
    } catch { throw .store(error) }
  }

  private func decode<Value: Decodable>(_ row: Row) throws(ServerError) -> Value {
    do {
      return RecordCodec.isRecord(row.value)
        ? try codec.decode(Value.self, from: row.value)
        : try decoder.decode(Value.self, from: Data(row.value))
    } catch { throw .damaged(table: row.table, key: row.key, reason: "\(error)") }
  }

  private func encode(_ value: some Encodable) throws(ServerError) -> [UInt8] {
    do throws(RecordError) {
      return try codec.encode(value)
    } catch { throw .unencodable(error.description) }
  }
}

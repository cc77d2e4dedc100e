import Determinism
import FleetCore
import FleetModel
import FleetPorts
import Foundation

/// Durable facts as rows of the store, and back: JSON under the id, so that a person with the
/// SQLite shell can read them.
struct StoreCodec {
  private let encoder: JSONEncoder
  private let decoder = JSONDecoder()

  init() {
    encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
  }

  func changes(of effect: FleetChange, now: Instant) throws(ServerError) -> StoreChange {
    switch effect {
    case .task(let task): .put(.tasks, key: task.record.id.text, value: try encode(task))
    case .robot(let robot): .put(.robots, key: robot.id.text, value: try encode(robot))
    case .robotRemoved(let robot): .delete(.robots, key: robot.text)
    case .zone(let zone, let closed): .put(.zones, key: zone.text, value: try encode(closed))
    case .audit(let actor, let action, let detail):
      .audit(
        AuditLine(
          timeMicroseconds: now.microseconds, actor: actor, action: action, detail: detail))
    }
  }

  /// Everything an earlier run left behind.
  func load(_ storage: any FleetStorage) throws(ServerError) -> StoredFleet {
    let tasks: [StoredTask] = try rows(storage, .tasks).map(decode)
    let robots: [StoredRobot] = try rows(storage, .robots).map(decode)
    var zones: [(zone: ZoneID, closed: Bool)] = []
    for row in try rows(storage, .zones) {
      do {
        zones.append((try ZoneID(row.key), try decoder.decode(Bool.self, from: Data(row.value))))
      } catch { throw .damaged(table: .zones, key: row.key, reason: "\(error)") }
    }
    return StoredFleet(tasks: tasks, robots: robots, closedZones: zones)
  }

  private struct Row {
    let table: StoreTable
    let key: String
    let value: [UInt8]
  }

  private func rows(_ storage: any FleetStorage, _ table: StoreTable) throws(ServerError) -> [Row] {
    do throws(StoreError) {
      return try storage.load(table).map { Row(table: table, key: $0.key, value: $0.value) }
    } catch { throw .store(error) }
  }

  private func decode<Value: Decodable>(_ row: Row) throws(ServerError) -> Value {
    do {
      return try decoder.decode(Value.self, from: Data(row.value))
    } catch { throw .damaged(table: row.table, key: row.key, reason: "\(error)") }
  }

  private func encode(_ value: some Encodable) throws(ServerError) -> [UInt8] {
    do {
      return [UInt8](try encoder.encode(value))
    } catch { throw .unencodable("\(error)") }
  }
}

import Determinism
import FleetCore
import FleetModel
import FleetPorts
import FleetRecords
import FleetStore
import Foundation
import Testing

@testable import FleetServer

/// A store of its own for one test, removed with it.
final class Scratch {
  let path: String
  let store: SQLiteStore

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-server-\(UUID().uuidString)").path
    store = try SQLiteStore(directory: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

struct StoreCodecTests {
  private let scratch: Scratch
  private let codec = StoreCodec()
  private let now = Instant(microseconds: 5_000_000)

  init() throws { scratch = try Scratch() }

  private func task(_ number: Int, _ state: TaskState = .completed) throws -> StoredTask {
    let delivery = Delivery(
      pickup: try StationID("a"), drop: try StationID("b"), loadMilliseconds: 1000,
      unloadMilliseconds: 2000, releaseCode: number % 2 == 0 ? "471" : nil, payloadGrams: 10)
    var record = TaskRecord(
      id: try TaskID("t\(number)"), key: try ClientKey("key-\(number)"),
      owner: try OperatorID("ann"),
      spec: TaskSpec(body: .deliver(delivery), priority: 4, robot: nil),
      state: state, submitted: Instant(microseconds: Int64(number)))
    record.ended = state.isEnded ? Instant(microseconds: Int64(number) + 100) : nil
    record.robot = try RobotID("r1")
    return StoredTask(record: record, mission: nil)
  }

  private func commit(_ tasks: [StoredTask], totals: [FleetStatistics.KindCount] = []) throws {
    try scratch.store.commit(
      try codec.changes(of: tasks.map { .persist(.task(Shared($0))) }, totals: totals, now: now))
  }

  @Test func aTaskThatEndsLeavesTheOpenOnesAndIsFoundByKeyAndId() throws {
    try commit([try task(7, .underway)])
    #expect(try scratch.store.load(.tasks).map(\.key) == ["t7"])
    let ended = try task(7)
    try commit([ended])
    #expect(try scratch.store.load(.tasks).isEmpty)
    #expect(try codec.endedTask(try ClientKey("key-7"), in: scratch.store) == ended.record)
    #expect(try codec.endedTask(try TaskID("t7"), in: scratch.store) == ended.record)
    #expect(try codec.endedTask(try ClientKey("key-8"), in: scratch.store) == nil)
  }

  @Test func aStartReadsTheNewestEndedTasksAndAllTotals() throws {
    var totals = FleetStatistics.KindCount(kind: .deliver)
    totals.completed = 12_000
    try commit(try (1...12_000).map { try task($0) }, totals: [totals])
    try commit([try task(12_001, .queued)])
    let stored = try codec.load(scratch.store)
    #expect(stored.tasks.count == StoreCodec.endedLoaded + 1)
    #expect(stored.tasks.first?.record.id.text == "t2001")
    #expect(stored.tasks.last?.record.id.text == "t12001")
    #expect(stored.endedTotals == [totals])
    #expect(try codec.endedTask(try ClientKey("key-3"), in: scratch.store)?.id.text == "t3")
  }

  @Test func whatTheFirstVersionsWroteIsReadAndConverted() throws {
    let encoder = JSONEncoder()
    let robot = """
      {"eventsHandled":884,"id":"r1","parked":false,"order":1,"integration":"utilised",\
      "sessionEpoch":17,"actionCount":62,"promise":{"released":536,"order":1,"visited":535,\
      "acknowledged":535,"firstLeg":535,"legs":[{"claims":[2078],"path":[2078],"speedLimit":0},\
      {"claims":[2079],"path":[2079],"speedLimit":0}],"update":495},"energyPermille":813,\
      "paused":false}
      """
    try scratch.store.commit([
      .put(.tasks, key: "t1", value: [UInt8](try encoder.encode(task(1)))),
      .put(.tasks, key: "t2", value: [UInt8](try encoder.encode(task(2, .failed(.unreachable))))),
      .put(.tasks, key: "t3", value: [UInt8](try encoder.encode(task(3, .queued)))),
      .put(.robots, key: "r1", value: [UInt8](robot.utf8)),
      .put(.zones, key: "z", value: [UInt8]("true".utf8)),
    ])
    #expect(try codec.convert(scratch.store) > 0)
    #expect(try codec.convert(scratch.store) == 0, "once")
    #expect(try scratch.store.load(.tasks).map(\.key) == ["t3"])
    let stored = try codec.load(scratch.store)
    #expect(
      stored.tasks == [try task(1), try task(2, .failed(.unreachable)), try task(3, .queued)])
    #expect(stored.robots.first?.promise?.legs.map(\.path) == [[2078], [2079]])
    #expect(stored.robots.first?.promise?.visited == 535)
    #expect(stored.closedZones.map(\.closed) == [true])
    let totals = try #require(stored.endedTotals?.first { $0.kind == .deliver })
    #expect(totals.completed == 1 && totals.failed == 1)
  }

  @Test func aDamagedRowIsNamed() throws {
    try commit([try task(1, .queued)])
    var row = try #require(try scratch.store.value(.tasks, key: "t1"))
    row.removeLast(4)
    try scratch.store.commit([.put(.tasks, key: "t1", value: row)])
    let error = #expect(throws: ServerError.self) { try codec.load(scratch.store) }
    #expect(error?.description.contains("entry t1 in tasks is damaged") == true)
  }

  @Test func endedKeysSortByNumber() throws {
    let keys = try [2, 10, 9, 100_000].map { StoreCodec.endedKey(try TaskID("t\($0)")) }
    #expect(keys.sorted() == [keys[0], keys[2], keys[1], keys[3]])
  }

  /// Whether few or many, they are stored as the plain lists that they were.
  @Test func resourcesOfLegsAreStoredAsLists() throws {
    let codec = RecordCodec()
    for list in [[], [7], [7, 8, 9], [7, 8, 9, 10]] as [[Int32]] {
      let bytes = try codec.encode(["a": list])
      #expect(try codec.encode(["a": FewResources(list)]) == bytes)
      let read = try codec.decode([String: FewResources].self, from: bytes)
      #expect(read["a"].map(Array.init) == list)
    }
  }
}

import Determinism
import FleetCore
import FleetModel
import Foundation
import Site
import WorkerThread

/// The server's process: what dies with it, and what does not.
struct SimulatedServer {
  private let site: Site
  private let settings: FleetSettings
  private let seed: Seed
  /// Where its planning rounds are computed, when its fleet is large.
  private let worker = WorkerThread("planning")
  /// The run under way, or the one that died.
  var fleet: Fleet
  /// What a run leaves to the next one.
  var store = SimulatedStore()
  private(set) var epoch: UInt64 = 1
  /// The process runs.
  var isUp = false
  /// Counts connections to the broker.
  private(set) var connection = 0
  /// nil: no connection.
  private(set) var connectedSince: Instant?
  /// Its clock by the world's.
  var clockOffset = Duration.zero
  /// Events that it has handled, over all runs.
  var events: Int64 = 0
  /// Dies at the next event, or at the given one.
  var crashes: [Fault] = []
  /// The store takes nothing: the batch that waits, and nothing more is handled.
  var stalled: [FleetEffect]?
  /// Messages of earlier connections come no earlier than this.
  var lateUntil = Instant.zero

  init(site: Site, settings: FleetSettings, seed: Seed) {
    self.site = site
    self.settings = settings
    self.seed = seed
    fleet = Fleet(site: site, settings: settings, serverEpoch: 1, seed: seed)
    fleet.workBeside = worker.begin
  }

  var isConnected: Bool { connectedSince != nil }

  /// Whether what the broker had at `time` reaches the server now.
  func hears(since time: Instant) -> Bool {
    guard isUp, stalled == nil, let connectedSince else { return false }
    return connectedSince <= time
  }

  mutating func connect(now: Instant) {
    connection += 1
    connectedSince = now
  }

  mutating func disconnect() { connectedSince = nil }

  /// All in memory is gone.
  mutating func die() {
    isUp = false
    connectedSince = nil
    stalled = nil
  }

  /// Starts a process on what the last one has left.
  /// - Returns: what it does before it has a connection.
  mutating func start(robots: [RobotID], now: Instant) -> [FleetEffect] {
    if isUp { return [] }
    isUp = true
    let isFirst = events == 0 && store.isEmpty
    if !isFirst {
      epoch += 1
      fleet = Fleet(
        site: site, settings: settings, serverEpoch: epoch,
        seed: seed.derive("run", Int(epoch)))
      fleet.workBeside = worker.begin
    }
    var effects: [FleetEffect] = []
    for robot in robots { effects += fleet.handle(.enrolled(robot), now: now) }
    if !isFirst { effects += fleet.restore(store.load(), now: now) }
    return effects
  }

  /// The crash that comes at this event, if any.
  mutating func takeCrash() -> Fault? {
    events += 1
    guard !crashes.isEmpty else { return nil }
    guard let index = crashes.firstIndex(where: { $0.event ?? 0 <= events }) else { return nil }
    return crashes.remove(at: index)
  }
}

/// A store in memory that outlives the server: what was committed is there, whole.
struct SimulatedStore {
  /// The first records, and then one in so many, are packed as the server's store does and unpacked again.
  private static let packedFirst = 128
  private static let packedOneIn = 2048

  // As they came, by reference: most are replaced before anybody reads them.
  private var tasks: [TaskID: Shared<StoredTask>] = [:]
  /// By their numbers in the run.
  private var robots: [Shared<StoredRobot>?] = []
  private var zones: [ZoneID: Bool] = [:]
  private var writes = 0

  var isEmpty: Bool { writes == 0 }

  /// - Parameter robot: the number of the robot that it is about; nil: about none.
  mutating func commit(_ change: FleetChange, robot i: Int?) {
    writes += 1
    switch change {
    case .task(let task): tasks[task.value.record.id] = packed(task)
    case .robot(let robot): keep(packed(robot), robot: i)
    case .robotRemoved: keep(nil, robot: i)
    case .zone(let zone, let closed): zones[zone] = closed
    case .audit: break
    }
  }

  private mutating func keep(_ robot: Shared<StoredRobot>?, robot i: Int?) {
    guard let i else { preconditionFailure("a robot of no number is stored") }
    while robots.count <= i { robots.append(nil) }
    robots[i] = robot
  }

  /// By key, as a table is read.
  func load() -> StoredFleet {
    StoredFleet(
      tasks: tasks.values.map(\.value).sorted { $0.record.id.text < $1.record.id.text },
      robots: robots.compactMap { $0?.value }.sorted { $0.id.text < $1.id.text },
      closedZones: zones.sorted { $0.key.text < $1.key.text }.map {
        (zone: $0.key, closed: $0.value)
      })
  }

  /// What is known of a robot; nil: nothing.
  func robot(_ i: Int) -> StoredRobot? { i < robots.count ? robots[i]?.value : nil }

  private func packed<Value: Codable>(_ record: Shared<Value>) -> Shared<Value> {
    guard writes <= Self.packedFirst || writes % Self.packedOneIn == 0 else { return record }
    do {
      let bytes = try JSONEncoder().encode(record.value)
      return Shared(try JSONDecoder().decode(Value.self, from: bytes))
    } catch {
      preconditionFailure("a record that cannot be stored and read again: \(error)")
    }
  }
}

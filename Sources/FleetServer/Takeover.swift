import Determinism
import FleetCore
import FleetModel
import FleetPorts
import Foundation
import Site

/// What an earlier run has promised, taken over: a fleet that stands where that one ended. Worked
/// out on a thread of its own, while the broker starts.
struct Takeover: Sendable {
  var fleet: Fleet
  var effects: [FleetEffect]
  var tasks = 0
  var promises = 0
  /// Rows of an older version that were rewritten.
  var converted = 0

  /// What it is taken over into.
  struct Heir: Sendable {
    var site: Site
    var settings: FleetSettings
    var seed: Seed
    var epoch: UInt64
    /// All that are enrolled.
    var robots: [RobotID]
    var now: Instant
  }

  /// What was in the store.
  let stored: StoredFleet

  /// Reads the store and restores the fleet.
  init(_ storage: any FleetStorage, by heir: Heir) throws(ServerError) {
    let codec = StoreCodec()
    let converted = try codec.convert(storage)
    self.init(try codec.load(storage), by: heir)
    self.converted = converted
  }

  /// Restores the fleet: a function of what is given, so that a replay begins as the run did.
  init(_ stored: StoredFleet, by heir: Heir) {
    self.stored = stored
    fleet = Fleet(
      site: heir.site, settings: heir.settings, serverEpoch: heir.epoch, seed: heir.seed)
    effects = []
    for robot in heir.robots { effects += fleet.handle(.enrolled(robot), now: heir.now) }
    effects += fleet.restore(stored, now: heir.now)
    let known = Set(heir.robots)
    for robot in stored.robots where !known.contains(robot.id) {
      effects += fleet.handle(.removed(robot.id), now: heir.now)
    }
    tasks = stored.tasks.count { !$0.record.state.isEnded }
    promises = stored.robots.count { $0.promise != nil }
  }

  /// Begins at once. - Returns: what waits for the outcome.
  static func begin(_ storage: any FleetStorage, by heir: Heir) -> Pending {
    let pending = Pending()
    let thread = Thread {
      do throws(ServerError) {
        pending.outcome = .success(
          try Takeover(storage, by: heir))
      } catch { pending.outcome = .failure(error) }
      pending.isDone.signal()
    }
    thread.stackSize = 16 << 20
    thread.start()
    return pending
  }

  /// A takeover under way. Its outcome is written once, before `isDone` is signalled, and read after.
  final class Pending: @unchecked Sendable {
    fileprivate var outcome: Result<Takeover, ServerError>?
    fileprivate let isDone = DispatchSemaphore(value: 0)

    /// Waits for the end.
    func take() throws(ServerError) -> Takeover {
      isDone.wait()
      guard let outcome else { preconditionFailure("a takeover ended without an outcome") }
      return try outcome.get()
    }
  }
}

extension Takeover.Heir {
  /// What the run starts from, for the flight recorder.
  func base(_ stored: StoredFleet, _ flight: FlightSettings) -> FlightBase {
    FlightBase(
      build: flight.build, files: flight.siteFiles.map { FlightBase.File(name: $0, text: $1) },
      seed: seed.rawValue, epoch: epoch, now: now, robots: robots, stored: stored.robots,
      tasks: stored.tasks, zones: stored.closedZones.map(\.zone),
      closed: stored.closedZones.map(\.closed), endedTotals: stored.endedTotals)
  }
}

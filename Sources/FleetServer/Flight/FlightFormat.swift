import Determinism
import FleetCore
import FleetModel
import FleetRecords

// The flight recorder keeps every input of the core, so that a run can be gone through again with
// the same core (docs/recovery.md).
//
//   STATE/flight/EPOCH-base     what the run started from: `FlightBase`
//   STATE/flight/EPOCH-NUMBER   a segment: "DFLT1", the length of a `FlightHeader`, the header, entries
//   STATE/flight/EPOCH-NUMBER-image   how the core stood when that segment began: `FlightImage`; of all
//                               but the first
//
// An entry is its length, its kind, the microseconds since the one before it, and what the kind
// says. Lengths and times are varints. A segment that ends within an entry ends before it.

/// What an entry is about.
enum FlightKind: UInt8 {
  case tick = 1
  /// The speaker's name, then the payload as it came.
  case connection, factsheet, state, report, request
  /// One byte: whether it is up.
  case transport
  /// The robot's name.
  case enrolled, removed
  /// A record of the task.
  case recalled
  /// The end of a batch: eight bytes of what it did (`EffectDigest`), high end first.
  case batch
}

/// At the head of a segment.
struct FlightHeader: Codable, Equatable {
  var build: String
  var site: String
  var epoch: UInt64
  /// From 0 in each run.
  var number: Int
  /// What the first entry's time counts from.
  var started: Instant
}

/// What a run started from: with the inputs, all that its outcome depends on.
struct FlightBase: Codable {
  struct File: Codable {
    var name: String
    var text: String
  }

  var build: String
  /// The site as it was.
  var files: [File]
  var seed: UInt64
  var epoch: UInt64
  var now: Instant
  var robots: [RobotID]
  var stored: [StoredRobot]
  var tasks: [StoredTask]
  var zones: [ZoneID]
  var closed: [Bool]
  var endedTotals: [FleetStatistics.KindCount]?

  var fleet: StoredFleet {
    StoredFleet(
      tasks: tasks, robots: stored, closedZones: zip(zones, closed).map { ($0, $1) },
      endedTotals: endedTotals)
  }
}

/// How the core stood when a segment began: with the inputs from there on, all that what follows
/// depends on.
struct FlightImage: Codable {
  var build: String
  /// The site as it was.
  var files: [FlightBase.File]
  var seed: UInt64
  var epoch: UInt64
  var fleet: FleetImage
}

/// Sums up what a batch made durable and sent, so that a replay can be held against it. Notices and
/// replies are left out: they also come from the server around the core.
struct EffectDigest {
  private var hash = StableHash()

  mutating func add(_ change: FleetChange) {
    switch change {
    case .task(let task): add("task \(task.value.record.id) \(task.value.record.state)")
    case .robot(let robot):
      add("robot \(robot.value.id)")
      hash.combine(robot.value.eventsHandled)
      hash.combine(robot.value.actionCount)
      guard let promise = robot.value.promise else { return }
      for mark in [promise.order, promise.update, promise.visited, promise.released] {
        hash.combine(mark)
      }
    case .robotRemoved(let robot): add("removed \(robot)")
    case .zone(let zone, let closed): add("zone \(zone) \(closed)")
    case .audit(let actor, let action, let detail): add("audit \(actor) \(action) \(detail)")
    }
  }

  /// - Parameter payload: the message as it is sent.
  mutating func add(_ robot: RobotID, _ payload: [UInt8]) {
    add(robot.text)
    hash.combine(bytes: payload)
  }

  mutating func add(_ heartbeat: Heartbeat) {
    hash.combine(heartbeat.number)
    hash.combine(heartbeat.timeMicroseconds)
  }

  private mutating func add(_ text: String) { hash.combine(bytes: text.utf8) }

  var value: UInt64 { hash.value }
}

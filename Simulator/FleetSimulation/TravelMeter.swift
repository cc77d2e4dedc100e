import Determinism
import FleetModel
import Grid
import Site

/// How long robots take for their ways, against the time each way takes on an empty site.
///
/// A way begins when a task is given to a robot or an action ends, and ends when the next action
/// begins or the task ends; everything in between counts: messages, queues, waiting for a bay,
/// detours, faults. On an empty site the robot takes the shortest way (`FreeFlow`); where the task
/// prescribes the way itself (sweeping) it is the way that was driven.
struct TravelMeter {
  private struct Trip {
    let task: TaskID
    let kind: TaskKind
    var since: Instant
    var from: Int32
    /// The cells driven since, while sweeping.
    var driven: [Int32] = []
    var isStanding = false
    var travelled: Int64 = 0
    var free: Int64 = 0
  }

  private let site: Site
  private var flow: FreeFlow
  private var trips: [Trip?]
  private let classes: [Int]
  /// Ratio of each task that counts.
  private(set) var ratios: [Double] = []
  private(set) var travelled: Int64 = 0
  private(set) var free: Int64 = 0

  init(site: Site, classes: [Int]) {
    self.site = site
    self.classes = classes
    flow = FreeFlow(site)
    trips = [Trip?](repeating: nil, count: classes.count)
  }

  /// All time travelled by the time it would have taken alone; 1 where nothing was travelled.
  var ratio: Double { free > 0 ? Double(travelled) / Double(free) : 1 }

  /// The ratio that this share of the tasks does not exceed; 1 where there is none.
  func percentile(_ share: Double) -> Double {
    guard !ratios.isEmpty else { return 1 }
    return ratios.sorted()[min(ratios.count - 1, Int(share * Double(ratios.count)))]
  }

  func isSweeping(_ robot: Int) -> Bool { trips[robot]?.kind == .sweep }

  mutating func assigned(_ robot: Int, _ task: TaskID, _ kind: TaskKind, at: Int32, now: Instant) {
    trips[robot] = Trip(task: task, kind: kind, since: now, from: at)
  }

  mutating func taken(_ robot: Int) { trips[robot] = nil }

  /// The robot has come to the next cell of its way.
  mutating func drove(_ robot: Int, through cell: Int32) {
    guard let last = trips[robot].map({ $0.driven.last ?? $0.from }), last != cell else { return }
    trips[robot]?.driven.append(cell)
  }

  mutating func actionStarted(_ robot: Int, at: Int32, now: Instant) {
    guard trips[robot]?.isStanding == false else { return }
    arrive(robot, at, now)
    trips[robot]?.isStanding = true
  }

  mutating func actionEnded(_ robot: Int, at: Int32, now: Instant) {
    trips[robot]?.isStanding = false
    trips[robot]?.since = now
    trips[robot]?.from = at
    trips[robot]?.driven = []
  }

  /// - Parameter counts: whether the task goes into the figures.
  mutating func ended(_ robot: Int, _ task: TaskID, at: Int32, now: Instant, counts: Bool) {
    guard trips[robot]?.task == task else { return }
    if trips[robot]?.isStanding == false { arrive(robot, at, now) }
    if counts, let trip = trips[robot], trip.free > 0 {
      travelled += trip.travelled
      free += trip.free
      ratios.append(Double(trip.travelled) / Double(trip.free))
    }
    trips[robot] = nil
  }

  private mutating func arrive(_ robot: Int, _ at: Int32, _ now: Instant) {
    // Off the road there is no way.
    guard let trip = trips[robot], at >= 0, trip.from >= 0, !trip.driven.contains(-1) else {
      return
    }
    let time: Duration?
    if trip.kind == .sweep, !trip.driven.isEmpty {
      time = flow.time(classIndex: classes[robot], along: [trip.from] + trip.driven)
    } else {
      time = flow.time(classIndex: classes[robot], from: trip.from, to: at)
    }
    guard let time, time > .zero else { return }
    trips[robot]?.free += time.wholeMicroseconds
    trips[robot]?.travelled += (now - trip.since).wholeMicroseconds
  }
}

import Determinism
import FleetModel
import Invariants

/// Robots that are not where the server may think, and things in the way that nobody told of.
///
/// Only against these do robots protect themselves: between two robots that keep the rules nobody
/// intervenes, so that their collision shows.
struct Rogues {
  /// Robot -> until when it does what it should not; nil: it keeps the rules.
  private var until: [Instant?]
  /// What stands on the road.
  private(set) var obstacles: [(fault: Int, outline: Outline)] = []
  /// How often a robot was stopped by what it saw.
  private(set) var interventions = 0
  private(set) var count = 0

  init(robots: Int) { until = [Instant?](repeating: nil, count: robots) }

  var isQuiet: Bool { count == 0 && obstacles.isEmpty }

  func contains(_ robot: Int) -> Bool { until[robot] != nil }

  /// Robots that are rogues, ascending.
  var robots: [Int] { count == 0 ? [] : until.indices.filter { until[$0] != nil } }

  mutating func add(_ robot: Int, until time: Instant) {
    if until[robot] == nil { count += 1 }
    until[robot] = max(until[robot] ?? time, time)
  }

  /// It keeps the rules again, unless what it does is not over.
  mutating func pardon(_ robot: Int, now: Instant) {
    guard let time = until[robot], time <= now else { return }
    until[robot] = nil
    count -= 1
  }

  /// Whether what it did is over.
  func isDone(_ robot: Int, now: Instant) -> Bool { until[robot].map { $0 <= now } ?? true }

  mutating func put(_ outline: Outline, of fault: Int) { obstacles.append((fault, outline)) }

  mutating func clear(_ fault: Int) { obstacles.removeAll { $0.fault == fault } }

  mutating func intervened() { interventions += 1 }
}

/// A robot's view of what is straight before it.
enum ProtectiveField {
  /// Kept free before a vehicle besides its stopping distance.
  private static let margin = 400.0
  /// How much wider a rogue looks.
  static let sides: Int32 = 1200
  /// Between two looks.
  private static let reaction = 0.25

  /// From the middle of a vehicle to the end of what it looks at, at most.
  static func reach(_ outline: Outline, speed: Double, stopping: Double) -> Int64 {
    Int64(min(100_000, stopping + speed * reaction + margin))
      + Int64(outline.lengthMillimetres) + Int64(outline.widthMillimetres + sides)
  }

  /// Whether a vehicle that drives on must stop for `other`.
  static func meets(_ outline: Outline, speed: Double, stopping: Double, _ other: Outline) -> Bool {
    let reach = Int32(min(100_000, stopping + speed * reaction + margin))
    let far =
      Int64(reach) + Int64(outline.lengthMillimetres) + Int64(outline.widthMillimetres)
      + Int64(other.lengthMillimetres) + Int64(other.widthMillimetres)
    guard abs(outline.position.x - other.position.x) <= far,
      abs(outline.position.y - other.position.y) <= far
    else { return false }
    if speed < 1 { return outline.turned.overlaps(other) }
    return outline.driven(reach).overlaps(other)
  }
}

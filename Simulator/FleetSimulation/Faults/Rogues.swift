import Determinism
import FleetModel
import Invariants
import VirtualRobot

/// Robots that are not where the server may think, and things in the way that nobody told of.
///
/// Only against these do robots protect themselves: between two robots that keep the rules nobody
/// intervenes, so that their collision shows.
struct Rogues {
  /// Robot -> until when it does what it should not; nil: it keeps the rules.
  private var until: [Instant?]
  /// What stands on the road.
  private(set) var obstacles: [(fault: Int, area: OrientedRectangle)] = []
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

  mutating func put(_ outline: Outline, of fault: Int) {
    obstacles.append((fault, OrientedRectangle(outline)))
  }

  mutating func clear(_ fault: Int) { obstacles.removeAll { $0.fault == fault } }

  mutating func intervened() { interventions += 1 }
}

/// What a robot looks at: the way that it is about to drive, as far as it needs to stop.
enum ProtectiveField {
  /// Kept free before a vehicle besides its stopping distance.
  private static let margin = 400.0
  /// Kept free around a vehicle that turns on the spot.
  private static let turningMargin: Int32 = 100
  /// How much wider a rogue looks.
  static let sides: Int32 = 1200
  /// Between two looks.
  private static let reaction = 0.25

  /// How far along its way a vehicle looks.
  static func depth(speed: Double, stopping: Double) -> Double {
    min(100_000, stopping + speed * reaction + margin)
  }

  /// What somebody else may drive over before it can do anything about it, or in a second.
  static func ahead(_ other: Sights.Sight) -> Int32 {
    Int32(min(100_000, max(other.speed, other.stopping + other.speed * reaction)))
  }

  /// From the middle of a vehicle to the end of what it looks at, at most.
  static func reach(_ outline: Outline, speed: Double, stopping: Double) -> Int64 {
    Int64(depth(speed: speed, stopping: stopping))
      + Int64(outline.lengthMillimetres) + Int64(outline.widthMillimetres + sides)
  }

  /// What must be free for a vehicle to drive `way`.
  /// - Parameter sides: how much wider it looks at what is before it.
  static func areas(_ outline: Outline, _ way: [WayAhead], sides: Int32) -> [Outline] {
    var areas: [Outline] = []
    for part in way {
      var body = outline
      body.position = Point(x: Int64(part.x.rounded()), y: Int64(part.y.rounded()))
      if part.isTurn {
        body = body.turned
        body.lengthMillimetres += 2 * turningMargin
        body.widthMillimetres += 2 * turningMargin
        areas.append(body)
        continue
      }
      // It covers no more than this whichever way it looks.
      if abs(part.headingDegrees - part.directionDegrees) > 1 { body = body.turned }
      body.headingMillidegrees = Int32((part.directionDegrees * 1000).rounded()) % 360_000
      areas.append(body.driven(Int32(part.length.rounded(.up))))
      guard sides > 0 else { continue }
      // Beside it there may be others, before it there must be nobody.
      var front = body.driven(body.lengthMillimetres + Int32(part.length.rounded(.up)))
      front.lengthMillimetres -= 2 * body.lengthMillimetres
      front.widthMillimetres += sides
      areas.append(front)
    }
    return areas
  }
}

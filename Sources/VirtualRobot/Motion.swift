import Determinism
import FleetModel

/// A straight piece of the way ahead. Millimetres, seconds, degrees.
struct Piece {
  var startX: Double
  var startY: Double
  var unitX: Double
  var unitY: Double
  var length: Double
  /// The way the vehicle looks while it drives this piece.
  var heading: Double
  /// Fastest speed on it, the vehicle's own included.
  var limit: Double
  /// The leg that it belongs to.
  var leg: UInt64
  /// Whether the leg ends where it ends.
  var endsLeg: Bool
  /// It leads off the route: a fault.
  var strays = false

  var endX: Double { startX + unitX * length }
  var endY: Double { startY + unitY * length }
}

/// A stretch of constant acceleration on one piece, or of turning on the spot.
struct Segment {
  /// Seconds after the plan's origin.
  var begin: Double
  var duration: Double
  /// When it is over: the first whole microsecond not before.
  var endsAt: Int64
  /// Distance along the piece and speed at its begin.
  var along: Double
  var speed: Double
  var acceleration: Double
  var heading: Double
  /// Degrees a second.
  var turnRate: Double
  var distance: Double
  var endSpeed: Double
  /// Whether the piece is driven to its end with it.
  var completesPiece: Bool
}

/// Where a vehicle is and how it moves on its way: exact solutions of piecewise constant
/// acceleration, made anew (`Motion+Plan.swift`) whenever what it may drive changes. Between such
/// changes nothing is integrated, so the step at which it is looked at has no influence.
struct Motion: Sendable {
  var limits: MotionLimits
  /// The way: `pieces[head...]` lie ahead, of which those before `limit` may be driven.
  var pieces: [Piece] = [] { didSet { notePiece() } }
  var head = 0 { didSet { notePiece() } }
  var limit = 0
  /// The piece driven last did not end a leg: nobody may stop here for good.
  var isBetweenStops = false
  /// Where it looked when it came to the end of a leg last.
  var restHeading: Double

  /// The plan: `segments[current...]`, in seconds after `origin`. Empty: standing.
  var segments: [Segment] = [] { didSet { noteSegment() } }
  var current = 0 { didSet { noteSegment() } }
  var origin: Int64 = 0
  /// Speed caps at the ends of pieces while planning.
  var caps: [Double] = []

  // What is asked of `pieces[head]` and `segments[current]` at every look, at hand: they lie anywhere.
  private var line: Line?
  private var stretch: Stretch?

  /// As of the begin of the current segment, or standing.
  var along = 0.0
  var placeX: Double
  var placeY: Double
  var heading: Double
  var driven = 0.0

  init(limits: MotionLimits, place: Point, headingMillidegrees: Int32) {
    self.limits = limits
    placeX = Double(place.x)
    placeY = Double(place.y)
    heading = Double(headingMillidegrees) / 1000
    restHeading = heading
  }

  /// Standing, and not turning.
  var isStanding: Bool { stretch == nil }

  /// When the next segment ends; nil when standing.
  var nextEnd: Int64? { segments.isEmpty ? nil : segments[current].endsAt }

  private mutating func notePiece() {
    line = head < pieces.count ? Line(pieces[head]) : nil
  }

  private mutating func noteSegment() {
    stretch = current < segments.count ? Stretch(segments[current]) : nil
  }

  /// Ends the segments that are over at `now`.
  /// - Returns: The last leg whose end was reached, 0 for none.
  mutating func settle(to now: Int64) -> UInt64 {
    var reached: UInt64 = 0
    while current < segments.count, segments[current].endsAt <= now {
      let segment = segments[current]
      along = segment.along + segment.distance
      driven += segment.distance
      heading = Heading.normalised(segment.heading + segment.turnRate * segment.duration)
      current += 1
      if segment.completesPiece {
        if pieces[head].endsLeg { reached = pieces[head].leg }
        leavePiece()
      }
    }
    if current == segments.count { clearPlan() }
    return reached
  }

  private mutating func leavePiece() {
    placeX = pieces[head].endX
    placeY = pieces[head].endY
    along = 0
    isBetweenStops = !pieces[head].endsLeg
    if !isBetweenStops { restHeading = heading }
    head += 1
    guard head >= 64 else { return }
    pieces.removeSubrange(..<head)
    limit -= head
    head = 0
  }

  mutating func clearPlan() {
    segments.removeAll(keepingCapacity: true)
    current = 0
  }

  /// Position, speed, heading and odometer at `now`, which lies in the current segment.
  func snapshot(at now: Int64) -> MotionSnapshot {
    var snapshot = MotionSnapshot(
      x: placeX, y: placeY, heading: heading, speed: 0, along: along, driven: driven)
    if let stretch {
      let elapsed = Double(now - origin) * 1e-6 - stretch.begin
      let t = max(0, min(stretch.duration, elapsed))
      let moved = (stretch.speed + 0.5 * stretch.acceleration * t) * t
      snapshot.along = stretch.along + moved
      snapshot.driven = driven + moved
      snapshot.speed = max(0, stretch.speed + stretch.acceleration * t)
      snapshot.heading = Heading.normalised(stretch.heading + stretch.turnRate * t)
    }
    if let line {
      snapshot.x = line.startX + line.unitX * snapshot.along
      snapshot.y = line.startY + line.unitY * snapshot.along
    }
    return snapshot
  }
}

extension Motion {
  /// Where a piece lies.
  private struct Line {
    var startX: Double
    var startY: Double
    var unitX: Double
    var unitY: Double

    init(_ piece: Piece) {
      startX = piece.startX
      startY = piece.startY
      unitX = piece.unitX
      unitY = piece.unitY
    }
  }

  /// How a segment is driven.
  private struct Stretch {
    var begin: Double
    var duration: Double
    var along: Double
    var speed: Double
    var acceleration: Double
    var heading: Double
    var turnRate: Double

    init(_ segment: Segment) {
      begin = segment.begin
      duration = segment.duration
      along = segment.along
      speed = segment.speed
      acceleration = segment.acceleration
      heading = segment.heading
      turnRate = segment.turnRate
    }
  }
}

struct MotionSnapshot {
  var x: Double
  var y: Double
  var heading: Double
  var speed: Double
  var along: Double
  var driven: Double
}

/// What a vehicle's drive can do. Millimetres, seconds, degrees.
struct MotionLimits: Sendable {
  var speed: Double
  var acceleration: Double
  var braking: Double
  /// Seconds for a quarter turn on the spot; 0: it drives round corners.
  var quarterTurn: Double
  /// Fastest speed round a corner where `quarterTurn` is 0.
  var corner: Double
  /// The outline leaves its cell when it turns on the spot: where it has begun to turn it does not
  /// stop, but at the end of the leg.
  var sweeps = false
  /// Share of its speed that a fault leaves it, 0 < share <= 1.
  var slowness = 1.0

  /// - Parameter cellMillimetres: a corner is a quarter circle of half a cell's radius, at half
  ///   the braking force sideways.
  init(_ vehicle: VehicleClass, cellMillimetres: Int32) {
    speed = Double(max(1, vehicle.speedMillimetresPerSecond))
    acceleration = Double(max(1, vehicle.accelerationMillimetresPerSecond2))
    braking = Double(max(1, vehicle.brakingMillimetresPerSecond2))
    quarterTurn = Double(vehicle.quarterTurnMilliseconds) / 1000
    let (length, width) = (Int64(vehicle.lengthMillimetres), Int64(vehicle.widthMillimetres))
    let cell = Int64(cellMillimetres)
    sweeps = length * length + width * width > cell * cell
    corner = (braking * Double(cellMillimetres) / 4).squareRoot()
  }
}

import FleetModel

/// A straight part of the way ahead, or a turn on the spot (`length` 0).
public struct WayAhead: Sendable, Equatable {
  /// Where it begins. Millimetres east and south of the map's north-west corner.
  public var x: Double
  public var y: Double
  /// The way the robot looks on it, degrees clockwise from north; at the end of a turn.
  public var headingDegrees: Double
  /// The way it drives: not where it looks while it manoeuvres to the start of a route.
  public var directionDegrees: Double
  /// Millimetres.
  public var length: Double
  /// It turns on the spot, where it begins.
  public var isTurn: Bool
}

// What a robot is about to drive over, for its protective field.
extension VirtualRobot {
  /// The way from where it is, as far as it may be driven, `reach` millimetres at most; no farther
  /// than to where it has to stand and turn.
  /// Mutating as `glance` is.
  /// - Complexity: O(pieces of the way within `reach`)
  public mutating func wayAhead(_ reach: Double) -> [WayAhead] {
    let here = motion.snapshot(at: clock)
    var (x, y, heading) = (here.x, here.y, here.heading)
    var left = reach
    var parts: [WayAhead] = []
    for index in motion.head..<max(motion.head, motion.limit) {
      let piece = motion.pieces[index]
      let rest = piece.length - (index == motion.head ? here.along : 0)
      var part = WayAhead(
        x: x, y: y, headingDegrees: piece.heading,
        directionDegrees: piece.length > 0
          ? Heading.of(dx: piece.unitX, dy: piece.unitY) : piece.heading,
        length: max(0, min(rest, left)), isTurn: false)
      if motion.limits.quarterTurn > 0,
        Heading.turn(from: heading, to: piece.heading).magnitude >= 1
      {
        part.length = 0
        part.isTurn = true
        parts.append(part)
        break
      }
      if part.length > 0 { parts.append(part) }
      left -= part.length
      if left <= 0 { break }
      (x, y, heading) = (piece.endX, piece.endY, piece.heading)
    }
    return parts
  }

  /// How long it will still stand before something in its way; nil: nothing is.
  public var stopsFor: Duration? {
    obstacleUntil == Self.never ? nil : .microseconds(max(0, obstacleUntil - clock))
  }
}

import FleetModel

// Laying the way ahead.
extension Motion {
  /// Forgets the way, for a new one from here. The vehicle must stand.
  mutating func leaveWay(now: Int64) {
    let here = snapshot(at: now)
    (placeX, placeY, heading, along, driven) = (here.x, here.y, here.heading, 0, here.driven)
    clearPlan()
    pieces.removeAll(keepingCapacity: true)
    head = 0
    limit = 0
    isBetweenStops = false
    restHeading = heading
  }

  /// Goes on beyond what it may drive, straight ahead.
  mutating func stray(along millimetres: Double, speed: Double) {
    cutUnreleased()
    let last = pieces.count > head ? pieces.last : nil
    var (ux, uy) = (last?.unitX ?? 0, last?.unitY ?? 0)
    if ux == 0 && uy == 0 { (ux, uy) = Heading.direction(of: heading) }
    strayBy(ux * millimetres, uy * millimetres, speed)
  }

  /// Goes on beyond what it may drive, somewhere else.
  mutating func stray(dx: Double, dy: Double, speed: Double) {
    cutUnreleased()
    strayBy(dx, dy, speed)
  }

  /// Goes on to `place`, wherever that is.
  mutating func driveByHand(to place: Point, speed: Double) {
    let last = pieces.count > head ? pieces.last : nil
    let (x, y) = last.map { ($0.endX, $0.endY) } ?? (placeX, placeY)
    strayBy(Double(place.x) - x, Double(place.y) - y, speed)
  }

  private mutating func strayBy(_ dx: Double, _ dy: Double, _ speed: Double) {
    let last = pieces.count > head ? pieces.last : nil
    let (x, y) = last.map { ($0.endX, $0.endY) } ?? (placeX, placeY)
    let leg = last?.leg ?? 0
    let count = pieces.count
    add(
      Point(x: Int64((x + dx).rounded()), y: Int64((y + dy).rounded())), leg: leg, endsLeg: false,
      limit: min(speed, limits.speed), keepsHeading: false)
    if pieces.count > count { pieces[count].strays = true }
    limit = pieces.count
  }

  /// What lies ahead and may not be driven is forgotten.
  private mutating func cutUnreleased() {
    if limit < pieces.count { pieces.removeSubrange(max(limit, head)...) }
  }

  /// Manoeuvres to `place` close by, without turning: to where an order begins, which is the end of
  /// its leg 0. No trim takes that away.
  mutating func approach(_ place: Point, speed: Double) {
    guard Double(place.x) != placeX || Double(place.y) != placeY else { return }
    add(place, leg: 0, endsLeg: false, limit: min(speed, limits.speed), keepsHeading: true)
  }

  /// Adds leg `number` to the end of the way.
  mutating func append(_ leg: RouteLeg, number: UInt64) {
    let own = limits.speed
    let given = Double(leg.speedLimitMillimetresPerSecond)
    for (index, point) in leg.points.enumerated() {
      let last = index == leg.points.count - 1
      add(
        point, leg: number, endsLeg: last, limit: given > 0 ? min(own, given) : own,
        keepsHeading: false)
    }
  }

  /// Lets it drive through leg `through`.
  mutating func permit(through: UInt64) {
    limit = min(limit, pieces.count)
    while limit > head, pieces[limit - 1].leg > through { limit -= 1 }
    limit = max(limit, head)
    while limit < pieces.count, pieces[limit].leg <= through { limit += 1 }
  }

  /// Takes away the legs after `leg`.
  /// - Returns: The end of the way that remains; nil when nothing lies ahead any more.
  mutating func cut(after leg: UInt64) -> Point? {
    while let last = pieces.last, last.leg > leg, pieces.count > head { pieces.removeLast() }
    guard pieces.count > head, let last = pieces.last else { return pointOfRest }
    return Point(x: Int64(last.endX.rounded()), y: Int64(last.endY.rounded()))
  }

  private var pointOfRest: Point {
    Point(x: Int64(placeX.rounded()), y: Int64(placeY.rounded()))
  }

  /// Lays pieces of an older way again, from here on.
  mutating func layAgain(_ old: ArraySlice<Piece>) {
    for piece in old {
      add(
        Point(x: Int64(piece.endX.rounded()), y: Int64(piece.endY.rounded())), leg: piece.leg,
        endsLeg: piece.endsLeg, limit: piece.limit, keepsHeading: false)
    }
  }

  private mutating func add(
    _ point: Point, leg: UInt64, endsLeg: Bool, limit: Double, keepsHeading: Bool
  ) {
    let previous = pieces.count > head ? pieces.last : nil
    let (fromX, fromY) = previous.map { ($0.endX, $0.endY) } ?? (placeX, placeY)
    let (dx, dy) = (Double(point.x) - fromX, Double(point.y) - fromY)
    let length = (dx * dx + dy * dy).squareRoot()
    // A leg without length still has an end to be visited.
    if length == 0 && !endsLeg { return }
    let before = previous?.heading ?? heading
    pieces.append(
      Piece(
        startX: fromX, startY: fromY, unitX: length > 0 ? dx / length : 0,
        unitY: length > 0 ? dy / length : 0, length: length,
        heading: length > 0 && !keepsHeading ? Heading.of(dx: dx, dy: dy) : before,
        limit: limit, leg: leg, endsLeg: endsLeg))
  }
}

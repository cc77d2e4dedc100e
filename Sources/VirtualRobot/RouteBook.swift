import FleetModel

/// The route as the robot has been told it: numbers, what was said before, and the checks an
/// update must pass. The geometry is `Motion`'s.
struct RouteBook: Sendable {
  /// What becomes of an update.
  enum Verdict: Equatable {
    /// The next part of the order that the robot has.
    case extends
    /// The first update of a new order.
    case begins
    case repeated
    case refused(RobotRefusal)
  }

  /// How many updates are remembered to tell a repeated one from a conflicting one.
  private static let memory = 32

  private(set) var position = RoutePosition.none
  /// The last leg known, and its end.
  private(set) var lastLeg: UInt64 = 0
  private(set) var end = Point(x: 0, y: 0)
  /// The last updates taken, at their number modulo `memory`.
  private var taken: [RouteUpdate] = []
  private(set) var lastTrim: (update: UInt64, through: UInt64)?
  /// The last trim had an update number of its own, rather than the last route update's.
  private var trimIsUpdate = false

  var isDriven: Bool { position.visited == position.through }

  /// - Parameter canStart: whether the robot stands at a place, for a new order.
  func verdict(on update: RouteUpdate, canStart: (Point) -> Bool) -> Verdict {
    if update.order < position.order { return .refused(.unknownOrder) }
    if update.order > position.order { return verdictOnNew(update, canStart: canStart) }
    if update.update <= position.update { return verdictOnOld(update) }
    guard update.update == position.update + 1 else { return .refused(.updateGap) }
    guard update.firstLeg == lastLeg + 1, update.start == end, legsAreSound(update),
      update.releasedThrough >= position.through,
      update.releasedThrough <= lastLeg + UInt64(update.legs.count)
    else { return .refused(.routeMismatch) }
    return .extends
  }

  private func verdictOnNew(_ update: RouteUpdate, canStart: (Point) -> Bool) -> Verdict {
    guard update.update == 1 else { return .refused(.updateGap) }
    guard isDriven, update.firstLeg == 1, legsAreSound(update), canStart(update.start),
      update.releasedThrough <= UInt64(update.legs.count)
    else { return .refused(.routeMismatch) }
    return .begins
  }

  private func verdictOnOld(_ update: RouteUpdate) -> Verdict {
    if trimIsUpdate, update.update == lastTrim?.update { return .refused(.conflictingUpdate) }
    let slot = Int(update.update % UInt64(Self.memory))
    guard slot < taken.count, taken[slot].update == update.update else { return .repeated }
    return taken[slot] == update ? .repeated : .refused(.conflictingUpdate)
  }

  private func legsAreSound(_ update: RouteUpdate) -> Bool {
    update.legs.allSatisfy { (1...64).contains($0.points.count) }
  }

  /// Takes an update that `verdict` let pass.
  mutating func take(_ update: RouteUpdate) {
    if update.order != position.order {
      taken.removeAll(keepingCapacity: true)
      lastTrim = nil
      position = RoutePosition(order: update.order, update: 0, visited: 0, through: 0)
      lastLeg = 0
      end = update.start
    }
    let slot = Int(update.update % UInt64(Self.memory))
    while taken.count <= slot { taken.append(update) }
    taken[slot] = update
    position.update = update.update
    position.through = update.releasedThrough
    lastLeg += UInt64(update.legs.count)
    if let last = update.legs.last?.points.last { end = last }
  }

  mutating func visit(_ leg: UInt64) { position.visited = max(position.visited, leg) }

  /// It finds itself on its way after leg `leg`.
  mutating func standAt(leg: UInt64) {
    visit(leg)
    position.through = max(position.through, position.visited)
  }

  /// It is nowhere on its way: nothing lies ahead.
  mutating func dropAhead(end: Point) {
    position.through = position.visited
    lastLeg = position.visited
    self.end = end
  }

  /// Ends the route with leg `through`, whose end is `end`. The update is the route's last or
  /// the next number.
  mutating func trim(update: UInt64, through: UInt64, end: Point) {
    trimIsUpdate = update > position.update
    position.update = update
    position.through = min(position.through, through)
    lastLeg = through
    self.end = end
    lastTrim = (update, through)
  }
}

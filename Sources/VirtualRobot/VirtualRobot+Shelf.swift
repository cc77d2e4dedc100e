import FleetModel

/// A route as a robot has put it away, at the end of a leg.
struct RouteShelf: Sendable {
  struct Route: Sendable {
    var book: RouteBook
    /// What lies ahead of the end of the visited leg.
    var ahead: [Piece]
    var place: Point
  }

  @Seldom var route: Route? = nil
  /// It is to be put away when the next leg has been visited.
  var isWanted = false
  /// It is taken out at the next connect.
  var isRestoring = false
}

// A robot that comes back with an older route: its store is older than what it has driven since.
extension VirtualRobot {
  /// So far off the way, in millimetres, it still finds itself on it.
  private static let lateral = 60.0

  mutating func storeRoute() {
    shelf.isWanted = false
    shelf.route = RouteShelf.Route(
      book: book, ahead: motion.pieces[motion.head...].filter { !$0.strays }, place: truePosition)
  }

  /// Takes the stored route for its own. Where it stands on it, it goes on from there; elsewhere there
  /// is nothing that it could drive. It does not move before the server has confirmed the route.
  mutating func restoreRoute() {
    shelf.isRestoring = false
    guard let stored = shelf.route, motion.isStanding else { return }
    book = stored.book
    motion.leaveWay(now: clock)
    watch = .held
    let here = truePosition
    if distance(here, stored.place) <= Self.lateral {
      motion.layAgain(stored.ahead[...])
    } else if let index = stored.ahead.firstIndex(where: { lies(here, on: $0) }) {
      let piece = stored.ahead[index]
      let end = Point(x: Int64(piece.endX.rounded()), y: Int64(piece.endY.rounded()))
      if piece.endsLeg, distance(here, end) <= Self.lateral {
        book.standAt(leg: piece.leg)
        motion.layAgain(stored.ahead[(index + 1)...])
      } else {
        book.standAt(leg: max(piece.leg, 1) - 1)
        motion.layAgain(stored.ahead[index...])
        motion.isBetweenStops = true
      }
    } else {
      book.dropAhead(end: stored.place)
    }
    motion.permit(through: book.position.through)
  }

  private func lies(_ place: Point, on piece: Piece) -> Bool {
    let (dx, dy) = (Double(place.x) - piece.startX, Double(place.y) - piece.startY)
    let along = dx * piece.unitX + dy * piece.unitY
    let across = abs(dx * piece.unitY - dy * piece.unitX)
    if piece.length == 0 { return max(abs(dx), abs(dy)) <= Self.lateral }
    return across <= Self.lateral && along >= 0 && along <= piece.length + Self.lateral
  }

  private func distance(_ a: Point, _ b: Point) -> Double {
    Double(max(abs(a.x - b.x), abs(a.y - b.y)))
  }
}

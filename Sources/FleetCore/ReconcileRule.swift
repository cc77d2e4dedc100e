import FleetModel

/// What follows from a robot's own word on where it is and what route it has, against what the
/// server knows of it: the table of docs/recovery.md, one case a cell. A pure function, so that
/// each cell has its test; `Fleet+Presence` acts on the verdicts.
struct ReconcileRule {
  /// The robot's word (`RobotEvent.present`).
  struct Word: Sendable, Equatable {
    var route: RoutePosition
    var isStanding: Bool
    /// On some cell of the road; not necessarily on its middle.
    var isOnRoad: Bool
    /// On a cell that was promised to it.
    var isOnOwnRoad: Bool
    /// Nothing sent earlier can still reach the robot: it has heard of this run of the server, or
    /// its session began in it, and it answers the last query if there was one.
    var isCurrent: Bool
    /// Not where its last leg ended: so far off the middle of a cell that it covers others as well, or
    /// on another one.
    var isOffItsEnd = false
    /// It says what we know, and has refused all that went on from there, more than once.
    var refusesReleases = false
  }

  /// The road the server has promised it.
  struct Promised: Sendable, Equatable {
    var position: RoutePosition
    /// The highest leg ever released in this order, trimmed since or not.
    var furthest: UInt64
  }

  enum Known: Sendable, Equatable {
    /// Nothing is promised: it never joined, or was taken off the map.
    case absent
    /// Its word is awaited: after a restart, in a new session, or because something did not fit.
    case awaiting(Promised)
    /// It is on the map and was not asked.
    case present(Promised)
  }

  enum Verdict: Sendable, Equatable {
    /// It may know less than what is under way to it.
    case ignore
    /// It says what is known.
    case nothing
    /// Something does not fit: it is asked, and gets nothing new until it has answered.
    case ask
    /// Its word is taken: what it does not have is given back, and it drives on.
    case agree
    /// A new order begins where it stands; all it was promised elsewhere is given back.
    case settle
    /// It has road ahead that is not ours: that must go first.
    case trimForeign
    /// It stands off the road: it keeps its promise, and the cells under its outline are blocked.
    case obstruct
    /// It moves, on its road or nobody's business: it is asked again until it stands.
    case wait
    /// It is where nobody gave it road: nobody gets near until it stands.
    case contain(Containment.Cause)
    /// An order number that leaves no room for another is none of ours.
    case refuse
  }

  /// Order numbers from here on leave no room for ours.
  static let orderLimit: UInt64 = 1 << 62

  static func verdict(_ word: Word, _ known: Known) -> Verdict {
    switch known {
    case .absent: word.isCurrent ? ofStranger(word) : .ignore
    case .awaiting(let promised): word.isCurrent ? ofAwaited(word, promised) : .ignore
    case .present(let promised): ofPresent(word, promised)
    }
  }

  private static func ofStranger(_ word: Word) -> Verdict {
    if word.route.order >= orderLimit { return .refuse }
    return word.isStanding ? standing(word) : .wait
  }

  private static func ofAwaited(_ word: Word, _ promised: Promised) -> Verdict {
    if word.route.order >= orderLimit { return .refuse }
    let route = word.route
    let isOurs = route.order == promised.position.order
    let isPast = isOurs && max(route.visited, route.through) > promised.position.through
    // The store is older than what the robot was sent: a backup was put back.
    let isAhead = isOurs && route.update > promised.position.update
    // With no road ahead it would keep less than it covers.
    let isOffItsEnd = word.isStanding && word.isOffItsEnd && route.visited == route.through
    // It has told of more than it remembers: what it believes to lie ahead it has given back.
    let hasRelapsed = isOurs && route.visited < promised.position.visited
    // It drives to its end first: between stops it may be unable to give anything up.
    let mustBeginAnew = isOffItsEnd || word.refusesReleases && route.visited == route.through
    if isOurs, !isPast, !isAhead, !hasRelapsed, word.isOnOwnRoad, !mustBeginAnew { return .agree }
    if word.isStanding { return standing(word) }
    if isPast || isAhead || hasRelapsed { return .contain(.baseViolation) }
    return word.isOnOwnRoad ? .wait : .contain(.offRoute)
  }

  private static func standing(_ word: Word) -> Verdict {
    if word.route.order != 0, word.route.through > word.route.visited { return .trimForeign }
    return word.isOnRoad ? .settle : .obstruct
  }

  /// Unasked, a word may be older than what is under way: what it lacks is no reason to do
  /// anything.
  private static func ofPresent(_ word: Word, _ promised: Promised) -> Verdict {
    let route = word.route
    if route.order == promised.position.order,
      max(route.visited, route.through) > promised.furthest
    {
      return .contain(.baseViolation)
    }
    if !word.isOnOwnRoad { return word.isStanding ? .ask : .contain(.offRoute) }
    if route.order > promised.position.order { return .ask }
    if route.order == promised.position.order, route.update > promised.position.update {
      return .ask
    }
    let hasForgotten = route.order == 0 && word.isCurrent && promised.position.update > 0
    return hasForgotten ? .ask : .nothing
  }
}

import FleetModel

/// The numbers and places of what is sent to each robot, and of what it tells: orders rise, updates of
/// an order follow one another, legs are visited one after the other, and no road into a closed zone is
/// released (whoever is in one when it is closed drives out).
///
/// What was durable and never sent is unknown here: after a start of the server the first update and
/// the first visit of each robot may have any number.
public struct RouteSequenceChecker: Sendable {
  private struct Track: Sendable {
    var order: UInt64 = 0
    var update: UInt64 = 0
    var released: UInt64 = 0
    /// The order and leg that it told of last; nil: nothing since the server started.
    var visited: (order: UInt64, leg: UInt64)?
    /// The next update may have any number.
    var isFresh = true
  }

  private var tracks: [Track]
  /// Closed now, by place.
  private let isClosed: @Sendable (Point, [Bool]) -> Bool
  private var closed: [Bool]
  private var closedCount = 0

  /// - Parameters:
  ///   - zones: how many there are.
  ///   - isClosed: whether a place lies in one of the zones that are marked.
  public init(
    robots: Int, zones: Int, isClosed: @escaping @Sendable (Point, [Bool]) -> Bool
  ) {
    tracks = [Track](repeating: Track(), count: robots)
    closed = [Bool](repeating: false, count: zones)
    self.isClosed = isClosed
  }

  /// The server has made it durable that a zone is closed, or open.
  public mutating func zone(_ index: Int, isClosed: Bool) {
    guard closed[index] != isClosed else { return }
    closed[index] = isClosed
    closedCount += isClosed ? 1 : -1
  }

  /// A server starts with what the last one had made durable.
  public mutating func serverStarted() {
    for i in tracks.indices {
      tracks[i].isFresh = true
      tracks[i].visited = nil
    }
  }

  /// The robot has answered a trim, or said where it is: what it is sent next goes on from there.
  public mutating func answered(_ robot: RobotIndex) { tracks[robot.index].isFresh = true }

  /// The server goes on without some events of the robot, which it will never hear.
  public mutating func missed(_ robot: RobotIndex) {
    tracks[robot.index].isFresh = true
    tracks[robot.index].visited = nil
  }

  /// A route is sent to `robot`, for the first time or again.
  public mutating func sent(_ robot: RobotIndex, _ update: RouteUpdate) -> [Violation] {
    var track = tracks[robot.index]
    defer { tracks[robot.index] = track }
    var found: [Violation] = []
    if update.order < track.order {
      return [.orderWentBack(robot, order: update.order, after: track.order)]
    }
    if update.order > track.order {
      track.order = update.order
      track.update = 0
      track.released = 0
    }
    if update.update > track.update + 1, !track.isFresh {
      found.append(
        .updateSkipped(robot, order: update.order, update: update.update, after: track.update))
    }
    track.isFresh = false
    track.update = max(track.update, update.update)
    if closedCount > 0 { found += entries(robot, update, after: track.released) }
    track.released = max(track.released, update.releasedThrough)
    return found
  }

  /// Where legs after `released` enter a closed zone; whoever is in one drives out.
  private func entries(
    _ robot: RobotIndex, _ update: RouteUpdate, after released: UInt64
  ) -> [Violation] {
    var found: [Violation] = []
    var last = update.start
    for (offset, leg) in update.legs.enumerated() {
      let number = update.firstLeg + UInt64(offset)
      for point in leg.points {
        defer { last = point }
        guard number > released, number <= update.releasedThrough, isClosed(point, closed),
          !isClosed(last, closed)
        else { continue }
        found.append(
          .releasedIntoClosed(robot, order: update.order, leg: number, at: point))
      }
    }
    return found
  }

  /// An event of `robot` is committed by the server, for the first time.
  public mutating func committed(_ robot: RobotIndex, _ event: RobotEvent) -> [Violation] {
    switch event {
    case .visited(let order, let leg):
      defer { tracks[robot.index].visited = (order, leg) }
      guard let last = tracks[robot.index].visited, last.order == order, leg != last.leg + 1
      else { return [] }
      return [.visitSkipped(robot, order: order, leg: leg, after: last.leg)]
    case .trimmed(_, _, let through):
      tracks[robot.index].released = min(tracks[robot.index].released, through)
      answered(robot)
    case .present(_, let route, _, _, _, _):
      if route.order == tracks[robot.index].order {
        tracks[robot.index].released = min(
          tracks[robot.index].released, max(route.through, route.visited))
      }
      tracks[robot.index].visited = nil
      answered(robot)
    case .acknowledged, .refused, .incident, .actionStarted, .actionEnded: break
    }
    return []
  }
}

import FleetModel

@testable import Traffic

/// A robot of the toy world: drives what it was told, leg by leg, and reports.
struct ToyRobot {
  let index: Int
  /// Steps for a cell.
  let slowness: Int
  var order: UInt64 = 0
  /// Of the order the robot itself knows; 0: none.
  var knownOrder: UInt64 = 0
  var update: UInt64 = 0
  var isPlaced = false
  var standing: Int32 = 0
  var visited: UInt64 = 0
  var through: UInt64 = 0
  /// Legs `visited + 1 ... through`.
  var legs: [PlannedLeg] = []
  /// Steps into the first of `legs`.
  var elapsed = 0
  var stopped = 0
  var commands: [(arrives: Int, command: ToyWorld.Command)] = []
  var unheard: [(id: Int, event: RobotEvent)] = []
  var goal: Int32 = -1
  var heldUntil: Int?
  var astrayUntil: Int?
  var contestedFor = 0
  /// When it answers the restarted server.
  var answersAt: Int?

  /// Cells under the robot or about to be.
  var cells: [Int32] { elapsed > 0 ? [standing] + legs[0].path : [standing] }

  mutating func place(at vertex: Int32) {
    isPlaced = true
    standing = vertex
    knownOrder = 0
    visited = 0
    through = 0
    legs = []
    elapsed = 0
    stopped = 0
    commands = []
    unheard = []
    goal = -1
    answersAt = nil
  }

  mutating func obey(_ command: ToyWorld.Command, wish: Int) -> RobotEvent? {
    switch command {
    case .route(let route, let new):
      if route.order > knownOrder {
        knownOrder = route.order
        visited = 0
        through = 0
      }
      guard route.firstLeg == through + 1 else {
        return .incident(kind: .other, text: "release \(route) does not follow leg \(through)")
      }
      legs += new
      through = route.releasedThrough
      update = route.update
      return .acknowledged(order: route.order, update: route.update, through: through)
    case .trim(let request):
      guard request.order == knownOrder else { return nil }
      let earliest = visited + (elapsed > 0 ? 1 : 0)
      through = min(through, max(earliest, request.through) + UInt64(wish))
      legs.removeLast(legs.count - Int(through - visited))
      return .trimmed(order: request.order, update: request.update, through: through)
    }
  }

  mutating func drive() -> RobotEvent? {
    guard isPlaced, !legs.isEmpty else { return nil }
    guard stopped == 0 else {
      stopped -= 1
      return nil
    }
    elapsed += 1
    guard elapsed >= slowness * legs[0].path.count else { return nil }
    elapsed = 0
    standing = legs.removeFirst().end
    visited += 1
    return .visited(order: knownOrder, leg: visited)
  }

  /// Where it is on the way, by the centres of cells.
  func position(_ centre: (Int32) -> Point) -> Point {
    guard elapsed > 0 else { return centre(standing) }
    let places = ([standing] + legs[0].path).map(centre)
    let step = elapsed / slowness
    let part = Int64(elapsed % slowness)
    let a = places[step]
    let b = places[min(step + 1, places.count - 1)]
    return Point(
      x: a.x + (b.x - a.x) * part / Int64(slowness),
      y: a.y + (b.y - a.y) * part / Int64(slowness))
  }
}

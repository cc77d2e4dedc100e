import FleetCore
import FleetModel
import Grid
import Invariants
import Site

// Where the rules about routes, zones and parcels meet the world.
extension World {
  /// Somebody took the robot away with what was aboard, or it no longer knows that it gave it out.
  mutating func emptied(_ robot: Int) { custody.emptied(RobotIndex(Int32(robot))) }

  /// The server has made it durable that a zone is closed, or open.
  mutating func zone(_ zone: ZoneID, isClosed: Bool) {
    if let index = site.zoneIndex(of: zone) { routes.zone(index, isClosed: isClosed) }
  }

  static func routeChecker(of site: Site, robots: Int) -> RouteSequenceChecker {
    var zonesAt: [Int32: [Int]] = [:]
    for (index, zone) in site.zones.enumerated() {
      for cell in zone.cells { zonesAt[cell.rawValue, default: []].append(index) }
    }
    return RouteSequenceChecker(robots: robots, zones: site.zones.count) {
      [zonesAt] point, closed in
      guard let cell = site.vertex(containing: point) else { return false }
      return zonesAt[cell.rawValue]?.contains { closed[$0] } ?? false
    }
  }

  /// What became of a report, by what the server did about it.
  struct Answer {
    /// The events that were taken up as the robot's presence.
    var confirmed: Set<UInt64> = []
    var order: UInt64?
    /// The highest event that the robot was told is committed.
    var committed: UInt64 = 0

    init(_ effects: [FleetEffect], _ robot: RobotID) {
      for effect in effects {
        switch effect {
        case .send(robot, let message):
          committed = max(committed, message.committedEvent)
          if case .confirm = message.command { confirmed.insert(message.committedEvent) }
        case .persist(.robot(let stored)) where stored.value.id == robot:
          order = stored.value.order
        case .persist, .send, .heartbeat, .reply, .notice, .superseded: break
        }
      }
    }
  }

  /// Where in the streams of messages to one robot a message belongs.
  struct SentMark: Comparable {
    var serverEpoch: UInt64 = 0
    var sessionEpoch: UInt64 = 0
    var number: UInt64 = 0

    init() {}

    init(_ message: ControlMessage) {
      serverEpoch = message.serverEpoch
      sessionEpoch = message.sessionEpoch
      number = message.number
    }

    static func < (a: SentMark, b: SentMark) -> Bool {
      (a.serverEpoch, a.sessionEpoch, a.number) < (b.serverEpoch, b.sessionEpoch, b.number)
    }
  }
}

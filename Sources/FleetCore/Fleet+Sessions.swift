import Determinism
import FleetModel
import Grid
import MAPF
import Site
import Traffic

// Robots come and go, and tell what they are and do (docs/protocol.md).
extension Fleet {
  /// The robot's number, nil when it was never enrolled.
  func index(of robot: RobotID) -> Int? { robotByID[robot]?.index }

  mutating func enrol(_ id: RobotID) {
    if let i = index(of: id) { return enrolAgain(i) }
    let index = RobotIndex(Int32(robots.count))
    robots.append(RobotEntry(id: id, index: index, now: now))
    robotByID[id] = index
    statistics.robots += 1
  }

  /// It was removed while it was on the map and not cleared since: whoever comes by its name now
  /// begins anew, and says where it is.
  private mutating func enrolAgain(_ i: Int) {
    guard robots[i].isRevoked else { return }
    robots[i].isRevoked = false
    robots[i].integration = .utilised
    robots[i].sessionEpoch = 0
    robots[i].eventsHandled = 0
    robots[i].eventsConfirmed = 0
    robots[i].isDirty = true
  }

  /// The robot's credentials are gone. Where it may still be on the road its cells stay blocked,
  /// over restarts too, until an operator has looked (`clearRobot`).
  mutating func remove(_ id: RobotID) {
    guard let i = index(of: id) else { return }
    leaveTask(i, failing: .removed)
    endLease(i, "it was removed")
    robots[i].session = .lost
    robots[i].control = nil
    robots[i].integration = .ignored
    guard isOnMap(i), isInHand(i) || refusalToClear(i) != nil else {
      takeOffTheMap(i, failing: .removed)
      return forget(i)
    }
    guard !robots[i].isRevoked else { return }
    robots[i].isRevoked = true
    awaitPresence(i)
    updateHeld(i)
    incident(
      i,
      "\(id) was removed while it was on the map: its cells stay blocked until"
        + " `drover robot clear \(id)`")
  }

  /// Nothing is left of it on the map: its name is free.
  mutating func forget(_ i: Int) {
    let id = robots[i].id
    robotByID[id] = nil
    robots[i].isForgotten = true
    robots[i].isRevoked = false
    robots[i].session = .never
    robots[i].control = nil
    robots[i].integration = .ignored
    robots[i].factsheet = nil
    robots[i].classIndex = nil
    statistics.robots -= 1
    changes.append(.robotRemoved(id))
    notice(.robotChanged, robot: i, "\(id) was removed")
  }

  mutating func connection(_ id: RobotID, _ message: ConnectionMessage) {
    guard let i = index(of: id) else { return }
    let epoch = message.sessionEpoch
    guard epoch >= robots[i].sessionEpoch else { return }
    if epoch > robots[i].sessionEpoch || robots[i].control == nil {
      beginSession(i, epoch: epoch)
    }
    let status: SessionStatus =
      switch message.status {
      case .online: .online
      case .offline: .offline
      case .lost: .lost
      }
    // A will that overtakes the retained greeting of the same session ends it for good.
    if robots[i].session == .lost || robots[i].session == .offline, status == .online,
      epoch == robots[i].sessionEpoch
    {
      return
    }
    guard robots[i].session != status else { return }
    robots[i].session = status
    notice(.robotChanged, robot: i, "\(id) is \(status.rawValue)")
  }

  /// A new session, or the first word of an old one in this server's run: both streams begin anew
  /// on our side, and nothing is released until the robot has said where it is.
  mutating func beginSession(_ i: Int, epoch: UInt64) {
    endLease(i, "it has connected anew")
    if epoch > robots[i].sessionEpoch {
      robots[i].sessionEpoch = epoch
      robots[i].eventsHandled = 0
      robots[i].eventsConfirmed = 0
      robots[i].gap = nil
      robots[i].sessionBeganHere = true
      robots[i].isDirty = true
    }
    robots[i].state = nil
    robots[i].control = ControlStream(serverEpoch: serverEpoch, sessionEpoch: epoch)
    robots[i].lastQuery = nil
    robots[i].foreign = nil
    robots[i].refusedReleases = 0
    // Numbers begin anew: what is refused by them is nothing that was sent before.
    robots[i].actionMessage = 0
    robots[i].trimMessage = 0
    robots[i].queried = now
    robots[i].session = .online
    awaitPresence(i)
    // In a session of its own or a new epoch the robot says where it is unasked: this carries the
    // epoch, and is repeated until it has arrived.
    send(i, .acknowledgeEvents)
  }

  /// Nothing new for the robot until it has said where it is, which it is asked.
  mutating func askPresence(_ i: Int) {
    awaitPresence(i)
    query(i)
  }

  /// Only the answer to the last query counts.
  mutating func query(_ i: Int) {
    send(i, .query)
    robots[i].lastQuery = robots[i].control?.lastNumber
    robots[i].queried = now
  }

  /// A robot that could not be taken up when it told where it is may be better placed now.
  mutating func queryAgain(_ i: Int) {
    guard robots[i].presence != .present, robots[i].classIndex != nil, robots[i].lease == nil,
      robots[i].freshness == .fresh,
      robots[i].control?.isEmpty == true, now - robots[i].queried >= .seconds(5)
    else { return }
    query(i)
  }

  /// Nothing new for the robot until it has said where it is.
  mutating func awaitPresence(_ i: Int) {
    guard robots[i].presence != .absent else { return }
    robots[i].presence = .unconfirmed
    apply(traffic.awaitPresence(of: robots[i].index))
  }

  mutating func factsheet(_ id: RobotID, _ factsheet: Factsheet) {
    guard let i = index(of: id), robots[i].factsheet != factsheet else { return }
    robots[i].factsheet = factsheet
    robots[i].classIndex = site.classIndex(of: factsheet.vehicle.id)
    robots[i].isDirty = true
    if robots[i].classIndex == nil {
      let known = site.classes.map(\.id.text).joined(separator: ", ")
      incident(
        i, "\(id) says it is a \(factsheet.vehicle.id): this site has only \(known)")
    } else if robots[i].presence != .present {
      query(i)
    }
    limitRelease(i)
    updateHeld(i)
  }

  mutating func state(_ id: RobotID, _ state: RobotState) {
    guard let i = index(of: id), state.sessionEpoch >= robots[i].sessionEpoch else { return }
    if state.sessionEpoch > robots[i].sessionEpoch || robots[i].control == nil {
      beginSession(i, epoch: state.sessionEpoch)
    }
    if let before = robots[i].state, before.number >= state.number { return }
    let modeBefore = robots[i].mode
    robots[i].state = state
    robots[i].mode = state.mode
    robots[i].energyPermille = state.energyPermille
    if state.serverEpoch == serverEpoch {
      robots[i].control?.confirmed(through: state.lastControl, now: now)
    }
    heard(i)
    watchStandstill(i)
    if modeBefore != state.mode {
      notice(.robotChanged, robot: i, "\(id) is in mode \(state.mode)")
      modeChanged(i)
    }
    sighted(i)
    letGo(i, state)
  }

  /// One robot may be mistaken, or lie, and be the first that is heard: two at least must say it, more
  /// than half of those that are on the map or were heard, and not before everybody had the time to.
  mutating func yieldIfSuperseded() {
    guard heartbeats >= Self.heartbeatsBeforeYielding else { return }
    var (all, others, highest) = (0, 0, serverEpoch)
    for i in robots.indices
    where robots[i].presence != .absent || robots[i].freshness == .fresh {
      all += 1
      let epoch = robots[i].obeyedEpoch
      guard epoch > serverEpoch else { continue }
      others += 1
      highest = max(highest, epoch)
    }
    if others > 1, 2 * others > all { outbox.append(.superseded(by: highest)) }
  }

  /// Robots that stand tell their state every five seconds.
  private static let heartbeatsBeforeYielding = 15

  /// A robot holds when it has heard no heartbeat for long, or was paused in a session in which the
  /// resume did not reach it. Once it has all we sent, what it holds is what we know.
  private mutating func letGo(_ i: Int, _ state: RobotState) {
    guard state.holding || state.mode == .stopped, !robots[i].paused,
      robots[i].presence == .present, state.serverEpoch == serverEpoch,
      robots[i].control?.isEmpty == true
    else { return }
    let known = traffic.position(of: robots[i].index)
    let route = known.update == 0 ? state.route : known
    send(i, .resume)
    send(i, .confirm(order: route.order, update: route.update))
  }
}

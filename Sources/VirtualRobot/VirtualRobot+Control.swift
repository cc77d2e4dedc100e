import Determinism
import FleetModel

// The server's commands: in number order, each once.
extension VirtualRobot {
  /// Off the route's start by up to half a cell, the robot drives there at this speed.
  private static let approachSpeed = 300.0

  /// Takes in a command. One that is too early (a number was skipped) is left to be sent again;
  /// one that was handled is confirmed again by a state.
  public mutating func receive(_ message: ControlMessage, now: Instant) -> [Output] {
    let outputs = elapse(to: now.microseconds)
    guard case .up(let session) = link, session == message.sessionEpoch,
      message.serverEpoch >= serverEpoch
    else { return outputs }
    meet(serverEpoch: message.serverEpoch)
    events.commit(through: message.committedEvent)
    if events.pending.isEmpty { resendAt = Self.never }
    if message.number == lastControl + 1 {
      lastControl = message.number
      perform(message.command, number: message.number)
    }
    stateSoon()
    return outputs + flush()
  }

  private mutating func perform(_ command: ControlCommand, number: UInt64) {
    switch command {
    case .route(let update): take(update, number: number)
    case .trim(let order, let update, let through):
      trim(order: order, update: update, through: through, number: number)
    case .action(let action): accept(action, number: number)
    case .cancelAction(let action): cancel(action)
    case .pause: change { $0.paused = true }
    case .resume:
      change {
        $0.paused = false
        $0.stopped = false
      }
    case .stop: change { $0.stopped = true }
    case .query: events.say(present(answering: number))
    case .confirm(let order, let update): confirm(order: order, update: update, number: number)
    case .unlock(let action): unlock(action, number: number)
    case .teleoperate(let slice): take(slice, number: number)
    case .signal, .acknowledgeEvents: break
    }
  }

  /// Changes what it may do, tells it, and acts on it.
  mutating func change(_ body: (inout VirtualRobot) -> Void) {
    body(&self)
    stateIsDue = true
    reconsider()
  }

  private mutating func confirm(order: UInt64, update: UInt64, number: UInt64) {
    guard watch == .held else { return }
    if order != book.position.order {
      events.say(.refused(number: number, reason: .unknownOrder))
    } else if update != book.position.update {
      events.say(.refused(number: number, reason: .updateGap))
    } else {
      change { $0.hear($0.clock) }
    }
  }

  // MARK: Route

  private mutating func take(_ update: RouteUpdate, number: UInt64) {
    switch book.verdict(on: update, canStart: { canStart(at: $0) }) {
    case .refused(let reason): return events.say(.refused(number: number, reason: reason))
    case .repeated: return acknowledge()
    case .begins:
      motion.leaveWay(now: clock)
      motion.approach(update.start, speed: Self.approachSpeed)
    case .extends: break
    }
    let firstLeg = update.firstLeg
    book.take(update)
    for (index, leg) in update.legs.enumerated() {
      motion.append(leg, number: firstLeg + UInt64(index))
    }
    motion.permit(through: book.position.through)
    acknowledge()
    reconsider()
  }

  private mutating func acknowledge() {
    let route = book.position
    events.say(
      .acknowledged(order: route.order, update: route.update, through: route.through))
  }

  private func canStart(at place: Point) -> Bool {
    let vehicle = settings.factsheet.vehicle
    let reach = Int64(settings.cellMillimetres / 2 + vehicle.errorMillimetres)
    let here = truePosition
    return motion.isStanding && abs(place.x - here.x) <= reach && abs(place.y - here.y) <= reach
  }

  private mutating func trim(order: UInt64, update: UInt64, through: UInt64, number: UInt64) {
    let route = book.position
    guard order == route.order, order > 0 else {
      return events.say(.refused(number: number, reason: .unknownOrder))
    }
    if let last = book.lastTrim, last.update == update {
      return events.say(.trimmed(order: order, update: update, through: last.through))
    }
    guard update >= route.update, update <= route.update + 1 else {
      let reason = update < route.update ? RobotRefusal.conflictingUpdate : .updateGap
      return events.say(.refused(number: number, reason: reason))
    }
    let stop = motion.firstStop(now: clock)
    let reachable = stop == motion.head ? route.visited : motion.pieces[stop - 1].leg
    let last = min(max(through, reachable), book.lastLeg)
    let end = motion.cut(after: last) ?? book.end
    book.trim(update: update, through: last, end: end)
    motion.permit(through: book.position.through)
    events.say(.trimmed(order: order, update: update, through: last))
    stateIsDue = true
    reconsider()
  }
}

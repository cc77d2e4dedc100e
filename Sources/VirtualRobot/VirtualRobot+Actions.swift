import FleetModel

// What the robot does standing still, one action at a time, in the order in which it was told.
extension VirtualRobot {
  /// How long loading or unloading takes when the command leaves it to the robot.
  private static let handlingMicroseconds: Int64 = 5_000_000
  /// The same for looking at a checkpoint.
  private static let inspectionMicroseconds: Int64 = 2_000_000

  mutating func accept(_ action: RobotAction, number: UInt64) {
    if let result = desk.result(of: action.id) {
      return events.say(.actionEnded(action: action.id, result: result))
    }
    if desk.running?.action.id == action.id {
      return events.say(.actionStarted(action: action.id))
    }
    guard !desk.isKnown(action.id) else { return }
    guard canDo(action.kind) else {
      return events.say(.refused(number: number, reason: .notSupported))
    }
    desk.add(action)
    if motion.isStanding { startActions() }
  }

  private func canDo(_ kind: ActionKind) -> Bool {
    switch kind {
    case .brushOn, .brushOff: settings.factsheet.vehicle.sweepWidthMillimetres > 0
    case .charge: settings.factsheet.vehicle.energy.chargingMilliwatts > 0
    case .dwell, .load, .unload, .inspect, .handOver: true
    }
  }

  /// Begins the next action; those that take no time end at once.
  mutating func startActions() {
    while desk.running == nil, mode == .automatic, let action = desk.next() {
      events.say(.actionStarted(action: action.id))
      stateIsDue = true
      desk.running = begin(action)
      guard let running = desk.running, let endsAt = running.endsAt, endsAt <= clock else {
        continue
      }
      conclude(running.result)
    }
  }

  private mutating func begin(_ action: RobotAction) -> ActionDesk.Running {
    let given = action.durationMilliseconds * 1000
    var endsAt = given > 0 ? clock + given : nil
    var result = ActionResult.succeeded
    switch action.kind {
    case .dwell: break
    case .load, .unload: endsAt = endsAt ?? clock + Self.handlingMicroseconds
    case .inspect: endsAt = endsAt ?? clock + Self.inspectionMicroseconds
    case .brushOn, .brushOff: endsAt = endsAt ?? clock
    case .charge:
      battery.account(now: clock, driven: motion.driven)
      battery.isCharging = true
      if let full = battery.timeToFull { endsAt = min(endsAt ?? Self.never, clock + full) }
    case .handOver:
      if desk.isUnlocked(action.id) {
        endsAt = clock
      } else if given > 0 {
        result = .failed(text: "nobody took the load in time")
      }
    }
    return ActionDesk.Running(action: action, endsAt: endsAt, result: result)
  }

  /// Ends the action under way and goes on.
  mutating func endAction(_ result: ActionResult) {
    conclude(result)
    reconsider()
  }

  private mutating func conclude(_ result: ActionResult) {
    guard let running = desk.running else { return }
    let action = running.action
    desk.running = nil
    if action.kind == .charge {
      battery.account(now: clock, driven: motion.driven)
      battery.isCharging = false
    }
    if result == .succeeded { apply(action.kind) }
    desk.remember(action.id, result)
    events.say(.actionEnded(action: action.id, result: result))
    stateIsDue = true
  }

  private mutating func apply(_ kind: ActionKind) {
    switch kind {
    case .load: loaded = true
    case .unload, .handOver: loaded = false
    case .brushOn: brushing = true
    case .brushOff: brushing = false
    case .dwell, .inspect, .charge: break
    }
  }

  mutating func cancel(_ id: UInt64) {
    if desk.running?.action.id == id { return endAction(.cancelled) }
    let result = desk.result(of: id) ?? .cancelled
    desk.withdraw(id)
    if desk.result(of: id) == nil { desk.remember(id, .cancelled) }
    events.say(.actionEnded(action: id, result: result))
  }

  mutating func unlock(_ id: UInt64, number: UInt64) {
    guard desk.result(of: id) == nil else { return }
    guard desk.isKnown(id) else {
      return events.say(.refused(number: number, reason: .notUnlocked))
    }
    desk.unlock(id)
    if let running = desk.running, running.action.id == id, running.action.kind == .handOver {
      endAction(.succeeded)
    }
  }
}

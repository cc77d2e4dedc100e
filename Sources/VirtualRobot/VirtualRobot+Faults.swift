import Determinism
import FleetModel

// What happens to a robot from outside the protocol.
extension VirtualRobot {
  /// Has something happen to the robot.
  /// - Returns: What it says of it, and what was due before.
  public mutating func inject(_ fault: RobotFault, now: Instant) -> [Output] {
    let outputs = elapse(to: now.microseconds)
    suffer(fault)
    return outputs + flush()
  }

  /// Robots that leave their road do so slowly: others must be able to see them come.
  private static let straySpeed = 500.0

  private mutating func suffer(_ fault: RobotFault) {
    switch fault {
    case .stop(let duration):
      change { $0.obstacleUntil = $0.clock + duration.wholeMicroseconds }
    case .slow(let permille, let duration):
      slowUntil = clock + duration.wholeMicroseconds
      motion.limits.slowness = Double(max(1, min(1000, permille))) / 1000
      reconsider()
    case .emergencyStop:
      guard !emergency else { return }
      events.say(.incident(kind: .emergencyStop, text: "the emergency stop was pressed"))
      change { $0.emergency = true }
    case .reboot: reboot()
    case .storeRoute: shelf.isWanted = true
    case .rebootWithStoredRoute:
      reboot()
      shelf.isRestoring = shelf.route != nil
    case .drain(let permille):
      battery.account(now: clock, driven: motion.snapshot(at: clock).driven)
      battery.set(permille: permille)
    case .overrun(let millimetres):
      motion.stray(along: Double(millimetres), speed: Self.straySpeed)
      reconsider()
    case .stray(let dx, let dy):
      motion.stray(dx: Double(dx), dy: Double(dy), speed: Self.straySpeed)
      reconsider()
    case .mislocate(let dx, let dy, let dxPerSecond, let dyPerSecond):
      belief = Belief(
        dx: Int64(dx), dy: Int64(dy), dxPerSecond: Int64(dxPerSecond),
        dyPerSecond: Int64(dyPerSecond), since: clock)
      stateIsDue = true
    case .failAction:
      if desk.running != nil { endAction(.failed(text: "it did not work")) }
    case .repair:
      if battery.isEmpty { battery.set(permille: 100) }
      change {
        $0.emergency = false
        $0.flat = false
      }
    }
  }

  /// Somebody has put the standing robot elsewhere: it drops its route and what it was doing, and
  /// says where it is.
  /// - Parameter heading: where it looks then, thousandths of a degree clockwise from north; nil: as
  ///   before.
  public mutating func placeByHand(
    at place: Point, heading: Int32? = nil, now: Instant
  ) -> [Output] {
    let outputs = elapse(to: now.microseconds)
    // Nothing that waits may begin where it is put.
    while let next = desk.next() {
      desk.remember(next.id, .failed(text: "moved by hand"))
      events.say(.actionEnded(action: next.id, result: .failed(text: "moved by hand")))
    }
    if desk.running != nil { endAction(.failed(text: "moved by hand")) }
    book = RouteBook()
    motion.leaveWay(now: clock)
    motion.placeX = Double(place.x)
    motion.placeY = Double(place.y)
    if let heading { motion.heading = Double(heading) / 1000 }
    motion.restHeading = motion.heading
    events.say(present())
    stateIsDue = true
    return outputs + flush()
  }

  private mutating func reboot() {
    link = .down
    watch = .off
    teleoperation = nil
    book = RouteBook()
    desk = ActionDesk()
    events.forget()
    battery.isCharging = false
    lastControl = 0
    resendAt = Self.never
    paused = false
    stopped = false
    brushing = false
    reconsider()
  }

  mutating func endFaults() {
    if slowUntil <= clock {
      slowUntil = Self.never
      motion.limits.slowness = 1
      reconsider()
    }
    if obstacleUntil <= clock { change { $0.obstacleUntil = Self.never } }
  }
}

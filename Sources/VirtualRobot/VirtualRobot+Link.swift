import Determinism
import FleetModel

// The session: connecting, losing the link, what is said in it and when.
extension VirtualRobot {
  /// The largest number of events in one report.
  static let reportSize = 64

  /// What to leave with the broker as the last will of the session `sessionEpoch`.
  public static func will(sessionEpoch: UInt64) -> ConnectionMessage {
    ConnectionMessage(sessionEpoch: sessionEpoch, status: .lost)
  }

  /// Whether a session is open.
  public var isConnected: Bool { link != .down }

  /// Opens a session, the first or after a lost link. A robot that was not rebooted keeps its
  /// route and its actions, and says again what the server has not committed, in new numbers.
  /// - Parameter sessionEpoch: larger than any before.
  public mutating func connect(sessionEpoch: UInt64, now: Instant) -> [Output] {
    var outputs = elapse(to: now.microseconds)
    link = .up(session: sessionEpoch)
    endTeleoperation()
    lastControl = 0
    stateNumber = 0
    if watch == .off { hear(now.microseconds) }
    if shelf.isRestoring { restoreRoute() }
    events.startSession(present: present(), order: book.position.order)
    stateIsDue = true
    outputs.append(.connection(ConnectionMessage(sessionEpoch: sessionEpoch, status: .online)))
    outputs.append(.factsheet(settings.factsheet))
    return outputs + flush()
  }

  /// The link is lost: the robot goes on with what it has and keeps its events.
  public mutating func disconnected(now: Instant) {
    _ = elapse(to: now.microseconds)
    link = .down
    resendAt = Self.never
    wake = nextDue()
  }

  /// Says goodbye and closes the session.
  public mutating func disconnect(now: Instant) -> [Output] {
    guard case .up(let session) = link else { return [] }
    let outputs = elapse(to: now.microseconds)
    disconnected(now: now)
    return outputs + [.connection(ConnectionMessage(sessionEpoch: session, status: .offline))]
  }

  /// Takes in a heartbeat of the server.
  public mutating func receive(_ heartbeat: Heartbeat, now: Instant) -> [Output] {
    let outputs = elapse(to: now.microseconds)
    guard isConnected, heartbeat.serverEpoch >= serverEpoch else { return outputs }
    meet(serverEpoch: heartbeat.serverEpoch)
    if watch != .held { hear(clock) }
    return outputs + flush()
  }

  /// Restarts the watchdog.
  mutating func hear(_ now: Int64) {
    watch = .hearing(deadline: now + watchdog)
  }

  /// Tells a server that was not heard before where the robot is.
  mutating func meet(serverEpoch epoch: UInt64) {
    guard epoch > serverEpoch else { return }
    serverEpoch = epoch
    lastControl = 0
    endTeleoperation()
    events.say(present())
    stateIsDue = true
  }

  mutating func present(answering query: UInt64 = 0) -> RobotEvent {
    let here = motion.snapshot(at: clock)
    return .present(
      position: noisy(here), route: book.position, standing: motion.isStanding,
      serverEpoch: serverEpoch, answering: query, heading: here.headingMillidegrees)
  }

  /// Says what is to be said now, and sets the next wake.
  mutating func flush() -> [Output] {
    var outputs: [Output] = []
    if case .up(let session) = link {
      speakEvents(session, &outputs)
      if stateIsDue { outputs.append(.state(makeState(session))) }
    }
    if stateIsDue {
      stateIsDue = false
      lastState = clock
      stateAt = clock + (motion.isStanding ? Self.idleInterval : Self.movingInterval)
    }
    wake = nextDue()
    return outputs
  }

  private mutating func speakEvents(_ session: UInt64, _ outputs: inout [Output]) {
    let again = resendAt == Self.never && !events.pending.isEmpty
    guard again || events.hasUnsent else { return }
    let unsent = events.takeUnsent()
    let said = again ? events.pending : unsent
    for first in stride(from: 0, to: said.count, by: Self.reportSize) {
      let end = min(said.count, first + Self.reportSize)
      let part = end - first == said.count ? said : Array(said[first..<end])
      outputs.append(.report(RobotReport(sessionEpoch: session, events: part)))
    }
    if again { resendAt = clock + Self.resendInterval }
  }

  private mutating func makeState(_ session: UInt64) -> RobotState {
    let here = motion.snapshot(at: clock)
    battery.account(now: clock, driven: here.driven)
    stateNumber += 1
    return RobotState(
      sessionEpoch: session, serverEpoch: serverEpoch, number: stateNumber,
      position: noisy(here), headingMillidegrees: here.headingMillidegrees,
      speedMillimetresPerSecond: Int32(here.speed.rounded()), route: book.position,
      lastControl: lastControl, energyPermille: battery.permille,
      charging: battery.isCharging, mode: mode, holding: paused || watch == .held,
      loaded: loaded, errors: errors)
  }

  /// The position as its localisation has it: off by at most the class's error.
  private mutating func noisy(_ here: MotionSnapshot) -> Point {
    var point = here.point
    if noiseSide > 0 {
      point.x += Int64(noise.next(in: -noiseSide...noiseSide))
      point.y += Int64(noise.next(in: -noiseSide...noiseSide))
    }
    let off = belief.offset(at: clock)
    point.x += off.x
    point.y += off.y
    return point
  }

  private var errors: [RobotError] {
    var errors: [RobotError] = []
    if obstacleUntil != Self.never {
      errors.append(RobotError(code: "obstacle", text: "something is in the way"))
    }
    if emergency {
      errors.append(RobotError(code: "emergency-stop", text: "the emergency stop was pressed"))
    }
    if flat { errors.append(RobotError(code: "battery", text: "the battery is empty")) }
    return errors
  }
}

extension MotionSnapshot {
  var point: Point { Point(x: Int64(x.rounded()), y: Int64(y.rounded())) }
  var headingMillidegrees: Int32 { Int32((heading * 1000).rounded()) % 360_000 }
}

import Determinism
import FleetModel

/// A robot as a pure state machine: drive, battery, actions, and its side of the protocol.
///
/// Driven by the swarm over MQTT and by the simulator. Verbs take `now:`, which must not decrease,
/// and return what the robot says. Motion is solved exactly between changes, so results do not
/// depend on how often `advance` is called, and a call before `nextWake` costs next to nothing.
///
/// How to read this folder: `Motion` is where the robot is and how it drives, `RouteBook` what it
/// was told to drive, `ActionDesk` what it does standing still, `EventLog` what the server has not
/// yet committed; `VirtualRobot` joins them: `+Link` the session, `+Control` the commands,
/// `+Teleoperation`, `+Actions`, `+Faults`, `+Truth` (what only checkers may know).
public struct VirtualRobot: Sendable {
  /// What a robot is made of.
  public struct Settings: Sendable {
    /// Its name, for its shell: the robot itself never says it.
    public var id: RobotID
    /// What it is and can do.
    public var factsheet: Factsheet
    /// The site's cell size: how far off a route's start the robot may stand.
    public var cellMillimetres: Int32
    /// Where its centre is at first.
    public var start: Point
    /// Clockwise from north, 0 ..< 360,000.
    public var headingMillidegrees: Int32
    /// 0 ... 1000.
    public var energyPermille: Int32
    /// This robot's own: for the noise of its reported position.
    public var seed: Seed

    /// Makes settings; by default it looks north and is fully charged.
    public init(
      id: RobotID, factsheet: Factsheet, cellMillimetres: Int32, start: Point,
      headingMillidegrees: Int32 = 0, energyPermille: Int32 = 1000, seed: Seed
    ) {
      self.id = id
      self.factsheet = factsheet
      self.cellMillimetres = cellMillimetres
      self.start = start
      self.headingMillidegrees = headingMillidegrees
      self.energyPermille = energyPermille
      self.seed = seed
    }
  }

  /// What the robot says, in order.
  public enum Output: Sendable, Equatable {
    /// QoS 1, retained.
    case connection(ConnectionMessage)
    /// QoS 1, retained.
    case factsheet(Factsheet)
    /// QoS 0.
    case state(RobotState)
    /// QoS 1.
    case report(RobotReport)
  }

  /// How far off the place is that it believes to be at.
  struct Belief: Equatable {
    var dx: Int64 = 0
    var dy: Int64 = 0
    var dxPerSecond: Int64 = 0
    var dyPerSecond: Int64 = 0
    var since: Int64 = 0

    func offset(at now: Int64) -> (x: Int64, y: Int64) {
      let milliseconds = (now - since) / 1000
      return (dx + dxPerSecond * milliseconds / 1000, dy + dyPerSecond * milliseconds / 1000)
    }
  }

  enum Link: Equatable {
    case down
    case up(session: UInt64)
  }

  /// The watchdog on the server's heartbeat.
  enum Watch: Equatable {
    /// Never connected since it was switched on.
    case off
    case hearing(deadline: Int64)
    /// Has heard nothing for the timeout and drives to the end of its release.
    case silent
    /// Has stood still in silence: moves on `.confirm` only.
    case held
  }

  /// Times in microseconds; `never` where nothing is due.
  static let never = Int64.max
  static let resendInterval: Int64 = 2_000_000
  static let movingInterval: Int64 = 1_000_000
  static let idleInterval: Int64 = 5_000_000
  /// Least time between states that no change of mode demands.
  static let softInterval: Int64 = 500_000

  /// What it was made of.
  public let settings: Settings
  var clock = Int64.min
  var wake = Int64.min
  var motion: Motion
  var battery: Battery
  var book = RouteBook()
  var events = EventLog()
  var desk = ActionDesk()
  var noise: SeededGenerator
  /// At most so far off, in millimetres, is each coordinate that it reports.
  let noiseSide: Int
  /// Without a heartbeat for so many microseconds it is held.
  let watchdog: Int64
  var belief = Belief()

  var link = Link.down
  var serverEpoch: UInt64 = 0
  var lastControl: UInt64 = 0
  var stateNumber: UInt64 = 0
  var watch = Watch.off
  var stateIsDue = false
  var lastState = Int64.min
  var stateAt = never
  var resendAt = never

  var paused = false
  var stopped = false
  var emergency = false
  var flat = false
  var obstacleUntil = never
  var slowUntil = never
  var loaded = false
  var brushing = false
  /// What it keeps of its route over a reboot.
  var shelf = RouteShelf()
  /// Somebody drives it by hand; nil: nobody.
  @Seldom var teleoperation: Teleoperation? = nil

  /// A standing robot without a session; its clock starts with the first `now:` it is given.
  public init(_ settings: Settings) {
    self.settings = settings
    let vehicle = settings.factsheet.vehicle
    motion = Motion(
      limits: MotionLimits(vehicle, cellMillimetres: settings.cellMillimetres),
      place: settings.start, headingMillidegrees: settings.headingMillidegrees)
    battery = Battery(vehicle.energy, permille: settings.energyPermille, now: 0)
    noise = settings.seed.derive("reported position").generator()
    watchdog = Int64(settings.factsheet.heartbeatTimeoutMilliseconds) * 1000
    noiseSide = Int(vehicle.errorMillimetres) * 7 / 10
  }

  /// When `advance` next has something to do, if nothing is received before.
  public var nextWake: Instant { Instant(microseconds: wake) }

  /// Lets time pass.
  /// - Complexity: O(1) before `nextWake`; then O(released legs) a thing that is due.
  public mutating func advance(to now: Instant) -> [Output] {
    if now.microseconds < wake {
      clock = max(clock, now.microseconds)
      return []
    }
    return elapse(to: now.microseconds)
  }

  /// Does all that is due up to `now`, each thing at its own time.
  mutating func elapse(to now: Int64) -> [Output] {
    if clock == .min { begin(now) }
    var outputs: [Output] = []
    while wake <= now {
      clock = max(clock, wake)
      step()
      let said = flush()
      if outputs.isEmpty { outputs = said } else { outputs += said }
    }
    clock = max(clock, now)
    return outputs
  }

  private mutating func begin(_ now: Int64) {
    clock = now
    motion.origin = now
    battery.begin(now: now)
    lastState = now - Self.idleInterval
    stateAt = now + Self.idleInterval
    wake = now
  }

  /// Does what is due at `clock`.
  private mutating func step() {
    let wasStanding = motion.isStanding
    let reached = motion.settle(to: clock)
    if reached > 0 && book.position.order > 0 {
      book.visit(reached)
      events.say(.visited(order: book.position.order, leg: reached))
      stateSoon()
    }
    if motion.isStanding && !wasStanding {
      stateIsDue = true
      reconsider()
    }
    if let running = desk.running, let endsAt = running.endsAt, endsAt <= clock {
      endAction(running.result)
    }
    if case .hearing(let deadline) = watch, deadline <= clock {
      watch = .silent
      if motion.isStanding { rest() }
    }
    if reached > 0, book.position.order > 0, shelf.isWanted { storeRoute() }
    endFaults()
    if let hand = teleoperation, hand.until <= clock, !motion.isStanding { reconsider() }
    if resendAt <= clock { resendAt = Self.never }
    if stateAt <= clock { stateIsDue = true }
    watchBattery()
  }

  /// Thinks again about driving, after anything that it may or must do has changed.
  mutating func reconsider() {
    let wasStanding = motion.isStanding
    if wasStanding { startActions() }
    steer()
    if motion.isStanding { rest() }
    if motion.isStanding != wasStanding { stateIsDue = true }
  }

  private mutating func steer() {
    if mustStand {
      if !motion.isStanding { motion.brake(now: clock) }
    } else if paused {
      motion.drive(to: motion.firstStop(now: clock), now: clock)
    } else {
      motion.drive(now: clock)
    }
  }

  /// Whether something forbids it to move at all.
  private var mustStand: Bool {
    if stopped || emergency || flat || obstacleUntil != Self.never || watch == .held { return true }
    if let teleoperation { return paused || clock >= teleoperation.until }
    return desk.running != nil || book.position.order == 0
  }

  /// What happens at standstill.
  mutating func rest() {
    if watch == .silent {
      watch = .held
      stateIsDue = true
    }
    // Where it was driven by hand last is nothing to go on with.
    if teleoperation == nil, book.position.order == 0 { motion.leaveWay(now: clock) }
    startActions()
  }

  private mutating func watchBattery() {
    battery.account(now: clock, driven: motion.snapshot(at: clock).driven)
    guard battery.isEmpty, !flat, !battery.isCharging else { return }
    flat = true
    events.say(.incident(kind: .batteryEmpty, text: "the battery is empty"))
    stateIsDue = true
    reconsider()
  }

  /// Has the next state come after the soft interval.
  mutating func stateSoon() {
    stateAt = min(stateAt, max(clock, lastState + Self.softInterval))
  }

  func nextDue() -> Int64 {
    var due = min(min(stateAt, resendAt), min(obstacleUntil, slowUntil))
    if let end = motion.nextEnd { due = min(due, end) }
    if let end = desk.running?.endsAt { due = min(due, end) }
    if case .hearing(let deadline) = watch { due = min(due, deadline) }
    if let hand = teleoperation, hand.until > clock { due = min(due, hand.until) }
    return due
  }
}

import Determinism
import FleetModel
import FleetPorts
import FleetWire
import Glibc
import Invariants
import MQTTTransport
import VirtualRobot

/// Virtual robots on a real broker, each with its own connection, credentials and last will, all
/// driven by one epoll on the caller's thread.
///
/// Time goes in steps of 50 ms of virtual time for all robots at once; what arrives in between is
/// handled at the step's time. After each step the true outlines are checked for collisions.
///
/// How to read this folder: `SwarmSettings` goes in, `SwarmReport` comes out, `Swarm+Link` is the
/// robots' side of MQTT, `Swarm+Watch` the checks, faults and figures.
public final class Swarm {
  struct Member {
    var robot: VirtualRobot
    let connection: ConnectionID
    let topics: MemberTopics
    /// Of the present session, or of the next one.
    var sessionEpoch: UInt64
  }

  /// 20 Hz.
  static let step = Duration.milliseconds(50)
  /// Steps made up for before the network is served again.
  private static let stepsAtOnce = 20

  let settings: SwarmSettings
  let clock: SystemClock
  /// Real time, whatever the scale: session epochs must grow over restarts.
  let utc = SystemClock()
  let loop: MQTTLoop
  let codec = WireCodec()
  let started: Instant
  /// Virtual time, in whole steps.
  var now: Instant
  var members: [Member] = []
  /// `ConnectionID.rawValue` -> position in `members`.
  var memberOfConnection: [Int32: Int] = [:]
  var checker = CollisionChecker()
  var outlines: [Outline] = []
  var chance: SeededGenerator
  var report = SwarmReport()
  var stepCount = 0
  var lastHeartbeat: (bytes: [UInt8], value: Heartbeat)?

  /// - Parameter clock: virtual time; its scale is the swarm's.
  public init(_ settings: SwarmSettings, clock: SystemClock) throws(TransportError) {
    self.settings = settings
    self.clock = clock
    started = clock.now()
    now = started
    chance = settings.seed.derive("faults").generator()
    var limits = MQTTLoop.Settings()
    limits.seed = settings.seed.derive("reconnects").rawValue
    loop = try MQTTLoop(limits)
    for (index, robot) in settings.robots.enumerated() { try add(robot, index) }
  }

  /// Runs the robots until `isOver`, which is asked after every step and every message; then they
  /// say goodbye.
  /// - Parameters:
  ///   - duration: in real time; nil: as long as `isOver` says no.
  ///   - onStatus: told every `statusInterval`.
  public func run(
    for duration: Duration? = nil, until isOver: () -> Bool = { false },
    onStatus: (SwarmStatus) -> Void = { _ in }
  ) -> SwarmReport {
    let begin = utc.now()
    let processor = Self.processorSeconds()
    var nextStatus = begin + settings.statusInterval
    while !isOver() {
      handle(loop.poll(timeout: max(.zero, clock.realDuration(now + Self.step - clock.now()))))
      catchUp()
      let real = utc.now()
      if let duration, real - begin >= duration { break }
      guard real >= nextStatus else { continue }
      nextStatus = real + settings.statusInterval
      onStatus(makeStatus())
    }
    report.status = makeStatus()
    sayGoodbye()
    report.realSeconds = (utc.now() - begin).inSeconds
    report.cpuSeconds = Self.processorSeconds() - processor
    return report
  }

  /// Makes the steps that are due.
  private func catchUp() {
    let lag = (clock.now() - now).inSeconds * 1000
    report.largestLagMilliseconds = max(report.largestLagMilliseconds, lag)
    var steps = 0
    while clock.now() - now >= Self.step, steps < Self.stepsAtOnce {
      now = now + Self.step
      for index in members.indices { say(members[index].robot.advance(to: now), index) }
      checkPoses()
      if stepCount % 20 == 0 { makeFaults() }
      stepCount += 1
      steps += 1
    }
  }

  private func add(_ robot: SwarmRobot, _ index: Int) throws(TransportError) {
    let names = Topics(site: settings.site.id)
    let topics = MemberTopics(names, robot.id)
    let epoch = nextEpoch(after: 0)
    let id = try loop.add(
      MQTTConnectionSettings(
        endpoint: settings.endpoint, clientID: PrivateBroker.clientIDPrefix + robot.id.text,
        username: robot.password == nil ? nil : robot.id.text, password: robot.password,
        will: will(topics, epoch),
        subscriptions: names.robotFilters(robot.id).map {
          MQTTSubscription($0.filter, qos: $0.qos == 0 ? .atMostOnce : .atLeastOnce)
        }))
    memberOfConnection[id.rawValue] = members.count
    members.append(
      Member(
        robot: VirtualRobot(virtualSettings(robot, index)), connection: id, topics: topics,
        sessionEpoch: epoch))
  }

  private func virtualSettings(_ robot: SwarmRobot, _ index: Int) -> VirtualRobot.Settings {
    VirtualRobot.Settings(
      id: robot.id,
      factsheet: Factsheet(
        vendor: "Drover", model: "virtual \(robot.vehicle.id)", serial: robot.id.text,
        vehicle: robot.vehicle,
        heartbeatTimeoutMilliseconds: heartbeatTimeoutMilliseconds),
      cellMillimetres: settings.site.cellMillimetres,
      start: settings.site.centre(of: robot.start),
      headingMillidegrees: robot.headingMillidegrees, energyPermille: robot.energyPermille,
      seed: settings.seed.derive("robot", index))
  }

  /// At least two real seconds: at a high scale a busy machine would else hold all robots.
  private var heartbeatTimeoutMilliseconds: Int32 {
    let given = settings.heartbeatTimeout.wholeMicroseconds / 1000
    return Int32(clamping: max(given, Int64(2000 * clock.scale)))
  }

  private static func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }
}

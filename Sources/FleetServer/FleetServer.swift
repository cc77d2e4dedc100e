import Determinism
import FleetCore
import FleetModel
import FleetPorts
import FleetWire
import Foundation
import Invariants
import Logging
import MQTTTransport
import Site
import WorkerThread

/// Carries out what the core decides: one loop on one thread. Messages become events, effects become
/// a transaction and then messages; nothing is sent before what it relies on is durable.
///
/// It is a loop and not a set of actors because everything it does is ordered: an event is handled,
/// its batch committed, its messages published, before the next batch begins.
///
/// How to read this folder: this file starts and loops; `FleetServer+Messages` turns messages into
/// events, `FleetServer+Effects` carries effects out, `FleetServer+Credentials` makes and revokes
/// credentials; `StoreCodec` and `CredentialDesk` stand between the store, the broker and the core.
public final class FleetServer {
  public struct Settings {
    public var site: Site
    public var stateDirectory: String
    public var broker: BrokerChoice
    public var fleet = FleetSettings()
    /// Between two rounds of timers, planning and release, in real time.
    public var tick: Duration = .milliseconds(20)
    /// Between two copies of the store, in real time; nil: none is made.
    public var backUpPeriod: Duration? = .seconds(3600)
    /// What the flight recorder keeps; nil: nothing is recorded.
    public var flight: FlightSettings?
    /// Robots have heard of a server with this epoch that the store does not know of.
    public var epochFloor: UInt64 = 0
    public var seed: Seed

    public init(site: Site, stateDirectory: String, broker: BrokerChoice, seed: Seed) {
      self.site = site
      self.stateDirectory = stateDirectory
      self.broker = broker
      self.seed = seed
    }
  }

  public enum BrokerChoice {
    /// A mosquitto of the server's own.
    case own(preferredPorts: BrokerPorts?, publicListener: BrokerPublicListener?)
    /// Somebody else's, which knows our names and keeps our rules.
    case other(MQTTConnectionSettings)
  }

  let settings: Settings
  let storage: any FleetStorage
  let clock: SystemClock
  let log: Logger
  let topics: Topics
  let codec = WireCodec()
  let storeCodec = StoreCodec()
  let desk: CredentialDesk
  let loop: MQTTLoop
  let signals: TerminationSignals
  let broker: PrivateBroker?
  let connection: ConnectionID
  let recorder: FlightRecorder?

  var fleet: Fleet
  var operators: Set<OperatorID>
  var isConnected = false
  var isStopping = false
  /// The epoch of the server that robots obey instead.
  var successor: UInt64?
  /// The first heartbeat of this run is out.
  private var isInService = false
  /// Messages were dropped while the store could not be written.
  var hasDropped = false
  /// Effects of the batch under way.
  var batch: [FleetEffect]
  /// When the oldest report of the batch was received, on the monotonic clock.
  var reportReceived: ContinuousClock.Instant?
  var latency = LatencyRecorder()
  /// What the batch under way has done so far, for the recorder.
  var digest = EffectDigest()
  var complaints = Complaints()
  /// Replies to requests for credentials, which the core never sees.
  var credentialReplies = ReplyMemory()
  var messagesIn: Int64 = 0
  var messagesOut: Int64 = 0
  var violations: Int64 = 0
  private let stopwatch = ContinuousClock()
  private var nextTick: ContinuousClock.Instant
  private var nextCheck: ContinuousClock.Instant

  /// Opens everything: store contents, broker, connection. Blocks until the broker is ready.
  /// - Parameters:
  ///   - storage: held exclusively by this process.
  ///   - owner: an operator account of this run alone, with its password's hash.
  ///   - signals: made on the main thread before any other thread.
  public init(
    _ settings: Settings, storage: any FleetStorage, clock: SystemClock,
    owner: Enrolments.Enrolment?, signals: TerminationSignals, log: Logger
  ) throws(ServerError) {
    self.settings = settings
    self.storage = storage
    self.clock = clock
    self.signals = signals
    self.log = log
    topics = Topics(site: settings.site.id)
    desk = CredentialDesk(storage, topics: topics, owner: owner)
    try Self.bindToMap(settings.site, storage)
    let (epoch, accounts, names) = try Self.begin(storage, desk, above: settings.epochFloor)
    let heir = Takeover.Heir(
      site: settings.site, settings: settings.fleet, seed: settings.seed, epoch: epoch,
      robots: names.robots, now: clock.now())
    let takeover = Takeover.begin(storage, by: heir)
    (broker, loop, connection) = try Self.connect(settings, accounts, topics, signals)
    let taken = try takeover.take()
    (fleet, batch, operators) = (taken.fleet, taken.effects, names.operators)
    fleet.workBeside = WorkerThread("planning").begin
    recorder = settings.flight.map {
      FlightRecorder(
        $0, state: settings.stateDirectory, site: settings.site.id.text, epoch: epoch, log: log)
    }
    if let flight = settings.flight { recorder?.begin(heir.base(taken.stored, flight)) }
    nextTick = stopwatch.now
    nextCheck = stopwatch.now + .seconds(5)
    log.notice(
      "server starts",
      metadata: [
        "site": "\(settings.site.id)", "epoch": "\(epoch)", "robots": "\(names.robots.count)",
        "open_tasks": "\(taken.tasks)", "promises": "\(taken.promises)",
      ])
    if taken.converted > 0 {
      log.notice(
        "the store of an older version was converted", metadata: ["rows": "\(taken.converted)"])
    }
  }

  /// Counts this start, and reads who is enrolled.
  private static func begin(
    _ storage: any FleetStorage, _ desk: CredentialDesk, above floor: UInt64
  ) throws(ServerError) -> (
    epoch: UInt64, [BrokerAccount], (robots: [RobotID], operators: Set<OperatorID>)
  ) {
    let epoch: UInt64
    do throws(StoreError) {
      epoch = try storage.nextEpoch(above: floor)
    } catch { throw .store(error) }
    var (robots, operators): ([RobotID], Set<OperatorID>) = ([], [])
    do throws(EnrolmentError) {
      let enrolled = try desk.all()
      for enrolment in enrolled {
        do throws(IdentifierError) {
          switch enrolment.role {
          case .robot: robots.append(try RobotID(enrolment.name))
          case .operator: operators.insert(try OperatorID(enrolment.name))
          }
        } catch { throw EnrolmentError.badName(enrolment.name) }
      }
      return (epoch, try desk.accounts(of: enrolled), (robots, operators))
    } catch { throw .enrolment(error) }
  }

  private static func connect(
    _ settings: Settings, _ accounts: [BrokerAccount], _ topics: Topics,
    _ signals: TerminationSignals
  ) throws(ServerError) -> (PrivateBroker?, MQTTLoop, ConnectionID) {
    let subscriptions = topics.serverFilters.map {
      MQTTSubscription($0.filter, qos: $0.qos == 0 ? .atMostOnce : .atLeastOnce)
    }
    var own: PrivateBroker?
    let connection: MQTTConnectionSettings
    switch settings.broker {
    case .own(let preferred, let listener):
      do throws(BrokerError) {
        let broker = try PrivateBroker(
          PrivateBroker.Settings(
            stateDirectory: settings.stateDirectory, preferredPorts: preferred,
            publicListener: listener,
            serverAccess: topics.serverPermissions.map(CredentialDesk.rule)),
          accounts: accounts)
        own = broker
        connection = broker.serverConnection(subscriptions: subscriptions)
      } catch { throw .broker(error) }
    case .other(var given):
      given.subscriptions = subscriptions
      connection = given
    }
    do throws(TransportError) {
      var options = MQTTLoop.Settings()
      options.outstandingMessages = 20_000
      let loop = try MQTTLoop(options)
      let id = try loop.add(connection)
      try loop.watch(fileDescriptor: signals.fileDescriptor)
      return (own, loop, id)
    } catch { throw .transport(error) }
  }

  /// What is stored names vertices: it only means something on the map it was made for.
  private static func bindToMap(
    _ site: Site, _ storage: any FleetStorage
  ) throws(ServerError) {
    let key = "map.fingerprint"
    let mark = [UInt8](site.mapFingerprint.utf8)
    var isSame = true
    do throws(StoreError) {
      if let known = try storage.value(.settings, key: key) {
        isSame = known == mark
      } else {
        try storage.commit([.put(.settings, key: key, value: mark)])
      }
    } catch { throw .store(error) }
    guard isSame else { throw .otherMap(site: site.id.text) }
  }

  /// Serves until a signal comes.
  /// - Throws: `ServerError.superseded` when the robots obey another server.
  public func run() throws(ServerError) {
    let backUps = settings.backUpPeriod.map { BackUps(of: storage, every: $0, log: log) }
    defer { backUps?.stop() }
    while !isStopping {
      let wait = max(.zero, stopwatch.now.duration(to: nextTick))
      for event in loop.poll(timeout: wait) { try take(event) }
      let now = stopwatch.now
      // Reports are what releases wait for: they are not left lying until the next tick.
      if now >= nextTick || reportReceived != nil {
        if isConnected { handle(.tick) }
        if now >= nextTick { nextTick = now + settings.tick }
      }
      carryOut()
      if isConnected, !isInService { tellInService() }
      reconnect()
      if now >= nextCheck { check(now) }
    }
    stop()
    if let successor { throw .superseded(by: successor) }
  }

  private func tellInService() {
    isInService = true
    let age = ProcessTime.sinceStart().wholeMicroseconds / 1000
    log.notice("in service: the first heartbeat is out", metadata: ["after_ms": "\(age)"])
  }

  private func take(_ event: TransportEvent) throws(ServerError) {
    switch event {
    case .connected:
      isConnected = true
      log.notice("connected to the broker")
      handle(.transport(isUp: true))
    case .disconnected(_, let reason), .unreachable(_, let reason), .refused(_, let reason):
      lost(reason)
    case .message(_, let message):
      messagesIn += 1
      receive(message)
    case .readable:
      if let signal = signals.read() {
        log.notice("stopping", metadata: ["signal": "\(signal)"])
        isStopping = true
      }
    case .drained: break
    }
  }

  func lost(_ reason: String) {
    if isConnected { handle(.transport(isUp: false)) }
    if isConnected || complaints.mayComplain("broker", clock.now()) {
      log.warning("no broker: trying again", metadata: ["reason": "\(reason)"])
    }
    isConnected = false
    // Whether our own broker runs is looked at now, not in five seconds.
    nextCheck = stopwatch.now
  }

  /// Now and then: the queues' invariants, and the broker's health.
  private func check(_ now: ContinuousClock.Instant) {
    nextCheck = now + .seconds(5)
    for violation in QueueChecker().check(fleet.queueSnapshot()) {
      violations += 1
      log.critical("invariant violated", metadata: ["violation": "\(violation)"])
    }
    guard let broker, !broker.isRunning else { return }
    log.error("the broker has ended: starting it again")
    do throws(BrokerError) {
      try broker.restart()
    } catch {
      log.error("the broker does not start", metadata: ["reason": "\(error)"])
    }
  }

  private func stop() {
    carryOut()
    recorder?.flush()
    do throws(TransportError) {
      try loop.remove(connection)
    } catch {
      log.warning("disconnecting failed", metadata: ["reason": "\(error)"])
    }
    let limit = stopwatch.now + .seconds(2)
    while loop.isClosing, stopwatch.now < limit { _ = loop.poll(timeout: .milliseconds(20)) }
    broker?.stop()
    log.notice("stopped")
  }
}

extension FleetServer {
  /// The private broker's ports; nil without one.
  public var brokerPorts: BrokerPorts? { broker?.ports }
}

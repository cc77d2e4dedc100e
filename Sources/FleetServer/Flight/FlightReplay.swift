import Determinism
import FleetCore
import FleetModel
import FleetRecords
import FleetWire
import Site

/// A recorded run, gone through again input by input with the same core.
public struct FlightReplay {
  /// One input and what the core made of it.
  public struct Step: Sendable {
    public var time: Instant
    public var input: FleetEvent
    public var effects: [FleetEffect]
  }

  /// How far it agrees with what was recorded.
  public struct Outcome: Sendable, Equatable {
    public var inputs = 0
    public var batches = 0
    /// When a batch first did something else than then; nil: never.
    public var divergence: Instant?
    /// Of the last input.
    public var end = Instant.zero
  }

  public let window: Incident.Window
  /// `Incident.isAsExported`
  public let isAsExported: Bool
  /// The version that recorded it.
  public let build: String
  /// Files of the site as it was; empty when how the server stood is no longer recorded. Then steps
  /// have no effects: there is nothing to work them out from.
  public let siteFiles: [(name: String, text: String)]
  public private(set) var outcome = Outcome()

  /// What it goes on from.
  private enum Start {
    case run(FlightBase)
    case image(FlightImage)
  }

  private let start: Start?
  private var segments: [FlightSegment]
  private var current = 0
  private var fleet: Fleet?
  private var pending: [FleetEffect] = []
  /// Read, and not gone through yet: it comes after the end that was asked for.
  private var held: (event: FleetEvent, time: Instant)?
  private let codec = WireCodec()

  public init(_ incident: Incident) throws(FlightError) {
    window = incident.window
    isAsExported = incident.isAsExported
    segments = []
    var found: Start?
    for part in incident.parts {
      if let start = try Self.start(part) {
        found = start
      } else {
        segments.append(try FlightSegment(part.name, part.bytes))
      }
    }
    guard let first = segments.first else { throw .damaged("the incident", reason: "it is empty") }
    build = first.header.build
    start = found
    siteFiles =
      switch found {
      case .run(let base): base.files.map { ($0.name, $0.text) }
      case .image(let image): image.files.map { ($0.name, $0.text) }
      case nil: []
      }
  }

  private static func start(
    _ part: (name: String, bytes: [UInt8])
  ) throws(FlightError) -> Start? {
    do throws(RecordError) {
      switch part.name {
      case "base": return .run(try RecordCodec().decode(FlightBase.self, from: part.bytes))
      case "image": return .image(try RecordCodec().decode(FlightImage.self, from: part.bytes))
      default: return nil
      }
    } catch { throw .damaged("the state it goes on from", reason: error.description) }
  }

  /// Sets the core up as it was.
  /// - Parameter site: made from `siteFiles`.
  public mutating func begin(site: Site) {
    switch start {
    case .run(let base):
      let takeover = Takeover(
        base.fleet,
        by: Takeover.Heir(
          site: site, settings: FleetSettings(), seed: Seed(base.seed), epoch: base.epoch,
          robots: base.robots, now: base.now))
      fleet = takeover.fleet
      pending = takeover.effects
    case .image(let image):
      fleet = Fleet(
        site: site, settings: FleetSettings(), serverEpoch: image.epoch, seed: Seed(image.seed),
        image: image.fleet)
    case nil: break
    }
  }

  /// The next input; nil at the end, or where it comes after `last`.
  public mutating func next(until last: Instant? = nil) throws(FlightError) -> Step? {
    if held == nil { held = try read() }
    guard let (event, time) = held, time <= last ?? time else { return nil }
    held = nil
    outcome.inputs += 1
    outcome.end = time
    let effects = fleet?.handle(event, now: time) ?? []
    pending += effects
    return Step(time: time, input: event, effects: effects)
  }

  /// Reads up to the next input; nil: there is none.
  private mutating func read() throws(FlightError) -> (event: FleetEvent, time: Instant)? {
    while current < segments.count {
      guard let entry = try segments[current].next() else {
        current += 1
        // Here the recorded core made an image, and let go what is not in one.
        if current < segments.count { _ = fleet?.rebase() }
        continue
      }
      switch entry {
      case .batch(let digest, let time): compare(digest, time)
      case .input(let event, let time): return (event, time)
      }
    }
    return nil
  }

  /// What the core says of a robot after the last input (`Fleet.explanation`); nil: there is none of
  /// that name, or steps have no effects.
  public func explanation(of robot: RobotID) -> [String]? { fleet?.explanation(of: robot) }

  private mutating func compare(_ recorded: UInt64, _ time: Instant) {
    outcome.batches += 1
    guard fleet != nil else { return }
    var digest = EffectDigest()
    for case .persist(let change) in pending { digest.add(change) }
    for effect in pending {
      switch effect {
      case .send(let robot, let message): digest.add(robot, codec.encode(message))
      case .heartbeat(let heartbeat): digest.add(heartbeat)
      case .persist, .notice, .reply, .superseded: break
      }
    }
    pending = []
    if digest.value != recorded, outcome.divergence == nil { outcome.divergence = time }
  }
}

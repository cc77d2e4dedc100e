import Determinism
import FleetCore
import FleetModel
import FleetRecords
import Foundation
import Logging
import Synchronization

/// What the flight recorder keeps.
public struct FlightSettings: Sendable {
  /// Of all runs together.
  public var bytes: Int
  /// The site's files, by name; the first is `site.yaml`.
  public var siteFiles: [(name: String, text: String)]
  /// The program's version.
  public var build: String

  public init(bytes: Int, siteFiles: [(name: String, text: String)], build: String) {
    self.bytes = bytes
    self.siteFiles = siteFiles
    self.build = build
  }
}

/// Writes the inputs of a run into a ring of files of a bounded size. Its trouble is never the
/// fleet's: when the disk is full the recording ends and the server goes on.
final class FlightRecorder {
  private let directory: String
  private let limit: Int
  private let log: Logger
  private var header: FlightHeader
  private var descriptor: Int32 = -1
  /// Not written yet.
  private var buffer: [UInt8] = []
  private var segmentBytes = 0
  /// The times of the last entry, and of the last one that was written.
  private var (last, lastWritten) = (Instant.zero, Instant.zero)
  private var isBroken = false
  /// What every image repeats: the site's files and the seed.
  private var origin: (files: [FlightBase.File], seed: UInt64) = ([], 0)

  /// Images and starts that are being written.
  private final class UnderWay: Sendable {
    let count = Atomic(0)
    /// Of the last one.
    let bytes = Atomic(0)
  }
  private let underWay = UnderWay()

  /// Whether an image or the start is being written.
  var isKeeping: Bool { underWay.count.load(ordering: .relaxed) > 0 }

  /// A segment is a sixteenth of the ring, and no more than this.
  private static let longestSegment = 8 << 20
  private static let shortestSegment = Duration.seconds(60)

  init(_ settings: FlightSettings, state: String, site: String, epoch: UInt64, log: Logger) {
    directory = FlightFiles.directory(state: state)
    limit = settings.bytes
    self.log = log
    header = FlightHeader(
      build: settings.build, site: site, epoch: epoch, number: 0, started: .zero)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes what the run starts from.
  func begin(_ base: FlightBase) {
    origin = (base.files, base.seed)
    keep(base, in: FlightFiles.base(header.epoch))
  }

  /// Whether the segment has its length: between two batches `turn` may follow.
  /// A large fleet fills a segment in seconds, and each begins with an image, for which the core lets go
  /// what it has planned: not more than once a minute, if the ring has room for that.
  var isSegmentFull: Bool {
    !isBroken && segmentBytes > fullSegment
      && (last - header.started >= Self.shortestSegment || segmentBytes > limit / 4)
  }

  private var fullSegment: Int { min(Self.longestSegment, limit / 16) }

  /// Begins the next segment with an image of the core as it stands between two batches.
  func turn(_ image: FleetImage) {
    flush()
    guard !isBroken else { return }
    nextSegment()
    flush()
    guard !isBroken else { return }
    let flight = FlightImage(
      build: header.build, files: origin.files, seed: origin.seed, epoch: header.epoch,
      fleet: image)
    keep(flight, in: FlightFiles.image(header.epoch, header.number))
  }

  /// On a thread of its own: it may be long. Without it a replay begins earlier, or nowhere.
  private func keep(_ value: some Encodable & Sendable, in name: String) {
    let (directory, log, underWay) = (directory, log, underWay)
    underWay.count.add(1, ordering: .relaxed)
    let thread = Thread {
      defer { underWay.count.subtract(1, ordering: .relaxed) }
      do {
        try FlightFiles.make(directory)
        let bytes = try RecordCodec().encode(value)
        underWay.bytes.store(bytes.count, ordering: .relaxed)
        try FlightFiles.write(bytes, "\(directory)/\(name)")
      } catch {
        log.error(
          "how the core stood is not recorded", metadata: ["file": "\(name)", "reason": "\(error)"])
      }
    }
    thread.stackSize = 16 << 20
    thread.start()
  }

  /// - Parameters:
  ///   - payload: the message as it came, for events that are one.
  func record(_ event: FleetEvent, payload: [UInt8], now: Instant) {
    guard !isBroken else { return }
    switch event {
    case .tick: entry(.tick, now)
    case .connection(let robot, _): entry(.connection, now, name: robot.text, payload)
    case .factsheet(let robot, _): entry(.factsheet, now, name: robot.text, payload)
    case .state(let robot, _): entry(.state, now, name: robot.text, payload)
    case .report(let robot, _): entry(.report, now, name: robot.text, payload)
    case .request(let user, _): entry(.request, now, name: user.text, payload)
    case .transport(let isUp): entry(.transport, now, [isUp ? 1 : 0])
    case .enrolled(let robot): entry(.enrolled, now, name: robot.text, [])
    case .removed(let robot): entry(.removed, now, name: robot.text, [])
    case .recalled(let task):
      do throws(RecordError) {
        entry(.recalled, now, try RecordCodec().encode(task))
      } catch { fail("\(error)") }
    }
  }

  /// A batch was carried out: what was recorded so far goes to the disk.
  func endBatch(_ digest: UInt64, now: Instant) {
    guard !isBroken else { return }
    entry(.batch, now, (0..<8).map { UInt8(truncatingIfNeeded: digest >> (56 - 8 * $0)) })
    flush()
  }

  func flush() {
    guard !isBroken, !buffer.isEmpty else { return }
    if descriptor < 0 { nextSegment() }
    guard !isBroken else { return }
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return fail(String(cString: strerror(errno))) }
      rest = rest.dropFirst(count)
    }
    segmentBytes += buffer.count
    lastWritten = last
    buffer.removeAll(keepingCapacity: true)
  }

  private func entry(_ kind: FlightKind, _ now: Instant, name: String, _ payload: [UInt8]) {
    entry(kind, now, [UInt8(name.utf8.count)] + name.utf8 + payload)
  }

  private func entry(_ kind: FlightKind, _ now: Instant, _ body: [UInt8] = []) {
    if last == .zero { (last, lastWritten) = (now, now) }
    let passed = Varint.bytes(UInt64(max(0, now.microseconds - last.microseconds)))
    last = max(last, now)
    buffer += Varint.bytes(UInt64(1 + passed.count + body.count)) + [kind.rawValue] + passed + body
  }

  /// What is in the buffer opens it.
  private func nextSegment() {
    if descriptor >= 0 {
      close(descriptor)
      descriptor = -1
      header.number += 1
    }
    do {
      try FlightFiles.make(directory)
      // Room for this segment and its image.
      let room = fullSegment + underWay.bytes.load(ordering: .relaxed)
      try FlightFiles.trim(directory, to: max(0, limit - room))
      header.started = lastWritten
      let path = "\(directory)/\(FlightFiles.segment(header.epoch, header.number))"
      descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw FlightError.file(path, String(cString: strerror(errno))) }
      let record = try RecordCodec().encode(header)
      buffer = FlightFiles.magic + Varint.bytes(UInt64(record.count)) + record + buffer
      segmentBytes = 0
    } catch { fail("\(error)") }
  }

  private func fail(_ reason: String) {
    isBroken = true
    buffer = []
    log.error(
      "the flight recorder stops until the next start; the fleet goes on",
      metadata: ["reason": "\(reason)"])
  }
}

import Determinism
import FleetRecords
import Foundation

/// What a time of a recorded run needs to be gone through again, in one file: the segments from some
/// time before to some time after, and how the core stood when the first of them began.
public struct Incident: Sendable {
  /// The time it is about, and what of the run around it is shown.
  public struct Window: Codable, Sendable, Equatable {
    public var at: Instant
    public var from: Instant
    public var to: Instant

    public init(at: Instant, from: Instant, to: Instant) {
      self.at = at
      self.from = from
      self.to = to
    }
  }

  public var window: Window
  /// By name: `base` or `image`, where one is still recorded, then the segments in order.
  public var parts: [(name: String, bytes: [UInt8])]
  /// Whether the file it was read from is, byte by byte, the one that was exported. One that is not can
  /// still show most of what happened, and may show what never did.
  public private(set) var isAsExported = true

  private static let magic = [UInt8]("DINC2".utf8)

  /// Cuts it out of what the server of `state` has recorded, also while it runs.
  /// - Parameter at: nil: the newest entry.
  public init(
    state: String, at: Instant?, before: Duration, after: Duration
  ) throws(FlightError) {
    let directory = FlightFiles.directory(state: state)
    let files = try FlightFiles.list(directory).map(\.name)
    var segments: [(name: String, bytes: [UInt8], header: FlightHeader)] = []
    for name in files where FlightFiles.isSegment(name) {
      let bytes = try FlightFiles.read(directory + "/" + name)
      // It has just begun.
      if bytes.isEmpty { continue }
      segments.append((name, bytes, try FlightSegment(name, bytes).header))
    }
    guard
      let hit = at.map({ at in segments.last { $0.header.started <= at } }) ?? segments.last
    else { throw .noRecording(directory: directory) }
    let epoch = hit.header.epoch
    var time = at ?? hit.header.started
    if at == nil {
      var segment = try FlightSegment(hit.name, hit.bytes)
      while let entry = try segment.next() { time = entry.time }
    }
    window = Window(at: time, from: time + .zero - before, to: time + after)
    parts = []
    let run = segments.filter { $0.header.epoch == epoch && $0.header.started <= window.to }
    // Of the segments that can be begun with, the last one before the window, or the first there is.
    func start(_ header: FlightHeader) -> String {
      header.number == 0
        ? FlightFiles.base(epoch) : FlightFiles.image(epoch, header.number)
    }
    let whole = run.indices.filter { files.contains(start(run[$0].header)) }
    let first = whole.last { run[$0].header.started <= window.from } ?? whole.first
    if let first {
      let name = start(run[first].header)
      parts.append(
        (
          run[first].header.number == 0 ? "base" : "image",
          try FlightFiles.read(directory + "/" + name)
        ))
    }
    for segment in run[(first ?? 0)...] { parts.append((segment.name, segment.bytes)) }
  }

  /// Whether it holds what the core can be set up from.
  public var isWhole: Bool { parts.contains { $0.name == "base" || $0.name == "image" } }

  /// Reads what `bytes` holds.
  public init(bytes: [UInt8], name: String) throws(FlightError) {
    var at = Self.magic.count
    guard bytes.starts(with: Self.magic) else {
      throw .damaged(name, reason: "it is no incident: `drover incident export` makes them")
    }
    let end = bytes.count - Self.sumBytes
    guard end >= at else { throw .damaged(name, reason: "it is cut short") }
    isAsExported = Array(bytes[end...]) == Self.sum(bytes[..<end])
    func piece() throws(FlightError) -> [UInt8] {
      guard let length = Varint.read(bytes, &at), at <= end, length <= UInt64(end - at) else {
        throw .damaged(name, reason: "it is cut short")
      }
      defer { at += Int(length) }
      return Array(bytes[at..<at + Int(length)])
    }
    do throws(RecordError) {
      let record: [UInt8]
      do throws(FlightError) { record = try piece() } catch { throw .damaged(offset: at) }
      window = try RecordCodec().decode(Window.self, from: record)
    } catch { throw .damaged(name, reason: error.description) }
    parts = []
    while at < end {
      let title = String(decoding: try piece(), as: UTF8.self)
      parts.append((title, try piece()))
    }
  }

  /// The file.
  public func bytes() throws(FlightError) -> [UInt8] {
    var bytes = Self.magic
    do throws(RecordError) {
      let record = try RecordCodec().encode(window)
      bytes += Varint.bytes(UInt64(record.count)) + record
    } catch { throw .damaged("the window", reason: error.description) }
    for part in parts {
      bytes += Varint.bytes(UInt64(part.name.utf8.count)) + part.name.utf8
      bytes += Varint.bytes(UInt64(part.bytes.count)) + part.bytes
    }
    return bytes + Self.sum(bytes[...])
  }

  private static let sumBytes = 8

  /// What ends the file: of all before it, low end first.
  private static func sum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var hash = StableHash()
    hash.combine(bytes: bytes)
    return (0..<sumBytes).map { UInt8(truncatingIfNeeded: hash.value >> (8 * $0)) }
  }
}

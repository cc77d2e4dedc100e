import Determinism
import FleetCore
import FleetModel
import FleetWire
import Foundation
import Logging
import Testing

@testable import FleetServer

struct FlightTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func recorder(bytes: Int, epoch: UInt64 = 1) -> FlightRecorder {
    FlightRecorder(
      FlightSettings(bytes: bytes, siteFiles: [], build: "test"), state: scratch.path,
      site: "yard", epoch: epoch, log: Logger(label: "test"))
  }

  private func time(_ seconds: Int64) -> Instant { Instant(microseconds: seconds * 1_000_000) }

  private func report(_ number: UInt64) throws -> (FleetEvent, [UInt8]) {
    let report = RobotReport(
      sessionEpoch: 5,
      events: [NumberedEvent(number: number, event: .visited(order: 1, leg: number))])
    return (.report(try RobotID("r1"), report), WireCodec().encode(report))
  }

  /// Everything that is read back, as text.
  private func entries(_ incident: Incident) throws -> [String] {
    var lines: [String] = []
    for part in incident.parts where part.name != "base" {
      var segment = try FlightSegment(part.name, part.bytes)
      while let entry = try segment.next() { lines.append("\(entry)") }
    }
    return lines
  }

  @Test func whatIsRecordedIsReadWithItsTimes() throws {
    let recorder = recorder(bytes: 16 << 20)
    let (event, payload) = try report(7)
    recorder.record(.transport(isUp: true), payload: [], now: time(100))
    recorder.record(event, payload: payload, now: time(101))
    recorder.record(.tick, payload: [], now: time(101))
    recorder.endBatch(0xfedc_ba98_7654_3210, now: time(102))
    let expected: [FlightEntry] = [
      .input(.transport(isUp: true), time(100)), .input(event, time(101)), .input(.tick, time(101)),
      .batch(digest: 0xfedc_ba98_7654_3210, time(102)),
    ]
    let incident = try Incident(
      state: scratch.path, at: nil, before: .seconds(90), after: .seconds(90))
    #expect(incident.window.at == time(102) && incident.window.from == time(12))
    #expect(try entries(incident) == expected.map { "\($0)" })
    let copy = try Incident(bytes: try incident.bytes(), name: "copy")
    #expect(copy.window == incident.window)
    #expect(try entries(copy) == expected.map { "\($0)" })
  }

  @Test func anEntryCutShortByACrashEndsTheRecording() throws {
    let recorder = recorder(bytes: 16 << 20)
    for number in 1...5 {
      let (event, payload) = try report(UInt64(number))
      recorder.record(event, payload: payload, now: time(Int64(number)))
      recorder.endBatch(1, now: time(Int64(number)))
    }
    let path = scratch.path + "/flight/" + FlightFiles.segment(1, 0)
    let whole = try FlightFiles.read(path)
    var counts: Set<Int> = []
    for cut in 0..<60 {
      var segment = try FlightSegment("cut", Array(whole.dropLast(cut)))
      var count = 0
      while try segment.next() != nil { count += 1 }
      counts.insert(count)
    }
    #expect(counts.contains(10) && counts.contains(9) && counts.min() ?? 10 < 9)
  }

  @Test func theRingKeepsTheNewestAndItsBound() throws {
    let limit = 1 << 20
    let recorder = recorder(bytes: limit)
    let blob = [UInt8](repeating: 1, count: 20_000)
    for second in 1...200 {
      recorder.record(try report(1).0, payload: blob, now: time(Int64(second)))
      recorder.endBatch(UInt64(second), now: time(Int64(second)))
    }
    let files = try FlightFiles.list(scratch.path + "/flight")
    #expect(files.reduce(0) { $0 + $1.bytes } <= limit)
    #expect(files.reduce(0) { $0 + $1.bytes } > limit / 2)
    #expect(files.first?.name != FlightFiles.segment(1, 0), "the oldest are gone")
    let last = try #require(files.last)
    let segment = try FlightSegment(
      last.name, try FlightFiles.read(scratch.path + "/flight/" + last.name))
    #expect(segment.header.started >= time(150) && segment.header.number > 3)
  }

  @Test func theStartOfARunGoesWithItsFirstSegment() throws {
    let directory = scratch.path + "/flight"
    try FlightFiles.make(directory)
    for name in [
      FlightFiles.base(1), FlightFiles.segment(1, 0), FlightFiles.segment(1, 1),
      FlightFiles.base(2), FlightFiles.segment(2, 0),
    ] {
      let path = directory + "/" + name
      #expect(FileManager.default.createFile(atPath: path, contents: Data(count: 100)))
    }
    try FlightFiles.trim(directory, to: 350)
    #expect(
      try FlightFiles.list(directory).map(\.name)
        == [FlightFiles.segment(1, 1), FlightFiles.base(2), FlightFiles.segment(2, 0)].sorted())
  }

  @Test func aRecordingThatCannotBeWrittenIsNoTroubleOfTheServers() throws {
    try "in the way".write(toFile: scratch.path + "/flight", atomically: true, encoding: .utf8)
    let recorder = recorder(bytes: 1 << 20)
    for second in 1...3 {
      recorder.record(.tick, payload: [], now: time(Int64(second)))
      recorder.endBatch(1, now: time(Int64(second)))
    }
    #expect(throws: FlightError.self) {
      try Incident(state: scratch.path, at: nil, before: .zero, after: .zero)
    }
  }
}

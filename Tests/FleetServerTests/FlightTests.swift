import Determinism
import FleetCore
import FleetModel
import FleetRecords
import FleetWire
import Foundation
import Logging
import Site
import SiteFiles
import Testing
import VirtualRobot

@testable import FleetServer

struct FlightTests {
  private let scratch: Scratch
  private let site: Site

  init() throws {
    scratch = try Scratch()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    site = try SiteFile.load(root.appendingPathComponent("Maps/campus").path)
  }

  /// Images are written on threads of their own: until none is under way.
  private func waitForImages(_ recorder: FlightRecorder) {
    while recorder.isKeeping { Thread.sleep(forTimeInterval: 0.005) }
  }

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
    let bytes = try incident.bytes()
    let copy = try Incident(bytes: bytes, name: "copy")
    #expect(copy.window == incident.window && copy.isAsExported)
    #expect(try entries(copy) == expected.map { "\($0)" })
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0x15
      do throws(FlightError) {
        let other = try Incident(bytes: changed, name: "changed")
        #expect(!other.isAsExported, "byte \(place)")
      } catch {
        #expect(error.description.hasPrefix("changed is damaged"), "byte \(place): \(error)")
      }
      #expect(throws: FlightError.self) {
        let short = try Incident(bytes: Array(bytes[..<place]), name: "short")
        if !short.isAsExported { throw FlightError.damaged("short", reason: "as it should be") }
      }
    }
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
    var fleet = Fleet(site: site, serverEpoch: 1, seed: Seed(1))
    for second in 1...200 {
      recorder.record(try report(1).0, payload: blob, now: time(Int64(second)))
      recorder.endBatch(UInt64(second), now: time(Int64(second)))
      if recorder.isSegmentFull { recorder.turn(fleet.rebase()) }
      waitForImages(recorder)
    }
    let files = try FlightFiles.list(scratch.path + "/flight")
    for image in files.map(\.name) where image.hasSuffix("-image") {
      #expect(files.contains { $0.name == image.dropLast(6) }, "\(image) without its segment")
    }
    #expect(files.reduce(0) { $0 + $1.bytes } <= limit)
    #expect(files.reduce(0) { $0 + $1.bytes } > limit / 2)
    #expect(files.first?.name != FlightFiles.segment(1, 0), "the oldest are gone")
    let last = try #require(files.last { FlightFiles.isSegment($0.name) })
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

  /// What a server does around its core, as far as the recorder is concerned.
  private final class Shell {
    let recorder: FlightRecorder
    var fleet: Fleet
    /// What robots were sent since somebody asked.
    var sent: [(robot: RobotID, message: ControlMessage)] = []
    private(set) var images = 0
    private var requests: UInt64 = 0

    init(_ recorder: FlightRecorder, _ taken: Takeover, _ base: FlightBase) {
      self.recorder = recorder
      recorder.begin(base)
      fleet = taken.fleet
      end(taken.effects, base.now)
    }

    func take(_ event: FleetEvent, _ payload: [UInt8] = [], now: Instant) {
      recorder.record(event, payload: payload, now: now)
      end(fleet.handle(event, now: now), now)
    }

    func ask(_ command: OperatorCommand, now: Instant) throws {
      requests += 1
      let request = OperatorRequest(
        client: try ClientID("c"), number: requests, body: command)
      take(.request(try OperatorID("ann"), request), WireCodec().encode(request), now: now)
    }

    private func end(_ effects: [FleetEffect], _ now: Instant) {
      var digest = EffectDigest()
      for case .persist(let change) in effects { digest.add(change) }
      for effect in effects {
        switch effect {
        case .send(let robot, let message):
          digest.add(robot, WireCodec().encode(message))
          sent.append((robot, message))
        case .heartbeat(let beat): digest.add(beat)
        case .persist, .notice, .reply, .superseded: break
        }
      }
      recorder.endBatch(digest.value, now: now)
      if recorder.isSegmentFull {
        recorder.turn(fleet.rebase())
        images += 1
      }
    }
  }

  private func shell(bytes: Int, robots: Int = 1) throws -> Shell {
    let heir = Takeover.Heir(
      site: site, settings: FleetSettings(), seed: Seed(4), epoch: 1,
      robots: try (1...robots).map { try RobotID("courier-\($0)") }, now: time(1))
    let stored = StoredFleet(tasks: [], robots: [], closedZones: [])
    let settings = FlightSettings(
      bytes: bytes, siteFiles: [("site.yaml", "id: campus")], build: "test")
    let recorder = FlightRecorder(
      settings, state: scratch.path, site: "campus", epoch: 1, log: Logger(label: "test"))
    return Shell(recorder, Takeover(stored, by: heir), heir.base(stored, settings))
  }

  /// A run of ten minutes that fills a small ring more than once.
  private func record(_ shell: Shell) throws {
    shell.take(.transport(isUp: true), now: time(1))
    for second: Int64 in 1...600 {
      if second % 10 == 0 {
        let spec = TaskSpec(
          body: .goTo(GoTo(target: .station(try StationID("arts")))), priority: 4, robot: nil)
        let key = try ClientKey("k\(second)")
        try shell.ask(.submitTask(key: key, spec: spec), now: time(second))
      }
      if second % 30 == 0 {
        try shell.ask(.cancelTask(try TaskID("t\(second / 10 - 1)")), now: time(second))
      }
      try shell.ask(.explainRobot(try RobotID("courier-1")), now: time(second))
      shell.take(.tick, now: time(second))
    }
    waitForImages(shell.recorder)
  }

  @Test func anIncidentBeginsWithTheLastImageBeforeIt() throws {
    let shell = try shell(bytes: 1 << 16)
    try record(shell)
    let incident = try Incident(
      state: scratch.path, at: time(560), before: .seconds(20), after: .seconds(20))
    #expect(incident.isWhole && incident.parts.first?.name == "image")
    let first = try FlightSegment(incident.parts[1].name, incident.parts[1].bytes).header
    #expect(first.number > 0 && first.started <= time(540))
    // Nothing of what came long before it.
    #expect(first.started > time(400), "\(first)")
    var replay = try FlightReplay(incident)
    #expect(replay.siteFiles.map(\.name) == ["site.yaml"])
    replay.begin(site: site)
    // Nothing after the end that was asked for is gone through, or lost.
    while try replay.next(until: time(570)) != nil {}
    #expect(replay.outcome.end == time(570))
    let half = replay.outcome.inputs
    #expect(try replay.next(until: time(570)) == nil && replay.outcome.inputs == half)
    var effects = 0
    while let step = try replay.next() { effects += step.effects.count }
    #expect(replay.outcome.divergence == nil)
    #expect(replay.outcome.end >= time(580) && replay.outcome.batches > 60 && effects > 30)
  }

  /// Robots drive in a fleet so large that a planning round is under way at any time, also when an
  /// image is made: the replay goes over the images as the server did.
  @Test func aReplayGoesOnOverImages() throws {
    let shell = try shell(bytes: 1 << 21, robots: 501)
    shell.take(.transport(isUp: true), now: time(1))
    var robots: [(id: RobotID, robot: VirtualRobot)] = []
    for k in 0..<24 {
      let id = try RobotID("courier-\(k + 1)")
      let settings = VirtualRobot.Settings(
        id: id,
        factsheet: Factsheet(
          vendor: "v", model: "m", serial: "\(k)", vehicle: site.classes[0],
          heartbeatTimeoutMilliseconds: .max),
        cellMillimetres: site.cellMillimetres, start: site.centre(of: site.parking[k].vertex),
        seed: Seed(UInt64(k)))
      robots.append((id, VirtualRobot(settings)))
    }
    func hear(_ outputs: [VirtualRobot.Output], _ id: RobotID, _ now: Instant) {
      let codec = WireCodec()
      for output in outputs {
        switch output {
        case .connection(let it): shell.take(.connection(id, it), codec.encode(it), now: now)
        case .factsheet(let it): shell.take(.factsheet(id, it), codec.encode(it), now: now)
        case .state(let it): shell.take(.state(id, it), codec.encode(it), now: now)
        case .report(let it): shell.take(.report(id, it), codec.encode(it), now: now)
        }
      }
    }
    var driven = 0
    for step: Int64 in 1...3000 {
      let now = time(1) + .milliseconds(100 * step)
      for k in robots.indices {
        let outputs =
          step == 1
          ? robots[k].robot.connect(sessionEpoch: 1, now: now) : robots[k].robot.advance(to: now)
        hear(outputs, robots[k].id, now)
      }
      if step % 20 == 10 {
        let station = site.stations[Int(step / 20) % site.stations.count].id
        let spec = TaskSpec(
          body: .goTo(GoTo(target: .station(station))), priority: 4, robot: nil)
        try shell.ask(.submitTask(key: try ClientKey("k\(step)"), spec: spec), now: now)
      }
      shell.take(.tick, now: now)
      while !shell.sent.isEmpty {
        let (id, message) = shell.sent.removeFirst()
        guard let k = robots.firstIndex(where: { $0.id == id }) else { continue }
        if case .route = message.command { driven += 1 }
        hear(robots[k].robot.receive(message, now: now), id, now)
      }
    }
    waitForImages(shell.recorder)
    #expect(shell.images >= 3 && driven > 200, "\(shell.images) images, \(driven) releases")
    let incident = try Incident(
      state: scratch.path, at: time(290), before: .seconds(280), after: .seconds(20))
    #expect(incident.parts.count >= 4)
    var replay = try FlightReplay(incident)
    replay.begin(site: site)
    while try replay.next() != nil {}
    #expect(replay.outcome.divergence == nil)
    #expect(replay.outcome.batches > 1500)
  }

  @Test func anotherCoreThanTheRecordedOneIsFoundOut() throws {
    let shell = try shell(bytes: 1 << 16)
    try record(shell)
    let incident = try Incident(
      state: scratch.path, at: time(560), before: .seconds(20), after: .seconds(20))
    // A task that was never asked for is another course of things.
    var spoilt = incident
    spoilt.parts[1].bytes = try without(.request, spoilt.parts[1])
    var other = try FlightReplay(spoilt)
    other.begin(site: site)
    while try other.next() != nil {}
    #expect(other.outcome.divergence != nil)
  }

  /// A segment whose first request has become a tick.
  private func without(
    _ kind: FlightKind, _ part: (name: String, bytes: [UInt8])
  ) throws -> [UInt8] {
    var bytes = part.bytes
    var at = FlightFiles.magic.count
    let header = try #require(Varint.read(bytes, &at))
    at += Int(header)
    while at < bytes.count {
      let length = Int(try #require(Varint.read(bytes, &at)))
      if bytes[at] == kind.rawValue {
        bytes[at] = FlightKind.tick.rawValue
        return bytes
      }
      at += length
    }
    Issue.record("no such entry")
    return bytes
  }

  @Test func withoutAnImageThereIsNothingToWorkOutFrom() throws {
    let shell = try shell(bytes: 1 << 16)
    try record(shell)
    for file in try FlightFiles.list(scratch.path + "/flight")
    where !FlightFiles.isSegment(file.name) {
      unlink(scratch.path + "/flight/" + file.name)
    }
    let incident = try Incident(
      state: scratch.path, at: time(560), before: .seconds(20), after: .seconds(20))
    #expect(!incident.isWhole)
    var replay = try FlightReplay(incident)
    #expect(replay.siteFiles.isEmpty)
    while let step = try replay.next() { #expect(step.effects.isEmpty) }
    #expect(replay.outcome.divergence == nil && replay.outcome.inputs > 100)
  }
}

import Determinism
import Foundation
import Testing

@testable import FleetSimulation

/// Reads what `Recording.encoded()` writes, by its description alone.
private struct Reader {
  let bytes: [UInt8]
  var at = 4

  mutating func number() -> Int {
    var (value, shift) = (0, 0)
    while true {
      let byte = Int(bytes[at])
      at += 1
      value |= (byte & 127) << shift
      shift += 7
      if byte < 128 { return value }
    }
  }

  mutating func difference() -> Int {
    let n = number()
    return n % 2 == 1 ? -(n + 1) / 2 : n / 2
  }

  mutating func part<T>(_ one: (inout Reader) -> T) -> [T] {
    let length = number()
    let end = at + length
    var values: [T] = []
    while at < end { values.append(one(&self)) }
    #expect(at == end)
    return values
  }

  /// (time, value)
  mutating func log() -> [(Int, Int)] {
    var time = 0
    return part { reader in
      time += reader.number()
      return (time, reader.number())
    }
  }

  /// (time, x, y, heading)
  mutating func track() -> [[Int]] {
    var last = [0, 0, 0, 0]
    return part { reader in
      last[0] += reader.number()
      for k in 1...3 { last[k] += reader.difference() }
      return last
    }
  }

  /// (time, cells, released)
  mutating func roads() -> [(Int, [Int], Int)] {
    var time = 0
    var road: [Int] = []
    return part { reader in
      time += reader.number()
      let (behind, kept, added) = (reader.number(), reader.number(), reader.number())
      road = Array(road[behind..<behind + kept])
      for _ in 0..<added { road.append((road.last ?? 0) + reader.difference()) }
      return (time, road, reader.number())
    }
  }
}

private func pose(_ corners: [[Int]], at time: Int) -> [Double] {
  let next = corners.firstIndex { $0[0] > time } ?? corners.count
  let a = corners[max(0, next - 1)]
  guard next < corners.count, next > 0 else { return a[1...].map(Double.init) }
  let b = corners[next]
  let share = Double(time - a[0]) / Double(b[0] - a[0])
  return (1...3).map { Double(a[$0]) + share * Double(b[$0] - a[$0]) }
}

/// What was the case at a sample.
private struct Truth {
  var time: Int
  var poses: [[Double]]
  var tasks: [String?]
  var roads: [[Int]]
  var released: [Int]
}

private func truth(_ simulation: Simulation) -> Truth {
  let site = simulation.site
  var truth = Truth(
    time: Int(simulation.elapsed.wholeMicroseconds / 10_000),
    poses: simulation.robots.map {
      let pose = $0.robot.pose
      return [pose.x / 10, pose.y / 10, pose.headingDegrees * 10]
    }, tasks: simulation.desk.taskOf.map { $0?.text },
    roads: simulation.robots.map { _ in [] }, released: simulation.robots.map { _ in 0 })
  let queues = simulation.server.fleet.queueSnapshot()
  for robot in queues.robots {
    let i = robot.robot.index
    for (k, leg) in queues.legs[robot.legs].enumerated() {
      let cells = k == 0 ? [leg.end] : leg.claims.filter { Int($0) < site.graph.vertexCount }
      truth.roads[i] += cells.map { vertex in
        let cell = site.graph.cells[Int(vertex)]
        return Int(cell.y) * Int(site.graph.width) + Int(cell.x)
      }
      if k > 0, leg.number <= robot.released { truth.released[i] = truth.roads[i].count }
    }
  }
  return truth
}

@Suite struct RecordingTests {
  private static func run(
    recorded: Bool
  ) throws -> (Simulation, Recording, [Truth]) {
    var scenario = Scenario(
      name: "r", site: "campus", robots: .count(20), duration: .seconds(60),
      drainLimit: .seconds(600))
    scenario.faults.chaos = 3
    let site = try shippedSite("campus")
    var simulation = try Simulation(scenario, site: site, seed: 3)
    var recording = Recording(simulation)
    var truths: [Truth] = []
    while simulation.elapsed < .seconds(90) {
      simulation.run(until: simulation.elapsed + (recorded ? Recording.period : .seconds(1)))
      guard recorded else { continue }
      recording.sample(simulation)
      truths.append(truth(simulation))
    }
    return (simulation, recording, truths)
  }

  @Test func theStreamTellsWhatWasTheCase() throws {
    let (simulation, recording, truths) = try Self.run(recorded: true)
    let site = simulation.site
    var reader = Reader(bytes: recording.encoded())
    #expect(reader.bytes.prefix(4) == Array("DRV1".utf8)[...])
    let runs = reader.part { $0.number() }
    var raster: [Bool] = []
    for (k, run) in runs.enumerated() { raster += [Bool](repeating: k % 2 == 1, count: run) }
    #expect(raster == site.graph.vertexAtRaster.map { $0 >= 0 })
    _ = reader.log()
    var cornerCount = 0
    var roadCells = 0
    for i in simulation.robots.indices {
      let corners = reader.track()
      let roads = reader.roads()
      let (waits, tasks, _) = (reader.log(), reader.log(), reader.log())
      cornerCount += corners.count
      for truth in truths {
        let shown = pose(corners, at: truth.time)
        #expect(abs(shown[0] - truth.poses[i][0]) <= 6)
        #expect(abs(shown[1] - truth.poses[i][1]) <= 6)
        let turn = (shown[2] - truth.poses[i][2]).truncatingRemainder(dividingBy: 3600)
        #expect(min(abs(turn), 3600 - abs(turn)) <= 32)
        guard truth.time % 100 == 0 else { continue }
        let task = tasks.last { $0.0 <= truth.time }?.1 ?? 0
        #expect((task > 0 ? recording.taskNames[task - 1] : nil) == truth.tasks[i])
        let road = roads.last { $0.0 <= truth.time }
        #expect(road?.1 ?? [] == truth.roads[i])
        #expect(road?.2 ?? 0 == truth.released[i])
        roadCells += truth.roads[i].count
      }
      #expect(waits.allSatisfy { (0...simulation.robots.count).contains($0.1) && $0.1 != i + 1 })
    }
    #expect(reader.at == reader.bytes.count)
    #expect(roadCells > 1000)
    // Far fewer corners than samples, or nothing was gained.
    #expect(cornerCount * 4 < truths.count * simulation.robots.count)
  }

  @Test func recordingChangesNothing() throws {
    let plain = try Self.run(recorded: false).0.report(wallSeconds: 1)
    #expect(
      try Self.run(recorded: true).0.report(wallSeconds: 1).eventLogHash == plain.eventLogHash)
  }

  @Test func standingStillCostsNothing() {
    var track = Track(Corner(time: 0, x: 5, y: 5, heading: 0))
    for time in 1...10_000 { track.add(Corner(time: Int32(time), x: 5, y: 5, heading: 0)) }
    #expect(track.encoded().bytes.count < 16)
  }

  @Test func aTurnGoesTheShortWay() {
    var track = Track(Corner(time: 0, x: 0, y: 0, heading: 3500))
    for (time, heading) in [(20, 3590), (40, 90), (60, 200)] as [(Int32, Int32)] {
      track.add(Corner(time: time, x: 0, y: 0, heading: heading))
    }
    var reader = Reader(
      bytes: [0, 0, 0, 0]
        + {
          var s = ByteStream(); s.append(part: track.encoded()); return s.bytes
        }())
    #expect(reader.track().last == [60, 0, 0, 3800])
  }

  @Test func thePageHoldsAllThatItNeeds() throws {
    let (simulation, recording, _) = try Self.run(recorded: true)
    let page = try HTMLReplay.render(
      recording, of: simulation, report: simulation.report(wallSeconds: 1))
    #expect(!page.contains("src=") && !page.contains("href=") && !page.contains("fetch("))
    let begin = try #require(page.range(of: "id=\"stream\">"))
    let end = try #require(page.range(of: "</script>", range: begin.upperBound..<page.endIndex))
    let data = try #require(Data(base64Encoded: String(page[begin.upperBound..<end.lowerBound])))
    #expect([UInt8](data) == recording.encoded())
    let facts = try #require(page.range(of: "id=\"facts\">"))
    let json = page[facts.upperBound...].prefix { $0 != "<" }
    let decoded = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((decoded?["robots"] as? [String])?.count == 20)
  }
}

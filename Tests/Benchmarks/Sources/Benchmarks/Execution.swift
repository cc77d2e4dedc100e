import Determinism
import FleetModel
import FleetWire
import Traffic

/// Robots going round and round on rings of their own cells and one shared lane: appends, releases
/// and reports without planning.
func trafficFigures() -> [Figure] {
  let robots = 500
  let ring = 20
  var traffic = Traffic(resourceCount: robots * ring)
  for i in 0..<robots {
    _ = traffic.join(
      RobotIndex(Int32(i)), at: Int32(i * ring), order: 1, limit: ReleaseLimit(cells: 6))
  }
  var place = [Int](repeating: 0, count: robots)
  var visited = [UInt64](repeating: 0, count: robots)
  let rounds = 400
  let seconds = Stopwatch.seconds {
    for _ in 0..<rounds {
      for i in 0..<robots {
        place[i] = (place[i] + 1) % ring
        _ = traffic.append(RobotIndex(Int32(i)), PlannedLeg(to: Int32(i * ring + place[i])))
      }
      for release in traffic.release() {
        let i = release.robot.index
        visited[i] = release.releasedThrough
        _ = traffic.acknowledged(
          release.robot, order: 1, update: release.update, through: release.releasedThrough)
        _ = traffic.visited(release.robot, order: 1, leg: visited[i])
      }
    }
  }
  return [
    Figure(
      name: "append, release, acknowledge and visit of one leg",
      value: seconds / Double(rounds * robots) * 1e6, unit: "µs")
  ]
}

func wireFigures() -> [Figure] {
  let codec = WireCodec()
  let legs = (1...8).map {
    RouteLeg(points: [Point(x: Int64($0) * 1000, y: 500)], speedLimitMillimetresPerSecond: 0)
  }
  let message = ControlMessage(
    serverEpoch: 3, sessionEpoch: 7, number: 12, committedEvent: 30,
    command: .route(
      RouteUpdate(
        order: 1, update: 4, start: Point(x: 500, y: 500), firstLeg: 9, legs: legs,
        releasedThrough: 16)))
  let bytes = codec.encode(message)
  let count = 50_000
  let encode = Stopwatch.best(of: 5) { for _ in 0..<count { _ = codec.encode(message) } }
  let decode = Stopwatch.best(of: 5) {
    for _ in 0..<count {
      do { _ = try codec.decodeControl(bytes) } catch { preconditionFailure("\(error)") }
    }
  }
  return [
    Figure(name: "encode a route of 8 legs", value: encode / Double(count) * 1e6, unit: "µs"),
    Figure(name: "decode a route of 8 legs", value: decode / Double(count) * 1e6, unit: "µs"),
  ]
}

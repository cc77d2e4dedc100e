import Determinism
import FleetCore
import FleetModel

// A second live server: one that hung for some seconds, was replaced, and does not know. It hears what
// its successor hears and goes on deciding, on a store of its own that nobody reads again. By then
// robots have heard of the other, and must obey that alone.
extension Simulation {
  /// So long it hangs.
  private static let hanging = Duration.seconds(5)

  /// The server hangs and then goes on, while another takes over on a copy of its store.
  mutating func replaceServer(for duration: Duration) {
    guard server.isUp, server.isConnected, server.stalled == nil, stale == nil else { return }
    takeDown(.world("server is replaced and goes on", robot: nil))
    stale = StaleServer(
      fleet: server.fleet, since: now + Self.hanging, until: now + Self.hanging + duration)
    server.die()
    queue.push(.serverStarts, at: now + .milliseconds(200))
  }

  /// What the replaced server says about an event that both hear.
  mutating func feedStale(_ event: FleetEvent) {
    guard let since = stale?.since, let until = stale?.until else { return }
    guard now < until, phase == .demand else { return stale = nil }
    guard now >= since else { return }
    let time = serverTime
    for effect in stale?.fleet.handle(event, now: time) ?? [] {
      switch effect {
      case .send(let id, let message):
        guard let i = numberOf[id] else { continue }
        stale?.commands += 1
        sendStale(i, codec.encode(message), .control)
      case .heartbeat(let beat):
        let bytes = codec.encode(beat)
        for i in robots.indices where robots[i].session != nil { sendStale(i, bytes, .heartbeat) }
      // Its store, its operators and its log are no longer anybody's.
      // And where it notices that it was replaced it goes on all the same: to the worst.
      case .persist, .reply, .notice, .superseded: break
      }
    }
  }

  private mutating func sendStale(_ i: Int, _ bytes: [UInt8], _ topic: RobotTopic) {
    guard server.isConnected else { return }
    let way = network.send(channel: 6 * i + topic.rawValue, .atMostOnce, now: now)
    push(way.first, i, bytes, isHeartbeat: topic == .heartbeat)
  }
}

/// A process that was replaced.
struct StaleServer {
  var fleet: Fleet
  /// Commands that it has sent to robots meanwhile.
  var commands = 0
  let since: Instant
  let until: Instant
}

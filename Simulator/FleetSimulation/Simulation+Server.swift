import Determinism
import FleetCore
import FleetModel

// The server's process and the broker as things that die and come back.
extension Simulation {
  mutating func startServer() {
    guard !server.isUp else { return }
    log(UInt64.max - 3, fingerprint("server starts"))
    let effects = server.start(robots: robots.map(\.id), now: serverTime)
    let epoch = server.epoch
    takeDown(.world("server starts, epoch \(epoch)", robot: nil), effects)
    world.serverStarted(with: server.store)
    // What is sent before there is a connection is not.
    carryOut(effects)
    connectServer()
  }

  mutating func connectServer() {
    guard server.isUp, !server.isConnected else { return }
    // A server whose store takes nothing does nothing else.
    guard server.stalled == nil, brokerIsUp, now >= serverCutUntil else {
      queue.push(.serverConnects, at: max(now + .milliseconds(500), serverCutUntil))
      return
    }
    note(of: "server connects")
    server.connect(now: now)
    handle(.transport(isUp: true))
    for i in robots.indices {
      let retained = robots[i].retained
      if let bytes = retained.connection { publish(.connection, i, bytes, isRetained: true) }
      if let bytes = retained.factsheet { publish(.factsheet, i, bytes, isRetained: true) }
    }
  }

  /// The server's connection is gone; it tries again.
  mutating func disconnectServer(for duration: Duration) {
    guard server.isConnected else { return }
    note(of: "server loses the broker")
    server.disconnect()
    handle(.transport(isUp: false))
    queue.push(.serverConnects, at: now + duration)
  }

  /// What of an event's effects happens before the crash `end`; nil: not even the transaction.
  func survivors(of effects: [FleetEffect], _ end: Fault?) -> [FleetEffect]? {
    guard let end else { return effects }
    guard end.amount >= 0 else { return nil }
    var left = end.amount
    var done: [FleetEffect] = []
    for effect in effects {
      if case .persist = effect {
        done.append(effect)
      } else if left > 0 {
        left -= 1
        done.append(effect)
      }
    }
    return done
  }

  mutating func crash(_ fault: Fault?) {
    guard let fault, server.isUp else { return }
    note(of: "server dies")
    counts[.serverCrashes, default: 0] += 1
    server.die()
    server.clockOffset += .milliseconds(fault.x)
    server.lateUntil = now + .milliseconds(fault.y)
    queue.push(.serverStarts, at: now + max(fault.lasting, .milliseconds(1)))
  }

  // MARK: Broker

  mutating func loseBroker(_ fault: Fault) {
    guard brokerIsUp else { return }
    note(of: "broker dies")
    brokerIsUp = false
    for i in robots.indices where robots[i].session != nil {
      robots[i].close(now: now)
      robots[i].robot.disconnected(now: robots[i].clock.time(now))
      scheduleWake(i)
      // They come back one after the other.
      let pause = Duration.milliseconds(300 + 4700 * ((i * 7919) % 997) / 997)
      queue.push(.connect(robot: i), at: now + fault.lasting + pause)
    }
    if fault.amount == 0 {
      for i in robots.indices { robots[i].retained = SimulatedRobot.Retained() }
    }
    // A broker that has died publishes no wills.
    for i in robots.indices { robots[i].willPublished = robots[i].sessions }
    disconnectServer(for: fault.lasting + .seconds(1))
    queue.push(.brokerStarts, at: now + fault.lasting)
  }

  mutating func startBroker() {
    note(of: "broker starts")
    brokerIsUp = true
  }

  // MARK: Store

  mutating func fillDisk(for duration: Duration) {
    guard server.isUp, server.stalled == nil else { return }
    server.stalled = []
    queue.push(.storeTakes, at: now + duration)
  }

  mutating func resumeStore() {
    guard let batch = server.stalled else { return }
    note(of: "store takes again")
    server.stalled = nil
    carryOut(batch)
    // Messages were dropped meanwhile: everybody is heard afresh.
    disconnectServer(for: .milliseconds(100))
  }

  /// Part of the run's fingerprint, as messages are.
  func fingerprint(_ text: String) -> [UInt8] { Array(text.utf8) }

  private mutating func note(of event: String) {
    log(UInt64.max - 3, fingerprint(event))
    takeDown(.world(event, robot: nil))
  }
}

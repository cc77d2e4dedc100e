import Determinism
import FleetModel
import FleetWire
import Site
import VirtualRobot

// What operators and strangers do to a fleet.
extension Simulation {
  mutating func closeZone(_ fault: Fault, _ index: Int) {
    guard let zone = zone(of: fault) else { return }
    ask(.closeZone(zone))
    queue.push(.faultEnds(index), at: now + fault.lasting)
  }

  mutating func openZone(_ fault: Fault) {
    guard let zone = zone(of: fault) else { return }
    ask(.openZone(zone))
    // The request to close it may come after this one, when it had to be repeated.
    meddled.append(.openZone(zone))
  }

  private func zone(of fault: Fault) -> ZoneID? {
    let open = site.zones.filter { !$0.closedAtStart }
    return open.isEmpty ? nil : open[fault.amount % open.count].id
  }

  /// Many tasks at once; and the latest that were asked for are asked for again, as by a client that
  /// was started anew and knows of no answer: under their keys, in new requests.
  mutating func storm(_ fault: Fault) {
    for request in desk.latest { ask(request.body) }
    for order in demand.burst(fault.amount) { submit(order, wanted: nil) }
  }

  mutating func intervene(_ fault: Fault, _ index: Int) {
    if fault.amount < 2 {
      let open = desk.open
      guard !open.isEmpty else { return }
      let task = open[fault.x % open.count]
      guard fault.amount == 1 else { return ask(.cancelTask(task)) }
      ask(.pauseTask(task))
      held[index] = .resumeTask(task)
    } else {
      let robot = robots[fault.x % robots.count].id
      switch fault.amount {
      case 2: ask(.pauseRobot(robot))
      case 3: ask(.stopRobot(robot))
      default: ask(.parkRobot(robot))
      }
      held[index] = .resumeRobot(robot)
    }
    queue.push(.faultEnds(index), at: now + fault.lasting)
  }

  mutating func endIntervention(_ index: Int) {
    guard let command = held.removeValue(forKey: index) else { return }
    ask(command)
    meddled.append(command)
  }

  /// After the faults: nothing that somebody has held up stays so, and what is gone is cleared.
  mutating func tidyUp() {
    for command in meddled { ask(command) }
    meddled = []
    for i in departed.sorted() { ask(.clearRobot(robots[i].id, confirmed: true)) }
  }

  /// Switched off and carried away.
  mutating func takeAway(_ i: Int, _ index: Int) {
    guard robots[i].robot.isStanding else {
      inject(.stop(for: .seconds(5)), i)
      return queue.push(.faultEnds(index), at: now + .seconds(4))
    }
    guard departed.insert(i).inserted else { return }
    rogues.add(i, until: now + .seconds(864_000))
    hasRested[i] = true
    world.emptied(i)
    if let session = robots[i].session {
      robots[i].close(now: now)
      queue.push(.will(robot: i, session: session), at: now + .seconds(15))
    }
    inject(.reboot, i)
    let place = Point(x: -1_000_000 * Int64(i + 1), y: -1_000_000)
    _ = robots[i].robot.placeByHand(at: place, now: robots[i].clock.time(now))
    sights.moved(i, robots[i].robot)
  }

  // MARK: Chargers

  /// A robot that begins to charge where there is no current notices soon.
  mutating func noticeDeadCharger(_ i: Int) {
    guard !deadChargers.isEmpty, robots[i].robot.action?.kind == .charge,
      deadChargers.values.contains(cell(i))
    else { return }
    queue.push(.chargingFails(robot: i), at: now + .seconds(3))
  }

  mutating func failCharging(_ i: Int) {
    guard robots[i].robot.action?.kind == .charge, deadChargers.values.contains(cell(i)) else {
      return
    }
    inject(.failAction, i)
  }

  mutating func killCharger(_ fault: Fault, _ index: Int) {
    guard !site.chargers.isEmpty else { return }
    deadChargers[index] = site.chargers[fault.amount % site.chargers.count].vertex.rawValue
    for i in robots.indices { noticeDeadCharger(i) }
    queue.push(.faultEnds(index), at: now + fault.lasting)
  }

  // MARK: Strangers

  /// Old messages of the robot come again, the newest first.
  mutating func replay(_ fault: Fault, _ i: Int) {
    for (step, message) in robots[i].recorded.suffix(fault.amount).reversed().enumerated() {
      var late = message
      late.session = nil
      late.broker = now
      queue.push(.toServer(late), at: now + .milliseconds(20 * (step + 1)))
    }
  }

  /// Messages in the robot's name that were cut off or never were any.
  mutating func talkNonsense(_ fault: Fault, _ i: Int) {
    for step in 0..<min(fault.amount, 100) {
      var bytes = robots[i].recorded.last?.bytes ?? []
      bytes = Array(bytes.prefix(bytes.count * (step % 4) / 4)) + [0xFF, 0xFF, UInt8(step)]
      let topics: [RobotTopic] = [.state, .report, .connection, .factsheet]
      queue.push(
        .toServer(
          ToServer(topic: topics[step % 4], robot: i, session: nil, broker: now, bytes: bytes)),
        at: now + .milliseconds(7 * (step + 1)))
    }
  }

  /// Messages of a robot that nobody has enrolled, on a site's topics.
  mutating func haunt(_ fault: Fault) {
    guard let id = ghostID(fault.amount) else { return }
    let like = fault.amount % robots.count
    for message in robots[like].recorded {
      guard server.hears(since: now) else { return }
      log(UInt64.max - 4, message.bytes)
      do throws(WireError) {
        switch message.topic {
        case .state: handle(.state(id, try codec.decodeState(message.bytes)))
        case .report: handle(.report(id, try codec.decodeReport(message.bytes)))
        case .connection, .factsheet, .control, .heartbeat: break
        }
      } catch {
        refuse(error)
      }
    }
  }

  private func ghostID(_ number: Int) -> RobotID? {
    do { return try RobotID("ghost-\(number)") } catch { return nil }
  }
}

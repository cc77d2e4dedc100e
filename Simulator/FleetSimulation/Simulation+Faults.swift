import Determinism
import FleetModel
import VirtualRobot

// What goes wrong, as it happens, and how it is put right.
extension Simulation {
  mutating func suffer(_ index: Int) {
    let fault = faults[index]
    takeDown(fault, isOver: false)
    if fault.kind != .serverCrashes { counts[fault.kind, default: 0] += 1 }
    if let i = fault.robot { sufferRobot(fault, i, index) } else { sufferSite(fault, index) }
  }

  private mutating func sufferRobot(_ fault: Fault, _ i: Int, _ index: Int) {
    switch fault.kind {
    case .stops: inject(.stop(for: fault.lasting), i)
    case .slowDowns: inject(.slow(permille: Int32(clamping: fault.amount), for: fault.lasting), i)
    case .emergencyStops:
      inject(.emergencyStop, i)
      queue.push(.faultEnds(index), at: now + fault.lasting)
    case .drainedBatteries:
      inject(.drain(toPermille: Int32(clamping: fault.amount)), i)
      world.batteryExchanged(i)
      queue.push(.faultEnds(index), at: now + fault.lasting)
    case .reboots: reboot(i, .reboot, for: fault.lasting)
    case .oldRoutes:
      inject(.storeRoute, i)
      queue.push(.faultEnds(index), at: now + fault.lasting)
    case .linkLosses: loseLink(i, for: fault.lasting)
    case .partitions: cut(i, fault)
    case .overruns, .strays: leaveRoad(fault, i)
    case .handMoves: carry(fault, i, index)
    case .teleoperations: takeOver(fault, i, index)
    case .departures: takeAway(i, index)
    case .mislocations, .drifts:
      loseItsPlace(fault, i)
      queue.push(.faultEnds(index), at: now + fault.lasting)
    case .failedActions: inject(.failAction, i)
    case .clockSkews:
      skewClock(i, ppm: fault.amount)
      queue.push(.faultEnds(index), at: now + fault.lasting)
    case .replays: replay(fault, i)
    case .garbage: talkNonsense(fault, i)
    case .brokerLosses, .serverCuts, .serverCrashes, .staleServers, .fullDisks, .obstacles,
      .ghosts, .zoneClosures, .deadChargers, .orderStorms, .interventions:
      break
    }
  }

  private mutating func sufferSite(_ fault: Fault, _ index: Int) {
    switch fault.kind {
    case .brokerLosses: loseBroker(fault)
    case .serverCuts:
      serverCutUntil = max(serverCutUntil, now + fault.lasting)
      disconnectServer(for: fault.lasting)
    case .serverCrashes: server.crashes.append(fault)
    case .staleServers: replaceServer(for: fault.lasting)
    case .fullDisks: fillDisk(for: fault.lasting)
    case .obstacles: obstruct(fault, index)
    case .ghosts: haunt(fault)
    case .zoneClosures: closeZone(fault, index)
    case .deadChargers: killCharger(fault, index)
    case .orderStorms: storm(fault)
    case .interventions: intervene(fault, index)
    case .stops, .slowDowns, .emergencyStops, .drainedBatteries, .reboots, .oldRoutes, .linkLosses,
      .partitions, .overruns, .strays, .handMoves, .teleoperations, .departures, .mislocations,
      .drifts, .failedActions, .clockSkews, .replays, .garbage:
      break
    }
  }

  mutating func inject(_ fault: RobotFault, _ i: Int) {
    speak(i, robots[i].robot.inject(fault, now: robots[i].clock.time(now)))
  }

  private mutating func skewClock(_ i: Int, ppm: Int) {
    speak(i, robots[i].robot.advance(to: robots[i].clock.time(now)))
    robots[i].clock.skew(ppm: ppm, now: now)
    robots[i].wake = .max
    scheduleWake(i)
  }

  private static let freshBattery: Int32 = 700

  /// Somebody puts right what does not end by itself.
  mutating func recover(_ index: Int) {
    let fault = faults[index]
    takeDown(fault, isOver: true)
    switch fault.kind {
    case .emergencyStops:
      guard let i = fault.robot else { return }
      inject(.repair, i)
      // Whoever repairs it puts a battery in where it is empty.
      world.batteryExchanged(i)
    case .drainedBatteries:
      guard let i = fault.robot else { return }
      inject(.repair, i)
      // A charged one is put in.
      inject(.drain(toPermille: Self.freshBattery), i)
      world.batteryExchanged(i)
    case .mislocations, .drifts:
      guard let i = fault.robot else { return }
      inject(.mislocate(dx: 0, dy: 0, dxPerSecond: 0, dyPerSecond: 0), i)
    case .handMoves: if let i = fault.robot { carry(fault, i, index) }
    case .teleoperations: if let i = fault.robot { giveBack(fault, i) }
    case .oldRoutes:
      guard let i = fault.robot, !departed.contains(i) else { return }
      reboot(i, .rebootWithStoredRoute, for: .milliseconds(fault.amount))
    case .departures: if let i = fault.robot { takeAway(i, index) }
    case .clockSkews: if let i = fault.robot { skewClock(i, ppm: 0) }
    case .obstacles: rogues.clear(index)
    case .zoneClosures: openZone(fault)
    case .deadChargers: deadChargers[index] = nil
    case .interventions: endIntervention(index)
    case .stops, .slowDowns, .reboots, .linkLosses, .partitions, .overruns, .strays,
      .failedActions, .replays, .garbage, .brokerLosses, .serverCuts, .serverCrashes,
      .staleServers, .fullDisks, .ghosts, .orderStorms:
      break
    }
  }

  // MARK: Links

  private mutating func reboot(_ i: Int, _ fault: RobotFault, for duration: Duration) {
    let session = robots[i].session
    robots[i].close(now: now)
    inject(fault, i)
    if !robots[i].robot.isLoaded { world.emptied(i) }
    robots[i].cutUntil = max(robots[i].cutUntil, now + duration)
    if let session { willLater(i, session) }
    queue.push(.connect(robot: i), at: now + duration)
  }

  private mutating func loseLink(_ i: Int, for duration: Duration) {
    guard let session = robots[i].session, !departed.contains(i) else { return }
    disconnect(i)
    robots[i].cutUntil = max(robots[i].cutUntil, now + duration)
    willLater(i, session)
    queue.push(.connect(robot: i), at: now + duration)
  }

  private mutating func disconnect(_ i: Int) {
    robots[i].close(now: now)
    robots[i].robot.disconnected(now: robots[i].clock.time(now))
    scheduleWake(i)
  }

  private mutating func willLater(_ i: Int, _ session: UInt64) {
    queue.push(.will(robot: i, session: session), at: now + patience)
  }

  /// A broker, or a robot, that hears nothing for so long gives the connection up.
  private var patience: Duration {
    .milliseconds(scenario.network.keepAliveMilliseconds * 3 / 2)
  }

  /// The line is broken and neither side knows.
  private mutating func cut(_ i: Int, _ fault: Fault) {
    guard let session = robots[i].session else { return }
    let end = now + fault.lasting
    if fault.amount & 1 != 0 { robots[i].silentUntil = max(robots[i].silentUntil, end) }
    if fault.amount & 2 != 0 { robots[i].deafUntil = max(robots[i].deafUntil, end) }
    robots[i].cutUntil = max(robots[i].cutUntil, end)
    guard fault.lasting > patience else { return }
    queue.push(.linkTimeout(robot: i, session: session), at: now + patience)
  }

  mutating func timeOut(_ i: Int, _ session: UInt64) {
    guard robots[i].session == session else { return }
    disconnect(i)
    publishWill(i, session)
    queue.push(.connect(robot: i), at: max(now, robots[i].cutUntil))
  }
}

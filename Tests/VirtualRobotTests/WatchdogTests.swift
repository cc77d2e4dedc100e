import Determinism
import FleetModel
import Testing

@testable import VirtualRobot

@Suite struct WatchdogTests {
  @Test func drivesToTheEndOfItsReleaseInSilenceAndHolds() {
    var rig = Rig()
    rig.heartbeat()
    rig.beats = false
    rig.send(Rig.route(row(0...8), through: 6))
    rig.run(3.5)
    #expect(!rig.robot.isStanding && !rig.robot.isHeld)
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(6, 0))
    #expect(rig.robot.isHeld && rig.states.last?.holding == true)
    // Heartbeats and releases do not move it, a confirmation does.
    rig.beats = true
    rig.run(3)
    rig.send(Rig.route(update: 2, firstLeg: 9, row(8...8), through: 8))
    rig.run(5)
    #expect(rig.robot.truePosition == Rig.point(6, 0))
    rig.send(.confirm(order: 1, update: 2))
    rig.run(5)
    #expect(rig.robot.truePosition == Rig.point(8, 0))
    #expect(rig.states.last?.holding == false)
  }

  @Test func aHeartbeatBeforeStandstillEndsTheSilence() {
    var rig = Rig()
    rig.heartbeat()
    rig.beats = false
    rig.send(Rig.route(row(0...20)))
    rig.run(5)
    rig.heartbeat()
    rig.beats = true
    rig.run(20)
    #expect(!rig.robot.isHeld)
    #expect(rig.robot.truePosition == Rig.point(20, 0))
  }

  @Test func holdsAtOnceWhenItStandsAnyway() {
    var rig = Rig()
    rig.beats = false
    rig.run(2.99)
    #expect(!rig.robot.isHeld)
    rig.run(0.02)
    #expect(rig.robot.isHeld)
    rig.heartbeat()
    #expect(rig.robot.isHeld)
    rig.send(.confirm(order: 0, update: 0))
    #expect(!rig.robot.isHeld)
  }

  @Test func refusesAConfirmationOfAnotherRoute() {
    var rig = Rig()
    rig.send(Rig.route(row(0...1)))
    rig.beats = false
    rig.run(10)
    rig.send(.confirm(order: 2, update: 1))
    #expect(rig.events.last == .refused(number: 2, reason: .unknownOrder))
    rig.send(.confirm(order: 1, update: 2))
    #expect(rig.events.last == .refused(number: 3, reason: .updateGap))
    #expect(rig.robot.isHeld)
    rig.send(.confirm(order: 1, update: 1), number: 4, epoch: 0)
    #expect(rig.robot.isHeld)
    rig.send(.confirm(order: 1, update: 1))
    #expect(!rig.robot.isHeld)
  }

  @Test func aStaleServersHeartbeatDoesNotCount() {
    var rig = Rig()
    rig.serverEpoch = 2
    rig.heartbeat()
    rig.serverEpoch = 1
    rig.run(4)
    #expect(rig.robot.isHeld)
  }

  @Test func aLostLinkIsSilence() {
    var rig = Rig()
    rig.heartbeat()
    rig.robot.disconnected(now: rig.now)
    rig.run(4)
    #expect(rig.robot.isHeld)
    rig.session = 2
    rig.said = rig.robot.connect(sessionEpoch: 2, now: rig.now)
    #expect(rig.states.last?.holding == true)
    rig.control = 0
    rig.send(.confirm(order: 0, update: 0))
    #expect(!rig.robot.isHeld)
  }
}

@Suite struct FaultTests {
  @Test func stopsForAWhileAndDrivesOn() {
    var rig = Rig()
    rig.send(Rig.route(row(0...20)))
    rig.run(4)
    rig.said += rig.robot.inject(.stop(for: .seconds(10)), now: rig.now)
    rig.run(9)
    #expect(rig.robot.isStanding && rig.robot.truePosition.x == 8500)
    #expect(rig.states.last?.errors.map(\.code) == ["obstacle"])
    rig.run(20)
    #expect(rig.robot.truePosition == Rig.point(20, 0))
  }

  @Test func slowsDownForAWhile() {
    var rig = Rig()
    rig.send(Rig.route(row(0...60)))
    rig.run(4)
    rig.said += rig.robot.inject(.slow(permille: 250, for: .seconds(10)), now: rig.now)
    rig.run(5)
    #expect(rig.robot.pose.speedMillimetresPerSecond == 500)
    rig.run(10)
    #expect(rig.robot.pose.speedMillimetresPerSecond == 2000)
  }

  @Test func anEmergencyStopNeedsARepair() {
    var rig = Rig()
    rig.send(Rig.route(row(0...20)))
    rig.run(4)
    rig.said += rig.robot.inject(.emergencyStop, now: rig.now)
    rig.run(20)
    #expect(rig.robot.isStanding && rig.robot.mode == .stopped)
    rig.send(.resume)
    rig.run(2)
    #expect(rig.robot.isStanding)
    rig.said += rig.robot.inject(.repair, now: rig.now)
    rig.run(20)
    #expect(rig.robot.truePosition == Rig.point(20, 0))
  }

  @Test func aRebootForgetsTheRouteAndTheNextOrderStartsWhereItStands() {
    var rig = Rig()
    rig.send(Rig.route(row(0...20)))
    rig.run(4.2)
    rig.said += rig.robot.inject(.reboot, now: rig.now)
    #expect(!rig.robot.isConnected)
    rig.run(5)
    #expect(rig.robot.truePosition == Point(x: 8900, y: 500))
    rig.session = 2
    rig.said = rig.robot.connect(sessionEpoch: 2, now: rig.now)
    guard case .present(_, .none, standing: true, _, _, _) = rig.events.first, rig.events.count == 1
    else {
      Issue.record("\(rig.events)")
      return
    }
    rig.control = 0
    rig.send(Rig.route(order: 2, row(8...9)))
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(9, 0))
  }

  @Test func movedByHandItDropsItsRouteAndSaysSo() {
    var rig = Rig()
    rig.send(Rig.route(row(0...4), through: 2))
    rig.run(10)
    rig.said += rig.robot.placeByHand(at: Rig.point(7, 7), now: rig.now)
    guard case .present(let place, .none, standing: true, _, _, _) = rig.events.last else {
      Issue.record("\(rig.events)")
      return
    }
    #expect(abs(place.x - 7500) <= 50 && abs(place.y - 7500) <= 50)
    #expect(rig.robot.truePosition == Rig.point(7, 7))
  }
}

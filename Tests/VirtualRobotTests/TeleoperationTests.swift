import FleetModel
import Testing

@testable import VirtualRobot

/// Driven by hand, for as long as it is told to be and no longer.
@Suite struct TeleoperationTests {
  private func slice(_ milliseconds: Int64 = 1500, lease: UInt64 = 1) throws -> ControlCommand {
    let driver = milliseconds > 0 ? try OperatorID("ann") : nil
    return .teleoperate(
      TeleoperationSlice(
        lease: lease, driver: driver, durationMilliseconds: milliseconds,
        speedLimitMillimetresPerSecond: 500))
  }

  @Test func itStandsWhenTheSliceIsOverAndGoesOnWithTheNext() throws {
    var rig = Rig()
    rig.send(try slice())
    #expect(rig.robot.mode == .teleoperated)
    rig.said += rig.robot.driveByHand(to: Rig.point(5, 0), now: rig.now)
    rig.run(4)
    let first = rig.robot.truePosition.x
    #expect(rig.robot.isStanding && first > 600 && first <= 500 + 875)
    #expect(rig.robot.mode == .teleoperated)
    rig.send(try slice())
    rig.run(4)
    #expect(rig.robot.isStanding && rig.robot.truePosition.x > first)
    #expect(rig.robot.truePosition.x <= first + 875)
  }

  @Test func itDropsItsRouteAndKeepsNothingOfTheWayAfterwards() throws {
    var rig = Rig()
    rig.send(Rig.route(row(0...2)))
    rig.run(8)
    rig.send(try slice())
    #expect(rig.robot.route == .none)
    rig.said += rig.robot.driveByHand(to: Rig.point(6, 0), now: rig.now)
    rig.run(1)
    rig.send(try slice(0))
    #expect(rig.robot.mode == .automatic)
    rig.run(4)
    let place = rig.robot.truePosition
    #expect(rig.robot.isStanding && place.x > 2500 && !rig.robot.isStraying)
    rig.said += rig.robot.driveByHand(to: Rig.point(4, 0), now: rig.now)
    rig.run(4)
    #expect(rig.robot.truePosition == place)
  }

  @Test func aDrivingOrBusyRobotRefuses() throws {
    var rig = Rig()
    rig.send(Rig.route(row(0...4)))
    rig.run(1)
    rig.said = []
    rig.send(try slice())
    #expect(rig.robot.mode == .automatic)
    #expect(rig.events.contains { if case .refused(_, .wrongMode) = $0 { true } else { false } })
  }

  @Test func aNewSessionAndANewServerEndIt() throws {
    for newServer in [false, true] {
      var rig = Rig()
      rig.send(try slice())
      rig.said += rig.robot.driveByHand(to: Rig.point(5, 0), now: rig.now)
      rig.run(1)
      if newServer {
        rig.said += rig.robot.receive(
          Heartbeat(serverEpoch: 2, number: 1, timeMicroseconds: 0), now: rig.now)
      } else {
        rig.robot.disconnected(now: rig.now)
        rig.said += rig.robot.connect(sessionEpoch: 2, now: rig.now)
      }
      #expect(rig.robot.mode == .automatic)
      rig.run(3)
      #expect(rig.robot.isStanding && rig.robot.truePosition.x < 1600)
    }
  }
}

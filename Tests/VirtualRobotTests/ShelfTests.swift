import FleetModel
import Testing

@testable import VirtualRobot

/// A robot that comes back with an older route finds itself on it, or has nothing to drive.
@Suite struct ShelfTests {
  /// Drives `row(0...6)`; puts its route away after leg 2 and is switched on again when it stands
  /// after leg `end`.
  private func relapsed(after end: UInt64) -> Rig {
    var rig = Rig()
    rig.send(Rig.route(row(0...6), through: 2))
    rig.run(1)
    rig.said += rig.robot.inject(.storeRoute, now: rig.now)
    rig.run(8)
    rig.send(Rig.route(update: 2, firstLeg: 7, [(6, 0)], through: end))
    rig.run(20)
    rig.said += rig.robot.inject(.rebootWithStoredRoute, now: rig.now)
    rig.run(2)
    rig.said = rig.robot.connect(sessionEpoch: 2, now: rig.now)
    return rig
  }

  @Test func onItItGoesOnFromWhereItStands() {
    let rig = relapsed(after: 5)
    #expect(rig.robot.truePosition == Rig.point(5, 0))
    #expect(rig.robot.route == RoutePosition(order: 1, update: 1, visited: 5, through: 5))
    #expect(rig.robot.isHeld && rig.robot.isStanding)
  }

  @Test func elsewhereNothingLiesAhead() {
    var rig = relapsed(after: 4)
    rig.said += rig.robot.placeByHand(at: Rig.point(3, 4), now: rig.now)
    rig.said += rig.robot.inject(.rebootWithStoredRoute, now: rig.now)
    rig.run(1)
    rig.said += rig.robot.connect(sessionEpoch: 3, now: rig.now)
    let route = rig.robot.route
    #expect(route.order == 1 && route.update == 1 && route.visited == route.through)
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(3, 4))
  }

  @Test func itMovesOnlyWhenItsRouteIsConfirmed() {
    var rig = Rig()
    rig.send(Rig.route(row(0...6)))
    rig.said += rig.robot.inject(.storeRoute, now: rig.now)
    rig.run(3)
    rig.said += rig.robot.inject(.rebootWithStoredRoute, now: rig.now)
    rig.run(4)
    let place = rig.robot.truePosition
    rig.said += rig.robot.connect(sessionEpoch: 2, now: rig.now)
    rig.run(10)
    #expect(rig.robot.truePosition == place && rig.robot.isHeld)
    rig.session = 2
    rig.control = 0
    rig.send(.confirm(order: 1, update: 1))
    rig.run(20)
    #expect(rig.robot.truePosition == Rig.point(6, 0))
  }
}

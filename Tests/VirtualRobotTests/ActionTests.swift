import Determinism
import FleetModel
import Testing

@testable import VirtualRobot

@Suite struct ActionTests {
  private func act(
    _ rig: inout Rig, _ kind: ActionKind, id: UInt64 = 1, milliseconds: Int64 = 0
  ) {
    rig.send(.action(RobotAction(id: id, kind: kind, durationMilliseconds: milliseconds)))
  }

  @Test func dwellsForItsTime() {
    var rig = Rig()
    act(&rig, .dwell, milliseconds: 3000)
    #expect(rig.events.last == .actionStarted(action: 1))
    rig.run(2.99)
    #expect(rig.events.last == .actionStarted(action: 1))
    rig.run(0.02)
    #expect(rig.events.last == .actionEnded(action: 1, result: .succeeded))
  }

  @Test func loadsAndUnloads() {
    var rig = Rig()
    act(&rig, .load)
    rig.run(5.1)
    #expect(rig.robot.isLoaded && rig.states.last?.loaded == true)
    act(&rig, .unload, id: 2, milliseconds: 1000)
    rig.run(1.1)
    #expect(!rig.robot.isLoaded)
  }

  @Test func actsOnlyAtStandstillAndThenDrivesOn() {
    var rig = Rig()
    rig.send(Rig.route(row(0...4), through: 2))
    rig.run(0.5)
    act(&rig, .inspect, milliseconds: 4000)
    #expect(!rig.events.contains(.actionStarted(action: 1)))
    rig.run(4)
    #expect(rig.events.last == .actionStarted(action: 1))
    rig.send(Rig.route(update: 2, firstLeg: 5, row(4...4), through: 4))
    rig.run(1)
    #expect(rig.robot.truePosition == Rig.point(2, 0))
    rig.run(10)
    #expect(rig.robot.truePosition == Rig.point(4, 0))
  }

  @Test func handsOverWhenUnlocked() {
    var rig = Rig()
    act(&rig, .load, milliseconds: 100)
    rig.run(1)
    act(&rig, .handOver, id: 2)
    rig.run(100)
    #expect(rig.events.last == .actionStarted(action: 2))
    rig.send(.unlock(action: 2))
    #expect(rig.events.last == .actionEnded(action: 2, result: .succeeded))
    #expect(!rig.robot.isLoaded)
  }

  @Test func handOverFailsWhenNobodyComes() {
    var rig = Rig()
    act(&rig, .handOver, milliseconds: 5000)
    rig.run(5.1)
    guard case .actionEnded(1, .failed) = rig.events.last else {
      Issue.record("\(rig.events)")
      return
    }
  }

  @Test func cancelsWhatIsUnderWayQueuedOrUnknown() {
    var rig = Rig()
    act(&rig, .dwell)
    act(&rig, .load, id: 2)
    rig.send(.cancelAction(action: 2))
    #expect(rig.events.last == .actionEnded(action: 2, result: .cancelled))
    rig.send(.cancelAction(action: 1))
    #expect(rig.events.last == .actionEnded(action: 1, result: .cancelled))
    rig.send(.cancelAction(action: 9))
    #expect(rig.events.last == .actionEnded(action: 9, result: .cancelled))
    rig.run(10)
    #expect(!rig.robot.isLoaded && rig.robot.action == nil)
  }

  @Test func answersARepeatedActionAndDoesItOnce() {
    var rig = Rig()
    act(&rig, .dwell, milliseconds: 1000)
    rig.run(2)
    act(&rig, .dwell, milliseconds: 1000)
    #expect(
      rig.events.suffix(2)
        == Array(repeating: .actionEnded(action: 1, result: .succeeded), count: 2))
  }

  @Test func turnsTheBrushOnWhereThereIsOne() {
    var vehicle = Rig.courier
    vehicle.sweepWidthMillimetres = 900
    var sweeper = Rig(vehicle: vehicle)
    act(&sweeper, .brushOn)
    #expect(sweeper.robot.isBrushing)
    act(&sweeper, .brushOff, id: 2)
    #expect(!sweeper.robot.isBrushing)
    #expect(sweeper.events.last == .actionEnded(action: 2, result: .succeeded))

    var courier = Rig()
    act(&courier, .brushOn)
    #expect(courier.events.last == .refused(number: 1, reason: .notSupported))
  }

  // MARK: Battery

  @Test func chargesUntilFull() {
    var rig = Rig(energy: 500)
    act(&rig, .charge)
    // 500 Wh at 480 W net.
    rig.run(3740, step: 1)
    #expect(rig.states.last?.charging == true)
    rig.run(20, step: 1)
    #expect(rig.events.last == .actionEnded(action: 1, result: .succeeded))
    #expect(rig.robot.energyPermille >= 999)
    #expect(rig.states.last?.charging == false)
  }

  @Test func chargingCanBeCancelled() {
    var rig = Rig(energy: 500)
    act(&rig, .charge)
    rig.run(1875, step: 1)
    rig.send(.cancelAction(action: 1))
    #expect(rig.events.last == .actionEnded(action: 1, result: .cancelled))
    #expect((748...751).contains(rig.robot.energyPermille))
  }

  @Test func drivingDrainsTheBattery() {
    var rig = Rig()
    rig.send(Rig.route(row(0...100)))
    while !rig.robot.isStanding { rig.run(1) }
    // 0.1 km of 20 Wh/km, and 52 s of 20 W: 2.3 Wh of 1 kWh.
    rig.run(6)
    #expect(rig.robot.energyPermille == 997)
  }

  @Test func anEmptyBatteryStopsIt() {
    var rig = Rig()
    rig.send(Rig.route(row(0...100)))
    rig.run(10)
    rig.said += rig.robot.inject(.drain(toPermille: 0), now: rig.now)
    rig.run(10)
    #expect(rig.robot.isStanding && rig.robot.mode == .fault)
    #expect(
      rig.events.contains(.incident(kind: .batteryEmpty, text: "the battery is empty")))
    #expect(rig.states.last?.mode == .fault)
    rig.said += rig.robot.inject(.repair, now: rig.now)
    rig.run(100)
    #expect(rig.robot.truePosition == Rig.point(100, 0))
  }
}

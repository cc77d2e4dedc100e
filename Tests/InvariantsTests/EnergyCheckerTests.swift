import Determinism
import FleetModel
import Testing

@testable import Invariants

private func look(
  _ content: Double, drives: Bool = false, charges: Bool = false, at cell: Int32 = 0
) -> EnergyChecker.Look {
  EnergyChecker.Look(
    milliwattHours: content, isDriving: drives, isCharging: charges, cell: cell)
}

private let a = RobotIndex(0)
private let b = RobotIndex(1)

@Suite struct EnergyCheckerTests {
  private var checker = EnergyChecker(robots: 2, chargers: [7, 8])

  private mutating func check(_ second: Int, _ looks: EnergyChecker.Look...) -> [Violation] {
    checker.check(looks, now: .zero + .seconds(second))
  }

  @Test mutating func drivingChargingAndStandingAreFine() {
    #expect(check(0, look(100, drives: true), look(50, charges: true, at: 7)).isEmpty)
    #expect(check(1, look(99, drives: true), look(60, charges: true, at: 7)).isEmpty)
    #expect(check(2, look(99), look(61)).isEmpty)
  }

  @Test mutating func batteryThatFillsByItselfIsTold() {
    _ = check(0, look(100), look(50))
    #expect(check(1, look(100), look(51)) == [.chargedFromNothing(b)])
  }

  @Test mutating func exchangedBatteryIsNoneThatFills() {
    _ = check(0, look(100), look(50))
    checker.exchanged(b)
    #expect(check(1, look(100), look(80)).isEmpty)
  }

  @Test mutating func chargingOnTheRoadIsTold() {
    #expect(check(0, look(10, charges: true, at: 3), look(9)) == [.chargesElsewhere(a)])
  }

  @Test mutating func oneChargerForTwoIsTold() {
    #expect(
      check(0, look(10, charges: true, at: 8), look(9, charges: true, at: 8))
        == [.chargerShared(a, b)])
  }

  @Test mutating func drivingEmptyIsToldWhenThereWasTimeToBrake() {
    #expect(check(0, look(0, drives: true), look(9)).isEmpty)
    #expect(check(30, look(0, drives: true), look(9)).isEmpty)
    #expect(check(31, look(0, drives: true), look(9)) == [.drivesEmpty(a)])
    #expect(check(32, look(0), look(9)).isEmpty)
    #expect(check(70, look(0, drives: true), look(9)).isEmpty)
  }
}

@Suite struct ZoneCheckerTests {
  private var checker = ZoneChecker(
    robots: 2,
    zones: [
      ZoneChecker.Zone(cells: [1, 2], isExclusive: true),
      ZoneChecker.Zone(cells: [5, 6], isExclusive: false),
    ], noStop: [1, 2, 3])

  private func at(_ cell: Int32, rests: Bool = false, excused: Bool = false) -> ZoneChecker.Look {
    ZoneChecker.Look(cell: cell, rests: rests, isExcused: excused)
  }

  @Test mutating func oneInAZoneForOneIsFine() {
    #expect(checker.check([at(1), at(3)]).isEmpty)
    #expect(checker.check([at(5), at(6)]).isEmpty)
  }

  @Test mutating func twoInAZoneForOneAreToldOnce() {
    #expect(checker.check([at(1), at(2)]) == [.exclusiveShared(a, b)])
    #expect(checker.check([at(1), at(2)]).isEmpty)
    #expect(checker.check([at(1), at(3)]).isEmpty)
    #expect(checker.check([at(2), at(1)]) == [.exclusiveShared(a, b)])
  }

  @Test mutating func robotsThatStrayedAreNotCounted() {
    #expect(checker.check([at(1), at(2, excused: true)]).isEmpty)
  }

  @Test mutating func restWhereNobodyMayStopIsToldOnceItLasts() {
    #expect(checker.check([at(3, rests: true), at(5, rests: true)]).isEmpty)
    #expect(checker.check([at(3, rests: true), at(5)]).isEmpty)
    #expect(checker.check([at(3, rests: true), at(5)]) == [.restsInNoStop(a)])
    #expect(checker.check([at(3, rests: true), at(5)]).isEmpty)
  }
}

import FleetModel

/// Whether a battery lasts.
public struct EnergyBudget: Sendable, Equatable {
  private let model: EnergyModel
  private let cellMillimetres: Int64
  private let speedMillimetresPerSecond: Int64

  public init(model: EnergyModel, cellMillimetres: Int32, speedMillimetresPerSecond: Int32) {
    precondition(speedMillimetresPerSecond > 0, "a speed of \(speedMillimetresPerSecond) mm/s")
    self.model = model
    self.cellMillimetres = Int64(cellMillimetres)
    self.speedMillimetresPerSecond = Int64(speedMillimetresPerSecond)
  }

  /// Time to drive `cells` at cruise speed.
  public func milliseconds(cells: Int64) -> Int64 {
    cells * cellMillimetres * 1000 / speedMillimetresPerSecond
  }

  /// What driving `cells` and standing takes, in microwatt-hours; `Int64.max` if beyond counting.
  public func microwattHours(cells: Int64, standingMilliseconds: Int64) -> Int64 {
    let (driving, isTooFar) = (cells * cellMillimetres / 1000).multipliedReportingOverflow(
      by: model.drivingMilliwattHoursPerKilometre)
    let seconds = (milliseconds(cells: cells) + standingMilliseconds) / 1000
    let (standing, isTooLong) = seconds.multipliedReportingOverflow(by: model.standingMilliwatts)
    let (sum, isTooMuch) = driving.addingReportingOverflow(standing / 36 * 10)
    return isTooFar || isTooLong || isTooMuch ? .max : sum
  }

  /// What a battery at `permille` holds beyond a reserve, in microwatt-hours.
  public func microwattHours(atPermille permille: Int32, reservePermille: Int32) -> Int64 {
    model.capacityMilliwattHours * Int64(permille - reservePermille)
  }
}

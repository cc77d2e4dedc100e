import FleetModel

/// A battery's content, brought up to date from the odometer whenever it is asked.
struct Battery: Sendable {
  private let model: EnergyModel
  /// Milliwatt hours.
  private(set) var content: Double
  private var accountedAt: Int64
  private var accountedDriven = 0.0
  var isCharging = false

  init(_ model: EnergyModel, permille: Int32, now: Int64) {
    self.model = model
    content = Double(model.capacityMilliwattHours) * Double(permille) / 1000
    accountedAt = now
  }

  var capacity: Double { Double(model.capacityMilliwattHours) }
  var isEmpty: Bool { content <= 0 }
  /// Within a millionth.
  var isFull: Bool { content >= capacity * 0.999_999 }
  var permille: Int32 { Int32((content / max(1, capacity) * 1000).rounded(.down)) }

  /// Microseconds until it is full while charging; nil when it never will be.
  var timeToFull: Int64? {
    let net = Double(model.chargingMilliwatts - model.standingMilliwatts)
    guard net > 0 else { return nil }
    return Int64(((capacity - content) / net * 3600e6).rounded(.up))
  }

  /// Takes off what was drawn, adds what was charged since the last time.
  mutating func account(now: Int64, driven: Double) {
    let hours = Double(now - accountedAt) / 3600e6
    let metres = (driven - accountedDriven) / 1000
    accountedAt = now
    accountedDriven = driven
    let gain = isCharging ? model.chargingMilliwatts : 0
    let drain = metres / 1000 * Double(model.drivingMilliwattHoursPerKilometre)
    let change = Double(gain - model.standingMilliwatts) * hours - drain
    content = max(0, min(capacity, content + change))
  }

  mutating func set(permille: Int32) { content = capacity * Double(permille) / 1000 }

  /// Starts the account here without a change.
  mutating func begin(now: Int64) { accountedAt = now }
}

/// What a site says of a kind of vehicle: where it may go follows from its name, how far road is
/// released to it from its speed and brakes.
public struct VehicleClass: Sendable, Hashable, Codable {
  public var id: ClassID
  /// Outline, localisation and tracking error not included.
  public var lengthMillimetres: Int32
  public var widthMillimetres: Int32
  /// Localisation plus tracking error to each side.
  public var errorMillimetres: Int32
  /// Cruise speed; more than 0, at most 15,000 (low-speed vehicles).
  public var speedMillimetresPerSecond: Int32
  public var accelerationMillimetresPerSecond2: Int32
  public var brakingMillimetresPerSecond2: Int32
  /// Time for a quarter turn on the spot; 0 where the vehicle needs none.
  public var quarterTurnMilliseconds: Int32
  /// Width that its brush sweeps; 0 where it does not sweep.
  public var sweepWidthMillimetres: Int32
  public var payloadGrams: Int32
  public var energy: EnergyModel
  public var skills: SkillSet

  public init(
    id: ClassID, lengthMillimetres: Int32, widthMillimetres: Int32, errorMillimetres: Int32,
    speedMillimetresPerSecond: Int32, accelerationMillimetresPerSecond2: Int32,
    brakingMillimetresPerSecond2: Int32, quarterTurnMilliseconds: Int32,
    sweepWidthMillimetres: Int32, payloadGrams: Int32, energy: EnergyModel, skills: SkillSet
  ) {
    self.id = id
    self.lengthMillimetres = lengthMillimetres
    self.widthMillimetres = widthMillimetres
    self.errorMillimetres = errorMillimetres
    self.speedMillimetresPerSecond = speedMillimetresPerSecond
    self.accelerationMillimetresPerSecond2 = accelerationMillimetresPerSecond2
    self.brakingMillimetresPerSecond2 = brakingMillimetresPerSecond2
    self.quarterTurnMilliseconds = quarterTurnMilliseconds
    self.sweepWidthMillimetres = sweepWidthMillimetres
    self.payloadGrams = payloadGrams
    self.energy = energy
    self.skills = skills
  }
}

/// A battery and what drains it.
public struct EnergyModel: Sendable, Hashable, Codable {
  /// Usable capacity; more than 0.
  public var capacityMilliwattHours: Int64
  /// Driving, above the standing draw.
  public var drivingMilliwattHoursPerKilometre: Int64
  /// Drawn all the time.
  public var standingMilliwatts: Int64
  /// Taken up at a charger.
  public var chargingMilliwatts: Int64

  public init(
    capacityMilliwattHours: Int64, drivingMilliwattHoursPerKilometre: Int64,
    standingMilliwatts: Int64, chargingMilliwatts: Int64
  ) {
    self.capacityMilliwattHours = capacityMilliwattHours
    self.drivingMilliwattHoursPerKilometre = drivingMilliwattHoursPerKilometre
    self.standingMilliwatts = standingMilliwatts
    self.chargingMilliwatts = chargingMilliwatts
  }
}

/// What a vehicle can do, one bit a skill. The names are the ones of files and the wire.
public struct SkillSet: OptionSet, Sendable, Hashable, Codable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Carries parcels between stations.
  public static let deliver = SkillSet(rawValue: 1)
  /// Tours checkpoints.
  public static let patrol = SkillSet(rawValue: 2)
  /// Sweeps areas.
  public static let sweep = SkillSet(rawValue: 4)

  /// Names and bits, in bit order.
  public static let named: [(name: String, skill: SkillSet)] = [
    ("deliver", .deliver), ("patrol", .patrol), ("sweep", .sweep),
  ]

  public var names: [String] { Self.named.filter { contains($0.skill) }.map(\.name) }
}

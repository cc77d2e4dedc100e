import Determinism

/// Something that goes wrong, as a plain value.
public struct Fault: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// The robot brakes and stands.
    case stop(for: Duration)
    /// The robot's connection is gone.
    case linkLoss(for: Duration)
  }

  /// Since the start of the run.
  public var after: Duration
  /// Position in the fleet.
  public var robot: Int
  public var kind: Kind

  public init(after: Duration, robot: Int, kind: Kind) {
    self.after = after
    self.robot = robot
    self.kind = kind
  }
}

/// All faults of a run, drawn before it begins: each kind and robot from its own stream, so that
/// another rate of one moves none of the others.
enum FaultPlan {
  /// Sorted by time. Nothing lasts longer than `duration`: then all is well.
  static func draw(
    _ rates: Scenario.FaultRates, robots: Int, duration: Duration, seed: Seed
  ) -> [Fault] {
    var faults: [Fault] = []
    if let rate = rates.stops {
      faults += draw(rate, robots, duration, seed.derive("stops")) { .stop(for: $0) }
    }
    if let rate = rates.linkLosses {
      faults += draw(rate, robots, duration, seed.derive("link losses")) { .linkLoss(for: $0) }
    }
    let order = faults.indices.sorted {
      let (a, b) = (faults[$0], faults[$1])
      return a.after != b.after ? a.after < b.after : $0 < $1
    }
    return order.map { faults[$0] }
  }

  private static func draw(
    _ rate: Scenario.FaultRates.Rate, _ robots: Int, _ duration: Duration, _ seed: Seed,
    _ kind: (Duration) -> Fault.Kind
  ) -> [Fault] {
    guard rate.perRobotHour > 0 else { return [] }
    let end = duration.wholeMicroseconds
    var faults: [Fault] = []
    for robot in 0..<robots {
      var random = seed.derive("robot", robot).generator()
      var time: Int64 = 0
      while true {
        time += pause(perHour: rate.perRobotHour, using: &random)
        let lasting = Int64(random.next(in: rate.milliseconds)) * 1000
        guard time < end else { break }
        faults.append(
          Fault(
            after: .microseconds(time), robot: robot,
            kind: kind(.microseconds(min(lasting, end - time)))))
        time += lasting
      }
    }
    return faults
  }

  /// Microseconds to the next event of a Poisson process.
  static func pause(perHour: Double, using random: inout SeededGenerator) -> Int64 {
    // -ln(u) by halving: exact on every machine, no C library.
    let mean = 3600e6 / perHour
    return Int64(min(1e15, mean * minusLogarithm(1 - random.nextUnit())))
  }

  /// -ln(u), 0 < u <= 1, by the series of 2 artanh((1 - m) / (1 + m)) on the mantissa m.
  static func minusLogarithm(_ u: Double) -> Double {
    let m = u.significand
    let t = (m - 1) / (m + 1)
    var sum = 0.0
    var power = t
    for n in stride(from: 1.0, through: 41, by: 2) {
      sum += power / n
      power *= t * t
    }
    return -(2 * sum + Double(u.exponent) * 0.693_147_180_559_945_3)
  }
}

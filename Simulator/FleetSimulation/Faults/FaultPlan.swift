import Determinism

/// All faults of a run, drawn before it begins: each kind and robot from its own stream, so that
/// another rate of one, or a kind that is new, moves none of the others.
enum FaultPlan {
  /// Sorted by time. Nothing lasts longer than `duration`: then all is well.
  static func draw(
    _ wanted: Scenario.Faults, robots: Int, duration: Duration, seed: Seed
  ) -> [Fault] {
    var faults = wanted.list
    for kind in FaultKind.allCases {
      guard let rate = rate(of: kind, wanted, seed) else { continue }
      let stream = seed.derive(kind.rawValue)
      if kind.isOfRobots {
        for robot in 0..<robots {
          faults += draw(kind, rate, robot, duration, stream.derive("robot", robot))
        }
      } else {
        faults += draw(kind, rate, nil, duration, stream)
      }
    }
    let order = faults.indices.sorted {
      let (a, b) = (faults[$0], faults[$1])
      return a.after != b.after ? a.after < b.after : $0 < $1
    }
    return order.map { faults[$0] }
  }

  /// The rate that was asked for; else, under chaos, one of half of the kinds.
  private static func rate(
    of kind: FaultKind, _ wanted: Scenario.Faults, _ seed: Seed
  ) -> Scenario.Faults.Rate? {
    if let rate = wanted.rates[kind] { return rate }
    guard wanted.chaos > 0 else { return nil }
    var random = seed.derive("subset").derive(kind.rawValue).generator()
    let isOn = random.chance(0.5)
    let chaos = kind.chaos
    let perHour = between(chaos.rate, random.nextUnit()) * wanted.chaos
    return isOn ? Scenario.Faults.Rate(perHour: perHour, milliseconds: chaos.milliseconds) : nil
  }

  /// Small rates as often as large ones: halving again and again is exact on every machine.
  private static func between(_ range: ClosedRange<Double>, _ unit: Double) -> Double {
    let steps = 6.0
    var value = range.upperBound
    var share = unit * steps
    let factor = range.lowerBound / range.upperBound
    // factor^(share/steps) by linear pieces of its sixth root's powers.
    let root = sixthRoot(factor)
    while share >= 1 {
      value *= root
      share -= 1
    }
    return value * (1 - share + share * root)
  }

  private static func sixthRoot(_ value: Double) -> Double {
    var guess = 1.0
    // Newton; converges from above for values in 0 ..< 1.
    for _ in 0..<60 {
      let fifth = guess * guess * guess * guess * guess
      guess -= (fifth * guess - value) / (6 * fifth)
    }
    return guess
  }

  private static func draw(
    _ kind: FaultKind, _ rate: Scenario.Faults.Rate, _ robot: Int?, _ duration: Duration,
    _ seed: Seed
  ) -> [Fault] {
    guard rate.perHour > 0 else { return [] }
    let end = duration.wholeMicroseconds
    var faults: [Fault] = []
    var random = seed.generator()
    var time: Int64 = 0
    while true {
      time += pause(perHour: rate.perHour, using: &random)
      let lasting = Int64(random.next(in: rate.milliseconds)) * 1000
      guard time < end else { break }
      var fault = Fault(
        after: .microseconds(time), kind, robot: robot,
        lasting: .microseconds(min(lasting, end - time)))
      detail(&fault, using: &random)
      faults.append(fault)
      time += lasting
    }
    return faults
  }

  /// What else a fault of its kind needs to be told.
  private static func detail(_ fault: inout Fault, using random: inout SeededGenerator) {
    switch fault.kind {
    case .stops, .emergencyStops, .reboots, .departures, .linkLosses, .serverCuts,
      .failedActions, .fullDisks, .staleServers:
      break
    case .oldRoutes: fault.amount = random.next(in: 500...20_000)
    case .clockSkews: fault.amount = random.next(in: -2000...2000)
    case .overruns: fault.amount = random.next(in: 300...5000)
    case .strays: (fault.x, fault.y) = place(within: 3000, using: &random)
    case .handMoves, .teleoperations:
      fault.amount = random.next(in: 0...1_000_000)
      if random.chance(0.5) { (fault.x, fault.y) = place(within: 900, using: &random) }
    case .mislocations: (fault.x, fault.y) = place(within: 8000, using: &random)
    case .drifts: (fault.x, fault.y) = place(within: 400, using: &random)
    case .replays, .garbage: fault.amount = random.next(in: 1...20)
    case .obstacles, .zoneClosures, .deadChargers, .ghosts:
      fault.amount = random.next(in: 0...1_000_000)
    case .orderStorms: fault.amount = random.next(in: 2...12)
    case .interventions:
      fault.amount = random.next(in: 0...4)
      fault.x = random.next(in: 0...1_000_000)
    case .slowDowns: fault.amount = random.next(in: 50...600)
    case .drainedBatteries: fault.amount = random.chance(0.5) ? 0 : random.next(in: 0...150)
    case .partitions: fault.amount = random.next(in: 1...3)
    case .brokerLosses: fault.amount = random.next(in: 0...1)
    case .serverCrashes:
      fault.amount = random.next(in: -1...4)
      let step = random.next(in: -3_600_000...3_600_000)
      fault.x = random.chance(0.3) ? step : 0
      fault.y = random.chance(0.5) ? random.next(in: 0...20_000) : 0
    }
  }

  private static func place(
    within reach: Int, using random: inout SeededGenerator
  ) -> (x: Int, y: Int) {
    (random.next(in: -reach...reach), random.next(in: -reach...reach))
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

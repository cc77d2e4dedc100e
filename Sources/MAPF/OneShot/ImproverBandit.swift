import Determinism

/// Chooses among ways of improving so that each has a share of the work that follows what it has
/// lately gained for its work. Poor ones keep a small share, since what pays changes as the plan
/// gets better.
struct ImproverBandit {
  /// What a way has done since the start.
  struct Record {
    var attempts = 0
    var gain = 0
    var work = 0
  }

  private(set) var attempts = 0
  private(set) var records: [Record]
  /// Gain and work of late: sums that fade with each attempt.
  private var lateGain: [Double]
  private var lateWork: [Double]

  init(count: Int) {
    records = Array(repeating: Record(), count: count)
    lateGain = Array(repeating: 1, count: count)
    lateWork = Array(repeating: 1000, count: count)
  }

  /// The chance of a way is its gain for the work, divided by the work of an attempt.
  func pick(using rng: inout SeededGenerator) -> Int {
    var best = 0.0
    for i in records.indices { best = max(best, lateGain[i] / lateWork[i]) }
    func weight(_ i: Int) -> Double {
      let rate = max(lateGain[i] / lateWork[i], Self.floor * best)
      return rate * rate / lateWork[i]
    }
    var sum = 0.0
    for i in records.indices { sum += weight(i) }
    var left = rng.nextUnit() * sum
    for i in records.indices {
      left -= weight(i)
      if left < 0 { return i }
    }
    return records.count - 1
  }

  mutating func reward(_ i: Int, gain: Int, work: Int) {
    attempts += 1
    records[i].attempts += 1
    records[i].gain += gain
    records[i].work += work
    lateGain[i] += Self.fading * (Double(gain) - lateGain[i])
    lateWork[i] += Self.fading * (Double(work) - lateWork[i])
  }

  /// The least rate that a way is credited with, as a share of the best.
  private static let floor = 0.05
  private static let fading = 0.005
}

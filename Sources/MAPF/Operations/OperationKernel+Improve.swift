import Determinism

// Improvement by large-neighbourhood search: chains of pushes that do not make things worse.

extension OperationKernel {
  mutating func improve(
    agents n: Int, until end: Int, isOver: (@Sendable () -> Bool)?, random: inout UInt64
  ) {
    guard n > 0 else { return }
    var rounds = 0
    while tried < end {
      if rounds & 63 == 0, let isOver, isOver() { return }
      rounds += 1
      tried += 1
      stamp &+= 1
      var r = -1
      var most: Int64 = 0
      for _ in 0..<tuning.tournament {
        let a = Int(order[Int(Self.next(&random, below: UInt32(n)))])
        list(a)
        let hope = Int64(weight[a]) * Int64(cost(a) - operation(a, 0)[0])
        if hope > most {
          most = hope
          r = a
        }
      }
      if r < 0 { continue }
      if current[r] == 0 { continue }
      var allowance: Int64 = 0
      if tuning.theta > 0 {
        let u = Double(Self.next(&random, below: 1 << 20) + 1) / Double(1 << 20)
        allowance = Int64(-tuning.theta * Self.logarithm(u) * Double(Self.scale))
      }
      if push(r, bounded: true, allowance: allowance, limit: min(tuning.chainLimit, end - tried)) {
        improvements += 1
      }
    }
  }

  static func logarithm(_ x: Double) -> Double {
    // Series of atanh after taking out the exponent: good to 1e-6, and the same everywhere.
    let e = Double(x.exponent)
    let m = x.significand
    let y = (m - 1) / (m + 1)
    let q = y * y
    return e * 0.6931471805599453 + 2 * y * (1 + q * (1 / 3.0 + q * (0.2 + q * (1 / 7.0 + q / 9))))
  }

  @inline(__always) static func next(_ state: inout UInt64, below bound: UInt32) -> UInt32 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt32(truncatingIfNeeded: ((state >> 32) &* UInt64(bound)) >> 32)
  }
}

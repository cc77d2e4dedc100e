/// The root of a run's chance: every component derives its own stream by name, so a new draw in
/// one place moves nothing elsewhere.
public struct Seed: Hashable, Sendable, Codable {
  public let rawValue: UInt64

  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// The seed of the component `name` (FNV-1a of the name, mixed with this seed by SplitMix64).
  public func derive(_ name: String) -> Seed {
    var hash = StableHash()
    hash.combine(rawValue)
    for byte in name.utf8 { hash.combine(byte: byte) }
    return Seed(SplitMix64.mix(hash.value))
  }

  /// The seed of the `index`-th of several like components.
  public func derive(_ name: String, _ index: Int) -> Seed {
    Seed(SplitMix64.mix(derive(name).rawValue &+ UInt64(bitPattern: Int64(index))))
  }

  /// A fresh generator at the start of this seed's stream.
  public func generator() -> SeededGenerator { SeededGenerator(self) }
}

enum SplitMix64 {
  /// The SplitMix64 finaliser (Steele, Lea, Flood 2014).
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}

/// xoshiro256** (Blackman, Vigna 2018), seeded through SplitMix64. Its output is fixed by test
/// vectors: a recorded run must replay with any later build.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var s: (UInt64, UInt64, UInt64, UInt64)

  public init(_ seed: Seed) {
    let first = SplitMix64.mix(seed.rawValue)
    let second = SplitMix64.mix(first)
    let third = SplitMix64.mix(second)
    s = (first, second, third, SplitMix64.mix(third))
  }

  public mutating func next() -> UInt64 {
    let x = s.1 &* 5
    let result = ((x &<< 7) | (x &>> 57)) &* 9
    let t = s.1 &<< 17
    s.2 ^= s.0
    s.3 ^= s.1
    s.1 ^= s.2
    s.0 ^= s.3
    s.2 ^= t
    s.3 = (s.3 &<< 45) | (s.3 &>> 19)
    return result
  }

  /// A uniform integer in `0..<bound` (Lemire 2019, with rejection: exact).
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "bound \(bound) is not positive")
    let n = UInt64(bound)
    var (high, low) = next().multipliedFullWidth(by: n)
    if low < n {
      let threshold = (0 &- n) % n
      while low < threshold { (high, low) = next().multipliedFullWidth(by: n) }
    }
    return Int(high)
  }

  /// A uniform integer in `range`.
  public mutating func next(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + next(below: range.upperBound - range.lowerBound + 1)
  }

  /// A uniform number in `0..<1` with 53 bits.
  public mutating func nextUnit() -> Double { Double(next() &>> 11) * 0x1p-53 }

  /// True with probability `probability`.
  public mutating func chance(_ probability: Double) -> Bool { nextUnit() < probability }

  /// Fisher-Yates, in an order fixed by this generator alone.
  /// - Complexity: O(n)
  public mutating func shuffle<T>(_ values: inout [T]) {
    var i = values.count - 1
    while i > 0 {
      values.swapAt(i, next(below: i + 1))
      i -= 1
    }
  }
}

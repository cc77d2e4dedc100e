import Testing

@testable import Determinism

@Suite struct SeedTests {
  @Test func splitMixFollowsItsReference() {
    // The stream of the reference implementation from 1234567.
    let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    let stream = (0..<3).map { SplitMix64.mix(1_234_567 &+ UInt64($0) &* step) }
    #expect(
      stream == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test(
    arguments: [
      (0, [0x1A70_A846_BD9C_C2A9, 0x6A0E_F250_CD2B_9E80, 0x6132_5A75_89C2_FF27]),
      (1, [0xC588_3E37_0B09_26C3, 0x021B_74B8_0F71_F81C, 0x268D_F067_49E5_C8CE]),
      (42, [0x5C89_61E1_F205_5D33, 0xE182_E8E8_4846_6886, 0x9F73_1365_0E29_0A18]),
    ] as [(UInt64, [UInt64])])
  func xoshiroKeepsItsVectors(seed: UInt64, expected: [UInt64]) {
    var rng = Seed(seed).generator()
    #expect((0..<3).map { _ in rng.next() } == expected)
  }

  @Test func derivedSeedsKeepTheirVectors() {
    #expect(Seed(7).derive("map").rawValue == 0xB927_C7D2_E66E_732A)
    #expect(
      Seed(7).derive("robot", 3).rawValue == SplitMix64.mix(Seed(7).derive("robot").rawValue + 3))
  }

  @Test func streamsOfDifferentNamesDiffer() {
    let names = ["", "a", "b", "ab", "ba", "robot", "robot "]
    let seeds = names.flatMap { name in (0..<4).map { Seed(1).derive(name, $0) } }
    #expect(Set(seeds).count == seeds.count)
    #expect(Seed(1).derive("a") != Seed(2).derive("a"))
  }

  @Test func drawsInOneStreamLeaveOthersAlone() {
    let root = Seed(9)
    var first = root.derive("first").generator()
    for _ in 0..<10 { _ = first.next() }
    var again = root.derive("second").generator()
    var fresh = Seed(9).derive("second").generator()
    #expect((0..<5).map { _ in again.next() } == (0..<5).map { _ in fresh.next() })
  }
}

@Suite struct SeededGeneratorTests {
  @Test func boundedDrawsCoverTheirRangeEvenly() {
    var rng = Seed(3).generator()
    for bound in [1, 2, 3, 7, 10] {
      var counts = [Int](repeating: 0, count: bound)
      for _ in 0..<(1000 * bound) { counts[rng.next(below: bound)] += 1 }
      #expect(counts.allSatisfy { (850...1150).contains($0) }, "bound \(bound): \(counts)")
    }
  }

  @Test func closedRangesIncludeBothEnds() {
    var rng = Seed(4).generator()
    let drawn = Set((0..<200).map { _ in rng.next(in: -2...2) })
    #expect(drawn == [-2, -1, 0, 1, 2])
  }

  @Test func unitDrawsStayBelowOne() {
    var rng = Seed(5).generator()
    let drawn = (0..<10_000).map { _ in rng.nextUnit() }
    #expect(drawn.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = drawn.reduce(0, +) / 10_000
    #expect(abs(mean - 0.5) < 0.02)
  }

  @Test func chanceIsCertainAtItsEnds() {
    var rng = Seed(6).generator()
    #expect((0..<100).allSatisfy { _ in rng.chance(1) && !rng.chance(0) })
  }

  @Test func shufflesArePermutationsFixedByTheSeed() {
    var values = Array(0..<50)
    var other = values
    var (a, b) = (Seed(7).generator(), Seed(7).generator())
    a.shuffle(&values)
    b.shuffle(&other)
    #expect(values == other)
    #expect(values != Array(0..<50))
    #expect(values.sorted() == Array(0..<50))
  }
}

@Suite struct StableHashTests {
  @Test func bytesFollowTheReferenceOfFNV() {
    var hash = StableHash()
    for byte in "foobar".utf8 { hash.combine(byte: byte) }
    #expect(hash.value == 0x8594_4171_F739_67E8)
  }

  @Test func lengthsSeparateNeighbours() {
    var (a, b) = (StableHash(), StableHash())
    a.combine(bytes: [1, 2])
    a.combine(bytes: [3])
    b.combine(bytes: [1])
    b.combine(bytes: [2, 3])
    #expect(a != b)
  }
}

@Suite struct InstantTests {
  @Test func arithmeticIsInWholeMicroseconds() {
    let start = Instant(microseconds: 10)
    #expect(start + .milliseconds(2) == Instant(microseconds: 2010))
    #expect(start - .microseconds(15) == Instant(microseconds: -5))
    #expect(start + .nanoseconds(1999) == Instant(microseconds: 11))
    #expect(Instant(microseconds: 30) - start == .microseconds(20))
    #expect(start < start + .microseconds(1))
  }
}

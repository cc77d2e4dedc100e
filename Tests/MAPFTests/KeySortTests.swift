import Determinism
import Testing

@testable import MAPF

@Suite struct KeySortTests {
  @Test func sortsLikeTheStandardLibrary() {
    var rng = Seed(7).derive("keys").generator()
    for round in 0..<2000 {
      let count = rng.next(below: 200)
      let bound = [1, 3, 50, 1_000_000][round % 4]
      var keys = (0..<count).map { _ in UInt64(rng.next(below: bound)) }
      if round % 5 == 0 { keys.sort() }
      if round % 7 == 0 { keys.reverse() }
      let expected = keys.sorted()
      keys.withUnsafeMutableBufferPointer { buffer in
        if let first = buffer.baseAddress { KeySort.sort(first, count: buffer.count) }
      }
      #expect(keys == expected, "round \(round)")
      guard keys == expected else { return }
    }
  }
}

/// How far cells lie from everywhere: the sum of their distances to a few cells spread over the map.
///
/// Goals far from everywhere, in corners and dead ends, are in nobody's way; agents that go there
/// first need not be made room for later.
struct BitRemoteness {
  /// Cell -> the sum of its distances to the samples of its part of the map.
  private(set) var sums: [Int32]
  /// How many samples there are.
  static let sampleCount = 24

  /// - Complexity: O(cells * samples)
  init(_ grid: BitGrid) {
    let count = grid.cellOfVertex.count
    sums = [Int32](repeating: 0, count: grid.cellCount)
    var seen = [Int32](repeating: -1, count: grid.cellCount)
    var queue = [Int32](repeating: 0, count: count)
    let jump = grid.stripJump
    for sample in 0..<min(Self.sampleCount, count) {
      // Evenly through the rows; the odd step keeps them from standing in columns.
      let first = grid.cellOfVertex[(2 * sample + 1) * count / (2 * min(Self.sampleCount, count))]
      var (head, tail, level) = (0, 1, Int32(0))
      queue[0] = first
      seen[Int(first)] = Int32(sample)
      while head < tail {
        let end = tail
        level += 1
        while head < end {
          let c = Int(queue[head])
          head += 1
          var ways = grid.exits[c]
          while ways != 0 {
            let n = Steps.neighbour(c, ways.trailingZeroBitCount, jump)
            ways &= ways &- 1
            if seen[n] == Int32(sample) { continue }
            seen[n] = Int32(sample)
            sums[n] &+= level
            queue[tail] = Int32(n)
            tail += 1
          }
        }
      }
    }
  }
}

/// How far cells lie from everywhere: the sum of their distances to a few cells spread over the map.
///
/// Goals far from everywhere, in corners and dead ends, are in nobody's way; agents that go there
/// first need not be made room for later.
struct BitRemoteness {
  /// Cell -> the sum of its distances to the samples of its part of the map.
  private(set) var sums: [Int32]
  /// How many samples there are.
  static let sampleCount = 24

  /// Nil when `isOver`, asked every few milliseconds, ends it.
  /// - Complexity: O(cells * samples)
  init?(_ grid: BitGrid, isOver: (() -> Bool)? = nil) {
    sums = [Int32](repeating: 0, count: grid.cellCount)
    let count = grid.cellOfVertex.count
    let samples = min(Self.sampleCount, count)
    // Evenly through the rows; the odd step keeps them from standing in columns.
    let cells = (0..<samples).map { grid.cellOfVertex[(2 * $0 + 1) * count / (2 * samples)] }
    var done = 0
    let sweep = BitSweep(grid)
    while done < samples {
      let batch = Array(cells[done..<min(done + 8, samples)])
      let outcome = sweep.settle(batch, isOver: isOver)
      if outcome == .interrupted { return nil }
      guard outcome == .settled else { break }
      sweep.addDistances(to: &sums, laneCount: batch.count)
      done += batch.count
    }
    guard done < samples else { return }
    var search = Search(grid)
    for cell in cells[done...] {
      search.add(from: cell, to: &sums)
      if isOver?() == true { return nil }
    }
  }

  /// Plain breadth-first searches, for maps that sweeps do not suit.
  private struct Search {
    private let grid: BitGrid
    private var seen: [Int32]
    private var queue: [Int32]
    private var number: Int32 = 0

    init(_ grid: BitGrid) {
      self.grid = grid
      seen = [Int32](repeating: 0, count: grid.cellCount)
      queue = [Int32](repeating: 0, count: grid.cellOfVertex.count)
    }

    /// Adds to each cell's entry its distance from `first`.
    mutating func add(from first: Int32, to sums: inout [Int32]) {
      let jump = grid.stripJump
      number += 1
      var (head, tail, level) = (0, 1, Int32(0))
      queue[0] = first
      seen[Int(first)] = number
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
            if seen[n] == number { continue }
            seen[n] = number
            sums[n] &+= level
            queue[tail] = Int32(n)
            tail += 1
          }
        }
      }
    }
  }
}

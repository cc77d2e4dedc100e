/// Breadth-first searches that write tables of one bit a cell: for mazes, where sweeps would take
/// many passes, and for maps with ways too long for the sweeps' sixteen bits.
///
/// Unsafe memory, fenced here: a queue and a mark a cell.
final class BitFrontier {
  private let grid: BitGrid
  private let queue: UnsafeMutablePointer<Int32>
  /// Cell -> the number of the last search that saw it.
  private let seen: UnsafeMutablePointer<UInt32>
  private var number: UInt32 = 0
  private static let questionInterval = 100_000

  init(_ grid: BitGrid) {
    self.grid = grid
    queue = .allocate(capacity: grid.cellCount + 4)
    seen = .allocate(capacity: grid.cellCount)
    seen.initialize(repeating: 0, count: grid.cellCount)
  }

  deinit {
    queue.deallocate()
    seen.deallocate()
  }

  /// Fills `table` with bit 1 of the distances to `goal`.
  /// - Parameter isOver: asked every hundred thousand cells or so.
  /// - Returns: the distance of `start`, -1 where there is no way; nil when interrupted.
  /// - Complexity: O(cells)
  func fill(
    _ table: UnsafeMutablePointer<UInt16>, goal: Int32, start: Int32,
    isOver: (() -> Bool)? = nil
  ) -> Int32? {
    table.update(repeating: 0, count: grid.cellCount / 16)
    number += 1
    let (queue, seen, exits, number) = (self.queue, self.seen, grid.exits, self.number)
    let jump = grid.stripJump
    queue[0] = goal
    seen[Int(goal)] = number
    var (head, tail, level) = (0, 1, 0)
    var found: Int32 = goal == start ? 0 : -1
    var nextQuestion = Self.questionInterval
    while head < tail {
      if head >= nextQuestion, let isOver {
        nextQuestion = head + Self.questionInterval
        if isOver() { return nil }
      }
      let end = tail
      level += 1
      let bit: UInt16 = level & 2 == 0 ? 0 : 1
      while head < end {
        let c = Int(queue[head])
        head &+= 1
        var ways = exits[c]
        while ways != 0 {
          let direction = ways.trailingZeroBitCount
          ways &= ways &- 1
          let n = Steps.neighbour(c, direction, jump)
          if seen[n] == number { continue }
          seen[n] = number
          table[n &>> 4] |= bit &<< UInt16(n & 15)
          queue[tail] = Int32(truncatingIfNeeded: n)
          tail &+= 1
          if n == Int(start) { found = Int32(level) }
        }
      }
    }
    return found
  }
}

/// Steps between the cells of a `BitGrid`.
enum Steps {
  /// The cell one step from `cell` in `direction` (a `Direction.rawValue`); `jump` is the grid's
  /// `stripJump`. Whether one may go there is for the caller to know.
  @inline(__always)
  static func neighbour(_ cell: Int, _ direction: Int, _ jump: Int) -> Int {
    switch direction {
    case 0: cell &+ 16
    case 1: cell & 15 == 0 ? cell &- jump : cell &- 1
    case 2: cell &- 16
    default: cell & 15 == 15 ? cell &+ jump : cell &+ 1
    }
  }
}

/// Which neighbour is nearer to which goal: one bit a cell and goal.
///
/// A four-neighbour grid is a chequerboard: over an edge a distance changes by exactly one, and the
/// colours of cell and goal give its last bit. The bit kept is the next one, bit 1 of the distance:
/// with it the distance is known modulo four, so every neighbour is known as nearer or farther. A
/// table for 10,000 goals on 56,000 raster cells takes 70 MB.
///
/// Unsafe memory, fenced here: written by `fill`, freed in `deinit`.
final class BitTables: @unchecked Sendable {
  let grid: BitGrid
  let goals: [Int32]
  private let starts: [Int32]
  /// Goal index -> the distance from its start to it, -1 where it cannot be reached or is not known
  /// yet.
  private(set) var distances: [Int32]
  /// How many of the tables were filled by sweeps; the others by a search each.
  private(set) var filledBySweeps = 0
  private let words: UnsafeMutablePointer<UInt16>
  private let wordCount: Int
  /// The goals in the order in which they are filled: those close to one another settle in the same
  /// passes.
  private var order: [Int] = []
  /// How many of `order` are filled.
  private var done = 0
  private var sweep: BitSweep?
  private var search: BitFrontier?

  var isFilled: Bool { done == goals.count }

  /// Words of one table.
  var stride: Int { grid.cellCount / 16 }
  var byteCount: Int { 2 * wordCount }

  /// The gradients for the hot loop. Valid while this object lives.
  var gradients: BitGradients {
    BitGradients(
      words: UnsafePointer(words + grid.width + 1), stride: stride, width: grid.width,
      exits: UnsafePointer(grid.exits))
  }

  /// Tables that are still to be filled.
  /// - Parameters:
  ///   - goals: cells, any number of times each.
  ///   - starts: a cell for each goal.
  init(_ grid: BitGrid, goals: [Int32], starts: [Int32]) {
    self.grid = grid
    self.goals = goals
    self.starts = starts
    distances = [Int32](repeating: -1, count: goals.count)
    let stride = grid.cellCount / 16
    // The neighbours of a table's first and last words are read and then masked out.
    wordCount = goals.count * stride + 2 * (grid.width + 1)
    words = .allocate(capacity: wordCount)
    let tables = words + grid.width + 1
    words.initialize(repeating: 0, count: grid.width + 1)
    (tables + goals.count * stride).initialize(repeating: 0, count: grid.width + 1)
    order = goals.indices.sorted { (goals[$0], $0) < (goals[$1], $1) }
  }

  /// Fills the tables of all goals and measures the distance of one start to each; goes on where it
  /// was interrupted.
  /// - Parameter isOver: asked every few milliseconds.
  /// - Returns: whether all are filled.
  /// - Complexity: O(cells) a goal where sweeps settle a map in a few passes; on mazes a
  ///   breadth-first search a goal.
  @discardableResult
  func fill(isOver: (() -> Bool)? = nil) -> Bool {
    defer { if isFilled { (sweep, search) = (nil, nil) } }
    if search == nil, !fillBySweeps(isOver) { return false }
    return isFilled || fillBySearch(isOver)
  }

  /// - Returns: false when interrupted; true with tables left when the map is not for sweeps.
  private func fillBySweeps(_ isOver: (() -> Bool)?) -> Bool {
    let sweep = sweep ?? BitSweep(grid)
    self.sweep = sweep
    let tables = words + grid.width + 1
    while done < order.count {
      let batch = order[done..<min(done + 8, order.count)]
      switch sweep.settle(batch.map { goals[$0] }, isOver: isOver) {
      case .settled: break
      case .unfit: return true
      case .interrupted: return false
      }
      for (lane, index) in batch.enumerated() {
        distances[index] = sweep.distance(of: starts[index], lane: lane)
      }
      sweep.pack(batch.map { tables + $0 * stride })
      done += batch.count
      filledBySweeps = done
      if done < order.count, isOver?() == true { return false }
    }
    return true
  }

  private func fillBySearch(_ isOver: (() -> Bool)?) -> Bool {
    let search = search ?? BitFrontier(grid)
    self.search = search
    sweep = nil
    let tables = words + grid.width + 1
    while done < order.count {
      let index = order[done]
      guard
        let distance = search.fill(
          tables + index * stride, goal: goals[index], start: starts[index], isOver: isOver)
      else { return false }
      distances[index] = distance
      done += 1
      if done < order.count, isOver?() == true { return false }
    }
    return true
  }

  deinit { words.deallocate() }
}

/// The tables of `BitTables` as pointers.
struct BitGradients {
  let words: UnsafePointer<UInt16>
  let stride: Int
  let width: Int
  let exits: UnsafePointer<UInt8>

  /// The directions (bit `Direction.rawValue`) in which goal `index`, on cell `goal`, is nearer
  /// from `cell`. The cell must be connected to the goal.
  @inline(__always)
  func nearer(_ cell: Int32, index: Int, goal: Int32) -> UInt8 {
    let c = Int(cell)
    let row = UInt32(truncatingIfNeeded: c & 15)
    let table = words + (index &* stride &+ (c &>> 4))
    let column = UInt32(table[0])
    let here = column &>> row
    let east = (UInt32(table[1]) &>> row) & 1
    let west = (UInt32(table[-1]) &>> row) & 1
    let north = row > 0 ? (column &>> (row &- 1)) & 1 : UInt32(table[-width]) &>> 15
    let south = row < 15 ? (here &>> 1) & 1 : UInt32(table[width]) & 1
    let colours = (c ^ (c &>> 4) ^ Int(goal) ^ (Int(goal) &>> 4)) & 1
    let flip: UInt32 = (here ^ UInt32(colours)) & 1 == 1 ? 0xF : 0
    let bits = (east | (north &<< 1) | (west &<< 2) | (south &<< 3)) ^ flip
    return UInt8(truncatingIfNeeded: bits) & exits[c]
  }
}

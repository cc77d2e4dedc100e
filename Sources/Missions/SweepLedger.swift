/// How often each cell of an area was swept, and how often the planned way will.
///
/// Kept: the sweeps, one bit a cell and pass. Not kept: what is planned.
struct SweepLedger: Sendable, Equatable {
  private(set) var passes: Int
  private var swept: [UInt8]
  private var planned: [UInt8]
  /// Cells with all their passes.
  private(set) var doneCount = 0
  /// Passes done, over all cells.
  private(set) var passCount = 0

  /// - Parameter passes: 1 ... 16.
  init(count: Int, passes: Int) {
    self.passes = passes
    swept = [UInt8](repeating: 0, count: count)
    planned = swept
  }

  var count: Int { swept.count }
  var isComplete: Bool { doneCount == count }

  /// How many more passes cell `i` needs beyond what is done and planned.
  func need(_ i: Int) -> Int { max(0, passes - Int(swept[i]) - Int(planned[i])) }

  func isDone(_ i: Int) -> Bool { Int(swept[i]) == passes }

  mutating func plan(_ i: Int) { if planned[i] < .max { planned[i] += 1 } }

  /// Counts a pass. - Returns: whether it was the cell's last.
  mutating func sweep(_ i: Int) -> Bool {
    if planned[i] > 0 { planned[i] -= 1 }
    guard !isDone(i) else { return false }
    swept[i] += 1
    passCount += 1
    guard isDone(i) else { return false }
    doneCount += 1
    return true
  }

  /// The sweeps alone.
  var kept: SweepLedger {
    var kept = self
    kept.forgetPlans()
    return kept
  }

  mutating func forgetPlans() { for i in planned.indices { planned[i] = 0 } }

  /// Another machine may need more or fewer passes; wholly swept cells stay so.
  mutating func setPasses(_ new: Int) {
    guard new != passes else { return }
    for i in swept.indices {
      swept[i] = isDone(i) ? UInt8(new) : min(swept[i], UInt8(new - 1))
    }
    passes = new
    count(again: ())
  }

  private mutating func count(again: Void) {
    doneCount = 0
    passCount = 0
    for value in swept {
      passCount += Int(value)
      if Int(value) == passes { doneCount += 1 }
    }
  }
}

extension SweepLedger: Codable {
  private enum CodingKeys: CodingKey { case count, passes, words }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let count = try container.decode(Int.self, forKey: .count)
    let passes = try container.decode(Int.self, forKey: .passes)
    let words = try container.decode([UInt64].self, forKey: .words)
    let width = (count + 63) / 64
    guard (1...16).contains(passes), count >= 0, words.count == width * passes else {
      throw DecodingError.dataCorruptedError(
        forKey: .words, in: container,
        debugDescription: "\(words.count) words for \(count) cells and \(passes) passes")
    }
    self.init(count: count, passes: passes)
    for i in 0..<count {
      for pass in 0..<passes where words[pass * width + i / 64] >> UInt64(i % 64) & 1 == 1 {
        swept[i] += 1
      }
    }
    self.count(again: ())
  }

  func encode(to encoder: any Encoder) throws {
    let width = (count + 63) / 64
    var words = [UInt64](repeating: 0, count: width * passes)
    for i in swept.indices {
      for pass in 0..<Int(swept[i]) { words[pass * width + i / 64] |= 1 << UInt64(i % 64) }
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(passes, forKey: .passes)
    try container.encode(words, forKey: .words)
  }
}

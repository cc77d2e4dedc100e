import MAPF

/// A first-in first-out queue of actions per robot, all in one flat buffer.
struct ActionQueues: Sendable {
  /// The most actions a robot may have queued; a power of two.
  static let capacity = 64

  private(set) var count: [Int32]
  private var start: [Int32]
  private var slots: [GridAction]

  init(robotCount: Int) {
    count = [Int32](repeating: 0, count: robotCount)
    start = count
    slots = [GridAction](repeating: .wait, count: robotCount * Self.capacity)
  }

  func isFull(_ robot: Int) -> Bool { count[robot] == Int32(Self.capacity) }

  func first(_ robot: Int) -> GridAction? { count[robot] == 0 ? nil : self[robot, 0] }

  subscript(robot: Int, offset: Int) -> GridAction { slots[slot(robot, offset)] }

  func actions(of robot: Int) -> [GridAction] {
    (0..<Int(count[robot])).map { self[robot, $0] }
  }

  mutating func append(_ action: GridAction, to robot: Int) {
    precondition(!isFull(robot), "robot \(robot) has \(count[robot]) actions queued")
    slots[slot(robot, Int(count[robot]))] = action
    count[robot] += 1
  }

  mutating func removeFirst(_ robot: Int) {
    start[robot] = (start[robot] + 1) & Int32(Self.capacity - 1)
    count[robot] -= 1
  }

  /// Keeps the first `kept` actions of `robot`.
  mutating func truncate(_ robot: Int, to kept: Int) { count[robot] = Int32(kept) }

  private func slot(_ robot: Int, _ offset: Int) -> Int {
    robot * Self.capacity + ((Int(start[robot]) + offset) & (Self.capacity - 1))
  }
}

/// What is known of delays from those seen so far: how long they last.
struct DelayMemory: Sendable {
  /// Robot -> ticks its present delay has lasted.
  private var lasted: [Int32]
  private var ended = 0
  private var total = 0

  init(robotCount: Int) { lasted = [Int32](repeating: 0, count: robotCount) }

  mutating func note(_ robot: Int, isDelayed: Bool) {
    if isDelayed {
      lasted[robot] += 1
    } else if lasted[robot] > 0 {
      ended += 1
      total += Int(lasted[robot])
      lasted[robot] = 0
    }
  }

  /// Ticks for which `robot` must be expected to stand still yet: what is left of a delay of mean
  /// length, at least 1 while it is delayed.
  func expected(_ robot: Int) -> Int32 {
    guard lasted[robot] > 0 else { return 0 }
    let mean = ended == 0 ? 2 * lasted[robot] : Int32(clamping: (total + ended / 2) / ended)
    return max(1, mean - lasted[robot])
  }
}

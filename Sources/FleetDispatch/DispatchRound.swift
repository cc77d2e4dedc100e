import FleetModel
import Grid

/// What is left of the candidates while one round of tasks is dealt out.
struct DispatchRound {
  /// A candidate that may do the task, and when it could be there at best: the milliseconds above the
  /// candidate's number, for they are put in order again and again.
  struct Option: Comparable {
    private static let candidateBits: UInt64 = 24
    private let code: UInt64

    init(time: Int64, candidate: Int) {
      let longest = Int64(UInt64.max >> Self.candidateBits)
      code = UInt64(min(max(0, time), longest)) << Self.candidateBits | UInt64(candidate)
    }

    var time: Int64 { Int64(code >> Self.candidateBits) }
    var candidate: Int { Int(code & (1 << Self.candidateBits - 1)) }

    static func < (a: Option, b: Option) -> Bool { a.code < b.code }
  }

  /// Options a task has at most.
  private static let optionsKept = 256

  let candidates: [Candidate]
  /// Where they are.
  private let places: [Cell]
  /// Milliseconds a cell, times 1,024.
  private var pace: [Int64]
  /// Candidates that are not given away, idle or with a known time.
  private var open: [Int]
  /// How many of them are idle.
  private(set) var idleCount: Int
  /// How many more lookups may find no way.
  private(set) var failuresLeft: Int
  /// The highest payload of robots whose skills are exactly the index.
  private var payloads = [Int32](repeating: -1, count: 256)
  private var positions: [RobotIndex: Int] = [:]
  private var options: [Option] = []
  private let budgets: [EnergyBudget]
  /// What each candidate may use up, in microwatt-hours.
  private let free: [Int64]
  private let sharePermille: Int32

  // Of the task looked at, by class:
  private var work: [Int64]
  private var home: [Home]
  private var failures: [Int]
  /// Whether a candidate's battery was too low for it.
  var isShortOfEnergy = false

  /// The way from a task's end to a charger.
  enum Home: Equatable {
    case unknown, none
    case cells(Int32)
  }

  /// - Parameter cells: the cell of each vertex.
  init(
    candidates: [Candidate], cells: [Cell], cellMillimetres: Int32,
    settings: GreedyDispatcher.Settings
  ) {
    precondition(candidates.count < 1 << 24, "\(candidates.count) candidates")
    self.candidates = candidates
    places = candidates.map { cells[Int($0.vertex)] }
    budgets = candidates.map {
      EnergyBudget(
        model: $0.energy, cellMillimetres: cellMillimetres,
        speedMillimetresPerSecond: $0.speedMillimetresPerSecond)
    }
    free = zip(candidates, budgets).map { candidate, budget in
      budget.microwattHours(
        atPermille: candidate.energyPermille, reservePermille: settings.reservePermille)
    }
    sharePermille = settings.sharePermille
    let classes = (candidates.map(\.classIndex).max() ?? -1) + 1
    work = [Int64](repeating: -1, count: classes)
    home = [Home](repeating: .unknown, count: classes)
    failures = [Int](repeating: 0, count: classes)
    pace = candidates.map {
      Int64(cellMillimetres) * 1000 * 1024 / Int64($0.speedMillimetresPerSecond)
    }
    open = candidates.indices.filter { candidates[$0].availableInMilliseconds != nil }
    idleCount = candidates.count { $0.availableInMilliseconds == 0 }
    failuresLeft = settings.failures
    for (i, candidate) in candidates.enumerated() {
      let bits = Int(candidate.skills.rawValue)
      payloads[bits] = max(payloads[bits], candidate.payloadGrams)
      positions[candidate.robot] = i
    }
    options.reserveCapacity(candidates.count)
  }

  var isEmpty: Bool { options.isEmpty }

  func milliseconds(_ candidate: Int, cells: Int64) -> Int64 { cells * pace[candidate] / 1024 }

  /// Candidate `i` gets nothing more in this round.
  mutating func take(_ i: Int) {
    open.removeAll { $0 == i }
    if candidates[i].availableInMilliseconds == 0 { idleCount -= 1 }
  }

  /// Why no robot at all could do the task, however idle; nil: some could.
  func obstacle(to task: OpenTask) -> BlockReason? {
    if let only = task.onlyRobot {
      guard let i = positions[only] else { return .robotUnavailable }
      return isCapable(candidates[i], task) ? nil : .noCapableRobot
    }
    let skill = Int(task.skill?.rawValue ?? 0)
    for bits in payloads.indices
    where bits & skill == skill && payloads[bits] >= task.payloadGrams {
      return nil
    }
    return .noCapableRobot
  }

  private func isCapable(_ candidate: Candidate, _ task: OpenTask) -> Bool {
    candidate.payloadGrams >= task.payloadGrams && candidate.skills.isSuperset(of: task.skill ?? [])
  }

  /// Makes `options` of the open candidates that can do the task.
  /// - Parameter starts: the cells where the task may begin.
  mutating func collect(_ task: OpenTask, starts: [Cell]) {
    options.removeAll(keepingCapacity: true)
    isShortOfEnergy = false
    for c in work.indices {
      work[c] = -1
      home[c] = .unknown
      failures[c] = 0
    }
    var bound = Int64.max
    for i in open where isCapable(candidates[i], task) {
      if let only = task.onlyRobot, only != candidates[i].robot { continue }
      guard lasts(i, task, drivingCells: 0) else { continue }
      let place = places[i]
      var cells = Int32.max
      for start in starts { cells = min(cells, abs(start.x - place.x) + abs(start.y - place.y)) }
      guard lasts(i, task, drivingCells: cells) else { continue }
      let waiting = candidates[i].availableInMilliseconds ?? 0
      let time = waiting + milliseconds(i, cells: Int64(cells))
      if time >= bound { continue }
      options.append(Option(time: time, candidate: i))
      if options.count >= 2 * Self.optionsKept { bound = keepBest() }
    }
  }

  /// Drops all but the best options: of thousands of robots only a few are ever looked at.
  /// - Returns: the time of the worst that is kept; who comes later than that needs not be kept.
  private mutating func keepBest() -> Int64 {
    options.sort()
    options.removeLast(options.count - Self.optionsKept)
    return options[options.count - 1].time
  }

  /// Whether candidate `i` can drive so far besides the work; notes when not.
  mutating func lasts(_ i: Int, _ task: OpenTask, drivingCells: Int32) -> Bool {
    let left = free[i] - workMicrowattHours(i, task)
    let driving = budgets[i].microwattHours(cells: Int64(drivingCells), standingMilliseconds: 0)
    if left < driving { isShortOfEnergy = true }
    return left >= driving
  }

  private mutating func workMicrowattHours(_ i: Int, _ task: OpenTask) -> Int64 {
    let c = candidates[i].classIndex
    if work[c] < 0 {
      let all = budgets[i].microwattHours(
        cells: task.workCells, standingMilliseconds: task.standingMilliseconds)
      let share = budgets[i].microwattHours(atPermille: sharePermille, reservePermille: 0)
      // Half the range of the type leaves room for sums.
      work[c] = min(task.isDivisible ? min(all, share) : all, .max / 2)
    }
    return work[c]
  }

  /// The way from the task's end to a charger for the class of candidate `i`, found once.
  mutating func wayHome(_ i: Int, find: () -> Int32?) -> Int32? {
    let c = candidates[i].classIndex
    if home[c] == .unknown { home[c] = find().map { .cells($0) } ?? .none }
    if case .cells(let cells) = home[c] { return cells }
    return nil
  }

  /// Takes out the option with the least time, the first of equals.
  mutating func next() -> Option? {
    guard var best = options.indices.first else { return nil }
    for i in options.indices
    where options[i] < options[best] { best = i }
    let option = options[best]
    options.swapAt(best, options.count - 1)
    options.removeLast()
    return option
  }

  /// Candidate `i` found no way. It may be shut in; when several of its class find none, the
  /// task is out of the class's reach.
  mutating func noWay(_ i: Int) {
    let c = candidates[i].classIndex
    failures[c] += 1
    failuresLeft -= 1
    if failures[c] == 8 { options.removeAll { candidates[$0.candidate].classIndex == c } }
  }
}

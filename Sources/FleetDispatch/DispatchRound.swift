import FleetModel
import Grid

/// What is left of the candidates while one round of tasks is dealt out.
struct DispatchRound {
  /// A candidate that may do the task, and when it could be there at best: the milliseconds above the
  /// candidate's number, for they are compared again and again.
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

  /// So many options of a task are looked at.
  private static let optionsLookedAt = 256
  /// When so many of a class have found no way to a task, the others of it find none either.
  private static let failuresOfClass = 8

  let candidates: [Candidate]
  /// Where they are.
  private let places: [Cell]
  /// Milliseconds a cell, times 1,024.
  private var pace: [Int64]
  /// Whether a candidate is not given away, and idle or with a known time.
  private var isOpen: [Bool]
  /// Where those are that are open.
  private var grid: CandidateGrid
  /// The least of `pace`.
  private let fastest: Int64
  /// How many of them are idle.
  private(set) var idleCount: Int
  /// How many more lookups may find no way.
  private(set) var failuresLeft: Int
  /// The highest payload of robots whose skills are exactly the index.
  private var payloads = [Int32](repeating: -1, count: 256)
  private var positions: [RobotIndex: Int] = [:]
  private let budgets: [EnergyBudget]
  /// What each candidate may use up, in microwatt-hours.
  private let free: [Int64]
  private let sharePermille: Int32

  // Of the task looked at:
  private var task: OpenTask?
  private var starts: [Cell] = []
  private var box: CandidateGrid.Box?
  /// The squares that are looked at next are so many steps away; nil: all were looked at.
  private var ring: Int?
  /// Candidates found and not looked at, and the time at which the others can be there at best.
  private var options: [Option] = []
  private var bound: Int64 = 0
  private var lookedAt = 0

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
    fastest = pace.min() ?? 0
    isOpen = candidates.map { $0.availableInMilliseconds != nil }
    grid = CandidateGrid(places, members: candidates.indices.filter { [isOpen] in isOpen[$0] })
    idleCount = candidates.count { $0.availableInMilliseconds == 0 }
    failuresLeft = settings.failures
    for (i, candidate) in candidates.enumerated() {
      let bits = Int(candidate.skills.rawValue)
      payloads[bits] = max(payloads[bits], candidate.payloadGrams)
      positions[candidate.robot] = i
    }
  }

  func milliseconds(_ candidate: Int, cells: Int64) -> Int64 { cells * pace[candidate] / 1024 }

  /// Candidate `i` gets nothing more in this round.
  mutating func take(_ i: Int) {
    isOpen[i] = false
    grid.remove(i)
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

  /// Begins to look for candidates for a task.
  /// - Parameter starts: the cells where the task may begin; at least one.
  mutating func begin(_ task: OpenTask, starts: [Cell]) {
    self.task = task
    self.starts = starts
    options.removeAll(keepingCapacity: true)
    lookedAt = 0
    isShortOfEnergy = false
    for c in work.indices {
      work[c] = -1
      home[c] = .unknown
      failures[c] = 0
    }
    if let only = task.onlyRobot {
      ring = nil
      bound = .max
      if let i = positions[only], isOpen[i] { consider(i, task) }
    } else {
      ring = 0
      bound = 0
      box = grid.box(round: starts)
    }
  }

  /// Whether nobody who is open can do the task.
  mutating func isEmpty() -> Bool {
    while options.isEmpty, ring != nil { lookFarther() }
    return options.isEmpty
  }

  /// The option with the least time, the first of equals, which is then no option any more; nil: there is
  /// none, or enough were looked at.
  /// - Complexity: O(candidates nearer than the one after it)
  mutating func next() -> Option? {
    while lookedAt < Self.optionsLookedAt {
      guard let best = options.indices.min(by: { options[$0] < options[$1] }),
        options[best].time < bound
      else {
        guard ring != nil else { return nil }
        lookFarther()
        continue
      }
      let option = options[best]
      options.swapAt(best, options.count - 1)
      options.removeLast()
      let c = candidates[option.candidate].classIndex
      guard failures[c] < Self.failuresOfClass else { continue }
      lookedAt += 1
      return option
    }
    return nil
  }

  /// Makes options of the candidates in the next squares.
  private mutating func lookFarther() {
    guard let ring, let box, let task else { return }
    var found: [Int] = []
    let isMore = grid.visit(ring: ring, round: box) { found.append($0) }
    for i in found { consider(i, task) }
    self.ring = isMore ? ring + 1 : nil
    bound = isMore ? grid.cells(beyond: ring) * fastest / 1024 : .max
  }

  /// Makes an option of candidate `i` if it can do the task.
  private mutating func consider(_ i: Int, _ task: OpenTask) {
    guard isCapable(candidates[i], task), lasts(i, task, drivingCells: 0) else { return }
    let place = places[i]
    var cells = Int32.max
    for start in starts { cells = min(cells, abs(start.x - place.x) + abs(start.y - place.y)) }
    guard lasts(i, task, drivingCells: cells) else { return }
    let waiting = candidates[i].availableInMilliseconds ?? 0
    options.append(
      Option(time: waiting + milliseconds(i, cells: Int64(cells)), candidate: i))
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

  /// Candidate `i` found no way. It may be shut in; when several of its class find none, the
  /// task is out of the class's reach.
  mutating func noWay(_ i: Int) {
    failures[candidates[i].classIndex] += 1
    failuresLeft -= 1
  }
}

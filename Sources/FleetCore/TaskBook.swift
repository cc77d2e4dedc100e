import Determinism
import FleetModel
import Missions

/// A task with the state of its mission: what is kept over a restart.
public struct StoredTask: Sendable, Equatable, Codable {
  public var record: TaskRecord
  /// nil once the task has ended.
  public var mission: Mission?

  public init(record: TaskRecord, mission: Mission?) {
    self.record = record
    self.mission = mission
  }
}

/// All tasks: the open ones with their missions, the ended ones as far as they are kept, and the
/// keys under which they were submitted.
struct TaskBook: Sendable, Codable {
  struct Open: Sendable, Codable {
    var record: TaskRecord
    var mission: Mission
    /// What is left to do, for dispatch; nil: to be worked out again.
    var estimate: WorkEstimate?
    var progressStored = Instant.zero
  }

  private(set) var open: [TaskID: Open] = [:]
  /// Open tasks in order of submission.
  private(set) var openOrder: [TaskID] = []
  /// Those of them that no robot has, by number: few, while there are thousands of others.
  private(set) var withoutRobot: [TaskID] = []
  private(set) var ended: [TaskID: TaskRecord] = [:]
  private var endedOrder: [TaskID] = []
  private var byKey: [ClientKey: TaskID] = [:]
  private(set) var counts = TaskKind.allCases.map(FleetStatistics.KindCount.init)
  private(set) var submitted: UInt64 = 0
  private let endedKept: Int

  init(endedKept: Int) { self.endedKept = endedKept }

  /// The next task's id: `t` and a number that grows over restarts.
  mutating func makeID() -> TaskID {
    submitted += 1
    do {
      return try TaskID("t\(submitted)")
    } catch {
      preconditionFailure("task number \(submitted): \(error)")
    }
  }

  /// The task that was submitted under `key`; its record may no longer be kept.
  func task(for key: ClientKey) -> TaskID? { byKey[key] }

  func record(_ id: TaskID) -> TaskRecord? { open[id]?.record ?? ended[id] }

  mutating func add(_ record: TaskRecord, _ mission: Mission) {
    open[record.id] = Open(record: record, mission: mission)
    openOrder.append(record.id)
    if record.robot == nil { withoutRobot.append(record.id) }
    byKey[record.key] = record.id
    counts[kindIndex(record)].open += 1
  }

  /// Gives an open task to a robot; nil: takes it from the one that has it.
  mutating func give(_ id: TaskID, to robot: RobotID?) {
    guard let index = open.index(forKey: id) else { return }
    open.values[index].record.robot = robot
    let place = placeWithoutRobot(id)
    let isThere = place < withoutRobot.count && withoutRobot[place] == id
    if robot == nil, !isThere {
      withoutRobot.insert(id, at: place)
    } else if robot != nil, isThere {
      withoutRobot.remove(at: place)
    }
  }

  /// Where a task is, or belongs, among those without a robot. - Complexity: O(log tasks without one)
  private func placeWithoutRobot(_ id: TaskID) -> Int {
    let number = Self.number(id)
    var low = 0
    var high = withoutRobot.count
    while low < high {
      let middle = (low + high) / 2
      if Self.number(withoutRobot[middle]) < number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Changes an open task in place; whose it is only `give` changes.
  mutating func update<R>(_ id: TaskID, _ change: (inout Open) -> R) -> R? {
    guard let index = open.index(forKey: id) else { return nil }
    return change(&open.values[index])
  }

  /// Moves a task to the ended ones, with an end for its state.
  mutating func end(_ id: TaskID, _ state: TaskState, now: Instant) -> TaskRecord? {
    guard var record = open.removeValue(forKey: id)?.record else { return nil }
    openOrder.removeAll { $0 == id }
    let place = placeWithoutRobot(id)
    if place < withoutRobot.count, withoutRobot[place] == id { withoutRobot.remove(at: place) }
    record.state = state
    record.ended = now
    counts[kindIndex(record)].open -= 1
    keep(record)
    return record
  }

  /// Takes over a task from the store.
  mutating func restore(_ stored: StoredTask) {
    let record = stored.record
    byKey[record.key] = record.id
    if let number = UInt64(record.id.text.dropFirst()) { submitted = max(submitted, number) }
    if let mission = stored.mission, !record.state.isEnded {
      open[record.id] = Open(record: record, mission: mission)
      openOrder.append(record.id)
      counts[kindIndex(record)].open += 1
    } else {
      count(record)
      ended[record.id] = record
      endedOrder.append(record.id)
    }
  }

  /// Takes an ended task that was forgotten back into memory, as the oldest.
  mutating func recall(_ record: TaskRecord) {
    guard record.state.isEnded, self.record(record.id) == nil else { return }
    ended[record.id] = record
    endedOrder.insert(record.id, at: 0)
    byKey[record.key] = record.id
  }

  /// Sets the counts of ended tasks, where not all of them were restored.
  mutating func setEnded(_ totals: [FleetStatistics.KindCount]) {
    for total in totals {
      guard let kind = counts.firstIndex(where: { $0.kind == total.kind }) else { continue }
      counts[kind].completed = total.completed
      counts[kind].failed = total.failed
      counts[kind].cancelled = total.cancelled
    }
  }

  /// Tasks were restored in the store's order: put them in order of submission, or of end, again.
  mutating func sortRestored() {
    openOrder.sort { a, b in
      guard let x = open[a]?.record, let y = open[b]?.record else { return a < b }
      return x.submitted != y.submitted
        ? x.submitted < y.submitted : Self.number(a) < Self.number(b)
    }
    withoutRobot = openOrder.filter { open[$0]?.record.robot == nil }
      .sorted { Self.number($0) < Self.number($1) }
    endedOrder.sort { a, b in
      guard let x = ended[a]?.ended, let y = ended[b]?.ended else { return a < b }
      return x != y ? x < y : Self.number(a) < Self.number(b)
    }
    forgetOldest()
  }

  /// Newest first, as the filter asks.
  func list(_ filter: TaskFilter) -> [TaskRecord] {
    var result: [TaskRecord] = []
    func take(_ record: TaskRecord?) {
      guard let record, result.count < Int(filter.limit) else { return }
      if let kind = filter.kind, record.spec.body.kind != kind { return }
      if let robot = filter.robot, record.robot != robot { return }
      result.append(record)
    }
    for id in openOrder.reversed() { take(open[id]?.record) }
    if filter.ended {
      for id in endedOrder.reversed() { take(ended[id]) }
    }
    return result
  }

  private mutating func keep(_ record: TaskRecord) {
    count(record)
    ended[record.id] = record
    endedOrder.append(record.id)
    forgetOldest()
  }

  private mutating func count(_ record: TaskRecord) {
    let kind = kindIndex(record)
    switch record.state {
    case .completed: counts[kind].completed += 1
    case .failed, .expired: counts[kind].failed += 1
    case .cancelled: counts[kind].cancelled += 1
    case .queued, .blocked, .assigned, .dispatched, .underway, .waiting, .paused, .cancelling:
      preconditionFailure("task \(record.id) ended in state \(record.state.name)")
    }
  }

  private mutating func forgetOldest() {
    guard endedOrder.count > endedKept + endedKept / 4 + 1 else { return }
    for id in endedOrder.prefix(endedOrder.count - endedKept) { ended[id] = nil }
    endedOrder.removeFirst(endedOrder.count - endedKept)
  }

  private func kindIndex(_ record: TaskRecord) -> Int {
    switch record.spec.body.kind {
    case .deliver: 0
    case .patrol: 1
    case .sweep: 2
    case .goTo: 3
    }
  }

  private static func number(_ id: TaskID) -> UInt64 { UInt64(id.text.dropFirst()) ?? 0 }
}
